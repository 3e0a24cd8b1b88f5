"""The page for a ledger that opened and yet lacks something: said before anything else is done."""

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from db.ledger import Ledger
from desktop.access.opening import Opener
from desktop.theme import Theme
from desktop.widgets.parts import boxed, button, column, label, row


class MissingPage(QWidget):
    """Says what is missing. `looking` asks for the backups; `went_on` tells that the ledger was taken as it is."""

    looking = Signal()
    went_on = Signal()

    def __init__(
        self, theme: Theme, ledger: Ledger, opener: Opener, failed: Callable[[Exception], None]
    ) -> None:
        super().__init__()
        self._ledger, self._opener, self._failed = ledger, opener, failed
        layout = column(boxed(self, theme.px(520)), (28, 28, 28, 20), 12)
        layout.addWidget(label("台账里少了东西", 18))
        layout.addWidget(label(ledger.missing, tone="late", wrap=True))
        layout.addWidget(
            label(
                "现在还什么都没有改动。最近的备份里可能有少了的内容：先看看备份，看清了再恢复。"
                "接着用现在这一份，会在改动记录里记下这件事；少了的，别的电脑上有的以后合并时要得回来，"
                "别处没有的要重新登记。",
                wrap=True,
            )
        )
        line = row()
        on = button("接着用这一份", self._go_on)
        see = button("看看备份", self.looking.emit, kind="main")
        line.addWidget(on)
        line.addStretch()
        line.addWidget(see)
        layout.addLayout(line)
        self.setFocusProxy(see)

    def _go_on(self) -> None:
        self._opener.start(self._ledger.go_on_without, lambda _: self.went_on.emit(), self._failed)
