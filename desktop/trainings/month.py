"""A month as a sheet of the calendar: seven columns, the sessions of a day inside it."""

from calendar import Calendar
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from db.kernel.workdays import WEEKDAYS
from db.trainings.lists import TrainingRow
from desktop.theme import Theme
from desktop.words import clock_words, long_day

PAD = 6
_WEEK = 7


class MonthGrid(QWidget):
    """One month. The arrow keys walk over its days, PgUp and PgDn over months; Enter is `chosen`.

    `moved` tells the day under the cursor, `turned` that another month is wanted.
    """

    moved = Signal(object)
    turned = Signal()
    chosen = Signal()

    def __init__(self, theme: Theme, today: Callable[[], date]) -> None:
        super().__init__()
        self._theme, self._today = theme, today
        self.day = today()
        self._sessions: Mapping[date, Sequence[TrainingRow]] = {}
        self._free: Mapping[date, str] = {}
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        theme.changed.connect(self.update)

    @property
    def weeks(self) -> list[list[date]]:
        """The weeks of the month, with the days of its neighbours that fill them."""
        return Calendar().monthdatescalendar(self.day.year, self.day.month)

    def show_days(
        self, sessions: Mapping[date, Sequence[TrainingRow]], free: Mapping[date, str]
    ) -> None:
        """Show sessions by their days, and which days are off with the word for it."""
        self._sessions, self._free = sessions, free
        self._tell()
        self.update()

    def go_to(self, day: date) -> None:
        """Put the cursor on a day; one of another month turns the sheet."""
        turned = (day.year, day.month) != (self.day.year, self.day.month)
        self.day = day
        self._tell()
        self.update()
        if turned:
            self.turned.emit()
        self.moved.emit(day)

    def turn(self, months: int) -> None:
        """Turn the sheet by months, to the same day where there is one."""
        year, month = divmod(self.day.year * 12 + self.day.month - 1 + months, 12)
        first = date(year, month + 1, 1)
        last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        self.go_to(first.replace(day=min(self.day.day, last.day)))

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """Room for the number and a line in every day."""
        return QSize(self._theme.px(330), self._theme.px(6 * 36 + 24))

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Walk, turn, open."""
        step = {
            Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: -_WEEK, Qt.Key.Key_Down: _WEEK,
        }.get(Qt.Key(event.key()))  # fmt: skip
        if step is not None:
            self.go_to(self.day + timedelta(days=step))
        elif event.key() in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            self.turn(-1 if event.key() == Qt.Key.Key_PageUp else 1)
        elif event.key() == Qt.Key.Key_Home:
            self.go_to(self._today())
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.chosen.emit()
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Go to the day under the mouse."""
        super().mousePressEvent(event)
        for week, days in enumerate(self.weeks):
            for at, day in enumerate(days):
                if self._cell(week, at).contains(event.position().toPoint()):
                    self.go_to(day)
                    return

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Open the day under the mouse."""
        super().mouseDoubleClickEvent(event)
        self.chosen.emit()

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        """Show which day the keys speak of."""
        super().focusInEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Paint the heads, then every day with what is held on it."""
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self._theme.font(12))
        painter.setPen(self._theme.color("second"))
        for at, word in enumerate(WEEKDAYS):
            cell = self._cell(0, at)
            head = QRect(cell.left() + PAD, 0, cell.width(), self._head)
            painter.drawText(head, Qt.AlignmentFlag.AlignVCenter, f"周{word}")
        for week, days in enumerate(self.weeks):
            for at, day in enumerate(days):
                self._paint_day(painter, self._cell(week, at), day)

    @property
    def _head(self) -> int:
        return self._theme.px(24)

    def _cell(self, week: int, at: int) -> QRect:
        rows = len(self.weeks)
        height = self.height() - self._head - 1
        left, right = (self.width() - 1) * at // _WEEK, (self.width() - 1) * (at + 1) // _WEEK
        top, bottom = height * week // rows, height * (week + 1) // rows
        return QRect(left, self._head + top, right - left, bottom - top)

    def _paint_day(self, painter: QPainter, cell: QRect, day: date) -> None:
        theme, inside = self._theme, day.month == self.day.month
        painter.setPen(QPen(theme.color("line"), 1))
        painter.setBrush(theme.color("surface" if inside else "ground"))
        painter.drawRect(cell)
        if day == self.day:
            painter.setPen(QPen(theme.color("accent"), 2 if self.hasFocus() else 1))
            painter.setBrush(theme.color("accent_ground"))
            painter.drawRoundedRect(QRectF(cell).adjusted(2, 2, -1, -1), 4, 4)
        line = theme.px(18)
        box = cell.adjusted(PAD, 3, -PAD, -2)
        head = QRect(box.left(), box.top(), box.width(), line)
        painter.setFont(theme.font(13))
        painter.setPen(
            theme.color("accent" if day == self._today() else "text" if inside else "second")
        )
        word = f"{day.day} 今天" if day == self._today() else str(day.day)
        painter.drawText(head, Qt.AlignmentFlag.AlignVCenter, word)
        painter.setFont(theme.font(11))
        if day in self._free:
            painter.setPen(theme.color("second"))
            side = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
            painter.drawText(head, side, self._elided(painter, self._free[day], box.width() - line))
        self._paint_sessions(painter, box, day)

    def _paint_sessions(self, painter: QPainter, box: QRect, day: date) -> None:
        sessions, line = self._sessions.get(day, ()), self._theme.px(18)
        fits = max((box.height() - line) // line, 1)
        shown = sessions if len(sessions) <= fits else sessions[: max(fits - 1, 0)]
        painter.setFont(self._theme.font(12))
        lines = [(_words(one), "text" if day <= self._today() else "accent") for one in shown]
        if len(sessions) > len(shown):
            lines.append((f"还有{len(sessions) - len(shown)}场", "second"))
        for at, (words, token) in enumerate(lines, 1):
            place = QRect(box.left(), box.top() + at * line, box.width(), line)
            painter.setPen(self._theme.color(token))
            painter.drawText(
                place, Qt.AlignmentFlag.AlignVCenter, self._elided(painter, words, box.width())
            )

    @staticmethod
    def _elided(painter: QPainter, words: str, width: int) -> str:
        return painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, width)

    def _tell(self) -> None:
        there = "；".join(_words(one) for one in self._sessions.get(self.day, ()))
        self.setAccessibleName(f"{long_day(self.day)}，{there or '没有培训'}")


def _words(session: TrainingRow) -> str:
    return f"{clock_words(session.start)} {session.topic}".strip()
