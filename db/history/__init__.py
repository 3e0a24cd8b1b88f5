"""The history as a person reads it: who did what to a record, in words; and the recycle bin.

The journal keeps codes and ids (db.kernel.history); here they become the labels of the drafts, the
words of the choices and the names of what an id stands for. Times are in the machine's own zone.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import Connection, select

from db.history.words import WORDS, labels, value_text
from db.kernel import history as journal
from db.kernel.access import Right
from db.kernel.erasure import ERASED, erased_in, values_in
from db.kernel.errors import UserError
from db.kernel.ids import Id
from db.kernel.journal import ADDED, CHANGED, REMOVED, Command, Tx, decoders, record_class, table_of
from db.kernel.records import ChangeRow
from db.kernel.removals import put_back, removal_counts, removals
from db.places import HouseholdAlias
from db.visits import Campaign

BIN: Final = (
    "household",
    "building",
    "volunteer",
    "staff",
    "visit",
    "dispute",
    "training",
    "point_entry",
    "campaign",
)
GONE: Final = "（已删除）"
DID: Final = {ADDED: "新增", CHANGED: "修改", REMOVED: "删除"}


class Line(NamedTuple):
    """A line of the whole history; `undone` tells that it counts for nothing now."""

    no: int
    when: datetime
    who: str
    action: str
    note: str
    changes: int
    undone: bool


class FieldChange(NamedTuple):
    """One entry of a record before and after a step, in words; empty where there was nothing."""

    label: str
    old: str
    new: str


class Entry(NamedTuple):
    """A line of a record's history: who did what, and what it changed."""

    no: int
    when: datetime
    who: str
    action: str
    note: str
    undone: bool
    changes: tuple[FieldChange, ...]


class Touched(NamedTuple):
    """One record that a step touched: what it is, what was done to it, and its entries in words."""

    entity: str
    record: Id
    noun: str
    title: str
    did: str
    changes: tuple[FieldChange, ...]


class Removed(NamedTuple):
    """A line of the recycle bin."""

    entity: str
    record: Id
    noun: str
    title: str
    no: int
    when: datetime
    who: str


class RemovedCount(NamedTuple):
    """How many records of a kind are in the recycle bin."""

    entity: str
    noun: str
    records: int


class Names:
    """What ids stand for, asked once each: also of records that are gone."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._known: dict[tuple[str, Id], str] = {}

    def of(self, entity: str, id_: Id) -> str:
        """Return what a record is called, with 已删除 where it is gone."""
        if (entity, id_) not in self._known:
            self._known[entity, id_] = self._ask(entity, id_)
        return self._known[entity, id_]

    def who(self, account: Id | None) -> str:
        """Return who an account is."""
        return "" if account is None else self.of("account", account)

    def _ask(self, entity: str, id_: Id) -> str:
        table = table_of(record_class(entity))
        row = self._connection.execute(select(table).where(table.c.id == id_)).mappings().first()
        if row is not None:
            return WORDS[entity].title(dict(row), self.of)
        said = self._connection.execute(
            select(ChangeRow.fields)
            .where(ChangeRow.entity == entity, ChangeRow.record == id_, ChangeRow.kind == REMOVED)
            .order_by(ChangeRow.command.desc())
            .limit(1)
        ).scalar()
        if said is None:
            return GONE
        if erased_in(said):
            return ERASED
        back = decoders(record_class(entity))
        held = {name: back[name](value) for name, value in values_in(said).items()}
        return WORDS[entity].title(held, self.of) + GONE


def recent(connection: Connection, offset: int = 0, limit: int = 50) -> list[Line]:
    """Return a window of what was done in the whole ledger, the latest first."""
    names = Names(connection)
    return [
        Line(e.no, _moment(e.wall), names.who(e.account), e.action, e.note, e.changes, e.undone)
        for e in journal.history(connection, limit, offset)
    ]


def record_history(connection: Connection, entity: str, record: Id) -> list[Entry]:
    """Return what was done to one record, the latest first, in words.

    Steps that changed only what the program keeps for itself are left out.
    """
    names = Names(connection)
    kind = record_class(entity)
    found = []
    for entry in journal.record_history(connection, kind, record):
        changes = tuple(_changes(entity, entry, names))
        if changes or entry.kind != CHANGED:
            found.append(
                Entry(
                    entry.no, _moment(entry.wall), names.who(entry.account), entry.action,
                    entry.note, entry.undone, changes,
                )
            )  # fmt: skip
    return found[::-1]


def touched(connection: Connection, no: int, limit: int = 50) -> list[Touched]:
    """Return the first records that a step touched, in words."""
    names = Names(connection)
    return [
        Touched(
            change.entity, change.record, WORDS[change.entity].noun,
            names.of(change.entity, change.record), DID[change.kind],
            tuple(_changes(change.entity, change, names)),
        )
        for change in journal.step_changes(connection, no, limit)
    ]  # fmt: skip


def shown_of(
    connection: Connection, entity: str, record: Id, shown: Collection[str]
) -> tuple[str, Id] | None:
    """Return a record of the tables `shown` by which one is looked at: itself, or what it hangs on.

    None if it is not there any more. Where it hangs on several the first of `shown` counts.
    """
    table = table_of(record_class(entity))
    row = connection.execute(select(table).where(table.c.id == record)).mappings().first()
    if row is None:
        return None
    if entity in shown:
        return entity, record
    declared = {key.parent.name: key.column.table.name for key in table.foreign_keys}
    found = {
        of: row[column]
        for column, of in {**declared, **WORDS[entity].of}.items()
        if row[column] is not None
    }
    return next(((name, found[name]) for name in shown if name in found), None)


def step_shown_of(
    connection: Connection, no: int, shown: Collection[str], limit: int = 50
) -> tuple[str, Id] | None:
    """Return by which record of the tables `shown` a step is looked at: of the first it touched."""
    of = (
        shown_of(connection, change.entity, change.record, shown)
        for change in journal.step_changes(connection, no, limit)
    )
    return next(filter(None, of), None)


def removed(
    connection: Connection, offset: int = 0, limit: int = 50, of: Collection[str] = BIN
) -> list[Removed]:
    """Return a window of the recycle bin: what deletions took out of those tables, the latest first."""
    names = Names(connection)
    return [
        Removed(
            gone.entity, gone.record, WORDS[gone.entity].noun,
            WORDS[gone.entity].title(gone.row, names.of), gone.no, _moment(gone.wall),
            names.who(gone.account),
        )
        for gone in removals(connection, of, offset, limit)
    ]  # fmt: skip


def removed_counts(connection: Connection) -> list[RemovedCount]:
    """Return how many records of each kind are in the recycle bin, in the bin's order of kinds."""
    counts = removal_counts(connection, BIN)
    return [
        RemovedCount(entity, WORDS[entity].noun, counts[entity])
        for entity in BIN
        if entity in counts
    ]


def bring_back(entity: str, record: Id) -> Command[int]:
    """Return the command that puts a deleted record back, with what was deleted with it.

    It answers with how many rows that are. UserError if its address or name is taken again, or
    what it refers to is gone. Whoever may not set a campaign may not bring one back either.
    """

    def run(tx: Tx) -> int:
        if entity not in BIN:
            raise UserError("这类记录不能从回收站恢复。")
        count = put_back(tx, entity, record)
        if entity == "household":
            _refuse_if_alias_of_another(tx, record)
        if entity == "campaign":
            _refuse_if_named_again(tx, record)
        return count

    noun = WORDS[entity].noun if entity in WORDS else ""
    if entity == "campaign":
        return Command("恢复", Right.CAMPAIGN, run, note=noun)
    return Command("恢复", Right.WRITE, run, note=noun)


def _changes(
    entity: str, entry: journal.RecordEntry | journal.StepChange, names: Names
) -> list[FieldChange]:
    back = decoders(record_class(entity))
    found = []
    for name, label in labels(entity).items():
        if name in entry.erased and name not in entry.fields:
            found.append(FieldChange(label, "", ERASED))
        elif name in entry.fields:
            old, new = (
                "" if value is None else value_text(entity, name, back[name](value), names.of)
                for value in entry.fields[name]
            )
            # An erasure journals what stands afterwards only; from nothing to nothing says nothing.
            if old or new:
                found.append(FieldChange(label, old, new))
    return found


def _refuse_if_alias_of_another(tx: Tx, household: Id) -> None:
    homes = table_of(record_class("household"))
    taken = (
        select(HouseholdAlias.id)
        .join(
            homes,
            (homes.c.community == HouseholdAlias.community) & (homes.c.key == HouseholdAlias.key),
        )
        .where(homes.c.id == household)
    )
    if tx.connection.execute(taken).first() is not None:
        raise UserError("它的地址现在是另一户的曾用地址，没有恢复。")


def _refuse_if_named_again(tx: Tx, campaign: Id) -> None:
    mine = select(Campaign.name).where(Campaign.id == campaign).scalar_subquery()
    taken = select(Campaign.name).where(Campaign.id != campaign, Campaign.name == mine)
    name = tx.connection.execute(taken).scalar()
    if name is not None:
        raise UserError(f"现在已经有叫“{name}”的走访任务，没有恢复。")


def _moment(wall: str) -> datetime:
    return datetime.fromisoformat(wall).astimezone()
