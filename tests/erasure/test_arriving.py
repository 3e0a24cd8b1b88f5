"""An erasure that comes from another site: what it had not seen goes too, what came after it stays."""

from typing import Any

import pytest
from sqlalchemy import select, text

from db.kernel import engine
from db.kernel.access import Right
from db.kernel.erasing import erase_arrived
from db.kernel.erasure import Erasure
from db.kernel.ids import Id, new_id
from db.kernel.journal import Command, Tx
from db.ledger import Ledger
from db.places import Household, HouseholdDraft, change_household
from db.search import find
from db.search_text import SearchText
from tests.builders import DAY, rows_command, street

OLD, NEW = "雀旧户主", "雀新户主"
FIELDS = ("contact", "phone", "residents", "note", "imported.contact", "imported.phone")


@pytest.fixture
def home(ledger: Ledger) -> Id:
    (door,) = street(ledger, homes=1)
    ledger.write(change_household(door, HouseholdDraft(contact=OLD, phone="13870000123")))

    def remember(tx: Tx) -> None:
        values: dict[str, Any] = {"contact": OLD, "occupancy": "occupied"}
        tx.change(Household, {door: {"imported": values}})

    ledger.write(Command("导入台账", Right.IMPORT, remember))
    return door


def _arrives(ledger: Ledger, home: Id) -> Id:
    """Take the row of an erasure in, as a package does before anything is carried out."""
    made = new_id()
    row = {"id": made, "entity": "household", "record": home, "fields": FIELDS}
    ledger.write(rows_command(Erasure, [{**row, "rule": "request", "day": DAY}]))
    return made


def _carry_out(ledger: Ledger, erasure: Id) -> int:
    command = Command("合并", Right.IMPORT, lambda tx: erase_arrived(tx, [erasure]))
    return ledger.write(command).value.records


def _journal(ledger: Ledger) -> str:
    with ledger.read() as connection:
        return "\n".join(connection.execute(text("SELECT fields FROM change")).scalars())


def _row(ledger: Ledger, home: Id) -> Any:
    with ledger.read() as connection:
        asked = select(Household.__table__).where(Household.id == home)
        return connection.execute(asked).one()


def test_the_receivers_rows_and_journal_lose_it(ledger: Ledger, home: Id) -> None:
    erasure = _arrives(ledger, home)
    assert _carry_out(ledger, erasure) == 1
    row = _row(ledger, home)
    assert (row.contact, row.phone, row.imported) == (None, None, {"occupancy": "occupied"})
    assert OLD not in _journal(ledger)
    assert ledger.problems() == []
    before = _row(ledger, home)
    _carry_out(ledger, erasure)
    assert _row(ledger, home) == before
    assert ledger.problems() == []


def test_search_keys_that_a_window_holds_lose_it(ledger: Ledger, home: Id) -> None:
    held = SearchText()
    with ledger.read() as connection:
        assert [hit.record for hit in find(connection, OLD, keys=held)] == [home]
    row = {"id": new_id(), "entity": "household", "record": home, "fields": FIELDS}

    def take_in(tx: Tx) -> None:
        tx.add(Erasure, [{**row, "rule": "request", "day": DAY}])
        erase_arrived(tx, [row["id"]])

    ledger.write(Command("合并", Right.IMPORT, take_in))
    with ledger.read() as connection:
        assert find(connection, OLD, keys=held) == []


def test_what_was_written_after_it_stays_and_does_not_tell_what_was_before(
    ledger: Ledger, home: Id
) -> None:
    erasure = _arrives(ledger, home)
    ledger.write(change_household(home, HouseholdDraft(contact=NEW, phone="13870000456")))
    assert OLD in _journal(ledger), "the later change tells the old value as what it replaced"
    _carry_out(ledger, erasure)
    row = _row(ledger, home)
    assert (row.contact, row.phone, row.imported) == (
        NEW,
        "13870000456",
        {"occupancy": "occupied"},
    )
    said = _journal(ledger)
    assert OLD not in said
    assert "13870000123" not in said
    assert NEW in said
    assert ledger.problems() == []


def test_an_older_change_that_arrives_after_it_is_stripped(ledger: Ledger, home: Id) -> None:
    erasure = _arrives(ledger, home)
    ledger.write(change_household(home, HouseholdDraft(contact=NEW)))
    with ledger.core.writer.begin() as connection, engine.maintenance(connection):
        # As a package brings it that comes late: further on in the journal, by its stamp before.
        later = text("UPDATE command SET stamp = stamp + :ahead WHERE no = (SELECT command FROM change WHERE entity = 'erasure')")  # fmt: skip
        connection.execute(later, {"ahead": 1 << 50})
    _carry_out(ledger, erasure)
    assert _row(ledger, home).contact is None
    assert NEW not in _journal(ledger)
    with ledger.core.writer.begin() as connection, engine.maintenance(connection):
        connection.execute(text(str(later).replace("+", "-")), {"ahead": 1 << 50})
