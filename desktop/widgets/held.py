"""A key that is held down: it goes on walking and typing, but does a thing once."""

from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit, QTextEdit, QWidget
from shiboken6 import isValid

_KEY: Final = Qt.Key
WALKING: Final = frozenset(
    (
        _KEY.Key_Left, _KEY.Key_Right, _KEY.Key_Up, _KEY.Key_Down, _KEY.Key_PageUp,
        _KEY.Key_PageDown, _KEY.Key_Home, _KEY.Key_End, _KEY.Key_Tab, _KEY.Key_Backtab,
        _KEY.Key_Plus, _KEY.Key_Minus, _KEY.Key_Equal,
    )
)  # fmt: skip
ENTER: Final = (_KEY.Key_Return, _KEY.Key_Enter)


class HeldKeys(QObject):
    """Lets a held key repeat only where nothing but the cursor or a text comes of it.

    A digit held down on the board would be a visit at every door of the house, Enter a form saved
    again and again, Delete an emptied list.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        application = QApplication.instance()
        assert isinstance(application, QApplication)  # noqa: S101  there is no window without one
        application.focusChanged.connect(self._follow)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Swallow the repeats of what would be done again."""
        kinds = (QEvent.Type.KeyPress, QEvent.Type.ShortcutOverride)
        if event.type() not in kinds or not isinstance(event, QKeyEvent):
            return False
        if not event.isAutoRepeat() or _may_repeat(watched, event):
            return False
        # Accepted, it is no shortcut either, and comes again as a key to be swallowed.
        event.accept()
        return True

    def _follow(self, before: QWidget | None, now: QWidget | None) -> None:
        # Keys come to the focus alone: watching it spares a look at every event there is.
        if before is not None and isValid(before):
            before.removeEventFilter(self)
        if now is not None:
            now.installEventFilter(self)


def _may_repeat(watched: QObject, event: QKeyEvent) -> bool:
    if event.key() in WALKING:
        return True
    if not isinstance(watched, QLineEdit | QPlainTextEdit | QTextEdit):
        return False
    return event.key() not in ENTER
