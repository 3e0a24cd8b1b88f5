"""走访任务: those there are, and a new one."""

from collections.abc import Mapping
from typing import Any, ClassVar

from PySide6.QtWidgets import QCheckBox, QGridLayout, QWidget
from sqlalchemy import Connection

from db.kernel.access import Right
from db.places import CommunityLine, communities
from db.visits import CampaignDraft, CampaignLine, add_campaign, campaigns
from desktop.page import Context, Page
from desktop.widgets.entries import EntryField, count_field, text_field
from desktop.widgets.parts import button, column, label, panel, row, scrolling
from desktop.widgets.tables import Column, RowModel, RowTable
from desktop.words import typed_day

FORM_WIDTH = 340


class CampaignsPage(Page):
    """Campaigns decide which doors are due; several may run side by side."""

    title: ClassVar[str] = "走访任务"
    watches: ClassVar[frozenset[str]] = frozenset(("campaign", "community"))
    keys: ClassVar[tuple[tuple[str, str], ...]] = (("Enter", "下一格"),)

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._names: Mapping[bytes, str] = {}
        self._model: RowModel[CampaignLine] = RowModel(
            (
                Column("任务", lambda c: c.name, 16),
                Column("开始", lambda c: c.start.isoformat(), 8),
                Column("结束", lambda c: c.end.isoformat(), 8),
                Column("社区", self._where, 18),
                Column("未遇几次算尽责", lambda c: str(c.tries), 9, number=True),
            )
        )
        self._name = text_field("名称", 40)
        self._start, self._end = self._day_field("开始"), self._day_field("结束")
        self._tries = count_field("未遇几次算尽责", 20)
        self._refusal = QCheckBox("拒访一次也算尽责")
        self._phone = QCheckBox("电话联系到也算尽责")
        self._boxes: dict[bytes, QCheckBox] = {}
        self._places = QWidget()
        self._places_layout = column(self._places, gap=4)
        self._build()
        self._empty()

    def refresh(self) -> None:
        """Read the campaigns and the communities."""

        def question(connection: Connection) -> tuple[list[CampaignLine], list[CommunityLine]]:
            return campaigns(connection), communities(connection)

        self.context.background.ask(self, question, self._show)

    def save(self) -> None:
        """Set up the campaign."""
        try:
            draft = CampaignDraft(
                name=self._name.value() or "",
                start=self._start.value(),
                end=self._end.value(),
                communities=tuple(id_ for id_, box in self._boxes.items() if box.isChecked()),
                tries=self._tries.value() or 0,
                refusal_closes=self._refusal.isChecked(),
                phone_closes=self._phone.isChecked(),
            )
        except ValueError as reason:
            self.said.emit(f"{reason}。没有保存")
            return

        def saved(_: object) -> None:
            self.said.emit(f"已设立走访任务“{draft.name}”　　Ctrl+Z 撤销")
            self._empty()

        self.context.background.write(self, add_campaign(draft), saved)

    def _day_field(self, name: str) -> EntryField:
        def read(text: str) -> Any:
            day = typed_day(text, self.context.today)
            if day is None:
                raise ValueError(f"{name}日期看不懂，可以写：今、+30、3.29、2026-3-29")
            return day

        return EntryField(name, read)

    def _build(self) -> None:
        frame = panel()
        column(frame, (6, 6, 6, 6)).addWidget(RowTable(self._model, "走访任务"))
        inside = QWidget()
        layout = column(inside, (16, 14, 16, 14), 10)
        layout.addWidget(label("新的走访任务", 16))
        grid = QGridLayout()
        grid.setVerticalSpacing(6)
        for at, (name, field) in enumerate(
            (
                ("名称", self._name),
                ("开始", self._start),
                ("结束", self._end),
                ("未遇几次", self._tries),
            )
        ):
            grid.addWidget(label(name, 12, "second"), at, 0)
            grid.addWidget(field, at, 1)
        layout.addLayout(grid)
        layout.addWidget(self._refusal)
        layout.addWidget(self._phone)
        layout.addWidget(
            label("哪些社区（都不选就是全部，以后新增的也算）", 12, "second", wrap=True)
        )
        layout.addWidget(self._places)
        save = button("设立", self.save, kind="main")
        save.setEnabled(self.context.may(Right.CAMPAIGN))
        layout.addWidget(save)
        layout.addStretch()
        form = panel()
        form.setFixedWidth(self.context.theme.px(FORM_WIDTH))
        column(form, (1, 1, 1, 1)).addWidget(scrolling(inside))
        outer = row(self, (20, 12, 20, 14), 16)
        outer.addWidget(frame, 1)
        outer.addWidget(form)
        self.setFocusProxy(self._name)

    def _empty(self) -> None:
        self._name.clear()
        self._start.setText("今天")
        self._end.setText("+30")
        self._tries.setText("3")
        self._refusal.setChecked(True)
        self._phone.setChecked(False)
        for box in self._boxes.values():
            box.setChecked(False)

    def _show(self, answer: tuple[list[CampaignLine], list[CommunityLine]]) -> None:
        lines, places = answer
        self._names = {place.id: place.name for place in places}
        self._model.show_rows(lines)
        if set(self._boxes) != set(self._names):
            for box in self._boxes.values():
                box.deleteLater()
            self._boxes = {place.id: QCheckBox(place.name) for place in places}
            for box in self._boxes.values():
                self._places_layout.addWidget(box)

    def _where(self, line: CampaignLine) -> str:
        return "、".join(self._names.get(id_, "") for id_ in line.communities) or "全部社区"
