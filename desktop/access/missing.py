"""The page for a ledger that opened and yet lacks something: said before anything else is done."""

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from desktop.theme import Theme
from desktop.widgets.parts import boxed, button, column, label, row


class MissingPage(QWidget):
    """Says what is missing; `look` leads to the backups, `go_on` takes the ledger as it is."""

    def __init__(
        self, theme: Theme, missing: str, look: Callable[[], object], go_on: Callable[[], object]
    ) -> None:
        super().__init__()
        layout = column(boxed(self, theme.px(520)), (28, 28, 28, 20), 12)
        layout.addWidget(label("台账里少了东西", 18))
        layout.addWidget(label(missing, tone="late", wrap=True))
        layout.addWidget(
            label(
                "现在还什么都没有改动。最近的备份里可能有少了的内容：先看看备份，看清了再恢复。"
                "接着用现在这一份，会在改动记录里记下这件事；少了的，别的电脑上有的以后合并时要得回来，"
                "别处没有的要重新登记。",
                wrap=True,
            )
        )
        line = row()
        on = button("接着用这一份", go_on)
        see = button("看看备份", look, kind="main")
        line.addWidget(on)
        line.addStretch()
        line.addWidget(see)
        layout.addLayout(line)
        self.setFocusProxy(see)
