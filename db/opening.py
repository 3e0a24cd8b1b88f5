"""What is done when a ledger is opened: made, brought up to date, held against what is known of it."""

import contextlib
from dataclasses import replace
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, insert, select

from db import backup, migrations
from db.attachments import named_blobs
from db.erasure import again
from db.exchange.sites import new_life
from db.kernel import blobs, cipher, engine, journal, log
from db.kernel.anchor import Anchor, Mark
from db.kernel.clock import Clock
from db.kernel.erased import Line, read_list, write_list
from db.kernel.erasing import Taken
from db.kernel.errors import EnvironmentFault, LedgerDamaged, UserError
from db.kernel.ids import Id, new_id
from db.kernel.journal import Author, Tx
from db.kernel.keys import DataKey
from db.kernel.lock import LedgerLock
from db.kernel.media import check_place
from db.kernel.place import Place
from db.kernel.records import CommandRow, Site
from db.kernel.watch import Watch

BEFORE: Final = "升级前"


def new_file(part: Path, file_key: cipher.Key, ledger: Id, name: str) -> tuple[Engine, Id]:
    """Make a ledger's file with all its tables; return it open, foreign keys off, and its site."""
    for stale in part.parent.glob(f"{part.name}*"):
        stale.unlink()
    engine.create(part, file_key)
    migrating, site = engine.open_for_migration(part, file_key), new_id()
    try:
        migrations.upgrade(migrating)
        with migrating.begin() as connection:
            row = {"id": site, "ledger": ledger, "name": name, "number": 1, "part": False}
            connection.execute(insert(Site), [row])
    except BaseException:
        migrating.dispose()
        raise
    return migrating, site


def require_good_place(folder: Path) -> None:
    """Refuse to write where a ledger comes to harm, also one that was carried there later."""
    try:
        check_place(folder)
    except UserError as error:
        raise UserError(f"台账没有打开。{error}要挪的是整个台账文件夹，挪好了再打开。") from None


def require_own_log(place: Place, key: DataKey) -> None:
    """Refuse a ledger with another one's log beside it: it would be written over the ledger's pages."""
    file_key = key.subkey("ledger")
    if log.is_foreign(place.ledger, file_key):
        raise LedgerDamaged(
            f"台账旁边的 {place.ledger.name}-wal 是别的台账的，台账没有打开，什么也没有改动。"
            "请把这个文件挪到别的文件夹，再打开。"
        )


def lock_note(clock: Clock) -> str:
    """Return what is told of the holder of a ledger's lock."""
    return f"{clock.now():%Y-%m-%d %H:%M}打开"


def bring_in_order(place: Place, key: DataKey, clock: Clock, lock: LedgerLock | None) -> None:
    """Bring a ledger up to date and erase again what it was to forget: both under the writer's lock.

    Who opened it without one takes it for just that. UserError if another window has it, or if the
    ledger is a newer program's.
    """
    if lock is None and not _is_behind(place, key):
        return
    with contextlib.ExitStack() as held:
        if lock is None:
            held.enter_context(LedgerLock(place.folder)).acquire(lock_note(clock))
        bring_up_to_date(place, key, clock)
        erase_again(place, key, clock)


def _is_behind(place: Place, key: DataKey) -> bool:
    readers = engine.open_readers(place.ledger, key.subkey("ledger"))
    try:
        with readers.begin() as connection:
            if migrations.needs_upgrade(connection):
                return True
            known = again.erasures(connection).keys()
    finally:
        readers.dispose()
    return any(read_list(one, key).keys() - known for one in (place.erased.parent, place.backups))


def bring_up_to_date(place: Place, key: DataKey, clock: Clock) -> None:
    """Bring a ledger of an older program up to date, after a verified backup; UserError if it is newer."""
    readers = engine.open_readers(place.ledger, key.subkey("ledger"))
    try:
        with readers.begin() as connection:
            old = migrations.needs_upgrade(connection)
            head = select(CommandRow.no, CommandRow.mac).order_by(CommandRow.no.desc()).limit(1)
            no, mac = connection.execute(head).first() or (0, b"")
    finally:
        readers.dispose()
    if old:
        last = backup.newest(place.backups, key)
        # An upgrade that failed has made one, and the ledger is as it was.
        kept = last is not None and (last.reason, last.head, last.head_mac) == (
            BEFORE,
            no,
            mac.hex(),
        )
        if last is None or not kept or backup.verify(last.path, key):
            backup.back_up(place.folder, key, place.backups, reason=BEFORE, now=clock.now())
        migrating = engine.open_for_migration(place.ledger, key.subkey("ledger"))
        migrations.upgrade(migrating)
        migrating.dispose()


def erase_again(place: Place, key: DataKey, clock: Clock, also: Path | None = None) -> None:
    """Erase in a ledger's file what the lists beside it and its backups name and it does not know.

    So whatever old copy was put in its place is never read before. `also` is a folder with another
    list. Where the ledger knows more than its lists they are written anew.
    """
    own = (place.erased.parent, place.backups)
    listed = {folder: read_list(folder, key) for folder in (*own, *([also] if also else ()))}
    wanted = {id_: line for lines in listed.values() for id_, line in lines.items()}
    readers = engine.open_readers(place.ledger, key.subkey("ledger"))
    try:
        with readers.begin() as connection:
            known = again.erasures(connection)
    finally:
        readers.dispose()
    if wanted.keys() - known.keys():
        known = _carried_out(place, wanted, key, clock)
    for folder in own if place.home is None else ():
        if known.keys() - listed[folder].keys() and folder.is_dir():
            # A disk that refuses keeps nobody from the ledger: it is tried at the next opening.
            with contextlib.suppress(EnvironmentFault, OSError):
                write_list(folder, key, known.values())


def _carried_out(
    place: Place, wanted: dict[Id, Line], key: DataKey, clock: Clock
) -> dict[Id, Line]:
    """The file is an old copy: its commands from now on are another site's."""
    writer = engine.open_writer(place.ledger, key.subkey("ledger"))
    erasing = again.erase_again(wanted)

    def run(tx: Tx) -> Taken:
        new_life(tx)
        return erasing.run(tx)

    try:
        with writer.begin() as connection:
            author = Author(connection.execute(select(Site.id)).scalar_one(), None, clock)
            command = replace(erasing, run=run)
            done = journal.run(connection, command, author, bytes(key.subkey("journal")))
            blobs.drop(place.blobs, done.value.texts - named_blobs(connection))
            known = again.erasures(connection)
        engine.checkpoint(writer)
    finally:
        writer.dispose()
    return known


def marked(place: Place, key: DataKey) -> tuple[Anchor, Mark | None]:
    """Return what is remembered of a ledger outside its file, and the latest mark of it."""
    anchor = Anchor(place.anchor, bytes(key.subkey("anchor")))
    return anchor, anchor.read()


def watch_over(
    connection: Connection, place: Place, key: DataKey, site: Id, marked: tuple[Anchor, Mark | None]
) -> Watch:
    """Return the watch of an open ledger, which knows what it lacks against anchor and backups."""
    watch = Watch(*marked, connection, site)
    newest = backup.newest(place.backups, key) if place.home is None else None
    if newest is not None:
        watch.compare_with(connection, newest.number, newest.head, bytes.fromhex(newest.head_mac))
    return watch
