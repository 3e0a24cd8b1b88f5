"""公平: who gets what, by occupation, community and item; what another weight would do, before it is."""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, NamedTuple

from PySide6.QtGui import QKeyEvent, Qt
from PySide6.QtWidgets import QComboBox, QLineEdit
from sqlalchemy import Connection

from db.kernel.access import Right
from db.kernel.errors import UserError
from db.kernel.ids import Id
from db.kernel.money import short_yuan
from db.kernel.workdays import Month
from db.places import CommunityLine
from db.points import CLASS_NAMES, points_text
from db.points.fairness import Change, Fairness, Group, WeightDraft, WhatIf, fairness, what_if
from db.points.rules import Item, rules_of
from db.points.schemes import weigh
from desktop.errors import tell
from desktop.page import Context, Page
from desktop.paper.points_summary import occupations, sentence, share_of
from desktop.paper.words import NOTHING
from desktop.points.seen import month_to_begin_with, see_month
from desktop.points.typing import typed_points
from desktop.widgets.flow import FlowLayout
from desktop.widgets.months import MonthBox
from desktop.widgets.parts import button, column, fill, label, panel, row
from desktop.widgets.tables import Column, RowModel, RowTable


class GroupLine(NamedTuple):
    """A group of people in a month; with a trial also what it would be."""

    head: str
    name: str
    group: Group
    after: Group | None = None


class ItemLine(NamedTuple):
    """An item's part of the month's points."""

    name: str
    kind: str
    times: int
    points: int
    share: str
    amount: int


class Judged(NamedTuple):
    """What the page shows of a month."""

    month: Month
    words: str
    said: Fairness
    places: tuple[CommunityLine, ...]
    items: Mapping[Id, tuple[Item, ...]]


def _each(group: Group) -> str:
    return NOTHING if group.each is None else short_yuan(group.each)


GROUPS: tuple[Column[GroupLine], ...] = (
    Column("", lambda g: g.head, 3),
    Column("", lambda g: g.name, 7),
    Column("人数", lambda g: str(g.group.people), 4, number=True),
    Column("有积分", lambda g: str(g.group.earning), 4, number=True),
    Column("积分", lambda g: points_text(g.group.points), 5, number=True),
    Column("补贴", lambda g: short_yuan(g.group.amount), 6, number=True),
    Column("人均", lambda g: _each(g.group), 5, number=True),
    Column("改后积分", lambda g: points_text(g.after.points) if g.after else "", 6, number=True),
    Column("改后补贴", lambda g: short_yuan(g.after.amount) if g.after else "", 7, number=True),
)
# The columns of the month as it is; the others are what a trial would make of it.
PRESENT = 7
ITEMS: tuple[Column[ItemLine], ...] = (
    Column("项目", lambda i: i.name, 7),
    Column("类别", lambda i: i.kind, 4, spare=True),
    Column("次数", lambda i: str(i.times), 4, number=True),
    Column("积分", lambda i: points_text(i.points), 4, number=True),
    Column("占比", lambda i: i.share, 4, number=True),
    Column("补贴", lambda i: short_yuan(i.amount), 5, number=True),
)
CHANGES: tuple[Column[Change], ...] = (
    Column("姓名", lambda c: c.name, 5),
    Column("社区", lambda c: c.community_name, 7),
    Column("积分", lambda c: _signed(points_text, c.points), 6, number=True),
    Column("补贴", lambda c: _signed(short_yuan, c.due), 7, number=True),
)


class FairnessPage(Page):
    """A month by groups and items; a weight is tried on it before a community adopts it."""

    title: ClassVar[str] = "公平"
    watches: ClassVar[frozenset[str]] = frozenset(
        (
            "point_scheme", "point_item", "point_weight", "point_entry", "point_decision",
            "point_month", "visit", "attendance", "training", "dispute_session", "volunteer",
            "account", "community", "dispute_follow_up", "point_band", "point_proposal",
            "volunteer_term",
        )
    )  # fmt: skip
    keys: ClassVar[tuple[tuple[str, str], ...]] = (
        ("Alt+←　Alt+→", "上个月　下个月"),
        ("T", "试一试：选社区、项目，写新的分值，回车看会怎样"),
        ("Ctrl+C", "复制选中的行"),
        ("Esc", "不试了"),
    )

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._begun = False
        self._judged: Judged | None = None
        self._trial: WeightDraft | None = None
        self._months = MonthBox(self, Month.of(context.today))
        self._months.chosen.connect(self._turn)
        self._words, self._effect = label(wrap=True), label(wrap=True)
        self._groups: RowModel[GroupLine] = RowModel(GROUPS[:PRESENT])
        self._items: RowModel[ItemLine] = RowModel(ITEMS)
        self._changes: RowModel[Change] = RowModel(CHANGES)
        self._table = RowTable(self._groups, "职业和社区", "这个月还没有人")
        self._place, self._item, self._worth = QComboBox(), QComboBox(), QLineEdit()
        self._adopt = button("从下月起采用", self.adopt)
        self._build()
        self.setFocusProxy(self._table)

    def refresh(self) -> None:
        """Count the month anew."""
        context = self.context
        account, today = context.ledger.session.account, context.today
        month = self._months.month if self._begun else None

        def question(connection: Connection) -> Judged:
            wanted = month or month_to_begin_with(connection, today)
            seen = see_month(connection, wanted, account, today)
            said, rules = fairness(seen.sheet), rules_of(connection)
            day = wanted.period.end
            schemes = {place.id: rules.at(place.id, day) for place in seen.places}
            items = {
                place: tuple(item for item in scheme.items if item.least is not None)
                for place, scheme in schemes.items()
                if scheme is not None
            }
            return Judged(wanted, sentence(seen.sheet, said), said, seen.places, items)

        context.background.ask(self, question, self._show)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Esc ends a trial."""
        if event.key() == Qt.Key.Key_Escape:
            self._end_trial()
        else:
            super().keyPressEvent(event)

    def attempt(self) -> None:
        """Count the month as it would be with the weight that is typed; nothing is written."""
        place, item = self._place.currentData(), self._item.currentData()
        points = typed_points(self._worth.text())
        if place is None or item is None or points is None:
            self.said.emit("请选社区和项目，写新的分值，如 3 或 2.5")
            return
        trial, month = WeightDraft(item, place, points), self._months.month

        def answer(result: WhatIf) -> None:
            self._trial = trial
            self._show_trial(result)

        def failed(error: Exception) -> None:
            if isinstance(error, UserError):
                self.said.emit(str(error))
            else:
                tell(self, error)

        self.context.background.ask(self, lambda c: what_if(c, month, [trial]), answer, failed)

    def adopt(self) -> None:
        """Let the community have the weight that was tried, from the first of next month."""
        if self._trial is None:
            return
        trial, since = self._trial, Month.of(self.context.today).after.period.start
        command = weigh(trial.item, trial.community, since, trial.points)

        def done(_: object) -> None:
            self.said.emit(f"{command.action}：{command.note}　　Ctrl+Z 撤销")
            self._end_trial()

        self.context.background.write(self, command, done, once=since)

    def _build(self) -> None:
        for box, name in ((self._place, "社区"), (self._item, "项目")):
            box.setAccessibleName(name)
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self._place.activated.connect(lambda _: self._fill_items())
        self._worth.setPlaceholderText("新的分值")
        self._worth.setAccessibleName("新的分值")
        self._worth.setMaximumWidth(self.context.theme.px(90))
        self._worth.returnPressed.connect(self.attempt)
        self._adopt.setEnabled(False)
        self._table.has_keys({"T": self._place.setFocus})
        head = row(gap=12)
        head.addWidget(self._months)
        head.addWidget(self._words, 1)
        trying = FlowLayout(gap=8)
        for widget in (
            label("试一试"), self._place, self._item, self._worth,
            button("看会怎样", self.attempt), self._adopt,
            button("不试了 Esc", self._end_trial, kind="link"),
        ):  # fmt: skip
            trying.addWidget(widget)
        left, right = panel(), panel()
        inside = column(left, (16, 12, 16, 12), 8)
        inside.addWidget(label("职业和社区", 14))
        inside.addWidget(self._table, 1)
        beside = column(right, (16, 12, 16, 12), 8)
        beside.addWidget(label("各项目", 14))
        beside.addWidget(RowTable(self._items, "各项目", "这个月还没有积分"), 3)
        beside.addWidget(label("谁多谁少", 14))
        beside.addWidget(RowTable(self._changes, "谁多谁少", "试一个分值，这里列出各人多少"), 2)
        body = row(gap=16)
        body.addWidget(left, 4)
        body.addWidget(right, 3)
        outer = column(self, (20, 12, 20, 14), 10)
        outer.addLayout(head)
        outer.addLayout(trying)
        outer.addWidget(self._effect)
        outer.addLayout(body, 1)
        self._effect.hide()

    def _turn(self, month: Month) -> None:
        self._begun = True
        self._months.show_month(month)
        self._end_trial()
        self.refresh()

    def _show(self, judged: Judged) -> None:
        self._judged, self._begun = judged, True
        self._months.show_month(judged.month)
        self._words.setText(judged.words)
        self.about.emit(judged.month.words)
        fill(self._place, [(place.name, place.id) for place in judged.places])
        self._fill_items()
        self._show_groups(judged.said, None)
        self._items.show_rows(
            [
                ItemLine(
                    item.name, CLASS_NAMES[item.kind], item.times, item.points,
                    share_of(item, judged.said), item.amount,
                )
                for item in judged.said.items
            ]
        )  # fmt: skip

    def _fill_items(self) -> None:
        if self._judged is not None:
            items = self._judged.items.get(self._place.currentData(), ())
            fill(
                self._item,
                [
                    (f"{i.name}（{points_text(i.least or 0)}—{points_text(i.most or 0)}分）", i.id)
                    for i in items
                ],
            )

    def _show_trial(self, result: WhatIf) -> None:
        self._show_groups(result.before, result.after)
        self._changes.show_rows(result.changes)
        more = result.after.whole.amount - result.before.whole.amount
        points = result.after.whole.points - result.before.whole.points
        self._effect.setText(
            f"{result.month.words}要是这样赋分：{len(result.changes)}人有变化，"
            f"积分{_signed(points_text, points)}分，补贴{_signed(short_yuan, more)}元。没有写进台账。"
        )
        self._effect.show()
        self._adopt.setEnabled(self.context.may(Right.POINTS))

    def _end_trial(self) -> None:
        self._trial = None
        self._effect.hide()
        self._adopt.setEnabled(False)
        self._changes.show_rows([])
        if self._judged is not None:
            self._show_groups(self._judged.said, None)

    def _show_groups(self, before: Fairness, after: Fairness | None) -> None:
        columns = GROUPS if after is not None else GROUPS[:PRESENT]
        if self._groups.columns != columns:
            self._groups.show_columns(columns)
            self._table.fit()
        self._groups.show_rows(list(_groups(before, after)))


def _groups(before: Fairness, after: Fairness | None) -> Iterable[GroupLine]:
    yield GroupLine("", "合计", before.whole, after.whole if after else None)
    now = occupations(after) if after else {}
    for name, group in occupations(before).items():
        yield GroupLine("职业", name, group, now.get(name))
    for name, group in before.by_community.items():
        yield GroupLine("社区", name, group, after.by_community.get(name) if after else None)


def _signed(words: Any, value: int) -> str:
    return f"＋{words(value)}" if value > 0 else f"－{words(-value)}" if value < 0 else "0"
