"""Rewards as lists show them, the matters somebody could be rewarded for, and what was rewarded."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final, Literal, NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, or_, select

from db.disputes import DisputeParty
from db.kernel.ids import Id
from db.kernel.text import squeeze
from db.kernel.workdays import Period
from db.participation import DEED_NAMES, Deed, deed_texts, taken_part
from db.people import ROLE_NAMES, Volunteer
from db.people.roster import roster_names
from db.places import Community
from db.places.lists import matching
from db.rewards import Receiver, Reward, RewardDraft

State = Literal["granted", "paid", "voided"]
STATE_NAMES: Final[dict[State, str]] = {"granted": "待发放", "paid": "已发放", "voided": "已作废"}
MATTER_DAYS: Final = 92


@dataclass(frozen=True)
class RewardQuery:
    """Which rewards a list shows; None and empty leave a question out. `period` is of granting."""

    text: str = ""
    community: Id | None = None
    state: State | None = None
    period: Period | None = None
    ids: tuple[Id, ...] | None = None


class RewardRow(NamedTuple):
    """A reward with whom it is for; amounts are in 分."""

    id: Id
    volunteer: Id
    name: str
    role: str
    community: str
    day: date
    matter: str
    happened: date
    reason: str
    entity: str | None
    source: Id | None
    amount: int | None
    thing: str | None
    again: str | None
    paid: date | None
    voided: date | None
    void_reason: str | None

    @property
    def role_name(self) -> str:
        """The role in Chinese."""
        return ROLE_NAMES[self.role]

    @property
    def state(self) -> State:
        """Whether it is granted, paid or voided."""
        return "voided" if self.voided else "paid" if self.paid else "granted"


class RewardTotals(NamedTuple):
    """What the rewards of a query come to, the voided left out; sums in 分."""

    rows: int
    granted: int
    paid: int
    voided: int
    sum_granted: int
    sum_paid: int


class Matter(NamedTuple):
    """Something a volunteer took part in that can be rewarded; `before` says it was."""

    entity: str
    source: Id
    day: date
    text: str
    before: bool


def rewards(
    connection: Connection, query: RewardQuery, offset: int = 0, limit: int = 100
) -> list[RewardRow]:
    """Return a window of the rewards a query means, the latest first."""
    return _found(connection, _asked(query), offset, limit)


def reward_totals(connection: Connection, query: RewardQuery) -> RewardTotals:
    """Count and sum the rewards a query means."""
    rows = connection.execute(
        select(Reward.amount, Reward.paid, Reward.voided)
        .join(Volunteer, Volunteer.id == Reward.volunteer)
        .where(*_asked(query))
    ).all()
    paid = [row.amount or 0 for row in rows if row.voided is None and row.paid is not None]
    open_ = [row.amount or 0 for row in rows if row.voided is None and row.paid is None]
    voided = len(rows) - len(paid) - len(open_)
    return RewardTotals(len(rows), len(open_), len(paid), voided, sum(open_), sum(paid))


def same_matter(
    connection: Connection, to: Receiver, draft: RewardDraft, leave: Id | None = None
) -> list[RewardRow]:
    """Return the rewards in force that a matter has, whoever got them; `leave` is the one under the pen.

    The matter is the same by its source record, or by its words on the day it happened.
    """
    alike = [Reward.happened == draft.happened]
    if to.source is not None:
        linked = and_(Reward.entity == to.entity, Reward.source == to.source)
        alike = [or_(linked, Reward.happened == draft.happened)]
    rows = _in_force(connection, alike, leave)
    words = squeeze(draft.matter)
    return [
        row
        for row in rows
        if (to.source is not None and (row.entity, row.source) == (to.entity, to.source))
        or (words and squeeze(row.matter) == words and row.happened == draft.happened)
    ]


def same_day(
    connection: Connection, volunteer: Id, happened: date, leave: Id | None = None
) -> list[RewardRow]:
    """Return what the volunteer has for the same day: perhaps the same matter in other words."""
    return _in_force(
        connection, [Reward.volunteer == volunteer, Reward.happened == happened], leave
    )


def matters_of(connection: Connection, volunteer: Id, day: date) -> list[Matter]:
    """Return what a volunteer took part in during the three months up to a day, the latest first.

    The sessions and 回访 of one dispute are one matter, as are the homes of one visit.
    """
    deeds = taken_part(connection, Period(day - timedelta(days=MATTER_DAYS), day), volunteer)
    texts = deed_texts(connection, deeds)
    latest: dict[tuple[str, Id], Deed] = {_source(deed): deed for deed in deeds}
    ids = select(Reward.entity, Reward.source).where(
        Reward.voided.is_(None), Reward.source.is_not(None)
    )
    rewarded = set(map(tuple, connection.execute(ids).all()))
    return [
        Matter(
            entity, source, deed.day, f"{DEED_NAMES[deed.kind]}：{texts.get(deed.record, '')}",
            (entity, source) in rewarded,
        )
        for (entity, source), deed in sorted(
            latest.items(), key=lambda one: (one[1].day, one[1].start or 0), reverse=True
        )
    ]  # fmt: skip


def names_known(connection: Connection) -> list[str]:
    """Return the names of volunteers and parties, for a notice that must hold none of them whole."""
    parties = connection.execute(select(DisputeParty.name).distinct()).scalars()
    return sorted({*roster_names(connection), *parties})


def _source(deed: Deed) -> tuple[str, Id]:
    """The record that makes a matter one: the dispute and the training, but each visit by itself."""
    if deed.kind == "visit":
        return deed.entity, deed.record
    return ("dispute" if deed.kind in ("mediation", "follow_up") else deed.kind), deed.about


def _in_force(
    connection: Connection, alike: Sequence[ColumnElement[bool]], leave: Id | None
) -> list[RewardRow]:
    asked = [*alike, Reward.voided.is_(None), Reward.id != (leave or b"")]
    return _found(connection, asked, 0, None)


def _found(
    connection: Connection, asked: Sequence[ColumnElement[bool]], offset: int, limit: int | None
) -> list[RewardRow]:
    statement: Any = (
        select(
            Reward.id, Reward.volunteer, Volunteer.name, Volunteer.role, Community.name, Reward.day,
            Reward.matter, Reward.happened, Reward.reason, Reward.entity, Reward.source,
            Reward.amount, Reward.thing, Reward.again, Reward.paid, Reward.voided,
            Reward.void_reason,
        )
        .join(Volunteer, Volunteer.id == Reward.volunteer)
        .join(Community, Community.id == Volunteer.community)
        .where(*asked)
        .order_by(Reward.day.desc(), Reward.id.desc())
        .offset(offset)
    )  # fmt: skip
    if limit is not None:
        statement = statement.limit(limit)
    return [RewardRow(*row) for row in connection.execute(statement)]


def _asked(query: RewardQuery) -> list[ColumnElement[bool]]:
    asked = matching(Volunteer.id, query.text)
    if query.community is not None:
        asked.append(Volunteer.community == query.community)
    if query.state == "voided":
        asked.append(Reward.voided.is_not(None))
    elif query.state is not None:
        asked.append(Reward.voided.is_(None))
        asked.append(
            Reward.paid.is_(None) if query.state == "granted" else Reward.paid.is_not(None)
        )
    if query.period is not None:
        asked.append(Reward.day.between(query.period.start, query.period.end))
    if query.ids is not None:
        asked.append(Reward.id.in_(query.ids))
    return asked
