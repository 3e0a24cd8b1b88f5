"""报表: the week's paper as it will print, its sentences beside it, print and file by one key."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, Qt, QTimer
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtPdf import QPdfDocument
from PySide6.QtPdfWidgets import QPdfView
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QComboBox,
    QFileDialog,
    QFrame,
    QStackedWidget,
    QWidget,
)
from sqlalchemy import Connection

from db.editions import (
    EditionLine,
    FigureChange,
    changed_since,
    edition,
    editions,
    issue_edition,
)
from db.kernel.access import Right
from db.kernel.ids import Id
from db.kernel.journal import Command, Done
from db.kernel.workdays import Week
from db.visits import CampaignLine, campaigns
from desktop.background import Progress
from desktop.figures import open_rows
from desktop.page import Context, Page
from desktop.paper.document import Document
from desktop.paper.fonts import find_faces
from desktop.paths import cache
from desktop.printing import pdf_of, print_paper
from desktop.reports.editions import EditionsBox, paper_of
from desktop.reports.making import LISTS, Counted, count, internal_lists, report
from desktop.reports.numbers import NumberLine, NumbersTable, figure_of
from desktop.reports.sentences import Sentences
from desktop.reports.writing import write_papers
from desktop.widgets.parts import button, column, label, panel, row
from desktop.widgets.scrolling import scrolling

SIDE = 380
TYPED_MS = 600
KINDS_OF_FILE = "PDF (*.pdf);;Word (*.docx);;Excel (*.xlsx)"
Made = tuple[Sequence[Document], bytes]


class Answer(NamedTuple):
    """All that the page shows of a week, asked for in one go."""

    counted: Counted
    lists: list[Document]
    campaigns: list[CampaignLine]
    issued: list[EditionLine]
    changes: list[FigureChange]


class ReportsPage(Page):
    """The weekly report. The paper at the left is the very file that is printed or saved."""

    title: ClassVar[str] = "报表"
    watches: ClassVar[frozenset[str]] = frozenset(
        (
            "visit", "household", "dispute", "training", "attendance", "volunteer", "campaign",
            "post", "edition",
        )
    )  # fmt: skip
    keys: ClassVar[tuple[tuple[str, str], ...]] = (
        ("Alt+←　Alt+→", "前一周、后一周"),
        ("PgUp　PgDn", "翻看这份周报"),
        ("Ctrl+D", "看数字，再按回到文字；数字上按 Enter 打开它数的那些记录"),
        ("Ctrl+P", "打印"),
        ("Ctrl+S", "存为 PDF、Word 或 Excel"),
    )

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._week = Week.of(context.today - timedelta(days=7))
        self._counted: Counted | None = None
        self._lists: list[Document] = []
        self._campaigns: Sequence[CampaignLine] = ()
        self._papers: Sequence[Document] = ()
        self._pdf = b""
        self._buffer = QBuffer(self)
        self._document = QPdfDocument(self)
        self._view = QPdfView()
        self._editions = EditionsBox(context)
        self._name = label(pixels=16)
        self._campaign = QComboBox()
        self._sentences = Sentences(context)
        self._boxes = {name: QCheckBox(name) for name in LISTS}
        self._numbers = NumbersTable()
        self._tabs = QButtonGroup(self)
        self._sides = QStackedWidget()
        self._timer = QTimer(self, singleShot=True, interval=TYPED_MS)
        self._build()
        self._bind()

    def open(self, what: Mapping[str, Any]) -> None:
        """Show a week, by default the one that ended last."""
        if "week" in what:
            self._turn_to(what["week"])

    def refresh(self) -> None:
        """Count the week again and make its paper."""
        week, chosen = self._week, self._campaign.currentData()
        lists = [name for name, box in self._boxes.items() if box.isChecked()]
        made_on = self.context.today

        def question(connection: Connection) -> Answer:
            counted = count(connection, week, chosen, made_on)
            issued = editions(connection, "weekly", str(week))
            return Answer(
                counted,
                internal_lists(connection, counted, lists),
                campaigns(connection),
                issued,
                changed_since(connection, issued[0].id, counted.figures) if issued else [],
            )

        self.about.emit("正在统计……")
        self.context.background.ask(self, question, self._counted_again)

    def print(self) -> None:
        """Print the paper in sight, at its own measures."""
        if self._pdf and print_paper(self, self._pdf):
            self._note("打印周报")
            self.said.emit("已送到打印机")

    def save(self) -> None:
        """Save the paper as a PDF, for Word or as the tables of a workbook."""
        name = f"工作周报{self._week.year}年第{self._week.number}周.pdf"
        path, _ = QFileDialog.getSaveFileName(self, "存为文件", name, KINDS_OF_FILE)
        if path and self._pdf:
            self.save_to(Path(path))

    def save_to(self, path: Path) -> None:
        """Write the paper in sight to a file, whole or not at all: Word or Excel by its name, else PDF."""
        papers = self._papers

        def job(progress: Progress) -> int:
            progress("写文件", 0.3)
            return write_papers(papers, path, find_faces(cache()))

        def saved(_: int) -> None:
            self._note("生成周报")
            self.said.emit(f"已存为 {path.name}")

        self.context.background.errand(self, job, saved)

    def _note(self, action: str) -> None:
        event = Command(action, Right.LOOK, lambda _: None, note=str(self._week))
        self.context.background.write(self, event)

    def _build(self) -> None:
        self._view.setPageMode(QPdfView.PageMode.MultiPage)
        self._view.setZoomMode(QPdfView.ZoomMode.FitToWidth)
        self._view.setPageSpacing(16)
        self._view.setDocument(self._document)
        self._view.setFrameShape(QFrame.Shape.NoFrame)
        self._view.setAccessibleName("周报的样子")
        # The paper is read by the keys at once.
        self.setFocusProxy(self._view)
        layout = row(self, (20, 16, 20, 16), 16)
        layout.addWidget(self._view, 1)
        layout.addWidget(self._side())

    def _side(self) -> QWidget:
        weeks = row(gap=8)
        weeks.addWidget(button("‹", lambda: self._turn(-1)))
        weeks.addWidget(self._name, 1, Qt.AlignmentFlag.AlignCenter)
        weeks.addWidget(button("›", lambda: self._turn(1)))
        self._campaign.setAccessibleName("走访任务")
        tabs = row(gap=0)
        for at, title in enumerate(("文字和签发", "数字")):
            choice = button(title, partial(self._turn_side, at), kind="tab")
            choice.setCheckable(True)
            self._tabs.addButton(choice, at)
            tabs.addWidget(choice)
        tabs.addStretch()
        self._tabs.button(0).setChecked(True)
        self._sides.addWidget(scrolling(self._writing()))
        self._sides.addWidget(self._numbers)
        frame = panel()
        frame.setFixedWidth(self.context.theme.px(SIDE))
        layout = column(frame, (1, 14, 1, 1), 8)
        for line in (weeks, tabs):
            line.setContentsMargins(16, 0, 16, 0)
        layout.addLayout(weeks)
        layout.addLayout(tabs)
        layout.addWidget(self._sides, 1)
        # Always in sight, however low the window is.
        out = row(gap=8)
        out.setContentsMargins(16, 0, 16, 13)
        out.addWidget(button("打印　Ctrl+P", self.print, kind="main"), 1)
        out.addWidget(button("存为文件　Ctrl+S", self.save), 1)
        layout.addLayout(out)
        return frame

    def _writing(self) -> QWidget:
        inside = QWidget()
        layout = column(inside, (16, 6, 16, 14), 10)
        layout.addWidget(label("走访任务", 12, "second"))
        layout.addWidget(self._campaign)
        layout.addWidget(self._sentences, 1)
        layout.addWidget(self._editions)
        self._editions.allow(issuing=self.context.may(Right.ISSUE))
        layout.addWidget(label("一起打印的内部名单", 12, "second"))
        for choice in self._boxes.values():
            layout.addWidget(choice)
        return inside

    def _bind(self) -> None:
        self._timer.timeout.connect(self._make)
        self._numbers.wanted.connect(self._open_rows)
        self._editions.chosen.connect(self._show_edition)
        self._editions.issuing.connect(self._issue)
        self._sentences.changed.connect(self._timer.start)
        for waits in (self._sentences.left, self._editions.left):
            waits.connect(lambda week: self._turn_to(Week.parse(week)))
        for check in self._boxes.values():
            check.toggled.connect(lambda _: self.refresh())
        self._campaign.activated.connect(lambda _: self.refresh())
        for keys, action in (
            ("Ctrl+P", self.print), ("Ctrl+S", self.save),
            ("Ctrl+D", lambda: self._turn_side(1 - self._sides.currentIndex())),
            ("Alt+Left", lambda: self._turn(-1)), ("Alt+Right", lambda: self._turn(1)),
        ):  # fmt: skip
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(action)

    def _turn_side(self, at: int) -> None:
        self._tabs.button(at).setChecked(True)
        self._sides.setCurrentIndex(at)
        (self._numbers if at else self._sentences).setFocus()

    def _open_rows(self, line: NumberLine, column: int) -> None:
        if self._counted is None:
            return
        coverage = self._counted.figures.now.coverage
        name = coverage.campaign if coverage else None
        campaign = next((one for one in self._campaigns if one.name == name), None)
        asked = figure_of(line, column, self._week, campaign)
        if asked is not None:
            open_rows(self.context, self, *asked)

    def _turn(self, weeks: int) -> None:
        self._turn_to(Week.of(self._week.period.start + timedelta(weeks=weeks)))

    def _turn_to(self, week: Week) -> None:
        self._week = week
        self._campaign.setCurrentIndex(-1)
        self.refresh()

    def _issue(self, reason: str) -> None:
        if self._counted is None or self._counted.end != self._week.period.end:
            return
        command = issue_edition(
            "weekly",
            str(self._week),
            self._counted.figures.to_json(),
            *self._sentences.lines,
            reason or None,
        )

        def issued(done: Done[EditionLine]) -> None:
            self.said.emit(f"已签发第{done.value.no}版，以后照样能打印")
            self._sentences.issued()
            self._editions.issued()

        self.context.background.write(self, command, issued)

    def _show_edition(self, id_: Id | None) -> None:
        if id_ is None:
            self._make()
            return

        def question(connection: Connection) -> Made:
            papers = (paper_of(edition(connection, id_)),)
            return papers, pdf_of(papers)

        self.context.background.ask(self, question, self._show)

    def _counted_again(self, answer: Answer) -> None:
        if answer.counted.end != self._week.period.end:
            # Somebody turned on meanwhile; that week's answer comes.
            return
        self._counted, self._lists = answer.counted, answer.lists
        self._campaigns = answer.campaigns
        self._numbers.show_figures(answer.counted.figures)
        self._editions.show_lines(
            str(self._week), answer.issued, answer.changes, self.context.today
        )
        period = self._week.period
        span = f"{period.start.month}月{period.start.day}日—{period.end.month}月{period.end.day}日"
        self._name.setText(f"{self._week.year}年第{self._week.number}周")
        self.about.emit(span)
        coverage = self._counted.figures.now.coverage
        self._campaign.clear()
        for line in self._campaigns:
            self._campaign.addItem(line.name, line.name)
        self._campaign.setCurrentText(coverage.campaign if coverage else "")
        if coverage is None:
            self._campaign.setCurrentIndex(-1)
        self._sentences.show_week(str(self._week), answer.counted.figures)
        self._make()

    def _make(self) -> None:
        self._timer.stop()
        if self._counted is None:
            return
        papers = (
            report(self._counted, *self._sentences.lines),
            *self._lists,
        )
        self.context.background.errand(self, lambda _: (papers, pdf_of(papers)), self._show)

    def _show(self, made: Made) -> None:
        self._papers, self._pdf = made
        bar = self._view.verticalScrollBar()
        at = bar.value()
        self._document.close()
        self._buffer.close()
        self._buffer.setData(QByteArray(self._pdf))
        self._buffer.open(QIODevice.OpenModeFlag.ReadOnly)
        self._document.load(self._buffer)
        bar.setValue(at)
