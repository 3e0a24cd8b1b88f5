"""The paper as it will print, page under page."""

from PySide6.QtCore import QBuffer, QByteArray, QIODevice
from PySide6.QtPdf import QPdfDocument
from PySide6.QtPdfWidgets import QPdfView
from PySide6.QtWidgets import QFrame, QWidget


class PaperView(QPdfView):
    """Shows a PDF; another one stands where the one before was scrolled to.

    What it shows belongs to the page, and so is not taken away from under it before it goes itself.
    """

    def __init__(self, page: QWidget) -> None:
        super().__init__(page)
        self._buffer = QBuffer(page)
        self._document = QPdfDocument(page)
        self.setPageMode(QPdfView.PageMode.MultiPage)
        self.setZoomMode(QPdfView.ZoomMode.FitToWidth)
        self.setPageSpacing(16)
        self.setDocument(self._document)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAccessibleName("报表的样子")

    def show_pdf(self, pdf: bytes) -> None:
        """Show another file."""
        bar = self.verticalScrollBar()
        at = bar.value()
        self._document.close()
        self._buffer.close()
        self._buffer.setData(QByteArray(pdf))
        self._buffer.open(QIODevice.OpenModeFlag.ReadOnly)
        self._document.load(self._buffer)
        bar.setValue(at)
