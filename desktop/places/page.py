"""The homes: list, form, occupancy of many at once."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QComboBox, QLineEdit, QVBoxLayout
from sqlalchemy import Connection

from db.kernel.access import Right
from db.kernel.ids import Id
from db.kernel.journal import Done
from db.places import (
    OCCUPANCY_NAMES,
    AddressDraft,
    CommunityLine,
    HouseholdDraft,
    change_household,
    communities,
    household_problems,
    set_occupancy,
)
from db.places.lists import (
    HouseholdQuery,
    HouseholdRow,
    LikeHousehold,
    household_count,
    households,
    like_household,
)
from db.places.making import add_household
from desktop.page import Context
from desktop.visits.door import masked_phone
from desktop.widgets.forms import DraftForm
from desktop.widgets.parts import button, choose, fill, label, row
from desktop.widgets.register import RegisterPage
from desktop.widgets.tables import Column

LIKE_MS = 300


class HouseholdsPage(RegisterPage[HouseholdRow]):
    """Every door of the post; several marked ones change their occupancy in one step."""

    title: ClassVar[str] = "住户"
    noun = "住户"
    placeholder = "姓名、拼音、电话、门牌"
    watches: ClassVar[frozenset[str]] = frozenset(("household", "building", "community"))
    keys: ClassVar[tuple[tuple[str, str], ...]] = (
        ("Ctrl+N", "新的住户"),
        ("Enter", "下一格，最后一格保存"),
        ("Ctrl+C", "复制选中的行"),
    )
    columns: Sequence[Column[Any]] = (
        Column("住户", lambda h: h.address, 15),
        Column("居住", lambda h: OCCUPANCY_NAMES[h.occupancy], 5),
        Column("户主", lambda h: h.contact or "", 6),
        Column("电话", lambda h: masked_phone(h.phone or ""), 9),
        Column("人数", lambda h: str(h.residents or ""), 4, number=True),
        Column("社区", lambda h: h.community_name, 8),
        Column("备注", lambda h: h.note or "", 14),
    )

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._places: Sequence[CommunityLine] = ()
        self._community = self.filter_box("社区", [("全部社区", None)])
        self._occupancy = self.filter_box(
            "居住", [("全部", None), *((name, code) for code, name in OCCUPANCY_NAMES.items())]
        )

    def open(self, what: Mapping[str, Any]) -> None:
        """Put the cursor on a home."""
        if what.get("record") is not None:
            self.go_to(what["record"])

    def asked(
        self, connection: Connection, offset: int, limit: int
    ) -> tuple[int, list[HouseholdRow]]:
        """Return the homes the filters mean."""
        self._places = communities(connection)
        query = HouseholdQuery(
            community=self._community.currentData(),
            occupancy=self._occupancy.currentData(),
            text=self.text.text(),
        )
        return household_count(connection, query), households(connection, query, offset, limit)

    def form_parts(self, layout: QVBoxLayout) -> None:
        """Address, entries, and what can be done with several homes."""
        self._where = QComboBox()
        self._where.setAccessibleName("社区")
        self._address = QLineEdit()
        self._address.setPlaceholderText("如 晨园3号楼2单元401、东沟3组12号")
        self._address.setAccessibleName("地址")
        self._like_timer = QTimer(self, singleShot=True, interval=LIKE_MS)
        self._like_timer.timeout.connect(self._ask_like)
        self._address.textEdited.connect(lambda _: self._like_timer.start())
        self._form = DraftForm(
            HouseholdDraft,
            household_problems,
            {"occupancy": OCCUPANCY_NAMES},
            lambda: self.context.today,
        )
        self._form.saved.connect(self.save)
        self._save = button("保存", self.save, kind="main")
        self._history = button("改动记录", self._show_history, kind="link")
        layout.addWidget(self._where)
        layout.addWidget(self._address)
        layout.addWidget(self._form)
        line = row()
        line.addWidget(self._history)
        line.addStretch()
        line.addWidget(self._save)
        layout.addLayout(line)
        layout.addSpacing(12)
        layout.addWidget(label("选中的几户一起改", 14))
        many = row()
        self._many = QComboBox()
        self._many.setAccessibleName("改为")
        for code, name in OCCUPANCY_NAMES.items():
            self._many.addItem(name, code)
        many.addWidget(self._many, 1)
        many.addWidget(button("改居住状态", self._set_many))
        layout.addLayout(many)

    def show_row(self, chosen: HouseholdRow | None) -> None:
        """Show a home, or an empty form."""
        self._fill_places()
        new = chosen is None
        self._address.setReadOnly(not new)
        self._where.setEnabled(new)
        self._history.setVisible(not new)
        self._save.setEnabled(self.context.may(Right.WRITE))
        if chosen is None:
            self._address.clear()
            self._address.setFocus()
            self._form.show_draft(None)
            return
        self.heading.setText(chosen.address)
        choose(self._where, chosen.community)
        self._address.setText(chosen.address)
        self._form.show_draft(chosen)

    def save(self) -> None:
        """Write the home."""
        try:
            draft = self._form.draft()
        except ValueError:
            return
        if self.row is not None:
            name = self.row.address
            self.context.background.write(
                self, change_household(self.row.id, draft), lambda _: self._saved(name)
            )
            return
        address = AddressDraft(whole=self._address.text().strip())
        command = add_household(self._where.currentData(), address, draft)

        def added(done: Done[Id]) -> None:
            self.go_to(done.value)
            self._saved(address.whole)

        self.context.background.write(self, command, added)

    def _saved(self, name: str) -> None:
        self.said.emit(f"已保存 {name}　　Ctrl+Z 撤销")

    def _set_many(self) -> None:
        ids = self.chosen_ids()
        if ids and self.context.may(Right.WRITE):
            command = set_occupancy(ids, self._many.currentData())
            self.context.background.write(
                self, command, lambda done: self.said.emit(f"改了{done.value}户　　Ctrl+Z 撤销")
            )

    def _show_history(self) -> None:
        if self.row is not None:
            self.context.routes.go(
                "data", tab="history", entity="household", record=self.row.id, name=self.row.address
            )

    def _fill_places(self) -> None:
        entries = [(place.name, place.id) for place in self._places]
        fill(self._where, entries)
        fill(self._community, entries, first=1)

    def _ask_like(self) -> None:
        community = self._where.currentData()
        address = AddressDraft(whole=self._address.text().strip())

        def answer(found: list[LikeHousehold]) -> None:
            if found and self.row is None:
                self._form.warn(f"{found[0].address} {found[0].why}")

        self.context.background.ask(
            self, lambda connection: like_household(connection, community, address), answer
        )
