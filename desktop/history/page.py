"""改动记录: everything done, the latest first, or one record's own history; each can be undone."""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from PySide6.QtCore import QModelIndex
from PySide6.QtWidgets import QTextEdit
from sqlalchemy import Connection

from db.erasure.nouns import NOUNS
from db.history import (
    Entry,
    FieldChange,
    Line,
    Touched,
    recent,
    record_history,
    shown_of,
    step_shown_of,
    touched,
)
from db.history.words import WORDS
from db.kernel.access import Right
from db.kernel.ids import Id
from desktop.background import Ticket
from desktop.page import Context, Page
from desktop.routes import SCREEN_OF
from desktop.widgets.parts import button, column, label, panel, row
from desktop.widgets.tables import Column, RowModel, RowTable

WINDOW = 200
# Of an import of thousands of rows the first ones tell what it was.
MOST_TOLD = 40
COLUMNS: tuple[Column[Line], ...] = (
    Column("号", lambda e: str(e.no), 5, number=True),
    Column("时间", lambda e: f"{e.when:%Y-%m-%d %H:%M}", 9, whole=True),
    Column("谁", lambda e: e.who, 7),
    Column("做了什么", lambda e: e.action, 10),
    Column("说明", lambda e: e.note, 26),
    Column("改动", lambda e: str(e.changes or ""), 5, number=True),
    Column("", lambda e: "已撤销" if e.undone else "", 6),
)


class HistoryPage(Page):
    """The journal in words, and what the chosen step did. With a record it tells that record's own
    changes, field by field.
    """

    title: ClassVar[str] = "改动记录"
    watches: ClassVar[frozenset[str]] = frozenset(WORDS)
    keys: ClassVar[tuple[tuple[str, str], ...]] = (
        ("↑　↓", "选一步，下面是它改了什么"),
        ("Enter　双击", "打开它改的那件纠纷、那场培训、那一户、那个人"),
        ("Ctrl+C", "复制选中的行"),
        ("Ctrl+Enter", "撤销选中的这一步"),
    )

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._record: tuple[str, Id, str] | None = None
        self._model: RowModel[Line] = RowModel(COLUMNS)
        self._model.more = self._more
        self._table = RowTable(self._model, "改动记录", "没有改动过")
        self._name = label("全部操作", 16)
        self._details = QTextEdit()
        self._details.setReadOnly(True)
        self._details.setAccessibleName("改动的内容")
        self._all = button("看全部操作", self._show_all)
        self._undo = button("撤销选中的这一步　Ctrl+Enter", self._undo_chosen)
        self._undo.setShortcut("Ctrl+Return")
        self._wish = button("清除个人信息", self._ask_erasure, kind="link")
        self._ticket: Ticket | None = None
        head = row(gap=10)
        head.addWidget(self._name, 1)
        head.addWidget(self._wish)
        head.addWidget(self._all)
        head.addWidget(self._undo)
        frame = panel()
        column(frame, (6, 6, 6, 6)).addWidget(self._table)
        outer = column(self, (20, 12, 20, 14), 10)
        outer.addLayout(head)
        outer.addWidget(frame, 3)
        outer.addWidget(self._details, 2)
        self._table.selectionModel().currentRowChanged.connect(self._moved)
        self._table.doubleClicked.connect(lambda _: self._open())
        self._table.has_keys({"Return": self._open, "Enter": self._open})
        self.setFocusProxy(self._table)

    def open(self, what: Mapping[str, Any]) -> None:
        """Tell the history of one record, if the route names one."""
        if what.get("record") is not None:
            self._record = (what["entity"], what["record"], what.get("name", ""))
            self.refresh()

    def refresh(self) -> None:
        """Read again; a history changes with everything that is done."""
        self._all.setVisible(self._record is not None)
        self._wish.setVisible(self._record is not None and self._record[0] in NOUNS)
        self._wish.setEnabled(self.context.may(Right.WRITE))
        if self._record is None:
            self._name.setText("全部操作")
            self.context.background.ask(self, lambda c: recent(c, 0, WINDOW), self._show)
            return
        entity, record, name = self._record
        self._name.setText(f"{name}的改动")

        def question(connection: Connection) -> list[Entry]:
            return record_history(connection, entity, record)

        self.context.background.ask(self, question, self._show_record)

    def _show(self, lines: list[Line]) -> None:
        total = lines[0].no if lines else 0
        self._model.show_rows(lines, total)
        self._table.selectRow(0)

    def _show_record(self, entries: list[Entry]) -> None:
        self._model.show_rows(
            [Line(e.no, e.when, e.who, e.action, e.note, len(e.changes), e.undone) for e in entries]
        )
        said = []
        for entry in entries:
            said.append(f"第{entry.no}号　{entry.when:%Y-%m-%d %H:%M}　{entry.who}　{entry.action}")
            said += _lines(entry.changes)
        self._details.setPlainText("\n".join(said))

    def _more(self, offset: int) -> None:
        if self._record is None:
            self.context.background.ask(
                self, lambda c: recent(c, offset, WINDOW), self._model.add_rows
            )

    def _show_all(self) -> None:
        self._record = None
        self.refresh()

    def _ask_erasure(self) -> None:
        if self._record is not None:
            self.context.routes.go("admin", tab="keeping", subject=self._record)

    def _moved(self, current: QModelIndex, _: QModelIndex) -> None:
        rows = self._model.rows
        line = rows[current.row()] if 0 <= current.row() < len(rows) else None
        self._undo.setEnabled(line is not None and line.changes > 0 and not line.undone)
        if self._record is None:
            self._tell_step(line)

    def _tell_step(self, line: Line | None) -> None:
        if self._ticket is not None:
            self._ticket.stop()
        if line is None or not line.changes:
            self._details.setPlainText("这一步没有改动数据" if line else "")
            return
        no, count = line.no, line.changes

        def answer(found: list[Touched]) -> None:
            said = []
            for one in found:
                said.append(f"{one.did}{one.noun}　{one.title}")
                said += _lines(one.changes)
            if count > len(found):
                said.append(f"……一共{count:,}条，这里是前{len(found)}条")
            self._details.setPlainText("\n".join(said))

        self._ticket = self.context.background.ask(
            self, lambda c: touched(c, no, MOST_TOLD), answer
        )

    def _open(self) -> None:
        """Open what the chosen step did something to, or the record whose history this is."""
        line = self._model.at(self._table.currentIndex())
        if line is None:
            return
        no, of = line.no, self._record

        def question(connection: Connection) -> tuple[str, Id] | None:
            if of is not None:
                return shown_of(connection, of[0], of[1], SCREEN_OF)
            return step_shown_of(connection, no, SCREEN_OF)

        def answer(found: tuple[str, Id] | None) -> None:
            if found is None:
                self.said.emit("没有可以打开的：这一步没有改动记录，或改的已经删除")
                return
            entity, record = found
            self.context.routes.go(SCREEN_OF[entity], entity=entity, record=record)

        self.context.background.ask(self, question, answer)

    def _undo_chosen(self) -> None:
        if (line := self._model.at(self._table.currentIndex())) is not None:

            def undone(_: object) -> None:
                self.said.emit(f"已撤销：{line.action} {line.note}")
                self.refresh()

            self.context.background.undo(self, line.no, undone)


def _lines(changes: Iterable[FieldChange]) -> list[str]:
    """Return entries before and after, one a line; what was empty and stays so is not told."""
    return [f"　　{c.label}：{c.old or '空'} → {c.new or '空'}" for c in changes if c.old or c.new]
