"""经历: the homes a volunteer answers for, what they were, and everything they took part in."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import QWidget
from sqlalchemy import Connection

from db.kernel.workdays import Period
from db.participation import deed_texts, taken_part
from db.people.answering import ANSWERING, FEWEST, MOST, HomeOf, amount_of, homes_of
from db.people.lists import VolunteerRow
from db.people.terms import Term, terms_of
from db.places import CommunityLine, communities
from desktop.background import Ticket
from desktop.page import Context
from desktop.people.deeds import COLUMNS, DeedLine, counted, deed_line, open_deed
from desktop.people.terms import TermsBox
from desktop.widgets.parts import Tone, button, column, label, row, rule, set_tone
from desktop.widgets.tables import RowModel, RowTable

YEAR = timedelta(days=365)
FIRST_DAY = date(1990, 1, 1)
HEIGHT = 300


class Known(NamedTuple):
    """All that the card shows."""

    homes: list[HomeOf]
    terms: list[Term]
    deeds: list[DeedLine]
    places: list[CommunityLine]


class PersonCard(QWidget):
    """One person; the last year of what they did, or with a click all of it.

    Enter on a line opens what it was taken from. `said` tells what was done.
    """

    said = Signal(str)

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._person: VolunteerRow | None = None
        self._whole = self._due = False
        self._ticket: Ticket | None = None
        self._answers = label(wrap=True)
        self._where = label(pixels=12, tone="second", wrap=True)
        self._unit = button("看这个单元", self._open_unit, kind="link")
        self._terms = TermsBox(context)
        self._terms.said.connect(self.said)
        self._counts = label(pixels=12, tone="second", wrap=True)
        self._all = button("看全部年份", self._show_whole, kind="link")
        self._model: RowModel[DeedLine] = RowModel(COLUMNS)
        self._table = RowTable(self._model, "做过的事", "没有走访、培训和调解的记录")
        self._table.setMinimumHeight(context.theme.px(HEIGHT))
        self._table.doubleClicked.connect(lambda _: self._open())
        layout = column(self, gap=8)
        head = row(gap=8)
        head.addWidget(self._answers, 1)
        head.addWidget(self._unit)
        layout.addLayout(head)
        layout.addWidget(self._where)
        layout.addWidget(rule())
        layout.addWidget(self._terms)
        layout.addWidget(rule())
        deeds = row(gap=8)
        deeds.addWidget(label("做过的事", 14), 1)
        deeds.addWidget(self._all)
        layout.addLayout(deeds)
        layout.addWidget(self._counts)
        layout.addWidget(self._table, 1)
        self.setFocusProxy(self._table)

    @property
    def deeds(self) -> Sequence[DeedLine]:
        """What is listed."""
        return self._model.rows

    @property
    def terms(self) -> TermsBox:
        """What they were."""
        return self._terms

    def show_person(self, person: VolunteerRow | None) -> None:
        """Show another person, or the same as they are now."""
        if person is None or self._person is None or person.id != self._person.id:
            self._whole = False
        self._person = person
        self.ask_again()

    def ask_again(self) -> None:
        """Read the person again, at once or when the card is next in sight."""
        if self._ticket is not None:
            self._ticket.stop()
        person, self._due = self._person, not self.isVisible()
        if person is None or self._due:
            return
        day = self._context.today
        period = Period(FIRST_DAY if self._whole else day - YEAR, day)

        def question(connection: Connection) -> Known:
            deeds = taken_part(connection, period, person.id)
            texts = deed_texts(connection, deeds)
            lines = [deed_line(deed, texts.get(deed.record, ""), day) for deed in reversed(deeds)]
            homes = homes_of(connection, person.id, day)
            return Known(homes, terms_of(connection, person.id), lines, communities(connection))

        self._ticket = self._context.background.ask(
            self, question, lambda known: self._show(person, known)
        )

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        """Read what was not read out of sight."""
        super().showEvent(event)
        if self._due:
            self.ask_again()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Enter opens the line under the cursor."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._table.hasFocus():
            self._open()
        else:
            super().keyPressEvent(event)

    def _show(self, person: VolunteerRow, known: Known) -> None:
        homes = known.homes
        leads = person.role == ANSWERING
        self._where.setVisible(bool(homes))
        self._unit.setVisible(person.building is not None)
        usual = amount_of(len(homes)) == "right" or not leads
        tone: Tone = "" if usual else "tries"
        set_tone(self._answers, tone)
        told = f"负责{len(homes)}户" if homes else "没有负责的户" if leads else "不是联户长，不分户"
        self._answers.setText(told if usual else f"{told}，一般{FEWEST}到{MOST}户")
        ends = list(dict.fromkeys(home.address for home in (*homes[:1], *homes[-1:])))
        self._where.setText("至".join(ends))
        self._terms.show_terms(person.id, known.terms, known.places)
        when = "历年" if self._whole else "近一年"
        self._counts.setText(f"{when}{counted(known.deeds) or '没有记录'}")
        self._all.setVisible(not self._whole)
        self._model.show_rows(known.deeds)
        if known.deeds:
            self._table.selectRow(0)

    def _show_whole(self) -> None:
        self._whole = True
        self.show_person(self._person)

    def _open_unit(self) -> None:
        if self._person is not None:
            self._context.routes.go(
                "people", tab="units", building=self._person.building, unit=self._person.unit
            )

    def _open(self) -> None:
        deed = self._model.at(self._table.currentIndex())
        if self._person is not None and deed is not None:
            open_deed(self._context.routes, deed, self._person.name)
