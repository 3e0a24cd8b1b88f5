"""What has outlived its keeping time on a day; from when the years run is decided here, by noun."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, time
from functools import cache
from typing import Final

from sqlalchemy import Connection, Select, and_, bindparam, exists, or_, select
from sqlalchemy.orm import aliased

from db.disputes.facts import dispute_facts
from db.erasure import Due
from db.kernel.clock import utc_text
from db.kernel.erasure import ERASED, Erasure, values_in
from db.kernel.fields import (
    KEEP_FIVE_YEARS,
    KEEP_SERVICE,
    KEEP_SESSION,
    KEEP_VISIT,
    KEEP_WHILE_SERVED,
    Keep,
)
from db.kernel.ids import Id
from db.kernel.journal import CHANGED, REMOVED, chunks
from db.kernel.records import ChangeRow, CommandRow
from db.kernel.workdays import years_before
from db.people import Volunteer
from db.places import OUTSIDE_EVERY_BASE, Household
from db.trainings import Attendance, Training
from db.visits import Visit


def due(connection: Connection, day: date) -> dict[str, list[Due]]:
    """Return by noun what is due for erasure on a day, the oldest first; nouns with nothing are left out."""
    found: dict[str, list[Due]] = {}
    for entity, (keep, rule) in _RULES.items():
        last = years_before(day, keep.years)
        of = {
            one.id: one for one in (*_taken_out(connection, entity, last), *rule(connection, last))
        }
        if of:
            found[entity] = sorted(of.values(), key=lambda one: (one.since, one.id))
    return found


def _homes(connection: Connection, last: date) -> Iterator[Due]:
    """Homes that nobody lives in, from the day they became so; the journal knows it."""
    held = or_(
        *(getattr(Household, n).is_not(None) for n in ("contact", "phone", "residents", "note"))
    )
    empty = select(Household.id).where(Household.occupancy.in_(OUTSIDE_EVERY_BASE), held)
    for some in chunks(connection.execute(empty).scalars().all()):
        since: dict[Id, date | None] = {}
        rows = connection.execute(
            select(ChangeRow.record, ChangeRow.kind, ChangeRow.fields, CommandRow.wall)
            .join(CommandRow, CommandRow.no == ChangeRow.command)
            .where(ChangeRow.entity == Household.__tablename__, ChangeRow.record.in_(some))
            .where(ChangeRow.fields.contains('"occupancy"'))
            .order_by(ChangeRow.record, ChangeRow.command, ChangeRow.n)
        )
        for record, kind, fields, wall in rows:
            said = values_in(fields)["occupancy"]
            now = said[1] if kind == CHANGED else said
            if now not in OUTSIDE_EVERY_BASE or kind == REMOVED:
                since[record] = None
            elif since.get(record) is None:
                since[record] = _day(wall)
        yield from (Due(id_, on) for id_, on in since.items() if on is not None and on <= last)


def _left(connection: Connection, last: date) -> Iterator[Due]:
    """People of the roster who left."""
    rows = connection.execute(
        select(Volunteer.id, Volunteer.until).where(
            Volunteer.until <= last, Volunteer.name != ERASED
        )
    )
    yield from (Due(id_, until) for id_, until in rows if until is not None)


def _settled(connection: Connection, last: date) -> Iterator[Due]:
    """Disputes from their 结案 on; where the file was never closed, from the conclusion in force."""
    erased = set(
        connection.execute(select(Erasure.record).where(Erasure.entity == "dispute")).scalars()
    )
    for facts in dispute_facts(connection):
        ending = facts.ending_on(date.max)
        if ending is None or facts.id in erased:
            continue
        closed = [day for day, _ in facts.closings] if facts.closed_on(date.max) else []
        since = max(closed, default=ending.day)
        if since <= last:
            yield Due(facts.id, since)


def _told(connection: Connection, last: date) -> Iterator[Due]:
    """Visits with a note or something found, from their day."""
    told = or_(Visit.found.is_not(None), Visit.note.is_not(None))
    rows = connection.execute(select(Visit.id, Visit.day).where(Visit.day <= last, told))
    yield from (Due(*row) for row in rows.all())


def _walk_ins(connection: Connection, last: date) -> Iterator[Due]:
    """Names on lists of trainings that are not of the roster, from the day of the training."""
    rows = connection.execute(
        select(Attendance.id, Training.day)
        .join(Training, Training.id == Attendance.training)
        .where(Training.day <= last, Attendance.volunteer.is_(None), Attendance.name != ERASED)
    )
    yield from (Due(*row) for row in rows)


Rule = Callable[[Connection, date], Iterator[Due]]
_RULES: Final[Mapping[str, tuple[Keep, Rule]]] = {
    "household": (KEEP_WHILE_SERVED, _homes),
    "volunteer": (KEEP_SERVICE, _left),
    "dispute": (KEEP_FIVE_YEARS, _settled),
    "visit": (KEEP_VISIT, _told),
    "attendance": (KEEP_SESSION, _walk_ins),
}


def _taken_out(connection: Connection, entity: str, last: date) -> Iterator[Due]:
    """Records that were taken out so long ago; the journal alone still has their values."""
    end = utc_text(datetime.combine(last, time.max).astimezone())
    rows = connection.execute(_removed(), {"of": entity, "end": end})
    yield from (Due(record, _day(wall)) for record, wall in rows)


# Asked for every noun at each look at 今日; putting it together takes longer than asking it.
@cache
def _removed() -> Select[Id, str]:
    later = aliased(ChangeRow)
    return (
        select(ChangeRow.record, CommandRow.wall)
        .join(CommandRow, CommandRow.no == ChangeRow.command)
        .where(ChangeRow.entity == bindparam("of"), ChangeRow.kind == REMOVED)
        .where(CommandRow.wall < bindparam("end"))
        .where(
            ~exists().where(
                and_(
                    later.entity == ChangeRow.entity,
                    later.record == ChangeRow.record,
                    later.command > ChangeRow.command,
                )
            ),
            ~exists().where(Erasure.entity == bindparam("of"), Erasure.record == ChangeRow.record),
        )
    )


def _day(wall: str) -> date:
    return datetime.fromisoformat(wall).astimezone().date()
