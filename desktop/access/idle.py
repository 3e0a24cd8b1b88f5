"""The idle lock: after some minutes without a key or the pointer, the ledger is hidden."""

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication

_SIGNS_OF_LIFE: Final = frozenset(
    (
        QEvent.Type.KeyPress,
        QEvent.Type.MouseButtonPress,
        QEvent.Type.MouseMove,
        QEvent.Type.Wheel,
        QEvent.Type.InputMethod,
    )
)


class IdleWatch(QObject):
    """Calls `lock` when nobody has touched the window for so many minutes; 0 is never."""

    def __init__(self, minutes: int, lock: Callable[[], None]) -> None:
        super().__init__()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(lock)
        self._minutes = minutes
        application = QApplication.instance()
        assert application is not None  # noqa: S101  there is no window without one
        application.installEventFilter(self)
        self.begin()

    def begin(self) -> None:
        """Count from now."""
        if self._minutes:
            self._timer.start(self._minutes * 60_000)

    def stop(self) -> None:
        """Watch no more."""
        self._timer.stop()
        application = QApplication.instance()
        if application is not None:
            application.removeEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Begin again at every sign of life; every event goes on its way."""
        del watched
        if event.type() in _SIGNS_OF_LIFE and self._timer.isActive():
            self.begin()
        return False
