"""导出: a ledger as an Excel workbook, looked at before it is saved."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import ClassVar, NamedTuple

from PySide6.QtWidgets import QCheckBox, QComboBox, QFileDialog
from sqlalchemy import Connection

from db.exports import DATED, TITLES, Book, ExportQuery, Sheet, Value, export
from db.imports.headings import KINDS
from db.kernel.access import Right
from db.kernel.errors import UserError
from db.kernel.files import write_atomically
from db.places import CommunityLine, communities
from db.post import the_post
from desktop.background import Progress, Ticket
from desktop.errors import tell
from desktop.page import Context, Page
from desktop.paper.ledger_book import write_book
from desktop.paper.ledger_paper import ledger_papers
from desktop.printing import pdf_of
from desktop.widgets.choices import ChoiceBox
from desktop.widgets.flow import FlowLayout
from desktop.widgets.parts import button, column, fill, label, panel, row
from desktop.widgets.periods import PeriodBox, period_words
from desktop.widgets.tables import Column, RowModel, RowTable

SHOWN, WIDEST = 60, 16
KINDS_OF_FILE = "Excel (*.xlsx);;PDF (*.pdf)"
WHOLE_NAMES = "名字和电话是全的：只交给有权看的人，用完删掉"
MASKED_NAMES = "名字和电话遮了一部分，不能再导入"


class Seen(NamedTuple):
    """What would be saved, or why nothing would, and the communities to choose from."""

    book: Book | None
    why: str
    places: list[CommunityLine]


class ExportPage(Page):
    """Which ledger, which days, which community, masked or not; what it looks like; saving it."""

    title: ClassVar[str] = "导出"
    watches: ClassVar[frozenset[str]] = frozenset(
        (
            "household", "building", "community", "volunteer", "visit", "dispute", "dispute_party",
            "dispute_conclusion", "dispute_follow_up", "dispute_reopening", "training",
            "attendance", "ledger_layout", "post",
        )
    )  # fmt: skip
    keys: ClassVar[tuple[tuple[str, str], ...]] = (("Ctrl+S", "存为 Excel 或 PDF"),)

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._ticket: Ticket | None = None
        self._kind, self._community = ChoiceBox("台账"), QComboBox()
        self._days = PeriodBox(lambda: context.today)
        self._masked = QCheckBox("遮名")
        self._about, self._told = label(pixels=16, wrap=True), label(tone="second", wrap=True)
        self._model: RowModel[tuple[Value, ...]] = RowModel(())
        self._table = RowTable(self._model, "导出的样子", "没有可以导出的")
        self._save = button("存为文件　Ctrl+S", self.save, kind="main")
        self._build()
        self.setFocusProxy(self._kind)

    @property
    def query(self) -> ExportQuery:
        """What is chosen."""
        kind = self._kind.currentData()
        period = self._days.period if kind in DATED else None
        return ExportQuery(kind, period, self._community.currentData(), self._masked.isChecked())

    def refresh(self) -> None:
        """Show what would be saved."""
        if self._ticket is not None:
            self._ticket.stop()
        query, day = self.query, self.context.today
        self._days.setVisible(query.kind in DATED)

        def question(connection: Connection) -> Seen:
            places = communities(connection)
            try:
                return Seen(export(connection, query, day), "", places)
            except UserError as reason:
                return Seen(None, str(reason), places)

        self._ticket = self.context.background.ask(self, question, self._show)

    def save(self) -> None:
        """Ask where to, write it in the history, and save the workbook."""
        if not self._save.isEnabled():
            return
        query, day, ledger = self.query, self.context.today, self.context.ledger
        words = "" if query.period is None else f"（{period_words(query.period, day)}）"
        place = "" if query.community is None else self._community.currentText()
        name = f"{place}{TITLES[query.kind]}{words}{'（遮名）' if query.masked else ''}"
        chosen, _ = QFileDialog.getSaveFileName(self, "导出台账", f"{name}.xlsx", KINDS_OF_FILE)
        if not chosen:
            return

        def job(progress: Progress) -> int:
            ledger.require(query.right, "导出台账")
            progress("读台账", 0.1)
            with ledger.read() as connection:
                book, post = export(connection, query, day), the_post(connection).name
            # Told before it leaves: what is on a stick cannot be told of any more.
            ledger.note("导出台账", f"{name}，{book.rows}行")
            progress("写文件", 0.5)
            if Path(chosen).suffix.lower() == ".pdf":
                papers = ledger_papers(book, author=post, made_on=day)
                write_atomically(Path(chosen), pdf_of(papers))
            else:
                write_book(book, Path(chosen), f"{post} {ledger.session.name} {day} 导出")
            return book.rows

        self._save.setEnabled(False)
        self.context.background.errand(self, job, partial(self._saved, chosen), self._failed)

    def _build(self) -> None:
        fill(self._kind, [(kind.label, code) for code, kind in KINDS.items()])
        self._community.setAccessibleName("社区")
        self._community.addItem("全部社区", None)
        self._masked.setChecked(True)
        self._masked.setEnabled(self.context.may(Right.BACKUP))
        self._save.setShortcut("Ctrl+S")
        head = FlowLayout(gap=10)
        for widget in (self._kind, self._days, self._community, self._masked):
            head.addWidget(widget)
        top = row(gap=10)
        top.addLayout(head, 1)
        top.addWidget(self._save)
        frame = panel()
        column(frame, (6, 6, 6, 6)).addWidget(self._table)
        outer = column(self, (20, 12, 20, 14), 10)
        outer.addLayout(top)
        outer.addWidget(self._about)
        outer.addWidget(frame, 1)
        outer.addWidget(self._told)
        for box in (self._kind, self._community):
            box.activated.connect(lambda _: self.refresh())
        self._kind.finished.connect(self._save.setFocus)
        self._masked.toggled.connect(lambda _: self.refresh())
        self._days.chosen.connect(lambda _: self.refresh())
        self._days.refused.connect(self.said)

    def _show(self, seen: Seen) -> None:
        fill(self._community, [(place.name, place.id) for place in seen.places], first=1)
        self._told.setText(MASKED_NAMES if self._masked.isChecked() else WHOLE_NAMES)
        self._save.setEnabled(seen.book is not None)
        if seen.book is None:
            self._about.setText(seen.why)
            self._show_sheet(None)
            return
        book = seen.book
        more = f"，{len(book.sheets)}张表" if len(book.sheets) > 1 else ""
        self._about.setText(f"{book.title}　{book.rows:,}行{more}")
        self._show_sheet(book.sheets[0])

    def _show_sheet(self, sheet: Sheet | None) -> None:
        """Show the first rows under the headings they will have."""
        rows: Sequence[tuple[Value, ...]] = sheet.rows[:SHOWN] if sheet is not None else ()
        self._model.show_columns(
            [_column(at, text, rows) for at, text in enumerate(sheet.headings)] if sheet else []
        )
        self._model.show_rows(rows)
        self._table.fit()

    def _saved(self, chosen: str, rows: int) -> None:
        self._save.setEnabled(True)
        self.said.emit(f"已存好{rows:,}行：{Path(chosen).name}")

    def _failed(self, error: Exception) -> None:
        self._save.setEnabled(True)
        tell(self, error)


def _column(at: int, heading: str, rows: Sequence[tuple[Value, ...]]) -> Column[tuple[Value, ...]]:
    widest = max([len(heading), *(len(str(line[at] or "")) for line in rows)])
    return Column(heading, lambda line: str(line[at] or ""), min(widest + 1, WIDEST))
