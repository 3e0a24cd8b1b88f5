"""What a record is, given every change that any site made to it: the same on every copy.

A change supersedes those its site had seen. Between changes that had not seen each other the later
hybrid time stands, and a person is asked where both set one field to different values. A removal
takes effect only if it had seen everything else; otherwise the record stays, and a person is asked.
The outcome depends on the changes alone, never on the order they arrived in. A decision that was taken
back counts as if it had never been made.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from db.kernel.ids import Id
from db.kernel.journal import ADDED, CHANGED, REMOVED

KEPT: Final = "^"
REOPENED: Final = "?"

Fields = dict[str, Any]
Point = tuple[Id, int, int]
Saw = Callable[[Point, Point], bool]


class Op(NamedTuple):
    """A change as its site wrote it, its ids as this copy has them.

    `kind` is the journal's; or "^": something else hangs on the record, so it stays; or "?": the
    command takes the decision `undoes` back, or an undo of one.
    """

    point: Point
    stamp: int
    kind: str
    fields: Fields
    command: Id = b""
    undoes: Id | None = None

    @property
    def order(self) -> tuple[int, Point]:
        """The order of changes that had not seen each other."""
        return self.stamp, self.point


class Said(NamedTuple):
    """One side of a conflict: what a change set a field to."""

    op: Op
    value: Any


@dataclass(frozen=True)
class Settled:
    """A record's values without empty ones, None where there is none; and what to ask a person.

    `differing` holds for each field the changes that disagree, the one that stands first;
    `removals` are those that had not seen what others did.
    """

    row: Fields | None
    differing: Mapping[str, tuple[Said, ...]] = field(default_factory=dict)
    removals: tuple[Op, ...] = ()

    @property
    def asks(self) -> bool:
        """Tell whether a person has to decide something."""
        return bool(self.differing or self.removals)


def is_empty(value: Any) -> bool:
    """Tell whether a journalled value says that nothing was given."""
    return value is None or (not value and isinstance(value, list | dict))


def applied(row: Fields | None, op: Op) -> Fields | None:
    """Return a row after a change that had seen all the others."""
    if op.kind == REMOVED:
        return None
    if op.kind == ADDED:
        return {n: v for n, v in op.fields.items() if not is_empty(v)}
    if op.kind == CHANGED and row is not None:
        new = row | {n: v[1] for n, v in op.fields.items()}
        return {n: v for n, v in new.items() if not is_empty(v)}
    return row


def settle(
    ops: Sequence[Op], saw: Saw, *, asked: bool = True, quiet: Sequence[str] = ()
) -> Settled:
    """Return what a record is after `ops`, which are all of its changes in any order."""
    ops = _standing(ops)
    if not any(op.kind == ADDED for op in ops):
        return Settled(None)
    touching = [op for op in ops if op.kind != REMOVED]
    removing = [op for op in ops if op.kind == REMOVED]
    for removal in removing:
        unseen = [op for op in touching if not saw(removal.point, op.point)]
        if not asked:
            # What was put back in the knowledge of a removal stays, though its clock was days behind.
            unseen = [
                op
                for op in unseen
                if op.kind == KEPT or saw(op.point, removal.point) or op.order > removal.order
            ]
        if not unseen:
            return Settled(None)
    open_removals = tuple(
        removal
        for removal in removing
        if not any(saw(op.point, removal.point) for op in touching if op.kind != KEPT)
    )
    row: Fields = {}
    differing: dict[str, tuple[Said, ...]] = {}
    for name, writes in _writes(touching, removing, saw).items():
        heads = _heads(writes, saw)
        if not is_empty(heads[0].value):
            row[name] = heads[0].value
        if asked and name not in quiet and any(h.value != heads[0].value for h in heads):
            differing[name] = tuple(heads)
    return Settled(row, differing, open_removals if asked else ())


def _standing(ops: Sequence[Op]) -> list[Op]:
    """The changes without decisions that were taken back, and without what took them back."""
    back = {op.command: op.undoes for op in ops if op.kind == REOPENED}

    def is_void(command: Id) -> bool:
        return any(undoes == command and not is_void(by) for by, undoes in back.items())

    return [op for op in ops if op.kind != REOPENED and not is_void(op.command)]


class _Write(NamedTuple):
    op: Op
    old: Any
    value: Any


def _writes(touching: Sequence[Op], removing: Sequence[Op], saw: Saw) -> dict[str, list[_Write]]:
    found: dict[str, list[_Write]] = {}
    for op in touching:
        if op.kind == ADDED:
            seen = [r for r in removing if saw(op.point, r.point)]
            # A row that was put back as it was says nothing new.
            before = max(seen, key=lambda r: r.order).fields if seen else {}
            for name, value in op.fields.items():
                if not is_empty(value) and before.get(name) != value:
                    found.setdefault(name, []).append(_Write(op, before.get(name), value))
        elif op.kind == CHANGED:
            for name, (old, value) in op.fields.items():
                found.setdefault(name, []).append(_Write(op, old, value))
    for name, writes in _first_values(touching).items():
        found.setdefault(name, writes)
    return found


def _first_values(touching: Sequence[Op]) -> dict[str, list[_Write]]:
    """Values of rows put back of which no other change is known."""
    return {
        name: [_Write(op, None, value)]
        for op in touching
        if op.kind == ADDED
        for name, value in op.fields.items()
        if not is_empty(value)
    }


def _heads(writes: Sequence[_Write], saw: Saw) -> list[Said]:
    """The writes no other had seen, the one that stands first; one that came back yields."""
    heads = [
        w for w in writes if not any(v is not w and saw(v.op.point, w.op.point) for v in writes)
    ]
    if len(heads) > 1:
        moved = [
            h
            for h in heads
            if not any(
                _same(g.value, h.value) is False and _came_back(h, g, writes, saw) for g in heads
            )
        ]
        heads = moved or heads
    heads.sort(key=lambda w: w.op.order, reverse=True)
    return [Said(w.op, None if is_empty(w.value) else w.value) for w in heads]


def _same(one: Any, other: Any) -> bool:
    return one == other or (is_empty(one) and is_empty(other))


def _came_back(head: _Write, other: _Write, writes: Sequence[_Write], saw: Saw) -> bool:
    """Whether a head's site ended where it and the other had last agreed."""
    own = [
        w
        for w in writes
        if (w is head or saw(head.op.point, w.op.point)) and not saw(other.op.point, w.op.point)
    ]
    first = min(own, key=lambda w: (sum(saw(w.op.point, v.op.point) for v in own), w.op.order))
    return first.op.kind == CHANGED and _same(first.old, head.value)
