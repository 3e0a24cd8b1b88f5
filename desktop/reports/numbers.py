"""数字: the span's figures beside the paper; each opens the rows it was counted from."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QFont, QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QAbstractItemView

from db.figures.behind import Block, Figure
from db.figures.kinds import KINDS, Kind, kind_of
from db.figures.model import Blocks, SpanFigures
from db.kernel.workdays import Month, Period, Span, month_to, year_to
from db.visits import CampaignLine
from desktop.widgets.tables import Column, RowModel, RowTable

NOW, BEFORE = 1, 2
Value = int | str | None
# What stands on a day and has no total over a month.
STANDING: Final = frozenset(("open_at_start", "open_at_end", "overdue"))
# Block, name, the word for it, its measure; a name ending in % is a rate.
COUNTS: Final[tuple[tuple[str, Block, tuple[tuple[str, str, str], ...]], ...]] = (
    ("走访", "visits", (
        ("households", "走访户数", "户"), ("records", "走访次数", "次"), ("people", "见到人数", "人"),
        ("leaflets", "发放资料", "份"),
    )),
    ("纠纷", "disputes", (
        ("new", "新登记", "件"), ("reopened", "重新受理", "件"), ("resolved", "调解成功", "件"),
        ("failed", "调解不成", "件"), ("referred", "移送", "件"), ("withdrawn", "撤回", "件"),
        ("followed_up", "回访", "次"), ("open_at_start", "期初在办", "件"),
        ("open_at_end", "期末在办", "件"), ("overdue", "逾期", "项"),
    )),
    ("培训", "trainings", (
        ("sessions", "场次", "场"), ("expected", "应到", "人次"), ("present", "实到", "人次"),
        ("rate", "到训率", "%"),
    )),
    ("队伍", "volunteers", (
        ("active", "在岗", "人"), ("trained_this_month", "本月已参训", "人"),
        ("untrained", "本月未参训", "人"),
    )),
)  # fmt: skip
PARTS: Final[dict[Block, tuple[tuple[str, str, str], ...]]] = {
    "visits": (
        ("by_outcome", "走访结果", "次"), ("by_topic", "宣传主题", "次"),
        ("by_community", "各社区走访次数", "次"), ("not_home_by_band", "没见到人的时段", "次"),
    ),
    "disputes": (("by_type", "新登记的类型", "件"),),
}  # fmt: skip
BASE: Final = (
    ("base", "应访", "户"), ("done", "已走访", "户"), ("exhausted", "已尽责", "户"),
    ("remaining", "剩余", "户"), ("rate", "走访进度", "%"),
)  # fmt: skip


@dataclass(frozen=True)
class NumberLine:
    """A figure in words with its value in each column; one without a block is a heading."""

    words: str
    measure: str = ""
    block: Block | None = None
    name: str = ""
    part: str = ""
    of: str = ""
    values: tuple[Value, ...] = ()

    def value(self, column: int) -> Value:
        """Return the value in a column of the table."""
        return self.values[column - NOW] if NOW <= column < NOW + len(self.values) else None

    def shown(self, column: int) -> str:
        """Return a value as it stands in the table, and as on paper — where there is none."""
        value = self.value(column)
        if value is None:
            return "" if self.block is None else "—"
        return f"{value:,}" if isinstance(value, int) else f"{value}%"


def number_lines(figures: SpanFigures) -> list[NumberLine]:
    """Return every figure of a span that opens rows, block by block under headings."""
    return list(_lines(figures))


def _headings(of: Kind) -> tuple[str, ...]:
    """The headings of the columns; a month is its own total."""
    totals = ("本年累计",) if of.of is Month else ("本月累计", "本年累计")
    return (of.this, of.last, *totals)


def _days(span: Span, column: int) -> tuple[Period, str]:
    """The days a column is counted over, and how they are called over their rows."""
    if column in (NOW, BEFORE):
        of = span if column == NOW else span.before
        return of.period, of.called
    since = year_to if column == len(_headings(kind_of(span))) else month_to
    period = since(span.period.end)
    return period, period.words


def _lines(figures: SpanFigures) -> Iterator[NumberLine]:
    now, before = figures.now, figures.previous
    totals = [figures.year] if figures.month is None else [figures.month, figures.year]
    for title, block, names in COUNTS:
        yield NumberLine(title)
        counted = [getattr(blocks, block) for blocks in (now, before, *totals)]
        for name, words, measure in names:
            values = [getattr(one, name) for one in counted]
            if block == "volunteers" or name in STANDING:
                values[BEFORE:] = [None] * len(totals)
            yield NumberLine(words, measure, block, name, "", title, tuple(values))
        for name, heading, measure in PARTS.get(block, ()):
            parts = [getattr(one, name) for one in counted]
            if parts[0] or parts[1]:
                yield NumberLine(heading)
            for part in dict.fromkeys((*parts[0], *parts[1])):
                told = tuple(one.get(part, 0) for one in parts)
                yield NumberLine(part, measure, block, name, part, heading, told)
        if block == "visits":
            yield from _coverage(now, before, len(totals))


def _coverage(now: Blocks, before: Blocks, totals: int) -> Iterator[NumberLine]:
    if now.coverage is None:
        return
    past = before.coverage
    his_parts: Mapping[str, Any] = past.by_community if past else {}
    yield NumberLine(now.coverage.campaign)
    for community, counts in (("", now.coverage), *now.coverage.by_community.items()):
        his = his_parts.get(community) if community else past
        if community:
            yield NumberLine(community)
        for name, words, measure in BASE:
            yield NumberLine(
                words, measure, "coverage", name, community, community or now.coverage.campaign,
                (getattr(counts, name), getattr(his, name, None), *[None] * totals),
            )  # fmt: skip


def figure_of(
    line: NumberLine, column: int, span: Span, campaign: CampaignLine | None
) -> tuple[Figure, str] | None:
    """Return the figure a cell shows and the sentence over its rows; None where there are none."""
    value = line.value(column)
    if line.block is None or value in (None, 0):
        return None
    period, called = _days(span, column)
    words = line.words if line.words.startswith(line.of) else f"{line.of} {line.words}"
    told = f"{value:,}{line.measure}" if isinstance(value, int) else f"{value}%"
    return (
        Figure(line.block, line.name, period, line.part, campaign),
        f"{called} {words} {told}",
    )


def _columns(of: Kind) -> tuple[Column[NumberLine], ...]:
    return (
        Column("项目", lambda n: f"{n.words}（{n.measure}）" if n.block else n.words, 11),
        *(
            Column(heading, partial(NumberLine.shown, column=at), 5, number=True)
            for at, heading in enumerate(_headings(of), NOW)
        ),
    )


class _Model(RowModel[NumberLine]):
    def data(
        self,
        index: QModelIndex | QPersistentModelIndex,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:
        """Show numbers that open something as links, and headings stronger than what is below."""
        if index.isValid() and index.row() < len(self.rows):
            line, at = self.rows[index.row()], index.column()
            if role == Qt.ItemDataRole.ForegroundRole and line.value(at):
                return QGuiApplication.palette().link()
            if role == Qt.ItemDataRole.FontRole and line.block is None:
                font = QFont()
                font.setBold(True)
                return font
            if role == Qt.ItemDataRole.AccessibleTextRole:
                when = self.columns[at].heading if at else ""
                return f"{line.of} {line.words} {when} {line.shown(at)}{line.measure}".strip()
        return super().data(index, role)


class NumbersTable(RowTable):
    """The figures as a table. The arrow keys walk its cells; Enter or a click opens their rows."""

    wanted = Signal(object, int)

    def __init__(self) -> None:
        self._kind = KINDS["weekly"]
        self._lines = _Model(_columns(self._kind))
        super().__init__(self._lines, "数字")
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectItems)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.clicked.connect(self._open)

    def show_figures(self, figures: SpanFigures) -> None:
        """Show a span; the cursor stays in its place."""
        at = self.currentIndex()
        place = (at.row(), at.column()) if at.isValid() else (1, NOW)
        lines = number_lines(figures)
        self.clearSpans()
        if figures.kind != self._kind:
            self._kind = figures.kind
            self._lines.show_columns(_columns(self._kind))
        self._lines.show_rows(lines)
        for row, line in enumerate(lines):
            if line.block is None:
                self.setSpan(row, 0, 1, len(self._lines.columns))
        self.setCurrentIndex(self._lines.index(*place))

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Enter opens the rows of the number under the cursor."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._open(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def _open(self, index: QModelIndex) -> None:
        if index.isValid():
            self.wanted.emit(self._lines.rows[index.row()], max(index.column(), NOW))
