"""登记: a volunteer's place and entries, doubles told while typing, another role with its day."""

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QComboBox, QLineEdit, QPushButton, QWidget

from db.kernel.access import Right
from db.kernel.journal import Command
from db.people import OCCUPATION_NAMES, ROLE_NAMES, VolunteerDraft, volunteer_problems
from db.people.lists import LikeVolunteer, VolunteerRow, like_volunteer
from db.people.roster import VolunteerPlace, add_volunteer, change_volunteer
from db.places import CommunityLine
from db.places.lists import BuildingRow
from desktop.page import Context
from desktop.people.service import day_field
from desktop.unsaved import Inputs
from desktop.widgets.forms import DraftForm
from desktop.widgets.parts import button, choose, column, fill, label, row

LIKE_MS = 300


class VolunteerEntries(QWidget):
    """The form of one person, or of a new one. `write` puts them on the disk and says so; `said` is
    what else is told.

    Where role or community become others it asks from which day; without a day the entry was a
    mistake and nothing is kept of it but the history.
    """

    said = Signal(str)

    def __init__(
        self,
        context: Context,
        write: Callable[[Command[Any], str, Callable[[], object]], None],
    ) -> None:
        super().__init__()
        self._context, self._write = context, write
        self._person: VolunteerRow | None = None
        self._buildings: Sequence[BuildingRow] = ()
        self._where, self._building, self._unit = QComboBox(), QComboBox(), QLineEdit()
        self._form = DraftForm(
            VolunteerDraft,
            lambda draft: volunteer_problems(draft, context.today),
            {"role": ROLE_NAMES, "occupation": OCCUPATION_NAMES},
            lambda: context.today,
        )
        self._like_timer = QTimer(self, singleShot=True, interval=LIKE_MS)
        self._turning, self._turning_about = QWidget(), label(pixels=12, tone="tries", wrap=True)
        self._from = day_field("从哪天起改任", lambda: context.today)
        self._save = button("保存", self.save, kind="main")
        self._build()
        self._bind()
        self.setFocusProxy(self._form)

    @property
    def form(self) -> DraftForm:
        """The entries."""
        return self._form

    @property
    def beside(self) -> Inputs:
        """The fields beside them."""
        return {
            "where": self._where, "building": self._building, "unit": self._unit,
            "from": self._from,
        }  # fmt: skip

    @property
    def building(self) -> QComboBox:
        """The building whose homes they answer for."""
        return self._building

    @property
    def save_button(self) -> QPushButton:
        """What saves them; it stands where the page has what is done with a form."""
        return self._save

    @property
    def from_day(self) -> QLineEdit:
        """Where it is typed from when another role or community holds."""
        return self._from

    def knows(self, places: Sequence[CommunityLine], buildings: Sequence[BuildingRow]) -> None:
        """Offer these communities and buildings; what is chosen of them stays."""
        chosen = self._building.currentData()
        self._buildings = buildings
        fill(self._where, [(place.name, place.id) for place in places])
        self._fill_buildings()
        choose(self._building, chosen)

    def show_person(self, person: VolunteerRow | None) -> None:
        """Show a person, or an empty form."""
        self._person = person
        self._save.setEnabled(self._context.may(Right.WRITE))
        self._form.show_draft(person)
        self._ask_no_day()
        if person is None:
            self._unit.clear()
            return
        choose(self._where, person.community)
        self._fill_buildings()
        choose(self._building, person.building)
        self._unit.setText(person.unit or "")

    def save(self) -> None:
        """Write the person."""
        try:
            draft = self._form.draft()
        except ValueError:
            return
        try:
            from_day = None if self._turning.isHidden() else self._from.value()
        except ValueError as reason:
            self.said.emit(str(reason))
            return
        if self._where.currentData() is None:
            self.said.emit("请先在“住户”或“数据”里登记社区")
            return
        place = VolunteerPlace(
            self._where.currentData(),
            self._building.currentData(),
            self._unit.text().strip() or None,
        )
        command: Command[Any] = add_volunteer(place, draft)
        if self._person is not None:
            command = change_volunteer(self._person.id, place, draft, from_day)
        self._write(command, f"已保存 {draft.name}", self._ask_no_day)

    def ask_like(self) -> None:
        """Ask who may be the one being typed, and tell it."""
        community, name = self._where.currentData(), self._form.typed("name")
        phone = self._form.typed("phone")
        own = self._person.id if self._person is not None else None

        def answer(found: list[LikeVolunteer]) -> None:
            told = [f"{one.name}（{one.community_name}）{one.why}" for one in found[:2]]
            self._form.warn("；".join(told))

        self._context.background.ask(
            self, lambda c: like_volunteer(c, community, name, phone, leave=own), answer
        )

    def _build(self) -> None:
        self._where.setAccessibleName("社区")
        self._building.setAccessibleName("负责的楼栋")
        self._building.addItem("不负责楼栋", None)
        self._unit.setAccessibleName("负责的单元")
        self._unit.setPlaceholderText("单元")
        self._unit.setMaximumWidth(self._context.theme.px(70))
        self._from.setMaximumWidth(self._context.theme.px(110))
        layout = column(self, gap=10)
        layout.addWidget(self._where)
        layout.addWidget(label("负责的楼栋和单元", 12, "second"))
        place = row()
        place.addWidget(self._building, 1)
        place.addWidget(self._unit)
        layout.addLayout(place)
        layout.addWidget(self._form)
        turning = row(self._turning, gap=8)
        turning.addWidget(self._turning_about, 1)
        turning.addWidget(self._from)
        layout.addWidget(self._turning)
        self._ask_no_day()

    def _bind(self) -> None:
        edited: Callable[[int], None] = lambda _: self._edited()  # noqa: E731  Qt hands an index
        self._where.currentIndexChanged.connect(lambda _: self._fill_buildings())
        self._where.activated.connect(edited)
        self._form.edited.connect(self._edited)
        self._form.saved.connect(self.save)
        self._from.finished.connect(self.save)
        self._like_timer.timeout.connect(self.ask_like)

    def _ask_no_day(self) -> None:
        self._turning.hide()
        self._from.clear()

    def _edited(self) -> None:
        """Ask from when another role or community holds, and who may be the same person."""
        self._like_timer.start()
        kept = self._person
        if kept is None:
            return
        role = self._form.field("role")
        as_what = role.currentData() if isinstance(role, QComboBox) else kept.role
        if as_what == kept.role and self._where.currentData() == kept.community:
            if not self._turning.isHidden():
                self._ask_no_day()
        elif self._turning.isHidden():
            self._turning_about.setText(
                f"原来是{kept.community_name}{kept.role_name}，从哪天起改任？空着是改正登错的"
            )
            # A day typed before the program ended is there already.
            self._from.setText(self._from.text() or "今天")
            self._turning.show()

    def _fill_buildings(self) -> None:
        community = self._where.currentData()
        there = [(line.label, line.id) for line in self._buildings if line.community == community]
        fill(self._building, there, first=1)
