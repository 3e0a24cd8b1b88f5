"""The lines of each kind of ledger, by the fields of its import, as a workbook writes them."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any

from sqlalchemy import Connection, Select, select

from db.disputes import Dispute, DisputeParty
from db.disputes.course import MediationSession
from db.disputes.lines import dispute_lines
from db.disputes.numbers import number_text, post_code
from db.imports.cells import written
from db.imports.headings import KINDS
from db.kernel.ids import Id
from db.kernel.workdays import Period
from db.people import ROLE_NAMES, Staff, Volunteer
from db.places import Building, Community, Household
from db.places.address import Address
from db.places.lists import walking_order
from db.trainings import Attendance, Training
from db.visits import Visit

# A field's value, as it stands in a cell; what a line does not say has no value.
Line = dict[str, str | int | date | None]
_ADDRESS = ("estate", "building", "unit", "room", "group", "whole")


def lines_of(
    connection: Connection, kind: str, period: Period | None, community: Id | None
) -> list[Line]:
    """Return the lines of a kind of ledger in the order people keep them."""
    return _LINES[kind](connection, period, community)


def _cells(kind: str, row: Mapping[str, Any]) -> Line:
    fields = KINDS[kind].fields
    return {n: written(f, row[n]) for n, f in fields.items() if n in row and n not in _ADDRESS}


def _address(row: Mapping[str, Any]) -> Line:
    """The columns of an address; a 组 stands under 楼栋 too, for ledgers that have no other."""
    rural, unit, room = row["rural"], row["unit"] or "", row.get("room") or ""
    number = row["number"] or ""
    named = f"{number}组" if rural else f"{number}号楼"
    whole = Address(row["estate"] or "", number, unit, room, group=bool(rural))
    return {
        "community": row["community_name"],
        "estate": row["estate"] or None,
        "building": named if number else None,
        "unit": f"{unit}单元" if unit else None,
        "room": room or None,
        "group": named if rural and number else None,
        "whole": whole.text if number or room else None,
    }


_PLACE = (
    Community.name.label("community_name"), Building.estate, Building.number, Building.rural,
    Building.community,
)  # fmt: skip


def _households(connection: Connection, period: Period | None, community: Id | None) -> list[Line]:
    del period
    statement: Select[Any] = (
        select(
            *_PLACE,
            *(
                getattr(Household, n)
                for n in ("unit", "room", "occupancy", "contact", "phone", "residents", "note")
            ),
        )
        .join(Building, Building.id == Household.building)
        .join(Community, Community.id == Building.community)
        .order_by(*walking_order())
    )
    if community is not None:
        statement = statement.where(Household.community == community)
    return [_cells("households", row) | _address(row) for row in _rows(connection, statement)]


def _volunteers(connection: Connection, period: Period | None, community: Id | None) -> list[Line]:
    del period
    statement: Select[Any] = (
        select(
            Community.name.label("community_name"), Building.estate, Building.number, Building.rural,
            *(getattr(Volunteer, n) for n in ("unit", "name", "role", "occupation", "phone", "since", "until", "note")),
        )
        .join(Community, Community.id == Volunteer.community)
        .join(Building, Building.id == Volunteer.building, isouter=True)
        .order_by(Community.rank, Community.id, Volunteer.id)
    )  # fmt: skip
    if community is not None:
        statement = statement.where(Volunteer.community == community)
    return [_cells("volunteers", row) | _address(row) for row in _rows(connection, statement)]


def _visits(connection: Connection, period: Period | None, community: Id | None) -> list[Line]:
    columns = (
        "day",
        "at",
        "outcome",
        "people",
        "leaflets",
        "staff",
        "volunteers",
        "topics",
        "found",
        "note",
    )
    statement: Select[Any] = (
        select(
            *_PLACE,
            Household.unit,
            Household.room,
            Household.contact,
            *(getattr(Visit, n) for n in columns),
        )
        .join(Household, Household.id == Visit.household)
        .join(Building, Building.id == Household.building)
        .join(Community, Community.id == Building.community)
        .order_by(Visit.day, Visit.at, Visit.id)
    )
    statement = _within(statement, Visit.day, period)
    if community is not None:
        statement = statement.where(Building.community == community)
    staff, leaders = _names(connection, Staff), _names(connection, Volunteer)
    lines = []
    for row in _rows(connection, statement):
        said = dict(row)
        said["staff"] = tuple(staff[id_] for id_ in row["staff"])
        said["volunteers"] = tuple(leaders[id_] for id_ in row["volunteers"])
        # Who lives there is the household ledger's to say; here it finds a door without a number.
        said["contact"] = row["contact"] if not row["room"] else None
        lines.append(_cells("visits", said) | _address(row))
    return lines


def _disputes(connection: Connection, period: Period | None, community: Id | None) -> list[Line]:
    staff, places = _names(connection, Staff), _names(connection, Community)
    wanted = _within(select(Dispute.id), Dispute.registered, period)
    if community is not None:
        wanted = wanted.where(Dispute.community == community)
    asked = wanted.order_by(
        Dispute.registered, Dispute.paper_year, Dispute.paper_number, Dispute.id
    )
    known, lines, code = dispute_lines(connection), [], post_code(connection)
    beside = _named_beside(connection)
    for id_ in connection.execute(asked).scalars():
        line = known[id_]
        number = line["paper_number"]
        own = number_text(code, line["given_year"], line["given_number"])
        said = {
            **line,
            "number": f"{line['paper_year']}-{number}" if number else own or None,
            "community": places.get(line["community"]),
            "mediators": tuple(staff[one] for one in line["mediators"]),
            "parties": (*line["side_a"], *line["side_b"]),
        }
        # Whose names the texts may hold too; it is no field and goes into no cell.
        lines.append(_cells("disputes", said) | {"beside": "、".join(beside.get(id_, ()))})
    return lines


def _named_beside(connection: Connection) -> dict[Id, list[str]]:
    """Who stands beside the parties of each dispute: guardians, agents, an organisation's head, and
    those of the roster who took part in its mediation."""
    found: dict[Id, list[str]] = {}
    asked = select(
        DisputeParty.dispute, DisputeParty.guardian, DisputeParty.agent, DisputeParty.head
    )
    for of, *names in connection.execute(asked):
        found.setdefault(of, []).extend(name for name in names if name)
    roster = _names(connection, Volunteer)
    for of, volunteers in connection.execute(
        select(MediationSession.dispute, MediationSession.volunteers)
    ):
        found.setdefault(of, []).extend(roster[id_] for id_ in volunteers or ())
    return found


def _trainings(connection: Connection, period: Period | None, community: Id | None) -> list[Line]:
    staff = _names(connection, Staff)
    columns = (
        getattr(Training, n)
        for n in (
            "id",
            "topic",
            "kind",
            "day",
            "start",
            "end",
            "place",
            "lecturers",
            "hours",
            "pass_mark",
            "note",
        )
    )
    statement: Select[Any] = (
        select(
            *columns, Attendance.name, Attendance.role, Attendance.signed, Attendance.status,
            Attendance.before, Attendance.after, Attendance.reason, Community.name.label("community"),
            Volunteer.role.label("on_roster"),
        )
        .join(Attendance, Attendance.training == Training.id)
        .join(Volunteer, Volunteer.id == Attendance.volunteer, isouter=True)
        .join(Community, Community.id == Attendance.community, isouter=True)
        .order_by(Training.day, Training.start, Training.id, Attendance.id)
    )  # fmt: skip
    statement = _within(statement, Training.day, period)
    if community is not None:
        statement = statement.where(Attendance.community == community)
    lines = []
    for row in _rows(connection, statement):
        said = {**row, "lecturers": tuple(staff[id_] for id_ in row["lecturers"])}
        # Who was listed here is what the roster says; a workbook's list said it itself.
        said["role"] = row["role"] or ROLE_NAMES.get(said.pop("on_roster") or "")
        # One session's lines stand together by this; it is no field and goes into no cell.
        lines.append(_cells("trainings", said) | {"session": row["id"].hex()})
    return lines


def _within(statement: Any, day: Any, period: Period | None) -> Any:
    return statement if period is None else statement.where(day.between(period.start, period.end))


def _rows(connection: Connection, statement: Any) -> Iterator[dict[str, Any]]:
    return (dict(row) for row in connection.execute(statement).mappings())


def _names(connection: Connection, record: type[Staff | Volunteer | Community]) -> dict[Id, str]:
    return {row.id: row.name for row in connection.execute(select(record.id, record.name))}


_LINES: dict[str, Callable[[Connection, Period | None, Id | None], list[Line]]] = {
    "households": _households, "volunteers": _volunteers, "visits": _visits,
    "disputes": _disputes, "trainings": _trainings,
}  # fmt: skip
