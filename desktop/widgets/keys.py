"""The keys of a screen, told by F1."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QAbstractSlider, QDialog, QGridLayout, QVBoxLayout, QWidget

from desktop.widgets.parts import button, column, label, row
from desktop.widgets.scrolling import scrolling

# In characters; what is left of the window round it, and how high it is at least.
WIDE, ROUND, LEAST_HIGH = 58, 48, 420
Keys = Sequence[tuple[str, str]]
STEPS = {
    "Up": QAbstractSlider.SliderAction.SliderSingleStepSub,
    "Down": QAbstractSlider.SliderAction.SliderSingleStepAdd,
    "PgUp": QAbstractSlider.SliderAction.SliderPageStepSub,
    "PgDown": QAbstractSlider.SliderAction.SliderPageStepAdd,
}


class KeysDialog(QDialog):
    """Lists the keys of one screen, and beside them those that work everywhere."""

    def __init__(self, title: str, own: Keys, common: Keys, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("按键")
        layout = column(self, (28, 24, 28, 20), 12)
        inside = QWidget()
        sides = row(inside, gap=40)
        for heading, keys, stretch in ((title, own, 1), ("到处都能用", common, 0)):
            if keys:
                sides.addLayout(_told(heading, keys), stretch)
        area = scrolling(inside)
        layout.addWidget(area, 1)
        layout.addWidget(button("知道了", self.accept, kind="main"), 0, Qt.AlignmentFlag.AlignRight)
        # The cursor is on the button: the arrow keys scroll all the same.
        for keys_, step in STEPS.items():
            shortcut = QShortcut(QKeySequence(keys_), self)
            shortcut.activated.connect(partial(area.verticalScrollBar().triggerAction, step))
        metrics, window = self.fontMetrics(), parent.window()
        wide = min(metrics.horizontalAdvance("国") * WIDE, window.width() - ROUND)
        high = max(inside.heightForWidth(wide - 56), inside.sizeHint().height())
        most = max(window.height() - ROUND, LEAST_HIGH)
        self.resize(wide, min(high + metrics.height() * 3 + 70, most))


def _told(heading: str, keys: Keys) -> QVBoxLayout:
    told = column(gap=10)
    told.addWidget(label(heading, 16))
    # One grid, so that what the keys do stands below one another.
    grid = QGridLayout()
    grid.setHorizontalSpacing(20)
    grid.setVerticalSpacing(6)
    grid.setColumnStretch(1, 1)
    for at, (key, does) in enumerate(keys):
        grid.addWidget(label(key, tone="accent"), at, 0)
        grid.addWidget(label(does, wrap=len(does) > WIDE // 5), at, 1)
    told.addLayout(grid)
    told.addStretch()
    return told
