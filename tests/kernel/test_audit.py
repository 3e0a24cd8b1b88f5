"""A journal falsified by somebody who can open the file is named where it begins.

The seventh way, an end of the same length written anew with the key, is in test_anchor.
"""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Connection, select, text, update

from db.kernel import engine
from db.kernel.records import CommandRow
from db.kernel.seals import command_mac
from db.ledger import Ledger
from db.sample import PASSWORD
from tests.builders import add_visits, street, visit
from tests.conftest import morning

STEPS = 6
Forge = Callable[[Connection, int], None]


def _do(*statements: str) -> Forge:
    def run(connection: Connection, at: int) -> None:
        for statement in statements:
            connection.execute(text(statement.replace("{at}", str(at))))

    return run


def _chain_anew(connection: Connection, at: int) -> None:
    """Change a command and seal all from it on anew, with a key that is not the ledger's."""
    connection.execute(update(CommandRow).where(CommandRow.no == at).values(note="改过"))
    previous = connection.execute(
        select(CommandRow.mac).where(CommandRow.no == at - 1)
    ).scalar_one()
    rows = connection.execute(select(CommandRow).where(CommandRow.no >= at).order_by(CommandRow.no))
    for row in rows.mappings().all():
        mac = command_mac(b"k" * 32, {**row, "previous": previous}, b"")
        values = {"previous": previous, "mac": mac}
        connection.execute(update(CommandRow).where(CommandRow.no == row["no"]).values(values))
        previous = mac


FORGERIES: dict[str, tuple[Forge, str]] = {
    "a value changed": (
        _do("UPDATE change SET fields=replace(fields, 'met', 'refused') WHERE command={at}"),
        "第{at}号操作的第1条改动内容被改过",
    ),
    "a command taken out": (
        _do("DELETE FROM change WHERE command={at}", "DELETE FROM command WHERE no={at}"),
        "日志里第{at}号到第{at}号操作不见了",
    ),
    "the last taken out": (
        _do("DELETE FROM change WHERE command>={at}", "DELETE FROM command WHERE no>={at}"),
        "至少少了4步操作",
    ),
    "all taken out": (_do("DELETE FROM change", "DELETE FROM command"), "至少少了{last}步操作"),
    "two commands exchanged": (
        _do(
            "UPDATE command SET no=-1 WHERE no={at}",
            "UPDATE command SET no={at} WHERE no={at}+1",
            "UPDATE command SET no={at}+1 WHERE no=-1",
        ),
        "第{at}号操作与前一步接不上",
    ),
    "the chain sealed anew without its key": (_chain_anew, "第{at}号操作的记录被改过"),
}


def _after(written: Ledger, folder: Path, forge: Forge, at: int) -> list[str]:
    """What is said of a copy that was altered while it was closed."""
    written.rest()
    shutil.copytree(written.place.folder, folder, ignore=shutil.ignore_patterns("*.lock"))
    raw = engine.open_for_migration(folder / "ledger.db", written.core.file_key)
    with raw.begin() as connection:
        forge(connection, at)
    raw.dispose()
    with Ledger.unlock(folder, PASSWORD, clock=morning()) as copy:
        return copy.problems()


@pytest.mark.parametrize("what", FORGERIES)
def test_a_forged_journal_is_named_where_it_begins(
    ledger: Ledger, tmp_path: Path, what: str
) -> None:
    forge, words = FORGERIES[what]
    door, *_ = street(ledger)
    last = [add_visits(ledger, [visit(door)]) for _ in range(STEPS)][-1]
    at = last - 3
    found = _after(ledger, tmp_path / "copy", forge, at)
    named = words.format(at=at, last=last)
    assert any(named in said for said in found[:2]), found
