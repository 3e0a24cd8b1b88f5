"""手工记分: entries by hand of a month; what comes by itself is not typed here."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, ClassVar

from PySide6.QtWidgets import QVBoxLayout
from sqlalchemy import Connection

from db.kernel.access import Right
from db.kernel.ids import Id
from db.kernel.journal import Command
from db.points import points_text
from db.points.entries import (
    EntryDraft,
    EntryRow,
    add_entry,
    change_entry,
    entries,
    entry_problems,
    items_for,
    remove_entry,
)
from db.points.rules import Item
from desktop.page import Context
from desktop.unsaved import Inputs
from desktop.widgets.choices import ChoiceBox
from desktop.widgets.entries import EntryField
from desktop.widgets.forms import DraftForm
from desktop.widgets.parts import button, choose, fill, label, row
from desktop.widgets.periods import PeriodBox, whole_time
from desktop.widgets.person import PersonField
from desktop.widgets.register import RegisterPage
from desktop.widgets.tables import Column
from desktop.words import clock_words, typed_day


def _hours(entry: EntryRow) -> str:
    until = f"—{clock_words(entry.end)}" if entry.end is not None else ""
    return f"{clock_words(entry.start)}{until}"


class EntriesPage(RegisterPage[EntryRow]):
    """The entries of the days chosen; a new one asks for the person, the item, the day, the reason."""

    title: ClassVar[str] = "手工记分"
    noun = "记分"
    entity: ClassVar[str] = "point_entry"
    placeholder = "姓名、事由"
    watches: ClassVar[frozenset[str]] = frozenset(
        (
            "point_entry", "point_scheme", "point_item", "volunteer", "account", "community",
            "point_band", "point_weight",
        )
    )  # fmt: skip
    keys: ClassVar[tuple[tuple[str, str], ...]] = (
        ("Ctrl+N", "记一笔：姓名、项目、日期、起止时间、事由"),
        ("Enter", "从名单到右边；下一格，最后一格保存"),
        ("Delete", "删除选中的；可以撤销"),
    )
    columns: Sequence[Column[Any]] = (
        Column("日期", lambda e: e.day.isoformat(), 7),
        Column("时间", _hours, 6, spare=True),
        Column("姓名", lambda e: e.name, 5),
        Column("项目", lambda e: e.item_name or "（当天没有这个项目）", 8),
        Column(
            "次数", lambda e: str(e.times) if e.points is None else "", 3, number=True, spare=True
        ),
        Column("分值", lambda e: "" if e.points is None else points_text(e.points), 4, number=True),
        Column("事由", lambda e: e.reason, 14),
        Column("凭证", lambda e: e.evidence or "", 8, spare=True),
        Column("登记人", lambda e: e.who, 5, spare=True),
    )

    def __init__(self, context: Context) -> None:
        self._items: Sequence[Item] = ()
        self._asked_for = context.today
        super().__init__(context)
        self._days = PeriodBox(lambda: context.today, "今年")
        self._days.chosen.connect(lambda _: self.refresh())
        self._days.refused.connect(self.said)
        self.filters.insert(0, self._days)
        self.table.removing.connect(self._remove)

    def open(self, what: Mapping[str, Any]) -> None:
        """The same; `person` begins an entry for somebody."""
        super().open(what)
        if what.get("person") is not None:
            self.begin_new()
            self._person.look_up(what["person"])

    def asked(self, connection: Connection, offset: int, limit: int) -> tuple[int, list[EntryRow]]:
        """Return the entries of the days chosen."""
        period = self._days.period or whole_time(self.context.today)
        text = self.text.text().strip()
        found = [
            line for line in entries(connection, period) if text in line.name or text in line.reason
        ]
        return len(found), found[offset : offset + limit]

    def row_name(self, of: EntryRow) -> str:
        """Return what an entry is called over its history."""
        return f"{of.name} {of.day} {of.item_name}"

    def form_parts(self, layout: QVBoxLayout) -> None:
        """Who, for what, and the rest."""
        self._person = PersonField(self.context, "姓名")
        self._person.chosen.connect(self._chose_person)
        self._item = ChoiceBox("项目")
        self._form = DraftForm(
            EntryDraft,
            lambda draft: entry_problems(draft, self._chosen_item(), self.context.today),
            {},
            lambda: self.context.today,
            ("day", "times", "start", "end", "reason", "evidence"),
            ("end",),
        )
        day = self._form.field("day")
        if isinstance(day, EntryField):
            day.editingFinished.connect(self._day_left)
        self._form.saved.connect(self.save)
        self._item.finished.connect(self._form.setFocus)
        self._worth = label(pixels=12, tone="second", wrap=True)
        self._item.activated.connect(lambda _: self._tell_worth())
        self._save = button("保存", self.save, kind="main")
        layout.addWidget(label("姓名", 12, "second"))
        layout.addWidget(self._person)
        layout.addWidget(label("项目", 12, "second"))
        layout.addWidget(self._item)
        layout.addWidget(self._worth)
        layout.addWidget(self._form)
        line = row()
        line.addStretch()
        line.addWidget(self._save)
        self.form_foot.addLayout(line)

    def show_row(self, chosen: EntryRow | None) -> None:
        """Show an entry, or an empty form for today."""
        self._save.setEnabled(self.context.may(Right.WRITE))
        self._form.show_draft(chosen or EntryDraft(day=self.context.today))
        if chosen is None:
            self._person.show_person(None)
            self._items = ()
            self._item.clear()
            self._tell_worth()
            self._person.setFocus()
            return
        self.heading.setText(f"{chosen.name}　{chosen.item_name}")
        self._person.show_person(chosen.volunteer, chosen.name)
        self._ask_items(chosen.volunteer, chosen.item)

    def typed_beside(self) -> Inputs:
        """Who and for what stand beside the form."""
        return {"person": self._person, "item": self._item}

    def save(self) -> None:
        """Write the entry."""
        person, item = self._person.person, self._item.currentData()
        if person is None:
            self.said.emit("请先选一个人")
            self._person.setFocus()
            return
        if item is None:
            self.said.emit("请选项目；没有项目，先到“设置、积分办法”采用一个办法")
            return
        try:
            draft = self._form.draft()
        except ValueError:
            return
        command: Command[Any] = add_entry(person, item, draft)
        if self.row is not None:
            # Points given outright are not asked for here, and stay.
            kept = replace(draft, points=self.row.points)
            command = change_entry(self.row.id, person, item, kept, self.row.source)
        self.write(command, "已记分")

    def _remove(self) -> None:
        if self.row is not None and self.context.may_write(self.said):
            command = remove_entry(self.row.id)
            self.context.background.write(
                self, command, lambda _: self.said.emit("已删除　　Ctrl+Z 撤销")
            )

    def _chose_person(self, person: Id | None) -> None:
        if person is not None:
            self._ask_items(person, self._item.currentData())
            self._item.setFocus()

    def _day_left(self) -> None:
        """Offer the items of the day typed: another day may have another version of the scheme."""
        person = self._person.person
        if person is not None and self._typed_day() != self._asked_for:
            self._ask_items(person, self._item.currentData())

    def _typed_day(self) -> date:
        text = self._form.typed("day")
        return typed_day(text, self.context.today) or self.context.today

    def _ask_items(self, person: Id, chosen: str | None) -> None:
        day = self._asked_for = self._typed_day()

        def answer(items: tuple[Item, ...]) -> None:
            self._items = items
            fill(self._item, [(item.name, item.key) for item in items])
            # What that day's scheme lacks is chosen anew, not taken for another.
            there = chosen is None or any(item.key == chosen for item in items)
            choose(self._item, chosen) if there else self._item.setCurrentIndex(-1)
            self._tell_worth()

        self.context.background.ask(self, lambda c: items_for(c, person, day), answer)

    def _chosen_item(self) -> Item | None:
        return next((i for i in self._items if i.key == self._item.currentData()), None)

    def _tell_worth(self) -> None:
        item = self._chosen_item()
        if item is None:
            self._worth.setText("选好人以后，列出当天办法里的项目。")
            return
        said = [f"每次{points_text(item.points)}分"]
        if item.day_cap is not None:
            said.append(f"每天最多{points_text(item.day_cap)}分")
        if item.month_cap is not None:
            said.append(f"每月最多{points_text(item.month_cap)}分")
        if item.evidence:
            said.append("要写凭证")
        if item.source is not None:
            said.append("台账里登记过的会自动计，这里只记没有登记的")
        self._worth.setText("，".join(said))
