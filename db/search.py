"""Find anything by a few letters: buildings, doors, people, disputes, sessions."""

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, case, func, or_, select, union_all

from db.disputes import Dispute, DisputeParty
from db.disputes.numbers import short_number
from db.disputes.parties import names_shown, party_names
from db.disputes.words import KIND_NAMES
from db.kernel.dates import full_day
from db.kernel.ids import Id
from db.kernel.pinyin import search_key
from db.kernel.records import SearchKey
from db.kernel.text import bad_characters, squeeze, telephone
from db.people import ROLE_NAMES, Staff, Volunteer
from db.places import Building, Community, Household
from db.places.address import parse_address
from db.places.finding import door_text
from db.places.lists import building_text
from db.search_text import INSIDE, SearchText, Wanted, rank_of
from db.trainings import Training

# Hits of one rank stand in this order.
KINDS: Final = ("building", "household", "volunteer", "staff", "dispute", "training")
MOBILE_DIGITS: Final = 11
MOST_BUILDINGS: Final = 6


class Hit(NamedTuple):
    """Something found: its table and id, what it is called, and what tells it apart."""

    entity: str
    record: Id
    title: str
    subtitle: str


Ranked = tuple[int, Id]


def find(
    connection: Connection, text: str, limit: int = 30, keys: SearchText | None = None
) -> list[Hit]:
    """Return what a text means: whole words first, then their beginnings, then any part; by kind.

    Several words must all be found; of a dispute also apart, in its number, its brief and its
    parties. Characters, pinyin, initials, telephones and addresses as they are spoken all count.
    Who asks often keeps the `keys`: reading them takes longer than all the rest.
    """
    wanted = _wanted(text)
    if not wanted:
        return []
    keys = keys or SearchText()
    keys.read(connection)
    found: dict[str, list[Ranked]] = {}
    for entity, record, rank in keys.find(wanted, limit):
        found.setdefault(entity, []).append((rank, record))
    found["dispute"] = _in_disputes(connection, wanted, found, limit)
    found["training"] = _in_trainings(connection, wanted, limit)
    found["building"] = _in_buildings(connection, wanted, limit)
    hits: list[tuple[int, int, Hit]] = []
    for place, kind in enumerate(KINDS):
        ranks: dict[Id, int] = {}
        for rank, record in found.get(kind, ()):
            ranks.setdefault(record, rank)
        if not ranks:
            continue
        described = {hit.record: hit for hit in _DESCRIBE[kind](connection, list(ranks))}
        hits += [(rank, place, described[id_]) for id_, rank in ranks.items() if id_ in described]
    # Sorting keeps the order of the keys within a rank and a kind.
    return [hit for _, _, hit in sorted(hits, key=lambda line: line[:2])[:limit]]


def _wanted(text: str) -> Wanted:
    # What no field takes stands nowhere, and the library cannot be asked for all of it.
    text = "" if bad_characters(text) else text
    words = [word for part in text.split() if (word := squeeze(part).lower())]
    if not words:
        return ()
    alternatives = [tuple((word, *_address_forms(word)) for word in words)]
    whole = list(_address_forms("".join(words))) if len(words) > 1 else []
    number = telephone(text)
    if number is not None and len(number) >= MOBILE_DIGITS:
        whole.append(number)
    return (*alternatives, *(((form,),) for form in whole))


def _address_forms(word: str) -> Iterator[str]:
    """Yield how keys write an address that is spoken: 晨园3号楼2单元401 is 晨园3-2-401 there."""
    address = parse_address(word)
    if address is None or not address.building or address.group:
        return
    estate, *parts = address.key.lower().split("/")
    form = estate + "-".join(part for part in parts if part)
    # Number 3 must not find number 30.
    form += "" if address.room else "-"
    if form != word:
        yield form


def _stands_in(text: Any, form: str) -> ColumnElement[bool]:
    """Keys and forms are both in lower case, so no LIKE is needed, which costs twice as much."""
    return func.instr(text, form) > 0


def _in_disputes(
    connection: Connection, wanted: Wanted, found: dict[str, list[Ranked]], limit: int
) -> list[Ranked]:
    """Return the disputes: found by a key of their own or a party's, or by several keys together."""
    disputes = list(found.get("dispute", ()))
    if by_party := found.pop("dispute_party", []):
        rows = connection.execute(
            select(DisputeParty.id, DisputeParty.dispute).where(
                DisputeParty.id.in_([party for _, party in by_party])
            )
        )
        dispute_of = dict(rows.all())
        disputes += [(rank, dispute_of[party]) for rank, party in by_party]
    words = wanted[0]
    if len(words) > 1:
        disputes += [(INSIDE, dispute) for dispute in _by_keys_together(connection, words, limit)]
    return sorted(disputes, key=lambda line: line[0])


def _by_keys_together(
    connection: Connection, words: tuple[tuple[str, ...], ...], limit: int
) -> Sequence[Id]:
    own = select(Dispute.id.label("dispute"), SearchKey.text.label("text")).join(
        SearchKey, SearchKey.record == Dispute.id
    )
    party = select(DisputeParty.dispute, SearchKey.text).join(
        SearchKey, SearchKey.record == DisputeParty.id
    )
    keys = union_all(own, party).subquery()
    each_word = [
        func.sum(case((or_(*(_stands_in(keys.c.text, f) for f in forms)), 1), else_=0)) >= 1
        for forms in words
    ]
    statement = select(keys.c.dispute).group_by(keys.c.dispute).having(and_(*each_word))
    return (
        connection.execute(statement.order_by(keys.c.dispute.desc()).limit(limit)).scalars().all()
    )


def _in_trainings(connection: Connection, wanted: Wanted, limit: int) -> list[Ranked]:
    topics = connection.execute(select(Training.topic).distinct()).scalars()
    ranks = {
        topic: rank for topic in topics if (rank := rank_of(_name_key(topic), wanted)) is not None
    }
    found: list[Ranked] = []
    # The best topics first: newer sessions of others must not push out what was typed whole.
    for rank in sorted(set(ranks.values())):
        ids = connection.execute(
            select(Training.id)
            .where(Training.topic.in_([topic for topic, of in ranks.items() if of == rank]))
            .order_by(Training.day.desc(), Training.id)
            .limit(limit - len(found))
        ).scalars()
        found += [(rank, id_) for id_ in ids]
    return found


def _in_buildings(connection: Connection, wanted: Wanted, limit: int) -> list[Ranked]:
    # A post has hundreds, and none has a key of its own: its homes have.
    rows = connection.execute(
        select(Building.id, Building.estate, Building.number, Building.rural).order_by(Building.id)
    )
    found = []
    for id_, estate, number, rural in rows:
        rank = rank_of(_building_key(estate, number, rural), wanted)
        if rank is not None:
            found.append((rank, id_))
    # Few, so that an estate's name still finds people and homes.
    return sorted(found)[: min(limit, MOST_BUILDINGS)]


@lru_cache(maxsize=4096)
def _name_key(name: str) -> str:
    return search_key((name,))


@lru_cache(maxsize=4096)
def _building_key(estate: str, number: str, rural: bool) -> str:  # noqa: FBT001  as its row has it
    return search_key((building_text(estate, number, rural=rural),))


def _buildings(connection: Connection, ids: Sequence[Id]) -> Iterator[Hit]:
    rows = connection.execute(
        select(Building.id, Building.estate, Building.number, Building.rural, Community.name)
        .join(Community, Community.id == Building.community)
        .where(Building.id.in_(ids))
    )
    for id_, estate, number, rural, community in rows:
        yield Hit("building", id_, building_text(estate, number, rural=rural), f"楼栋 {community}")


def _households(connection: Connection, ids: Sequence[Id]) -> Iterator[Hit]:
    rows = connection.execute(
        select(
            Household.id, Building.estate, Building.number, Household.unit, Household.key,
            Building.rural, Household.contact, Community.name,
        )
        .join(Building, Building.id == Household.building)
        .join(Community, Community.id == Household.community)
        .where(Household.id.in_(ids))
    )  # fmt: skip
    for id_, estate, number, unit, key, rural, contact, community in rows:
        title = door_text(estate, number, unit, key, rural=rural)
        yield Hit("household", id_, title, " ".join(word for word in (contact, community) if word))


def _volunteers(connection: Connection, ids: Sequence[Id]) -> Iterator[Hit]:
    rows = connection.execute(
        select(Volunteer.id, Volunteer.name, Volunteer.role, Community.name)
        .join(Community, Community.id == Volunteer.community)
        .where(Volunteer.id.in_(ids))
    )
    for id_, name, role, community in rows:
        yield Hit("volunteer", id_, name, f"{ROLE_NAMES[role]} {community}")


def _staff(connection: Connection, ids: Sequence[Id]) -> Iterator[Hit]:
    rows = connection.execute(select(Staff.id, Staff.name).where(Staff.id.in_(ids)))
    for id_, name in rows:
        yield Hit("staff", id_, name, "工作人员")


def _disputes(connection: Connection, ids: Sequence[Id]) -> Iterator[Hit]:
    names = party_names(connection, ids)
    rows = connection.execute(
        select(
            Dispute.id,
            Dispute.given_year,
            Dispute.given_number,
            Dispute.paper_year,
            Dispute.paper_number,
            Dispute.kind,
            Dispute.registered,
        ).where(Dispute.id.in_(ids))
    )
    for id_, given_year, given, paper_year, paper, kind, registered in rows:
        shown = short_number(given_year, given, paper_year, paper)
        who = names_shown(names.get(id_, ()))
        when = f"{full_day(registered)}登记"
        title = " ".join(word for word in (shown, f"{KIND_NAMES[kind]}纠纷") if word)
        yield Hit("dispute", id_, title, " ".join(word for word in (who, when) if word))


def _trainings(connection: Connection, ids: Sequence[Id]) -> Iterator[Hit]:
    rows = connection.execute(
        select(Training.id, Training.topic, Training.day).where(Training.id.in_(ids))
    )
    for id_, topic, day in rows:
        yield Hit("training", id_, topic, f"{full_day(day)}培训")


_DESCRIBE: dict[str, Callable[[Connection, Sequence[Id]], Iterator[Hit]]] = {
    "building": _buildings, "household": _households, "volunteer": _volunteers, "staff": _staff,
    "dispute": _disputes, "training": _trainings,
}  # fmt: skip
