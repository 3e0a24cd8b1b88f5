"""Volunteer rosters: one row a person, linked to the unit they answer for."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from db.imports.cells import readable
from db.imports.heading_rows import role_in_title
from db.imports.households import address_of
from db.imports.known import Known
from db.imports.plan import RowReader, merge_values, remember
from db.imports.reader import Cell
from db.kernel.ids import Id, new_id
from db.kernel.text import squeeze, tidy_name
from db.people import (
    ROLE_NAMES,
    Volunteer,
    VolunteerDraft,
    VolunteerTerm,
    volunteer_problems,
)
from db.people.terms import turned

_KEPT = tuple(VolunteerDraft.__dataclass_fields__)
# Where a row says for which homes somebody answers.
_LINKS = ("whole", "building", "unit", "group")


class VolunteerPlanner:
    """Plans the rows of volunteer tables; a person is community and name, telephone where shared."""

    def __init__(self, known: Known) -> None:
        self.known = known
        self.met: dict[Id, int] = {}
        self._namesakes: Counter[tuple[str, str]] = Counter()

    def prepare(self, reader: RowReader) -> None:
        """Count how many different telephones stand behind each name, before the rows are read."""
        table = reader.table
        role = role_in_title(table.above, table.sheet)
        if role and not reader.has("role"):
            # A row sent back leaves its title behind, and what that says of everybody.
            reader.context[table.heading.kind.fields["role"].label] = ROLE_NAMES[role]
        columns = table.heading.columns
        phones: dict[tuple[str, str], set[str]] = {}
        for _, row in table.rows:
            name, community, phone = (
                squeeze(str(row[columns[c]] or ""))
                if c in columns and columns[c] < len(row)
                else ""
                for c in ("name", "community", "phone")
            )
            phones.setdefault((community or table.community, tidy_name(name)), set()).add(phone)
        self._namesakes = Counter({key: len(numbers) for key, numbers in phones.items()})

    def row(self, reader: RowReader, number: int, row: Sequence[Cell]) -> None:
        """Plan one row and account for it."""
        row = self._occupation_known(reader, row)
        values = reader.values(number, row)
        if values is None:
            return
        named, address = address_of(values, self.known)
        name = values.get("community") or named or reader.table.community
        if not name and self.known.community("") is None:
            reader.reject(number, row, "community", "不知道是哪个社区的人员")
            return
        given = {n: values[n] for n in _KEPT if n in values}
        if reader.problem(number, row, volunteer_problems(VolunteerDraft(**given), reader.today)):
            return
        community = self.known.community(name)
        if community is None:
            community = self.known.make_community(name, reader.account)
        if address is not None and address.building:
            building = self.known.building(community, address)
            if building is None:
                text = f"{name}{address.building_text}"
                reader.account.note(f"台账里还没有{text}，人员已登记，楼栋等住户台账导入后再连上")
            else:
                given["building"] = building
                given |= {"unit": address.unit} if address.unit else {}
        elif said := next((values[n] for n in _LINKS if values.get(n)), ""):
            reader.account.note(f"“{said}”看不懂是哪栋楼，人员已登记，没有连上楼栋")
        self._store(reader, number, community, given)

    def _occupation_known(self, reader: RowReader, row: Sequence[Cell]) -> Sequence[Cell]:
        column = reader.table.heading.columns.get("occupation")
        if column is None or column >= len(row) or row[column] is None:
            return row
        word = squeeze(str(row[column]))
        if readable(reader.table.heading.kind.fields["occupation"], row[column]):
            return row
        reader.account.note(f"职业“{word}”按“其他”登记")
        changed = list(row)
        changed[column] = "其他"
        return changed

    def _store(self, reader: RowReader, number: int, community: Id, given: dict[str, Any]) -> None:
        alike = self.known.volunteers.setdefault((community, given["name"]), [])
        current = self._same(alike, given, self._shared(reader, community, given["name"]))
        if current is None and not alike:
            current = self._before(community, given)
        if current is None:
            added = {
                "id": new_id(),
                "community": community,
                "role": role_in_title(reader.table.above, reader.table.sheet) or "household_leader",
                **{n: None for n in (*_KEPT, "building", "unit") if n not in ("name", "role")},
                **given,
                "imported": remember(given),
            }
            self.known.plan.add(Volunteer, added)
            alike.append(added)
            self.met[added["id"]] = number
            reader.account.count("added")
            return
        first = self.met.get(current["id"])
        if first is not None:
            reader.duplicate(number, f"和第{first}行是同一个人，以先出现的为准")
            return
        self.met[current["id"]] = number
        last = current["imported"]
        if current not in alike:
            # Known by what a hand changed since: that stays, and the row is named.
            given = {**given, "community": community}
            last = {**(last or {}), **remember({n: given[n] for n in ("community", "name")})}
        fields, remembered = merge_values(reader, number, current, last, given, given)
        if remembered != (current["imported"] or {}):
            fields["imported"] = remembered
        self._keep_term(current, fields, reader)
        reader.account.count("changed" if set(fields) - {"imported"} else "unchanged")
        if fields:
            self.known.plan.change(Volunteer, current["id"], fields)
            current.update(fields)

    def _before(self, community: Id, given: dict[str, Any]) -> dict[str, Any] | None:
        """Who was called so before a renaming or a move, and no other telephone tells apart."""
        phone = given.get("phone")
        for row in self.known.volunteers_called(community, given["name"]):
            if not (phone and row["phone"]) or phone in (
                row["phone"],
                (row["imported"] or {}).get("phone"),
            ):
                return row
        return None

    def _keep_term(
        self, current: dict[str, Any], fields: dict[str, Any], reader: RowReader
    ) -> None:
        """Another role, or somebody who came back, leaves what was before with its days."""
        ends = self.known.term_ends
        ended = turned(current, fields, ends.get(current["id"]), reader.today)
        if ended is not None:
            self.known.plan.add(VolunteerTerm, ended)
            ends[current["id"]] = ended["until"]
            reader.account.note(
                f"{current['name']}原来是{ROLE_NAMES[ended['role']]}，记到{ended['until']}为止；"
                "日期不对可以在“队伍、人员”的经历里改"
            )

    def _shared(self, reader: RowReader, community: Id, name: str) -> bool:
        return any(
            self._namesakes[(written, name)] > 1
            for written in (self.known.name_of(community), reader.table.community, "")
        )

    @staticmethod
    def _same(
        alike: list[dict[str, Any]],
        given: dict[str, Any],
        shared: bool,  # noqa: FBT001
    ) -> dict[str, Any] | None:
        """The person meant: by name alone, by telephone too where people share the name."""
        if not alike:
            return None
        if len(alike) == 1 and not shared:
            return alike[0]
        phone = given.get("phone")
        by_phone = [row for row in alike if row["phone"] == phone]
        return by_phone[0] if by_phone else None
