"""回收站: what was taken out of the ledger and is not there now; it can come back."""

from functools import partial
from typing import ClassVar, NamedTuple

from PySide6.QtWidgets import QComboBox, QWidget
from sqlalchemy import Connection

from db.history import BIN, Removed, RemovedCount, bring_back, removed, removed_counts
from desktop.background import Ticket
from desktop.page import Context, Page
from desktop.widgets.parts import button, choose, column, label, panel, row
from desktop.widgets.tables import Column, RowModel, RowTable

WINDOW = 200
EMPTY = "回收站是空的。删除的记录会留在这里，可以放回去。"
COLUMNS: tuple[Column[Removed], ...] = (
    Column("类别", lambda r: r.noun, 8),
    Column("内容", lambda r: r.title, 28),
    Column("什么时候", lambda r: f"{r.when:%Y-%m-%d %H:%M}", 9, whole=True),
    Column("谁删的", lambda r: r.who, 8),
)


class Answer(NamedTuple):
    """How many records of each kind there are, and the first of those asked for."""

    counts: list[RemovedCount]
    rows: list[Removed]


class BinPage(Page):
    """Lists removed records, the latest first, and brings one back with what hung on it."""

    title: ClassVar[str] = "回收站"
    watches: ClassVar[frozenset[str]] = frozenset(BIN)
    keys: ClassVar[tuple[tuple[str, str], ...]] = (
        ("Enter", "放回台账"),
        ("Alt+↓", "在上面选类别"),
        ("Ctrl+C", "复制选中的行"),
    )

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._ticket: Ticket | None = None
        self._model: RowModel[Removed] = RowModel(COLUMNS)
        self._model.more = self._more
        self._table = RowTable(self._model, "回收站", EMPTY)
        self._kind = QComboBox()
        self._kind.setAccessibleName("类别")
        self._kind.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self._kind.addItem("全部类别", None)
        self._kind.activated.connect(lambda _: self.refresh())
        self._told = label(tone="second", wrap=True)
        self._back = button("放回台账　Enter", self._bring_back)
        head: QWidget = QWidget()
        line = row(head, gap=10)
        line.addWidget(self._kind)
        line.addWidget(self._told, 1)
        line.addWidget(self._back)
        frame = panel()
        column(frame, (6, 6, 6, 6)).addWidget(self._table)
        outer = column(self, (20, 12, 20, 14), 10)
        outer.addWidget(head)
        outer.addWidget(frame, 1)
        self._table.activated.connect(lambda _: self._bring_back())
        self._table.has_keys({"Alt+Down": self._choose_kind})
        self.setFocusProxy(self._table)

    def refresh(self) -> None:
        """Read what is in the bin."""
        if self._ticket is not None:
            self._ticket.stop()
        kinds = self._kinds

        def question(connection: Connection) -> Answer:
            counts = removed_counts(connection)
            return Answer(counts, removed(connection, 0, WINDOW, kinds))

        self._ticket = self.context.background.ask(self, question, self._show)

    @property
    def _kinds(self) -> tuple[str, ...]:
        kind = self._kind.currentData()
        return BIN if kind is None else (kind,)

    def _more(self, offset: int) -> None:
        question = partial(removed, offset=offset, limit=WINDOW, of=self._kinds)
        self._ticket = self.context.background.ask(self, question, self._model.add_rows)

    def _show(self, answer: Answer) -> None:
        at = max(self._table.currentIndex().row(), 0)
        chosen = self._kind.currentData()
        self._offer(answer.counts)
        if self._kind.currentData() != chosen:
            # The last of the kind went back: all are listed again.
            self.refresh()
            return
        whole = sum(one.records for one in answer.counts)
        total = sum(one.records for one in answer.counts if one.entity in self._kinds)
        self._model.show_rows(answer.rows, total)
        self._kind.setVisible(bool(whole))
        self._back.setVisible(bool(whole))
        shown = f"，这一类{total:,}条" if total != whole else ""
        self._told.setText(f"共{whole:,}条{shown}，可以放回台账。" if whole else "")
        self.about.emit(f"{whole:,}条" if whole else "")
        if answer.rows:
            self._table.selectRow(min(at, len(answer.rows) - 1))

    def _offer(self, counts: list[RemovedCount]) -> None:
        """Offer the kinds there are; one that was chosen stays until another is."""
        chosen = self._kind.currentData()
        self._kind.clear()
        self._kind.addItem("全部类别", None)
        for one in counts:
            self._kind.addItem(f"{one.noun}　{one.records:,}", one.entity)
        choose(self._kind, chosen)

    def _choose_kind(self) -> None:
        self._kind.setFocus()
        self._kind.showPopup()

    def _bring_back(self) -> None:
        if (line := self._model.at(self._table.currentIndex())) is not None:
            told = f"已放回：{line.title}　　Ctrl+Z 撤销"
            self.context.background.write(
                self, bring_back(line.entity, line.record), lambda _: self.said.emit(told)
            )
