"""Every table says on purpose how it travels between sites."""

import pytest

from db.exchange.rows import travelling, unique_columns
from db.kernel.journal import table_of
from db.kernel.proofs import record_classes
from db.kernel.records import Record
from db.trainings import Attendance
from db.visits import Visit

NEVER_ASKED = {
    "account", "erasure", "household_alias", "point_correction", "point_line", "point_month", "point_share",
    "record_alias", "site_seen", "visit",
}  # fmt: skip
OF_ONE_COPY = {
    "edition", "erasure_proposal", "field_sheet", "import_mapping", "ledger_layout", "number_given", "number_skipped", "number_start",
    "peer", "point_proposal", "sign_in_sheet",
}  # fmt: skip
FROZEN = {"point_correction", "point_line", "point_month", "point_share"}


@pytest.mark.parametrize("record", record_classes(), ids=lambda r: r.__tablename__)
def test_a_table_says_how_it_travels(record: type[Record]) -> None:
    said = vars(record)
    stays = said.get("travels") is False
    # One or the other, and in the table's own words: nothing travels because nobody thought of it.
    assert stays != ("same_by" in said)
    columns = set(table_of(record).columns.keys()) - {"id"}
    assert set(record.same_by) <= columns
    assert set(record.quiet) <= columns
    unique = unique_columns(record)
    if unique and not stays:
        assert record.same_by in unique


def test_who_is_never_asked_and_what_never_leaves_is_written_down() -> None:
    assert {r.__tablename__ for r in record_classes() if not r.travels} == OF_ONE_COPY
    assert {r.__tablename__ for r in travelling() if not r.asked} == NEVER_ASKED
    assert {r.__tablename__ for r in record_classes() if r.frozen} == FROZEN
    assert not any(r.undoable for r in record_classes() if r.frozen)


def test_what_is_referred_to_is_settled_first() -> None:
    order = [record.__tablename__ for record in travelling()]
    for record in travelling():
        for key in table_of(record).foreign_keys:
            other = key.column.table.name
            assert other == record.__tablename__ or order.index(other) < order.index(
                record.__tablename__
            )
    named = {Visit.__tablename__, Attendance.__tablename__}
    for name in ("attachment", "point_decision", "point_entry", "point_share", "reward"):
        assert max(order.index(other) for other in named) < order.index(name)
