"""看板: the disputes that are not closed, in columns by how far each is, the most pressing on top."""

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)
from sqlalchemy import Connection

from db.disputes.facts import STAGE_NAMES, Stage, clocks
from db.disputes.lists import DisputeRow, disputes
from db.disputes.words import GRAVE, KIND_NAMES, RESULT_NAMES
from db.kernel.workdays import left_words
from desktop.disputes.card import SOON_DAYS
from desktop.page import Context, Page
from desktop.theme import Theme
from desktop.widgets.parts import column, label, panel, row, tip

STAGES: tuple[Stage, ...] = ("registered", "mediating", "to_perform", "to_follow_up", "to_close")
LINE, PAD, EDGE, GAP = 21, 10, 7, 6
MOST_LINES = 2
Index = QModelIndex | QPersistentModelIndex


class DisputeBoardPage(Page):
    """What is open, by stage; Enter opens one in the list."""

    title: ClassVar[str] = "纠纷看板"
    watches: ClassVar[frozenset[str]] = frozenset(
        (
            "dispute", "dispute_party", "dispute_conclusion", "dispute_reopening",
            "dispute_follow_up", "dispute_session", "dispute_extension", "dispute_closing", "staff",
            "post", "day_off", "community", "dispute_report",
        )
    )  # fmt: skip
    keys: ClassVar[tuple[tuple[str, str], ...]] = (
        ("方向键", "在卡片和各列之间移动"),
        ("Enter", "打开这件纠纷"),
    )

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._lists: dict[Stage, _Cards] = {}
        self._heads = {stage: label(pixels=14) for stage in STAGES}
        layout = row(self, (20, 12, 20, 14), 12)
        for stage in STAGES:
            cards = self._lists[stage] = _Cards(context.theme, STAGE_NAMES[stage])
            cards.opened.connect(self._open)
            cards.aside.connect(self._aside)
            frame = panel()
            inside = column(frame, (8, 10, 8, 8), 8)
            inside.addWidget(self._heads[stage])
            inside.addWidget(cards, 1)
            layout.addWidget(frame, 1)
        self.setFocusProxy(self._lists["registered"])

    def refresh(self) -> None:
        """Read all disputes."""
        day = self.context.today

        def question(connection: Connection) -> list[DisputeRow]:
            return disputes(connection, day, clocks(connection))

        self.context.background.ask(self, question, self._show)

    def _show(self, rows: list[DisputeRow]) -> None:
        for stage, cards in self._lists.items():
            of = [line for line in rows if line.stage == stage]
            cards.show_rows(of)
            late = sum(line.days_left is not None and line.days_left < 0 for line in of)
            told = f"，逾期{late}" if late else ""
            self._heads[stage].setText(f"{STAGE_NAMES[stage]}　{len(of)}件{told}")
        left = sum(line.stage != "closed" for line in rows)
        self.about.emit(f"没有结案{left}件" if rows else "还没有纠纷，按 Ctrl+N 登记")

    def _open(self, line: DisputeRow) -> None:
        self.context.routes.go("disputes", tab="list", record=line.id)

    def _aside(self, step: int) -> None:
        """Go to the nearest column on that side that has a card."""
        lists = list(self._lists.values())
        at = next((n for n, cards in enumerate(lists) if cards.hasFocus()), 0)
        way = lists[at + 1 :] if step > 0 else reversed(lists[:at])
        for cards in way:
            if cards.model().rowCount():
                cards.setFocus()
                break


class _Rows(QAbstractListModel):
    def __init__(self) -> None:
        super().__init__()
        self.rows: Sequence[DisputeRow] = ()

    def show_rows(self, rows: Sequence[DisputeRow]) -> None:
        self.beginResetModel()
        self.rows = rows
        self.endResetModel()

    def rowCount(self, parent: Index | None = None) -> int:  # noqa: N802
        return 0 if parent is not None and parent.isValid() else len(self.rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        line = self.rows[index.row()]
        if role == Qt.ItemDataRole.UserRole:
            return line
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            said = (
                line.number,
                f"{KIND_NAMES[line.kind]}纠纷",
                "、".join(line.parties),
                "　".join(filter(None, _left(line))),
            )
            words = "\n".join(word for word in said if word)
            return words if role == Qt.ItemDataRole.DisplayRole else tip(words)
        return None


class _Cards(QListView):
    """One column of cards; `aside` asks for the column beside it."""

    opened = Signal(object)
    aside = Signal(int)

    def __init__(self, theme: Theme, name: str) -> None:
        super().__init__()
        self._rows = _Rows()
        self.setModel(self._rows)
        self.setItemDelegate(_Card(theme, self))
        self.setAccessibleName(name)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.doubleClicked.connect(self._open)

    def show_rows(self, rows: Sequence[DisputeRow]) -> None:
        """Show these, the cursor staying at its place."""
        at = max(self.currentIndex().row(), 0)
        self._rows.show_rows(rows)
        if rows:
            self.setCurrentIndex(self._rows.index(min(at, len(rows) - 1)))

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Enter opens, Left and Right go to the other columns."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._open(self.currentIndex())
        elif event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self.aside.emit(1 if event.key() == Qt.Key.Key_Right else -1)
        else:
            super().keyPressEvent(event)

    def _open(self, index: QModelIndex) -> None:
        line = index.data(Qt.ItemDataRole.UserRole)
        if line is not None:
            self.opened.emit(line)


class _Card(QStyledItemDelegate):
    """Paints a card: number and kind, parties, days left and who mediates.

    What has no room in one line stands in two: in large type a column is narrower than a title.
    """

    def __init__(self, theme: Theme, view: _Cards) -> None:
        super().__init__(view)
        self._theme, self._view = theme, view

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: N802
        """As high as its lines, and the gap to the next card."""
        del option
        px, wide = self._theme.px, self._view.viewport().width()
        lines = self._lines(index.data(Qt.ItemDataRole.UserRole), wide - 2 - 2 * px(PAD))
        return QSize(100, len(lines) * px(LINE) + 2 * px(EDGE) + px(GAP))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one."""
        theme = self._theme
        state = option.state  # type: ignore[attr-defined]
        rect = option.rect  # type: ignore[attr-defined]
        focused = bool(state & QStyle.StateFlag.State_Selected) and self._view.hasFocus()
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(rect).adjusted(1, 1, -1, -theme.px(GAP))
        painter.setPen(QPen(theme.color("accent" if focused else "line"), 1.5 if focused else 1))
        painter.setBrush(theme.color("accent_ground" if focused else "surface"))
        painter.drawRoundedRect(box, 6, 6)
        edge = theme.px(PAD), theme.px(EDGE)
        inside = box.adjusted(edge[0], edge[1], -edge[0], -edge[1])
        lines = self._lines(index.data(Qt.ItemDataRole.UserRole), round(inside.width()))
        height = inside.height() / len(lines)
        for at, (text, size, tone) in enumerate(lines):
            painter.setFont(theme.font(size))
            painter.setPen(theme.color(tone))
            of = QRectF(inside.left(), inside.top() + at * height, inside.width(), height)
            flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
            painter.drawText(of, flags, text)
        painter.restore()

    def _lines(self, line: DisputeRow, wide: int) -> list[tuple[str, int, str]]:
        """Return the lines of a card so wide: their words, type and colour."""
        parts = (
            ((line.number, KIND_NAMES[line.kind]), " ", 13, "text"),
            (line.parties, "、", 12, "second"),
            (_left(line), "　", 12, _tone(line)),
        )
        return [
            (text, size, tone)
            for words, between, size, tone in parts
            for text in broken(words, between, QFontMetrics(self._theme.font(size)), wide)
        ]


def broken(words: Iterable[str], between: str, metrics: QFontMetrics, wide: int) -> list[str]:
    """Return words as one line, or as two where they need it; what is more is cut with three dots."""
    lines: list[str] = []
    for word in filter(None, words):
        joined = f"{lines[-1]}{between}{word}" if lines else word
        whole = metrics.horizontalAdvance(joined) <= wide
        if not lines or (not whole and len(lines) < MOST_LINES):
            lines.append(word)
        else:
            lines[-1] = joined
    return [metrics.elidedText(text, Qt.TextElideMode.ElideRight, wide) for text in lines] or [""]


def _left(line: DisputeRow) -> tuple[str, ...]:
    who = line.mediators[0] if line.mediators else ""
    ended = "" if line.days_left is not None else RESULT_NAMES[line.state]
    left = left_words(line.days_left) if line.days_left is not None else ended
    grave = "重大" if line.risk == GRAVE else ""
    return left, grave, who


def _tone(line: DisputeRow) -> str:
    if line.days_left is None:
        return "second"
    return "late" if line.days_left < 0 else "tries" if line.days_left <= SOON_DAYS else "text"
