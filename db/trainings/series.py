"""Sessions that repeat: planned at once, shown as one series, changed alone or with those that follow."""

from calendar import monthrange
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from sqlalchemy import Connection, func, select

from db.kernel.access import Right
from db.kernel.errors import UserError
from db.kernel.ids import Id, new_id
from db.kernel.journal import Command, Tx
from db.kernel.workdays import WEEKDAYS
from db.trainings import Training, TrainingDraft
from db.trainings.sessions import (
    GONE,
    Expected,
    put_expected,
    session_values,
    take_out,
    training_draft,
)

MOST_SESSIONS: Final = 26
_WEEK: Final = {"week": 1, "fortnight": 2}
_ORDINALS: Final = "一二三四五"
# What one session alone has: it is never carried over to others.
_ITS_OWN: Final = ("day", "note")


def rhythms(first: date) -> dict[str, str]:
    """Return in what rhythms sessions may follow a first day, each in words."""
    weekday = WEEKDAYS[first.weekday()]
    said = {"week": f"每周{weekday}", "fortnight": f"每两周的周{weekday}"}
    if first.day <= 28:
        said["nth"] = f"每月第{_ORDINALS[(first.day - 1) // 7]}个周{weekday}"
    if first.day + 7 > _last(first.year, first.month):
        said["last"] = f"每月最后一个周{weekday}"
    return {**said, "day": f"每月{first.day}日"}


def series_days(first: date, rhythm: str, count: int) -> tuple[date, ...]:
    """Return the days of a series, the first among them.

    A day that a month does not have is its last one. UserError for a rhythm the first day does not
    begin, or a count that is no series.
    """
    if rhythm not in rhythms(first):
        raise UserError("这一天不能这样重复，没有保存。")
    if not 2 <= count <= MOST_SESSIONS:
        raise UserError(f"一次排2到{MOST_SESSIONS}场，没有保存。")
    if rhythm in _WEEK:
        step = timedelta(weeks=_WEEK[rhythm])
        return tuple(first + at * step for at in range(count))
    return tuple(_in_month(first, rhythm, year, month) for year, month in _months(first, count))


def plan_series(
    draft: TrainingDraft, days: Sequence[date], expected: Expected | None = None
) -> Command[tuple[Id, ...]]:
    """Return the command that enters the draft's session on each of the days, as one series.

    Who is expected is listed for each as the roster says for its day. UserError as with one session.
    """

    def run(tx: Tx) -> tuple[Id, ...]:
        made = tuple(new_id() for _ in days)
        for id_, day in zip(made, days, strict=True):
            values = session_values(tx, replace(draft, day=day), None)
            tx.add(Training, [{"id": id_, **values, "series": made[0]}])
            if expected is not None:
                put_expected(tx, id_, expected)
        return made

    return Command("排系列培训", Right.WRITE, run, note=f"{draft.topic} {len(days)}场")


def change_following(training: Id, draft: TrainingDraft) -> Command[int]:
    """Return the command that changes a session and those of its series that follow.

    What is other in the draft becomes so in each; a moved day moves the later ones by as many days.
    It answers with how many it changed.
    """

    def run(tx: Tx) -> int:
        was = training_draft(tx.connection, training)
        if was is None or was.day is None or draft.day is None:
            raise UserError(GONE)
        moved = draft.day - was.day
        other = {
            name: value
            for name, value in vars(draft).items()
            if name not in _ITS_OWN and value != getattr(was, name)
        }
        wanted = following(tx.connection, training)
        # Those that move onto the day of another are written after it.
        for id_ in reversed(wanted) if moved > timedelta(0) else wanted:
            known = training_draft(tx.connection, id_)
            if known is None or known.day is None:
                raise UserError(GONE)
            changed = draft if id_ == training else replace(known, day=known.day + moved, **other)
            tx.change(Training, {id_: session_values(tx, changed, id_)})
        return len(wanted)

    return Command("修改系列培训", Right.WRITE, run, note=draft.topic)


def remove_following(training: Id) -> Command[int]:
    """Return the command that takes out a session and those of its series that follow, with their lists."""

    def run(tx: Tx) -> int:
        wanted = following(tx.connection, training)
        take_out(tx, wanted)
        return len(wanted)

    return Command("删除系列培训", Right.WRITE, run)


def following(connection: Connection, training: Id) -> tuple[Id, ...]:
    """Return a session and those of its series on later days, in order; alone where it is in none.

    UserError if it is gone.
    """
    own = connection.execute(
        select(Training.day, Training.series).where(Training.id == training)
    ).first()
    if own is None:
        raise UserError(GONE)
    if own.series is None:
        return (training,)
    later = connection.execute(
        select(Training.id)
        .where(Training.series == own.series, Training.day > own.day)
        .order_by(Training.day, Training.start, Training.id)
    )
    return (training, *later.scalars())


def places_in_series(connection: Connection) -> dict[Id, tuple[int, int]]:
    """Return for each session of a series its number, and how many there are."""
    rows = connection.execute(
        select(
            Training.id,
            func.row_number().over(
                partition_by=Training.series, order_by=(Training.day, Training.start, Training.id)
            ),
            func.count().over(partition_by=Training.series),
        ).where(Training.series.is_not(None))
    )
    return {id_: (number, of) for id_, number, of in rows}


def _months(first: date, count: int) -> Iterator[tuple[int, int]]:
    for at in range(count):
        years, month = divmod(first.month - 1 + at, 12)
        yield first.year + years, month + 1


def _in_month(first: date, rhythm: str, year: int, month: int) -> date:
    last = _last(year, month)
    if rhythm == "day":
        return date(year, month, min(first.day, last))
    # The first of this weekday in the month, then as many weeks on as the first day was.
    start = 1 + (first.weekday() - date(year, month, 1).weekday()) % 7
    if rhythm == "last":
        return date(year, month, start + 7 * ((last - start) // 7))
    return date(year, month, start + 7 * ((first.day - 1) // 7))


def _last(year: int, month: int) -> int:
    return monthrange(year, month)[1]
