"""Mappings made by hand, remembered for the next file of the same shape."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from db.imports.plan import Plan
from db.kernel.ids import Id, new_id
from db.kernel.records import Record, Values


class ImportMapping(Record):
    """Headings in order, and which of them a person said to be which field."""

    __tablename__ = "import_mapping"
    __table_args__ = (UniqueConstraint("shape"), {"sqlite_with_rowid": False})
    travels = False

    shape: Mapped[str]
    columns: Mapped[dict[str, Any] | None] = mapped_column(Values)


class Mappings:
    """The mappings the ledger remembers."""

    def __init__(self, connection: Connection) -> None:
        rows = connection.execute(select(ImportMapping.__table__)).mappings()
        self._known: dict[str, tuple[Id, dict[str, str]]] = {
            row["shape"]: (row["id"], row["columns"] or {}) for row in rows
        }

    def all(self) -> dict[str, dict[str, str]]:
        """Return every mapping under the headings it is for."""
        return {shape: columns for shape, (_, columns) in self._known.items()}

    def remember(self, plan: Plan, shape: str, columns: Mapping[str, str]) -> None:
        """Plan to keep a mapping for the shape."""
        known = self._known.get(shape)
        other = next((s for s in self._known if _headings(s) == _headings(shape)), shape)
        if other != shape:
            # The same headings are now said to be another kind of ledger: the newer word stands.
            id_, _ = self._known.pop(other)
            plan.change(ImportMapping, id_, {"shape": shape, "columns": dict(columns)})
            self._known[shape] = (id_, dict(columns))
        elif known is None:
            id_ = new_id()
            plan.add(ImportMapping, {"id": id_, "shape": shape, "columns": dict(columns)})
            self._known[shape] = (id_, dict(columns))
        elif known[1] != dict(columns):
            plan.change(ImportMapping, known[0], {"columns": dict(columns)})


def _headings(shape: str) -> str:
    return shape.partition("|")[2]
