"""Find anything by a few letters: doors, people, disputes, sessions."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, and_, case, literal, or_, select

from db.disputes import Dispute, DisputeParty
from db.disputes.words import KIND_NAMES
from db.kernel.ids import Id
from db.kernel.records import SearchKey
from db.kernel.text import squeeze
from db.people import ROLE_NAMES, Staff, Volunteer
from db.places import Building, Community, Household
from db.places.address import Address
from db.trainings import Training

ORDER = ("household", "volunteer", "staff", "dispute", "dispute_party", "training")


class Hit(NamedTuple):
    """Something found: its table and id, what it is called, and what tells it apart."""

    entity: str
    record: Id
    title: str
    subtitle: str


def find(connection: Connection, text: str, limit: int = 30) -> list[Hit]:
    """Return what all the words of a text are found in: a word's beginning before its middle.

    Characters, pinyin, initials, telephones and addresses are in the keys (db.kernel.pinyin).
    """
    words = [squeeze(word).lower() for word in text.split()]
    words = [word for word in words if word]
    if not words:
        return []
    begins = [
        or_(
            SearchKey.text.startswith(w, autoescape=True),
            SearchKey.text.contains(f" {w}", autoescape=True),
        )
        for w in words
    ]
    inside = [SearchKey.text.contains(word, autoescape=True) for word in words]
    kind = case({name: at for at, name in enumerate(ORDER)}, value=SearchKey.entity, else_=99)
    rows = connection.execute(
        select(SearchKey.entity, SearchKey.record)
        .where(*inside)
        .order_by(case((and_(*begins), 0), else_=1), kind)
        .limit(limit)
    ).all()
    found: dict[Id, Hit] = {}
    for entity, describe in _DESCRIBE.items():
        ids = [row.record for row in rows if row.entity == entity]
        if ids:
            found |= {hit[0]: hit[1] for hit in describe(connection, ids)}
    hits = [found[row.record] for row in rows if row.record in found]
    return list(dict.fromkeys(hits))


Described = Sequence[tuple[Id, Hit]]


def _households(connection: Connection, ids: Sequence[Id]) -> Described:
    statement: Any = (
        select(
            Household.id, Building.estate, Building.number, Building.rural, Household.unit,
            Household.room, Household.contact, Community.name,
        )
        .join(Building, Building.id == Household.building)
        .join(Community, Community.id == Household.community)
        .where(Household.id.in_(ids))
    )  # fmt: skip
    return [
        (
            id_,
            Hit(
                "household",
                id_,
                Address(estate, number, unit or "", room or "", group=rural).text,
                " ".join(word for word in (contact, community) if word),
            ),
        )
        for id_, estate, number, rural, unit, room, contact, community in connection.execute(
            statement
        )
    ]


def _volunteers(connection: Connection, ids: Sequence[Id]) -> Described:
    rows = connection.execute(
        select(Volunteer.id, Volunteer.name, Volunteer.role, Community.name)
        .join(Community, Community.id == Volunteer.community)
        .where(Volunteer.id.in_(ids))
    )
    return [
        (id_, Hit("volunteer", id_, name, f"{ROLE_NAMES[role]} {community}"))
        for id_, name, role, community in rows
    ]


def _staff(connection: Connection, ids: Sequence[Id]) -> Described:
    rows = connection.execute(select(Staff.id, Staff.name).where(Staff.id.in_(ids)))
    return [(id_, Hit("staff", id_, name, "工作人员")) for id_, name in rows]


def _disputes(connection: Connection, ids: Sequence[Id]) -> Described:
    rows = connection.execute(_dispute(literal("")).where(Dispute.id.in_(ids)))
    return [(id_, _dispute_hit(id_, *rest)) for id_, _, *rest in rows]


def _parties(connection: Connection, ids: Sequence[Id]) -> Described:
    rows = connection.execute(
        _dispute(DisputeParty.name)
        .add_columns(DisputeParty.id)
        .join(DisputeParty, DisputeParty.dispute == Dispute.id)
        .where(DisputeParty.id.in_(ids))
    )
    return [
        (party, _dispute_hit(id_, *rest)._replace(subtitle=f"当事人{name}"))
        for id_, name, *rest, party in rows
    ]


def _dispute(named: Any) -> Any:
    return select(
        Dispute.id, named, Dispute.paper_year, Dispute.paper_number, Dispute.kind,
        Dispute.registered,
    )  # fmt: skip


def _dispute_hit(
    id_: Id, year: int | None, number: str | None, kind: str, registered: object
) -> Hit:
    shown = f"{year}-{number}" if year and number else number or "纠纷"
    return Hit("dispute", id_, f"{shown} {KIND_NAMES[kind]}纠纷", f"{registered}登记")


def _trainings(connection: Connection, ids: Sequence[Id]) -> Described:
    rows = connection.execute(
        select(Training.id, Training.topic, Training.day).where(Training.id.in_(ids))
    )
    return [(id_, Hit("training", id_, topic, f"{day}培训")) for id_, topic, day in rows]


_DESCRIBE: dict[str, Callable[[Connection, Sequence[Id]], Described]] = {
    "household": _households, "volunteer": _volunteers, "staff": _staff, "dispute": _disputes,
    "dispute_party": _parties, "training": _trainings,
}  # fmt: skip
