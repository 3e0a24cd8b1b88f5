"""报表: a day's, week's or month's paper as it will print, its sentences beside it, print and file by one key."""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QComboBox,
    QFileDialog,
    QStackedWidget,
    QWidget,
)
from sqlalchemy import Connection

from db.editions import (
    EditionLine,
    FigureChange,
    changed_since,
    edition,
    edition_pdf,
    editions,
    issue_edition,
)
from db.figures.kinds import parse_span
from db.kernel.access import Right
from db.kernel.files import write_atomically
from db.kernel.ids import Id
from db.kernel.journal import Done
from db.kernel.workdays import Span
from db.leaving import leave
from db.visits import CampaignLine, campaigns
from desktop.background import Progress, Ticket
from desktop.figures import open_rows
from desktop.page import Context, Page
from desktop.paper.document import Document
from desktop.paper.fonts import find_faces
from desktop.paper_out import allow, print_told
from desktop.paths import cache
from desktop.printing import pdf_of
from desktop.reports.editions import EditionsBox, drawn, paper_of
from desktop.reports.making import LISTS, NAMED, Counted, count, internal_lists, report
from desktop.reports.numbers import NumberLine, NumbersTable, figure_of
from desktop.reports.paper import PaperView
from desktop.reports.sentences import Sentences
from desktop.reports.spans import SpanBox
from desktop.reports.writing import write_papers
from desktop.widgets.parts import button, column, label, panel, row
from desktop.widgets.scrolling import scrolling

SIDE = 444
TYPED_MS = 600
STILL_COUNTING = "还在统计，等纸出来了再按一次"
KINDS_OF_FILE = "PDF (*.pdf);;Word (*.docx);;Excel (*.xlsx)"
Made = tuple[Sequence[Document], bytes]


class Answer(NamedTuple):
    """All that the page shows of a span, asked for in one go."""

    counted: Counted
    lists: list[Document]
    campaigns: list[CampaignLine]
    issued: list[EditionLine]
    changes: list[FigureChange]


class ReportsPage(Page):
    """The report. The paper at the left is the very file that is printed or saved."""

    title: ClassVar[str] = "报表"
    watches: ClassVar[frozenset[str]] = frozenset(
        (
            "visit", "household", "dispute", "training", "attendance", "volunteer", "campaign",
            "post", "edition", "account", "community", "day_off", "dispute_closing",
            "dispute_conclusion", "dispute_extension", "dispute_follow_up", "dispute_reopening",
            "dispute_report", "dispute_session", "volunteer_term",
        )
    )  # fmt: skip
    keys: ClassVar[tuple[tuple[str, str], ...]] = (
        ("Alt+1—3", "日报、周报、月报"),
        ("Alt+←　Alt+→", "前一期、后一期"),
        ("Ctrl+G", "写出哪一天、哪一周、哪个月：3.18、12周、2月，Enter 打开"),
        ("PgUp　PgDn", "翻看这份报表"),
        ("Ctrl+D", "看数字，再按回到文字；数字上按 Enter 打开它数的那些记录"),
        ("Ctrl+P", "打印"),
        ("Ctrl+S", "存为 PDF、Word 或 Excel"),
    )

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._spans = SpanBox(context, self)
        self._counted: Counted | None = None
        self._lists: list[Document] = []
        self._campaigns: Sequence[CampaignLine] = ()
        # Only what a person has chosen; else each span has its own.
        self._chosen: Id | None = None
        self._making: Ticket | None = None
        self._papers: Sequence[Document] = ()
        self._pdf = b""
        self._view = PaperView(self)
        self._editions = EditionsBox(context)
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
        """Show a kind of report, where it was left."""
        if "kind" in what:
            self._spans.turn(what["kind"])

    def refresh(self) -> None:
        """Count the span again and make its paper."""
        span, kind, chosen = self._spans.span, self._spans.kind, self._chosen
        lists = [name for name, box in self._boxes.items() if box.isChecked()]
        made_on = self.context.today

        def question(connection: Connection) -> Answer:
            lines = campaigns(connection)
            # By its id: one that was renamed is still the one chosen, one that is gone is none.
            name = next((line.name for line in lines if line.id == chosen), None)
            counted = count(connection, span, name, made_on)
            issued = editions(connection, kind.name, str(span))
            return Answer(
                counted,
                internal_lists(connection, counted, lists),
                lines,
                issued,
                changed_since(connection, issued[0].id, counted.figures) if issued else [],
            )

        self.about.emit("正在统计……")
        self.context.background.ask(self, question, self._counted_again)

    def print(self) -> None:
        """Print the paper in sight, at its own measures."""
        if not self._pdf:
            self.said.emit(STILL_COUNTING)
            return
        told = (f"打印{self._spans.kind.report}", str(self._spans.span))
        said = partial(self.said.emit, "已送到打印机")
        print_told(self.context, self, self._pdf, told, said, named=self._named)

    def save(self) -> None:
        """Save the paper as a PDF, for Word or as the tables of a workbook."""
        if not self._pdf:
            self.said.emit(STILL_COUNTING)
            return
        name = f"工作{self._spans.kind.report}{self._spans.span.words}.pdf"
        path, _ = QFileDialog.getSaveFileName(self, "存为文件", name, KINDS_OF_FILE)
        if path:
            self.save_to(Path(path))

    def save_to(self, path: Path) -> None:
        """Write the paper in sight to a file, whole or not at all: Word or Excel by its name, else PDF."""
        papers, ledger, named = self._papers, self.context.ledger, self._named
        action, note = f"生成{self._spans.kind.report}", str(self._spans.span)
        kind, pdf = path.suffix.lower(), self._pdf

        def job(progress: Progress) -> None:
            leave(ledger, action, note, named=named, workbook=kind == ".xlsx")
            progress("写文件", 0.3)
            if kind in (".docx", ".xlsx"):
                write_papers(papers, path, find_faces(cache()))
            else:
                # An edition's is the one that was issued.
                write_atomically(path, pdf)

        self.context.background.errand(self, job, lambda _: self.said.emit(f"已存为 {path.name}"))

    @property
    def _named(self) -> bool:
        """Whether whole names stand on what is in sight."""
        return any(self._boxes[name].isChecked() for name in NAMED)

    def _build(self) -> None:
        # The paper is read by the keys at once.
        self.setFocusProxy(self._view)
        layout = row(self, (20, 16, 20, 16), 16)
        layout.addWidget(self._view, 1)
        layout.addWidget(self._side())

    def _side(self) -> QWidget:
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
        head = row(margins=(16, 0, 16, 0))
        head.addWidget(self._spans)
        layout.addLayout(head)
        tabs.setContentsMargins(16, 0, 16, 0)
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
        allow(self.context, *(self._boxes[name] for name in sorted(NAMED)))
        return inside

    def _bind(self) -> None:
        self._timer.timeout.connect(self._make)
        self._numbers.wanted.connect(self._open_rows)
        self._editions.chosen.connect(self._show_edition)
        self._editions.issuing.connect(self._issue)
        self._sentences.changed.connect(self._timer.start)
        for waits in (self._sentences.left, self._editions.left):
            waits.connect(self._turn_back)
        self._spans.chosen.connect(lambda _: self._turned())
        self._spans.refused.connect(self.said)
        for check in self._boxes.values():
            check.toggled.connect(lambda _: self.refresh())
        self._campaign.activated.connect(lambda _: self._choose_campaign())
        for keys, action in (
            ("Ctrl+P", self.print), ("Ctrl+S", self.save),
            ("Ctrl+D", lambda: self._turn_side(1 - self._sides.currentIndex())),
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
        asked = figure_of(line, column, self._counted.figures.span, campaign)
        if asked is not None:
            open_rows(self.context, self, *asked)

    def _turn_back(self, span: str) -> None:
        """Show the span an earlier run left something at."""
        self._spans.show_span(parse_span(span))
        self._turned()

    def _turned(self) -> None:
        # What was in sight is not printed under another name.
        self._papers, self._pdf = (), b""
        self._chosen = None
        self.refresh()

    def _choose_campaign(self) -> None:
        self._chosen = self._campaign.currentData()
        self.refresh()

    def _issue(self, reason: str) -> None:
        span = self._spans.span
        if self._counted is None or self._counted.figures.span != span:
            self.said.emit(STILL_COUNTING)
            return
        command = issue_edition(
            self._counted.figures,
            *self._sentences.lines,
            reason or None,
            feet=self._counted.feet,
            draw=drawn,
        )

        def issued(done: Done[EditionLine]) -> None:
            self.said.emit(f"已签发第{done.value.no}版，以后照样能打印")
            self._sentences.issued()
            self._editions.issued()

        self.context.background.write(self, command, issued)

    def _show_edition(self, id_: Id | None) -> None:
        # What was in sight is not printed as what is chosen now.
        self._papers, self._pdf = (), b""
        if id_ is None:
            self._make()
            return

        def question(connection: Connection) -> Made:
            issued = edition(connection, id_)
            return (paper_of(issued),), edition_pdf(connection, id_) or drawn(issued)

        self._stop_making()
        self._making = self.context.background.ask(
            self, question, partial(self._show, self._spans.span)
        )

    def _counted_again(self, answer: Answer) -> None:
        span = self._spans.span
        if answer.counted.figures.span != span:
            # Somebody turned on meanwhile; that span's answer comes.
            return
        self._counted, self._lists = answer.counted, answer.lists
        self._campaigns = answer.campaigns
        self._numbers.show_figures(answer.counted.figures)
        self._editions.show_lines(span, answer.issued, answer.changes, self.context.today)
        self.about.emit(span.days)
        coverage = self._counted.figures.now.coverage
        self._campaign.clear()
        for line in self._campaigns:
            self._campaign.addItem(line.name, line.id)
        self._campaign.setCurrentText(coverage.campaign if coverage else "")
        if coverage is None:
            self._campaign.setCurrentIndex(-1)
        self._sentences.show_figures(answer.counted.figures)
        self._make()

    def _make(self) -> None:
        self._timer.stop()
        if self._counted is None or self._editions.looked_at is not None:
            return
        self._stop_making()
        papers = (
            report(self._counted, *self._sentences.lines),
            *self._lists,
        )
        shown = partial(self._show, self._counted.figures.span)
        self._making = self.context.background.errand(
            self, lambda _: (papers, pdf_of(papers)), shown
        )

    def _stop_making(self) -> None:
        """Want the paper no more that another one takes the place of."""
        if self._making is not None:
            self._making.stop()

    def _show(self, span: Span, made: Made) -> None:
        if span != self._spans.span:
            return
        self._papers, self._pdf = made
        self._view.show_pdf(self._pdf)
