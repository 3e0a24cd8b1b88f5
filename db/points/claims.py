"""What a volunteer may be given points for: what they took part in, and what was entered by hand."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Final, NamedTuple

from sqlalchemy import Connection, select

from db.disputes.course import MediationSession
from db.kernel.ids import Id, id_from_text, id_text
from db.kernel.journal import chunks
from db.kernel.workdays import Period
from db.participation import Deed, DeedKind, deed_texts, taken_part
from db.places import Household
from db.points import PointEntry
from db.points.rules import Item, Rules
from db.points.standing import Person
from db.trainings import Attendance
from db.visits import Visit

HAND: Final = "hand"
# A claim's key: what kind it is, and its record.
_LETTERS: Final = {
    Visit.__tablename__: "v", Attendance.__tablename__: "t", MediationSession.__tablename__: "m",
    PointEntry.__tablename__: "h",
}  # fmt: skip
_ENTITIES: Final = {letter: entity for entity, letter in _LETTERS.items()}
_KINDS: Final[dict[str, DeedKind]] = {"v": "visit", "t": "training", "m": "mediation"}


class Claim(NamedTuple):
    """Something a volunteer may be given points for, on a day, in the community of that day.

    `kind` is a kind of participation, or hand. `about` is the home, the training or the dispute,
    `place` the building of a home.
    `item` is None where no item of the day's scheme takes it.
    """

    volunteer: Id
    key: str
    kind: str
    day: date
    start: int | None
    end: int | None
    about: Id | None
    community: Id
    item: Item | None
    item_key: str
    times: int
    points: int | None
    reason: str
    evidence: str | None
    # The claim of a record this one was entered for by hand.
    instead: str | None = None
    place: Id | None = None

    @property
    def by_hand(self) -> bool:
        """Tell whether it was entered by hand."""
        return self.kind == HAND

    @property
    def order(self) -> tuple[object, ...]:
        """What claims of one day are taken in: by time, those without one last; never by entry.

        What is entered first must not matter, so the record's own number decides last of all.
        """
        late = 24 * 60
        return (
            self.day, late if self.start is None else self.start, self.kind, self.item_key,
            self.times, self.points or 0, self.reason, self.evidence or "", self.key,
        )  # fmt: skip


def claim_key(entity: str, record: Id) -> str:
    """Return a claim's key."""
    return _LETTERS[entity] + id_text(record)


def claims_of(
    connection: Connection,
    period: Period,
    people: Mapping[Id, Person],
    rules: Rules,
    volunteer: Id | None = None,
) -> list[Claim]:
    """Return the claims of a period, each source once: a hand entry that names it stands for it."""
    hand = _by_hand(connection, period, people, rules, volunteer)
    replaced = {(claim.volunteer, claim.instead) for claim in hand if claim.instead}
    deeds = [
        d
        for d in taken_part(connection, period, volunteer)
        # A 回访 is contact and no mediation: it brings no points by itself (docs/DOMAIN.md).
        if d.volunteer in people and d.kind in _KINDS.values()
    ]
    places = _places(connection, {deed.about for deed in deeds if deed.kind == "visit"})
    own = [_own(deed, people[deed.volunteer], rules, places.get(deed.about)) for deed in deeds]
    claims = [claim for claim in own if (claim.volunteer, claim.key) not in replaced] + hand
    return sorted(claims, key=lambda claim: claim.order)


def source_texts(connection: Connection, keys: Sequence[str]) -> dict[str, str]:
    """Return what the records behind claims are called: a door and its outcome, a topic, a kind of
    dispute, the reason of an entry. One that is gone is left out.
    """
    by_hand = [key for key in keys if entity_of(key) == PointEntry.__tablename__]
    found = _reasons(connection, by_hand)
    deeds = [
        Deed(b"", _KINDS[key[0]], date.min, None, None, entity_of(key), record_of(key), about)
        for key, about in _abouts(connection, [key for key in keys if key not in found])
    ]
    texts = deed_texts(connection, deeds)
    found.update(
        {claim_key(d.entity, d.record): texts[d.record] for d in deeds if d.record in texts}
    )
    return found


def _reasons(connection: Connection, keys: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for some in chunks([record_of(key) for key in keys]):
        rows = connection.execute(
            select(PointEntry.id, PointEntry.reason, PointEntry.evidence).where(
                PointEntry.id.in_(some)
            )
        )
        for id_, reason, evidence in rows:
            said = f"{reason}（凭证：{evidence}）" if evidence else reason
            found[claim_key(PointEntry.__tablename__, id_)] = said
    return found


def _abouts(connection: Connection, keys: Sequence[str]) -> Iterator[tuple[str, Id]]:
    abouts = source_abouts(connection, [(entity_of(key), record_of(key)) for key in keys])
    for key in keys:
        if record_of(key) in abouts and entity_of(key) != PointEntry.__tablename__:
            yield key, abouts[record_of(key)]


def record_of(key: str) -> Id:
    """Return the record a claim's key names."""
    return id_from_text(key[1:])


def entity_of(key: str) -> str:
    """Return the table of the record a claim's key names."""
    return _ENTITIES[key[0]]


def _places(connection: Connection, homes: set[Id]) -> dict[Id, Id]:
    found: dict[Id, Id] = {}
    for some in chunks(sorted(homes)):
        asked = select(Household.id, Household.building).where(Household.id.in_(some))
        found.update(connection.execute(asked).all())
    return found


def _own(deed: Deed, person: Person, rules: Rules, place: Id | None) -> Claim:
    community = person.service.on(deed.day).community
    item = rules.item_from(community, deed.day, deed.kind)
    return Claim(
        deed.volunteer, claim_key(deed.entity, deed.record), deed.kind, deed.day, deed.start,
        deed.end, deed.about, community, item, item.key if item else "", 1, None, "", None,
        place=place,
    )  # fmt: skip


def _by_hand(
    connection: Connection,
    period: Period,
    people: Mapping[Id, Person],
    rules: Rules,
    volunteer: Id | None,
) -> list[Claim]:
    asked = select(PointEntry.__table__).where(PointEntry.day.between(period.start, period.end))
    if volunteer is not None:
        asked = asked.where(PointEntry.volunteer == volunteer)
    rows = connection.execute(asked).all()
    abouts = source_abouts(connection, [(r.entity, r.record) for r in rows if r.record is not None])
    claims = []
    for row in rows:
        community = people[row.volunteer].service.on(row.day).community
        item = rules.item(community, row.day, row.item)
        instead = claim_key(row.entity, row.record) if row.entity in _LETTERS else None
        claims.append(
            Claim(
                row.volunteer, claim_key(PointEntry.__tablename__, row.id), HAND, row.day, row.start,
                row.end, abouts.get(row.record), community, item, row.item, row.times, row.points,
                row.reason, row.evidence, instead,
            )
        )  # fmt: skip
    return claims


def source_abouts(connection: Connection, sources: list[tuple[str, Id]]) -> dict[Id, Id]:
    """Return what the records that hand entries name are about: the home, training or dispute.

    A dispute or a training named itself is about itself.
    """
    columns = {
        Visit.__tablename__: (Visit.id, Visit.household),
        Attendance.__tablename__: (Attendance.id, Attendance.training),
        MediationSession.__tablename__: (MediationSession.id, MediationSession.dispute),
    }
    found = {record: record for entity, record in sources if entity not in columns}
    for entity, (id_, about) in columns.items():
        for some in chunks([record for of, record in sources if of == entity]):
            found.update(connection.execute(select(id_, about).where(id_.in_(some))).all())
    return found
