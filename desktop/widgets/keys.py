"""The keys of a screen, told by F1."""

from collections.abc import Sequence

from PySide6.QtWidgets import QDialog, QGridLayout, QWidget

from desktop.widgets.parts import button, column, label
from desktop.widgets.scrolling import scrolling

WIDE, MOST_HIGH = 40, 640


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
        # One grid, so that what the keys do stands below one another.
        grid = QGridLayout()
        grid.setHorizontalSpacing(24)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(1, 1)
        told.addLayout(grid)
        for heading, keys in ((title, own), ("到处都能用", common)):
            if not keys:
                continue
            if grid.count():
                grid.setRowMinimumHeight(grid.rowCount(), 10)
            grid.addWidget(label(heading, 16), grid.rowCount(), 0, 1, 2)
            for key, does in keys:
                at = grid.rowCount()
                grid.addWidget(label(key, tone="accent"), at, 0)
                grid.addWidget(label(does, wrap=True), at, 1)
        layout.addWidget(scrolling(inside), 1)
        layout.addWidget(button("知道了", self.accept, kind="main"))
        wide = self.fontMetrics().horizontalAdvance("国") * WIDE
        self.resize(wide, min(inside.heightForWidth(wide - 70) + 130, MOST_HIGH))
