"""The day a window stands in: it turns at midnight, whether somebody is there or not."""

from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal

from desktop.page import Context

LOOK_EVERY_MS: Final = 60_000


class DayWatch(QObject):
    """Remembers what day it is for a shell as long as that lives; `turned` says that it is another.

    A timer stands still while the machine sleeps: who comes back to the window calls `look`.
    """

    turned = Signal()

    def __init__(self, context: Context, shell: QObject) -> None:
        super().__init__(shell)
        self._context = context
        self._day = context.today
        timer = QTimer(self, interval=LOOK_EVERY_MS)
        timer.timeout.connect(self.look)
        timer.start()

    def look(self) -> None:
        """Compare the clock's day with the one remembered."""
        if self._day != (day := self._context.today):
            self._day = day
            self.turned.emit()
