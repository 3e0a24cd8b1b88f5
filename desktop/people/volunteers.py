"""The roster of volunteers: list and form, how many homes each answers for, what each one did."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, ClassVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QButtonGroup, QVBoxLayout, QWidget
from sqlalchemy import Connection

from db.kernel.ids import Id
from db.kernel.journal import Done
from db.people import OCCUPATION_NAMES, ROLE_NAMES, masked_phone
from db.people.answering import (
    FEWEST,
    MOST,
    Amount,
    Answering,
    amount_of,
    answering,
)
from db.people.lists import (
    VolunteerQuery,
    VolunteerRow,
    volunteer,
    volunteer_count,
    volunteers,
)
from db.people.roster import remove_volunteer
from db.places import CommunityLine, communities
from db.places.lists import BuildingRow, buildings
from desktop.background import Progress
from desktop.page import Context
from desktop.people.card import PersonCard
from desktop.people.entries import VolunteerEntries
from desktop.people.service import ServiceBox
from desktop.unsaved import Inputs
from desktop.widgets.parts import button, choose, column, fill, row
from desktop.widgets.register import RegisterPage
from desktop.widgets.tables import Column

AMOUNTS: tuple[tuple[str, Amount | None], ...] = (
    ("户数不限", None), (f"不到{FEWEST}户", "few"), (f"{FEWEST}到{MOST}户", "right"),
    (f"超过{MOST}户", "many"),
)  # fmt: skip
LISTED = frozenset(("volunteer", "volunteer_term", "community", "building", "household"))
DONE = frozenset(("visit", "training", "attendance", "dispute_session", "dispute_follow_up"))
SERVING, LEFT = "serving", "left"


class VolunteersPage(RegisterPage[VolunteerRow]):
    """Everyone of 群防群治力量, those in service first asked for."""

    title: ClassVar[str] = "人员"
    noun = "人员"
    entity: ClassVar[str] = "volunteer"
    watches: ClassVar[frozenset[str]] = LISTED | DONE
    form_width: ClassVar[int] = 350
    keys: ClassVar[tuple[tuple[str, str], ...]] = (
        ("Ctrl+N", "新的人员"),
        ("F3", "右边换成经历：负责的户、任职经历、做过的事；再按换回登记"),
        ("Enter", "从名册到右边；在登记里下一格，最后一格保存；在经历里打开这条记录"),
        ("Shift+↑　Shift+↓", "多选几个人，一起离任或再聘"),
        ("Delete", "删除登错的人；走访过、参过训的要登记离任"),
        ("Ctrl+C", "复制选中的行"),
        ("Esc", "回到名册；显示全部"),
    )

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._sought: Id | None = None
        self._places: Sequence[CommunityLine] = ()
        self._buildings: Sequence[BuildingRow] = ()
        # None until it is counted, and again when people or homes have changed.
        self._answering: Answering | None = None
        self._answered_on = context.today
        self._changes = 0
        self.model.show_columns(self._columns())
        self.table.fit()
        self._community = self.filter_box("社区", [("全部社区", None)])
        self._role = self.filter_box(
            "身份", [("全部身份", None), *((name, code) for code, name in ROLE_NAMES.items())]
        )
        self._occupation = self.filter_box(
            "职业", [("全部职业", None), *((name, of) for of, name in OCCUPATION_NAMES.items())]
        )
        self._amount = self.filter_box("负责户数", AMOUNTS)
        self._serving = self.filter_box(
            "在任", [("在任的", SERVING), ("离任的", LEFT), ("全部", None)]
        )
        units = button("没有联户长的单元", self._open_units, kind="link")
        self.tools.addWidget(units, 0, Qt.AlignmentFlag.AlignTop)
        self.table.selectionModel().selectionChanged.connect(lambda *_: self._marked())
        self.table.removing.connect(self._remove)

    def open(self, what: Mapping[str, Any]) -> None:
        """The same; or show only those of `ids` under their `title`."""
        if what.get("ids") is not None:
            self._show_those(what["ids"], what.get("title", ""))
        super().open(what)
        self._sought = what.get("record")
        if self.model.shown:
            self._find()

    def asked(
        self, connection: Connection, offset: int, limit: int
    ) -> tuple[int, list[VolunteerRow]]:
        """Return the people the filters mean."""
        self._places = communities(connection)
        self._buildings = buildings(connection)
        amount: Amount | None = self._amount.currentData()
        only = self.only
        if amount is not None:
            fitting = self._counted(connection).of(amount)
            only = fitting if only is None else tuple(set(fitting).intersection(only))
        day, service = self.context.today, self._serving.currentData()
        query = VolunteerQuery(
            community=self._community.currentData(),
            role=self._role.currentData(),
            occupation=self._occupation.currentData(),
            text=self.text.text(),
            on=day if service == SERVING else None,
            gone=day if service == LEFT else None,
            ids=only,
        )
        return volunteer_count(connection, query), volunteers(connection, query, offset, limit)

    def refresh(self) -> None:
        """Read the list, then how many homes each answers for: that takes longer."""
        super().refresh()
        if self._answered_on != self.context.today:
            self._answering = None
        if self._answering is None:
            # Not in the lane the list is read by: a search typed meanwhile must not wait.
            self.context.background.errand(self, self._count_homes, lambda _: self._tell_homes())

    def written(self, done: Done[Any]) -> bool:
        """Count the homes again when people or homes have changed; what somebody did is in the card
        alone, so that nothing typed in the form is lost by it.
        """
        if {"volunteer", "household", "building"}.intersection(done.touched):
            self._answering = None
            self._changes += 1
        if LISTED.intersection(done.touched):
            return False
        self._card.ask_again()
        return True

    def foot_words(self, total: int) -> str:
        """How many there are, and how the homes of the post are shared."""
        told = f"共{total:,}人"
        if self._answering is None:
            return told
        few, right, many = (
            len(self._answering.of(amount)) for _, amount in AMOUNTS if amount is not None
        )
        nobody, left = len(self._answering.nobody), self._answering.left
        said = f"{nobody}个单元没有联户长" if nobody else "每个单元都有联户长"
        said += f"，未分户{left:,}户" if left else ""
        return f"{told}　　联户长负责{FEWEST}到{MOST}户的{right}人，不到的{few}人，超过的{many}人；{said}"

    def _show(self, answer: tuple[int, list[VolunteerRow]]) -> None:
        super()._show(answer)
        self._find()

    def _find(self) -> None:
        """Show a person alone who is asked for and stands further down, or is left out by a filter."""
        record, self._sought = self._sought, None
        if record is None or any(line.id == record for line in self.model.rows):
            return

        def found(person: VolunteerRow | None) -> None:
            if person is not None:
                self._show_those((person.id,), person.name)

        self.context.background.ask(self, lambda c: volunteer(c, record), found)

    def _columns(self) -> Sequence[Column[VolunteerRow]]:
        return (
            Column("姓名", lambda v: v.name, 4),
            Column("身份", lambda v: ROLE_NAMES[v.role], 5),
            Column("社区", lambda v: v.community_name, 6, spare=True),
            Column("负责", lambda v: v.place, 10),
            Column("户数", self._homes_words, 3, number=True, late=self._unusual),
            Column("职业", lambda v: OCCUPATION_NAMES.get(v.occupation or "", ""), 5, spare=True),
            Column("电话", lambda v: masked_phone(v.phone or ""), 7, spare=True),
            Column("任期", _service, 7, spare=True),
        )

    def _homes_words(self, person: VolunteerRow) -> str:
        homes = None if self._answering is None else self._answering.homes.get(person.id)
        return "" if homes is None else str(homes)

    def _unusual(self, person: VolunteerRow) -> bool:
        homes = None if self._answering is None else self._answering.homes.get(person.id)
        return homes is not None and amount_of(homes) == "many"

    def _counted(self, connection: Connection) -> Answering:
        known = self._answering
        if known is None:
            changes, day = self._changes, self.context.today
            known = answering(connection, day)
            # What was counted while people or homes changed is not kept.
            if changes == self._changes:
                self._answering, self._answered_on = known, day
        return known

    def _count_homes(self, _: Progress) -> Answering:
        with self.context.ledger.read() as connection:
            return self._counted(connection)

    def _tell_homes(self) -> None:
        self.foot.setText(self.foot_words(self.model.total))
        self.table.viewport().update()

    def _open_units(self) -> None:
        self.context.routes.go("people", tab="units", nobody=True)

    def _show_those(self, ids: Sequence[Id], title: str) -> None:
        for box in (self._community, self._role, self._occupation, self._amount):
            box.setCurrentIndex(0)
        choose(self._serving, None)
        self.show_only(ids, title)

    def _remove(self) -> None:
        """Take out who was entered by mistake; who did something leaves instead."""
        if not self.context.may_write(self.said):
            return
        if self.row is None or len(self.chosen_ids()) > 1:
            self.said.emit("删除登错的人，一次选一个")
            return
        said = f"已删除{self.row.name}　　Ctrl+Z 撤销"

        def removed(_: Done[None]) -> None:
            self._kept.done()
            self.said.emit(said)

        self.context.background.write(self, remove_volunteer(self.row.id), removed)

    def _marked(self) -> None:
        marked = set(self.chosen_ids())
        self._service.show_people([one for one in self.model.rows if one.id in marked])

    def form_parts(self, layout: QVBoxLayout) -> None:
        """Place, entries and the end of service; or what they did."""
        self._side = QButtonGroup(self)
        self._entries = VolunteerEntries(self.context, self.write)
        self._form = self._entries.form
        self._service, self._card = ServiceBox(self.context), PersonCard(self.context)
        for part in (self._entries, self._service, self._card):
            part.said.connect(self.said)
        turns = row(gap=6)
        self._turns = (
            button("登记", partial(self._turn, 0), kind="choice"),
            button("经历　F3", partial(self._turn, 1), kind="choice"),
        )
        for turn in self._turns:
            turn.setCheckable(True)
            self._side.addButton(turn)
            turns.addWidget(turn)
        turns.addStretch()
        self._turns[0].setChecked(True)
        layout.addLayout(turns)
        layout.addWidget(self._entries)
        layout.addWidget(self._card)
        self._card.hide()
        self._acts = QWidget()
        acts = column(self._acts, gap=10)
        acts.addWidget(self._entries.save_button, 0, Qt.AlignmentFlag.AlignRight)
        acts.addWidget(self._service)
        self.form_foot.addWidget(self._acts)
        other = QShortcut(QKeySequence("F3"), self)
        other.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        other.activated.connect(lambda: self._turn(int(self._card.isHidden())))

    def show_row(self, chosen: VolunteerRow | None) -> None:
        """Show a person, or an empty form."""
        self._entries.show_person(chosen)
        self._card.show_person(chosen)
        if chosen is None:
            self._turn(0)
            self._service.show_people(())
            self._entries.setFocus()
        else:
            self.heading.setText(chosen.name)

    def offer_choices(self) -> None:
        """The communities, and the buildings somebody answers for."""
        fill(self._community, [(place.name, place.id) for place in self._places], first=1)
        self._entries.knows(self._places, self._buildings)

    def typed_beside(self) -> Inputs:
        """Where they serve stands beside the form."""
        return self._entries.beside

    def save(self) -> None:
        """Write the person."""
        self._entries.save()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Enter goes to the right, Esc back to the roster."""
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if enter and self.table.hasFocus() and self.row is not None:
            (self._entries if self._card.isHidden() else self._card).setFocus()
        elif event.key() == Qt.Key.Key_Escape and not self.table.hasFocus():
            if self.is_typed:
                super().keyPressEvent(event)
            self.table.setFocus()
        else:
            super().keyPressEvent(event)

    def _turn(self, to: int) -> None:
        """Show the entries, or what they did; a new person has done nothing yet."""
        to = to if self.row is not None else 0
        focus = self.focusWidget()
        inside = focus is not None and (self._entries if to else self._card).isAncestorOf(focus)
        self._turns[to].setChecked(True)
        for widget in (self._entries, self._acts):
            widget.setVisible(not to)
        self._card.setVisible(bool(to))
        if inside:
            (self._card if to else self._entries).setFocus()


def _service(person: VolunteerRow) -> str:
    since = person.since.isoformat() if person.since else ""
    if person.until is not None:
        return f"{since}至{person.until.isoformat()}"
    return f"{since}起" if since else ""
