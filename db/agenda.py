"""What is due: one list for a day, and how the week goes so far."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, NamedTuple

from sqlalchemy import Connection, case, func, select

from db.coverage import (
    building_text,
    coverage,
    door_states,
    natural,
    walking_order,
    without_campaign,
)
from db.disputes.facts import Clocks, Facts, count_disputes, dispute_facts
from db.disputes.words import KIND_NAMES
from db.figures.rates import percent
from db.figures.week import clocks
from db.kernel.ids import Id
from db.kernel.workdays import Period, Week, next_working_day
from db.places import Building, Community, Household
from db.trainings import Training, count_trainings
from db.visits import CampaignLine, Visit, campaign_on, count_visits
from db.visits.sheets import open_sheets

Urgency = Literal["late", "today", "soon", "plain"]
SOON_DAYS = 5
BUILDINGS_SHOWN = 4
SHEET_DAYS = 3


class AgendaItem(NamedTuple):
    """One thing due: its kind in a word, what it is, why now, how pressing, and what it opens."""

    kind: str
    text: str
    remark: str
    urgency: Urgency
    entity: str
    record: Id


def agenda(connection: Connection, day: date) -> list[AgendaItem]:
    """Return what is due on a day: what is late, today's, doors in walking order, what comes soon."""
    order: dict[Urgency, int] = {"late": 0, "today": 1, "plain": 2, "soon": 3}
    due = [
        *_disputes(connection, day),
        *_trainings(connection, day),
        *_doors(connection, day),
        *_sheets(connection, day),
    ]
    return sorted(due, key=lambda item: order[item.urgency])


@dataclass(frozen=True)
class WeekSoFar:
    """This week up to a day, and `_before` the week before up to the same weekday."""

    week: Week
    households: int
    records: int
    households_before: int
    disputes_new: int
    disputes_resolved: int
    disputes_open: int
    overdue: int
    training_rate: str | None
    training_expected: int
    training_rate_before: str | None


def week_so_far(connection: Connection, day: date) -> WeekSoFar:
    """Count this week up to the day and the week before up to the same weekday."""
    week = Week.of(day)
    now = Period(week.period.start, day)
    before = Period(now.start - timedelta(days=7), day - timedelta(days=7))
    visits, visits_before = count_visits(connection, now), count_visits(connection, before)
    disputes = count_disputes(dispute_facts(connection), now, clocks(connection))
    trained, trained_before = (count_trainings(connection, period) for period in (now, before))
    return WeekSoFar(
        week=week,
        households=visits.households,
        records=visits.records,
        households_before=visits_before.households,
        disputes_new=disputes.new,
        disputes_resolved=disputes.resolved,
        disputes_open=disputes.open_at_end,
        overdue=disputes.overdue,
        training_rate=percent(trained.present, trained.expected),
        training_expected=trained.expected,
        training_rate_before=percent(trained_before.present, trained_before.expected),
    )


def weekly_households(connection: Connection, day: date, weeks: int = 9) -> list[tuple[Week, int]]:
    """Return the homes met in each of the last weeks, this one up to the day, the oldest first."""
    found: list[tuple[Week, int]] = []
    week = Week.of(day)
    for _ in range(weeks):
        end = min(week.period.end, day)
        met = case((Visit.outcome == "met", Visit.household))
        homes = connection.execute(
            select(func.count(met.distinct())).where(Visit.day.between(week.period.start, end))
        ).scalar_one()
        found.append((week, homes))
        week = week.before
    return found[::-1]


def campaign_of(connection: Connection, day: date) -> CampaignLine:
    """Return the campaign the screens of a day speak of: the one that covers it, or the year."""
    return campaign_on(connection, day) or without_campaign(day)


def progress(
    connection: Connection, day: date
) -> tuple[CampaignLine, list[tuple[str, int, int, int]]]:
    """Return the campaign of the day, and name, base, done and exhausted of each community."""
    campaign = campaign_of(connection, day)
    lines = coverage(connection, campaign, day)
    return campaign, [(line.name, line.base, line.done, line.exhausted) for line in lines]


def _disputes(connection: Connection, day: date) -> Iterator[AgendaItem]:
    rules = clocks(connection)
    for facts in dispute_facts(connection):
        name = f"{facts.number or '未编号'} {KIND_NAMES[facts.kind]}纠纷"
        for kind, by in _duties(facts, rules, day):
            left = (by - day).days
            if left > SOON_DAYS:
                continue
            remark, urgency = _pressing(left)
            yield AgendaItem(kind, name, remark, urgency, "dispute", facts.id)


def _duties(facts: Facts, rules: Clocks, day: date) -> Iterator[tuple[str, date]]:
    """Yield what is still to be done for a dispute, and by when."""
    ending = facts.ending_on(day)
    if ending is None:
        if facts.open_on(day):
            yield "办结", rules.conclude_by(facts.running_since(day))
        return
    if ending.outcome != "settled":
        return
    if not any(ending.day <= done <= day for done in facts.follow_ups):
        yield "回访", rules.follow_up_by(ending.day)
    if ending.due is not None and not ending.performed:
        yield "履行", next_working_day(ending.due, rules.working_days)


def _pressing(left: int) -> tuple[str, Urgency]:
    if left < 0:
        return f"逾期{-left}天", "late"
    if left == 0:
        return "今天到期", "today"
    return f"还剩{left}天", "soon"


def _trainings(connection: Connection, day: date) -> Iterator[AgendaItem]:
    rows = connection.execute(
        select(Training.id, Training.topic, Training.place, Training.start)
        .where(Training.day == day)
        .order_by(Training.start)
    )
    for id_, topic, place, start in rows:
        at = f"{start // 60:02d}:{start % 60:02d}" if start is not None else "今天"
        yield AgendaItem(
            "培训", " ".join((topic, place or "")).strip(), at, "today", "training", id_
        )


def _sheets(connection: Connection, day: date) -> Iterator[AgendaItem]:
    for sheet in open_sheets(connection):
        days = (day - sheet.printed).days
        if days >= SHEET_DAYS:
            text = f"第{sheet.number}号走访单 {sheet.title}"
            yield AgendaItem(
                "走访单", text, f"打印{days}天，还没有登记", "soon", "field_sheet", sheet.id
            )


def _doors(connection: Connection, day: date) -> Iterator[AgendaItem]:
    """Yield the units with doors left, of the buildings that were worked on last."""
    campaign = campaign_of(connection, day)
    lately = connection.execute(
        select(Building.id, Building.estate, Building.number, Building.rural)
        .join(Household, Household.building == Building.id)
        .join(Visit, Visit.household == Household.id)
        .join(Community, Community.id == Building.community)
        .where(Visit.day.between(day - timedelta(days=14), day))
        .group_by(Building.id, Building.estate, Building.number, Building.rural)
        .order_by(func.max(Visit.day).desc(), func.count(Visit.id).desc(), Building.id)
        .limit(BUILDINGS_SHOWN * 3)
    ).all()
    shown = 0
    for building, estate, number, rural in sorted(lately, key=lambda b: (b[1], natural(b[2]))):
        states = door_states(connection, campaign, day, building=building)
        left = [door for door in states if door.state in ("untouched", "tried")]
        if not left or shown == BUILDINGS_SHOWN:
            continue
        shown += 1
        name = building_text(estate, number, rural=rural)
        for unit in dict.fromkeys(door.unit for door in sorted(left, key=walking_order)):
            doors = [door for door in left if door.unit == unit]
            tried = sum(door.state == "tried" for door in doors)
            where = f"{name} {unit}单元" if unit else name
            yield AgendaItem(
                "走访", f"{where}　剩{len(doors)}户", f"其中{tried}户未遇过" if tried else "",
                "plain", "building", building,
            )  # fmt: skip
