"""The visits page: communities and buildings, the board, the door."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, NamedTuple

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from sqlalchemy import Connection, select

from db.coverage import BuildingLine, DoorState, building_progress, door_states
from db.kernel.ids import Id
from db.kernel.journal import Done
from db.people import staff
from db.places import Household, set_occupancy
from db.visits import OUTCOME_NAMES, CampaignLine
from db.visits.recording import record_visits, remove_visits
from desktop.field_sheets import SheetPrinter
from desktop.page import Context, Page
from desktop.visits.building import BuildingView
from desktop.visits.buildings import BuildingList, Line, lines_of
from desktop.visits.campaigns import NONE, CampaignBox, Choice, choice
from desktop.visits.door import DoorPanel
from desktop.visits.recorded import Recorded, with_states
from desktop.widgets.parts import column, panel, row

LIST_WIDTH, DOOR_WIDTH = 228, 304
# Where the window is narrow for its type.
NARROW, NARROW_LIST, NARROW_DOOR = 1120, 185, 270
COUNT_MS = 250


class _Counted(NamedTuple):
    """All that the page shows, asked for in one go; the doors are those of the building in sight."""

    found: Choice
    lines: list[BuildingLine]
    staff: list[str]
    building: Id | None
    doors: list[DoorState] | None


class VisitsPage(Page):
    """Which doors are left, and recording from the board: a key per outcome."""

    title: ClassVar[str] = "走访"
    watches: ClassVar[frozenset[str]] = frozenset((
        "visit", "household", "campaign", "building", "community", "staff", "volunteer", "volunteer_term",
    ))  # fmt: skip
    keys: ClassVar[tuple[tuple[str, str], ...]] = (
        ("方向键", "在门户间移动"),
        ("1 2 3 4 5", "见到人、未遇、拒访、电话、留门卡"),
        ("+　−", "见到的人数加一、减一"),
        ("0", "改为空户"),
        ("空格", "多选；A 选中所有剩下的，Esc 取消"),
        ("Enter", "到右边填详细，Esc 回来"),
        ("F2", "改这一户最近一次走访"),
        ("PgUp　PgDn", "前一栋、后一栋"),
        ("Ctrl+P", "打印走访单：选中的户，没有选中就是这栋楼剩下的"),
    )

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._campaign: CampaignLine | None = None
        self._lines: Sequence[BuildingLine] = ()
        self._community: Id | None = None
        self._building: Id | None = None
        self._wanted_door: Id | None = None
        self._wanted_campaign: Id | None = None
        self._campaigns = CampaignBox()
        self._list = BuildingList(context.theme)
        self._middle = BuildingView(context)
        self._board = self._middle.board
        self._door = DoorPanel(context)
        self._printer = SheetPrinter(context, self)
        self._printer.said.connect(self.said)
        # The next key would else be a visit at every door of the sheet.
        self._printer.printed.connect(self._board.unmark)
        self._left = panel()
        self._count_timer = QTimer(self, singleShot=True, interval=COUNT_MS)
        # What was recorded is told after its cell is painted: no key waits for a message.
        self._recorded = ""
        self._telling = QTimer(self, singleShot=True, interval=0)
        self.setFocusProxy(self._board)
        self._build()
        self._bind()

    def open(self, what: Mapping[str, Any]) -> None:
        """Show a building, or the building of a door with the cursor on it."""
        record = what.get("record")
        if what.get("entity") == "building":
            # The first of the homes that were spoken of is where the walk begins.
            self._wanted_door = next(iter(what.get("doors", ())), None)
            self._go_to(record)
        elif what.get("entity") == "household" and record is not None:
            self._wanted_door = record
            question = select(Household.building).where(Household.id == record)
            self.context.background.ask(self, lambda c: c.execute(question).scalar(), self._go_to)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Keep the whole building in sight, and what stands beside it."""
        super().resizeEvent(event)
        self._fit()

    def refresh(self) -> None:
        """Count all buildings again, and read the one in sight."""
        day, wanted, building = self.context.today, self._wanted_campaign, self._building

        def question(connection: Connection) -> _Counted:
            found = choice(connection, wanted, day)
            lines = building_progress(connection, found.campaign, day)
            names = [line.name for line in staff(connection)]
            doors = (
                None
                if building is None
                else door_states(connection, found.campaign, day, building=building)
            )
            return _Counted(found, lines, names, building, doors)

        self.context.background.ask(self, question, self._counted)

    def written(self, done: Done[Any]) -> bool:
        """Show the building in sight at once as it is now, and count the others when it is quiet."""
        if {"campaign", "building", "community"} & set(done.touched):
            return False
        if isinstance(done.value, Recorded):
            self._board.repaint_doors(done.value.doors)
        else:
            self._read_board()
        self._count_timer.start()
        return True

    def record(self, outcome: str) -> None:
        """Record what is typed at the marked doors, or at the one under the cursor."""
        doors, campaign = self._board.chosen, self._campaign
        if not doors or campaign is None or not self.context.may_write(self.said):
            return
        try:
            entry = self._door.entry.entry(outcome)
        except ValueError as reason:
            self.said.emit(f"{self._door.entry.wrong_words()}{reason}。没有保存")
            return
        many = f"{len(doors)}户" if len(doors) > 1 else self._middle.door_name(doors[0])

        typed = self._door.entry.texts()

        def recorded(_: Done[Recorded]) -> None:
            unsaid = "" if entry.staff else "，没有填走访人"
            self._recorded = f"已登记：{many} {OUTCOME_NAMES[outcome]}{unsaid}"
            self._telling.start()
            self._door.keeper.typed()

        def failed(error: Exception) -> None:
            self._board.come_back(doors)
            self._door.entry.take_back(typed)
            self.context.background.failed.emit(error)

        address = many if len(doors) == 1 else ""
        command = record_visits(doors, entry, address)
        answering = with_states(command, doors, campaign, self.context.today)
        self.context.background.write(self, answering, recorded, failed)
        # At once: the next key may come before the disk has answered, and is meant for the next door.
        self._door.entry.done()
        self._board.go_on(doors)
        self._board.setFocus()

    def print_sheet(self) -> None:
        """Print the marked doors as a numbered sheet, or all that are left in the building."""
        marked = self._board.marked
        doors = marked or self._board.left
        if not self.context.may_write(self.said):
            return
        if not doors or self._campaign is None:
            self.said.emit("这栋楼没有剩下的户，不用打印走访单")
            return
        self._printer.print(self._middle.name, doors, self._campaign.id or None)

    def _tell_recorded(self) -> None:
        over = "" if self._board.left else "　　这栋走完了，PgDn 下一栋"
        self.said.emit(f"{self._recorded}{over}　　Ctrl+Z 撤销")

    def _fit(self) -> None:
        theme = self.context.theme
        narrow = self.window().width() < theme.px(NARROW)
        self._left.setFixedWidth(theme.px(NARROW_LIST if narrow else LIST_WIDTH))
        self._door.setFixedWidth(theme.px(NARROW_DOOR if narrow else DOOR_WIDTH))
        self._middle.fit(self.height(), narrow=narrow)

    def _build(self) -> None:
        left = column(self._left, (4, 8, 4, 8), 6)
        left.addWidget(self._campaigns)
        left.addWidget(self._list)
        outer = row(self, (20, 16, 20, 16), 16)
        outer.addWidget(self._left)
        outer.addWidget(self._middle, 1)
        outer.addWidget(self._door)

    def _bind(self) -> None:
        self._campaigns.activated.connect(lambda _: self._choose_campaign())
        self._campaigns.finished.connect(self._board.setFocus)
        self._list.chosen.connect(self._chosen)
        self._middle.going.connect(self._go_to)
        self._middle.printing.connect(self.print_sheet)
        self._board.current_changed.connect(self._moved)
        self._board.recording.connect(self.record)
        self._board.emptying.connect(self._empty)
        self._board.entering.connect(self._door.entry.setFocus)
        self._board.counting.connect(self._door.entry.add_people)
        self._board.paging.connect(self._page)
        self._door.entry.recorded.connect(lambda: self.record("met"))
        self._door.outcomes.chosen.connect(self.record)
        self._door.removing.connect(
            lambda id_: self.context.background.write(self, remove_visits([id_]), self._removed)
        )
        self._door.editor.said.connect(self.said)
        self._door.left.connect(self._board.setFocus)
        edit = QShortcut(QKeySequence("F2"), self._board)
        edit.setContext(Qt.ShortcutContext.WidgetShortcut)
        edit.activated.connect(self._door.edit_last)
        self.context.theme.changed.connect(self._fit)
        self._count_timer.timeout.connect(self.refresh)
        self._telling.timeout.connect(self._tell_recorded)

    def _choose_campaign(self) -> None:
        self._wanted_campaign = self._campaigns.currentData()
        self.refresh()

    def _counted(self, answer: _Counted) -> None:
        found, self._lines = answer.found, answer.lines
        self._campaign = found.campaign
        # Visits are recorded here, so only what they count for is offered.
        running = [line for line in found.others if line.end >= self.context.today]
        self._campaigns.show_choice(running, found.campaign)
        self._door.entry.knows(answer.staff)
        known = {line.building: line.community for line in self._lines}
        if self._building in known:
            self._community = known[self._building]
        elif self._lines:
            begun = (line for line in self._lines if 0 < line.remaining < line.base)
            first = next(begun, self._lines[0])
            self._community, self._building = first.community, first.building
        self._show_whether(some=bool(self._lines))
        self._show_lines()
        if answer.doors is not None and answer.building == self._building:
            self._show_doors(answer.doors)
        else:
            self._read_board()
        campaign = self._campaign
        span = f"{campaign.start.month}月{campaign.start.day}日—{campaign.end.month}月{campaign.end.day}日"
        self.about.emit(
            f"{campaign.name}　{span}" if campaign.name else f"没有走访任务，按{NONE}计"
        )

    def _show_whether(self, *, some: bool) -> None:
        """Show the board, or where there is no door yet the ways to begin."""
        if some == self._middle.start.isHidden():
            return
        begun = self._board.hasFocus()
        self._middle.show_whether(some=some)
        for widget in (self._left, self._door):
            widget.setVisible(some)
        self.setFocusProxy(self._board if some else self._middle.start)
        if begun:
            self.setFocus()
        self._fit()

    def _show_lines(self) -> None:
        lines = lines_of(self._lines, self._community)
        self._list.show_lines(lines, self._community, self._building)
        inside = [line for line in self._lines if line.community == self._community]
        self._middle.show_line(inside, self._building)

    def _read_board(self) -> None:
        campaign, building = self._campaign, self._building
        if campaign is None or building is None:
            return
        day = self.context.today
        self.context.background.ask(
            self,
            lambda connection: door_states(connection, campaign, day, building=building),
            self._show_doors,
        )

    def _show_doors(self, doors: list[DoorState]) -> None:
        self._middle.show_doors(doors, self.context.today, self._wanted_door)
        self._wanted_door = None
        self._door.ask_again()

    def _chosen(self, line: Line) -> None:
        if line.building is None:
            self._community = line.community
            first = next(b for b in self._lines if b.community == line.community)
            self._building = first.building
        else:
            self._building = line.building
        self._show_lines()
        self._read_board()

    def _go_to(self, building: Id | None) -> None:
        line = next((line for line in self._lines if line.building == building), None)
        if line is not None:
            self._community, self._building = line.community, line.building
            self._show_lines()
            self._read_board()
        elif building is not None:
            # The page is just being made: its first count shows this building.
            self._building = building

    def _page(self, step: int) -> None:
        ids = [line.building for line in self._lines]
        if self._building in ids:
            at = ids.index(self._building) + step
            if 0 <= at < len(ids):
                self._go_to(ids[at])

    def _moved(self, door: DoorState | None) -> None:
        self._door.follow(door)
        self._middle.keep_in_sight()

    def _empty(self) -> None:
        doors = self._board.chosen
        if doors and self.context.may_write(self.said):
            command = set_occupancy(doors, "empty")
            self.context.background.write(
                self, command, lambda _: self.said.emit("已改为空户　　Ctrl+Z 撤销")
            )

    def _removed(self, _: Done[None]) -> None:
        self.said.emit("已删除这条走访　　Ctrl+Z 撤销")
