"""The write path: one command is all or nothing, undo gives back what was, tampering is named."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from db.kernel import engine, history, proofs
from db.kernel.access import Right
from db.kernel.errors import UserError
from db.kernel.ids import new_id
from db.kernel.journal import Command, Tx
from db.kernel.records import Record
from db.ledger import Ledger
from db.people import Staff
from db.places import Household, HouseholdDraft, change_household
from db.visits import Visit, change_visit
from tests.builders import add_visits, rows_command, street, visit


def state(ledger: Ledger) -> str:
    with ledger.read() as connection:
        return proofs.digest(connection)


def last_number(ledger: Ledger) -> int:
    with ledger.read() as connection:
        return history.history(connection, 1)[0].no


def test_a_command_that_fails_half_way_leaves_nothing(ledger: Ledger) -> None:
    doors = street(ledger)
    before, number = state(ledger), last_number(ledger)

    def run(tx: Tx) -> None:
        tx.add(Visit, [visit(doors[0])])
        raise UserError("不行")

    with pytest.raises(UserError):
        ledger.write(Command("失败", Right.WRITE, run))
    assert state(ledger) == before
    assert last_number(ledger) == number


def test_the_same_command_twice_is_done_once(ledger: Ledger) -> None:
    doors = street(ledger)
    command = rows_command(Visit, [visit(doors[0])])
    ledger.write(command)
    with pytest.raises(UserError, match="已经做过"):
        ledger.write(command)


def test_undo_gives_back_exactly_what_was(ledger: Ledger) -> None:
    doors = street(ledger)
    before = state(ledger)
    done = ledger.write(change_household(doors[0], HouseholdDraft(contact="仇霞", residents=3)))
    assert state(ledger) != before
    undone = ledger.undo(done.no)
    assert state(ledger) == before
    ledger.undo(undone.no)
    with ledger.read() as connection:
        assert [e.undone for e in history.history(connection, 3)] == [False, True, False]


def test_undo_is_refused_while_later_work_touches_the_same(ledger: Ledger) -> None:
    doors = street(ledger)
    first = ledger.write(change_household(doors[0], HouseholdDraft(contact="甲")))
    second = ledger.write(change_household(doors[0], HouseholdDraft(contact="乙")))
    with pytest.raises(UserError, match=f"第{second.no}号"):
        ledger.undo(first.no)
    ledger.undo(second.no)
    ledger.undo(first.no)


def test_undo_is_refused_while_later_rows_hang_on_the_added(ledger: Ledger) -> None:
    doors = street(ledger)
    homes = last_number(ledger)
    colleague = new_id()
    staff = ledger.write(rows_command(Staff, [{"id": colleague, "name": "王英"}]))
    added = add_visits(ledger, [visit(doors[0], staff=(colleague,))])
    for number in (homes, staff.no):
        with pytest.raises(UserError, match="不能撤销"):
            ledger.undo(number)
    ledger.undo(added)
    ledger.undo(staff.no)
    ledger.undo(homes)


def test_accounts_are_never_undone(ledger: Ledger) -> None:
    with pytest.raises(UserError, match="不能撤销"):
        ledger.undo(1)


STEPS = st.lists(
    st.tuples(st.sampled_from(["visit", "home", "edit", "remove", "undo"]), st.integers(0, 30)),
    max_size=14,
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=STEPS)
def test_any_history_undone_gives_the_digest_before(
    ledger: Ledger, steps: list[tuple[str, int]]
) -> None:
    if last_number(ledger) < 4:
        street(ledger)
    with ledger.read() as connection:
        doors = list(connection.execute(text("SELECT id FROM household ORDER BY id")).scalars())
    start, before = last_number(ledger), state(ledger)
    own: list[int] = []
    for what, n in steps:
        with ledger.read() as connection:
            visits = list(connection.execute(text("SELECT id FROM visit ORDER BY id")).scalars())
        try:
            own.append(_step(ledger, what, n, doors, visits, own))
        except UserError:
            continue
    with ledger.read() as connection:
        effective = [
            e.no
            for e in history.history(connection, 100)
            if e.no > start and e.changes and not e.undone and e.action != "撤销"
        ]
    for number in effective:
        ledger.undo(number)
    assert state(ledger) == before


def _step(
    ledger: Ledger, what: str, n: int, doors: list[Any], visits: list[Any], own: list[int]
) -> int:
    if what == "visit" or (what in ("edit", "remove") and not visits):
        return add_visits(ledger, [visit(doors[n % len(doors)], people=n)])
    if what == "home":
        draft = HouseholdDraft(contact=f"人{n}", residents=n)
        return ledger.write(change_household(doors[n % len(doors)], draft)).no
    if what == "edit":
        return ledger.write(change_visit(visits[n % len(visits)], {"people": n})).no
    if what == "remove":
        gone = [visits[n % len(visits)]]
        return ledger.write(Command("删除", Right.WRITE, lambda tx: tx.remove(Visit, gone))).no
    return ledger.undo(own[n % len(own)] if own else 1).no


TAMPERINGS = {
    "a value": "UPDATE change SET fields = replace(fields, '\"met\"', '\"refused\"') WHERE entity='visit'",
    "a change taken out": "DELETE FROM change WHERE entity='visit' AND n=0",
    "a command's author": "UPDATE command SET wall='2020-01-01T00:00:00Z' WHERE no=3",
    "a command taken out": "DELETE FROM command WHERE no=3",
    "a row behind the program's back": "UPDATE visit SET people=99",
    "a row taken out": "DELETE FROM visit",
    "a search key": "UPDATE search_key SET text='别人'",
}


@pytest.mark.parametrize("what", TAMPERINGS)
def test_tampering_is_named(tmp_path: Path, what: str) -> None:
    from tests.conftest import POST, morning  # noqa: PLC0415

    made, _ = Ledger.create(tmp_path / "ledger", POST, "a long enough password", clock=morning())
    with made as ledger:
        doors = street(ledger)
        ledger.write(change_household(doors[0], HouseholdDraft(contact="仇霞")))
        add_visits(ledger, [visit(doors[0]), visit(doors[1])])
        assert ledger.problems() == []
        raw = engine.open_for_migration(ledger.place.ledger, ledger.core.file_key)
        with raw.begin() as connection:
            connection.execute(text(TAMPERINGS[what]))
        raw.dispose()
        assert ledger.problems() != []


def test_history_of_a_record_tells_old_and_new(ledger: Ledger) -> None:
    doors = street(ledger)
    ledger.write(change_household(doors[0], HouseholdDraft(contact="甲")))
    ledger.write(change_household(doors[0], HouseholdDraft(contact="乙", residents=2)))
    with ledger.read() as connection:
        entries = history.record_history(connection, Household, doors[0])
    assert [sorted(e.fields) for e in entries[1:]] == [["contact"], ["contact", "residents"]]
    assert entries[2].fields["contact"] == ("甲", "乙")


def test_a_search_key_follows_its_row(ledger: Ledger) -> None:
    doors = street(ledger)
    ledger.write(change_household(doors[0], HouseholdDraft(contact="仇霞", phone="13800138000")))
    query = text("SELECT text FROM search_key WHERE record = :id")
    with ledger.read() as connection:
        key = connection.execute(query, {"id": doors[0]}).scalar_one()
    assert {"仇霞", "qiuxia", "13800138000", "晨园1-1-101"} <= set(key.split())


def test_every_table_is_journalled_or_named_here() -> None:
    journalled = {r.__tablename__ for r in proofs.record_classes()}
    others = set(Record.metadata.tables) - journalled
    exchange = {"site_key", "known_as", "conflict", "peer_state", "receipt", "blob_name"}
    assert (
        others == {"command", "change", "search_key", "site", "unsaved", "edition_pdf"} | exchange
    )


def test_a_redo_is_not_taken_back_once_its_step_was_undone_anew(ledger: Ledger) -> None:
    """The redo had nothing left to take back, and still turned the history round."""
    doors = street(ledger)
    added = add_visits(ledger, [visit(doors[0])])
    redone = ledger.undo(ledger.undo(added).no)
    again = ledger.undo(added)
    with pytest.raises(UserError, match=f"第{again.no}号"):
        ledger.undo(redone.no)
    ledger.undo(again.no)
    ledger.undo(added)
