"""A message that says what was just done, and goes by itself."""

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QFrame, QWidget

from desktop.widgets.parts import label, row

SHOWN_MS = 4000


class Toast(QFrame):
    """Sits at the foot of its parent; the newest message takes the older one's place."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._over = parent
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

    def place(self) -> None:
        """Stand at the foot of the parent, in the middle."""
        over = self._over
        self.adjustSize()
        self.move((over.width() - self.width()) // 2, over.height() - self.height() - 24)
