"""A door as its card shows it: who to ask for, what was met there, and when to come next."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import Connection, or_, select

from db.kernel.ids import Id
from db.people import Staff, Volunteer, serving
from db.places import Community, Household
from db.visits import OUTCOME_NAMES, Visit
from db.visits.recording import address_of

NOON, EVENING = 12 * 60, 18 * 60
BANDS = {"上午": "下午，或周末", "下午": "19:00 以后，或周末", "晚上": "白天，或周末"}


class DoorVisit(NamedTuple):
    """A visit in a door's history."""

    id: Id
    day: date
    at: int | None
    outcome: str
    people: int | None
    topics: tuple[str, ...]
    staff: tuple[str, ...]
    found: str | None
    note: str | None


class DoorCard(NamedTuple):
    """A door with its history, the latest visit first.

    `hint` says what the tries in vain have in common and when to come instead; empty without them.
    """

    household: Id
    community: str
    address: str
    occupancy: str
    contact: str | None
    phone: str | None
    residents: int | None
    note: str | None
    leaders: tuple[str, ...]
    visits: tuple[DoorVisit, ...]
    hint: tuple[str, ...]


def door_card(connection: Connection, household: Id, day: date) -> DoorCard | None:
    """Return a door's card on a day, None if the door is gone."""
    home = connection.execute(
        select(Household, Community.name.label("community_name"))
        .with_only_columns(
            Household.building, Household.unit, Household.occupancy, Household.contact,
            Household.phone, Household.residents, Household.note, Community.name,
        )
        .join(Community, Community.id == Household.community)
        .where(Household.id == household)
    ).first()  # fmt: skip
    address = address_of(connection, household)
    if home is None or address is None:
        return None
    building, unit, occupancy, contact, phone, residents, note, community = home
    leaders = connection.execute(
        select(Volunteer.name)
        .where(
            Volunteer.building == building,
            or_(Volunteer.unit == unit, Volunteer.unit.is_(None)),
            *serving(day),
        )
        .order_by(Volunteer.name)
    ).scalars()
    visits = _visits(connection, household)
    return DoorCard(
        household, community, address.text, occupancy, contact, phone, residents, note,
        tuple(leaders), visits, hint(visits),
    )  # fmt: skip


def hint(visits: Sequence[DoorVisit]) -> tuple[str, ...]:
    """Return what the tries in vain since the last time somebody was met have in common."""
    vain: list[DoorVisit] = []
    for visit in visits:
        if visit.outcome == "met":
            break
        if visit.outcome in ("not_home", "left_card"):
            vain.append(visit)
    if not vain:
        return ()
    said = f"未遇{len(vain)}次"
    bands = {band_of(visit.at) for visit in vain}
    if len(bands) != 1 or None in bands:
        return (said,)
    (band,) = bands
    assert band is not None  # noqa: S101  checked just above
    where = f"都在{band}" if len(vain) > 1 else f"在{band}"
    return (f"{said}，{where}", f"建议{BANDS[band]}")


def band_of(at: int | None) -> str | None:
    """Return the time band of minutes since midnight, None for an unknown time."""
    if at is None:
        return None
    return "上午" if at < NOON else "下午" if at < EVENING else "晚上"


def _visits(connection: Connection, household: Id) -> tuple[DoorVisit, ...]:
    rows = connection.execute(
        select(
            Visit.id, Visit.day, Visit.at, Visit.outcome, Visit.people, Visit.topics, Visit.staff,
            Visit.found, Visit.note,
        )
        .where(Visit.household == household)
        .order_by(Visit.day.desc(), Visit.at.desc(), Visit.id.desc())
    ).all()  # fmt: skip
    wanted = {id_ for row in rows for id_ in row.staff}
    names = dict(connection.execute(select(Staff.id, Staff.name).where(Staff.id.in_(wanted))).all())
    return tuple(
        DoorVisit(
            row.id, row.day, row.at, row.outcome, row.people, row.topics,
            tuple(names[id_] for id_ in row.staff), row.found, row.note,
        )
        for row in rows
    )  # fmt: skip


def outcome_words(visit: DoorVisit) -> str:
    """Return an outcome as the history tells it: 见到2人 反诈宣传."""
    said = OUTCOME_NAMES[visit.outcome]
    if visit.outcome == "met" and visit.people:
        said = f"见到{visit.people}人"
    return " ".join((said, *visit.topics))
