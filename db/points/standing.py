"""Whom points are counted for: the volunteers, and the community each belonged to on a day.

A change of community counts from the day it was entered, by the journal; the roster itself only
knows the community of today.
"""

from datetime import date, datetime
from typing import NamedTuple

import orjson
from sqlalchemy import Connection, select

from db.kernel.history import void_commands
from db.kernel.ids import Id, id_from_text
from db.kernel.journal import CHANGED
from db.kernel.records import ChangeRow, CommandRow
from db.kernel.workdays import Period
from db.people import Volunteer
from db.places import Community


class Person(NamedTuple):
    """A volunteer as the roster has them, with the moves between communities, the latest first.

    A move is the day it was entered and the community before.
    """

    id: Id
    name: str
    community: Id
    role: str
    occupation: str | None
    since: date | None
    until: date | None
    moves: tuple[tuple[date, Id], ...]

    def community_on(self, day: date) -> Id:
        """Return the community they belonged to that day."""
        found = self.community
        for moved, before in self.moves:
            if day < moved:
                found = before
        return found

    def serves(self, day: date) -> bool:
        """Tell whether they were in service that day."""
        return (self.since is None or self.since <= day) and (
            self.until is None or day <= self.until
        )

    def served_in(self, period: Period) -> bool:
        """Tell whether they were in service on any day of the period."""
        return (self.since is None or self.since <= period.end) and (
            self.until is None or period.start <= self.until
        )


def people(connection: Connection) -> dict[Id, Person]:
    """Return all volunteers, by community and name."""
    moves = _moves(connection)
    rows = connection.execute(
        select(
            Volunteer.id, Volunteer.name, Volunteer.community, Volunteer.role, Volunteer.occupation,
            Volunteer.since, Volunteer.until,
        )
        .join(Community, Community.id == Volunteer.community)
        .order_by(Community.rank, Community.id, Volunteer.name, Volunteer.id)
    )  # fmt: skip
    return {row.id: Person(*row, tuple(moves.get(row.id, ()))) for row in rows}


def _moves(connection: Connection) -> dict[Id, list[tuple[date, Id]]]:
    rows = connection.execute(
        select(ChangeRow.record, ChangeRow.fields, CommandRow.no, CommandRow.wall)
        .join(CommandRow, CommandRow.no == ChangeRow.command)
        .where(ChangeRow.entity == Volunteer.__tablename__, ChangeRow.kind == CHANGED)
        .where(ChangeRow.fields.contains('"community"'), CommandRow.undoes.is_(None))
        .order_by(ChangeRow.command.desc(), ChangeRow.n.desc())
    ).all()
    void = void_commands(connection) if rows else set()
    found: dict[Id, list[tuple[date, Id]]] = {}
    for record, fields, no, wall in rows:
        before = orjson.loads(fields).get("community", [None])[0]
        if no not in void and before is not None:
            day = datetime.fromisoformat(wall).astimezone().date()
            found.setdefault(record, []).append((day, id_from_text(before)))
    return found
