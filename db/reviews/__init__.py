"""Reviews (考评): every two months a grid leader is graded 好, 较好, 一般 or 差, with the reason.

A person has one grade for two months; grading again changes it. The grade is a person's word; the
facts it rests on are counted elsewhere and only shown beside it (facts.py).
"""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, NamedTuple

from sqlalchemy import Connection, ForeignKey, Index, and_, func, or_, select
from sqlalchemy.orm import Mapped, mapped_column

from db.kernel.access import Right
from db.kernel.errors import UserError
from db.kernel.fields import KEEP_SERVICE, Field, Problem, common_problems, entry, fit_or_refuse
from db.kernel.ids import Id, new_id
from db.kernel.journal import Command, Tx
from db.kernel.records import Record
from db.kernel.workdays import Period
from db.people import Volunteer, VolunteerTerm
from db.people.service import services
from db.places import Community, communities
from db.places.lists import matching

REVIEWED: Final = "grid_leader"
GRADES: Final = {"好": "good", "较好": "fairly_good", "一般": "fair", "差": "poor"}
GRADE_NAMES: Final = {code: word for word, code in GRADES.items()}
# How long after the two months a review is still in time.
GRACE_DAYS: Final = 10


class Review(Record):
    """The grade of a person for the two months that begin on `start`, and why."""

    __tablename__ = "review"
    __table_args__ = (Index("ix_review_volunteer", "volunteer"), {"sqlite_with_rowid": False})
    same_by = ("volunteer", "start")

    volunteer: Mapped[Id] = mapped_column(ForeignKey("volunteer.id"))
    start: Mapped[date]
    grade: Mapped[str]
    reason: Mapped[str]


@dataclass(frozen=True, order=True)
class TwoMonths:
    """Two months of a year that are graded together: number 1 is January and February."""

    year: int
    number: int

    @classmethod
    def of(cls, day: date) -> "TwoMonths":
        """Return the two months the day lies in."""
        return cls(day.year, (day.month + 1) // 2)

    @property
    def period(self) -> Period:
        """The first to the last day."""
        last = self.number * 2
        return Period(
            date(self.year, last - 1, 1), date(self.year, last, monthrange(self.year, last)[1])
        )

    @property
    def before(self) -> "TwoMonths":
        """The two months that end the day before."""
        return TwoMonths.of(self.period.start - timedelta(days=1))

    @property
    def due(self) -> date:
        """The last day on which a review is in time."""
        return self.period.end + timedelta(days=GRACE_DAYS)

    def __str__(self) -> str:
        return f"{self.year}年{self.number * 2 - 1}—{self.number * 2}月"


@dataclass(frozen=True)
class ReviewDraft:
    """What is entered of a review."""

    grade: str | None = entry(Field("等次", kind="choice", choices=GRADES, required=True))
    reason: str = entry(
        Field("理由", required=True, most=500, purpose="网格长考评", keep=KEEP_SERVICE), ""
    )


class Graded(NamedTuple):
    """A grade that was given for two months, and why."""

    term: TwoMonths
    grade: str
    reason: str

    @property
    def grade_name(self) -> str:
        """The grade in Chinese."""
        return GRADE_NAMES[self.grade]


class Person(NamedTuple):
    """Somebody to be graded for two months; `building` is the one they are linked to."""

    id: Id
    name: str
    community: Id
    community_name: str
    building: Id | None
    review: Id | None
    grade: str | None
    reason: str


def review_problems(draft: ReviewDraft) -> Iterator[Problem]:
    """Yield what keeps a review from being stored."""
    yield from common_problems(draft)
    if draft.grade is not None and draft.grade not in GRADE_NAMES:
        yield Problem("grade", "等次不认识")


def review(volunteer: Id, term: TwoMonths, draft: ReviewDraft) -> Command[Id]:
    """Return the command that grades a person for two months, or changes the grade there is.

    UserError for two months that have not begun, or somebody who was no grid leader then.
    """

    def run(tx: Tx) -> Id:
        fit = fit_or_refuse(draft, review_problems)
        if term.period.start > tx.today:
            raise UserError(f"{term}还没有开始，没有保存。")
        person = next((p for p in people(tx.connection, term) if p.id == volunteer), None)
        if person is None:
            raise UserError(f"这个人在{term}不是在任的网格长，没有保存。")
        values = {"grade": fit.grade, "reason": fit.reason}
        if person.review is not None:
            tx.change(Review, {person.review: values})
            return person.review
        made = new_id()
        row = {"id": made, "volunteer": volunteer, "start": term.period.start}
        tx.add(Review, [{**row, **values}])
        return made

    return Command("考评", Right.REWARD, run, note=str(term))


def remove_review(volunteer: Id, term: TwoMonths) -> Command[None]:
    """Return the command that takes out a grade given by mistake."""

    def run(tx: Tx) -> None:
        found = select(Review.id).where(
            Review.volunteer == volunteer, Review.start == term.period.start
        )
        ids = tx.connection.execute(found).scalars().all()
        if not ids:
            raise UserError(f"这个人{term}还没有考评，没有改动。")
        tx.remove(Review, ids)

    return Command("删除考评", Right.REWARD, run, note=str(term))


def people(connection: Connection, term: TwoMonths, text: str = "") -> list[Person]:
    """Return who is to be graded for two months, by community and name.

    They are who served as a grid leader on any of the days, now or by an earlier role, and whoever
    has a grade already. Whose earlier role it was stands in its community, and has no building.
    """
    days = term.period
    # The roster is long, and grid leaders are few of it.
    maybe = or_(
        Volunteer.role == REVIEWED,
        Volunteer.id.in_(select(VolunteerTerm.volunteer).where(VolunteerTerm.role == REVIEWED)),
        Volunteer.id.in_(select(Review.volunteer).where(Review.start == days.start)),
    )
    given = and_(Review.volunteer == Volunteer.id, Review.start == days.start)
    rows = connection.execute(
        select(
            Volunteer.id, Volunteer.name, Volunteer.community, Community.name, Volunteer.building,
            Review.id, Review.grade, func.coalesce(Review.reason, ""),
        )
        .join(Community, Community.id == Volunteer.community)
        .join(Review, given, isouter=True)
        .where(maybe, *matching(Volunteer.id, text))
        .order_by(Volunteer.name, Volunteer.id)
    )  # fmt: skip
    places = {place.id: (at, place.name) for at, place in enumerate(communities(connection))}
    served = services(connection, maybe)
    found = []
    for row in rows:
        person = Person(*row)
        now = served[person.id].now
        led = [place for place in served[person.id].places_in(days) if place.role == REVIEWED]
        if led and now not in led:
            there = led[0].community
            name = places[there][1]
            person = person._replace(community=there, community_name=name, building=None)
        if led or person.review is not None:
            found.append(person)
    return sorted(found, key=lambda person: places[person.community][0])


def unreviewed(connection: Connection, term: TwoMonths) -> list[Person]:
    """Return who has no grade for two months yet."""
    return [person for person in people(connection, term) if person.review is None]


def graded(connection: Connection, volunteer: Id) -> list[Graded]:
    """Return the grades a person was given over time, the latest first."""
    rows = connection.execute(
        select(Review.start, Review.grade, Review.reason)
        .where(Review.volunteer == volunteer)
        .order_by(Review.start.desc(), Review.id.desc())
    )
    return [Graded(TwoMonths.of(start), grade, reason) for start, grade, reason in rows]


def any_review(connection: Connection) -> bool:
    """Tell whether the post has ever graded anybody."""
    return connection.execute(select(Review.id).limit(1)).first() is not None


def terms(day: date, count: int = 6) -> list[TwoMonths]:
    """Return the two months of a day and those before, the latest first."""
    found = [TwoMonths.of(day)]
    while len(found) < count:
        found.append(found[-1].before)
    return found
