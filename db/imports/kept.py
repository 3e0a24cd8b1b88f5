"""The columns each kind of ledger came in with, kept so that it goes out in them again."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from db.imports.account import REASON
from db.imports.plan import Plan, Table
from db.kernel.ids import Id, new_id
from db.kernel.records import Record, Values


class LedgerLayout(Record):
    """The headings of a kind of ledger in their order, each with its field, "" for none.

    `sheets` tells that each community had a sheet of its own instead of a column.
    """

    __tablename__ = "ledger_layout"
    __table_args__ = (UniqueConstraint("kind"), {"sqlite_with_rowid": False})
    travels = False

    kind: Mapped[str]
    columns: Mapped[dict[str, Any] | None] = mapped_column(Values)
    sheets: Mapped[bool]


def layout_of(table: Table) -> tuple[dict[str, Any], bool]:
    """Return a table's columns as they are kept; one that may never be kept is not among them."""
    heading = table.heading
    fields = {column: name for name, column in heading.columns.items()}
    kept = [
        [text, fields.get(column, "")]
        for column, text in sorted(heading.texts.items())
        if column not in heading.forbidden
    ]
    return {"headings": kept}, bool(table.community) and "community" not in heading.columns


def remember_layouts(connection: Connection, plan: Plan, tables: Sequence[Table]) -> None:
    """Plan to keep the columns of the first table of each kind.

    Rows that were sent back and come again are in the program's own columns, not the post's.
    """
    known = {
        row["kind"]: row for row in connection.execute(select(LedgerLayout.__table__)).mappings()
    }
    met: set[str] = set()
    for table in tables:
        kind = table.heading.kind.code
        if kind in met or REASON in table.heading.texts.values():
            continue
        met.add(kind)
        columns, sheets = layout_of(table)
        stored = known.get(kind)
        if stored is None:
            row = {"id": new_id(), "kind": kind, "columns": columns, "sheets": sheets}
            plan.add(LedgerLayout, row)
        elif (stored["columns"], stored["sheets"]) != (columns, sheets):
            id_: Id = stored["id"]
            plan.change(LedgerLayout, id_, {"columns": columns, "sheets": sheets})
