"""What stands where there is nothing yet: a sentence, and the ways to begin."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from desktop.widgets.flow import FlowLayout
from desktop.widgets.parts import button, column, label


class Start(QWidget):
    """A sentence and its buttons; the first button is the usual way."""

    def __init__(
        self, title: str, about: str, ways: Sequence[tuple[str, Callable[[], object]]]
    ) -> None:
        super().__init__()
        layout = column(self, (0, 12, 0, 12), 12)
        layout.addWidget(label(title, 16, wrap=True))
        layout.addWidget(label(about, tone="second", wrap=True))
        line = FlowLayout(gap=10)
        buttons = [button(words, action) for words, action in ways]
        buttons[0].setProperty("kind", "main")
        for one in buttons:
            line.addWidget(one)
        layout.addLayout(line)
        layout.addStretch()
        layout.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.setFocusProxy(buttons[0])
