"""A message that says what was just done, and goes by itself."""

from collections.abc import Callable

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QFrame, QWidget

from desktop.widgets.parts import label, row

SHOWN_MS = 4000
MARGIN, GAP = 20, 6


class Toast(QFrame):
    """Sits at the right of its parent, `below` so many pixels; the newest message takes the older
    one's place. At the foot it would lie over the door under the cursor and the keys told there.
    """

    def __init__(self, parent: QWidget, below: Callable[[], int]) -> None:
        super().__init__(parent)
        self._over, self._below = parent, below
        self.setObjectName("toast")
        self._text = label()
        row(self, (16, 10, 16, 10)).addWidget(self._text)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.hide)
        self.hide()

    def say(self, text: str) -> None:
        """Show a message for four seconds."""
        self._text.setText(text)
        self.setAccessibleName(text)
        self.show()
        self.place()
        self.raise_()
        self._timer.start(SHOWN_MS)

    def say_until_done(self, text: str) -> None:
        """Show a message that stays until `done` with it, or another takes its place."""
        self.say(text)
        self._timer.stop()

    def done(self, text: str) -> None:
        """Take a message away if it is still the one shown."""
        if self._text.text() == text:
            self.hide()

    def place(self) -> None:
        """Stand in its place; what is long goes on in the next line."""
        most = self._over.width() - 2 * MARGIN
        if self._text.wordWrap():
            self._text.setWordWrap(False)
        self.adjustSize()
        if self.width() > most:
            self._text.setWordWrap(True)
            self.resize(most, self.heightForWidth(most))
        self.move(self._over.width() - self.width() - MARGIN, self._below() + GAP)
