"""A planned merge written: foreign commands into the journal, rows, aliases, and what is to decide."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, delete, insert, select, update

from db.exchange.incoming import Incoming
from db.exchange.past import origin_text
from db.exchange.planning import Outcome, Planner
from db.exchange.rows import unique_columns, whole_row
from db.exchange.settling import Fields
from db.exchange.tables import KnownAs, OpenConflict, RecordAlias, SiteSeen
from db.kernel.accounts import Account
from db.kernel.clock import utc_text
from db.kernel.engine import defer_references
from db.kernel.ids import Id, new_id
from db.kernel.journal import LOCAL, REMOVED, UNALTERED, Tx, chunks
from db.kernel.records import CommandRow, Record, compact_json
from db.kernel.seals import Entry


class Counts(NamedTuple):
    """What a merge brings: rows new here, rows changed or removed without a question, and the rest.

    Counted are records; the books of who is who and who had seen what are not. `same` are changes that alter nothing here, `to_decide` records on which the sites differ.
    """

    commands: int
    new: int
    harmless: int
    same: int
    to_decide: int


def count(planner: Planner) -> Counts:
    """Return what the planned merge brings."""
    new = harmless = same = to_decide = 0
    for record, outcomes in planner.outcomes.items():
        if record in (RecordAlias, SiteSeen, Account) or not record.travels:
            continue
        for outcome in outcomes.values():
            asks = outcome.settled is not None and outcome.settled.asks
            to_decide += asks
            if outcome.before == outcome.after:
                same += not asks
            elif outcome.before is None:
                new += not asks
            else:
                harmless += not asks
    return Counts(len(planner.incoming), new, harmless, same, to_decide)


def write(tx: Tx, planner: Planner) -> None:
    """Write the plan through the merge's own command."""
    defer_references(tx.connection)
    tx.take_in(_entries(tx, planner))
    for record, outcomes in planner.outcomes.items():
        _put_rows(tx, planner, record, outcomes)
        _enter_own(tx, record, outcomes)
    for record, gone in planner.absorbed.items():
        said = [
            (id_, compact_json(row))
            for id_ in sorted(gone)
            if (row := planner.rows[record].get(id_))
        ]
        tx.enter(record, REMOVED, said, LOCAL)
    if planner.aliases:
        rows = [
            {"id": new_id(), "entity": entity, "one": one, "other": other}
            for entity, one, other in planner.aliases
        ]
        tx.add(RecordAlias, rows)
    _remember_names(tx.connection, planner)
    _list_conflicts(tx, planner)


def _entries(tx: Tx, planner: Planner) -> list[Entry]:
    steps: dict[tuple[int, int], tuple[Id, str, Fields]] = {
        place: (id_, kind, fields)
        for outcomes in planner.outcomes.values()
        for id_, outcome in outcomes.items()
        for place, kind, fields in outcome.steps
    }
    numbers = _numbers(tx, planner.incoming)
    entries = []
    for ci, command in enumerate(planner.incoming):
        changes = []
        for n, change in enumerate(command.changes):
            id_, kind, fields = steps[ci, n]
            origin = None
            if (kind, id_, fields) != (change.kind, change.record, change.fields):
                origin = origin_text(change.kind, change.record, change.fields)
            changes.append((kind, change.entity, id_, compact_json(fields), origin))
        entries.append(
            Entry(
                command.id, command.site, command.seq, command.stamp, command.wall, command.account,
                command.action, command.note,
                numbers.get(command.undoes) if command.undoes else None, changes,
            )
        )  # fmt: skip
    return entries


def _numbers(tx: Tx, incoming: Sequence[Incoming]) -> dict[Id, int]:
    """The number here of each command that another takes back."""
    numbers = {command.id: tx.no + at for at, command in enumerate(incoming)}
    undone = [c.undoes for c in incoming if c.undoes is not None and c.undoes not in numbers]
    for some in chunks(undone):
        found = tx.connection.execute(
            select(CommandRow.id, CommandRow.no).where(CommandRow.id.in_(some))
        )
        numbers.update({row.id: row.no for row in found})
    return numbers


def _put_rows(tx: Tx, planner: Planner, record: type[Record], outcomes: dict[Id, Outcome]) -> None:
    gone = [id_ for id_ in planner.absorbed.get(record, ()) if id_ in planner.rows[record]]
    new: list[dict[str, Any]] = []
    changed: list[dict[str, Any]] = []
    unique = {name for columns in unique_columns(record) for name in columns}
    for id_, outcome in outcomes.items():
        before, after = outcome.before, outcome.after
        if before == after:
            continue
        if after is None:
            gone.append(id_)
        elif before is None:
            new.append(whole_row(record, id_, after))
        elif any(before.get(name) != after.get(name) for name in unique):
            # Two rows may change keys with one another: each makes room first.
            gone.append(id_)
            new.append(whole_row(record, id_, after))
        else:
            changed.append(whole_row(record, id_, after))
    if gone or new or changed:
        tx.put(record, gone, new, changed)


def _enter_own(tx: Tx, record: type[Record], outcomes: dict[Id, Outcome]) -> None:
    for id_, outcome in outcomes.items():
        for kind, fields, said in outcome.own:
            origin: str | None = LOCAL
            if said is not None:
                same = said == (kind, fields)
                origin = None if same else origin_text(said[0], id_, said[1])
            elif kind == UNALTERED:
                continue
            tx.enter(record, kind, [(id_, compact_json(fields))], origin)


def _remember_names(connection: Connection, planner: Planner) -> None:
    joined = planner.identity.joined
    for some in chunks(list(joined)):
        known = select(KnownAs.ours).where(KnownAs.ours.in_(some)).distinct()
        for gone in connection.execute(known).scalars().all():
            ours = planner.identity.ours(gone)
            connection.execute(update(KnownAs).where(KnownAs.ours == gone).values(ours=ours))
    rows = [{"theirs": theirs, "ours": planner.identity.ours(theirs)} for theirs in joined]
    if rows:
        connection.execute(insert(KnownAs), rows)


def _list_conflicts(tx: Tx, planner: Planner) -> None:
    since = utc_text(tx.author.clock.now())
    rows = []
    for record, outcomes in planner.outcomes.items():
        entity = record.__tablename__
        # A change that had seen the others settles its own fields only: what it left stays listed.
        ids = [id_ for id_, outcome in outcomes.items() if outcome.settled is not None]
        ids += planner.absorbed.get(record, ())
        for some in chunks(ids):
            mine = (OpenConflict.entity == entity) & OpenConflict.record.in_(some)
            tx.connection.execute(delete(OpenConflict).where(mine))
        rows += [
            {"entity": entity, "record": id_, "since": since}
            for id_, outcome in outcomes.items()
            if outcome.settled is not None and outcome.settled.asks
        ]
    if rows:
        tx.connection.execute(insert(OpenConflict), rows)
