"""签发: the editions of a span, a new one, and what has changed since the last."""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QLineEdit, QWidget

from db.editions import EditionLine, FigureChange, IssuedEdition
from db.figures.kinds import kind_of
from db.kernel.workdays import Span
from desktop.page import Context
from desktop.paper.report import report_paper
from desktop.unsaved import FormKeeper
from desktop.widgets.parts import button, choose, column, label, row
from desktop.words import day_words

if TYPE_CHECKING:
    from desktop.paper.document import Document

SHOWN = 3
# The names of figures as a chief reads them; docs/FIGURES.md has all of them.
NAMES: Final = {
    "households": "走访户数", "records": "走访次数", "people": "见到人数", "leaflets": "发放资料",
    "base": "应访户数", "done": "已走访", "exhausted": "已尽责", "remaining": "剩余", "rate": "比率",
    "new": "新增纠纷", "resolved": "调解成功", "failed": "调解不成", "referred": "移送",
    "open_at_end": "期末在办", "open_at_start": "期初在办", "followed_up": "回访", "overdue": "逾期",
    "sessions": "培训场次", "expected": "应到", "present": "实到", "active": "在岗人数",
    "trained_this_month": "本月已参训", "untrained": "本月未参训",
}  # fmt: skip


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
        layout = column(self, gap=6)
        layout.addWidget(label("签发留存", 12, "second"))
        layout.addWidget(self._box)
        line = row(gap=6)
        line.addWidget(self._reason, 1)
        line.addWidget(self._issue)
        layout.addLayout(line)
        layout.addWidget(self._changed)

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
            self._kept.begin(self._span, {"reason": self._reason}, new=False)
        self._reason.setVisible(bool(lines))
        self._issue.setText("签发更正" if lines else "签发")
        self._changed.setText(changes_words(changes, kind_of(span).last))
        self._changed.setVisible(bool(changes))

    def issued(self) -> None:
        """The reason is on paper."""
        self._reason.clear()
        self._kept.done()

    def _look_for_span(self) -> None:
        span = next(iter(self._kept.left), None)
        if span is not None and self._span not in self._kept.left:
            self.left.emit(span)


def changes_words(changes: Sequence[FigureChange], before: str) -> str:
    """Return what changed since an edition: the first few by name, the rest by number.

    `before` is the word for the span before: 上周.
    """
    now = [c for c in changes if c.path[0] not in ("previous", "month", "year")]
    if not now:
        return f"签发以后，{before}或累计的数有改动。" if changes else ""
    said = "；".join(f"{_name(change.path)} {change.was}→{change.now}" for change in now[:SHOWN])
    more = f"等{len(now)}处" if len(now) > SHOWN else ""
    return f"签发以后改了：{said}{more}"


def _name(path: Sequence[str]) -> str:
    return NAMES.get(path[-1], path[-1])


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
    )
