"""Walk-ins: who came without being on the roster's list, and who of the roster they may be."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, select

from db.kernel.access import Right
from db.kernel.errors import UserError
from db.kernel.ids import Id
from db.kernel.journal import Command, Tx
from db.kernel.pinyin import pinyin_words
from db.people import Volunteer
from db.people.service import Service, services
from db.places import Community
from db.trainings import HERE, Attendance, Training, walk_in_key

MOST_SUGGESTED: Final = 5


class Likely(NamedTuple):
    """Somebody of the roster a walk-in may be, and why.

    `sure` is the only namesake of the walk-in's community, or where that is not known of the
    community most of the list come from.
    """

    volunteer: Id
    name: str
    community: str
    why: str
    sure: bool


class WalkIn(NamedTuple):
    """A name on a list that is nobody of the roster, and who it may be, the likeliest first."""

    id: Id
    name: str
    community: str
    training: Id
    topic: str
    day: date
    likely: tuple[Likely, ...]


class _Person(NamedTuple):
    id: Id
    name: str
    community_name: str
    service: Service

    def served(self, day: date) -> bool:
        return self.service.serves(day)

    def community(self, day: date) -> Id:
        return self.service.on(day).community


def walk_ins(connection: Connection) -> list[WalkIn]:
    """Return every walk-in with suggestions, those of the latest session first.

    Suggested are namesakes, then people of the same sound where the community is known too. Of
    several the one of the walk-in's community comes first, else of the community that had most
    names on that list; who did not serve on that day comes last.
    """
    rows = connection.execute(
        select(
            Attendance.id, Attendance.name, Attendance.community, Community.name, Training.id,
            Training.topic, Training.day,
        )
        .join(Training, Training.id == Attendance.training)
        .join(Community, Community.id == Attendance.community, isouter=True)
        .where(Attendance.volunteer.is_(None))
        .order_by(Training.day.desc(), Training.start.desc(), Training.id, Attendance.name, Attendance.id)
    ).all()  # fmt: skip
    by_name: dict[str, list[_Person]] = {}
    by_sound: dict[str, list[_Person]] = {}
    for person in _roster(connection) if rows else ():
        by_name.setdefault(person.name, []).append(person)
        by_sound.setdefault(_sound(person.name), []).append(person)
    usual = _communities(connection, {row[4] for row in rows})
    found = []
    for id_, name, community, place, training, topic, day in rows:
        alike = by_name.get(name, [])
        if not alike and community is not None:
            alike = [p for p in by_sound.get(_sound(name), []) if p.community(day) == community]
        likely = _ranked(name, community, day, alike, usual.get(training, Counter()))
        found.append(WalkIn(id_, name, place or "", training, topic, day, likely))
    return found


def join_roster(pairs: Sequence[tuple[Id, Id]], note: str = "") -> Command[int]:
    """Return the command that joins walk-ins to people of the roster: attendance and volunteer.

    Who was on the list already keeps one line, as present if either was. A workbook that has the
    walk-in's name still finds them. UserError for somebody who is gone. It answers with how many.
    """

    def run(tx: Tx) -> int:
        for attendance, volunteer in pairs:
            _join(tx, attendance, volunteer)
        return len(pairs)

    return Command("并入名册", Right.WRITE, run, note=note or f"{len(pairs)}人")


def _join(tx: Tx, attendance: Id, volunteer: Id) -> None:
    table = Attendance.__table__
    row = tx.connection.execute(select(table).where(Attendance.id == attendance)).first()
    person = tx.connection.execute(
        select(Volunteer.name, Volunteer.community).where(Volunteer.id == volunteer)
    ).first()
    if row is None or person is None or row.volunteer is not None:
        raise UserError("名单或名册已经变了，没有并入。请重新打开。")
    names = (*(row.walk_ins or ()), walk_in_key(row.community, row.name))
    there = tx.connection.execute(
        select(table).where(Attendance.training == row.training, Attendance.volunteer == volunteer)
    ).first()
    if there is None:
        who = {"volunteer": volunteer, "name": person.name, "community": person.community}
        tx.change(Attendance, {attendance: {**who, "walk_ins": names}})
        return
    kept: dict[str, Any] = {"walk_ins": (*(there.walk_ins or ()), *names)}
    if row.status in HERE and there.status not in HERE:
        kept |= {"status": row.status, "reason": None}
    for column in ("signed", "before", "after", "role"):
        if getattr(there, column) is None:
            kept[column] = getattr(row, column)
    tx.remove(Attendance, [attendance])
    tx.change(Attendance, {there.id: kept})


def _roster(connection: Connection) -> list[_Person]:
    served = services(connection)
    rows = connection.execute(
        select(Volunteer.id, Volunteer.name, Community.name)
        .join(Community, Community.id == Volunteer.community)
        .order_by(Community.rank, Volunteer.id)
    )
    return [_Person(id_, name, place, served[id_]) for id_, name, place in rows]


def _communities(connection: Connection, trainings: set[Id]) -> dict[Id, Counter[Id]]:
    """How many names of each community are on the lists of sessions."""
    found: dict[Id, Counter[Id]] = {}
    rows = connection.execute(
        select(Attendance.training, Attendance.community).where(Attendance.training.in_(trainings))
    )
    for training, community in rows:
        if community is not None:
            found.setdefault(training, Counter())[community] += 1
    return found


def _ranked(
    name: str,
    community: Id | None,
    day: date,
    alike: Sequence[_Person],
    usual: Counter[Id],
) -> tuple[Likely, ...]:
    best = sorted(
        alike,
        key=lambda p: (
            not p.served(day),
            p.community(day) != community,
            -usual[p.community(day)],
        ),
    )
    home = community or next((most for most, _ in usual.most_common(1)), None)
    same = [p for p in best if p.served(day) and p.community(day) == home and p.name == name]
    sure = len(same) == 1
    return tuple(
        Likely(
            p.id, p.name, p.community_name, _why(p, name, community, day, usual),
            sure and p is same[0],
        )
        for p in best[:MOST_SUGGESTED]
    )  # fmt: skip


def _why(person: _Person, name: str, community: Id | None, day: date, usual: Counter[Id]) -> str:
    words = "同名" if person.name == name else "同音"
    if person.community(day) == community:
        words = f"同社区{words}"
    elif usual and usual.most_common(1)[0][0] == person.community(day):
        words += "，本场多是这个社区的"
    return words if person.served(day) else f"{words}，那天不在岗"


def _sound(name: str) -> str:
    """The pinyin a name is usually read by."""
    return next(iter(pinyin_words(name).split()), name)
