"""The line above counted figures: of which days, of which community, and the button that prints."""

from collections.abc import Callable, Sequence
from datetime import date

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QWidget

from db.kernel.ids import Id
from db.kernel.workdays import Period
from db.places import CommunityLine
from desktop.widgets.parts import button, fill, row
from desktop.widgets.periods import PeriodBox, period_words, whole_time


class AskedLine(QWidget):
    """Asks for days, at first those of a name, and a community; `changed` says that others are asked for.

    `printing` is Ctrl+P; `refused` says why days that were typed are none.
    """

    changed = Signal()
    printing = Signal()
    refused = Signal(str)

    def __init__(self, name: str, today: Callable[[], date]) -> None:
        super().__init__()
        self._today = today
        self._days, self._community = PeriodBox(today, name), QComboBox()
        self._days.chosen.connect(lambda _: self.changed.emit())
        self._days.refused.connect(self.refused)
        self._community.setAccessibleName("社区")
        self._community.addItem("全部社区", None)
        self._community.activated.connect(lambda _: self.changed.emit())
        paper = button("打印　Ctrl+P", self.printing.emit)
        paper.setShortcut("Ctrl+P")
        line = row(self, gap=10)
        line.addWidget(self._days)
        line.addWidget(self._community)
        line.addStretch()
        line.addWidget(paper)

    @property
    def period(self) -> Period:
        """The days that are asked for, as they are meant today."""
        return self._days.period or whole_time(self._today())

    @property
    def community(self) -> Id | None:
        """The community that is asked for; None is all of them."""
        chosen: Id | None = self._community.currentData()
        return chosen

    @property
    def community_name(self) -> str:
        """Its name; empty for all of them."""
        return self._community.currentText() if self.community is not None else ""

    @property
    def words(self) -> str:
        """The days in words."""
        return period_words(self.period, self._today())

    def show_communities(self, places: Sequence[CommunityLine]) -> None:
        """Offer these communities; the one that is asked for stays."""
        fill(self._community, [(place.name, place.id) for place in places], first=1)
