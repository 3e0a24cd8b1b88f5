"""A package cut to a few communities: which changes belong to them."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection

from db.exchange.incoming import Change
from db.exchange.past import changes_of, rows_of
from db.exchange.rows import references
from db.kernel.ids import Id, id_from_text
from db.kernel.journal import REMOVED, record_class
from db.kernel.records import Record
from db.places import Community

Fields = dict[str, Any]


class Scope:
    """Tells of each change whether it belongs to the communities; what hangs on none goes along."""

    def __init__(self, connection: Connection, communities: Sequence[Id]) -> None:
        self._connection = connection
        self._wanted = frozenset(communities)
        self._found: dict[Id, frozenset[Id]] = {}

    def cut(self, changes: Iterable[Change]) -> list[Change]:
        """Return the changes that belong to the communities."""
        return [change for change in changes if self._belongs(change)]

    def _belongs(self, change: Change) -> bool:
        where = self._communities(record_class(change.entity), change.record, change.fields)
        return not where or bool(where & self._wanted)

    def _communities(
        self, record: type[Record], id_: Id, said: Fields | None = None
    ) -> frozenset[Id]:
        """The communities a record was ever in, by itself or by what it hangs on; empty for none."""
        if record is Community:
            return frozenset({id_})
        found = self._found.get(id_)
        if found is None:
            found = self._found[id_] = frozenset(self._look_up(record, id_, said))
        return found

    def _look_up(self, record: type[Record], id_: Id, said: Fields | None) -> Iterable[Id]:
        columns = [(n, e) for n, e in references(record) if _firm(record, n)]
        if record.__tablename__ == "attachment":
            columns = []
        if not columns and record.__tablename__ != "attachment":
            return
        for fields in self._fields(record, id_, said):
            if record.__tablename__ == "attachment":
                yield from self._communities(
                    record_class(fields["entity"]), id_from_text(fields["of"])
                )
                continue
            for name, entity in columns:
                value = fields.get(name)
                for text in value if isinstance(value, list) else (value,):
                    if text:
                        yield from self._communities(record_class(entity), id_from_text(text))

    def _fields(self, record: type[Record], id_: Id, said: Fields | None) -> Iterable[Fields]:
        """What a record held: its row, what was added and removed, and what it was changed to."""
        standing = rows_of(self._connection, record, [id_]).get(id_)
        if standing is not None:
            yield standing
            return
        for written in changes_of(self._connection, record, [id_]).get(id_, ()):
            if written.kind in ("+", REMOVED):
                yield written.fields
        if said is not None and not any(isinstance(v, list) and len(v) == 2 for v in said.values()):
            yield said


def _firm(record: type[Record], column: str) -> bool:
    return bool(record.__table__.columns[column].foreign_keys)
