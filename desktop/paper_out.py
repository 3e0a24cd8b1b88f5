"""Papers leave the window: to the printer, or as a PDF, Excel or Word file. Told in the history."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QAbstractButton, QFileDialog, QWidget
from sqlalchemy import Connection

from db.exports import Book, leaving_right
from db.kernel.errors import UserError
from db.kernel.files import write_atomically
from db.leaving import leave
from desktop.background import Progress
from desktop.errors import tell
from desktop.page import Context, Page
from desktop.paper.document import Document
from desktop.paper.ledger_book import write_book
from desktop.paper.table_book import table_book
from desktop.printing import choose_printer, pdf_of, print_with

PDF = "PDF (*.pdf)"
KINDS = f"{PDF};;Excel (*.xlsx)"
FORM_KINDS = f"{PDF};;Word (*.docx)"


class Leaving(NamedTuple):
    """What leaves: its papers, and the same as a workbook; without one, no Excel.

    `title` is what the history says of it, so it names no person. `named` tells that whole names
    stand on it, for which one must be allowed more; see `leaving_right`.
    """

    title: str
    papers: Sequence[Document]
    book: Book | None = None
    named: bool = False


NO_PAPER: Final = "里面有全名，您的身份不能打印或存出"
NO_BOOK: Final = "里面有全名，您的身份不能存成 Excel"
Made = Callable[[Connection], Leaving]


def one_table(paper: Document, *, named: bool = False) -> Leaving:
    """Return a paper of one table, which is also its workbook."""
    return Leaving(paper.title, (paper,), table_book(paper), named)


def allow(
    context: Context, *buttons: QAbstractButton, named: bool = True, workbook: bool = False
) -> None:
    """Let buttons that take a list out be pressed by who may; else their tip says why not."""
    may = context.may(leaving_right(named=named, workbook=workbook))
    for button in buttons:
        button.setEnabled(may)
        button.setToolTip("" if may else NO_BOOK if workbook else NO_PAPER)


def print_told(
    context: Context,
    page: QWidget,
    pdf: bytes,
    told: tuple[str, str],
    printed: Callable[[], None],
    *,
    named: bool = False,
) -> None:
    """Ask for a printer, write into the history what is printed (`told`: action and note), and print it."""
    printer = choose_printer(page)
    if printer is None:
        return

    def noted(_: None) -> None:
        if print_with(page, printer, pdf):
            printed()

    context.background.errand(page, lambda _: leave(context.ledger, *told, named=named), noted)


class PaperOut(QObject):
    """Prints and saves papers for a page, which says what was done."""

    def __init__(self, page: Page) -> None:
        super().__init__(page)
        self._page = page

    def print(self, made: Made) -> None:
        """Make the papers and print them."""
        context = self._page.context

        def question(connection: Connection) -> tuple[Leaving, bytes]:
            leaving = made(connection)
            context.ledger.require(leaving_right(named=leaving.named, workbook=False), "打印")
            return leaving, pdf_of(leaving.papers)

        def ready(answer: tuple[Leaving, bytes]) -> None:
            leaving, pdf = answer
            told = ("打印", leaving.title)
            said = partial(self._page.said.emit, f"已打印{leaving.title}")
            print_told(context, self._page, pdf, told, said, named=leaving.named)

        context.background.ask(self._page, question, ready)

    def save(self, name: str, made: Made, kinds: str = KINDS, *, named: bool = False) -> None:
        """Ask where to and as which kind, and save the papers there; `named` as in `Leaving`."""
        if not self._page.context.may(leaving_right(named=named, workbook=True)):
            kinds = PDF
        path, _ = QFileDialog.getSaveFileName(self._page, "存为文件", f"{name}.pdf", kinds)
        if path:
            self.save_to(Path(path), made)

    def save_to(self, path: Path, made: Made) -> None:
        """Save papers, whole or not at all: Excel or Word where the name says so, else PDF."""
        context = self._page.context
        ledger, day = context.ledger, context.today

        def job(progress: Progress) -> str:
            progress("写文件", 0.3)
            with ledger.read() as connection:
                leaving = made(connection)
            if path.suffix.lower() == ".xlsx" and leaving.book is None:
                raise UserError("这种纸只能存成 PDF，没有存。")
            workbook = path.suffix.lower() == ".xlsx"
            leave(ledger, "存出", leaving.title, named=leaving.named, workbook=workbook)
            if path.suffix.lower() == ".xlsx" and leaving.book is not None:
                author = leaving.papers[0].author
                write_book(leaving.book, path, f"{author} {ledger.session.name} {day} 存出")
            elif path.suffix.lower() == ".docx":
                from desktop.paper.word import word_file  # noqa: PLC0415  loads when it is wanted

                write_atomically(path, word_file(leaving.papers))
            else:
                write_atomically(path, pdf_of(leaving.papers))
            return leaving.title

        context.background.errand(
            self._page,
            job,
            lambda title: self._page.said.emit(f"已把{title}存为 {path.name}"),
            lambda error: tell(self._page, error),
        )
