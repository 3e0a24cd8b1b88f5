"""What a ledger holds after a fault, read the fast way: by key, without a password."""

import contextlib
from dataclasses import dataclass

from sqlcipher3 import dbapi2

from db.kernel import cipher, engine
from db.kernel.anchor import Anchor
from db.kernel.errors import PolicepostError
from db.kernel.files import preflight
from tests.faults.harness.children import Post
from tests.faults.harness.tasks import ROWS


@dataclass(frozen=True)
class Found:
    """The commands that are there, and what is wrong: torn commands, damage, a file that won't open."""

    commands: frozenset[bytes]
    wrong: tuple[str, ...]

    def losses(self, told: set[bytes]) -> list[str]:
        """Return what was told as saved and is not there, and what is wrong besides."""
        lost = [f"lost {one.hex()}" for one in sorted(told - self.commands)]
        return [*lost, *self.wrong]


def look(post: Post, *, deep: bool = True) -> Found:
    """Open a ledger as its next session would and read what is there; `deep` proves every page."""
    path, key = post.folder / "ledger.db", post.data_key().subkey("ledger")
    try:
        preflight(path)
        with contextlib.closing(engine.connect(path, key, read_only=False)) as connection:
            found = _found(connection, deep=deep)
            return Found(found.commands, (*found.wrong, *_alarms(post, connection)))
    except (PolicepostError, dbapi2.Error) as error:
        return Found(frozenset(), (f"unreadable: {error}",))


def _found(connection: cipher.Connection, *, deep: bool) -> Found:
    wrong = []
    if deep:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        wrong += cipher.problems_of(connection)
    commands = connection.execute(
        "SELECT id, no, changes, (SELECT count(*) FROM change WHERE command = no) FROM command"
    ).fetchall()
    wrong += [f"half of command {no}" for _, no, said, found in commands if said != found]
    (orphans,) = connection.execute(
        "SELECT count(*) FROM change WHERE command NOT IN (SELECT no FROM command)"
    ).fetchone()
    rows, recorded = connection.execute(
        "SELECT (SELECT count(*) FROM visit), "
        "(SELECT count(*) FROM command WHERE action LIKE '登记走访%')"
    ).fetchone()
    if orphans or rows != ROWS * recorded:
        wrong.append(f"{orphans} changes of nobody, {rows} visits of {recorded} commands")
    return Found(frozenset(bytes(row[0]) for row in commands), tuple(wrong))


def _alarms(post: Post, connection: cipher.Connection) -> list[str]:
    """Return what the mark beside the ledger would wrongly say is missing."""
    mark = Anchor(post.folder / "anchor", bytes(post.data_key().subkey("anchor"))).read()
    if mark is None or not mark.no:
        return []
    there = connection.execute("SELECT mac FROM command WHERE no = ?", (mark.no,)).fetchone()
    if there is not None and bytes(there[0]) == mark.mac:
        return []
    return [f"a false alarm: the mark stands at command {mark.no}, which is not there"]


def repeated(post: Post) -> int:
    """Return how many visits stand in the ledger more than once, to one door with one note."""
    path, key = post.folder / "ledger.db", post.data_key().subkey("ledger")
    with contextlib.closing(engine.connect(path, key, read_only=True)) as connection:
        doubled = "SELECT 1 FROM visit GROUP BY household, note HAVING count(*) > 1"
        return len(connection.execute(doubled).fetchall())
