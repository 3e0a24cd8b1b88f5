"""Sealed copies of a ledger's file: made in one step, closed, opened afresh and compared.

The library's own copying is used, never a copy of the file: beside an open window the file alone
may hold nothing (docs/RELIABILITY.md).
"""

import contextlib
import os
from dataclasses import dataclass
from pathlib import Path

from sqlcipher3 import dbapi2

from db import migrations
from db.kernel import cipher, engine
from db.kernel.errors import PolicepostError
from db.kernel.files import new_private_file, preflight, sync_file


@dataclass(frozen=True)
class Content:
    """What a copy must agree in: row counts by table, number and MAC of the last command."""

    rows: dict[str, int]
    head: int
    head_mac: str


def content_of(connection: cipher.Connection) -> Content:
    """Return row counts by table and the journal's head, as one connection sees them."""
    names = connection.execute(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        " ORDER BY name"
    ).fetchall()
    rows = {}
    for (name,) in names:
        quoted = '"' + name.replace('"', '""') + '"'
        rows[name] = connection.execute(f"SELECT count(*) FROM {quoted}").fetchone()[0]  # noqa: S608
    head = None
    if "command" in rows:
        head = connection.execute("SELECT no, mac FROM command ORDER BY no DESC LIMIT 1").fetchone()
    return Content(rows, head[0], bytes(head[1]).hex()) if head else Content(rows, 0, "")


def _is_newer(connection: cipher.Connection) -> bool:
    """Tell whether this program does not know the schema, and so could not open what it put back."""
    table = "SELECT 1 FROM sqlite_schema WHERE name = 'alembic_version'"
    if connection.execute(table).fetchone() is None:
        return False
    said = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return said is not None and said[0] not in migrations.VERSIONS


def copy_sealed(source: cipher.Connection, target: Path, key: cipher.Key) -> None:
    """Copy what the source sees into a new file under another key, in one step.

    The copy needs no log beside it, so it can be read from any medium. Copying page by page beside
    a writer would start again for ever (docs/RELIABILITY.md, V9, V21).
    """
    os.close(new_private_file(target))
    connection = cipher.keyed(target, key, "mode=rw")
    with contextlib.closing(connection):
        connection.execute("PRAGMA synchronous=EXTRA")
        source.backup(connection, pages=-1)
        connection.execute("PRAGMA journal_mode=DELETE").fetchall()
    sync_file(target)


def check_sealed(path: Path, key: cipher.Key, expected: Content) -> list[str]:
    """Open a closed copy afresh and return what is wrong with it; empty if it is as expected."""
    try:
        whole_pages = preflight(path)
        connection = cipher.opened(path, key, "mode=ro&immutable=1")
        with contextlib.closing(connection):
            # As much as the ledger itself has: with the library's own 2 MB the check of indexes reads
            # and decrypts most pages many times, four times as long for 90 MB.
            connection.execute(f"PRAGMA cache_size={cipher.CACHE_KIB}").fetchall()
            problems = cipher.problems_of(connection)
            if not problems and content_of(connection) != expected:
                problems.append("行数或最后一步操作与记下的不一致")
            if not problems and _is_newer(connection):
                problems.append("它是用更新的程序做的，请先升级本程序再用它")
    except PolicepostError as error:
        return [str(error)]
    except dbapi2.Error as error:
        return [str(engine.translate(error))]
    return problems if whole_pages else [*problems, "文件被截短，不是整页"]
