"""The idle lock: after some minutes without a key or the pointer, the ledger is hidden."""

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtGui import QGuiApplication, QWindow

_SIGNS_OF_LIFE: Final = frozenset(
    (
        QEvent.Type.KeyPress,
        QEvent.Type.MouseButtonPress,
        QEvent.Type.MouseMove,
        QEvent.Type.Wheel,
    )
)


class IdleWatch(QObject):
    """Calls `lock` when nobody has touched the window for so many minutes; 0 is never.

    It listens where keys and the pointer come in, at the windows of the desktop: over the whole
    application every event of every widget would pass through here, which made each screen slower.
    """

    def __init__(self, minutes: int, lock: Callable[[], None]) -> None:
        super().__init__()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(lock)
        self._minutes = minutes
        application = QGuiApplication.instance()
        assert isinstance(application, QGuiApplication)  # noqa: S101  there is no window without one
        application.focusWindowChanged.connect(self._watch)
        self._watch(QGuiApplication.focusWindow())
        # What an input method composes reaches no window; the cursor moves with it.
        QGuiApplication.inputMethod().cursorRectangleChanged.connect(self._alive)
        self.begin()

    def begin(self) -> None:
        """Count from now."""
        if self._minutes:
            self._timer.start(self._minutes * 60_000)

    def stop(self) -> None:
        """Watch no more."""
        self._timer.stop()
        self._minutes = 0

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Begin again at every sign of life; every event goes on its way."""
        del watched
        if event.type() in _SIGNS_OF_LIFE:
            self._alive()
        return False

    def _watch(self, window: QWindow | None) -> None:
        """Listen at a window that comes to the front, a dialog or the main one."""
        if window is not None:
            # A second filter would not be installed: Qt takes the first out.
            window.installEventFilter(self)
        self._alive()

    def _alive(self) -> None:
        if self._timer.isActive():
            self.begin()
