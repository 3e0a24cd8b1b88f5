"""Which closed months were touched since the last closing: only those need to be counted anew.

At a closing everything before it was counted and booked, so what the journal has since is all that
can differ.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final

import orjson
from sqlalchemy import Connection, select

from db.disputes.course import MediationSession
from db.kernel.ids import Id, id_from_text
from db.kernel.journal import ADDED, CHANGED, UNALTERED, chunks
from db.kernel.records import ChangeRow
from db.kernel.workdays import Month, Period
from db.people import Volunteer, VolunteerTerm
from db.points import PointDecision, PointEntry, PointMonth
from db.trainings import Attendance, Training
from db.visits import Visit

_DATED: Final[Mapping[str, Any]] = {
    record.__tablename__: record for record in (Visit, Training, MediationSession, PointEntry)
}
_WATCHED: Final = (
    *_DATED, Attendance.__tablename__, PointDecision.__tablename__, Volunteer.__tablename__,
    VolunteerTerm.__tablename__,
)  # fmt: skip
_EVER: Final = Period(date.min, date.max)


def touched_since(connection: Connection, closed: Id, months: Iterable[Month]) -> list[Month]:
    """Return which of the months something was written about since a month was closed."""
    no = connection.execute(
        select(ChangeRow.command).where(
            ChangeRow.entity == PointMonth.__tablename__,
            ChangeRow.record == closed,
            ChangeRow.kind == ADDED,
        )
    ).scalar_one()
    spans = list(_spans(connection, no))
    return [
        month
        for month in months
        if any(span.start <= month.period.end and month.period.start <= span.end for span in spans)
    ]


def _spans(connection: Connection, no: int) -> Iterator[Period]:
    """Yield the days that changes since a command are about, each once; more rather than less."""
    rows = connection.execute(
        select(
            ChangeRow.command, ChangeRow.entity, ChangeRow.record, ChangeRow.kind,
            ChangeRow.fields,
        ).where(
            ChangeRow.command > no, ChangeRow.entity.in_(_WATCHED), ChangeRow.kind != UNALTERED
        )
    )  # fmt: skip
    days: set[date] = set()
    changed: dict[str, set[Id]] = {}
    trainings: set[Id] = set()
    moves: dict[int, list[tuple[str, str, Mapping[str, Any]]]] = {}
    for command, entity, record, kind, fields in rows:
        said = orjson.loads(fields)
        if entity in (Volunteer.__tablename__, VolunteerTerm.__tablename__):
            moves.setdefault(command, []).append((entity, kind, said))
            continue
        if entity == PointDecision.__tablename__:
            yield Month.parse(said["month"]).period if kind != CHANGED else _EVER
        elif entity == Attendance.__tablename__:
            trainings.update(id_from_text(text) for text in _values(said, "training", kind))
        else:
            days.update(date.fromisoformat(text) for text in _values(said, "day", kind))
        if kind == CHANGED:
            changed.setdefault(entity, set()).add(record)
    trainings.update(_of(connection, Attendance, "training", changed.get(Attendance.__tablename__)))
    days.update(_of(connection, Training, "day", trainings))
    for entity, dated in _DATED.items():
        days.update(_of(connection, dated, "day", changed.get(entity)))
    yield from (Period(day, day) for day in days)
    for changes in moves.values():
        yield from _service(changes)


def _values(said: Mapping[str, Any], name: str, kind: str) -> list[str]:
    """What a change says of an entry: the one value of a row, or the old and the new."""
    if name not in said:
        return []
    value = said[name]
    return [text for text in value if text] if kind == CHANGED else [value]


def _service(changes: Sequence[tuple[str, str, Mapping[str, Any]]]) -> Iterator[Period]:
    """The days on which one step's changes of service make a difference.

    Who moves from a day on has a term that ends before it, and is elsewhere only after that; any
    other change of a community or a term may be about every day.
    """
    ended = [
        date.fromisoformat(said["until"])
        for entity, kind, said in changes
        if entity == VolunteerTerm.__tablename__ and kind == ADDED
    ]
    terms = sum(entity == VolunteerTerm.__tablename__ for entity, _, _ in changes)
    people = [
        said
        for entity, kind, said in changes
        if entity != VolunteerTerm.__tablename__ and kind == CHANGED
    ]
    moved = sum("community" in said for said in people)
    if (terms or moved) and not terms == len(ended) == moved:
        yield _EVER
    yield from (Period(until, date.max) for until in ended)
    for said in people:
        for name, empty in (("since", date.min), ("until", date.max)):
            if name in said:
                both = sorted(date.fromisoformat(text) if text else empty for text in said[name])
                yield Period(*both)


def _of(connection: Connection, record: Any, column: str, ids: Iterable[Id] | None) -> list[Any]:
    found: list[Any] = []
    for some in chunks(sorted(ids or ())):
        asked = select(getattr(record, column)).where(record.id.in_(some))
        found += connection.execute(asked).scalars()
    return found
