"""What is due: one list for a day."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Final, Literal, NamedTuple

from sqlalchemy import Connection, case, func, select

from db.coverage import BuildingLine, DoorState, door_states
from db.disputes import Dispute
from db.disputes.facts import Facts, clocks, dispute_facts
from db.disputes.parties import names_shown, party_names
from db.disputes.words import KIND_NAMES
from db.erasure.lists import due_groups, waiting_proposals
from db.exchange.deciding import count_open
from db.kernel.dates import clock_text, month_day
from db.kernel.ids import Id
from db.kernel.workdays import left_words, month_of
from db.places import Building, Community, Household
from db.places.finding import door_text
from db.places.lists import walking_order
from db.progress import Progress, progress
from db.reviews import TwoMonths, any_review, unreviewed
from db.trainings import HERE, Attendance, Training, volunteers_behind
from db.trainings.sheets import open_sheets as open_sign_in_sheets
from db.visits import EVENING, IN_VAIN, CampaignLine, Visit
from db.visits.sheets import open_sheets

Urgency = Literal["late", "today", "soon", "plain"]
Kind = Literal[
    "走访", "回访", "履行", "期限", "报告", "移送", "培训", "点名", "走访单", "签到表", "考评", "清除", "合并"
]  # fmt: skip
SOON_DAYS: Final = 5
SHEET_DAYS: Final = 3
BUILDINGS_SHOWN: Final = 4
# How long the list asks for a roll that nobody called.
ROLL_DAYS: Final = 7
# How long a referral may wait for its answer before the list speaks of it.
ANSWER_DAYS: Final = 7
# How many days before its end a month's untrained are told.
MONTH_DAYS: Final = 5
# What is done at a door: the doors left, and how an agreement made there is kept.
WALKED: Final[tuple[Kind, ...]] = ("走访", "回访", "履行")


class AgendaItem(NamedTuple):
    """One thing due: its kind in a word, what it is, why now, how pressing, and what it opens.

    `entity` and `record` name the row to open. `doors` are the homes a 走访 item speaks of, in
    walking order, ready for a field sheet.
    """

    kind: Kind
    text: str
    remark: str
    urgency: Urgency
    entity: str
    record: Id
    doors: tuple[Id, ...] = ()


def agenda(connection: Connection, day: date, counted: Progress | None = None) -> list[AgendaItem]:
    """Return what is due on a day: what is late, today's, one walk past the doors, what comes soon.

    In the walk stands, by the doors, what is done there, late or not: doors left, agreements to see to.
    Who has `counted` the day's progress already hands it over.
    """
    order: dict[Urgency, int] = {"late": 0, "today": 1, "plain": 2, "soon": 3}
    due = [
        *_disputes(connection, day),
        *_trainings(connection, day),
        *_untrained(connection, day),
        *_erasures(connection, day),
        *_doors(connection, day, counted or progress(connection, day)),
        *_sheets(connection, day),
        *_reviews(connection, day),
        *_conflicts(connection),
    ]
    walk, elsewhere = _walk(connection, due)
    elsewhere.sort(key=lambda item: order[item.urgency])
    first = sum(order[item.urgency] < order["plain"] for item in elsewhere)
    return [*elsewhere[:first], *walk, *elsewhere[first:]]


def overdue(connection: Connection, day: date) -> int:
    """Count what is late in the day's list, without the rest of it."""
    # Nothing else in the list is ever late.
    return sum(
        item.urgency == "late" for part in (_disputes, _reviews) for item in part(connection, day)
    )


def _disputes(connection: Connection, day: date) -> Iterator[AgendaItem]:
    rules = clocks(connection)
    found = dispute_facts(connection)
    due = [
        (by, kind, facts)
        for facts in found
        for kind, by in rules.duties(facts, day)
        if (by - day).days <= SOON_DAYS
    ]
    grave = [facts for facts in found if facts.to_report_on(day)]
    waiting = [
        (facts, (day - sent).days)
        for facts in found
        if (sent := facts.unanswered_on(day)) and (day - sent).days >= ANSWER_DAYS
    ]
    told = (*(facts for _, _, facts in due), *grave, *(facts for facts, _ in waiting))
    named = _named(connection, told)
    for by, kind, facts in sorted(due, key=lambda line: line[0]):
        remark, urgency = _pressing((by - day).days)
        yield AgendaItem(kind, named[facts.id], remark, urgency, "dispute", facts.id)
    for facts in grave:
        remark, urgency = "重大，还没有记报给了谁", "late"
        if facts.registered == day:
            remark, urgency = "重大，今天报街道", "today"
        yield AgendaItem("报告", named[facts.id], remark, urgency, "dispute", facts.id)
    for facts, days in waiting:
        remark = f"移送{days}天，还没有记答复"
        yield AgendaItem("移送", named[facts.id], remark, "soon", "dispute", facts.id)


def _walk(
    connection: Connection, due: Sequence[AgendaItem]
) -> tuple[list[AgendaItem], list[AgendaItem]]:
    """Return what is done at doors that are known, in walking order, and the rest as it stands."""
    walked = [item for item in due if item.kind in WALKED]
    disputes = {item.record for item in walked if not item.doors}
    homes = dict(
        connection.execute(
            select(Dispute.id, Dispute.household).where(
                Dispute.id.in_(disputes), Dispute.household.is_not(None)
            )
        ).all()
    )
    rows = connection.execute(
        select(
            Household.id, Building.estate, Building.number, Household.unit, Household.key,
            Building.rural,
        )
        .join(Building, Building.id == Household.building)
        .join(Community, Community.id == Household.community)
        .where(Household.id.in_({*homes.values(), *(i.doors[0] for i in walked if i.doors)}))
        .order_by(*walking_order())
    )  # fmt: skip
    place = {
        row.id: (at, door_text(row.estate, row.number, row.unit, row.key, rural=row.rural))
        for at, row in enumerate(rows)
    }
    walk, elsewhere = [], []
    for item in due:
        home = item.doors[0] if item.doors else homes.get(item.record)
        if item.kind not in WALKED or home not in place:
            elsewhere.append(item)
            continue
        at, where = place[home]
        named = item if item.doors else item._replace(text=f"{where} {item.text}")
        walk.append((at, named))
    return [item for _, item in sorted(walk, key=lambda one: one[0])], elsewhere


def _named(connection: Connection, facts: Sequence[Facts]) -> Mapping[Id, str]:
    """Return what disputes are called: 2026-0012 王小明、李强 邻里纠纷."""
    names = party_names(connection, {one.id for one in facts})
    called = {}
    for one in facts:
        words = (one.number, names_shown(names.get(one.id, ())), f"{KIND_NAMES[one.kind]}纠纷")
        called[one.id] = " ".join(word for word in words if word)
    return called


def _pressing(left: int) -> tuple[str, Urgency]:
    return left_words(left), "late" if left < 0 else "soon" if left else "today"


def _trainings(connection: Connection, day: date) -> Iterator[AgendaItem]:
    rows = connection.execute(
        select(Training.id, Training.topic, Training.place, Training.start)
        .where(Training.day == day)
        .order_by(Training.start, Training.id)
    )
    for id_, topic, place, start in rows:
        at = clock_text(start) if start is not None else "今天"
        text = " ".join(word for word in (topic, place) if word)
        yield AgendaItem("培训", text, at, "today", "training", id_)
    yield from _rolls(connection, day)


def _rolls(connection: Connection, day: date) -> Iterator[AgendaItem]:
    """Yield the sessions of the last days on whose lists nobody is marked yet."""
    marked = func.sum(case((Attendance.status.in_((*HERE, "leave")), 1), else_=0))
    rows = connection.execute(
        select(Training.id, Training.topic, Training.day, func.count())
        .join(Attendance, Attendance.training == Training.id)
        .where(Training.day.between(day - timedelta(days=ROLL_DAYS), day - timedelta(days=1)))
        .group_by(Training.id)
        .having(marked == 0)
        .order_by(Training.day, Training.id)
    )
    for id_, topic, held, names in rows:
        text = f"{month_day(held)} {topic}"
        yield AgendaItem("点名", text, f"名单上{names}人，还没有点名", "soon", "training", id_)


def _untrained(connection: Connection, day: date) -> Iterator[AgendaItem]:
    """On the last days of a month, who was at no training in it; the list opens with it."""
    left = (month_of(day).end - day).days
    missing = len(volunteers_behind(connection, day).untrained) if left < MONTH_DAYS else 0
    if missing:
        remark = f"本月还剩{left}天" if left else "今天是本月最后一天"
        text = f"本月还有{missing}人没有参训"
        yield AgendaItem("培训", text, remark, "soon" if left else "today", "untrained", b"")


def _sheets(connection: Connection, day: date) -> Iterator[AgendaItem]:
    for line in open_sheets(connection, day):
        if line.age > SHEET_DAYS:
            text = f"第{line.number}号走访单 {line.title}".strip()
            remark = f"打印{line.age}天，还没有登记"
            yield AgendaItem("走访单", text, remark, "soon", "field_sheet", line.id)
    for sheet in open_sign_in_sheets(connection, day):
        if sheet.age > 0:
            text = f"第{sheet.number}号签到表 {sheet.topic}"
            remark = f"过了{sheet.age}天，还没有登记"
            yield AgendaItem("签到表", text, remark, "soon", "sign_in_sheet", sheet.id)


def _reviews(connection: Connection, day: date) -> Iterator[AgendaItem]:
    """Yield the grid leaders without a grade for the two months that are over."""
    term = TwoMonths.of(day).before
    left = unreviewed(connection, term)
    if not left:
        return
    remark, urgency = _pressing((term.due - day).days)
    if not any_review(connection):
        # A post that never graded anybody is told of it, not blamed for it.
        remark, urgency = "还没有考评过", "soon"
    text = f"{term} 网格长考评 还有{len(left)}人"
    yield AgendaItem("考评", text, remark, urgency, "review", left[0].id)


def _erasures(connection: Connection, day: date) -> Iterator[AgendaItem]:
    """Yield what waits for a second person to confirm, and what has been kept long enough."""
    for waiting in waiting_proposals(connection):
        yield AgendaItem(
            "清除", f"{waiting.words}等核准", f"{waiting.who}提出", "today", "erasure", b""
        )
    due = due_groups(connection, day)
    if due:
        told = "、".join(group.words for group in due)
        yield AgendaItem("清除", f"保存期满：{told}", "可以清除", "plain", "erasure", b"")


def _conflicts(connection: Connection) -> Iterator[AgendaItem]:
    """Yield one line while sites differ on records; the merge desk opens with it."""
    waiting = count_open(connection)
    if waiting:
        text = f"有{waiting}条两边登记不同，等人定"
        yield AgendaItem("合并", text, "", "today", "conflict", b"")


def _doors(connection: Connection, day: date, counted: Progress) -> Iterator[AgendaItem]:
    """Yield, unit by unit, the doors left in the buildings to go on with."""
    campaign = counted.campaign
    for line in _buildings(connection, counted, day):
        states = door_states(connection, campaign, day, building=line.building)
        left = [door for door in states if door.left]
        evening = _for_the_evening(connection, campaign, day, left)
        for unit in dict.fromkeys(door.unit for door in left):
            doors = tuple(door.household for door in left if door.unit == unit)
            where = f"{line.label}{unit}单元" if unit else line.label
            later = len(evening.intersection(doors))
            yield AgendaItem(
                "走访", f"{where} 剩{len(doors)}户", f"其中{later}户宜晚上去" if later else "",
                "plain", "building", line.building, doors,
            )  # fmt: skip


def _buildings(connection: Connection, counted: Progress, day: date) -> list[BuildingLine]:
    """Return the buildings with doors left that were worked on last, then those next to them."""
    campaign = counted.campaign
    left = [line for line in counted.buildings if line.remaining]
    order = {line.building: at for at, line in enumerate(left)}
    last = dict(
        connection.execute(
            select(Household.building, func.max(Visit.day))
            .join(Visit, Visit.household == Household.id)
            .where(Visit.day.between(campaign.start, min(day, campaign.end)))
            .group_by(Household.building)
        ).all()
    )
    begun = sorted(
        (line for line in left if line.building in last),
        key=lambda line: (-last[line.building].toordinal(), order[line.building]),
    )
    chosen = begun[:BUILDINGS_SHOWN]
    at = order[chosen[0].building] if chosen else 0
    for line in (*left[at:], *left[:at]):
        if len(chosen) < BUILDINGS_SHOWN and line not in chosen:
            chosen.append(line)
    return sorted(chosen, key=lambda line: order[line.building])


def _for_the_evening(
    connection: Connection, campaign: CampaignLine, day: date, doors: Sequence[DoorState]
) -> set[Id]:
    """Return the doors tried in vain by day and never in the evening."""
    rows = connection.execute(
        select(Visit.household)
        .where(
            Visit.household.in_([door.household for door in doors]),
            Visit.outcome.in_(IN_VAIN),
            Visit.day.between(campaign.start, min(day, campaign.end)),
        )
        .group_by(Visit.household)
        .having(func.max(Visit.at) < EVENING)
    )
    return {row.household for row in rows}
