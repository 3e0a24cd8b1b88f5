"""签发: the editions of a span, a new one, and what has changed since the last."""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QLineEdit, QWidget

from db.editions import EditionLine, FigureChange, IssuedEdition
from db.figures.kinds import Kind, kind_of
from db.kernel.ids import Id
from db.kernel.workdays import Span
from desktop.page import Context
from desktop.paper.report import report_paper
from desktop.printing import pdf_of
from desktop.reports.numbers import BASE, COUNTS, PARTS
from desktop.unsaved import FormKeeper
from desktop.widgets.parts import button, choose, column, label, row
from desktop.words import day_words

if TYPE_CHECKING:
    from desktop.paper.document import Document

SHOWN = 3
ALL, FEW = "看全部", "收起"
# The blocks beside the span's own; totals run from the first of the month or year.
BESIDE: Final = ("previous", "month", "year")
# Named by a post, not counted: an edition keeps them as well.
TOLD: Final = {("post",): "警务室名称", ("coverage", "campaign"): "走访任务"}


class EditionsBox(QWidget):
    """Choose what is looked at: the figures as they stand, or an edition as it was issued.

    `left` carries the span for whose correction an earlier run left a reason.
    """

    chosen = Signal(object)
    issuing = Signal(str)
    left = Signal(str)

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._span = ""
        self._box = QComboBox()
        self._box.setAccessibleName("哪一版")
        self._box.activated.connect(lambda _: self.chosen.emit(self._box.currentData()))
        self._reason = QLineEdit()
        self._reason.setPlaceholderText("更正原因")
        self._reason.setAccessibleName("更正原因")
        self._kept = FormKeeper(context, "周报的更正原因", self)
        self._kept.found.connect(self._look_for_span)
        self._issue = button("签发", lambda: self.issuing.emit(self._reason.text().strip()))
        self._reason.returnPressed.connect(self._issue.click)
        self._changed = label("", 12, "tries", wrap=True)
        self._all = label("", 12, "second", wrap=True)
        self._more = button(ALL, self._turn, kind="inline")
        layout = column(self, gap=6)
        layout.addWidget(label("签发留存", 12, "second"))
        layout.addWidget(self._box)
        line = row(gap=6)
        line.addWidget(self._reason, 1)
        line.addWidget(self._issue)
        layout.addLayout(line)
        layout.addWidget(self._changed)
        layout.addWidget(self._more, 0, Qt.AlignmentFlag.AlignLeft)
        layout.addWidget(self._all)
        self._more.hide()
        self._all.hide()

    def allow(self, *, issuing: bool) -> None:
        """Let the person issue, or only look."""
        self._issue.setEnabled(issuing)

    def show_lines(
        self,
        span: Span,
        lines: Sequence[EditionLine],
        changes: Sequence[FigureChange],
        today: date,
    ) -> None:
        """Show the editions of a span, and what the figures are now that they were not then."""
        self._box.clear()
        self._box.addItem("现在的数据，还没有签发" if not lines else "现在的数据", None)
        for line in lines:
            words = f"第{line.no}版　{day_words(line.issued, today)}　{line.who}"
            self._box.addItem(words + (f"　{line.reason}" if line.reason else ""), line.id)
        choose(self._box, None)
        if str(span) != self._span:
            self._span = str(span)
            self._reason.clear()
            self._all.hide()
            self._kept.begin(self._span, {"reason": self._reason}, new=False)
        self._reason.setVisible(bool(lines))
        self._issue.setText("签发更正" if lines else "签发")
        self._changed.setText(changes_words(changes, kind_of(span).last))
        self._changed.setVisible(bool(changes))
        told = all_words(changes, kind_of(span)) if _hides_some(changes) else ""
        self._all.setText(told)
        self._more.setVisible(bool(told))
        self._show_all(shown=bool(told) and not self._all.isHidden())

    @property
    def looked_at(self) -> Id | None:
        """The edition that is looked at; None for the figures as they stand."""
        edition: Id | None = self._box.currentData()
        return edition

    def issued(self) -> None:
        """The reason is on paper."""
        self._reason.clear()
        self._kept.done()

    def _turn(self) -> None:
        self._show_all(shown=self._all.isHidden())

    def _show_all(self, *, shown: bool) -> None:
        self._all.setVisible(shown)
        self._more.setText(FEW if shown else ALL)
        self._more.setAccessibleName("收起改动" if shown else "看全部改动")

    def _look_for_span(self) -> None:
        span = next(iter(self._kept.left), None)
        if span is not None and self._span not in self._kept.left:
            self.left.emit(span)


def changes_words(changes: Sequence[FigureChange], before: str) -> str:
    """Return what changed since an edition: the first few by name, the rest by number.

    `before` is the word for the span before: 上周.
    """
    now = [change for change in changes if change.path[0] not in BESIDE]
    if not now:
        return f"签发以后，{before}或累计的数有改动。" if changes else ""
    said = "；".join(_change(change.path, change) for change in now[:SHOWN])
    more = f"等{len(now)}处" if len(now) > SHOWN else ""
    return f"签发以后改了：{said}{more}"


def all_words(changes: Sequence[FigureChange], kind: Kind) -> str:
    """Return every change since an edition, a line each, below the days it is counted over."""
    titles = dict(zip(BESIDE, (kind.last, "当月累计", "当年累计"), strict=True))
    lines: dict[str, list[str]] = {title: [] for title in (kind.this, *titles.values())}
    for change in changes:
        first, *rest = change.path
        beside = first in titles
        path = rest if beside else change.path
        lines[titles.get(first, kind.this)].append(f"　{_change(path, change)}")
    return "\n".join("\n".join((title, *some)) for title, some in lines.items() if some)


def figure_name(path: Sequence[str]) -> str:
    """Return the whole name of a figure by its place in a block: whose it is, and of which part.

    The words are those of the table of numbers. KeyError for a figure that has none there.
    """
    told = TOLD.get(tuple(path))
    if told is not None:
        return told
    block, *rest = path
    if block == "coverage":
        words = {name: words for name, words, _ in BASE}[rest[-1]]
        # ("coverage", "by_community", 社区, name), or the campaign's own.
        return f"走访任务{words.removeprefix('走访')}" + (f"（{rest[1]}）" if rest[1:] else "")
    title, of, names = next(one for one in COUNTS if one[1] == block)
    words = {name: words for name, words, _ in (*names, *PARTS.get(of, ()))}[rest[0]]
    whole = words if title in words else f"{title}{words}"
    return whole + (f"（{rest[1]}）" if rest[1:] else "")


def _change(path: Sequence[str], change: FigureChange) -> str:
    unit = "%" if path[-1] == "rate" else ""
    was, now = ("无" if v is None else f"{v}{unit}" for v in (change.was, change.now))
    return f"{figure_name(path)} {was}→{now}"


def _hides_some(changes: Sequence[FigureChange]) -> bool:
    """Whether the sentence leaves out a change: one of many, or one of other days."""
    return len(changes) > SHOWN or any(change.path[0] in BESIDE for change in changes)


def paper_of(issued: IssuedEdition) -> "Document":
    """Return an edition's paper as it was issued."""
    return report_paper(
        issued.figures,
        station=issued.paper.station,
        made_on=issued.line.issued,
        problems=issued.problems,
        plans=issued.plans,
        addressee=issued.paper.addressee,
        seal=issued.paper.seal,
        centred_numbers=issued.paper.centred_numbers,
        feet=issued.paper.feet,
        bulletin=issued.paper.bulletin,
    )


def drawn(issued: IssuedEdition) -> bytes:
    """Return an edition's paper as a PDF."""
    return pdf_of((paper_of(issued),))
