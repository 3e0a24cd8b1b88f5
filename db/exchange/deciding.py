"""The merge desk: what two sites set differently, side by side, and a person's choices.

What stands meanwhile is the later value. A choice is a command: it travels, and nobody is asked
again for what it settled.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, delete, func, select, tuple_

from db.exchange.causes import Causes, sights
from db.exchange.local import needing
from db.exchange.merging import family, here_at, lives
from db.exchange.planning import Planner
from db.exchange.rows import record_of
from db.exchange.settling import Op, Settled
from db.exchange.tables import OpenConflict, Peer, SiteSeen
from db.kernel.access import Right
from db.kernel.accounts import account_names
from db.kernel.errors import UserError
from db.kernel.history import hanging_rows
from db.kernel.ids import Id
from db.kernel.journal import Command, Tx, decoders, record_class, table_of
from db.kernel.records import CommandRow, Record, Site

REMOVED_HERE = "*"
DECIDED = "裁定两处不同的登记"


class Side(NamedTuple):
    """What one site did: its name, who, when (UTC as in the journal), the number here, the value.

    `value` is the row's; of a removal it is None.
    """

    site: str
    who: str
    wall: str
    no: int
    value: Any


class Difference(NamedTuple):
    """A field with the sides that disagree, the one that stands first.

    Under the name "*" it is the record itself: the sides removed it without knowing what others did
    to it, and it stays until somebody decides.
    """

    field: str
    sides: tuple[Side, ...]


class Conflict(NamedTuple):
    """A record to decide on; `row` is what stands now, as the table has it."""

    entity: str
    record: Id
    since: str
    row: dict[str, Any]
    differences: tuple[Difference, ...]


class Choice(NamedTuple):
    """A decision: the value a field is to have; for the field "*" whether the record stays."""

    entity: str
    record: Id
    field: str
    value: Any


def open_conflicts(connection: Connection) -> list[Conflict]:
    """Return what is to decide, the oldest first; what was settled since is not among it."""
    listed: dict[str, list[tuple[Id, str]]] = {}
    for row in connection.execute(select(OpenConflict).order_by(OpenConflict.since)):
        listed.setdefault(row.entity, []).append((row.record, row.since))
    if not listed:
        return []
    planner = _planner(connection)
    names = _Names(connection)
    found = []
    for entity, records in listed.items():
        record = record_of(entity)
        settled = planner.settled_now(record, [id_ for id_, _ in records])
        table = table_of(record)
        for id_, since in records:
            now = connection.execute(select(table).where(table.c.id == id_)).mappings().first()
            if now is not None and settled[id_].asks:
                differences = _differences(record, settled[id_], names)
                found.append(Conflict(entity, id_, since, dict(now), differences))
    return sorted(found, key=lambda c: c.since)


def count_open(connection: Connection) -> int:
    """Return how many records wait for a decision."""
    if not connection.execute(select(func.count()).select_from(OpenConflict)).scalar_one():
        return 0
    return len(open_conflicts(connection))


def decide(choices: Sequence[Choice]) -> Command[int]:
    """Return the command that settles differences as a person chose; it answers how many records.

    UserError if a record is gone or no longer in question: nothing is written.
    """

    def run(tx: Tx) -> int:
        there = {(c.entity, c.record): c for c in open_conflicts(tx.connection)}
        changes: dict[type[Record], dict[Id, dict[str, Any]]] = {}
        removals: dict[type[Record], list[Id]] = {}
        left: dict[tuple[str, Id], set[str]] = {}
        for choice in choices:
            key = (choice.entity, choice.record)
            conflict = there.get(key)
            open_fields = {d.field for d in conflict.differences} if conflict else set()
            if conflict is None or choice.field not in open_fields:
                raise UserError("这一条已经有人定过了，没有再改。请刷新后再看。")
            left.setdefault(key, open_fields).discard(choice.field)
            record = record_of(choice.entity)
            if choice.field != REMOVED_HERE:
                fields = changes.setdefault(record, {}).setdefault(choice.record, {})
                fields[choice.field] = choice.value
            elif choice.value:
                fields = changes.setdefault(record, {}).setdefault(choice.record, {})
                name = _firm_column(record)
                fields.setdefault(name, conflict.row[name])
            else:
                removals.setdefault(record, []).append(choice.record)
                left[key] = set()
        for record, ids in removals.items():
            for id_ in ids:
                changes.get(record, {}).pop(id_, None)
            refuse_if_needed(tx.connection, record, ids)
            for own, row in needing(tx.connection, record, ids):
                tx.remove(own, [row])
            tx.remove(record, ids)
        for record, rows in changes.items():
            tx.change(record, rows, decided=True)
        done = [key for key, fields in left.items() if not fields]
        if done:
            tx.connection.execute(
                delete(OpenConflict).where(
                    tuple_(OpenConflict.entity, OpenConflict.record).in_(done)
                )
            )
        return len(left)

    return Command(DECIDED, Right.WRITE, run, note=f"{len(choices)}处")


def refuse_if_needed(connection: Connection, record: type[Record], ids: Sequence[Id]) -> None:
    """Raise UserError if records that stay name one of these."""
    for table, _, hanging in hanging_rows(connection, record.__tablename__, ids):
        leaving = set(ids) if table.name == record.__tablename__ else set()
        if record_class(table.name).travels and any(id_ not in leaving for id_ in hanging):
            raise UserError(
                "别的登记还要用到它，不能定为删除，没有改动。请定为保留，或先处理那些登记。"
            )


def _firm_column(record: type[Record]) -> str:
    """A column that always has a value, to write that a record stays."""
    return next(c.name for c in table_of(record).columns if c.name != "id" and not c.nullable)


def _planner(connection: Connection) -> Planner:
    site = connection.execute(select(Site.id)).scalar_one()
    here = here_at(connection, site, 1 << 60)
    return Planner(connection, [], here, Causes(lambda: sights(connection)))


class _Names:
    """Who and where the commands were given."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._people = account_names(connection)
        self.sites = site_names(connection)

    def side(self, op: Op, value: Any) -> Side:
        site, seq, _ = op.point
        row = self._connection.execute(
            select(CommandRow.no, CommandRow.wall, CommandRow.account).where(
                CommandRow.site == site, CommandRow.seq == seq
            )
        ).one()
        who = self._people.get(row.account, "") if row.account else ""
        return Side(self.sites.get(site, ""), who, row.wall, row.no, value)


def site_names(connection: Connection) -> dict[Id, str]:
    """Return what every site this copy heard of is called, also by an id it had before a restore."""
    heard = select(SiteSeen.site, SiteSeen.name).where(SiteSeen.name != "")
    found = dict(connection.execute(heard).all())
    for row in connection.execute(select(Peer.site, Peer.name)).all():
        found |= dict.fromkeys(lives(connection, row.site), row.name)
    mine = connection.execute(select(Site)).one()
    found |= dict.fromkeys(family(connection), mine.name)
    return found


def _differences(record: type[Record], settled: Settled, names: _Names) -> tuple[Difference, ...]:
    back = decoders(record)
    found = [
        Difference(
            field,
            tuple(
                names.side(s.op, None if s.value is None else back[field](s.value)) for s in said
            ),
        )
        for field, said in settled.differing.items()
    ]
    if settled.removals:
        sides = tuple(names.side(op, None) for op in settled.removals)
        found.insert(0, Difference(REMOVED_HERE, sides))
    return tuple(found)
