"""Papers made into a PDF, and onto the printer's paper at their own measures."""

from collections.abc import Callable, Sequence
from io import BytesIO

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QImage, QPageLayout, QPageSize, QPainter
from PySide6.QtPdf import QPdfDocument
from PySide6.QtPrintSupport import QPrintDialog, QPrinter
from PySide6.QtWidgets import QApplication, QProgressDialog, QWidget

from desktop.paper.document import Document
from desktop.paper.fonts import find_faces
from desktop.paper.pdf import write_pdf
from desktop.paths import cache

# Finer than a laser printer's own dots is only slower: at 1,200 a page takes half a gigabyte.
FINEST = 600


def pdf_of(papers: Sequence[Document]) -> bytes:
    """Return papers one behind the other as a PDF."""
    made = BytesIO()
    write_pdf(papers, made, faces=find_faces(cache()))
    return made.getvalue()


def print_paper(parent: QWidget, pdf: bytes) -> bool:
    """Ask for a printer and print; return whether it was sent."""
    printer = choose_printer(parent)
    return printer is not None and print_with(parent, printer, pdf)


def choose_printer(parent: QWidget) -> QPrinter | None:
    """Ask for a printer; None if the person wants none.

    Both sides of the sheet are proposed, as page numbers stand outside; the dialog can change it.
    """
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
    printer.setDuplex(QPrinter.DuplexMode.DuplexLongSide)
    dialog = QPrintDialog(printer, parent)
    dialog.setWindowTitle("打印")
    return printer if dialog.exec() == QPrintDialog.DialogCode.Accepted else None


def print_with(parent: QWidget, printer: QPrinter, pdf: bytes) -> bool:
    """Print, and tell how far it is; return whether it was sent."""
    waiting = _Waiting(parent)
    done = print_on(printer, pdf, waiting.goes_on)
    waiting.close()
    waiting.deleteLater()
    # Not every desktop gives the keys back to the window that stood below.
    parent.window().activateWindow()
    return done


class _Waiting(QProgressDialog):
    """Tells which page is being made for the printer: each holds the window up for a second."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__("正在打印……", "", 0, 0, parent)
        self.setWindowTitle("打印")
        # A queue is stopped at the printer; pages that are out cannot be called back.
        self.setCancelButton(None)  # type: ignore[arg-type]
        self.setWindowModality(Qt.WindowModality.ApplicationModal)
        self.setMinimumDuration(0)
        self.setAutoClose(False)

    def goes_on(self, page: int, pages: int) -> None:
        """Show the page that comes."""
        self.setMaximum(pages)
        self.setLabelText(f"正在打印，第{page + 1}页，共{pages}页")
        self.setValue(page)
        QApplication.processEvents()


def print_on(
    printer: QPrinter, pdf: bytes, goes_on: Callable[[int, int], object] = lambda *_: None
) -> bool:
    """Print every page edge to edge at 100 %, so that the page's own margins are the margins.

    `goes_on` is told each page before it is made, counted from 0, and how many there are.
    """
    document, buffer = QPdfDocument(), QBuffer()
    buffer.setData(QByteArray(pdf))
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    document.load(buffer)
    printer.setFullPage(True)
    printer.setResolution(min(printer.resolution(), FINEST))
    painter = QPainter()
    for page in range(document.pageCount()):
        goes_on(page, document.pageCount())
        points = document.pagePointSize(page)
        turned = points.width() > points.height()
        orientation = (
            QPageLayout.Orientation.Landscape if turned else QPageLayout.Orientation.Portrait
        )
        printer.setPageOrientation(orientation)
        if page == 0:
            if not painter.begin(printer):
                return False
        else:
            printer.newPage()
        dots = printer.resolution() / 72
        size = QSize(round(points.width() * dots), round(points.height() * dots))
        painter.drawImage(QRect(QPoint(), size), _grey(document.render(page, size)))
    painter.end()
    document.close()
    return True


def _grey(page: QImage) -> QImage:
    """A page on white in shades of grey: a quarter of the memory, and no colour to be charged for."""
    sheet = QImage(page.size(), QImage.Format.Format_Grayscale8)
    sheet.fill(Qt.GlobalColor.white)
    painter = QPainter(sheet)
    painter.drawImage(0, 0, page)
    painter.end()
    return sheet
