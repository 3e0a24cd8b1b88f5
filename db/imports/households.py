"""Household ledgers: one row a door."""

import re
from collections.abc import Sequence
from typing import Any

from db.imports.cells import plain
from db.imports.known import Known
from db.imports.plan import RowReader, merge_values, remember
from db.imports.reader import Cell
from db.kernel.ids import Id, new_id
from db.kernel.text import squeeze
from db.places import Household, HouseholdDraft, household_problems
from db.places.address import Address, written_address

_PARTS = ("estate", "building", "unit", "room", "group", "whole")
# Under a heading that asks whether a home stands empty.
_ANSWERS = {"是": "空户", "√": "空户", "否": "常住", "×": "常住"}
_KEPT = tuple(HouseholdDraft.__dataclass_fields__)


def address_of(values: dict[str, Any], known: Known) -> tuple[str, Address | None]:
    """Return (community named in the address, address) of a row's columns; None if not understood."""
    named, address = written_address(**{name: values.get(name, "") for name in _PARTS})
    return known.community_in_address(named) if named else "", address


class HouseholdPlanner:
    """Plans the rows of household tables."""

    def __init__(self, known: Known) -> None:
        self.known = known
        self.met: dict[Id, int] = {}

    def row(self, reader: RowReader, number: int, row: Sequence[Cell]) -> None:
        """Plan one row and account for it."""
        values = reader.values(number, _told(reader, row))
        if values is None:
            return
        named, address = address_of(values, self.known)
        name = values.get("community") or named or reader.table.community
        community = self.known.community(name)
        if community is None and not name:
            reader.reject(number, row, "community", "不知道是哪个社区的住户")
            return
        if address is None or not (address.building or re.search(r"\d", address.room)):
            at = "whole" if reader.has("whole") else "building"
            reader.reject(number, row, at, "地址看不懂" if address is None else "缺少楼栋或组")
            return
        given = {n: values[n] for n in _KEPT if n in values}
        if reader.problem(number, row, household_problems(HouseholdDraft(**given))):
            return
        if not address.room and "contact" not in given:
            reader.reject(number, row, "room", "没有房号，也没有姓名，认不出是哪一户")
            return
        if community is None:
            community = self.known.make_community(name, reader.account)
        if reader.has("estate") and not address.estate:
            reader.account.note(
                f"“{reader.label('estate')}”一列空着的，按没有小区登记；"
                "如果和上一行是同一个小区，请在表里填上再导入"
            )
        self._store(reader, number, community, address, given)

    def _store(
        self, reader: RowReader, number: int, community: Id, address: Address, given: dict[str, Any]
    ) -> None:
        building = self.known.make_building(community, address)
        current = self._current(community, building, address, given)
        if current is None:
            self._add(community, building, address, given, number)
            reader.account.count("added")
            return
        first = self.met.get(current["id"])
        if first is not None:
            reader.duplicate(number, f"和第{first}行是同一户，以先出现的为准")
            return
        self.met[current["id"]] = number
        fields, remembered = merge_values(
            reader, number, current, current["imported"], given, given
        )
        if remembered != (current["imported"] or {}):
            fields["imported"] = remembered
        reader.account.count("changed" if set(fields) - {"imported"} else "unchanged")
        if fields:
            self.known.plan.change(Household, current["id"], fields)
            current.update(fields)

    def _current(
        self, community: Id, building: Id, address: Address, given: dict[str, Any]
    ) -> dict[str, Any] | None:
        if address.room:
            return self.known.households.get((community, address.key))
        alike = self.known.by_contact.get((building, given["contact"]), [])
        if len(alike) > 1:
            phone = given.get("phone")
            alike = [row for row in alike if row["phone"] == phone] or alike[:1]
        return alike[0] if alike else None

    def _add(
        self, community: Id, building: Id, address: Address, given: dict[str, Any], number: int
    ) -> None:
        key = address.key if address.room else self._running_key(community, address)
        row = {
            "id": new_id(),
            "community": community,
            "building": building,
            "unit": address.unit or None,
            "room": address.room or None,
            "key": key,
            "occupancy": "occupied",
            **{name: None for name in _KEPT if name != "occupancy"},
            **given,
            "imported": remember(given),
        }
        self.known.plan.add(Household, row)
        self.known.households[(community, key)] = row
        if not address.room:
            self.known.by_contact.setdefault((building, row["contact"]), []).append(row)
        self.met[row["id"]] = number

    def _running_key(self, community: Id, address: Address) -> str:
        """The key of a home without a room number: a running 户号 within its 组 or building."""
        n = 1
        while (community, f"{address.key}户{n}") in self.known.households:
            n += 1
        return f"{address.key}户{n}"


def _told(reader: RowReader, row: Sequence[Cell]) -> Sequence[Cell]:
    """The row with the answer to 是否空置 as the word for how a home is lived in."""
    column = reader.table.heading.columns.get("occupancy", len(row))
    if column >= len(row) or "空" not in reader.label("occupancy"):
        return row
    said = _ANSWERS.get(squeeze(plain(row[column])), row[column])
    return [said if at == column else cell for at, cell in enumerate(row)]
