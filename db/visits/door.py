"""A door as its card shows it: who to ask for, what was met there, and when to come next."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Final, NamedTuple

from sqlalchemy import Connection, func, select

from db.kernel.ids import Id
from db.people import masked, masked_phone
from db.people.answering import who_answers
from db.places import OUTSIDE_EVERY_BASE, Building, Community, Household
from db.places.finding import door_text
from db.visits import (
    BANDS,
    EVENING,
    IN_VAIN,
    NOON,
    CampaignLine,
    Visit,
)
from db.visits.lists import VisitRow, visits_of

MORNING, AFTERNOON, NIGHT = BANDS[:3]
# The bands to try, the likeliest first, and what to say of each.
SUGGESTED: Final = {NIGHT: "19:00以后", AFTERNOON: "下午", MORNING: "上午"}
SATURDAY: Final = 5
BUILDING_DAYS: Final = 365
FEWEST_TRIES: Final = 5
CLEARLY_MORE: Final = 0.2


class Answerer(NamedTuple):
    """A 联户长 who answers for the door."""

    volunteer: Id
    name: str
    phone: str | None


class DoorCard(NamedTuple):
    """A door with its history, the latest visit first.

    `hint` says what the tries in vain have in common and when to come instead, in one or two lines;
    it is empty where there is nothing to say.
    """

    household: Id
    building: Id
    community: str
    address: str
    occupancy: str
    contact: str | None
    phone: str | None
    residents: int | None
    note: str | None
    answerers: tuple[Answerer, ...]
    visits: tuple[VisitRow, ...]
    hint: tuple[str, ...]

    @property
    def leaders(self) -> tuple[str, ...]:
        """The names of those who answer for the door."""
        return tuple(person.name for person in self.answerers)


def door_card(
    connection: Connection,
    household: Id,
    day: date,
    campaign: CampaignLine | None = None,
    *,
    hide_names: bool = False,
) -> DoorCard | None:
    """Return a door's card on a day, None if the door is gone.

    The hint looks at the tries since somebody was met; with a campaign only at those within it.
    `hide_names` masks the contact and the telephones, for a screen others may see.
    """
    home = connection.execute(
        select(
            Household.building, Community.name, Building.estate, Building.number, Household.unit,
            Household.key, Building.rural, Household.occupancy, Household.contact, Household.phone,
            Household.residents, Household.note,
        )
        .join(Community, Community.id == Household.community)
        .join(Building, Building.id == Household.building)
        .where(Household.id == household)
    ).first()  # fmt: skip
    if home is None:
        return None
    (
        building, community, estate, number, unit, key, rural, occupancy, contact, phone,
        residents, note,
    ) = home  # fmt: skip
    answerers = _answerers(connection, household, building, day)
    if hide_names:
        contact = masked(contact) if contact else None
        phone = masked_phone(phone) if phone else None
        answerers = [one._replace(phone=masked_phone(one.phone or "")) for one in answerers]
    visits = tuple(visits_of(connection, household))
    lines: tuple[str, ...] = ()
    if occupancy not in OUTSIDE_EVERY_BASE:
        since = campaign.start if campaign else date.min
        recent = [visit for visit in visits if since <= visit.day <= day]
        lines = hint(recent)
        if not any(visit.outcome == "met" for visit in recent) and len(lines) < 2:
            lines += building_hint(connection, building, day)
    return DoorCard(
        household, building, community, door_text(estate, number, unit, key, rural=rural),
        occupancy, contact, phone, residents, note, tuple(answerers), visits, lines,
    )  # fmt: skip


def hint(visits: Sequence[VisitRow]) -> tuple[str, ...]:
    """Return what the tries in vain since somebody was met have in common, and when to come.

    `visits` begin with the latest. The bands in which tries failed are left out, and the weekend
    where they failed there too.
    """
    vain = []
    for visit in visits:
        if visit.outcome == "met":
            break
        if visit.outcome in IN_VAIN:
            vain.append(visit)
    if not vain:
        return ()
    said = f"未遇{len(vain)}次"
    bands = Counter(band for visit in vain if (band := band_of(visit.at)))
    if not bands:
        return (said,)
    if len(bands) == 1 and bands.total() == len(vain):
        said += f"，{'都' if len(vain) > 1 else ''}在{next(iter(bands))}"
    else:
        said += "，" + "、".join(f"{band}{bands[band]}次" for band in BANDS if band in bands)
    better = next((words for band, words in SUGGESTED.items() if band not in bands), "")
    weekend = "" if any(visit.day.weekday() >= SATURDAY for visit in vain) else "周末"
    when = "，或".join(word for word in (better, weekend) if word)
    return (said, f"建议{when}") if when else (said, "各个时段都去过，建议先约时间")


def building_hint(connection: Connection, building: Id, day: date) -> tuple[str, ...]:
    """Return in which band people of the building are met more often, empty if none stands out.

    Counted over the visits with a known hour of the year up to the day.
    """
    rows = connection.execute(
        select(Visit.at, Visit.outcome, func.count())
        .where(
            Visit.household.in_(select(Household.id).where(Household.building == building)),
            Visit.day.between(day - timedelta(days=BUILDING_DAYS), day),
            Visit.outcome.in_(("met", *IN_VAIN)),
            Visit.at.is_not(None),
        )
        .group_by(Visit.at, Visit.outcome)
    )
    return _band_words((at, outcome, n) for at, outcome, n in rows)


def _band_words(counted: Iterable[tuple[int | None, str, int]]) -> tuple[str, ...]:
    tries: Counter[str] = Counter()
    met: Counter[str] = Counter()
    for at, outcome, n in counted:
        band = band_of(at)
        if band is not None:
            tries[band] += n
            met[band] += n if outcome == "met" else 0
    shares = {band: met[band] / n for band, n in tries.items() if n >= FEWEST_TRIES}
    best = max(shares, key=lambda band: shares[band], default="")
    others = [share for band, share in shares.items() if band != best]
    if not others or shares[best] - max(others) < CLEARLY_MORE:
        return ()
    return (f"本楼{best}更容易见到人，去{tries[best]}次见到{met[best]}次",)


def band_of(at: int | None) -> str | None:
    """Return the time band of minutes since midnight, None for an unknown time."""
    if at is None:
        return None
    return MORNING if at < NOON else AFTERNOON if at < EVENING else NIGHT


def outcome_words(visit: VisitRow) -> str:
    """Return an outcome as the history tells it: 见到2人 反诈宣传."""
    said = visit.outcome_name
    if visit.outcome == "met" and visit.people:
        said = f"见到{visit.people}人"
    return " ".join((said, *visit.topics))


def _answerers(connection: Connection, household: Id, building: Id, day: date) -> list[Answerer]:
    return [
        Answerer(leader.volunteer, leader.name, leader.phone)
        for line in who_answers(connection, day, building=building)
        for leader in line.leaders
        if household in leader.homes
    ]
