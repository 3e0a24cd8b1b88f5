"""The papers of a session printed or saved: sign-in sheets by number, the absent, workbooks of both."""

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog
from sqlalchemy import Connection

from db.exports import Book
from db.kernel.ids import Id
from db.leaving import leave
from db.post import the_post
from db.trainings.lists import TrainingRow
from db.trainings.sheets import print_sheet
from desktop.background import Progress
from desktop.numbered import print_numbered
from desktop.page import Page
from desktop.paper.ledger_book import write_book
from desktop.paper_out import Leaving, PaperOut
from desktop.trainings.making import (
    BLANK_LINES,
    SPARE_LINES,
    absent_list,
    absent_workbook,
    sign_in_paper,
    sign_in_workbook,
)


class SessionPrinter(QObject):
    """Prints and saves for a page, which says what was done."""

    def __init__(self, page: Page) -> None:
        super().__init__(page)
        self._page, self._out = page, PaperOut(page)

    def sign_in(self, training: Id, people: Sequence[Id]) -> None:
        """Print a session's sheet with these names, or with none a blank one."""
        command = print_sheet(training, people, SPARE_LINES if people else BLANK_LINES)
        print_numbered(
            self._page.context,
            self._page,
            command,
            sign_in_paper,
            lambda number: self._page.said.emit(f"已打印第{number}号签到表"),
        )

    def absent(self, session: TrainingRow) -> None:
        """Print who did not come."""
        day = self._page.context.today

        def made(connection: Connection) -> Leaving:
            paper = absent_list(connection, session.id, day)
            return Leaving(f"缺席名单 {session.day}", (paper,), named=True)

        self._out.print(made)

    def save_sign_in(self, session: TrainingRow) -> None:
        """Save a session's list as a workbook."""
        self._save(session, "培训签到表", sign_in_workbook)

    def save_absent(self, session: TrainingRow) -> None:
        """Save who did not come as a workbook."""
        self._save(session, "缺席名单", absent_workbook)

    def _save(
        self, session: TrainingRow, name: str, make: Callable[[Connection, Id], Book]
    ) -> None:
        context, called = self._page.context, f"{session.day} {name}"
        chosen, _ = QFileDialog.getSaveFileName(
            self._page, "存为 Excel", f"{called}.xlsx", "Excel (*.xlsx)"
        )
        if not chosen:
            return
        ledger, day = context.ledger, context.today

        def job(progress: Progress) -> str:
            progress("写文件", 0.5)
            with ledger.read() as connection:
                book, post = make(connection, session.id), the_post(connection).name
            leave(ledger, "存出", f"{called}，{book.rows}人", named=True, workbook=True)
            write_book(book, Path(chosen), f"{post} {ledger.session.name} {day} 导出")
            return Path(chosen).name

        context.background.errand(
            self._page, job, lambda file: self._page.said.emit(f"已存好{file}")
        )
