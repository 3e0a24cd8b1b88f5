"""A photograph, or a PDF of any source, looked at: drawn from memory, and nothing of it is written.

A small file can say it is a huge picture. Its size is asked before anything is drawn. A JPEG is read
already made small; Qt reads other kinds whole, so of those none above `MOST_WHOLE_MB` is read at all.
"""

from typing import Final, NamedTuple

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QSize, Qt
from PySide6.QtGui import QImage, QImageReader, QKeyEvent, QMouseEvent, QPixmap
from PySide6.QtPdf import QPdfDocument
from PySide6.QtPdfWidgets import QPdfView
from PySide6.QtWidgets import QDialog, QFrame, QLabel, QScrollArea, QWidget

from desktop.widgets.parts import column, label

SIZE = (900, 700)
# The longer side of a photograph as it is drawn: a page of print can be read in it.
MOST_SIDE: Final = 2200
# What is left of the window round a viewer.
ROUND = 48
# Above the largest telephones' 200 million; reading that many takes seconds, off the window's thread.
MOST_PIXELS: Final = 220_000_000
# What is read whole before it is made small, as a PNG is: 33 million points.
MOST_WHOLE_MB: Final = 128
MOST_PAGES: Final = 2000
# PDF's own largest page side; and how much longer than wide one may be, as it is shown at full width.
MOST_POINTS: Final = 14_400
MOST_SLIM: Final = 20

HINT: Final = "Enter 放大、缩小　方向键移动　Esc 关上"
TOO_LARGE: Final = "太大，这里不显示，免得占满内存。可以“存出”后用别的程序看看。"
BROKEN: Final = "打不开：文件不完整。可以“存出”后用别的程序看看。"


class Drawn(NamedTuple):
    """A photograph, or with no image the words that say why not."""

    image: QImage
    words: str


def drawn(data: bytes) -> Drawn:
    """Draw a photograph from its file's content; it may be called in any thread."""
    buffer = QBuffer()
    buffer.setData(QByteArray(data))
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer)
    reader.setDecideFormatFromContent(True)
    size = reader.size()
    if not size.isValid() or size.isEmpty():
        return Drawn(QImage(), f"这张照片{BROKEN}")
    if size.width() * size.height() > MOST_PIXELS:
        return Drawn(QImage(), f"这张照片有{size.width()}×{size.height()}点，{TOO_LARGE}")
    # A telephone held upright says so in the file.
    reader.setAutoTransform(True)
    if max(size.width(), size.height()) > MOST_SIDE:
        fits = size.scaled(QSize(MOST_SIDE, MOST_SIDE), Qt.AspectRatioMode.KeepAspectRatio)
        reader.setScaledSize(fits.expandedTo(QSize(1, 1)))
    QImageReader.setAllocationLimit(MOST_WHOLE_MB)
    image = reader.read()
    if image.isNull():
        whole = size.width() * size.height() * 4 > MOST_WHOLE_MB << 20
        return Drawn(image, f"这张照片{TOO_LARGE if whole else BROKEN}")
    return Drawn(image, "")


class PaperViewer(QDialog):
    """Shows the pages of a PDF one below the other; Esc closes it."""

    def __init__(self, parent: QWidget, name: str, data: bytes) -> None:
        super().__init__(parent)
        self.setWindowTitle(name)
        self.resize(_room(parent))
        self._buffer, self._document = QBuffer(self), QPdfDocument(self)
        self._buffer.setData(QByteArray(data))
        self._buffer.open(QIODevice.OpenModeFlag.ReadOnly)
        self._document.load(self._buffer)
        self.words = _refused(self._document)
        if self.words:
            column(self).addWidget(_said(self.words))
            return
        view = QPdfView(self)
        view.setPageMode(QPdfView.PageMode.MultiPage)
        view.setZoomMode(QPdfView.ZoomMode.FitToWidth)
        view.setDocument(self._document)
        column(self).addWidget(view)


class PhotoViewer(QDialog):
    """Shows a photograph, as large as there is room; Esc closes it.

    Where it has more points than that, Enter shows it by its points and back, to read what is
    written on a paper; the arrow keys move it.
    """

    def __init__(self, parent: QWidget, name: str, photo: Drawn) -> None:
        super().__init__(parent)
        self.setWindowTitle(name)
        size = _room(parent)
        self.resize(size)
        self._shown, self._area = _said(photo.words), QScrollArea()
        self._area.setWidget(self._shown)
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        layout = column(self)
        layout.addWidget(self._area, 1)
        self._whole = self._fitting = QPixmap()
        if photo.words:
            return
        self._whole = self._fitting = QPixmap.fromImage(photo.image)
        self._shown.setAccessibleName(name)
        hint = label(HINT, 12, "second")
        hint.setContentsMargins(14, 6, 14, 8)
        inside = size - QSize(20, 20 + hint.sizeHint().height())
        if photo.image.width() > inside.width() or photo.image.height() > inside.height():
            layout.addWidget(hint, 0, Qt.AlignmentFlag.AlignHCenter)
            room = Qt.AspectRatioMode.KeepAspectRatio
            smooth = Qt.TransformationMode.SmoothTransformation
            self._fitting = QPixmap.fromImage(photo.image.scaled(inside, room, smooth))
        self._shown.setPixmap(self._fitting)

    def turn(self) -> None:
        """Show all of the photograph, or its middle by its points."""
        if self._whole.size() == self._fitting.size():
            return
        fits = self._shown.pixmap().size() == self._fitting.size()
        self._shown.setPixmap(self._whole if fits else self._fitting)
        # The area learns how large it is now before it can be moved.
        self._shown.adjustSize()
        for bar in (self._area.horizontalScrollBar(), self._area.verticalScrollBar()):
            bar.setValue(bar.maximum() // 2)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Enter turns, the arrow keys move, Esc closes."""
        key, step = event.key(), self._area.viewport().height() // 4
        wide, high = self._area.horizontalScrollBar(), self._area.verticalScrollBar()
        ways = {
            Qt.Key.Key_Left: (wide, -step), Qt.Key.Key_Right: (wide, step),
            Qt.Key.Key_Up: (high, -step), Qt.Key.Key_Down: (high, step),
        }  # fmt: skip
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.turn()
        elif key in ways:
            bar, by = ways[Qt.Key(key)]
            bar.setValue(bar.value() + by)
        else:
            super().keyPressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Turn as Enter does."""
        del event
        self.turn()


def _refused(document: QPdfDocument) -> str:
    """Say why a PDF is not shown; empty if it is."""
    if document.error() == QPdfDocument.Error.IncorrectPassword:
        return "这份PDF有密码，这里打不开。可以“存出”后用别的程序看看。"
    if document.status() != QPdfDocument.Status.Ready or not document.pageCount():
        return f"这份PDF{BROKEN}"
    if document.pageCount() > MOST_PAGES:
        return f"这份PDF有{document.pageCount()}页，{TOO_LARGE}"
    for page in range(document.pageCount()):
        size = document.pagePointSize(page)
        wide, high = size.width(), size.height()
        if not 0 < wide <= MOST_POINTS or not 0 < high <= min(MOST_POINTS, MOST_SLIM * wide):
            return f"这份PDF第{page + 1}页的纸{TOO_LARGE}"
    return ""


def _said(words: str) -> QLabel:
    shown = QLabel(words)
    shown.setTextFormat(Qt.TextFormat.PlainText)
    shown.setWordWrap(True)
    shown.setAlignment(Qt.AlignmentFlag.AlignCenter)
    return shown


def _room(parent: QWidget) -> QSize:
    """Return how large a viewer is: no larger than the window it was opened from."""
    window = parent.window()
    return QSize(*SIZE).boundedTo(QSize(window.width() - ROUND, window.height() - ROUND))
