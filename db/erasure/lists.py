"""What waits for a second person, and what was erased: counts and days, never a name."""

from datetime import date
from typing import NamedTuple

from sqlalchemy import Connection, func, select

from db.erasure import WHY_NAMES, ErasureProposal
from db.erasure.due import due
from db.erasure.nouns import NOUNS
from db.kernel.accounts import Account
from db.kernel.erasure import Erasure
from db.kernel.ids import Id, id_from_text
from db.trainings import Attendance


class DueGroup(NamedTuple):
    """What is due of a noun: how many, and since when the oldest's years ran."""

    entity: str
    records: tuple[Id, ...]
    oldest: date

    @property
    def words(self) -> str:
        """How many of what: 住户12户."""
        return counted(self.entity, len(self.records))


class Waiting(NamedTuple):
    """A proposal that waits: how many of what, why, who proposed it and when."""

    id: Id
    entity: str
    many: int
    why: str
    note: str
    account: Id | None
    who: str
    day: date

    @property
    def words(self) -> str:
        """How many of what: 住户12户."""
        return counted(self.entity, self.many)


class ErasedGroup(NamedTuple):
    """What was erased on a day of a noun for a reason, and who proposed and who confirmed it."""

    day: date
    entity: str
    many: int
    why: str
    proposed: str
    confirmed: str

    @property
    def words(self) -> str:
        """How many of what: 住户12户."""
        return counted(self.entity, self.many)


def counted(entity: str, count: int) -> str:
    """Return how many of a noun, as a person says it."""
    noun = NOUNS[entity]
    return f"{noun.word}{count}{noun.measure}"


def due_groups(connection: Connection, day: date) -> list[DueGroup]:
    """Return by noun what is due on a day and does not wait already."""
    waiting = {
        record
        for records in connection.execute(select(ErasureProposal.records)).scalars()
        for record in map(id_from_text, records)
    }
    found = []
    for entity, ones in due(connection, day).items():
        left = [one for one in ones if one.id not in waiting]
        if left:
            found.append(DueGroup(entity, tuple(one.id for one in left), left[0].since))
    return found


def waiting_proposals(connection: Connection) -> list[Waiting]:
    """Return the proposals that wait for a second person, the oldest first."""
    rows = connection.execute(
        select(
            ErasureProposal.id, ErasureProposal.entity, ErasureProposal.records,
            ErasureProposal.why, ErasureProposal.note, ErasureProposal.account, Account.name,
            ErasureProposal.proposed,
        )
        .join(Account, Account.id == ErasureProposal.account, isouter=True)
        .order_by(ErasureProposal.id)
    )  # fmt: skip
    return [
        Waiting(id_, entity, len(records), WHY_NAMES[why], note or "", account, name or "", day)
        for id_, entity, records, why, note, account, name, day in rows
    ]


def erased_groups(connection: Connection) -> list[ErasedGroup]:
    """Return what was erased, by day, noun and reason, the latest first."""
    names = {row.id: row.name for row in connection.execute(select(Account.id, Account.name))}
    of_a_person = select(Attendance.id).where(Attendance.volunteer.is_not(None))
    what = (Erasure.day, Erasure.entity, Erasure.rule, Erasure.proposed, Erasure.confirmed)
    rows = connection.execute(
        select(*what, func.count())
        .where(Erasure.entity.in_(NOUNS), Erasure.record.not_in(of_a_person))
        .group_by(*what)
        .order_by(Erasure.day.desc(), Erasure.entity)
    )
    return [
        ErasedGroup(
            day, entity, count, WHY_NAMES.get(why, why), names.get(first or b"", ""),
            names.get(second or b"", ""),
        )
        for day, entity, why, first, second, count in rows
    ]  # fmt: skip
