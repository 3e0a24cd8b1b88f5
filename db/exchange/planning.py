"""What a merge will do: every record that incoming commands touch is settled anew, nothing is written.

The work grows with the changes of the package, not with the ledger: rows and changes are looked up
by id, many at a time.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from sqlalchemy import Connection, select

from db.attachments import Attachment, named_safely
from db.exchange.causes import Causes
from db.exchange.contradictions import AT_ODDS
from db.exchange.derived import key_that_follows
from db.exchange.here import Here
from db.exchange.identity import Identity
from db.exchange.incoming import Change, Incoming
from db.exchange.matching import clashes, find_same
from db.exchange.past import Written, changes_of, naming, rows_of
from db.exchange.rows import difference, ids_in, mapped, record_of, travelling
from db.exchange.settling import KEPT, REOPENED, Fields, Op, Point, Settled, applied, settle
from db.exchange.tables import RecordAlias
from db.kernel.accounts import Account
from db.kernel.errors import UserError
from db.kernel.ids import Id, id_from_text, id_text
from db.kernel.journal import ADDED, CHANGED, REMOVED
from db.kernel.records import Record
from db.places import Building, Household
from db.points import PointMonth

_CLOSED_TWICE: Final = (
    "同一个月的积分在两处各结过一次账，没有合并，台账没有改动。"
    "请在其中一处恢复到结账以前的备份，再合并：另一处结的账就会过来。"
)
Place = tuple[int, int]
Join = tuple[type[Record], Id, Id]
Reopened = dict[type[Record], set[Id]]


class OwnStep(NamedTuple):
    """What the merge itself writes to a record: what it alters here, and what it tells others.

    Nothing is told (`said` is None) where a row only follows from what others know as well.
    """

    kind: str
    fields: Fields
    said: tuple[str, Fields] | None


@dataclass
class Outcome:
    """A record before and after; `settled` where changes had not all seen one another."""

    before: Fields | None
    after: Fields | None
    settled: Settled | None = None
    steps: list[tuple[Place, str, Fields]] = field(default_factory=list)
    own: list[OwnStep] = field(default_factory=list)
    ops: list[Op] = field(default_factory=list)


class Planner:
    """Settles table after table, what is referred to first."""

    def __init__(
        self,
        connection: Connection,
        incoming: Sequence[Incoming],
        here: Here,
        causes: Causes,
        joins: Sequence[Join] = (),
    ) -> None:
        self.connection = connection
        self.incoming = incoming
        self.here = here
        self.causes = causes
        self.identity = Identity(connection)
        self._joins = joins
        self.aliases: list[tuple[str, Id, Id]] = []
        self.outcomes: dict[type[Record], dict[Id, Outcome]] = {}
        self.absorbed: dict[type[Record], set[Id]] = {}
        self.raw: dict[type[Record], list[tuple[Place, Change]]] = {}
        self.stale: dict[str, set[Id]] = {}
        self.known: dict[type[Record], set[Id]] = {}
        self.reopened: dict[type[Record], dict[Id, Op]] = {}
        self.past: dict[type[Record], dict[Id, list[Written]]] = {}
        self.rows: dict[type[Record], dict[Id, Fields]] = {}
        for ci, command in enumerate(incoming):
            for n, change in enumerate(command.changes):
                self.raw.setdefault(record_of(change.entity), []).append(((ci, n), change))

    def run(self) -> None:
        """Settle everything the incoming commands touch, and what follows from that."""
        self._look_up_ids()
        self._take_aliases()
        for record in travelling():
            self._settle_table(record)

    def row_after(self, record: type[Record], id_: Id) -> Fields | None:
        """Return what a record will be."""
        outcome = self.outcomes.get(record, {}).get(id_)
        if outcome is not None:
            return outcome.after
        if id_ in self.absorbed.get(record, ()):
            return None
        self.load(record, [id_])
        return self.rows[record].get(id_)

    def reopen(self, records: Reopened, command: Id, undoes: Id) -> None:
        """Let this very command take back what another decided about these records."""
        for record, ids in records.items():
            self.identity.load(ids)
            for n, id_ in enumerate(sorted(ids)):
                point, ours = (self.here.site, self.here.seq, n), self.identity.ours(id_)
                op = Op(point, 1 << 62, REOPENED, {}, command, undoes)
                self.reopened.setdefault(record, {})[ours] = op
                self.stale.setdefault(record.__tablename__, set()).add(ours)

    def settled_now(self, record: type[Record], ids: Sequence[Id]) -> dict[Id, Settled]:
        """Return what records are by all that is known before this merge."""
        self.load(record, ids)
        self._look_up_past(record, ids)
        return {id_: self._settled(record, self._ops_of(record, [id_])[0]) for id_ in ids}

    def keep(self, record: type[Record], id_: Id) -> bool:
        """Let a removed record stay, as something hangs on it; tell whether it is known at all."""
        self.load(record, [id_])
        outcome = self.outcomes.setdefault(record, {}).get(id_)
        if outcome is None:
            outcome = self._outcome(record, id_, [], [])
        kept = Op((self.here.site, self.here.seq, 1 << 30), 1 << 62, KEPT, {})
        settled = self._settled(record, [*outcome.ops, kept])
        if settled.row is None:
            return False
        outcome.own.append(OwnStep(*difference(outcome.after, settled.row), (KEPT, {})))
        outcome.after, outcome.settled = settled.row, settled
        self.outcomes[record][id_] = outcome
        return True

    def _look_up_ids(self) -> None:
        wanted: set[Id] = set()
        for record, raw in self.raw.items():
            for _, change in raw:
                wanted.add(change.record)
                wanted.update(map(id_from_text, ids_in(record, change.kind, change.fields)))
        self.identity.load(wanted)

    def _take_aliases(self) -> None:
        """Join what the senders found to be one thing."""
        edges: dict[type[Record], list[tuple[Id, Id]]] = {}
        for _, change in self.raw.get(RecordAlias, ()):
            if change.kind == ADDED:
                record = record_of(change.fields["entity"])
                one, other = (id_from_text(change.fields[n]) for n in ("one", "other"))
                edges.setdefault(record, []).append((one, other))
        for record in travelling():
            pairs = edges.get(record, [])
            self.identity.load(id_ for pair in pairs for id_ in pair)
            self.load(record, [self.identity.ours(id_) for pair in pairs for id_ in pair])
            for one, other in pairs:
                self.join(record, one, other, found=False)
        for record, one, other in self._joins:
            self.load(record, [self.identity.ours(one), self.identity.ours(other)])
            self.join(record, one, other)

    def join(self, record: type[Record], one: Id, other: Id, *, found: bool = True) -> bool:
        """Make two ids one; the one this copy knows stays, else the lesser. Tell if they were two."""
        mine, theirs = self.identity.ours(one), self.identity.ours(other)
        if mine == theirs:
            return False
        known = self.known[record]
        if (theirs in known, mine) > (mine in known, theirs):
            mine, theirs = theirs, mine
        if (mine in known) == (theirs in known) and theirs < mine:
            mine, theirs = theirs, mine
        if record is PointMonth:
            raise UserError(_CLOSED_TWICE)
        if found:
            self.aliases.append((record.__tablename__, theirs, mine))
        self.identity.join(mine, theirs)
        if theirs in known:
            self.absorbed.setdefault(record, set()).add(theirs)
            self.stale.setdefault(record.__tablename__, set()).add(mine)
            for entity, hanging in naming(self.connection, record, [theirs]):
                self.stale.setdefault(entity, set()).add(hanging)
        return True

    def load(self, record: type[Record], ids: Iterable[Id]) -> None:
        """Look rows and changes up, under every id that earlier merges joined."""
        past = self.past.setdefault(record, {})
        wanted = [id_ for id_ in dict.fromkeys(ids) if id_ not in past]
        if not wanted:
            return
        self.identity.stand(wanted)
        names = self.identity.names_of(wanted)
        all_ids = [*wanted, *(other for others in names.values() for other in others)]
        written = changes_of(self.connection, record, all_ids)
        self.rows.setdefault(record, {}).update(rows_of(self.connection, record, wanted))
        known = self.known.setdefault(record, set())
        for id_ in wanted:
            past[id_] = [
                change for name in (id_, *names.get(id_, ())) for change in written.get(name, ())
            ]
            if past[id_]:
                known.add(id_)

    def _settle_table(self, record: type[Record]) -> None:
        raw = self.raw.get(record, [])
        stale = {self.identity.ours(i) for i in self.stale.get(record.__tablename__, ())}
        if not raw and not stale:
            return
        self.load(record, [self.identity.ours(change.record) for _, change in raw])
        self.load(record, stale)
        find_same(self, record, raw)
        while True:
            stale = {self.identity.ours(i) for i in self.stale.get(record.__tablename__, ())}
            self._settle_all(record, raw, stale)
            clashing = clashes(self, record)
            if not clashing:
                return
            joined = 0
            for one, other in clashing:
                self.load(record, [one, other])
                joined += self.join(record, one, other)
            if not joined:
                # Said to be one already, as things of another table, and still two rows here.
                raise UserError(AT_ODDS)

    def _settle_all(
        self, record: type[Record], raw: Sequence[tuple[Place, Change]], stale: Iterable[Id]
    ) -> None:
        groups: dict[Id, list[tuple[Place, Change]]] = {id_: [] for id_ in stale}
        for place, change in raw:
            groups.setdefault(self.identity.ours(change.record), []).append((place, change))
        self.load(record, groups)
        parts: dict[Id, list[Id]] = {}
        for gone in self.absorbed.get(record, ()):
            parts.setdefault(self.identity.ours(gone), []).append(gone)
        self.load(record, [gone for some in parts.values() for gone in some])
        self._look_up_past(record, [*groups, *(gone for some in parts.values() for gone in some)])
        self.outcomes[record] = {
            id_: self._outcome(record, id_, group, parts.get(id_, []))
            for id_, group in groups.items()
        }

    def _look_up_past(self, record: type[Record], ids: Iterable[Id]) -> None:
        self.identity.load(
            id_from_text(text)
            for id_ in ids
            for written in self.past[record][id_]
            for text in ids_in(record, written.kind, written.fields)
        )

    def _outcome(
        self,
        record: type[Record],
        id_: Id,
        group: Sequence[tuple[Place, Change]],
        parts: Sequence[Id],
    ) -> Outcome:
        before = self.rows[record].get(id_)
        ops, latest = self._ops_of(record, [id_, *parts])
        outcome = Outcome(before, before, ops=ops)
        row = self.identity.naming_joined(record, before) if self.absorbed else before
        reopened = self.reopened.get(record, {}).get(id_)
        if reopened is not None:
            ops.append(reopened)
        if parts or reopened is not None or (not group and before is not None):
            outcome.settled = self._settled(record, ops)
            row = outcome.settled.row
        for place, change in group:
            op = self.op(record, place, change)
            # One that had seen all others is written as it stands; what brings back is settled.
            follows = op.kind in (CHANGED, REMOVED) or (op.kind == ADDED and not latest)
            follows = follows and all(self.saw(op.point, point) for point in latest.values())
            ops.append(op)
            if outcome.settled is None and (follows or _says_the_same(op, row, ops)):
                row = row if not follows else applied(row, op)
            else:
                outcome.settled = self._settled(record, ops)
                row = outcome.settled.row
            outcome.steps.append((place, *difference(outcome.after, row)))
            outcome.after = row
            latest[op.point[0]] = max(op.point, latest.get(op.point[0], op.point))
        if reopened is not None:
            outcome.own.append(OwnStep(*difference(before, row), (REOPENED, {})))
        elif not group and row != before:
            outcome.own.append(OwnStep(*difference(before, row), None))
        outcome.after = row
        self._mend_key(record, id_, outcome)
        return outcome

    def _mend_key(self, record: type[Record], id_: Id, outcome: Outcome) -> None:
        """Let an address's key follow from its parts, which two sites may have changed apart."""
        after, fix = outcome.after, key_that_follows(self, record, outcome)
        if after is None or fix is None:
            return
        if record is Building:
            before = outcome.before["key"] if outcome.before is not None else fix
            if before != fix or outcome.settled is not None:
                self._let_homes_follow(id_)
        if fix != after["key"]:
            said = {"key": [after["key"], fix]}
            outcome.own.append(OwnStep(CHANGED, said, (CHANGED, said)))
            outcome.after = {**after, "key": fix}

    def _let_homes_follow(self, building: Id) -> None:
        homes = select(Household.id).where(Household.building == building)
        rows = self.connection.execute(homes).scalars()
        self.stale.setdefault(Household.__tablename__, set()).update(rows)

    def _ops_of(
        self, record: type[Record], parts: Iterable[Id]
    ) -> tuple[list[Op], dict[Id, Point]]:
        """All changes known before this merge, and the latest of each site."""
        past = self.past[record]
        ops = [self._as_op(record, written) for part in parts for written in past.get(part, ())]
        latest: dict[Id, Point] = {}
        for op in ops:
            latest[op.point[0]] = max(op.point, latest.get(op.point[0], op.point))
        return ops, latest

    def op(self, record: type[Record], place: Place, change: Change) -> Op:
        command = self.incoming[place[0]]
        point = (command.site, command.seq, place[1])
        said = (change.kind, change.record, change.fields)
        return self._as_op(record, Written(point, command.stamp, *said, command.id, command.undoes))

    def _as_op(self, record: type[Record], written: Written) -> Op:
        fields = mapped(record, written.kind, written.fields, self.identity.text)
        if record is Account and written.kind == ADDED and written.point[0] not in self.here.family:
            fields = {**fields, "home": id_text(written.point[0])}
        if record is Attachment:
            fields = named_safely(fields)
            fields = self.here.as_it_lies(fields)
        own = (written.point, written.stamp, written.kind, fields)
        return Op(*own, written.command, written.undoes)

    def row_of(self, record: type[Record], ops: Sequence[Op]) -> Fields | None:
        """Return what the changes of a record that is new here make of it."""
        if len(ops) == 1:
            return applied(None, ops[0])
        return self._settled(record, ops).row

    def _settled(self, record: type[Record], ops: Sequence[Op]) -> Settled:
        return settle(ops, self.saw, asked=record.asked, quiet=record.quiet)

    def saw(self, later: Point, earlier: Point) -> bool:
        if later[0] == self.here.site and later[1] == self.here.seq:
            return later != earlier
        return self.causes.saw(later, earlier)


def _says_the_same(op: Op, row: Fields | None, ops: Sequence[Op]) -> bool:
    """Whether a row made again is the one that stands, value for value, and nobody removed it."""
    return (
        op.kind == ADDED
        and row is not None
        and all(row.get(name) == value for name, value in op.fields.items())
        and row.keys() == op.fields.keys()
        and not any(other.kind == REMOVED for other in ops)
    )
