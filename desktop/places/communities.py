"""The communities of the post: added, several at a time, renamed, put in order."""

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QHeaderView, QWidget

from db.kernel.access import Right
from db.kernel.errors import UserError
from db.kernel.ids import Id
from db.places.making import (
    add_communities,
    community_names,
    order_communities,
    rename_community,
)
from desktop.page import Context
from desktop.places.refusal import refused
from desktop.unsaved import FormKeeper
from desktop.widgets.entries import text_field
from desktop.widgets.parts import button, column, label, row, set_tone
from desktop.widgets.tables import Column, RowModel, RowTable

MOST_LETTERS = 400
ADDING = "加社区，如 第六社区、第七社区"


class CommunityRow(NamedTuple):
    """A community with how many buildings and homes it has."""

    id: Id
    name: str
    buildings: int
    homes: int


COLUMNS: tuple[Column[CommunityRow], ...] = (
    Column("社区", lambda c: c.name, 8),
    Column("楼栋", lambda c: str(c.buildings), 3, number=True),
    Column("住户", lambda c: f"{c.homes:,}", 4, number=True),
)


def first_column_stretches(table: RowTable) -> None:
    """Give the names the room that the numbers beside them leave."""
    header = table.horizontalHeader()
    header.setStretchLastSection(False)
    header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
    table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)


class CommunityList(QWidget):
    """The list with one field below: Enter adds what is typed, or gives the chosen its new name.

    `chosen` carries the community under the cursor, `said` what was done.
    """

    chosen = Signal(object)
    said = Signal(str)

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._renaming: Id | None = None
        self._wanted: Id | None = None
        self._model: RowModel[CommunityRow] = RowModel(COLUMNS)
        self._table = RowTable(self._model, "社区", "还没有社区，写上名称加上")
        self._table.setSelectionMode(RowTable.SelectionMode.SingleSelection)
        self.name = text_field("社区名称", MOST_LETTERS)
        self._fault = label("", 12, "late", wrap=True)
        self._save = button("加上", self.save)
        self._kept = FormKeeper(context, "社区名称", self)
        self._kept.put_back.connect(self._warn)
        self._build()
        self._begin_adding()
        self._table.selectionModel().currentRowChanged.connect(self._moved)
        self.setFocusProxy(self._table)

    @property
    def current(self) -> CommunityRow | None:
        """The community under the cursor."""
        return self._model.at(self._table.currentIndex())

    def show_rows(self, rows: Sequence[CommunityRow], wanted: Id | None = None) -> None:
        """Show the communities; the cursor stays, or goes to the one wanted."""
        wanted = wanted or self._wanted
        self._model.show_rows(rows)
        at = next((at for at, line in enumerate(rows) if line.id == wanted), 0)
        if rows:
            self._table.selectRow(at)

    def begin_rename(self) -> None:
        """Put the chosen one's name into the field."""
        if self.current is not None and self._save.isEnabled():
            self._renaming = self.current.id
            self.name.setText(self.current.name)
            self._save.setText("改名")
            self._kept.begin(self._renaming.hex(), {"name": self.name}, new=False)
            self.name.setFocus(Qt.FocusReason.OtherFocusReason)

    def save(self) -> None:
        """Add what is typed, or rename."""
        typed = self.name.text().strip()
        failed = refused(self._context, self._tell)
        write = self._context.background.write
        if self._renaming is not None:
            command = rename_community(self._renaming, typed)
            write(self, command, lambda _: self._done("已改名"), failed, once=self._renaming)
            return
        try:
            names = community_names(typed)
        except UserError as reason:
            self._tell(str(reason))
            return
        if not names:
            self.name.setFocus()
            return
        added = f"已加上{len(names)}个社区" if len(names) > 1 else f"已加上{names[0]}"
        write(self, add_communities(names), lambda _: self._done(added), failed, once=typed)

    def shift(self, step: int) -> None:
        """Put the chosen one a place up or down."""
        ids = [line.id for line in self._model.rows]
        here = self._table.currentIndex().row()
        if self._save.isEnabled() and 0 <= here + step < len(ids) and here >= 0:
            ids.insert(here + step, ids.pop(here))
            failed = refused(self._context, self._tell)
            self._context.background.write(self, order_communities(ids), None, failed)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Esc leaves a renaming, or drops what was typed."""
        typed = self._renaming is not None or self.name.text() != ""
        if event.key() == Qt.Key.Key_Escape and typed:
            self._leave()
        else:
            super().keyPressEvent(event)

    def _build(self) -> None:
        may = self._context.may(Right.SETTINGS)
        self.name.setPlaceholderText(
            ADDING if may else self._context.barred or "加社区要请民警办理"
        )
        self.name.finished.connect(self.save)
        first_column_stretches(self._table)
        layout = column(self, gap=6)
        layout.addWidget(self._table, 1)
        line = row(gap=6)
        line.addWidget(self.name, 1)
        line.addWidget(self._save)
        layout.addLayout(line)
        layout.addWidget(self._fault)
        self._fault.hide()
        tools = row(gap=0)
        moves = (
            button("改名", self.begin_rename, kind="link"),
            button("上移", lambda: self.shift(-1), kind="link"),
            button("下移", lambda: self.shift(1), kind="link"),
        )
        for tool in moves:
            tool.setEnabled(may)
            tools.addWidget(tool)
        tools.addStretch()
        tools.addWidget(button("改动记录", self._show_history, kind="link"))
        layout.addLayout(tools)
        self.name.setEnabled(may)
        self._save.setEnabled(may)
        for keys, action in (
            ("F2", self.begin_rename),
            ("Alt+Up", lambda: self.shift(-1)),
            ("Alt+Down", lambda: self.shift(1)),
        ):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(action)

    def _moved(self, current: QModelIndex, _: QModelIndex) -> None:
        if current.isValid() and current.row() < len(self._model.rows):
            self._wanted = self._model.rows[current.row()].id
            self.chosen.emit(self._wanted)

    def _show_history(self) -> None:
        here = self.current
        if here is not None:
            self._context.routes.go(
                "data", tab="history", entity="community", record=here.id, name=here.name
            )

    def _done(self, words: str) -> None:
        self._leave()
        self.said.emit(f"{words}　　Ctrl+Z 撤销")

    def _warn(self, words: str) -> None:
        self._tell(words)
        set_tone(self._fault, "tries")

    def _tell(self, reason: str) -> None:
        set_tone(self._fault, "late")
        self._fault.setText(reason)
        self._fault.setVisible(bool(reason))

    def _leave(self) -> None:
        self._renaming = None
        self._tell("")
        self._save.setText("加上")
        self.name.clear()
        self._kept.done()
        self._begin_adding()

    def _begin_adding(self) -> None:
        self._kept.begin("", {"name": self.name}, new=True)
