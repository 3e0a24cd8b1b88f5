"""The roster of volunteers: list and form, doubles told while typing."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QComboBox, QLineEdit, QVBoxLayout
from sqlalchemy import Connection

from db.kernel.access import Right
from db.kernel.ids import Id
from db.kernel.journal import Done
from db.people import (
    OCCUPATION_NAMES,
    ROLE_NAMES,
    VolunteerDraft,
    masked_phone,
    volunteer_problems,
)
from db.people.lists import (
    LikeVolunteer,
    VolunteerQuery,
    VolunteerRow,
    like_volunteer,
    volunteer_count,
    volunteers,
)
from db.people.roster import VolunteerPlace, add_volunteer, change_volunteer, leave_volunteer
from db.places import CommunityLine, communities
from db.places.lists import BuildingRow, buildings
from desktop.page import Context
from desktop.widgets.forms import DraftForm
from desktop.widgets.parts import button, choose, fill, label, row
from desktop.widgets.register import RegisterPage
from desktop.widgets.tables import Column

LIKE_MS = 300


class VolunteersPage(RegisterPage[VolunteerRow]):
    """Everyone of 群防群治力量, those in service first asked for."""

    title: ClassVar[str] = "人员"
    noun = "人员"
    entity: ClassVar[str] = "volunteer"
    watches: ClassVar[frozenset[str]] = frozenset(("volunteer", "community", "building"))
    keys: ClassVar[tuple[tuple[str, str], ...]] = (
        ("Ctrl+N", "新的人员"),
        ("Enter", "下一格，最后一格保存"),
        ("Ctrl+C", "复制选中的行"),
        ("Esc", "显示全部"),
    )
    columns: Sequence[Column[Any]] = (
        Column("姓名", lambda v: v.name, 6),
        Column("身份", lambda v: ROLE_NAMES[v.role], 6),
        Column("社区", lambda v: v.community_name, 8),
        Column("负责", lambda v: v.place, 14),
        Column("职业", lambda v: OCCUPATION_NAMES.get(v.occupation or "", ""), 6),
        Column("电话", lambda v: masked_phone(v.phone or ""), 9),
        Column("聘任", lambda v: v.since.isoformat() if v.since else "", 8),
        Column("离任", lambda v: v.until.isoformat() if v.until else "", 8),
    )

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._places: Sequence[CommunityLine] = ()
        self._buildings: Sequence[BuildingRow] = ()
        self._community = self.filter_box("社区", [("全部社区", None)])
        self._role = self.filter_box(
            "身份", [("全部身份", None), *((name, code) for code, name in ROLE_NAMES.items())]
        )
        self._serving = self.filter_box("在任", [("在任的", True), ("全部", False)])

    def open(self, what: Mapping[str, Any]) -> None:
        """The same; or show only those of `ids` under their `title`."""
        if what.get("ids") is not None:
            for box, entry in ((self._community, 0), (self._role, 0), (self._serving, 1)):
                box.setCurrentIndex(entry)
            self.show_only(what["ids"], what.get("title", ""))
        super().open(what)

    def asked(
        self, connection: Connection, offset: int, limit: int
    ) -> tuple[int, list[VolunteerRow]]:
        """Return the people the filters mean."""
        self._places = communities(connection)
        self._buildings = buildings(connection)
        query = VolunteerQuery(
            community=self._community.currentData(),
            role=self._role.currentData(),
            text=self.text.text(),
            on=self.context.today if self._serving.currentData() else None,
            ids=self.only,
        )
        return volunteer_count(connection, query), volunteers(connection, query, offset, limit)

    def form_parts(self, layout: QVBoxLayout) -> None:
        """Place, entries, and the end of service."""
        self._where, self._building, self._unit = QComboBox(), QComboBox(), QLineEdit()
        self._where.setAccessibleName("社区")
        self._where.currentIndexChanged.connect(lambda _: self._fill_buildings())
        self._building.setAccessibleName("负责的楼栋")
        self._unit.setAccessibleName("负责的单元")
        self._unit.setPlaceholderText("单元")
        self._unit.setMaximumWidth(self.context.theme.px(70))
        self._form = DraftForm(
            VolunteerDraft,
            lambda draft: volunteer_problems(draft, self.context.today),
            {"role": ROLE_NAMES, "occupation": OCCUPATION_NAMES},
            lambda: self.context.today,
        )
        self._form.saved.connect(self.save)
        self._like_timer = QTimer(self, singleShot=True, interval=LIKE_MS)
        self._like_timer.timeout.connect(self._ask_like)
        self._form.edited.connect(self._like_timer.start)
        self._save = button("保存", self.save, kind="main")
        self._leave = button("今天离任", self._leave_today)
        layout.addWidget(self._where)
        layout.addWidget(label("负责的楼栋和单元", 12, "second"))
        place = row()
        place.addWidget(self._building, 1)
        place.addWidget(self._unit)
        layout.addLayout(place)
        layout.addWidget(self._form)
        line = row()
        line.addWidget(self._leave)
        line.addStretch()
        line.addWidget(self._save)
        layout.addLayout(line)

    def show_row(self, chosen: VolunteerRow | None) -> None:
        """Show a person, or an empty form."""
        self._fill_places()
        self._leave.setVisible(chosen is not None and chosen.until is None)
        self._save.setEnabled(self.context.may(Right.WRITE))
        self._form.show_draft(chosen)
        if chosen is None:
            self._unit.clear()
            self._form.setFocus()
            return
        self.heading.setText(chosen.name)
        choose(self._where, chosen.community)
        self._fill_buildings()
        choose(self._building, chosen.building)
        self._unit.setText(chosen.unit or "")

    def save(self) -> None:
        """Write the person."""
        try:
            draft = self._form.draft()
        except ValueError:
            return
        if self._where.currentData() is None:
            self.said.emit("请先在“住户”或“数据”里登记社区")
            return
        place = VolunteerPlace(
            self._where.currentData(),
            self._building.currentData(),
            self._unit.text().strip() or None,
        )
        if self.row is not None:
            command = change_volunteer(self.row.id, place, draft)
            self.context.background.write(self, command, lambda _: self._saved(draft.name))
            return

        def added(done: Done[Id]) -> None:
            self.go_to(done.value)
            self._saved(draft.name)

        self.context.background.write(self, add_volunteer(place, draft), added)

    def _saved(self, name: str) -> None:
        self.typed_saved()
        self.said.emit(f"已保存 {name}　　Ctrl+Z 撤销")

    def _leave_today(self) -> None:
        if self.row is not None:
            name = self.row.name
            command = leave_volunteer(self.row.id, self.context.today)
            self.context.background.write(
                self, command, lambda _: self.said.emit(f"{name}今天离任　　Ctrl+Z 撤销")
            )

    def _fill_places(self) -> None:
        entries = [(place.name, place.id) for place in self._places]
        fill(self._where, entries)
        fill(self._community, entries, first=1)

    def _fill_buildings(self) -> None:
        community = self._where.currentData()
        self._building.clear()
        self._building.addItem("不负责楼栋", None)
        for line in self._buildings:
            if line.community == community:
                self._building.addItem(line.label, line.id)

    def _ask_like(self) -> None:
        community, name = self._where.currentData(), self._form.typed("name")
        own = self.row.id if self.row is not None else None

        def answer(found: list[LikeVolunteer]) -> None:
            if found:
                self._form.warn(f"{found[0].name}（{found[0].community_name}）{found[0].why}")

        if name:
            self.context.background.ask(
                self, lambda c: like_volunteer(c, community, name, leave=own), answer
            )
