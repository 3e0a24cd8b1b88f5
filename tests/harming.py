"""A ledger harmed past the program, as an old page put back or a fault of the library would."""

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

from db.kernel import cipher, engine
from db.kernel.log import MOST
from db.ledger import Ledger


@contextlib.contextmanager
def _schema(ledger: Ledger) -> Iterator[cipher.Connection]:
    """Lend a connection that may write the schema's own table; every other connection reads it anew."""
    connection = engine.connect(
        ledger.place.ledger, ledger.core.file_key, read_only=False, guarded=False
    )
    with contextlib.closing(connection):
        (version,) = connection.execute("PRAGMA schema_version").fetchone()
        connection.execute("PRAGMA writable_schema=ON")
        yield connection
        connection.execute(f"PRAGMA schema_version={version + 1}")


def harm_index(ledger: Ledger, name: str, meanwhile: Callable[[], object]) -> None:
    """Let an index stand as it was while its table changes: what is written `meanwhile` lacks in it."""
    with _schema(ledger) as connection:
        row = connection.execute("SELECT * FROM sqlite_schema WHERE name = ?", (name,)).fetchone()
        connection.execute("DELETE FROM sqlite_schema WHERE name = ?", (name,))
    meanwhile()
    with _schema(ledger) as connection:
        connection.execute("INSERT INTO sqlite_schema VALUES (?, ?, ?, ?, ?)", row)


def grow_log(ledger: Ledger) -> None:
    """Write so much into the log that it is longer than it should ever get, while somebody reads.

    The ledger itself hardly grows: it is the same draft over and over.
    """
    log = ledger.place.ledger.with_name(f"{ledger.place.ledger.name}-wal")
    draft = {"note": "长" * 2**19}
    while log.stat().st_size <= MOST:
        assert ledger.keep_unsaved("test", draft)


def locks_held(file: Path) -> int:
    """Return how many locks of the system lie on a file, whoever holds them."""
    mark = f":{file.stat().st_ino} "
    return sum(mark in line for line in Path("/proc/locks").read_text("utf-8").splitlines())
