"""The homes: list, form, occupancy of many at once."""

from collections.abc import Sequence
from typing import Any, ClassVar

from PySide6.QtCore import QTimer
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QComboBox, QLineEdit, QVBoxLayout, QWidget
from sqlalchemy import Connection

from db.kernel.access import Right
from db.kernel.ids import Id
from db.people import masked_phone
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
    former_addresses,
    household_count,
    households,
    like_household,
)
from db.places.making import add_household, remove_households
from desktop.page import Context
from desktop.places.merging import MergeForm
from desktop.places.moving import HomeForm, RenameForm, SplitForm
from desktop.places.refusal import refused
from desktop.unsaved import Inputs
from desktop.widgets.forms import DraftForm
from desktop.widgets.parts import button, choose, column, fill, label, row, rule
from desktop.widgets.register import RegisterPage
from desktop.widgets.tables import Column

LIKE_MS = 300


class HouseholdsPage(RegisterPage[HouseholdRow]):
    """Every door of the post; several marked ones change their occupancy in one step."""

    title: ClassVar[str] = "住户"
    noun = "住户"
    entity: ClassVar[str] = "household"
    placeholder = "姓名、拼音、电话、门牌"
    watches: ClassVar[frozenset[str]] = frozenset(
        (
            "household", "building", "community", "household_alias",
        )
    )  # fmt: skip
    keys: ClassVar[tuple[tuple[str, str], ...]] = (
        ("Ctrl+N", "新的住户"),
        ("Enter", "从名单到右边；下一格，最后一格保存"),
        ("Ctrl+B", "看这一户的楼栋"),
        ("F2", "改地址"),
        ("Ctrl+M", "合并：先选中两户，或打另一户的地址"),
        ("Delete", "删除选中的住户"),
        ("Esc", "不要右边填了还没有保存的"),
        ("Ctrl+C", "复制选中的行"),
    )
    columns: Sequence[Column[Any]] = (
        Column("住户", lambda h: h.address, 15, whole=True),
        Column("居住", lambda h: OCCUPANCY_NAMES[h.occupancy], 5),
        Column("户主", lambda h: h.contact or "", 6),
        Column("电话", lambda h: masked_phone(h.phone or ""), 9),
        Column("人数", lambda h: str(h.residents or ""), 4, number=True, spare=True),
        Column("社区", lambda h: h.community_name, 8, spare=True),
        Column("备注", lambda h: h.note or "", 14, spare=True),
    )

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._places: Sequence[CommunityLine] = ()
        self._community = self.filter_box("社区", [("全部社区", None)])
        self._occupancy = self.filter_box(
            "居住", [("全部", None), *((name, code) for code, name in OCCUPANCY_NAMES.items())]
        )
        self.table.removing.connect(self._remove)
        for keys, action in (
            ("Ctrl+B", self._open_board),
            ("F2", lambda: self._open(self.renaming)),
            ("Ctrl+M", lambda: self._open(self.merging)),
        ):
            QShortcut(QKeySequence(keys), self).activated.connect(action)

    def row_name(self, of: HouseholdRow) -> str:
        """A home is called by its address."""
        return of.address

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
        """The home, or over it one of the forms that change what it is."""
        self.renaming, self.merging = RenameForm(self.context), MergeForm(self.context)
        self.splitting = SplitForm(self.context)
        self._home, self._saving, self._together = QWidget(), QWidget(), QWidget()
        self._marked = label(pixels=14)
        inside = column(self._home, gap=10)
        self._home_parts(inside)
        layout.addWidget(self._home)
        for form in (self.renaming, self.merging, self.splitting):
            form.left.connect(self._leave)
            form.done.connect(self._moved_home)
            form.hide()
            layout.addWidget(form)

    def _home_parts(self, layout: QVBoxLayout) -> None:
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
        self._former = label(tone="second", pixels=12, wrap=True)
        self._whole = button("整栋楼一起建", self._make_building, kind="link")
        self._tools = {
            "看楼栋": self._open_board,
            "改地址": lambda: self._open(self.renaming),
            "合并": lambda: self._open(self.merging),
            "拆分": lambda: self._open(self.splitting),
        }
        self._tool_line = QWidget()
        tools = row(self._tool_line, gap=0)
        for name, action in self._tools.items():
            tools.addWidget(button(name, action, kind="link"))
        tools.addStretch()
        layout.addWidget(self._where)
        layout.addWidget(self._address)
        layout.addWidget(self._former)
        layout.addWidget(self._tool_line)
        layout.addWidget(self._form)
        line = row(self._saving)
        line.addWidget(self._whole)
        line.addStretch()
        line.addWidget(self._save)
        self.form_foot.addWidget(self._saving)
        self.form_foot.addWidget(self._together)
        self._many_parts()

    def _many_parts(self) -> None:
        """What is done with several homes is shown where several are marked."""
        layout = column(self._together, gap=10)
        layout.addWidget(rule())
        layout.addWidget(self._marked)
        many = row()
        self._many = QComboBox()
        self._many.setAccessibleName("改为")
        for code, name in OCCUPANCY_NAMES.items():
            self._many.addItem(name, code)
        many.addWidget(self._many, 1)
        many.addWidget(button("改居住状态", self._set_many))
        layout.addLayout(many)
        self._together.hide()
        self.table.selectionModel().selectionChanged.connect(lambda *_: self._tell_marked())

    def _tell_marked(self) -> None:
        marked = len(self.table.selectionModel().selectedRows())
        self._together.setVisible(marked > 1)
        self._marked.setText(f"选中的{marked}户一起改")

    def show_row(self, chosen: HouseholdRow | None) -> None:
        """Show a home, or an empty form."""
        new = chosen is None
        if self._opened is not None and (chosen is None or not self._opened.of(chosen.id)):
            self._leave()
        self._address.setReadOnly(not new)
        self._where.setEnabled(new)
        self._tool_line.setVisible(not new)
        self._whole.setVisible(new)
        self._former.hide()
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
        self._ask_former(chosen)

    def save(self) -> None:
        """Write the home."""
        try:
            draft = self._form.draft()
        except ValueError:
            return
        if self.row is not None:
            self.write(change_household(self.row.id, draft), f"已保存 {self.row.address}")
            return
        address = AddressDraft(whole=self._address.text().strip())
        command = add_household(self._where.currentData(), address, draft)
        self.write(command, f"已保存 {address.whole}")

    def offer_choices(self) -> None:
        """The communities."""
        entries = [(place.name, place.id) for place in self._places]
        fill(self._where, entries)
        fill(self._community, entries, first=1)

    def typed_beside(self) -> Inputs:
        """A new home has its address beside its form."""
        return {"where": self._where, "address": self._address} if self.row is None else {}

    def _set_many(self) -> None:
        ids = self.chosen_ids()
        if ids and self.context.may_write(self.said):
            command = set_occupancy(ids, self._many.currentData())
            self.context.background.write(
                self, command, lambda done: self.said.emit(f"改了{done.value}户　　Ctrl+Z 撤销")
            )

    @property
    def _opened(self) -> HomeForm | None:
        """The form over the home, if one is open."""
        forms = (self.renaming, self.merging, self.splitting)
        return next((form for form in forms if not form.isHidden()), None)

    def _open(self, form: HomeForm) -> None:
        """Open a form over the home under the cursor."""
        if self.row is None:
            return
        if not self.context.may_write(self.said):
            return
        self._leave()
        self._home.hide()
        self._saving.hide()
        form.show()
        if form is self.merging:
            marked = {index.row() for index in self.table.selectionModel().selectedRows()}
            others = [one for at in sorted(marked) if (one := self.model.rows[at]) != self.row]
            self.merging.begin(self.row, others[0] if len(others) == 1 else None)
        else:
            form.begin(self.row)
        form.setFocus()

    def _leave(self) -> None:
        opened = self._opened
        if opened is not None:
            opened.hide()
            self._home.show()
            self._saving.show()
            self.table.setFocus()

    def _moved_home(self, home: Id, words: str) -> None:
        self._leave()
        self.go_to(home)
        self.said.emit(words)

    def _open_board(self) -> None:
        if self.row is not None:
            self.context.routes.go("visits", entity="household", record=self.row.id)

    def _make_building(self) -> None:
        self.context.routes.go("visits", tab="places", new=True)

    def _remove(self) -> None:
        ids = self.chosen_ids()
        if ids and self.context.may_write(self.said):
            self.context.background.write(
                self,
                remove_households(ids),
                lambda done: self.said.emit(f"已删除{done.value}户　　Ctrl+Z 撤销"),
                refused(self.context, self.said.emit),
            )

    def _ask_former(self, chosen: HouseholdRow) -> None:
        def answer(found: list[str]) -> None:
            if self.row is not None and self.row.id == chosen.id:
                self._former.setText("曾用地址：" + "、".join(found))
                self._former.setVisible(bool(found))

        self.context.background.ask(self, lambda c: former_addresses(c, chosen.id), answer)

    def _ask_like(self) -> None:
        community = self._where.currentData()
        address = AddressDraft(whole=self._address.text().strip())

        def answer(found: list[LikeHousehold]) -> None:
            if found and self.row is None:
                self._form.warn(f"{found[0].address} {found[0].why}")

        self.context.background.ask(
            self, lambda connection: like_household(connection, community, address), answer
        )
