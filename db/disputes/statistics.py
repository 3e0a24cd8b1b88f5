"""What the disputes of a period come to: kind by state, and how they ended, each with its rows.

Two sets are counted and never mixed: the disputes registered in the period (kind, source, risk, where
they stand at its end), and those concluded in it (outcome, form, amount, days).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from statistics import median
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, select

from db.disputes import Conclusion, Dispute
from db.disputes.facts import Clocks, Ending, Facts, dispute_facts
from db.disputes.words import OPEN
from db.kernel.ids import Id
from db.kernel.workdays import Period
from db.people import Staff
from db.places import Community

NOWHERE = "未归社区"
NOBODY = "没有写"
# From acceptance to the agreement, up to so many days; the last has no end.
DAYS_BANDS: Final = {"当天": 0, "1—7天": 7, "8—15天": 15, "16—30天": 30, "30天以上": None}


class Concluded(NamedTuple):
    """What was concluded in the period: ids by outcome and form, the amounts in 分, days it took.

    `success` is settled over settled and failed; `in_time` are those settled or failed within their
    month, agreed extensions counted, `late` those after it. `by_days` has the settled by the bands
    of DAYS_BANDS, each of them, also where it has none.
    """

    by_outcome: dict[str, tuple[Id, ...]]
    by_form: dict[str, tuple[Id, ...]]
    amount: int
    with_amount: tuple[Id, ...]
    days: tuple[int, ...]
    in_time: tuple[Id, ...]
    late: tuple[Id, ...]
    by_days: dict[str, tuple[Id, ...]]

    @property
    def median_days(self) -> float | None:
        """The days from acceptance to agreement of the middle one; None where none was settled."""
        return median(self.days) if self.days else None


class DisputeStatistics(NamedTuple):
    """The disputes of a period; every count is the number of ids behind it.

    `matrix` is by kind and state at the end of the period; `months` the registered of the twelve
    months up to its end, and the settled of each.
    """

    period: Period
    registered: tuple[Id, ...]
    matrix: dict[tuple[str, str], tuple[Id, ...]]
    by_source: dict[str, tuple[Id, ...]]
    by_risk: dict[str, tuple[Id, ...]]
    by_community: dict[str, tuple[Id, ...]]
    by_mediator: dict[str, tuple[Id, ...]]
    concluded: Concluded
    months: tuple[tuple[date, tuple[Id, ...], tuple[Id, ...]], ...]


def dispute_statistics(
    connection: Connection, period: Period, clocks: Clocks, community: Id | None = None
) -> DisputeStatistics:
    """Return what the disputes of a period come to, of one community or all."""
    known = {
        row.id: row
        for row in connection.execute(
            select(Dispute.id, Dispute.source, Dispute.community, Community.name).join(
                Community, Community.id == Dispute.community, isouter=True
            )
        )
    }
    facts = [f for f in dispute_facts(connection) if community in (None, known[f.id].community)]
    new = [f for f in facts if f.registered in period]
    staff = dict(connection.execute(select(Staff.id, Staff.name)).all())
    return DisputeStatistics(
        period,
        _ids(new),
        _grouped(new, lambda f: [(f.kind, _state(f, period.end))]),
        _grouped(new, lambda f: [known[f.id].source or ""]),
        _grouped(new, lambda f: [f.risk or ""]),
        _grouped(new, lambda f: [known[f.id].name or NOWHERE]),
        _grouped(new, lambda f: [staff.get(id_, NOBODY) for id_ in f.mediators] or [NOBODY]),
        _concluded(connection, facts, period, clocks),
        tuple(_months(facts, period.end)),
    )


def _state(facts: Facts, day: date) -> str:
    ending = facts.ending_on(day)
    return ending.outcome if ending else OPEN


def _concluded(
    connection: Connection, facts: Sequence[Facts], period: Period, clocks: Clocks
) -> Concluded:
    ended = [(f, e) for f in facts for e in f.endings if e.day in period]
    rows = connection.execute(select(Conclusion.id, Conclusion.form, Conclusion.amount))
    stored = {row.id: row for row in rows}
    settled = [(f, e) for f, e in ended if e.outcome == "settled"]
    mediated = [(f, e) for f, e in ended if e.outcome in ("settled", "failed")]
    in_time: list[tuple[Facts, Ending]] = []
    late: list[tuple[Facts, Ending]] = []
    for f, e in mediated:
        (in_time if e.day <= clocks.deadline(_before(f, e), e.day) else late).append((f, e))
    took = [(f, (e.day - _since(f, e)).days) for f, e in settled]
    return Concluded(
        _grouped(ended, lambda one: [one[1].outcome]),
        _grouped(settled, lambda one: [stored[one[1].id].form or ""]),
        sum(stored[e.id].amount or 0 for _, e in settled),
        _ids((f, e) for f, e in settled if stored[e.id].amount),
        tuple(days for _, days in took),
        _ids(in_time),
        _ids(late),
        {band: _ids(one for one in took if _band(one[1]) == band) for band in DAYS_BANDS},
    )


def _band(days: int) -> str:
    return next(band for band, most in DAYS_BANDS.items() if most is None or days <= most)


def _since(facts: Facts, ending: Ending) -> date:
    """The day the month of a conclusion ran from."""
    return _before(facts, ending).running_since(ending.day)


def _before(facts: Facts, ending: Ending) -> Facts:
    """The facts less the reopenings that came after a conclusion."""
    earlier = [r for r in facts.reopenings if r < (ending.day, ending.id)]
    return Facts(
        facts.id, facts.registered, facts.kind, facts.number, facts.risk, facts.mediators,
        reopenings=earlier, extensions=facts.extensions,
    )  # fmt: skip


def _months(
    facts: Sequence[Facts], end: date
) -> Iterable[tuple[date, tuple[Id, ...], tuple[Id, ...]]]:
    first = date(end.year - (end.month < 12), end.month % 12 + 1, 1)
    for n in range(12):
        year, month = divmod(first.year * 12 + first.month - 1 + n, 12)
        start = date(year, month + 1, 1)
        days = [f for f in facts if (f.registered.year, f.registered.month) == (year, month + 1)]
        settled = [
            (f, e)
            for f in facts
            for e in f.endings
            if e.outcome == "settled" and (e.day.year, e.day.month) == (year, month + 1)
        ]
        yield start, _ids(days), _ids(settled)


def _grouped(
    things: Iterable[Any], keys: Callable[[Any], Iterable[Any]]
) -> dict[Any, tuple[Id, ...]]:
    """Return the disputes of things by each of their keys, the most first."""
    found: dict[Any, list[Id]] = {}
    for thing in things:
        for key in keys(thing):
            found.setdefault(key, []).append(_ids([thing])[0])
    return {key: tuple(found[key]) for key in sorted(found, key=lambda key: -len(found[key]))}


def _ids(things: Iterable[Any]) -> tuple[Id, ...]:
    return tuple((thing if isinstance(thing, Facts) else thing[0]).id for thing in things)


def success(outcomes: Mapping[str, tuple[Id, ...]]) -> tuple[int, int]:
    """Return how many were settled, of how many that were settled or failed."""
    settled, failed = (len(outcomes.get(name, ())) for name in ("settled", "failed"))
    return settled, settled + failed
