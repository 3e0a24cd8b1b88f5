"""The form of a new building: units by floors by rooms, drawn while it is typed."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from db.kernel.access import Right
from db.kernel.errors import UserError
from db.kernel.ids import Id
from db.kernel.journal import Done
from db.places import CommunityLine
from db.places.address import Address
from db.places.finding import building_address
from db.places.lists import BuildingRow, rooms_of
from db.places.making import BuildingMade, Room, add_building, make_building, planned_rooms
from desktop.background import Ticket
from desktop.page import Context
from desktop.places.drawing import Door, DrawingArea
from desktop.places.refusal import refused
from desktop.unsaved import FormKeeper
from desktop.widgets.choices import ChoiceBox
from desktop.widgets.entries import (
    EnterWalks,
    EntryField,
    complete_words,
    count_field,
    text_field,
    words_field,
)
from desktop.widgets.parts import Tone, button, choose, column, fill, label, row, set_tone

DRAWN_AFTER_MS = 120
BLOCK, GROUP = "block", "group"
MOST_LETTERS = 40


class BuildingForm(QWidget):
    """Community, estate and number, units, floors and rooms, and below them the building drawn.

    Enter walks, and at the last field makes the building; estate and measures stay for the next.
    `made` carries the building's id and what to say, `left` tells Esc. `found` names one that was
    half typed when the program ended: the building that homes were to be added to, or nothing for a
    new one.
    """

    made = Signal(object, str)
    left = Signal()
    found = Signal(str)

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._buildings: Sequence[BuildingRow] = ()
        self._ticket: Ticket | None = None
        self._there: set[Door] = set()
        self._only_missing = False
        self._community, self._kind = ChoiceBox("社区"), ChoiceBox("种类")
        self._kind.addItem("楼房", BLOCK)
        self._kind.addItem("村组", GROUP)
        self._estate, self._number = text_field("小区", MOST_LETTERS), text_field("楼号", 20)
        self._units, self._floors = count_field("单元数", 30), count_field("层数", 99)
        self._each, self._first = count_field("每层户数", 99), count_field("从几层起", 99)
        self._left_out = words_field("空出的", ())
        self._labels: dict[QWidget, QLabel] = {}
        self._said = label(" ", tone="second", wrap=True)
        self._missing = button("只建没有的", self._leave_out_there, kind="link")
        self._missing.hide()
        self._make = button("新建", self.save, kind="main")
        self._make.setEnabled(context.may(Right.WRITE))
        self._drawing = DrawingArea(context.theme)
        self._timer = QTimer(self, singleShot=True, interval=DRAWN_AFTER_MS)
        self._timer.timeout.connect(self._ask)
        self._build()
        self._walks = EnterWalks(self._fields(), self.save)
        self._kept = FormKeeper(context, "新建楼栋", self)
        self._kept.found.connect(self._kept.go_on)
        self._kept.going_on.connect(self.found)
        self._kept.put_back.connect(lambda _: self._timer.start())
        self.setFocusProxy(self._estate)

    def knows(self, places: Sequence[CommunityLine], buildings: Sequence[BuildingRow]) -> None:
        """Take the communities to choose from, and the buildings whose estates are completed."""
        self._buildings = buildings
        fill(self._community, [(place.name, place.id) for place in places])
        self._complete()

    def begin(self, community: Id | None, of: BuildingRow | None = None) -> None:
        """Begin a building in a community, or with `of` the homes that a building there is lacks."""
        self._only_missing = of is not None
        if community is not None:
            choose(self._community, community)
        if of is not None:
            choose(self._kind, BLOCK)
            self._estate.setText(of.estate)
        self._number.setText(of.number if of is not None else "")
        self._complete()
        self._asked_otherwise()
        self.setFocusProxy(self._estate if of is None else self._units)
        inputs = {field.accessibleName(): field for field in self._fields()}
        self._kept.begin(of.id.hex() if of is not None else "", inputs, new=True)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Esc gives the building up."""
        if event.key() == Qt.Key.Key_Escape:
            self._kept.done()
            self._kept.leave()
            self.left.emit()
            self._kept.go_on()
        else:
            super().keyPressEvent(event)

    def save(self) -> None:
        """Make what is drawn."""
        community, rural = self._community.currentData(), self._rural()
        if community is None:
            self._say("请先在左边加上社区。", "late")
            return
        estate, number = self._estate.text().strip(), self._number.text().strip()
        failed = refused(self._context, lambda text: self._say(text, "late"))
        try:
            name = building_address(estate, number, rural=rural).building_text
            if rural:
                group = add_building(community, estate, number, rural=True)
                self._context.background.write(
                    self,
                    group,
                    lambda done: self._done(done.value, f"已建{name}"),
                    failed,
                    once=(community, name),
                )
                return
            measures = self._measures()
        except (UserError, ValueError) as reason:
            self._say(str(reason), "late")
            return

        def made(done: Done[BuildingMade]) -> None:
            self._done(done.value.building, f"已建{name}：{len(done.value.doors)}户")

        command = make_building(community, estate, number, *measures)
        self._context.background.write(self, command, made, failed, once=(community, name))

    def _build(self) -> None:
        self._units.setPlaceholderText("可空着")
        self._first.setPlaceholderText("1")
        self._left_out.setPlaceholderText("如 4层、1401")
        grid = QGridLayout()
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(4)
        rows = (
            ((self._community, 2), (self._kind, 1), (self._estate, 2), (self._number, 1)),
            ((self._units, 1), (self._floors, 1), (self._each, 1), (self._first, 1), (self._left_out, 2)),
        )  # fmt: skip
        for up, fields in enumerate(rows):
            at = 0
            for field, wide in fields:
                self._labels[field] = label(field.accessibleName(), 12, "second")
                grid.addWidget(self._labels[field], 2 * up, at, 1, wide)
                grid.addWidget(field, 2 * up + 1, at, 1, wide)
                at += wide
        for at in range(6):
            grid.setColumnStretch(at, 1)
        layout = column(self, gap=10)
        layout.addLayout(grid)
        line = row(gap=10)
        line.addWidget(self._said, 1)
        line.addWidget(self._missing)
        line.addWidget(self._make)
        layout.addLayout(line)
        layout.addWidget(self._drawing, 1)
        for field in self._fields():
            if isinstance(field, EntryField):
                field.textEdited.connect(lambda _: self._timer.start())
        self._community.currentIndexChanged.connect(lambda _: self._complete())
        for box in (self._community, self._kind):
            box.currentIndexChanged.connect(lambda _: self._asked_otherwise())

    def _fields(self) -> list[EntryField | ChoiceBox]:
        return [
            self._community, self._kind, self._estate, self._number, self._units, self._floors,
            self._each, self._first, self._left_out,
        ]  # fmt: skip

    def _rural(self) -> bool:
        return bool(self._kind.currentData() == GROUP)

    def _asked_otherwise(self) -> None:
        """Ask for what the kind needs, and draw anew."""
        rural = self._rural()
        for field in self._fields()[4:]:
            field.setVisible(not rural)
            self._labels[field].setVisible(not rural)
        self._labels[self._estate].setText("自然村" if rural else "小区")
        self._labels[self._number].setText("组" if rural else "楼号")
        self._number.setPlaceholderText("如 三" if rural else "如 3")
        self._estate.setPlaceholderText("如 东沟" if rural else "如 晨园，可空着")
        self._timer.start()

    def _complete(self) -> None:
        community = self._community.currentData()
        known = (line.estate for line in self._buildings if line.community == community)
        complete_words(self._estate, [estate for estate in dict.fromkeys(known) if estate])

    def _measures(self) -> tuple[int, int, int, int, tuple[str, ...]]:
        """Return what is typed as numbers; ValueError if it cannot be, or is not there yet."""
        units, floors, each = self._units.value(), self._floors.value(), self._each.value()
        first, left_out = self._first.value(), self._left_out.value()
        if floors is None or each is None:
            raise ValueError("填了层数和每层户数，下面就画出来。")
        measures = units or 0, floors, each, 1 if first is None else first
        if self._only_missing:
            there = (
                r for r in planned_rooms(*measures, left_out) if (r.unit, r.room) in self._there
            )
            left_out += tuple(f"{r.unit}-{r.room}" if r.unit else r.room for r in there)
        return *measures, left_out

    def _address(self) -> Address | None:
        try:
            return building_address(
                self._estate.text().strip(), self._number.text().strip(), rural=self._rural()
            )
        except UserError:
            return None

    def _ask(self) -> None:
        if self._ticket is not None:
            self._ticket.stop()
        community, address = self._community.currentData(), self._address()
        if community is None or address is None:
            self._show(set())
            return
        key = address.building_key
        self._ticket = self._context.background.ask(
            self, lambda connection: rooms_of(connection, community, key), self._show
        )

    def _leave_out_there(self) -> None:
        self._only_missing = True
        self._show(self._there)
        self._left_out.setFocus()

    def _show(self, there: set[Door]) -> None:
        self._there = there
        address = self._address()
        name = address.building_text if address else "新楼"
        planned: list[Room] = []
        if self._rural():
            self._say(f"先建{name if address else '这个组'}，各户在“住户”里逐户登记。", "second")
        else:
            try:
                measures = self._measures()
                planned = planned_rooms(*measures)
                self._say(*_words(name, measures, planned, there))
            except UserError as reason:
                self._say(str(reason), "late")
            except ValueError as reason:
                self._say(str(reason), "second")
        doubles = any((room.unit, room.room) in there for room in planned)
        self._missing.setVisible(doubles)
        self._drawing.show_doors(planned, there)

    def _say(self, text: str, tone: Tone) -> None:
        set_tone(self._said, tone)
        self._said.setText(text)

    def _done(self, building: Id, words: str) -> None:
        self._only_missing = False
        self._number.clear()
        self._kept.done()
        self._number.setFocus()
        self._asked_otherwise()
        self.made.emit(building, words)
        self._kept.go_on()


def _words(
    name: str,
    measures: tuple[int, int, int, int, tuple[str, ...]],
    planned: Sequence[Room],
    there: set[Door],
) -> tuple[str, Tone]:
    """Return what will be made, and whether it may be."""
    units, floors, each, _, _ = measures
    whole = max(units, 1) * floors * each
    doubles = sum((room.unit, room.room) in there for room in planned)
    if doubles:
        return f"有{doubles}户已经在台账里（标！的）。", "late"
    if not planned:
        return "要建的都已经在台账里了。", "second"
    counted = f"{units}个单元×" if units else ""
    said = f"{name}：{counted}{floors}层×{each}户"
    gone = f"，空出{whole - len(planned)}户" if whole > len(planned) else ""
    known = f"（灰的{len(there)}户已经有了）" if there else ""
    return f"{said}{gone}，新建{len(planned)}户{known}。", "second"
