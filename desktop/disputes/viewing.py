"""A photograph, or a PDF of any source, looked at: drawn from memory, and nothing of it is written."""

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QSize, Qt
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtPdf import QPdfDocument
from PySide6.QtPdfWidgets import QPdfView
from PySide6.QtWidgets import QDialog, QLabel, QWidget

from desktop.widgets.parts import column
from desktop.widgets.scrolling import scrolling

SIZE = (900, 700)
# What is left of the window round a viewer.
ROUND = 48


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
        view = QPdfView(self)
        view.setPageMode(QPdfView.PageMode.MultiPage)
        view.setZoomMode(QPdfView.ZoomMode.FitToWidth)
        view.setDocument(self._document)
        column(self).addWidget(view)


class PhotoViewer(QDialog):
    """Shows a photograph, as large as there is room; Esc closes it."""

    def __init__(self, parent: QWidget, name: str, data: bytes) -> None:
        super().__init__(parent)
        self.setWindowTitle(name)
        size = _room(parent)
        self.resize(size)
        image, shown = QImage.fromData(QByteArray(data)), QLabel()
        shown.setAlignment(Qt.AlignmentFlag.AlignCenter)
        if image.isNull():
            shown.setText("这张照片打不开：文件不完整。可以“存出”后用别的程序看看。")
        else:
            room = Qt.AspectRatioMode.KeepAspectRatio
            smooth = Qt.TransformationMode.SmoothTransformation
            fits = image.width() <= size.width() and image.height() <= size.height()
            inside = size - QSize(20, 20)
            sized = image if fits else image.scaled(inside, room, smooth)
            shown.setPixmap(QPixmap.fromImage(sized))
        shown.setAccessibleName(name)
        column(self).addWidget(scrolling(shown))


def _room(parent: QWidget) -> QSize:
    """Return how large a viewer is: no larger than the window it was opened from."""
    window = parent.window()
    return QSize(*SIZE).boundedTo(QSize(window.width() - ROUND, window.height() - ROUND))
