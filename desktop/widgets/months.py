"""A month to choose: the one before, the one after, by button or by Alt and the arrow keys."""

from datetime import timedelta

from PySide6.QtCore import Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from db.kernel.workdays import Month
from desktop.widgets.parts import button, label, row


class MonthBox(QWidget):
    """Shows a month between two arrows; `chosen` carries the one a person went to."""

    chosen = Signal(object)

    def __init__(self, page: QWidget, month: Month) -> None:
        super().__init__(page)
        self._month = month
        self._words = label(pixels=14)
        self._words.setAccessibleName("月份")
        before, after = button("‹", self._back), button("›", self._on)
        before.setAccessibleName("上个月")
        after.setAccessibleName("下个月")
        line = row(self, gap=8)
        for widget in (before, self._words, after):
            line.addWidget(widget)
        for keys, step in (("Alt+Left", self._back), ("Alt+Right", self._on)):
            shortcut = QShortcut(QKeySequence(keys), page)
            shortcut.activated.connect(step)
        self.show_month(month)

    @property
    def month(self) -> Month:
        """The month in sight."""
        return self._month

    def show_month(self, month: Month) -> None:
        """Show a month that was chosen elsewhere."""
        self._month = month
        self._words.setText(month.words)

    def _back(self) -> None:
        self._go(Month.of(self._month.period.start - timedelta(days=1)))

    def _on(self) -> None:
        self._go(self._month.after)

    def _go(self, month: Month) -> None:
        self.show_month(month)
        self.chosen.emit(month)
