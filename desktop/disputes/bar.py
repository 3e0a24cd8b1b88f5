"""The dossier bar: a box for each paper of the file, by number, letter, shape and colour."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from db.disputes.dossier import STATE_NAMES, PaperLine
from desktop.theme import Theme

HEIGHT, GAP = 24, 3
RADIUS = 4


class DossierBar(QWidget):
    """Shows what a file holds: filled with ✓ is in it, framed with 印 is printed, dashed is missing.

    What is neither needed nor there stands pale.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._lines: Sequence[PaperLine] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def show_papers(self, lines: Sequence[PaperLine]) -> None:
        """Show these papers; each is told in words by its tool tip and to a reader of the screen."""
        self._lines = [line for line in lines if line.needed or line.state != "none"]
        words = "，".join(f"{line.name}{STATE_NAMES[line.state]}" for line in self._lines)
        self.setAccessibleName(f"卷宗：{words}")
        self.setToolTip(
            "\n".join(
                f"{_number(line)} {line.name}　{STATE_NAMES[line.state]}" for line in self._lines
            )
        )
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802
        """One row of boxes."""
        return QSize(120, self._theme.px(HEIGHT))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Paint the boxes."""
        del event
        if not self._lines:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self._theme.font(11))
        gap = self._theme.px(GAP)
        width = (self.width() - gap * (len(self._lines) - 1)) / len(self._lines)
        for at, line in enumerate(self._lines):
            box = QRectF(at * (width + gap), 0, width, self.height()).adjusted(0.5, 0.5, -0.5, -0.5)
            self._paint(painter, box, line)
        painter.end()

    def _paint(self, painter: QPainter, box: QRectF, line: PaperLine) -> None:
        color = self._theme.color
        if line.state == "filed":
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color("done"))
        elif line.state == "printed":
            painter.setPen(QPen(color("accent"), 1.2))
            painter.setBrush(color("accent_ground"))
        else:
            painter.setPen(QPen(color("second"), 1.0, Qt.PenStyle.DashLine))
            painter.setBrush(Qt.BrushStyle.NoBrush)
        radius = self._theme.px(RADIUS)
        painter.drawRoundedRect(box, radius, radius)
        painter.setPen(
            color({"filed": "surface", "printed": "accent", "none": "second"}[line.state])
        )
        mark = {"filed": "✓", "printed": "印", "none": _number(line)}[line.state]
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, mark)


def _number(line: PaperLine) -> str:
    return str(line.paper.place)
