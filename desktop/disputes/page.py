"""The disputes as a list: open ones first, by the day they must be done."""

from collections.abc import Mapping
from typing import Any, ClassVar

from PySide6.QtWidgets import QComboBox, QLineEdit, QTextEdit
from sqlalchemy import Connection

from db.disputes.lists import DisputeRow, disputes
from db.disputes.words import KIND_NAMES, OPEN, RESULT_NAMES, RISK_NAMES
from db.figures.week import clocks
from db.kernel.ids import Id
from desktop.page import Context, Page
from desktop.widgets.parts import column, label, panel, row
from desktop.widgets.tables import Column, RowModel, RowTable


def _left(line: DisputeRow) -> str:
    if line.days_left is None:
        return ""
    if line.days_left < 0:
        return f"超{-line.days_left}天"
    return "今天" if line.days_left == 0 else f"{line.days_left}天"


COLUMNS: tuple[Column[DisputeRow], ...] = (
    Column("编号", lambda d: d.number, 8),
    Column("登记", lambda d: d.registered.isoformat(), 8),
    Column("类型", lambda d: KIND_NAMES[d.kind], 8),
    Column("当事人", lambda d: "、".join(d.parties), 12),
    Column("风险", lambda d: RISK_NAMES.get(d.risk or "", ""), 5),
    Column("调解人", lambda d: "、".join(d.mediators), 8),
    Column("情况", lambda d: RESULT_NAMES[d.state], 7),
    Column("应结", lambda d: d.by.isoformat() if d.by else "", 8),
    Column("还剩", _left, 7),
    Column("社区", lambda d: d.community, 8),
)


class DisputesPage(Page):
    """Every dispute with its state and its day; the chosen one's facts stand below."""

    title: ClassVar[str] = "纠纷"
    watches: ClassVar[frozenset[str]] = frozenset(
        (
            "dispute", "dispute_party", "dispute_conclusion", "dispute_reopening",
            "dispute_follow_up", "staff", "post", "day_off",
        )
    )  # fmt: skip
    keys: ClassVar[tuple[tuple[str, str], ...]] = (("Ctrl+C", "复制选中的行，可以贴进 Excel"),)

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._rows: list[DisputeRow] = []
        self._wanted: Id | None = None
        self._model: RowModel[DisputeRow] = RowModel(COLUMNS)
        self._table = RowTable(self._model, "纠纷")
        self._state = QComboBox()
        self._state.setAccessibleName("情况")
        self._state.addItem("全部", None)
        for code, name in RESULT_NAMES.items():
            self._state.addItem(name, code)
        self._text = QLineEdit()
        self._text.setPlaceholderText("编号、当事人、调解人、简要情况")
        self._text.setAccessibleName("查找")
        self._foot = label(tone="second")
        self._brief = QTextEdit()
        self._brief.setReadOnly(True)
        self._brief.setAccessibleName("简要情况")
        self._brief.setMaximumHeight(context.theme.px(110))
        head = row(gap=10)
        head.addWidget(self._state)
        head.addWidget(self._text, 1)
        frame = panel()
        column(frame, (6, 6, 6, 6)).addWidget(self._table)
        outer = column(self, (20, 12, 20, 14), 10)
        outer.addLayout(head)
        outer.addWidget(frame, 1)
        outer.addWidget(self._brief)
        outer.addWidget(self._foot)
        self._state.activated.connect(lambda _: self._filter())
        self._text.textChanged.connect(lambda _: self._filter())
        self._table.selectionModel().currentRowChanged.connect(
            lambda index, _: self._tell(index.row())
        )
        self.setFocusProxy(self._table)

    def open(self, what: Mapping[str, Any]) -> None:
        """Put the cursor on a dispute."""
        self._wanted = what.get("record")
        self._seek()

    def refresh(self) -> None:
        """Read all disputes; a post has hundreds, not thousands."""
        day = self.context.today

        def question(connection: Connection) -> list[DisputeRow]:
            return disputes(connection, day, clocks(connection))

        self.context.background.ask(self, question, self._show)

    def _show(self, rows: list[DisputeRow]) -> None:
        self._rows = rows
        self._filter()

    def _filter(self) -> None:
        state, wanted = self._state.currentData(), self._text.text().strip()
        shown = [
            line
            for line in self._rows
            if state in (None, line.state)
            and wanted in " ".join((line.number, line.brief, *line.parties, *line.mediators))
        ]
        self._model.show_rows(shown)
        open_ones = [line for line in self._rows if line.state == OPEN]
        late = sum(line.days_left is not None and line.days_left < 0 for line in open_ones)
        self._foot.setText(f"共{len(shown)}件；在办{len(open_ones)}件，其中超期{late}件")
        self.about.emit(f"在办{len(open_ones)}件")
        self._seek()
        if shown and not self._table.currentIndex().isValid():
            self._table.selectRow(0)

    def _seek(self) -> None:
        for at, line in enumerate(self._model.rows):
            if line.id == self._wanted:
                self._table.selectRow(at)
                self._wanted = None

    def _tell(self, at: int) -> None:
        rows = self._model.rows
        self._brief.setPlainText(rows[at].brief or "没有简要情况" if 0 <= at < len(rows) else "")
