"""How old the backups are and what the last one lacks, as the window tells it at its side or its head."""

from collections.abc import Callable
from datetime import date

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from db.backup import BackupAges
from desktop.widgets.parts import Tone, button, column, label, set_tone
from desktop.words import backup_words


class BackupFigures:
    """The same said twice: `last` and `lines` for a wide side, `ages` in one line where that is narrow.

    A press on one of them calls `go`.
    """

    def __init__(self, go: Callable[[], object]) -> None:
        self.last: QLabel = label(pixels=12, tone="second")
        self.ages, self._second, self.lacking = (_figure(go) for _ in range(3))
        self.lacking.hide()
        self.lines = QWidget()
        lines = column(self.lines, (7, 0, 0, 0))
        for figure in (self._second, self.lacking):
            lines.addWidget(figure, 0, Qt.AlignmentFlag.AlignLeft)

    def tell(self, ages: BackupAges, today: date) -> None:
        """Show how old the backups are, here and at the second place, and what the last one lacks."""
        last, second, lacking = backup_words(ages, today)
        self.last.setText(last)
        self._second.setText(second)
        self.lacking.setText(lacking)
        self.lacking.setVisible(bool(lacking))
        self.ages.setText("　".join(filter(None, (last, second, lacking))))
        tone: Tone = "late" if ages.late else "tries" if ages.second is None else "second"
        set_tone(self._second, tone)
        set_tone(self.lacking, "late")
        set_tone(self.ages, "late" if lacking else tone)


def _figure(go: Callable[[], object]) -> QPushButton:
    return button("", go, kind="figure")
