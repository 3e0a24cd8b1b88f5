"""What is done when a ledger is opened: made, brought up to date, held against what is known of it."""

from pathlib import Path

from sqlalchemy import Connection, Engine, insert

from db import backup, migrations
from db.kernel import cipher, engine
from db.kernel.anchor import Anchor
from db.kernel.clock import Clock
from db.kernel.ids import Id, new_id
from db.kernel.keys import DataKey
from db.kernel.place import Place
from db.kernel.records import Site
from db.kernel.watch import Watch


def new_file(part: Path, file_key: cipher.Key, ledger: Id, name: str) -> tuple[Engine, Id]:
    """Make a ledger's file with all its tables; return it open, foreign keys off, and its site."""
    for stale in part.parent.glob(f"{part.name}*"):
        stale.unlink()
    engine.create(part, file_key)
    migrating = engine.open_for_migration(part, file_key)
    migrations.upgrade(migrating)
    site = new_id()
    with migrating.begin() as connection:
        row = {"id": site, "ledger": ledger, "name": name, "number": 1, "part": False}
        connection.execute(insert(Site), [row])
    return migrating, site


def bring_up_to_date(place: Place, key: DataKey, clock: Clock) -> None:
    """Bring a ledger of an older program up to date, after a verified backup; UserError if it is newer."""
    readers = engine.open_readers(place.ledger, key.subkey("ledger"))
    try:
        with readers.begin() as connection:
            old = migrations.needs_upgrade(connection)
    finally:
        readers.dispose()
    if old:
        backup.back_up(place.folder, key, place.backups, reason="升级前", now=clock.now())
        migrating = engine.open_for_migration(place.ledger, key.subkey("ledger"))
        migrations.upgrade(migrating)
        migrating.dispose()


def watch_over(connection: Connection, place: Place, key: DataKey, site: Id) -> Watch:
    """Return the watch of an open ledger, which knows what it lacks against anchor and backups."""
    watch = Watch(Anchor(place.anchor, bytes(key.subkey("anchor"))), connection, site)
    newest = backup.newest(place.backups, key) if place.home is None else None
    if newest is not None:
        watch.compare_with(connection, newest.number, newest.head, bytes.fromhex(newest.head_mac))
    return watch
