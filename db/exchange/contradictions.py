"""What a package says that cannot be true together: one id is one thing of one table, everywhere."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection, bindparam, select

from db.exchange.incoming import Incoming
from db.exchange.tables import RecordAlias
from db.kernel.errors import UserError
from db.kernel.ids import Id, id_from_text
from db.kernel.journal import ADDED, chunks
from db.kernel.records import SearchKey

AT_ODDS: Final = (
    "包里的内容自相矛盾，合不到一起，没有合并，台账没有改动。请让对方检查台账，再重新打包。"
)
_KNOWN: Final = select(SearchKey.record, SearchKey.entity).where(
    SearchKey.record.in_(bindparam("ids", expanding=True))
)


def refuse_contradictions(connection: Connection, incoming: Sequence[Incoming]) -> None:
    """Raise UserError if an id is said to be of two tables, in the package or in it and here.

    Search keys go by id alone: the rows of both would lose one another's.
    """
    tables: dict[Id, str] = {}
    for command in incoming:
        for change in command.changes:
            said = [(change.record, change.entity)]
            if change.entity == RecordAlias.__tablename__ and change.kind == ADDED:
                ids = (id_from_text(change.fields[name]) for name in ("one", "other"))
                said += [(id_, change.fields["entity"]) for id_ in ids]
            if any(tables.setdefault(id_, entity) != entity for id_, entity in said):
                raise UserError(AT_ODDS)
    for some in chunks(list(tables)):
        for row in connection.execute(_KNOWN, {"ids": some}):
            if tables[row.record] != row.entity:
                raise UserError(AT_ODDS)
