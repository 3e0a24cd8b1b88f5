"""应访户: the homes of a campaign's base, by how far it has come with them."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any, ClassVar, Final, NamedTuple

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QLineEdit
from sqlalchemy import Connection

from db.coverage import BaseHome, BaseQuery, Part, base_count, base_homes
from db.kernel.ids import Id
from db.places import CommunityLine, communities
from db.visits import OUTCOME_NAMES, CampaignLine
from desktop.background import Ticket
from desktop.page import Context, Page
from desktop.visits.campaigns import NONE, CampaignBox, choice
from desktop.widgets.only import OnlyChip
from desktop.widgets.parts import choose, column, fill, label, panel, row
from desktop.widgets.tables import Column, RowModel, RowTable
from desktop.words import day_words

WINDOW, TYPED_MS = 200, 250
PARTS: Final[dict[Part, str]] = {
    "base": "应访", "done": "已走访", "exhausted": "已尽责", "remaining": "剩余",
}  # fmt: skip
STATES: Final = {
    "done": "已走访", "exhausted_refused": "已尽责：拒访", "exhausted_tries": "已尽责：未遇",
    "exhausted_phone": "已尽责：电话", "tried": "去过，没见到", "untouched": "还没去过",
}  # fmt: skip


def _last(home: BaseHome) -> str:
    day: date | None = home.door.last_day
    outcome = OUTCOME_NAMES.get(home.door.last_outcome or "", "")
    return f"{day.isoformat()} {outcome}" if day else ""


COLUMNS: tuple[Column[BaseHome], ...] = (
    Column("住户", lambda h: h.address, 15),
    Column("社区", lambda h: h.community, 9),
    Column("情况", lambda h: STATES[h.door.state], 9),
    Column("未遇", lambda h: str(h.door.tries or ""), 4, number=True),
    Column("最后一次", _last, 14),
)


class Answer(NamedTuple):
    """All that the page shows, asked for in one go."""

    query: BaseQuery
    total: int
    rows: list[BaseHome]
    places: list[CommunityLine]
    campaigns: list[CampaignLine]


class BasePage(Page):
    """The homes of the day's campaign, or of the campaign and day of a figure.

    A route hands it `query`, a BaseQuery, and `title`, the sentence over the list.
    """

    title: ClassVar[str] = "应访户"
    watches: ClassVar[frozenset[str]] = frozenset(
        (
            "visit", "household", "community", "campaign", "building",
        )
    )  # fmt: skip
    keys: ClassVar[tuple[tuple[str, str], ...]] = (
        ("Enter", "到楼栋里打开这一户"),
        ("Ctrl+C", "复制选中的行，可以贴进 Excel"),
        ("Esc", "回到现在的任务"),
    )

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._of_figure = False
        self._query: BaseQuery | None = None
        self._wanted: Id | None = None
        self._campaign = CampaignBox()
        self._ticket: Ticket | None = None
        self._model: RowModel[BaseHome] = RowModel(COLUMNS)
        self._model.more = self._more
        self._table = RowTable(self._model, "应访户", "没有这样的户")
        self._chip = OnlyChip()
        self._part, self._community, self._text = QComboBox(), QComboBox(), QLineEdit()
        self._foot = label(tone="second")
        self._timer = QTimer(self, singleShot=True, interval=TYPED_MS)
        self._build()
        self.setFocusProxy(self._table)

    def open(self, what: Mapping[str, Any]) -> None:
        """Show the homes behind a figure."""
        query = what.get("query")
        if query is None:
            return
        self._of_figure = True
        self._chip.tell(what.get("title", ""))
        self._text.clear()
        self._read(query)

    def refresh(self) -> None:
        """Read again what is asked for."""
        self._read(self._query)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Esc takes the figure's question away."""
        if event.key() == Qt.Key.Key_Escape and self._of_figure:
            self._show_all()
        else:
            super().keyPressEvent(event)

    def _build(self) -> None:
        for part, name in PARTS.items():
            self._part.addItem(name, part)
        self._community.addItem("全部社区", None)
        self._text.setPlaceholderText("住户、电话、门牌")
        self._text.setAccessibleName("住户、电话、门牌")
        head = row(gap=10)
        head.addWidget(self._campaign)
        self._campaign.activated.connect(lambda _: self._choose_campaign())
        self._campaign.finished.connect(self._table.setFocus)
        for box, name in ((self._part, "part"), (self._community, "community")):
            box.activated.connect(lambda _, b=box, n=name: self._change(n, b.currentData()))
            head.addWidget(box)
        self._part.setAccessibleName("情况")
        self._community.setAccessibleName("社区")
        head.addWidget(self._text, 1)
        self._text.textEdited.connect(lambda _: self._timer.start())
        self._timer.timeout.connect(lambda: self._change("text", self._text.text()))
        self._chip.closed.connect(self._show_all)
        self._table.activated.connect(lambda index: self._open_door(index.row()))
        frame = panel()
        column(frame, (6, 6, 6, 6)).addWidget(self._table)
        outer = column(self, (20, 12, 20, 12), 10)
        outer.addLayout(head)
        outer.addWidget(self._chip)
        outer.addWidget(frame, 1)
        outer.addWidget(self._foot)

    def _change(self, name: str, value: Any) -> None:
        """Ask another question; then the figure's sentence holds no more, only its day does."""
        if self._query is None:
            return
        if self._of_figure and name != "text":
            self._chip.tell(f"到{day_words(self._query.day, self.context.today)}为止的")
        self._read(replace(self._query, **{name: value}))

    def _choose_campaign(self) -> None:
        """Ask for the homes of another campaign; the figure's question holds no more."""
        self._wanted, self._of_figure = self._campaign.currentData(), False
        self._chip.tell("")
        self._read(self._query)

    def _show_all(self) -> None:
        self._of_figure, self._wanted = False, None
        self._chip.tell("")
        self._text.clear()
        self._read(None)

    def _read(self, wanted: BaseQuery | None) -> None:
        """Read the homes of a question; without a figure's day and campaign, those of today."""
        if self._ticket is not None:
            self._ticket.stop()
        self._query = wanted
        day, of_figure, campaign = self.context.today, self._of_figure, self._wanted

        def question(connection: Connection) -> Answer:
            now = choice(connection, campaign, day)
            query = wanted or BaseQuery(now.campaign, now.day)
            if not of_figure:
                query = replace(query, campaign=now.campaign, day=now.day)
            total = base_count(connection, query)
            rows = base_homes(connection, query, 0, WINDOW)
            return Answer(query, total, rows, communities(connection), now.others)

        self._ticket = self.context.background.ask(self, question, self._show)

    def _show(self, answer: Answer) -> None:
        query = self._query = answer.query
        self._model.show_rows(answer.rows, answer.total)
        self._campaign.show_choice(answer.campaigns, query.campaign)
        fill(self._community, [(place.name, place.id) for place in answer.places], first=1)
        choose(self._community, query.community)
        choose(self._part, query.part)
        name = query.campaign.name or NONE
        up_to = day_words(query.day, self.context.today)
        self._foot.setText(f"{name}，到{up_to}为止：{PARTS[query.part]}{answer.total:,}户")
        if answer.rows:
            self._table.selectRow(0)

    def _more(self, offset: int) -> None:
        query = self._query
        if query is not None:
            self.context.background.ask(
                self, lambda c: base_homes(c, query, offset, WINDOW), self._model.add_rows
            )

    def _open_door(self, at: int) -> None:
        record = self._model.rows[at].door.household
        self.context.routes.go("visits", entity="household", record=record)
