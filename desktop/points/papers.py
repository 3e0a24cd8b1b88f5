"""The papers of a month printed or saved: lists to sign and to post, the summary, one person's own."""

from functools import partial
from pathlib import Path
from typing import Final, NamedTuple

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog
from sqlalchemy import Connection

from db.exports import Book
from db.kernel.errors import UserError
from db.kernel.files import write_atomically
from db.kernel.ids import Id
from db.points.sheet import Sheet
from db.points.statement import Statement, statement
from db.post import the_post
from desktop.background import Progress
from desktop.page import Page
from desktop.paper.document import Document
from desktop.paper.ledger_book import write_book
from desktop.paper.points_lists import notice, notice_book, sign_book, sign_lists
from desktop.paper.points_statement import statement_book, statement_paper
from desktop.paper.points_summary import summary_book, summary_paper
from desktop.printing import pdf_of, print_paper

SIGN, NOTICE, SUMMARY, STATEMENT = "sign", "notice", "summary", "statement"
PAPERS: Final = {
    SIGN: "签领表", NOTICE: "公示表（遮名）", SUMMARY: "月度汇总", STATEMENT: "个人积分单",
}  # fmt: skip
KINDS_OF_FILE: Final = "Excel 工作簿 (*.xlsx);;PDF 文件 (*.pdf)"


class Wanted(NamedTuple):
    """Which paper of which month; `person` for a statement, `community` by name for one of its own."""

    kind: str
    sheet: Sheet
    person: Id | None = None
    community: str = ""


class PointPapers(QObject):
    """Prints and saves for a page; each is written into the history before it leaves."""

    def __init__(self, page: Page) -> None:
        super().__init__(page)
        self._page = page

    def print(self, wanted: Wanted) -> None:
        """Make the paper and print it."""
        ledger = self._page.context.ledger

        def question(connection: Connection) -> bytes:
            return pdf_of(_documents(connection, wanted))

        def made(pdf: bytes) -> None:
            if print_paper(self._page, pdf):
                self._page.context.background.errand(
                    self, lambda _: ledger.note("打印积分表", _told(wanted)), lambda _: None
                )
                self._page.said.emit(f"已打印{PAPERS[wanted.kind]}")

        self._page.context.background.ask(self, question, made)

    def save(self, wanted: Wanted) -> None:
        """Ask where to, and save it as a workbook or a PDF."""
        title = _title(wanted)
        chosen, _ = QFileDialog.getSaveFileName(self._page, title, f"{title}.xlsx", KINDS_OF_FILE)
        if chosen:
            self.save_to(wanted, Path(chosen))

    def save_to(self, wanted: Wanted, path: Path) -> None:
        """Save the paper in a file, of the kind its name ends with."""
        context = self._page.context
        ledger = context.ledger

        def job(_: Progress) -> None:
            with ledger.read() as connection:
                post = the_post(connection).name
                if path.suffix.lower() == ".pdf":
                    pdf = pdf_of(_documents(connection, wanted))
                    ledger.note("导出积分表", _told(wanted))
                    write_atomically(path, pdf)
                    return
                book = _book(connection, wanted)
            ledger.note("导出积分表", _told(wanted))
            write_book(book, path, f"{post} {ledger.session.name} {context.today} 导出")

        done = partial(self._page.said.emit, f"已存好：{path.name}")
        context.background.errand(self, job, lambda _: done())


def _documents(connection: Connection, wanted: Wanted) -> list[Document]:
    author, sheet = the_post(connection).name, wanted.sheet
    if wanted.kind == SIGN:
        papers = sign_lists(_of_community(sheet, wanted.community), author=author)
        if not papers:
            raise UserError("这个月没有要发的补贴，没有签领表。")
        return papers
    if wanted.kind == NOTICE:
        return [notice(sheet, author=author, community=wanted.community)]
    if wanted.kind == SUMMARY:
        return [summary_paper(sheet, author=author)]
    return [statement_paper(_statement(connection, wanted), author=author)]


def _book(connection: Connection, wanted: Wanted) -> Book:
    sheet = _of_community(wanted.sheet, wanted.community)
    if wanted.kind == SIGN:
        return sign_book(sheet)
    if wanted.kind == NOTICE:
        return notice_book(sheet)
    if wanted.kind == SUMMARY:
        return summary_book(wanted.sheet)
    return statement_book(_statement(connection, wanted))


def _statement(connection: Connection, wanted: Wanted) -> Statement:
    if wanted.person is None:
        raise UserError("请先选一个人。")
    return statement(connection, wanted.person, wanted.sheet.month, wanted.sheet.month)


def _of_community(sheet: Sheet, community: str) -> Sheet:
    if not community:
        return sheet
    return sheet._replace(lines=tuple(x for x in sheet.lines if x.community_name == community))


def _told(wanted: Wanted) -> str:
    """What the history says: never a person's name, for its notes are kept for ever."""
    return f"{wanted.community}{wanted.sheet.month.words}{PAPERS[wanted.kind]}"


def _title(wanted: Wanted) -> str:
    line = wanted.sheet.line(wanted.person) if wanted.person is not None else None
    who = line.name if wanted.kind == STATEMENT and line is not None else wanted.community
    return f"{who}{wanted.sheet.month.words}{PAPERS[wanted.kind]}"
