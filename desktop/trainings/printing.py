"""The papers of a session printed or saved: sign-in sheets by number, the absent, workbooks of both."""

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget
from sqlalchemy import Connection

from db.exports import Book
from db.kernel.access import Right, require
from db.kernel.ids import Id
from db.post import the_post
from db.trainings.lists import TrainingRow
from db.trainings.sheets import print_sheet
from desktop.background import Progress
from desktop.numbered import print_numbered
from desktop.page import Context
from desktop.paper.document import Document
from desktop.paper.ledger_book import write_book
from desktop.printing import pdf_of, print_paper
from desktop.trainings.making import (
    BLANK_LINES,
    SPARE_LINES,
    absent_list,
    absent_workbook,
    sign_in_paper,
    sign_in_workbook,
)


class SessionPrinter(QObject):
    """Prints and saves for a page; `said` tells what was done."""

    said = Signal(str)

    def __init__(self, context: Context, page: QWidget) -> None:
        super().__init__(page)
        self._context, self._page = context, page

    def sign_in(self, training: Id, people: Sequence[Id]) -> None:
        """Print a session's sheet with these names, or with none a blank one."""
        command = print_sheet(training, people, SPARE_LINES if people else BLANK_LINES)
        print_numbered(
            self._context,
            self._page,
            command,
            sign_in_paper,
            lambda number: self.said.emit(f"已打印第{number}号签到表"),
        )

    def absent(self, training: Id) -> None:
        """Print who did not come."""
        day = self._context.today
        self.paper(lambda connection: absent_list(connection, training, day), "缺席名单")

    def paper(self, make: Callable[[Connection], Document], name: str) -> None:
        """Print one paper."""

        def made(pdf: bytes) -> None:
            if print_paper(self._page, pdf):
                self.said.emit(f"已打印{name}")

        self._context.background.ask(
            self._page, lambda connection: pdf_of([make(connection)]), made
        )

    def save_sign_in(self, session: TrainingRow) -> None:
        """Save a session's list as a workbook."""
        self._save(session, "培训签到表", sign_in_workbook)

    def save_absent(self, session: TrainingRow) -> None:
        """Save who did not come as a workbook."""
        self._save(session, "缺席名单", absent_workbook)

    def _save(
        self, session: TrainingRow, name: str, make: Callable[[Connection, Id], Book]
    ) -> None:
        called = f"{session.day} {name}"
        chosen, _ = QFileDialog.getSaveFileName(
            self._page, "存为 Excel", f"{called}.xlsx", "Excel (*.xlsx)"
        )
        if not chosen:
            return
        ledger, day = self._context.ledger, self._context.today

        def job(progress: Progress) -> str:
            require(ledger.session.role, Right.WRITE)
            progress("写文件", 0.5)
            with ledger.read() as connection:
                book, post = make(connection, session.id), the_post(connection).name
            # Told before it leaves: what is on a stick cannot be told of any more.
            ledger.note("导出名单", f"{called}，{book.rows}人")
            write_book(book, Path(chosen), f"{post} {ledger.session.name} {day} 导出")
            return Path(chosen).name

        self._context.background.errand(
            self._page, job, lambda file: self.said.emit(f"已存好{file}")
        )
