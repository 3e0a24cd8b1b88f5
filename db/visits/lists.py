"""The list of visits: filtered, in any order, read a window at a time, with its totals.

By day, the order a list begins with, no row before the window is read: `visit_days` tells how many
visits each day has. The other orders sort all visits that the filter leaves.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import accumulate
from typing import Any, Final, Literal, NamedTuple

from sqlalchemy import ColumnElement, Connection, Date, Text, cast, func, select, type_coerce

from db.kernel.ids import Id
from db.kernel.workdays import Period
from db.people import Staff
from db.people.colleagues import staff_names
from db.people.roster import volunteer_names
from db.places import Building, Community, Household
from db.places.finding import door_text
from db.places.lists import matching, walking_order
from db.visits import IN_VAIN, OUTCOME_NAMES, Visit, band_of_visit, met_households

VisitOrder = Literal["day", "at", "door", "outcome", "people", "leaflets", "topics", "staff"]
UNKNOWN_TIME: Final = -1


@dataclass(frozen=True)
class VisitQuery:
    """Which visits a list shows, and in what order; None and empty leave a question out.

    `text` is searched like everywhere: every word in the home's contact, pinyin, telephone or
    address. `found_only` asks for visits where a problem was found, `vain_band` for the tries in
    vain of a time band. `once` asks for one met visit of each home, so that the lines are homes.
    """

    period: Period | None = None
    community: Id | None = None
    building: Id | None = None
    household: Id | None = None
    outcome: str | None = None
    staff: Id | None = None
    topic: str | None = None
    found_only: bool = False
    vain_band: str | None = None
    once: bool = False
    text: str = ""
    order: VisitOrder = "day"
    descending: bool = True


class VisitRow(NamedTuple):
    """A visit in a list; `address` is as people read it, `at` minutes since midnight."""

    id: Id
    household: Id
    community: str
    building: Id
    address: str
    day: date
    at: int | None
    outcome: str
    people: int | None
    leaflets: int | None
    topics: tuple[str, ...]
    staff: tuple[str, ...]
    companions: tuple[str, ...]
    found: str | None
    note: str | None

    @property
    def outcome_name(self) -> str:
        """The outcome in Chinese."""
        return OUTCOME_NAMES[self.outcome]


class DayCount(NamedTuple):
    """A day, and how many visits of a query it has."""

    day: date
    records: int


class VisitTotals(NamedTuple):
    """What the visits of a query come to, by the rules of 次数 and 户数.

    `by_day` are the days of the query, for `visit_rows`.
    """

    records: int
    households: int
    people: int
    leaflets: int
    by_day: tuple[DayCount, ...]


def visit_days(connection: Connection, query: VisitQuery) -> tuple[DayCount, ...]:
    """Return the days a query's visits lie on, in the order of the list; their sum is its length."""
    day: ColumnElement[date] = Visit.day.expression
    if query.staff is not None or query.topic is not None or query.found_only:
        # The index by day lacks these: read visits as they lie in the file, not one by one by day.
        day = type_coerce(cast(Visit.day, Text), Date)
    rows = connection.execute(
        select(day, func.count())
        .where(*_wanted(connection, query))
        .group_by(day)
        .order_by(_way(day, query))
    )
    return tuple(DayCount(day, n) for day, n in rows)


def visit_totals(connection: Connection, query: VisitQuery) -> VisitTotals:
    """Count the visits a query means, for the foot of the list; `visit_days` alone is quicker."""
    asked = _wanted(connection, query)
    sums = select(func.sum(Visit.people), func.sum(Visit.leaflets))
    people, leaflets = connection.execute(sums.where(*asked)).one()
    # Apart from the sums, the index alone answers this.
    homes = connection.execute(select(met_households()).where(*asked)).scalar_one()
    days = visit_days(connection, query)
    records = sum(line.records for line in days)
    return VisitTotals(records, homes, people or 0, leaflets or 0, days)


def visit_rows(
    connection: Connection,
    query: VisitQuery,
    offset: int = 0,
    limit: int = 100,
    days: Sequence[DayCount] | None = None,
) -> list[VisitRow]:
    """Return a window of the visits a query means.

    `days` are those of the same query, kept while the list is open: they save counting again, and
    any window of a million is read as quickly as the first.
    """
    if query.order != "day":
        every = select(Visit.id)
        if query.order == "door":
            every = (
                every.join(Household, Household.id == Visit.household)
                .join(Building, Building.id == Household.building)
                .join(Community, Community.id == Household.community)
            )
        elif query.order == "staff":
            every = every.join(Staff, Staff.id == func.substr(Visit.staff, 1, 16), isouter=True)
        every = every.where(*_wanted(connection, query)).order_by(*_order(query))
        return _rows(connection, every.offset(offset).limit(limit))
    days = visit_days(connection, query) if days is None else days
    ends = list(accumulate(line.records for line in days))
    first, last = bisect_right(ends, offset), bisect_right(ends, offset + limit - 1)
    if limit < 1 or first >= len(ends):
        return []
    start, end = sorted((days[first].day, days[min(last, len(ends) - 1)].day))
    ids = select(Visit.id).where(*_wanted(connection, query, Period(start, end)))
    before = ends[first - 1] if first else 0
    window = ids.order_by(*_newest_first(query)).offset(offset - before).limit(limit)
    return _rows(connection, window)


def visits_of(connection: Connection, household: Id) -> list[VisitRow]:
    """Return every visit at a door, the latest first."""
    ids = select(Visit.id).where(Visit.household == household)
    return _rows(connection, ids.order_by(*_newest_first(VisitQuery())))


def topics_used(connection: Connection, period: Period | None = None) -> list[str]:
    """Return the topics visits were about, those used most first."""
    statement = select(Visit.topics, func.count()).group_by(Visit.topics)
    if period is not None:
        statement = statement.where(Visit.day.between(period.start, period.end))
    counted: dict[str, int] = {}
    for topics, n in connection.execute(statement):
        for topic in topics:
            counted[topic] = counted.get(topic, 0) + n
    return sorted(counted, key=lambda topic: (-counted[topic], topic))


def _rows(connection: Connection, ids: Any) -> list[VisitRow]:
    wanted = connection.execute(ids).scalars().all()
    found = connection.execute(
        select(
            Visit.id, Visit.household, Community.name, Household.building, Building.estate,
            Building.number, Household.unit, Household.key, Building.rural, Visit.day, Visit.at,
            Visit.outcome, Visit.people, Visit.leaflets, Visit.topics, Visit.staff,
            Visit.volunteers, Visit.found, Visit.note,
        )
        .join(Household, Household.id == Visit.household)
        .join(Building, Building.id == Household.building)
        .join(Community, Community.id == Household.community)
        .where(Visit.id.in_(wanted))
    ).all()  # fmt: skip
    names = staff_names(connection, [id_ for row in found for id_ in row.staff])
    along = {id_ for row in found for id_ in row.volunteers}
    people = volunteer_names(connection, along) if along else {}
    rows: dict[Id, VisitRow] = {}
    for (
        id_, household, community, building, estate, number, unit, key, rural, day, at, outcome,
        met, leaflets, topics, staff, volunteers, problem, note,
    ) in found:  # fmt: skip
        address = door_text(estate, number, unit, key, rural=rural)
        who = tuple(names[id_] for id_ in staff if id_ in names)
        rows[id_] = VisitRow(
            id_, household, community, building, address, day, at, outcome, met, leaflets,
            topics, who, tuple(people[one] for one in volunteers if one in people), problem, note,
        )  # fmt: skip
    return [rows[id_] for id_ in wanted]


def visits_behind(
    connection: Connection, period: Period, figure: str, part: str = ""
) -> VisitQuery:
    """Return the query of the visits that a figure of `VisitCount` stands for.

    `part` is the word of a figure that is told apart, such as 未遇 of `by_outcome`. The list has as
    many lines as the figure says; of `people` and `leaflets` it is the sum at the foot.
    """
    query = VisitQuery(period)
    match figure:
        case "households":
            query = replace(query, once=True)
        case "people" | "leaflets":
            query = replace(query, order=figure)
        case "by_outcome":
            codes = {name: code for code, name in OUTCOME_NAMES.items()}
            query = replace(query, outcome=codes[part])
        case "by_topic":
            query = replace(query, topic=part)
        case "by_community":
            found = connection.execute(select(Community.id).where(Community.name == part))
            query = replace(query, community=found.scalar_one())
        case "not_home_by_band":
            query = replace(query, vain_band=part)
    return query


def _wanted(
    connection: Connection, query: VisitQuery, days: Period | None = None
) -> list[ColumnElement[bool]]:
    """Return the conditions of a query's visits, or of those on some of its days."""
    asked = _asked(connection, query if days is None else replace(query, period=days))
    if query.once:
        # Chosen among all of the query's days, so that no window shows a home a second time.
        met = (*_asked(connection, query), Visit.outcome == "met")
        chosen = select(func.min(Visit.id)).where(*met).group_by(Visit.household)
        asked.append(Visit.id.in_(chosen))
    return asked


def _asked(connection: Connection, query: VisitQuery) -> list[ColumnElement[bool]]:
    keys = matching(Household.id, query.text)
    asked = [_at_homes(*keys)] if keys else []
    if query.period is not None:
        asked.append(Visit.day.between(query.period.start, query.period.end))
    if query.community is not None:
        asked.append(_at_homes(Household.community == query.community))
    if query.building is not None:
        asked.append(_at_homes(Household.building == query.building))
    if query.household is not None:
        asked.append(Visit.household == query.household)
    if query.outcome is not None:
        asked.append(Visit.outcome == query.outcome)
    if query.found_only:
        asked.append(Visit.found.is_not(None))
    if query.vain_band is not None:
        asked += [Visit.outcome.in_(IN_VAIN), band_of_visit() == query.vain_band]
    if query.staff is not None:
        asked.append(_holding(connection, Visit.staff, query.staff, query.period))
    if query.topic is not None:
        asked.append(_holding(connection, Visit.topics, query.topic, query.period))
    return asked


def _at_homes(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return Visit.household.in_(select(Household.id).where(*conditions))


def _holding(
    connection: Connection, column: Any, wanted: object, period: Period | None
) -> ColumnElement[bool]:
    """Return the condition that a list holds a value: the lists in use are few and many alike."""
    statement = select(column).distinct()
    if period is not None:
        statement = statement.where(Visit.day.between(period.start, period.end))
    lists = connection.execute(statement).scalars()
    condition: ColumnElement[bool] = column.in_([some for some in lists if wanted in some])
    return condition


def _way(column: Any, query: VisitQuery) -> ColumnElement[Any]:
    way: ColumnElement[Any] = column.desc() if query.descending else column.asc()
    return way


def _newest_first(query: VisitQuery) -> list[ColumnElement[Any]]:
    minutes = func.coalesce(Visit.at, UNKNOWN_TIME)
    return [_way(column, query) for column in (Visit.day, minutes, Visit.id)]


def _order(query: VisitQuery) -> list[ColumnElement[Any]]:
    # Ids grow with time, and the index holds them: the hour would have to be read of every visit.
    latest = (Visit.day.desc(), Visit.id.desc())
    if query.order == "door":
        return [*(_way(column, query) for column in walking_order()), *latest]
    # Staff stand by their first; topics are sorted as they are stored, those that are alike together.
    column = Staff.name if query.order == "staff" else getattr(Visit, query.order)
    # Visits that have nothing there come last either way.
    return [column.is_(None), _way(column, query), *latest]
