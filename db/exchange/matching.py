"""What comes in and stands here already is joined; and what may not stand twice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from db.disputes import Dispute, DisputeParty
from db.exchange.likeness import (
    ALSO_BY_FIRST_KEY,
    Key,
    fitting,
    key_of,
    rows_by,
    sides_of,
    standing,
)
from db.exchange.rows import coded, unique_columns
from db.exchange.settling import Fields, Op
from db.kernel.ids import Id, id_text
from db.kernel.journal import ADDED, REMOVED
from db.kernel.records import Record
from db.post import Post

if TYPE_CHECKING:
    from db.exchange.incoming import Change
    from db.exchange.planning import Place, Planner

Raw = Sequence["tuple[Place, Change]"]


def find_same(planner: Planner, record: type[Record], raw: Raw) -> None:
    """Join what comes in with what stands here and is the same thing.

    Where a key must be unique the two are one in any case; else only if neither site had seen the
    other's when it made its own: one who knows of a row and makes its like means another.
    """
    if not (record.same_by or record in (Post, Dispute)):
        return
    new: dict[Id, list[Op]] = {}
    made: dict[Id, list[Op]] = {}
    for place, change in raw:
        id_ = planner.identity.ours(change.record)
        if id_ not in planner.known[record]:
            new.setdefault(id_, []).append(planner.op(record, place, change))
        elif change.kind == ADDED:
            # Others found it to be one with what stands here; its site's next like it is another.
            made.setdefault(id_, []).append(planner.op(record, place, change))
    keys = _keys(planner, record, new)
    there = standing(planner.connection, record, {k for some in keys.values() for k, _ in some})
    planner.load(record, [id_ for rows in there.values() for id_, _ in rows])
    twins: dict[Key, int] = {}
    for some in keys.values():
        twins[some[0][0]] = twins.get(some[0][0], 0) + 1
    forced = bool(unique_columns(record)) or record is Post
    for id_ in sorted(keys):
        mine = [op for op in new[id_] if op.kind == ADDED]
        for key, fields in keys[id_]:
            rows = [
                (other, row)
                for other, row in there.get(key, ())
                if forced or _made_apart(planner, record, mine, other, made.get(other, []))
            ]
            found = fitting(record, fields, rows, twins[keys[id_][0][0]])
            if found is not None:
                planner.join(record, found, id_)
                made.setdefault(found, []).extend(mine)
                break


def _keys(
    planner: Planner, record: type[Record], new: dict[Id, list[Op]]
) -> dict[Id, list[tuple[Key, Fields]]]:
    """What makes each new row the same as another; rows that are gone again are left out."""
    sides: dict[str, Any] = {}
    if record is Dispute:
        sides = sides_of(
            planner.op(DisputeParty, place, change).fields
            for place, change in planner.raw.get(DisputeParty, ())
            if change.kind == ADDED
        )
    found: dict[Id, list[tuple[Key, Fields]]] = {}
    for id_, ops in new.items():
        last = planner.row_of(record, ops)
        if last is None or ops[-1].kind == REMOVED:
            continue
        rows = [last]
        if record in ALSO_BY_FIRST_KEY and len(ops) > 1:
            # Of a record that came into a cut copy's sight late, what was first said is no row.
            rows.insert(0, next(op.fields for op in ops if op.kind == ADDED))
        keys = [(key_of(record, row, sides.get(id_text(id_))), row) for row in rows]
        fit = [(key, row) for key, row in keys if key is not None]
        if fit:
            found[id_] = fit
    return found


def _made_apart(
    planner: Planner, record: type[Record], mine: Sequence[Op], other: Id, joined: Sequence[Op]
) -> bool:
    points = [w.point for w in planner.past[record][other] if w.kind == ADDED]
    points += [op.point for op in joined]
    return not any(
        planner.saw(op.point, point) or planner.saw(point, op.point)
        for op in mine
        for point in points
    )


def clashes(planner: Planner, record: type[Record]) -> list[tuple[Id, Id]]:
    """Return the pairs of records that would have one unique key after the merge."""
    outcomes = planner.outcomes[record]
    gone = planner.absorbed.get(record, set())
    found: list[tuple[Id, Id]] = []
    for columns in unique_columns(record):
        holders: dict[Key, Id] = {}
        standing_still: list[tuple[Key, Id]] = []
        for id_, outcome in outcomes.items():
            if outcome.after is None:
                continue
            key = tuple(outcome.after.get(name) for name in columns)
            before = outcome.before
            if before is not None and tuple(before.get(name) for name in columns) == key:
                standing_still.append((key, id_))
            elif key in holders:
                found.append((holders[key], id_))
            else:
                holders[key] = id_
        found += [(holders[key], id_) for key, id_ in standing_still if key in holders]
        for row in rows_by(planner.connection, record, columns, holders.keys()):
            id_ = row["id"]
            fields = coded(record, row)
            key = tuple(fields.get(name) for name in columns)
            if key in holders and holders[key] != id_ and id_ not in outcomes and id_ not in gone:
                found.append((holders[key], id_))
    return found
