"""The keys of a screen, told by F1."""

from collections.abc import Sequence

from PySide6.QtWidgets import QDialog, QGridLayout, QWidget

from desktop.widgets.parts import button, column, label, scrolling

WIDE, MOST_HIGH = 520, 640


class KeysDialog(QDialog):
    """Lists the keys of one screen, and those that work everywhere."""

    def __init__(
        self,
        title: str,
        own: Sequence[tuple[str, str]],
        common: Sequence[tuple[str, str]],
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("按键")
        layout = column(self, (28, 24, 28, 20), 12)
        inside = QWidget()
        told = column(inside, gap=12)
        for heading, keys in ((title, own), ("到处都能用", common)):
            if not keys:
                continue
            told.addWidget(label(heading, 16))
            grid = QGridLayout()
            grid.setHorizontalSpacing(24)
            grid.setVerticalSpacing(6)
            for at, (key, does) in enumerate(keys):
                grid.addWidget(label(key, tone="accent"), at, 0)
                grid.addWidget(label(does, wrap=True), at, 1)
            grid.setColumnStretch(1, 1)
            told.addLayout(grid)
        layout.addWidget(scrolling(inside), 1)
        layout.addWidget(button("知道了", self.accept, kind="main"))
        self.resize(WIDE, min(inside.heightForWidth(WIDE - 70) + 130, MOST_HIGH))
