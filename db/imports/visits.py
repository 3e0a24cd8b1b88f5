"""Visit ledgers: one row a try at a door that the ledger knows."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import select

from db.imports.cells import CellError, day_in, span_in
from db.imports.households import address_of
from db.imports.known import Known
from db.imports.plan import RowReader
from db.imports.reader import Cell
from db.kernel.ids import Id, new_id
from db.visits import Visit, VisitDraft, visit_problems

_STORED = ("household", "day", "at", "outcome", "people", "leaflets", "staff", "volunteers",
           "topics", "found", "note")  # fmt: skip
_NAMED = ("staff", "volunteers")
_TOLD = tuple(name for name in _STORED if name not in _NAMED)
_DRAFTED = tuple(VisitDraft.__dataclass_fields__)


class VisitPlanner:
    """Plans the rows of visit tables; a visit is all of its stored fields.

    Its people are compared by their names: who came along before the roster did is a colleague.
    """

    def __init__(self, known: Known) -> None:
        self.known = known
        self.met: dict[tuple[Any, ...], int] = {}
        self._stored: set[tuple[Any, ...]] = set()
        self._loaded: set[date] = set()
        self._edited: dict[tuple[Any, ...], dict[str, Any]] | None = None

    def prepare(self, reader: RowReader) -> None:
        """Load what the ledger has on the days of the table."""
        table = reader.table
        if not self._said(reader, {}):
            reader.context.pop("社区", None)
        column = table.heading.columns["day"]
        days = set()
        for _, row in table.rows:
            try:
                day = day_in(row[column]) if column < len(row) else None
            except CellError:
                continue
            if day is not None:
                days.add(day)
        new = days - self._loaded
        if not new:
            return
        columns = [getattr(Visit, name) for name in _STORED]
        between = Visit.day.between(min(new), max(new))
        for row in self.known.connection.execute(select(*columns).where(between)):
            self._stored.add(self._key(row._asdict()))
        self._loaded |= new
        if self._edited is None:
            self._edited = self._load_edited()

    def _load_edited(self) -> dict[tuple[Any, ...], dict[str, Any]]:
        """Visits edited by hand, under the values they came in with."""
        edited = {}
        statement = select(Visit.__table__).where(Visit.original.is_not(None))
        for row in self.known.connection.execute(statement).mappings():
            came = {**row, **Visit.from_original(row["original"])}
            edited[self._key(came)] = dict(row)
        return edited

    def _key(self, visit: Mapping[str, Any]) -> tuple[Any, ...]:
        ids = (*visit["staff"], *visit["volunteers"])
        names = frozenset(self.known.people.get(id_, id_) for id_ in ids)
        return (*(visit[name] for name in _TOLD), names)

    def row(self, reader: RowReader, number: int, row: Sequence[Cell]) -> None:
        """Plan one row and account for it."""
        values = reader.values(number, row)
        if values is None:
            return
        if "at" not in values and reader.has("day") and not reader.has("at"):
            start, _ = span_in(row[reader.table.heading.columns["day"]])
            values |= {"at": start} if start is not None else {}
        household = self._household(reader, number, row, values)
        if household is None:
            return
        given = {n: values[n] for n in _DRAFTED if n in values}
        if reader.problem(number, row, visit_problems(VisitDraft(**given), reader.today)):
            return
        given["household"] = household
        if self._is_new(reader, number, given, self._community(reader, values)):
            self._add(reader, given, self._community(reader, values))

    def _household(
        self, reader: RowReader, number: int, row: Sequence[Cell], values: dict[str, Any]
    ) -> Id | None:
        named, address = address_of(values, self.known)
        said = named or self._said(reader, values)
        community = self.known.community(said)
        at = "whole" if reader.has("whole") else "room" if reader.has("room") else "building"
        if address is None:
            reader.reject(number, row, at, "地址看不懂")
            return None
        if said and community is None:
            # Its door may stand in another community too, under the same number.
            reason = f"台账里没有“{said}”，请核对社区，或先导入它的住户"
            reader.reject(number, row, at if named else "community", reason)
            return None
        found = self.known.door(community, address)
        if found is None and not address.room and community is not None:
            building = self.known.building(community, address)
            alike = (
                self.known.by_contact.get((building, values.get("contact", "")), [])
                if building
                else []
            )
            found = alike[0]["id"] if len(alike) == 1 else None
        if found is None:
            written = f"{said}{address.text}"
            reader.reject(number, row, at, f"台账里没有“{written}”这一户，请先导入或登记住户")
        return found

    def _community(self, reader: RowReader, values: dict[str, Any]) -> Id | None:
        return self.known.community(self._said(reader, values))

    def _said(self, reader: RowReader, values: dict[str, Any]) -> str:
        """The community of a row by its column or its table; what a title may mean says no unknown one."""
        table = reader.table
        guessed = table.guessed and self.known.community(table.community) is None
        return values.get("community") or ("" if guessed else table.community)

    def _leader(self, name: str, community: Id | None) -> Id | None:
        alike = self.known.volunteers_called(community, name)
        return alike[0]["id"] if alike else None

    def _is_new(
        self, reader: RowReader, number: int, given: dict[str, Any], community: Id | None
    ) -> bool:
        """Tell whether the ledger lacks this visit; account for it if not."""
        visitors, companions = (given.get(name, ()) for name in _NAMED)
        called = {n: self.known.colleague(n) for n in visitors}
        called |= {n: self._leader(n, community) or self.known.colleague(n) for n in companions}
        told = tuple(given.get(name, () if name == "topics" else None) for name in _TOLD)
        # As people are called now; and as the file calls them, where the visit came in before them.
        keys = [
            (*told, frozenset(self.known.people.get(id_ or b"", n) for n, id_ in called.items())),
            (*told, frozenset(called)),
        ]
        first = self.met.get(keys[0])
        if first is not None:
            reader.duplicate(number, f"和第{first}行完全相同")
            return False
        self.met[keys[0]] = number
        if any(key in (self._edited or {}) for key in keys):
            reader.account.count("unchanged")
            reader.tell("stale", number, "", "", "台账里已经手工改过，文件里还是旧值，保留手工改的")
            return False
        if any(key in self._stored for key in keys):
            reader.account.count("unchanged")
            return False
        return True

    def _add(self, reader: RowReader, given: dict[str, Any], community: Id | None) -> None:
        visitors, companions = (given.get(name, ()) for name in _NAMED)
        leaders = {n: self._leader(n, community) for n in companions}
        strangers = tuple(n for n, id_ in leaders.items() if id_ is None)
        row = dict.fromkeys(_STORED) | {"topics": ()} | given
        row["staff"] = self.known.staff((*visitors, *strangers), reader.account)
        row["volunteers"] = tuple(id_ for id_ in leaders.values() if id_ is not None)
        self.known.plan.add(Visit, {"id": new_id(), **row})
        reader.account.count("added")
