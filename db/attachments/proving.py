"""Whether the contents that records name are there and open: they lie beside the ledger's file."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, select

from db.attachments import Attachment
from db.kernel import blobs
from db.kernel.ids import Id

_NAMED: Final = 3


def broken_contents(
    connection: Connection,
    folder: Path,
    key: bytes,
    of: Id | None = None,
    go_on: Callable[[], None] = lambda: None,
) -> dict[Id, str]:
    """Open every content a record names, or those of one record; return the attachments' names by id
    whose content is missing or does not open.

    `key` is the one contents are named by. `go_on` is called before each and may raise to end it.
    """
    asked = select(Attachment.id, Attachment.name, Attachment.blob, Attachment.secret)
    if of is not None:
        asked = asked.where(Attachment.of == of)
    # Two records may name one content with two secrets, of which only one opens it.
    whole: dict[tuple[str, str], bool] = {}
    broken = {}
    for row in connection.execute(asked.order_by(Attachment.id)).all():
        named = (row.blob, row.secret)
        if named not in whole:
            go_on()
            whole[named] = blobs.is_whole(folder, row.blob, bytes.fromhex(row.secret), key)
        if not whole[named]:
            broken[row.id] = row.name
    return broken


def broken_words(names: Sequence[str]) -> list[str]:
    """Return what is wrong with contents that do not open, in a sentence; empty if there are none."""
    if not names:
        return []
    more = "等" if len(names) > _NAMED else ""
    return [
        f"{len(names)}个附件缺少或损坏：{'、'.join(names[:_NAMED])}{more}。只是附件，别的不受影响"
    ]
