"""The merge desk: what is to decide, who may be one person, what was decided."""

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QButtonGroup, QPushButton, QWidget

from db.merge_desk import Desk
from desktop.exchange.decided import DecidedView
from desktop.exchange.people import PeopleView
from desktop.exchange.questions import QuestionsView
from desktop.page import Context
from desktop.widgets.parts import button, column, row
from desktop.widgets.stack import PageStack

TITLES = ("要定的", "像同一个人", "已定的")


class DeskView(QWidget):
    """Three lists under a line of tabs; `wanted` asks for the lists anew."""

    said = Signal(str)
    wanted = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.shown = False
        self.questions, self.people = QuestionsView(context), PeopleView(context)
        self.decided = DecidedView(context)
        self._stack = PageStack()
        self._tabs: list[QPushButton] = []
        group, self._line = QButtonGroup(self), row(gap=0)
        line = self._line
        for said in (self.questions.said, self.people.said, self.decided.said):
            said.connect(self.said)
        for view in (self.questions, self.people, self.decided):
            self._stack.addWidget(view)
        for at, title in enumerate(TITLES):
            tab = button(title, partial(self.turn_to, at), kind="tab")
            tab.setCheckable(True)
            group.addButton(tab)
            self._tabs.append(tab)
            line.addWidget(tab)
            keys = QShortcut(QKeySequence(f"Alt+{at + 1}"), self)
            keys.activated.connect(partial(self.turn_to, at))
        self.decided.undone.connect(self.wanted)
        line.addStretch()
        layout = column(self, gap=8)
        layout.addLayout(line)
        layout.addWidget(self._stack, 1)
        self._tabs[0].setChecked(True)
        self.setFocusProxy(self._stack.currentWidget())

    @property
    def waits(self) -> bool:
        """Whether something is to be decided."""
        return bool(self.questions.model.rows or self.people.model.rows)

    def put_beside(self, widget: QWidget) -> None:
        """Put something beside the tabs, at the right."""
        self._line.addWidget(widget)

    def turn_to(self, at: int) -> None:
        """Show one of the lists, with the cursor in it."""
        self._tabs[at].setChecked(True)
        self._stack.setCurrentIndex(at)
        view = self._stack.currentWidget()
        self.setFocusProxy(view)
        view.setFocus()

    def show_desk(self, found: Desk) -> None:
        """Show what waits, and the counts on the tabs."""
        self.shown = True
        self.questions.show_questions(found.questions)
        self.people.show_people(found.people)
        self.decided.show_decided(found.decided)
        for tab, title, rows in zip(self._tabs, TITLES, found, strict=True):
            words = f"{title} {len(rows)}" if rows else title
            tab.setText(words)
            tab.setAccessibleName(words)
