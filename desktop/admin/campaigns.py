"""走访任务: those there are, the chosen one's form, and a new one."""

from collections.abc import Mapping
from datetime import date
from typing import Any, ClassVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCheckBox, QGridLayout, QWidget
from sqlalchemy import Connection

from db.kernel.access import Right
from db.kernel.journal import Command
from db.places import CommunityLine, communities
from db.visits import TOPICS, CampaignLine, campaigns
from db.visits.campaigning import (
    MOST_CHARACTERS,
    CampaignDraft,
    add_campaign,
    change_campaign,
    remove_campaign,
)
from desktop.page import Context, Page
from desktop.unsaved import FormKeeper, Input
from desktop.widgets.entries import EnterWalks, EntryField, count_field, text_field, words_field
from desktop.widgets.parts import button, column, label, panel, row
from desktop.widgets.scrolling import footed
from desktop.widgets.tables import Column, RowModel, RowTable
from desktop.words import typed_day

FORM_WIDTH = 340
_FIELDS = tuple(CampaignDraft.__dataclass_fields__)


class CampaignsPage(Page):
    """Campaigns decide which doors are due; several may run side by side."""

    title: ClassVar[str] = "走访任务"
    watches: ClassVar[frozenset[str]] = frozenset(("campaign", "community"))
    keys: ClassVar[tuple[tuple[str, str], ...]] = (
        ("Ctrl+N", "新的走访任务"),
        ("Enter", "下一格，最后一格保存"),
        ("Esc", "不要填了没有保存的"),
        ("Delete", "删除选中的任务，可以撤销"),
    )

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._names: Mapping[bytes, str] = {}
        self._chosen: CampaignLine | None = None
        self._model: RowModel[CampaignLine] = RowModel(
            (
                Column("任务", lambda c: c.name, 14),
                Column("开始", lambda c: c.start.isoformat(), 8),
                Column("结束", lambda c: c.end.isoformat(), 8),
                Column("社区", self._where, 14, spare=True),
                Column("未遇几次算尽责", lambda c: str(c.tries), 8, number=True, spare=True),
            )
        )
        self._table = RowTable(
            self._model,
            "走访任务",
            "还没有走访任务。在右边填好保存，进度就按它算；没有任务时按近一年算",
        )
        self._heading = label(pixels=16, wrap=True)
        self._history = button("改动记录", self._show_history, kind="link")
        self._name = text_field("名称", MOST_CHARACTERS)
        # A campaign is set up round its first day; its last one is still to come.
        self._start, self._end = (
            self._day_field("开始", near=True),
            self._day_field("结束", ahead=True),
        )
        self._topics = words_field("主题", TOPICS)
        self._tries = count_field("未遇几次算尽责", 20)
        self._refusal = QCheckBox("拒访一次也算尽责")
        self._phone = QCheckBox("电话联系到也算尽责")
        self._boxes: dict[bytes, QCheckBox] = {}
        self._places = QWidget()
        self._places_layout = column(self._places, gap=4)
        self._kept = FormKeeper(context, "走访任务", self)
        self._kept.put_back.connect(self.said)
        self._build()
        self.begin_new()

    def refresh(self) -> None:
        """Read the campaigns and the communities."""

        def question(connection: Connection) -> tuple[list[CampaignLine], list[CommunityLine]]:
            return campaigns(connection), communities(connection)

        self.context.background.ask(self, question, self._show)

    def begin_new(self) -> None:
        """Show an empty form."""
        self._chosen = None
        self._history.hide()
        self._table.clearSelection()
        self._heading.setText("新的走访任务")
        self._fill("", "今天", "+30", CampaignDraft("", date.min, date.min))
        self._begin_typing()
        self._name.setFocus()

    def save(self) -> None:
        """Set up the campaign, or put the chosen one right."""
        chosen = self._chosen
        try:
            draft = CampaignDraft(
                name=self._name.value() or "",
                start=self._start.value(),
                end=self._end.value(),
                topics=self._topics.value(),
                communities=tuple(id_ for id_, box in self._boxes.items() if box.isChecked()),
                tries=self._tries.value() or 0,
                refusal_closes=self._refusal.isChecked(),
                phone_closes=self._phone.isChecked(),
            )
        except ValueError as reason:
            self.said.emit(f"{reason}。没有保存")
            return
        command: Command[Any] = add_campaign(draft)
        if chosen is not None:
            command = change_campaign(chosen.id, draft)
        at = self._at

        def saved(_: object) -> None:
            self._kept.saved(at)
            self.said.emit(f"已保存走访任务“{draft.name}”　　Ctrl+Z 撤销")

        self.context.background.write(self, command, saved, once=at)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Esc drops what was typed and not saved."""
        if event.key() == Qt.Key.Key_Escape and self._at in self._kept.left:
            self._kept.done()
            if self._chosen is not None:
                self._show_campaign(self._chosen)
            else:
                self.begin_new()
        else:
            super().keyPressEvent(event)

    @property
    def _at(self) -> str:
        return self._chosen.id.hex() if self._chosen is not None else ""

    def _begin_typing(self) -> None:
        inputs: dict[str, Input] = {
            "name": self._name, "start": self._start, "end": self._end, "topics": self._topics,
            "tries": self._tries, "refusal": self._refusal, "phone": self._phone,
            **{id_.hex(): box for id_, box in self._boxes.items()},
        }  # fmt: skip
        self._kept.begin(self._at, inputs, new=self._chosen is None)

    def _remove(self) -> None:
        if self._chosen is not None and self.context.may(Right.CAMPAIGN):
            said = f"已删除走访任务“{self._chosen.name}”　　Ctrl+Z 撤销"
            command = remove_campaign(self._chosen.id)
            self.context.background.write(self, command, lambda _: self.said.emit(said))

    def _show_history(self) -> None:
        chosen = self._chosen
        if chosen is not None:
            self.context.routes.go(
                "data", tab="history", entity="campaign", record=chosen.id, name=chosen.name
            )

    def _day_field(self, name: str, *, ahead: bool = False, near: bool = False) -> EntryField:
        def read(text: str) -> Any:
            day = typed_day(text, self.context.today, ahead=ahead, near=near)
            if day is None:
                raise ValueError(f"{name}日期看不懂，可以写：今、+30、3.29、2026-3-29")
            return day

        return EntryField(name, read)

    def _build(self) -> None:
        frame = panel()
        column(frame, (6, 6, 6, 6)).addWidget(self._table)
        inside = QWidget()
        layout = column(inside, (16, 14, 16, 14), 10)
        head = row(gap=10)
        head.addWidget(self._heading, 1)
        head.addWidget(self._history)
        layout.addLayout(head)
        layout.addLayout(self._grid())
        layout.addWidget(self._refusal)
        layout.addWidget(self._phone)
        layout.addWidget(
            label("哪些社区（都不选就是全部，以后新增的也算）", 12, "second", wrap=True)
        )
        layout.addWidget(self._places)
        new = button("新的任务　Ctrl+N", self.begin_new, kind="link")
        new.setShortcut("Ctrl+N")
        save = button("保存", self.save, kind="main")
        save.setEnabled(self.context.may(Right.CAMPAIGN))
        line = row()
        line.addWidget(new)
        line.addStretch()
        line.addWidget(save)
        self._walks = EnterWalks(
            (self._name, self._start, self._end, self._topics, self._tries), self.save
        )
        self._table.selectionModel().currentRowChanged.connect(
            lambda at, _: self._show_line(at.row())
        )
        self._table.removing.connect(self._remove)
        form = panel()
        form.setFixedWidth(self.context.theme.px(FORM_WIDTH))
        footed(form, inside, line)
        outer = row(self, (20, 12, 20, 14), 16)
        outer.addWidget(frame, 1)
        outer.addWidget(form)
        self.setFocusProxy(self._name)

    def _grid(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setVerticalSpacing(6)
        for at, (name, field) in enumerate(
            (
                ("名称", self._name),
                ("开始", self._start),
                ("结束", self._end),
                ("主题", self._topics),
                ("未遇几次", self._tries),
            )
        ):
            grid.addWidget(label(name, 12, "second"), at, 0)
            grid.addWidget(field, at, 1)
        return grid

    def _show_line(self, at: int) -> None:
        if 0 <= at < len(self._model.rows):
            self._show_campaign(self._model.rows[at])

    def _show_campaign(self, line: CampaignLine) -> None:
        self._chosen = line
        self._history.show()
        self._heading.setText(line.name)
        draft = CampaignDraft(**{name: getattr(line, name) for name in _FIELDS})
        self._fill(line.name, line.start.isoformat(), line.end.isoformat(), draft)
        self._begin_typing()

    def _fill(self, name: str, start: str, end: str, draft: CampaignDraft) -> None:
        self._name.setText(name)
        self._start.setText(start)
        self._end.setText(end)
        self._topics.setText("、".join(draft.topics))
        self._tries.setText(str(draft.tries))
        self._refusal.setChecked(draft.refusal_closes)
        self._phone.setChecked(draft.phone_closes)
        for id_, box in self._boxes.items():
            box.setChecked(id_ in draft.communities)

    def _show(self, answer: tuple[list[CampaignLine], list[CommunityLine]]) -> None:
        lines, places = answer
        self._names = {place.id: place.name for place in places}
        kept = self._chosen.id if self._chosen is not None else None
        self._model.show_rows(lines)
        if set(self._boxes) != set(self._names):
            for box in self._boxes.values():
                box.deleteLater()
            self._boxes = {place.id: QCheckBox(place.name) for place in places}
            for box in self._boxes.values():
                self._places_layout.addWidget(box)
            # Which communities there are is known only now.
            self._begin_typing()
        at = next((at for at, line in enumerate(lines) if line.id == kept), None)
        if at is not None:
            self._table.selectRow(at)

    def _where(self, line: CampaignLine) -> str:
        return "、".join(self._names.get(id_, "") for id_ in line.communities) or "全部社区"
