"""保存期限: what is due for erasure, what waits for a second person, what was erased; the dictionary."""

from collections.abc import Mapping
from functools import partial
from typing import Any, ClassVar, NamedTuple

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QHeaderView,
    QStyleOptionViewItem,
    QWidget,
)
from sqlalchemy import Connection

from db.dictionary import Entry, dictionary
from db.erasing import erase
from db.erasure.lists import (
    DueGroup,
    ErasedGroup,
    Waiting,
    due_groups,
    erased_groups,
    waiting_proposals,
)
from db.kernel.accounts import is_alone
from db.kernel.erasing import Taken
from db.kernel.errors import UserError
from db.kernel.ids import Id
from db.kernel.journal import Command, Done
from db.post import the_post
from desktop.admin.keeping_panel import Asked, KeepingPanel
from desktop.background import Progress
from desktop.errors import tell
from desktop.page import Context, Page
from desktop.paper.dictionary_sheet import TITLE, dictionary_paper
from desktop.paper_out import Made, PaperOut, one_table
from desktop.widgets.flow import FlowLayout
from desktop.widgets.parts import button, column, label, panel, row
from desktop.widgets.scrolling import scrolling
from desktop.widgets.stack import PageStack
from desktop.widgets.tables import Cells, Column, RowModel, RowTable

PANEL_WIDTH = 340
NONE = "还没有清除过"
# In lines of the type in force.
ROUND_A_CELL = 1.4
DUE_HIGH, LOWER_HIGH = 130, 170
ToDo = DueGroup | Waiting
TO_DO: tuple[Column[ToDo], ...] = (
    Column("内容", lambda t: t.words, 10),
    Column("情况", lambda t: "等核准" if isinstance(t, Waiting) else "保存期满", 6),
    Column("从哪天起", lambda t: str(t.day if isinstance(t, Waiting) else t.oldest), 7),
    Column("为什么", lambda t: t.why if isinstance(t, Waiting) else "", 6),
    Column("提出人", lambda t: t.who if isinstance(t, Waiting) else "", 7),
)
ERASED: tuple[Column[ErasedGroup], ...] = (
    Column("日期", lambda e: str(e.day), 7),
    Column("清除了", lambda e: e.words, 10),
    Column("为什么", lambda e: e.why, 6),
    Column("提出人", lambda e: e.proposed, 7),
    Column("核准人", lambda e: e.confirmed, 7),
)
DICTIONARY: tuple[Column[Entry], ...] = (
    Column("在哪里", lambda e: e.noun, 5),
    Column("记什么", lambda e: "、".join(e.labels), 13),
    Column("用来做什么", lambda e: e.purpose, 10),
    Column("保存多久", lambda e: e.keep, 18),
)


class _Seen(NamedTuple):
    due: list[DueGroup]
    waiting: list[Waiting]
    erased: list[ErasedGroup]
    alone: bool


class KeepingPage(Page):
    """The data dictionary, and the erasure of what it says has been kept long enough."""

    title: ClassVar[str] = "保存期限"
    watches: ClassVar[frozenset[str]] = frozenset(
        (
            "erasure", "erasure_proposal", "household", "volunteer", "dispute", "visit",
            "attendance", "dispute_closing", "dispute_conclusion", "account", "dispute_extension",
            "dispute_follow_up", "dispute_reopening", "dispute_report", "dispute_session",
            "training",
        )
    )  # fmt: skip
    keys: ClassVar[tuple[tuple[str, str], ...]] = (
        ("Enter", "办选中的一条：提出清除，或者核准"),
        ("Esc", "回到左边"),
        ("Ctrl+P", "打印数据字典，可以上墙"),
        ("Ctrl+S", "把数据字典存为 PDF 或 Excel"),
    )

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._asked: Asked | None = None
        self._alone = False
        self._to_do: RowModel[ToDo] = RowModel(TO_DO)
        self._erased: RowModel[ErasedGroup] = RowModel(ERASED)
        self._entries: RowModel[Entry] = RowModel(DICTIONARY)
        self._table = RowTable(self._to_do, "要清除的", "没有保存期满的内容，也没有等核准的")
        self._out = PaperOut(self)
        self._panel = KeepingPanel(context, self._leave)
        self._panel.giving.connect(self._give)
        self._panel.erasing.connect(self._erase)
        self._lower = PageStack()
        self._build()
        self._table.selectionModel().currentRowChanged.connect(self._moved)
        self._table.activated.connect(lambda _: self._panel.begin())
        self.setFocusProxy(self._table)

    def open(self, what: Mapping[str, Any]) -> None:
        """Begin the erasure of one record that a person asks for."""
        if what.get("subject") is not None:
            self._asked = Asked(*what["subject"])
            self._table.clearSelection()
            self._panel.show_subject(self._asked, alone=self._alone)
            self._panel.begin()

    def refresh(self) -> None:
        """Read what is due, what waits and what was erased."""
        day, account = self.context.today, self.context.ledger.session.account

        def question(connection: Connection) -> _Seen:
            return _Seen(
                due_groups(connection, day),
                waiting_proposals(connection),
                erased_groups(connection),
                is_alone(connection, account),
            )

        self.context.background.ask(self, question, self._show)

    def print(self) -> None:
        """Print the data dictionary."""
        self._out.print(self._paper)

    def save(self) -> None:
        """Save the data dictionary as a PDF or a workbook."""
        self._out.save(TITLE, self._paper)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Esc goes back to the list."""
        if event.key() == Qt.Key.Key_Escape and not self._table.hasFocus():
            self._leave()
        else:
            super().keyPressEvent(event)

    def _build(self) -> None:
        above = panel()
        column(above, (6, 6, 6, 6)).addWidget(self._table)
        self._entries.show_rows(dictionary())
        line, group = QWidget(), QButtonGroup(self)
        choices = FlowLayout(line, gap=6)
        said, erased = RowTable(self._entries, "数据字典"), RowTable(self._erased, "清除过的", NONE)
        _wrap(said)
        for at, (name, table) in enumerate((("数据字典", said), ("清除过的", erased))):
            frame = panel()
            column(frame, (6, 6, 6, 6)).addWidget(table)
            self._lower.addWidget(frame)
            choice = button(name, partial(self._lower.setCurrentIndex, at), kind="choice")
            choice.setCheckable(True)
            choice.setChecked(at == 0)
            group.addButton(choice)
            choices.addWidget(choice)
        for words, keys, done in (
            ("打印　Ctrl+P", "Ctrl+P", self.print), ("存为文件　Ctrl+S", "Ctrl+S", self.save),
        ):  # fmt: skip
            tool = button(words, done, kind="link")
            tool.setShortcut(keys)
            choices.addWidget(tool)
        left = column(gap=10)
        left.addWidget(label("要清除的", 14))
        # In a low window the page scrolls rather than show a row or two of each.
        above.setMinimumHeight(self.context.theme.px(DUE_HIGH))
        self._lower.setMinimumHeight(self.context.theme.px(LOWER_HIGH))
        left.addWidget(above, 2)
        left.addWidget(line)
        left.addWidget(self._lower, 3)
        side = panel()
        side.setFixedWidth(self.context.theme.px(PANEL_WIDTH))
        column(side, (1, 1, 1, 1)).addWidget(scrolling(self._panel))
        outer = row(self, (20, 12, 20, 14), 16)
        outer.addLayout(left, 1)
        outer.addWidget(side)

    def _show(self, seen: _Seen) -> None:
        chosen = self._chosen()
        self._alone = seen.alone
        self._to_do.show_rows([*seen.waiting, *seen.due])
        self._erased.show_rows(seen.erased)
        if self._asked is None:
            kept = [at for at, one in enumerate(self._to_do.rows) if _same(one, chosen)]
            self._table.selectRow(kept[0] if kept else 0)
        self._show_chosen()
        parts = [f"期满{len(seen.due)}类" if seen.due else "没有期满的"]
        parts += [f"{len(seen.waiting)}批等核准"] if seen.waiting else []
        self.about.emit("，".join(parts))

    def _show_chosen(self) -> None:
        subject = self._asked or self._chosen()
        self._panel.show_subject(subject, alone=self._alone)

    def _chosen(self) -> ToDo | None:
        return self._to_do.at(self._table.currentIndex())

    def _moved(self, current: QModelIndex, _: QModelIndex) -> None:
        if current.isValid():
            self._asked = None
            self._show_chosen()

    def _leave(self) -> None:
        self._asked = None
        self._show_chosen()
        self._table.setFocus()

    def _give(self, command: Command[Any], said: str) -> None:
        def written(_: object) -> None:
            self._asked = None
            self.said.emit(said)
            self._table.setFocus()

        self.context.background.write(self, command, written, self._failed)

    def _erase(self, proposal: Id, paper: str | None) -> None:
        ledger, background = self.context.ledger, self.context.background

        def job(_: Progress) -> Done[Taken]:
            return erase(ledger, proposal, paper)

        def erased(done: Done[Taken]) -> None:
            background.changed.emit(done)
            background.backed_up.emit()
            self.said.emit("已清除，次数和件数没有变")
            self._table.setFocus()

        background.errand(self, job, erased, self._failed, lane="writer")

    def _failed(self, error: Exception) -> None:
        if isinstance(error, UserError):
            self._panel.failed(str(error))
        else:
            tell(self, error)

    @property
    def _paper(self) -> Made:
        day = self.context.today
        return lambda connection: one_table(
            dictionary_paper(dictionary(), author=the_post(connection).name, made_on=day)
        )


class _Lines(Cells):
    """Rows as high as their sentences need: the view's own measure forgets the room round a cell."""

    def sizeHint(  # noqa: N802
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        """Return the room for the whole text at the column's width."""
        del option
        table = self.parent()
        assert isinstance(table, RowTable)  # noqa: S101  it was made for one
        metrics, text = table.fontMetrics(), str(index.data() or "")
        around = round(metrics.height() * ROUND_A_CELL)
        width = table.columnWidth(index.column()) - around
        # As the view breaks its lines: no stop begins one.
        whole = metrics.boundingRect(
            QRect(0, 0, max(width, 1), 10_000), Qt.TextFlag.TextWordWrap, text
        )
        # The first column is as wide as its words and asks for that here.
        least = metrics.horizontalAdvance(text) + around if index.column() == 0 else width
        return QSize(least, whole.height() + round(metrics.height() * 0.9))


def _wrap(table: RowTable) -> None:
    """Show whole sentences, however large the type: a rule that is cut is no rule."""
    table.setWordWrap(True)
    table.setItemDelegate(_Lines(table))
    header = table.horizontalHeader()
    header.setStretchLastSection(False)
    header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
    header.setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
    table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
    # Rows are measured again once the columns have their width.
    header.geometriesChanged.connect(table.resizeRowsToContents)


def _same(one: ToDo, other: ToDo | None) -> bool:
    if isinstance(one, Waiting) or isinstance(other, Waiting):
        return isinstance(one, Waiting) and isinstance(other, Waiting) and one.id == other.id
    return other is not None and one.entity == other.entity
