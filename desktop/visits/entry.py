"""The entry of a visit: what repeats stays, what was met is one key."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from db.kernel.ids import Id
from db.visits import TOPICS
from db.visits.recording import VisitEntry
from desktop.page import Context
from desktop.visits.companions import CompanionsField
from desktop.widgets.entries import (
    EnterWalks,
    EntryField,
    complete_words,
    count_field,
    moment_field,
    moment_words,
    text_field,
    words_field,
)
from desktop.widgets.parts import button, column, label, row

SHOWN: Final = (("met", "1 见到人"), ("not_home", "2 未遇"), ("refused", "3 拒访"))
# What a field is called in the entry.
CHANGES: Final = {
    "走访人": "staff", "同行": "volunteers", "主题": "topics", "见到": "people", "资料": "leaflets",
    "发现": "found", "备注": "note",
}  # fmt: skip
# What is a number or two shares a line, so that the whole entry stands in a low window.
SHORT, BESIDE = ("见到",), ("资料",)
MOST_PEOPLE: Final = 99
MORE: Final = (("phone", "4 电话"), ("left_card", "5 留门卡"))


class OutcomeButtons(QWidget):
    """A button for each outcome, with its key on the board; `chosen` carries it."""

    chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        layout = column(self, gap=6)
        for outcomes in (SHOWN, MORE):
            line = row(gap=6)
            for code, text in outcomes:
                choice = button(text, partial(self.chosen.emit, code))
                choice.setProperty("kind", "main" if code == "met" else "")
                choice.setAutoDefault(False)
                line.addWidget(choice, 1)
            layout.addLayout(line)


class EntryForm(QWidget):
    """Day and time, who went, topics, people and leaflets; `recorded` is Enter in the last.

    Who went, topics, day and leaflets stay from visit to visit; people go back to one.
    """

    recorded = Signal()
    edited = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._moment = moment_field(lambda: context.today)
        self._staff = words_field("走访人", ())
        self._companions = CompanionsField(context)
        self._topics = words_field("主题", TOPICS)
        self._people = count_field("见到人数", MOST_PEOPLE)
        self._leaflets = count_field("发放资料", 9999)
        self._found = text_field("发现问题", 500)
        self._note = text_field("备注", 500)
        self._moment.setText(moment_words(context.today, None, context.today))
        self._people.setText("1")
        self._fields: dict[str, EntryField] = {
            "时间": self._moment, "走访人": self._staff, "同行": self._companions,
            "主题": self._topics, "见到": self._people, "资料": self._leaflets,
            "发现": self._found, "备注": self._note,
        }  # fmt: skip
        for field in self._fields.values():
            field.textEdited.connect(lambda _: self.edited.emit())
        self._shown: dict[str, str] = {}
        self._walks = EnterWalks(list(self._fields.values()), self.recorded.emit)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(6)
        for name, field in self._fields.items():
            beside = name in BESIDE
            at = grid.rowCount() - (1 if beside else 0)
            grid.addWidget(label(name, 12, "second"), at, 2 if beside else 0)
            short = beside or name in SHORT
            grid.addWidget(field, at, 3 if beside else 1, 1, 1 if short else 3)
        self.setFocusProxy(self._people)

    @property
    def inputs(self) -> Mapping[str, EntryField]:
        """The fields by name."""
        return self._fields

    def typed(self) -> dict[str, str] | None:
        """Return what is typed that would be lost, None if nothing is."""
        mine = (self._found, self._note, self._staff, self._companions, self._topics)
        return self.texts() if any(field.text() for field in mine) else None

    def texts(self) -> dict[str, str]:
        """Return what stands in every field."""
        return {name: field.text() for name, field in self._fields.items()}

    def take_back(self, said: dict[str, str]) -> None:
        """Put back what was typed before the program ended, or what could not be saved."""
        for name, field in self._fields.items():
            field.setText(said.get(name, field.text()))
        if self._companions.text():
            self._companions.ask()

    def knows(self, staff: Sequence[str]) -> None:
        """Complete names from those of colleagues."""
        complete_words(self._staff, staff)
        own = self._context.ledger.session.name
        if not self._staff.text() and own in staff:
            self._staff.setText(own)

    def knows_companions(self, by_name: Mapping[str, Id]) -> None:
        """Take these for the people of the roster."""
        self._companions.knows(by_name)

    def set_day(self, day: date) -> None:
        """Begin with a day, such as the one a sheet was printed on."""
        self._moment.setText(moment_words(day, None, self._context.today))

    def show_entry(self, entry: VisitEntry) -> None:
        """Show a visit that was entered before, for `changed` to tell what was done to it."""

        def number(count: int | None) -> str:
            return "" if count is None else str(count)

        self._shown = {
            "时间": moment_words(entry.day, entry.at, self._context.today),
            "走访人": "、".join(entry.staff), "同行": self._companions.words(entry.volunteers),
            "主题": "、".join(entry.topics),
            "见到": number(entry.people), "资料": number(entry.leaflets),
            "发现": entry.found or "", "备注": entry.note or "",
        }  # fmt: skip
        for name, field in self._fields.items():
            field.setText(self._shown[name])

    def walk(self) -> None:
        """Begin at the first field."""
        self._moment.setFocus(Qt.FocusReason.TabFocusReason)

    def set_people(self, text: str) -> None:
        """Show another number of people met."""
        self._people.setText(text)

    def changed(self, entry: VisitEntry, outcome: str) -> VisitEntry:
        """Return the shown visit as it reads now; ValueError, and the field framed, if it cannot be.

        A field that was left alone keeps its value, also one that could not be typed like that.
        """
        typed = {
            CHANGES[name]: field.value()
            for name, field in self._fields.items()
            if field.text() != self._shown[name] and name in CHANGES
        }
        if self._moment.text() != self._shown["时间"]:
            typed["day"], typed["at"] = self._moment.value()
        return replace(entry, outcome=outcome, **typed)

    def add_people(self, step: int) -> None:
        """Count one person more or less for the next visit."""
        now = int(self._people.text()) if self._people.text().isdecimal() else 1
        self._people.setText(str(min(max(now + step, 1), MOST_PEOPLE)))
        # A number that could not be is none any more.
        self._people.value()

    def wrong_words(self) -> str:
        """Return what the framed field is called, and put the cursor there where it is in the entry."""
        for name, field in self._fields.items():
            if field.wrong:
                if any(other.hasFocus() for other in self._fields.values()):
                    field.setFocus(Qt.FocusReason.TabFocusReason)
                return f"{name}："
        return ""

    def entry(self, outcome: str) -> VisitEntry:
        """Return what is typed as an entry; ValueError, and the field framed, if it cannot be."""
        day, at = self._moment.value()
        met = outcome == "met"
        handed = outcome in ("met", "left_card")
        return VisitEntry(
            day=day,
            at=at,
            outcome=outcome,
            staff=self._staff.value(),
            volunteers=self._companions.value(),
            topics=self._topics.value() if outcome in ("met", "phone") else (),
            people=self._people.value() if met else None,
            leaflets=self._leaflets.value() if handed else None,
            found=self._found.value(),
            note=self._note.value(),
        )

    def done(self) -> None:
        """Forget what belongs to one door only."""
        for field, text in ((self._people, "1"), (self._found, ""), (self._note, "")):
            if field.text() != text:
                field.setText(text)
