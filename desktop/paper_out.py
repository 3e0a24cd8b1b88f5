"""A list on paper leaves the window: to the printer, or as a PDF or Excel file. Told in the history."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget
from sqlalchemy import Connection

from db.kernel.files import write_atomically
from desktop.background import Progress
from desktop.errors import tell
from desktop.page import Context
from desktop.paper.document import Document
from desktop.paper.ledger_book import write_book
from desktop.paper.table_book import table_book
from desktop.printing import pdf_of, print_paper

KINDS = "PDF (*.pdf);;Excel (*.xlsx)"


class PaperOut(QObject):
    """Prints and saves papers of one table for a page. `said` tells what was done."""

    said = Signal(str)

    def __init__(self, context: Context, page: QWidget) -> None:
        super().__init__(page)
        self._context, self._page = context, page

    def print(self, made: Callable[[Connection], Document]) -> None:
        """Make a paper and print it."""
        ledger = self._context.ledger

        def question(connection: Connection) -> tuple[str, bytes]:
            paper = made(connection)
            return paper.title, pdf_of([paper])

        def ready(answer: tuple[str, bytes]) -> None:
            title, pdf = answer
            if print_paper(self._page, pdf):
                self._context.background.errand(
                    self._page, lambda _: ledger.note(f"打印{title}"), lambda _: None
                )
                self.said.emit(f"已打印{title}")

        self._context.background.ask(self._page, question, ready)

    def save(self, name: str, made: Callable[[Connection], Document]) -> None:
        """Ask where to, and save a paper there."""
        path, _ = QFileDialog.getSaveFileName(self._page, "存为文件", f"{name}.pdf", KINDS)
        if path:
            self.save_to(Path(path), made)

    def save_to(self, path: Path, made: Callable[[Connection], Document]) -> None:
        """Save a paper, whole or not at all: Excel where the name says so, else PDF."""
        ledger, day = self._context.ledger, self._context.today

        def job(progress: Progress) -> str:
            progress("写文件", 0.3)
            with ledger.read() as connection:
                paper = made(connection)
            # Told before it leaves: what is on a stick cannot be told of any more.
            ledger.note(f"存出{paper.title}", path.name)
            if path.suffix.lower() == ".xlsx":
                write_book(
                    table_book(paper), path, f"{paper.author} {ledger.session.name} {day} 存出"
                )
            else:
                write_atomically(path, pdf_of([paper]))
            return paper.title

        self._context.background.errand(
            self._page,
            job,
            lambda title: self.said.emit(f"已把{title}存为 {path.name}"),
            lambda error: tell(self._page, error),
        )
