"""The idle lock: after some minutes without a key or the pointer, the ledger is hidden."""

import time
from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QGuiApplication, QWindow

_SIGNS_OF_LIFE: Final = frozenset(
    (
        # Comes before the key itself, and before what a shortcut would do.
        QEvent.Type.ShortcutOverride,
        QEvent.Type.KeyPress,
        QEvent.Type.MouseButtonPress,
        QEvent.Type.MouseMove,
        QEvent.Type.Wheel,
    )
)
_LOOK_EVERY_MS: Final = 5_000


def seconds_asleep_too() -> float:
    """Return seconds that go on while the machine sleeps, unlike those a timer counts."""
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    return time.time() if clock is None else time.clock_gettime(clock)


class IdleWatch(QObject):
    """Calls `lock` when nobody has touched the window for so many minutes; 0 is never.

    A timer stands still while the machine sleeps. So the clock is compared every few seconds, and at
    each sign of life before it goes on its way: one that comes too late locks and reaches no screen.

    It listens where keys and the pointer come in, at the windows of the desktop: over the whole
    application every event of every widget would pass through here, which made each screen slower.
    """

    def __init__(
        self,
        minutes: int,
        lock: Callable[[], None],
        now: Callable[[], float] = seconds_asleep_too,
    ) -> None:
        super().__init__()
        self._lock, self._now, self._since = lock, now, now()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._lock_now)
        self._look = QTimer(self, interval=_LOOK_EVERY_MS)
        self._look.timeout.connect(self._slept)
        self._minutes = minutes
        application = QGuiApplication.instance()
        assert isinstance(application, QGuiApplication)  # noqa: S101  there is no window without one
        application.focusWindowChanged.connect(self._watch)
        application.applicationStateChanged.connect(self._state_changed)
        self._watch(QGuiApplication.focusWindow())
        # What an input method composes reaches no window; the cursor moves with it.
        QGuiApplication.inputMethod().cursorRectangleChanged.connect(self._alive)
        self.begin()

    def begin(self) -> None:
        """Count from now."""
        if self._minutes:
            self._since = self._now()
            self._timer.start(self._minutes * 60_000)
            self._look.start()

    def lock_after(self, minutes: int) -> None:
        """Lock after so many minutes from now on; 0 is never."""
        self.stop()
        self._minutes = minutes
        self.begin()

    def stop(self) -> None:
        """Watch no more."""
        self._timer.stop()
        self._look.stop()
        self._minutes = 0

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Begin again at every sign of life; every event goes on its way, but one after a sleep."""
        del watched
        if event.type() not in _SIGNS_OF_LIFE:
            return False
        if self._alive():
            return False
        event.accept()
        return True

    def _watch(self, window: QWindow | None) -> None:
        """Listen at a window that comes to the front, a dialog or the main one."""
        if window is not None:
            # A second filter would not be installed: Qt takes the first out.
            window.installEventFilter(self)
        self._alive()

    def _alive(self) -> bool:
        """Count from now; False if it was too late for that, and the window has locked itself."""
        if not self._timer.isActive():
            return True
        if self._slept():
            return False
        self.begin()
        return True

    def _slept(self) -> bool:
        """Lock if the time is over by the clock though not by the timer; tell whether it was."""
        over = bool(self._minutes) and self._now() - self._since >= self._minutes * 60
        if over:
            self._lock_now()
        return over

    def _state_changed(self, state: Qt.ApplicationState) -> None:
        """Lock before the machine sleeps, where the system tells of it."""
        if state == Qt.ApplicationState.ApplicationSuspended and self._timer.isActive():
            self._lock_now()

    def _lock_now(self) -> None:
        self._timer.stop()
        self._look.stop()
        self._lock()
