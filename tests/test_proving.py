"""An old page put back into the file: only the tables held against the journal tell."""

import shutil
from pathlib import Path

import pytest

from db.kernel.access import Right
from db.kernel.files import PAGE
from db.kernel.history import history
from db.kernel.journal import Command, Tx
from db.kernel.keys import DataKey
from db.kernel.place import Place
from db.ledger import Ledger
from db.proving import PROOF, proof_is_due, prove_tables
from db.visits import Visit
from tests.builders import add_visits, street, visit
from tests.conftest import morning


def _nothing() -> None:
    """Nobody asks to stop."""


def _pages(file: Path) -> list[bytes]:
    data = file.read_bytes()
    return [data[at : at + PAGE] for at in range(0, len(data), PAGE)]


def test_a_page_of_yesterday_is_named_by_its_table(ledger: Ledger, tmp_path: Path) -> None:
    """Each page that a correction changed is put back alone, as it was before."""
    row = visit(street(ledger)[0], note="昨天")
    add_visits(ledger, [row])
    ledger.rest()
    before = _pages(ledger.place.ledger)

    def correct(tx: Tx) -> None:
        tx.change(Visit, {row["id"]: {"note": "今天"}})

    ledger.write(Command("更正", Right.WRITE, correct))
    ledger.rest()
    now = _pages(ledger.place.ledger)
    missed = []
    for number, (old, new) in enumerate(zip(before, now, strict=False)):
        if old == new or number == 0:
            continue
        folder = shutil.copytree(ledger.place.folder, tmp_path / str(number))
        (folder / "ledger.db").write_bytes(b"".join([*now[:number], old, *now[number + 1 :]]))
        key = DataKey(ledger.core.key.open_copy())
        opened = Ledger._open(Place(folder), key, ledger.session.account, morning(), write=True)
        with opened:
            if opened.missing or opened.prove_chain(_nothing):
                continue
            missed.append(prove_tables(opened, _nothing))
    assert ["数据表“visit”与日志对不上，有内容没有经过程序就被改动"] in missed


def test_the_tables_are_proved_once_a_month_and_the_history_says_so(ledger: Ledger) -> None:
    street(ledger)
    assert proof_is_due(ledger)
    assert prove_tables(ledger, _nothing) == []
    assert not proof_is_due(ledger)
    with ledger.read() as connection:
        assert [e.note for e in history(connection, 1) if e.action == PROOF] == ["对得上"]


def test_the_proof_can_be_stopped(ledger: Ledger) -> None:
    street(ledger)

    def stop() -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        prove_tables(ledger, stop)
    assert proof_is_due(ledger)
