"""A line that says a list shows only some rows, and lets all of them back."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame

from desktop.widgets.parts import button, label, row


class OnlyChip(QFrame):
    """Hidden while a list shows everything. `closed` asks for everything."""

    closed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("chip")
        self._text = label()
        line = row(self, (12, 4, 4, 4))
        line.addWidget(self._text)
        line.addStretch()
        line.addWidget(button("显示全部 Esc", self.closed.emit, kind="link"))
        self.hide()

    def tell(self, title: str) -> None:
        """Say what is shown; nothing said is everything."""
        self._text.setText(f"只看：{title}")
        self.setVisible(bool(title))
