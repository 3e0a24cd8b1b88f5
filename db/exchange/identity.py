"""Which ids are one thing here: what earlier merges found, and what this one finds."""

from collections.abc import Iterable
from typing import Final

from sqlalchemy import Connection, bindparam, select

from db.exchange.rows import mapped
from db.exchange.settling import Fields
from db.exchange.tables import KnownAs
from db.kernel.ids import Id, id_from_text, id_text
from db.kernel.journal import ADDED, chunks
from db.kernel.records import Record

_NAMES: Final = select(KnownAs.theirs, KnownAs.ours)
_OURS: Final = _NAMES.where(KnownAs.theirs.in_(bindparam("ids", expanding=True)))
_THEIRS: Final = _NAMES.where(KnownAs.ours.in_(bindparam("ids", expanding=True)))


class Identity:
    """Gives for any id the one this copy has; ids joined while a merge is planned are remembered."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._ours: dict[Id, Id] = {}
        self._texts: dict[str, str] = {}
        self.joined: dict[Id, Id] = {}

    def load(self, ids: Iterable[Id]) -> None:
        """Look many ids up at once."""
        wanted = [id_ for id_ in dict.fromkeys(ids) if id_ not in self._ours]
        for some in chunks(wanted):
            found = self._connection.execute(_OURS, {"ids": some})
            self._ours.update({row.theirs: row.ours for row in found})
        for id_ in wanted:
            self._ours.setdefault(id_, id_)

    def stand(self, ids: Iterable[Id]) -> None:
        """Take it that these are ids this copy has already."""
        for id_ in ids:
            self._ours.setdefault(id_, id_)

    def ours(self, id_: Id) -> Id:
        """Return the id this copy has for a thing."""
        if id_ not in self._ours:
            self.load([id_])
        found = self._ours[id_]
        while found in self.joined:
            found = self.joined[found]
        return found

    def text(self, text: str) -> str:
        """The same for an id in its written form."""
        found = self._texts.get(text)
        if found is None:
            id_ = id_from_text(text)
            ours = self.ours(id_)
            found = self._texts[text] = text if ours == id_ else id_text(ours)
        return found

    def join(self, one: Id, other: Id) -> None:
        """From now on `other` is known as `one`."""
        if one != other:
            self.joined[other] = one
            self._texts.clear()

    def naming_joined(self, record: type[Record], row: Fields | None) -> Fields | None:
        """Return a row that names what this merge joined by the id that stays."""
        if row is None or not self.joined:
            return row

        def now(text: str) -> str:
            id_ = id_from_text(text)
            return id_text(self.ours(id_)) if id_ in self.joined else text

        return mapped(record, ADDED, row, now)

    def names_of(self, ours: Iterable[Id]) -> dict[Id, list[Id]]:
        """Return the other ids that things of this copy have, found by earlier merges."""
        found: dict[Id, list[Id]] = {}
        for some in chunks(list(ours)):
            for row in self._connection.execute(_THEIRS, {"ids": some}):
                found.setdefault(row.ours, []).append(row.theirs)
        return found
