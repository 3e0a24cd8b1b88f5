"""A line that tells how far long work is, and stops it."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QProgressBar

from desktop.background import Ticket
from desktop.widgets.parts import button, column, label, row


class Working(QFrame):
    """Hidden while nothing goes on. `stopped` tells that a person stopped the work."""

    stopped = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("panel")
        self._ticket: Ticket | None = None
        self._text, self._bar = label(wrap=True), QProgressBar()
        self._bar.setRange(0, 100)
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName("进度")
        self._stop = button("停下　Esc", self.stop)
        layout = column(self, (16, 14, 16, 14), 10)
        layout.addWidget(self._text)
        line = row(gap=12)
        line.addWidget(self._bar, 1)
        line.addWidget(self._stop)
        layout.addLayout(line)
        self.setFocusProxy(self._stop)
        self.hide()

    def follow(self, ticket: Ticket, text: str, *, stops: bool = True) -> None:
        """Show the work until `done`; `stops` offers to stop it."""
        self._ticket = ticket
        self._tell(text, 0.0)
        self._stop.setVisible(stops)
        ticket.progress.connect(self._tell)
        self.show()

    def done(self) -> None:
        """Nothing goes on any more."""
        self._ticket = None
        self.hide()

    def stop(self) -> None:
        """Stop the work, if it can still be stopped."""
        if self._ticket is not None and not self._stop.isHidden():
            self._ticket.stop()
            self.done()
            self.stopped.emit()

    def _tell(self, text: str, done: float) -> None:
        self._text.setText(text)
        self._bar.setValue(round(done * 100))
