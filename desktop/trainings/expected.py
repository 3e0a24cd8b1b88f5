"""Who is expected at a session, and in what rhythm it repeats: the parts of a session's form."""

from collections.abc import Mapping
from datetime import date
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from db.kernel.errors import UserError
from db.kernel.workdays import is_working_day
from db.people import ROLE_NAMES
from db.places import CommunityLine
from db.trainings.series import MOST_SESSIONS, rhythms, series_days
from db.trainings.sessions import Expected
from desktop.unsaved import Inputs
from desktop.widgets.choices import ChoiceBox
from desktop.widgets.entries import EnterWalks, count_field
from desktop.widgets.parts import fill, label

NOBODY, EVERYBODY = "nobody", "everybody"
START_NAMES = {"absent": "缺席，到一个点一个", "present": "到，再改没来的"}
USUAL_COUNT: Final = 6


class ExpectedForm(QWidget):
    """Who is expected: a community, a role, and what each starts as. Enter at the last is `chosen`."""

    chosen = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._where = ChoiceBox("应到的社区")
        self._where.addItem("先不列，登记后打字挑人", NOBODY)
        self._where.addItem("全部社区", EVERYBODY)
        self._role = ChoiceBox("应到的身份")
        self._role.addItem("全部身份", None)
        for code, name in ROLE_NAMES.items():
            self._role.addItem(name, code)
        self._start = ChoiceBox("先都记为")
        for code, name in START_NAMES.items():
            self._start.addItem(name, code)
        grid = _grid(self)
        boxes = (self._where, self._role, self._start)
        for at, (name, box) in enumerate(
            zip(("应到社区", "应到身份", "先都记为"), boxes, strict=True)
        ):
            grid.addWidget(label(name, 12, "second"), at, 0)
            grid.addWidget(box, at, 1)
        self._walks = EnterWalks(boxes, self.chosen.emit)
        self.setFocusProxy(self._where)

    @property
    def inputs(self) -> Inputs:
        """The fields by name."""
        return {"where": self._where, "role": self._role, "first": self._start}

    def offers(self, places: list[CommunityLine]) -> None:
        """Take the communities there are."""
        fill(self._where, [(place.name, place.id) for place in places], first=2)

    def begin(self, *, everybody: bool) -> None:
        """Begin with nobody or everybody."""
        self._where.setCurrentIndex(int(everybody))

    def expected(self) -> Expected | None:
        """Return who is expected, None if nobody was chosen."""
        where, role = self._where.currentData(), self._role.currentData()
        if where == NOBODY:
            return None
        return Expected(
            () if where == EVERYBODY else (where,),
            (role,) if role else (),
            self._start.currentData(),
        )


class SeriesForm(QWidget):
    """In what rhythm a session repeats and how often; below stand the days that come of it.

    Enter at the last is `chosen`.
    """

    chosen = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._first: date | None = None
        self._days_off: Mapping[date, bool] = {}
        self._rhythm = ChoiceBox("重复")
        self._rhythm.addItem("不重复", None)
        self._count = count_field("共几场", MOST_SESSIONS)
        self._count.setText(str(USUAL_COUNT))
        self._count_name = label("共几场", 12, "second")
        self._told = label(tone="second", pixels=12, wrap=True)
        grid = _grid(self)
        grid.addWidget(label("重复", 12, "second"), 0, 0)
        grid.addWidget(self._rhythm, 0, 1)
        grid.addWidget(self._count_name, 1, 0)
        grid.addWidget(self._count, 1, 1)
        grid.addWidget(self._told, 2, 0, 1, 2)
        self._rhythm.currentIndexChanged.connect(lambda _: self._tell())
        self._count.textChanged.connect(lambda _: self._tell())
        self._walks = EnterWalks((self._rhythm, self._count), self.chosen.emit)
        self.setFocusProxy(self._rhythm)
        self._tell()

    @property
    def inputs(self) -> Inputs:
        """The fields by name."""
        return {"rhythm": self._rhythm, "count": self._count}

    def begin(self, days_off: Mapping[date, bool]) -> None:
        """Begin without repeating."""
        self._days_off = days_off
        self._rhythm.setCurrentIndex(0)
        self._count.setText(str(USUAL_COUNT))

    def start_on(self, first: date | None) -> None:
        """Offer the rhythms a first day begins."""
        if first == self._first:
            return
        self._first = first
        words = rhythms(first) if first is not None else {}
        fill(self._rhythm, [(word, code) for code, word in words.items()], first=1)
        # The same rhythm reads otherwise on another day.
        for at in range(1, self._rhythm.count()):
            self._rhythm.setItemText(at, words[self._rhythm.itemData(at)])
        self._tell()

    def days(self) -> tuple[date, ...]:
        """Return the days of the series, none where it does not repeat; UserError as `series_days`."""
        rhythm = self._rhythm.currentData()
        if rhythm is None or self._first is None:
            return ()
        try:
            count = self._count.value() or 0
        except ValueError as reason:
            raise UserError(f"共几场：{reason}，没有保存。") from None
        return series_days(self._first, rhythm, count)

    def _tell(self) -> None:
        repeats = self._rhythm.currentData() is not None
        for widget in (self._count, self._count_name, self._told):
            widget.setVisible(repeats)
        if repeats:
            try:
                days = self.days()
            except UserError as reason:
                self._told.setText(str(reason).replace("，没有保存", ""))
                return
            self._told.setText("、".join(self._said(day) for day in days))

    def _said(self, day: date) -> str:
        free = "" if is_working_day(day, self._days_off) else "（休）"
        return f"{day.month}月{day.day}日{free}"


def _grid(of: QWidget) -> QGridLayout:
    grid = QGridLayout(of)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(10)
    grid.setVerticalSpacing(6)
    grid.setColumnStretch(1, 1)
    # The labels of all parts of the form are as wide as its longest.
    widest = label("应到社区", 12, "second")
    widest.ensurePolished()
    grid.setColumnMinimumWidth(0, widest.sizeHint().width())
    return grid
