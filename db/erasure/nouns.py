"""Whose data is erased as one: the nouns, with every table and field of theirs that tells of a person.

A field "imported.contact" is an entry within the values remembered of an import. What stays is what
figures are counted from, and no name.
"""

from collections.abc import Collection, Iterable, Iterator
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, select

from db.attachments import Attachment
from db.disputes import Conclusion, Dispute, DisputeParty, FollowUp, Reopening
from db.disputes.course import Closing, Extension, MediationSession
from db.kernel.erasing import Wanted
from db.kernel.erasure import WHOLE, values_in
from db.kernel.ids import Id, id_text
from db.kernel.journal import REMOVED, chunks
from db.kernel.records import ChangeRow, Record
from db.people import Volunteer
from db.places import Household
from db.points import PointDecision, PointEntry, PointLine
from db.reviews import Review
from db.rewards import Reward
from db.trainings import Attendance
from db.visits import Visit


class Part(NamedTuple):
    """Fields of a table that go with a noun: its own row, or the rows whose `link` names it."""

    record: type[Record]
    fields: tuple[str, ...]
    link: str = ""


class Noun(NamedTuple):
    """A kind of record whose data is erased as one."""

    word: str
    measure: str
    parts: tuple[Part, ...]


def _with_imported(*fields: str, column: str = "imported") -> tuple[str, ...]:
    return (*fields, *(f"{column}.{name}" for name in fields))


# Scores are of a person; under `walk_ins` stand names as a sheet had them.
_ATTENDANCE: Final = (*_with_imported("name", "reason", "before", "after"), "walk_ins")
# A dispute's row remembers what its ledger said of the parties and of what came of it.
_REMEMBERED: Final = (
    "side_a", "phone_a", "side_b", "phone_b", "parties", "follow_up_result", "destination",
)  # fmt: skip

NOUNS: Final[dict[str, Noun]] = {
    "household": Noun("住户", "户", (
        Part(Household, _with_imported("contact", "phone", "residents", "note")),
    )),
    "volunteer": Noun("离任人员", "人", (
        Part(Volunteer, _with_imported("name", "phone", "occupation", "note")),
        Part(Attendance, _ATTENDANCE, "volunteer"),
        Part(PointLine, ("name",), "volunteer"),
        Part(PointEntry, ("reason", "evidence"), "volunteer"),
        Part(PointDecision, ("reason",), "volunteer"),
        Part(Reward, ("matter", "reason", "again", "void_reason"), "volunteer"),
        Part(Review, ("reason",), "volunteer"),
    )),
    "dispute": Noun("纠纷", "件", (
        Part(Dispute, (
            *_with_imported("brief", "note"), "place", "requests", *(f"imported.{n}" for n in _REMEMBERED),
        )),
        Part(DisputeParty, (
            "name", "phone", "sex", "age", "occupation", "address", "head", "head_post", "guardian",
            "agent",
        ), "dispute"),
        Part(MediationSession, ("place", "recorder", "invited", "record"), "dispute"),
        Part(Conclusion, ("matters", "terms", "way", "answer_note", "reason"), "dispute"),
        Part(Extension, ("reason",), "dispute"),
        Part(Reopening, ("reason",), "dispute"),
        Part(FollowUp, ("result",), "dispute"),
        Part(Closing, ("note",), "dispute"),
        Part(Attachment, ("name", "blob", "secret", WHOLE), "of"),
    )),
    "visit": Noun("走访里写的话", "条", (
        Part(Visit, _with_imported("found", "note", column="original")),
    )),
    "attendance": Noun("临时参训的人", "人", (Part(Attendance, _ATTENDANCE),)),
}  # fmt: skip


def wanted_of(connection: Connection, entity: str, ids: Collection[Id]) -> Iterator[Wanted]:
    """Yield what goes with records of a noun, also rows that were taken out and only the journal has."""
    for part in NOUNS[entity].parts:
        table = part.record.__tablename__
        if part.link:
            yield Wanted(table, set(_linked(connection, part, ids)), part.fields)
        else:
            yield Wanted(table, ids, part.fields, noted=True)


def _linked(connection: Connection, part: Part, ids: Collection[Id]) -> Iterable[Id]:
    record: Any = part.record
    column = getattr(record, part.link)
    for some in chunks(sorted(ids)):
        yield from connection.execute(select(record.id).where(column.in_(some))).scalars()
    named = {id_text(id_) for id_ in ids}
    taken_out = connection.execute(
        select(ChangeRow.record, ChangeRow.fields).where(
            ChangeRow.entity == record.__tablename__, ChangeRow.kind == REMOVED
        )
    )
    for id_, fields in taken_out:
        if values_in(fields).get(part.link) in named:
            yield id_
