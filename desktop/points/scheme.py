"""积分办法: what earns points and how they are paid; a change is a new version from a day on."""

from dataclasses import asdict, replace
from datetime import date, timedelta
from typing import Any, ClassVar, NamedTuple

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QLineEdit, QStackedWidget
from sqlalchemy import Connection

from db.kernel.access import Right
from db.kernel.workdays import Month
from db.places import CommunityLine, communities
from db.points import CLASS_NAMES, SOURCE_NAMES, points_text
from db.points.defaults import default_scheme
from db.points.frozen import last_closed
from db.points.rules import Scheme, Weight, rules_of
from db.points.schemes import ItemDraft, adopt_scheme, draft_of, end_scheme
from desktop.page import Context, Page
from desktop.points.items import ItemForm
from desktop.points.subsidy import SubsidyForm
from desktop.unsaved import FormKeeper, Inputs, Keeper
from desktop.widgets.flow import FlowLayout
from desktop.widgets.parts import button, choose, column, fill, label, panel, row
from desktop.widgets.scrolling import scrolling
from desktop.widgets.tables import Column, RowModel, RowTable
from desktop.words import typed_day

PANEL_WIDTH = 400
# In a low window the page scrolls rather than show a row or two.
LEAST_HIGH = 90


def _points(value: int | None) -> str:
    return "" if value is None else points_text(value)


def _range(item: ItemDraft) -> str:
    if item.least is None or item.most is None:
        return ""
    return f"{points_text(item.least)}—{points_text(item.most)}"


ITEMS: tuple[Column[ItemDraft], ...] = (
    Column("类别", lambda i: CLASS_NAMES[i.kind], 6, spare=True),
    Column("项目", lambda i: i.name, 9),
    Column("每次", lambda i: points_text(i.points), 4, number=True),
    Column("每天最多", lambda i: _points(i.day_cap), 5, number=True),
    Column("每月最多", lambda i: _points(i.month_cap), 5, number=True),
    Column("社区可调", _range, 6, number=True, spare=True),
    Column("自动计入", lambda i: SOURCE_NAMES.get(i.source or "", ""), 6, spare=True),
    Column("凭证", lambda i: "要" if i.evidence else "", 3, spare=True),
    Column("扣分", lambda i: "可以" if i.negative else "", 3, spare=True),
)


class WeightLine(NamedTuple):
    """A community's own weight of an item of the scheme in sight."""

    community: str
    item: str
    points: int
    since: date


WEIGHTS: tuple[Column[WeightLine], ...] = (
    Column("社区", lambda w: w.community, 7),
    Column("项目", lambda w: w.item, 8),
    Column("分值", lambda w: points_text(w.points), 4, number=True),
    Column("从", lambda w: w.since.isoformat(), 7),
)


class Known(NamedTuple):
    """What the page shows: the versions, the weights, the places, the last closed month."""

    schemes: tuple[Scheme, ...]
    weights: tuple[Weight, ...]
    places: tuple[CommunityLine, ...]
    closed: Month | None


class SchemePage(Page):
    """A version at the left; what is changed becomes the next one, adopted from a day, with a reason."""

    title: ClassVar[str] = "积分办法"
    watches: ClassVar[frozenset[str]] = frozenset(
        ("point_scheme", "point_item", "point_band", "point_weight", "point_month", "community")
    )
    keys: ClassVar[tuple[tuple[str, str], ...]] = (
        ("Enter", "改选中的项目"),
        ("Ctrl+N", "加一个项目"),
        ("Delete", "去掉选中的项目"),
        ("B", "补贴：等次、每分几元、预算"),
        ("Enter", "在“从哪天起”“修改原因”里：采用"),
        ("S", "停用一个社区自己的办法：从写的那天起按全部社区的"),
        ("Esc", "回到项目"),
    )

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._known: Known | None = None
        self._draft = default_scheme()
        self._dirty = False
        self._version, self._scope = QComboBox(), QComboBox()
        self._since, self._reason = QLineEdit(), QLineEdit()
        self._about = label(wrap=True, tone="second")
        self._items: RowModel[ItemDraft] = RowModel(ITEMS)
        self._weights: RowModel[WeightLine] = RowModel(WEIGHTS)
        self._table = RowTable(self._items, "项目", "还没有项目，按 Ctrl+N 加一个")
        self._item = ItemForm(self.said.emit, self._leave)
        self._subsidy = SubsidyForm(lambda: context.today)
        self._side = QStackedWidget()
        self._adopt = button("采用", self.adopt, kind="main")
        self._end = button("停用 S", self.end)
        self._end.hide()
        self._build()
        self._bind()
        # The items that were changed and not adopted, and what is typed beside them.
        self._left: dict[str, Any] = {}
        self._keeper = Keeper(context, "积分办法", self._changed, self._take_back, self)
        self._kept = FormKeeper(context, "积分办法的补贴", self)
        self._item_kept = FormKeeper(context, "积分项目", self)
        self.setFocusProxy(self._table)

    def refresh(self) -> None:
        """Read the versions; what is being changed stays."""

        def question(connection: Connection) -> Known:
            rules = rules_of(connection)
            places = tuple(communities(connection))
            return Known(rules.schemes, rules.weights, places, last_closed(connection))

        self.context.background.ask(self, question, self._show)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Esc goes back to the items."""
        if event.key() == Qt.Key.Key_Escape:
            self._leave()
        else:
            super().keyPressEvent(event)

    def adopt(self) -> None:
        """Put what is in sight in force from the day typed."""
        if not self._adopt.isEnabled():
            return
        since = self._typed_since()
        if since is None:
            return
        try:
            draft = self._subsidy.scheme(self._draft)
        except ValueError as reason:
            self._side.setCurrentIndex(0)
            self.said.emit(str(reason))
            return
        command = adopt_scheme(
            draft, since, community=self._scope.currentData(), reason=self._reason.text() or None
        )

        def done(_: object) -> None:
            self._dirty = False
            self._keeper.done()
            self._kept.done()
            self._reason.clear()
            self.said.emit(f"{command.action}：{command.note}　　Ctrl+Z 撤销")

        self.context.background.write(self, command, done, once=since)

    def end(self) -> None:
        """End the community's own version in sight the day before the one typed."""
        scheme = self._scheme()
        if scheme is None or self._end.isHidden() or not self._end.isEnabled():
            return
        since = self._typed_since()
        if since is None:
            return
        where = scheme.community_name
        said = f"{since}起{where}按全部社区的办法　　Ctrl+Z 撤销"
        command = end_scheme(scheme.id, since - timedelta(days=1))
        self.context.background.write(self, command, lambda _: self.said.emit(said))

    def _typed_since(self) -> date | None:
        since = typed_day(self._since.text(), self.context.today, ahead=True)
        if since is None:
            self.said.emit("请写从哪天起，如 4.1 或 2026-4-1")
            self._since.setFocus()
        return since

    def _build(self) -> None:
        for widget, name in (
            (self._version, "哪一版"), (self._scope, "用在哪里"), (self._since, "从哪天起"),
            (self._reason, "修改原因"),
        ):  # fmt: skip
            widget.setAccessibleName(name)
        for box in (self._version, self._scope):
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self._scope.addItem("全部社区", None)
        self._since.setPlaceholderText("从哪天起")
        self._since.setMaximumWidth(self.context.theme.px(110))
        self._reason.setPlaceholderText("修改原因")
        self._adopt.setEnabled(self.context.may(Right.POINTS))
        new = button("加项目　Ctrl+N", self._new_item)
        new.setShortcut("Ctrl+N")
        head = FlowLayout(gap=10)
        for one in (
            self._version, new, button("补贴 B", self._show_subsidy),
            self._scope, self._since, self._reason, self._adopt, self._end,
        ):  # fmt: skip
            head.addWidget(one)
        frame = panel()
        left = column(frame, (6, 6, 6, 6), 8)
        weights = RowTable(self._weights, "自主赋分", "各社区都按办法里的分值")
        for table in (self._table, weights):
            table.setMinimumHeight(self.context.theme.px(LEAST_HIGH))
        left.addWidget(self._table, 3)
        left.addWidget(label("各社区自主赋分（在“积分、公平”里试好再采用）", 12, "second"))
        left.addWidget(weights, 1)
        side = panel()
        side.setFixedWidth(self.context.theme.px(PANEL_WIDTH))
        self._side.addWidget(self._subsidy)
        self._side.addWidget(self._item)
        column(side, (1, 1, 1, 1)).addWidget(scrolling(self._side))
        body = row(gap=16)
        body.addWidget(frame, 1)
        body.addWidget(side)
        outer = column(self, (20, 12, 20, 14), 10)
        outer.addLayout(head)
        outer.addWidget(self._about)
        outer.addLayout(body, 1)

    def _bind(self) -> None:
        self._version.activated.connect(lambda _: self._choose_version())
        self._table.has_keys({"Return": self._change_item, "B": self._show_subsidy, "S": self.end})
        self._table.removing.connect(self._remove_item)
        self._item.taken.connect(self._take)
        for field in (self._since, self._reason):
            field.returnPressed.connect(self.adopt)

    def _show(self, known: Known) -> None:
        self._known = known
        entries = [(_version_words(scheme), scheme.id) for scheme in known.schemes]
        known_before = self._version.count() > 1
        fill(self._version, [*entries, ("自带的十三项", None)])
        if entries and not known_before and not self._dirty:
            self._version.setCurrentIndex(0)
        fill(self._scope, [(place.name, place.id) for place in known.places], first=1)
        if not self._since.text():
            self._since.setText(self._first_day(known).isoformat())
        self._about.setText(_told(known))
        self.about.emit(f"{len(known.schemes)}版" if known.schemes else "还没有采用")
        if self._left:
            self._take_back(self._left)
        if not self._dirty:
            self._choose_version()

    def _first_day(self, known: Known) -> date:
        """From when a change can count: the first month that is open, next month once one counts."""
        this = Month.of(self.context.today)
        if known.schemes:
            return this.after.period.start
        before = known.closed.after if known.closed is not None else this
        return min(this, before).period.start

    def _scheme(self) -> Scheme | None:
        schemes = self._known.schemes if self._known is not None else ()
        return next((s for s in schemes if s.id == self._version.currentData()), None)

    def _choose_version(self) -> None:
        scheme = self._scheme()
        if self._dirty:
            self._dirty = False
            self._keeper.done()
        self._reason.clear()
        self._draft = draft_of(scheme) if scheme is not None else default_scheme()
        choose(self._scope, scheme.community if scheme is not None else None)
        own = scheme is not None and scheme.community is not None and scheme.end is None
        self._end.setVisible(own)
        self._end.setEnabled(self.context.may(Right.POINTS))
        self._subsidy.show_scheme(self._draft)
        self._begin_typing()
        self._side.setCurrentIndex(0)
        self._show_items()
        self._weights.show_rows(self._weight_lines(scheme))

    def _begin_typing(self) -> None:
        version = self._version.currentData()
        inputs: Inputs = {**self._subsidy.inputs, "scope": self._scope, "reason": self._reason}
        self._kept.begin(version.hex() if version is not None else "", inputs, new=False)

    def _changed(self) -> dict[str, Any] | None:
        if not self._dirty:
            return None
        version = self._version.currentData()
        items = [asdict(item) for item in self._draft.items]
        return {"version": version.hex() if version is not None else "", "items": items}

    def _take_back(self, kept: dict[str, Any]) -> None:
        """Show the version again that was being changed, with its items as they were."""
        if self._known is None:
            # It is read which versions there are.
            self._left = kept
            return
        self._left = {}
        choose(self._version, bytes.fromhex(kept["version"]) if kept["version"] else None)
        self._choose_version()
        self._set_items(tuple(ItemDraft(**item) for item in kept["items"]), 0)

    def _weight_lines(self, scheme: Scheme | None) -> list[WeightLine]:
        if scheme is None or self._known is None:
            return []
        items = {item.id: item.name for item in scheme.items}
        places = {place.id: place.name for place in self._known.places}
        return [
            WeightLine(places.get(w.community, ""), items[w.item], w.points, w.since)
            for w in self._known.weights
            if w.item in items
        ]

    def _show_items(self, at: int = 0) -> None:
        self._items.show_rows(self._draft.items)
        if self._draft.items:
            self._table.selectRow(min(at, len(self._draft.items) - 1))

    def _show_subsidy(self) -> None:
        self._side.setCurrentIndex(0)
        self._subsidy.setFocus()

    def _new_item(self) -> None:
        self._side.setCurrentIndex(1)
        self._item.show_item(None)
        self._item_kept.begin("", self._item.inputs, new=True)

    def _change_item(self) -> None:
        if (item := self._items.at(self._table.currentIndex())) is not None:
            self._side.setCurrentIndex(1)
            self._item.show_item(item)
            self._item_kept.begin(item.key, self._item.inputs, new=False)

    def _remove_item(self) -> None:
        at = self._table.currentIndex().row()
        if 0 <= at < len(self._draft.items):
            gone = self._draft.items[at]
            kept = (*self._draft.items[:at], *self._draft.items[at + 1 :])
            self._set_items(kept, at)
            self.said.emit(f"已去掉“{gone.name}”，采用以后才算数")

    def _take(self, item: ItemDraft) -> None:
        items = list(self._draft.items)
        at = next(
            (n for n, one in enumerate(items) if item.key and one.key == item.key), len(items)
        )
        items[at : at + 1] = [item]
        self._set_items(tuple(items), at)
        self._leave()

    def _set_items(self, items: tuple[ItemDraft, ...], at: int) -> None:
        self._draft, self._dirty = replace(self._draft, items=items), True
        self._keeper.typed()
        self._show_items(at)

    def _leave(self) -> None:
        self._item_kept.done()
        self._item_kept.leave()
        self._side.setCurrentIndex(0)
        self._table.setFocus()


def _version_words(scheme: Scheme) -> str:
    where = f"（{scheme.community_name}）" if scheme.community_name else ""
    until = f"至{scheme.end}" if scheme.end else "起"
    return f"{scheme.title}{where} {scheme.start}{until}"


def _told(known: Known) -> str:
    said = ["改项目、分值、补贴都先在这里改好，再写从哪天起采用，原来的一版到前一天为止。"]
    if known.closed is not None:
        said.append(f"{known.closed.words}已经结账，只能从{known.closed.after.words}起改。")
    return "".join(said)
