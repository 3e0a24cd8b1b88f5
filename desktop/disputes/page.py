"""The disputes: open ones first, by the day they must be done; the chosen one beside the list."""

from collections.abc import Callable, Collection, Mapping
from functools import partial
from typing import Any, ClassVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QLineEdit, QWidget
from sqlalchemy import Connection

from db.disputes.facts import STAGE_NAMES, clocks
from db.disputes.lists import DisputeRow, disputes
from db.disputes.steps import close_many
from db.disputes.words import KIND_NAMES, OPEN, RESULT_NAMES, RISK_NAMES
from db.kernel.access import Right
from db.kernel.ids import Id
from db.kernel.pinyin import search_key
from db.kernel.workdays import left_words
from desktop.disputes.foot import STEPS
from desktop.disputes.panel import ATTACHMENTS, FILE, DisputePanel
from desktop.page import Context, Page
from desktop.widgets.flow import FlowLayout
from desktop.widgets.only import OnlyChip
from desktop.widgets.parts import button, column, fill, label, panel, row
from desktop.widgets.tables import Column, RowModel, RowTable

PANEL_WIDTH, NARROWEST_PANEL = 400, 340
MOST_DAYS = 36_500


def _left(line: DisputeRow) -> str:
    return "" if line.days_left is None else left_words(line.days_left)


def _late(line: DisputeRow) -> bool:
    return line.days_left is not None and line.days_left < 0


# What stands in the panel too gives way, the last first: in very large type numbers, days left,
# kinds and parties have room.
COLUMNS: tuple[Column[DisputeRow], ...] = (
    Column("编号", lambda d: d.number, 6),
    Column("期限", _left, 5, late=_late),
    Column("类型", lambda d: KIND_NAMES[d.kind], 8),
    Column("当事人", lambda d: "、".join(d.parties), 8),
    Column("情况", lambda d: RESULT_NAMES[d.state], 5, spare=True),
    Column("调解人", lambda d: "、".join(d.mediators), 5, spare=True),
    Column(
        "风险", lambda d: RISK_NAMES.get(d.risk or "", ""), 3, late=lambda d: d.risk == "grave",
        spare=True,
    ),
    Column("登记", lambda d: d.registered.isoformat(), 6, spare=True),
    Column("社区", lambda d: d.community, 5, spare=True),
)  # fmt: skip
SORTED_BY: tuple[Callable[[DisputeRow], Any], ...] = (
    lambda d: d.number, lambda d: (d.by is None, d.by), lambda d: KIND_NAMES[d.kind],
    lambda d: d.parties, lambda d: list(RESULT_NAMES).index(d.state), lambda d: d.mediators,
    lambda d: -list(RISK_NAMES).index(d.risk) if d.risk else 1, lambda d: d.registered,
    lambda d: d.community,
)  # fmt: skip
# By how many days left the last day of what is next is near; by None what has none.
DUE: dict[str, tuple[int, int] | None] = {
    "逾期": (-MOST_DAYS, -1), "今天到期": (0, 0), "三天内到期": (0, 3), "七天内到期": (0, 7),
    "三十天内到期": (0, 30), "没有期限": None,
}  # fmt: skip


def _due(line: DisputeRow, wanted: str) -> bool:
    days = DUE[wanted]
    if days is None or line.days_left is None:
        return days is None and line.days_left is None
    return days[0] <= line.days_left <= days[1]


# What a list is narrowed by: whether a line has the value chosen.
FILTERS: dict[str, Callable[[DisputeRow, Any], bool]] = {
    "情况": lambda d, value: value in (d.state, f"stage {d.stage}"),
    "期限": _due,
    "类型": lambda d, value: d.kind == value,
    "社区": lambda d, value: d.community == value,
    "调解人": lambda d, value: value in d.mediators,
}


def _states() -> list[tuple[str, object]]:
    """What the state can be: how it ended, and how far it is."""
    ended = [(name, code) for code, name in RESULT_NAMES.items()]
    stages = [
        (name, f"stage {stage}") for stage, name in STAGE_NAMES.items() if stage != "mediating"
    ]
    return [*ended, *stages]


class DisputesPage(Page):
    """Every dispute with its state and its day; a route may ask for some by `ids` and `title`."""

    title: ClassVar[str] = "纠纷"
    watches: ClassVar[frozenset[str]] = frozenset(
        (
            "dispute", "dispute_party", "dispute_conclusion", "dispute_reopening",
            "dispute_follow_up", "dispute_session", "dispute_extension", "dispute_report",
            "dispute_closing", "dispute_paper", "attachment", "staff", "volunteer", "post",
            "day_off", "community",
        )
    )  # fmt: skip
    keys: ClassVar[tuple[tuple[str, str], ...]] = (
        ("Ctrl+N", "登记纠纷"),
        ("Enter　双击", "登记下一件该办的事：结论、履行、回访、结案；都办完了看卷宗"),
        ("J　L　H", "登记结论　履行　回访"),
        ("T　Y　B　G", "登记调解记录　延期　报告　结案（选中几件就一起结）"),
        ("P　X", "填当事人的资料　填协议内容"),
        ("D　C", "登记移送的答复　重新受理"),
        ("W　F", "卷宗：打印文书，登记签入卷　附件：照片、录音"),
        ("F2", "改登记"),
        ("Delete", "删除，可以撤销"),
        ("点表头", "按这一列排序，再点倒过来"),
        ("Ctrl+C", "复制选中的行，可以贴进 Excel"),
        ("Esc", "离开表单；显示全部"),
    )

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._rows: list[DisputeRow] = []
        self._keys: dict[Id, str] = {}
        self._wanted: Id | None = None
        self._only: Collection[Id] | None = None
        self._model: RowModel[DisputeRow] = RowModel(COLUMNS)
        self._table = RowTable(
            self._model, "纠纷", "没有这样的纠纷。按 Ctrl+N 登记，或到“数据”导入台账"
        )
        self._panel = DisputePanel(context)
        self._chip = OnlyChip()
        self._filters = {name: QComboBox() for name in FILTERS}
        self._sorted: tuple[int, bool] | None = None
        self._text = QLineEdit()
        self._foot = label(tone="second", wrap=True)
        self._build()
        self._bind()
        self.setFocusProxy(self._table)

    def open(self, what: Mapping[str, Any]) -> None:
        """Put the cursor on a dispute, show only some, or begin a new one."""
        if what.get("ids") is not None:
            self._only = frozenset(what["ids"])
            self._chip.tell(what.get("title", ""))
            self._clear()
            self._filter()
        if what.get("record") is not None:
            self._wanted = what["record"]
            self._show_all()
        if what.get("new"):
            self._panel.begin_registration()

    def refresh(self) -> None:
        """Read all disputes; a post has hundreds, not thousands."""
        day = self.context.today
        self._panel.turn_day()

        def question(connection: Connection) -> list[DisputeRow]:
            return disputes(connection, day, clocks(connection))

        self.context.background.ask(self, question, self._show)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Enter does what is due; Esc shows all again."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._table.hasFocus():
            self._panel.next_duty()
        elif event.key() == Qt.Key.Key_Escape and self._only is not None:
            self._show_all()
        else:
            super().keyPressEvent(event)

    def _build(self) -> None:
        for name, box in self._filters.items():
            box.setAccessibleName(name)
            box.addItem(f"全部{name}", None)
        fill(self._filters["情况"], _states(), first=1)
        fill(self._filters["期限"], [(word, word) for word in DUE], first=1)
        fill(self._filters["类型"], [(word, code) for code, word in KIND_NAMES.items()], first=1)
        self._text.setPlaceholderText("编号、当事人、拼音、调解人、简要情况")
        self._text.setAccessibleName("查找")
        new = button("登记纠纷　Ctrl+N", self._panel.begin_registration)
        new.setShortcut("Ctrl+N")
        head = row(gap=10)
        head.addWidget(self._text, 1)
        head.addWidget(new)
        filters = QWidget()
        narrow = FlowLayout(filters, gap=8)
        for box in self._filters.values():
            narrow.addWidget(box)
        frame = panel()
        column(frame, (6, 6, 6, 6)).addWidget(self._table)
        left = column(gap=10)
        left.addLayout(head)
        left.addWidget(filters)
        left.addWidget(self._chip)
        left.addWidget(frame, 1)
        left.addWidget(self._foot)
        self._fit()
        self.context.theme.changed.connect(self._fit)
        outer = row(self, (20, 12, 20, 14), 16)
        outer.addLayout(left, 5)
        outer.addWidget(self._panel, 4)

    def _fit(self) -> None:
        px = self.context.theme.px
        self._panel.setMinimumWidth(px(NARROWEST_PANEL))
        self._panel.setMaximumWidth(px(PANEL_WIDTH))

    def _bind(self) -> None:
        for box in self._filters.values():
            box.activated.connect(lambda _: self._filter())
        self._table.horizontalHeader().sectionClicked.connect(self._sort)
        self._table.horizontalHeader().setSectionsClickable(True)
        self._text.textChanged.connect(lambda _: self._filter())
        self._chip.closed.connect(self._show_all)
        self._table.selectionModel().currentRowChanged.connect(lambda at, _: self._moved(at.row()))
        self._table.doubleClicked.connect(lambda _: self._panel.next_duty())
        self._table.removing.connect(self._panel.remove)
        self._panel.said.connect(self.said)
        self._panel.left.connect(self._table.setFocus)
        self._panel.registered.connect(self._registered)
        self._table.has_keys({key: partial(self._begin, name) for name, key in STEPS.items()})
        self._table.has_keys(
            {
                "F2": self._panel.begin_change,
                "P": self._panel.begin_parties,
                "W": partial(self._panel.open_aside, FILE),
                "F": partial(self._panel.open_aside, ATTACHMENTS),
            }
        )

    def _begin(self, name: str) -> None:
        """Open the form of a step; several that are chosen are closed at once."""
        chosen = self._table.selectionModel().selectedRows()
        if name != "close" or len(chosen) < 2:
            self._panel.begin_fact(name)
        elif self.context.may(Right.WRITE):
            ids = [self._model.rows[at.row()].id for at in chosen]
            self.context.background.write(
                self,
                close_many(ids, self.context.today),
                lambda done: self.said.emit(f"已结案{done.value}件　　Ctrl+Z 撤销"),
            )

    def _registered(self, dispute: Id) -> None:
        self._wanted = dispute
        self._show_all()

    def _show_all(self) -> None:
        self._only = None
        self._chip.tell("")
        if self._wanted is not None:
            self._clear()
        self._filter()

    def _clear(self) -> None:
        """Want all of them again."""
        for box in self._filters.values():
            box.setCurrentIndex(0)
        self._text.clear()

    def _sort(self, at: int) -> None:
        """Sort by a column; again turns it round, a third time gives back the order by days left."""
        turns = {None: (at, False), (at, False): (at, True), (at, True): None}
        self._sorted = turns.get(self._sorted, (at, False))
        self._filter()

    def _show(self, rows: list[DisputeRow]) -> None:
        self._rows = rows
        self._keys = {
            line.id: " ".join(
                (
                    line.number, line.brief,
                    search_key((*line.parties, *line.mediators, KIND_NAMES[line.kind])),
                )
            ).lower()
            for line in rows
        }  # fmt: skip
        for name, words in (
            ("社区", {line.community for line in rows}),
            ("调解人", {who for line in rows for who in line.mediators}),
        ):
            fill(
                self._filters[name], [(word, word) for word in sorted(filter(None, words))], first=1
            )
        self._filter()
        self._panel.ask_again()

    def _filter(self) -> None:
        wanted = self._text.text().strip().lower()
        asked = {name: box.currentData() for name, box in self._filters.items()}
        kept = self._wanted or self._current()
        shown = [
            line
            for line in self._rows
            if all(value is None or FILTERS[name](line, value) for name, value in asked.items())
            and (self._only is None or line.id in self._only)
            and wanted in self._keys[line.id]
        ]
        if self._sorted is not None:
            column_at, down = self._sorted
            shown.sort(key=SORTED_BY[column_at], reverse=down)
        self._model.show_rows(shown)
        open_ones = [line for line in self._rows if line.state == OPEN]
        late = [line for line in self._rows if _late(line)]
        over = sum(line.state == OPEN for line in late)
        told = f"；回访、履行逾期{len(late) - over}件" if len(late) > over else ""
        self._foot.setText(f"共{len(shown)}件；在办{len(open_ones)}件，其中逾期{over}件{told}")
        self.about.emit(f"在办{len(open_ones)}件" if self._rows else "还没有纠纷，按 Ctrl+N 登记")
        at = next((at for at, line in enumerate(shown) if line.id == kept), 0)
        if shown:
            self._table.selectRow(at)
            self._table.scrollTo(self._model.index(at, 0))
            if shown[at].id == self._wanted:
                self._wanted = None
        else:
            self._panel.follow(None)

    def _current(self) -> Id | None:
        at = self._table.currentIndex().row()
        return self._model.rows[at].id if 0 <= at < len(self._model.rows) else None

    def _moved(self, at: int) -> None:
        if 0 <= at < len(self._model.rows):
            self._panel.follow(self._model.rows[at].id)
