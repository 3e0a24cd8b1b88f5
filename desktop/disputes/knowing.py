"""What the forms of a dispute know: words to complete from, and the parties' earlier disputes."""

import re
from typing import NamedTuple

from PySide6.QtCore import QObject
from sqlalchemy import Connection

from db.disputes.earlier import DOOR, EarlierDispute, Looked, earlier_disputes
from db.disputes.registering import home_meant
from db.disputes.words import KIND_NAMES
from db.kernel.ids import Id
from db.kernel.pinyin import pinyin_words
from db.kernel.text import telephone
from db.people.colleagues import staff_rows
from db.people.roster import roster_names
from db.places import communities
from desktop.background import Ticket
from desktop.page import Context
from desktop.widgets.forms import DraftForm


class Known(NamedTuple):
    """What completes the fields: communities, colleagues, people of the roster."""

    places: list[str]
    staff: list[str]
    volunteers: list[str]


def known_words(connection: Connection) -> Known:
    """Return the words the fields are completed from, spelt here so that the first key need not wait."""
    known = Known(
        [line.name for line in communities(connection)],
        [line.name for line in staff_rows(connection)],
        roster_names(connection),
    )
    for name in (*known.staff, *known.volunteers):
        pinyin_words(name)
    return known


class Typed(NamedTuple):
    """What a registration's form says so far of whom and where a dispute is."""

    looked: Looked
    community: str
    place: str

    def whole(self, connection: Connection) -> Looked:
        """Return it with the home the place names, found as saving finds it."""
        known = {line.name: line.id for line in communities(connection)}
        home = home_meant(connection, known.get(self.community), self.place)
        return self.looked._replace(household=home)


class LookingBack(QObject):
    """Tells in a registration's form of the parties' and the door's earlier disputes while typed."""

    def __init__(self, context: Context, form: DraftForm, owner: QObject) -> None:
        super().__init__(owner)
        self._context, self._form = context, form
        self._ticket: Ticket | None = None
        self._looked: Typed | None = None

    def look(self, own: Id | None) -> None:
        """Look for what is typed, unless it was looked for just now."""
        looked = self._typed()
        if looked == self._looked:
            return
        self._looked = looked
        if self._ticket is not None:
            self._ticket.stop()
        day = self._context.today
        self._ticket = self._context.background.ask(
            self, lambda c: earlier_disputes(c, looked.whole(c), day, own), self._tell
        )

    def _typed(self) -> Typed:
        parties = []
        for side, phone in (("side_a", "phone_a"), ("side_b", "phone_b")):
            names = [n for n in re.split("[、，,；; 　]+", self._form.typed(side)) if len(n) > 1]
            number = telephone(self._form.typed(phone))
            parties += [(name, None if at else number) for at, name in enumerate(names)]
        community, place = (self._form.typed(name).strip() for name in ("community", "place"))
        return Typed(Looked(tuple(parties)), community, place)

    def _tell(self, found: list[EarlierDispute]) -> None:
        if not found or not self._form.isVisible():
            return
        last = found[0]
        shared = dict.fromkeys(name for line in found for name in line.same)
        who = "、".join("同一住处" if name == DOOR else name for name in shared)
        which = f"{last.number} {KIND_NAMES[last.kind]}纠纷".strip()
        self._form.warn(f"十二个月内{who}有{len(found)}件：最近{last.day:%Y-%m-%d} {which}")
