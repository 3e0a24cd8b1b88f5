"""Commands of other sites as a package brings them."""

from typing import Any, NamedTuple

from db.kernel.ids import Id


class Change(NamedTuple):
    """A change as its site wrote it: `fields` are the journal's, ids as text."""

    kind: str
    entity: str
    record: Id
    fields: dict[str, Any]


class Incoming(NamedTuple):
    """A command of another site; `undoes` is the id of the command it takes back."""

    id: Id
    site: Id
    seq: int
    stamp: int
    wall: str
    account: Id | None
    action: str
    note: str
    undoes: Id | None
    changes: tuple[Change, ...]
