"""The facts of two months beside a review: what a grid leader did, and how far the area is visited.

Nothing is counted here by rules of its own: what was done are the rows of db.participation, homes
are those of db.coverage, over the two months in place of a campaign.
"""

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from sqlalchemy import Connection

from db.coverage import as_campaign, building_progress
from db.kernel.ids import Id
from db.kernel.workdays import Period
from db.participation import Deed, DeedKind, deed_texts, taken_part
from db.reviews import Graded, Person, TwoMonths, graded, people


class Area(NamedTuple):
    """What a grid leader looks after: its name, homes to be visited, homes where somebody was met.

    It is the building they are linked to, else the whole community.
    """

    name: str
    base: int
    met: int


class ReviewRow(NamedTuple):
    """Somebody to be graded, with the facts of the two months up to a day."""

    person: Person
    deeds: tuple[Deed, ...]
    area: Area
    last: str | None

    @property
    def id(self) -> Id:
        """The person's id."""
        return self.person.id

    @property
    def name(self) -> str:
        """The person's name."""
        return self.person.name

    def count(self, kind: DeedKind) -> int:
        """Return how often the person took part in a kind of thing."""
        return sum(deed.kind == kind for deed in self.deeds)


class Past(NamedTuple):
    """What stands beside one person's form: each thing done in words, and the grades over time."""

    deeds: tuple[tuple[Deed, str], ...]
    grades: tuple[Graded, ...]


def review_rows(
    connection: Connection, term: TwoMonths, day: date, text: str = ""
) -> list[ReviewRow]:
    """Return everybody to be graded for two months with the facts up to a day.

    `last` is the grade of the two months before.
    """
    persons = people(connection, term, text)
    if not persons:
        return []
    period = _up_to(term, day)
    deeds: dict[Id, list[Deed]] = {person.id: [] for person in persons}
    for deed in taken_part(connection, period):
        if deed.volunteer in deeds:
            deeds[deed.volunteer].append(deed)
    areas = _areas(connection, period)
    before = {person.id: person.grade for person in people(connection, term.before)}
    return [ReviewRow(p, tuple(deeds[p.id]), _area(p, areas), before.get(p.id)) for p in persons]


def past(connection: Connection, row: ReviewRow) -> Past:
    """Return what a person did in words, the latest first, and the grades over time."""
    texts = deed_texts(connection, row.deeds)
    told = tuple((deed, texts.get(deed.record, "")) for deed in reversed(row.deeds))
    return Past(told, tuple(graded(connection, row.id)))


def _up_to(term: TwoMonths, day: date) -> Period:
    return Period(term.period.start, max(min(term.period.end, day), term.period.start))


def _areas(connection: Connection, period: Period) -> Mapping[Id, Area]:
    """Return buildings and communities with their homes, by id."""
    areas: dict[Id, Area] = {}
    for line in building_progress(connection, as_campaign(period), period.end):
        areas[line.building] = Area(line.label, line.base, line.done)
        whole = areas.get(line.community, Area(line.community_name, 0, 0))
        areas[line.community] = Area(whole.name, whole.base + line.base, whole.met + line.done)
    return areas


def _area(person: Person, areas: Mapping[Id, Area]) -> Area:
    nothing = Area(person.community_name, 0, 0)
    return areas.get(person.building or person.community, nothing)
