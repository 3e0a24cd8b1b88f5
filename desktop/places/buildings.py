"""社区楼栋: the communities of the post and their buildings, made here where there is no workbook."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from PySide6.QtCore import QModelIndex
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QStackedWidget, QWidget
from sqlalchemy import Connection

from db.kernel.access import Right
from db.kernel.ids import Id
from db.places import CommunityLine, communities
from db.places.lists import BuildingRow, buildings
from desktop.page import Context, Page
from desktop.places.card import BuildingCard
from desktop.places.communities import CommunityList, CommunityRow, first_column_stretches
from desktop.places.making import BuildingForm
from desktop.widgets.parts import button, column, label, panel, row
from desktop.widgets.tables import Column, RowModel, RowTable

LIST_WIDTH = 290
COLUMNS: tuple[Column[BuildingRow], ...] = (
    Column("楼栋", lambda b: b.label, 11),
    Column("住户", lambda b: str(b.homes), 4, number=True),
)


class BuildingsPage(Page):
    """At the left what there is, at the right the chosen building or the form of a new one."""

    title: ClassVar[str] = "社区楼栋"
    watches: ClassVar[frozenset[str]] = frozenset(("community", "building", "household"))
    keys: ClassVar[tuple[tuple[str, str], ...]] = (
        ("Ctrl+N", "新建楼栋"),
        ("Enter", "下一格，最后一格保存"),
        ("Esc", "不建了"),
        ("Ctrl+B", "看选中的、刚建好的楼栋"),
        ("F2", "给选中的社区改名"),
        ("Alt+↑　Alt+↓", "选中的社区上移、下移"),
        ("Delete", "删除选中的空楼栋"),
    )

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._buildings: Sequence[BuildingRow] = ()
        self._wanted: Id | None = None
        self._newest: Id | None = None
        self._half_typed: str | None = None
        self._read = False
        self._places = CommunityList(context)
        self._model: RowModel[BuildingRow] = RowModel(COLUMNS)
        self._table = RowTable(self._model, "楼栋", "这里还没有楼栋，按 Ctrl+N 新建")
        self._table.setSelectionMode(RowTable.SelectionMode.SingleSelection)
        self._heading = label(pixels=16)
        self.form, self.card = BuildingForm(context), BuildingCard(context)
        self._stack = QStackedWidget()
        self._build()
        self._bind()
        self.setFocusProxy(self._table)

    def open(self, what: Mapping[str, Any]) -> None:
        """With `new`, begin a building."""
        if what.get("new"):
            self.begin_new()

    def refresh(self) -> None:
        """Read communities and buildings."""

        def question(connection: Connection) -> tuple[list[CommunityLine], list[BuildingRow]]:
            return communities(connection), buildings(connection)

        self.context.background.ask(self, question, self._show)

    def begin_new(self) -> None:
        """Begin a building in the chosen community."""
        if not self.context.may_write(self.said):
            return
        self._show_form("新建楼栋")
        self.form.begin(self._community)
        self.form.setFocus()

    def _build(self) -> None:
        theme = self.context.theme
        places, listed = panel(), panel()
        column(places, (8, 8, 8, 6)).addWidget(self._places)
        inside = column(listed, (6, 6, 6, 6), 6)
        first_column_stretches(self._table)
        inside.addWidget(self._table, 1)
        new = button("新建楼栋　Ctrl+N", self.begin_new)
        new.setShortcut("Ctrl+N")
        new.setEnabled(self.context.may(Right.WRITE))
        inside.addWidget(new)
        left = column(gap=12)
        left.addWidget(places, 1)
        left.addWidget(listed, 1)
        beside = QWidget()
        beside.setFixedWidth(theme.px(LIST_WIDTH))
        beside.setLayout(left)
        frame = panel()
        layout = column(frame, (20, 14, 20, 14), 10)
        layout.addWidget(self._heading)
        layout.addWidget(self._stack, 1)
        self._stack.addWidget(self.card)
        self._stack.addWidget(self.form)
        outer = row(self, (20, 12, 20, 14), 16)
        outer.addWidget(beside)
        outer.addWidget(frame, 1)

    def _bind(self) -> None:
        self._places.chosen.connect(self._community_chosen)
        self._places.said.connect(self.said)
        self._table.selectionModel().currentRowChanged.connect(self._moved)
        self._table.removing.connect(self.card.remove)
        self.form.made.connect(self._made)
        self.form.left.connect(self._leave_form)
        self.form.found.connect(self._open_left)
        self.card.said.connect(self.said)
        self.card.adding.connect(self._add_homes)
        QShortcut(QKeySequence("Ctrl+B"), self).activated.connect(self._open_board)

    @property
    def _community(self) -> Id | None:
        return self._places.current.id if self._places.current else None

    def _show(self, answer: tuple[list[CommunityLine], list[BuildingRow]]) -> None:
        places, self._buildings = answer
        self.form.knows(places, self._buildings)
        counted = []
        for place in places:
            inside = [line for line in self._buildings if line.community == place.id]
            homes = sum(line.homes for line in inside)
            counted.append(CommunityRow(place.id, place.name, len(inside), homes))
        self._places.show_rows(counted)
        self._list_buildings()
        self._read = True
        self._go_on()
        if not places:
            self._places.name.setFocus()

    def _community_chosen(self, _: Id) -> None:
        self._wanted = None
        self._list_buildings()

    def _list_buildings(self) -> None:
        """List the community's buildings; the form of a new one stays open while it is filled."""
        rows = [line for line in self._buildings if line.community == self._community]
        filling = self._stack.currentWidget() is self.form
        wanted = self._wanted
        self._model.show_rows(rows)
        at = next((at for at, line in enumerate(rows) if line.id == wanted), 0)
        if filling:
            return
        if rows:
            self._table.selectRow(at)
        else:
            self._show_form("新建楼栋")
            self.form.begin(self._community)

    def _moved(self, current: QModelIndex, _: QModelIndex) -> None:
        if current.isValid() and current.row() < len(self._model.rows):
            chosen = self._model.rows[current.row()]
            self._wanted, self._newest = chosen.id, None
            self._heading.setText(chosen.label)
            self._stack.setCurrentWidget(self.card)
            self.card.show_building(chosen)

    def _show_form(self, heading: str) -> None:
        self._heading.setText(heading)
        self._stack.setCurrentWidget(self.form)

    def _leave_form(self) -> None:
        """Go back to the building under the cursor; a community without one begins another."""
        at = self._table.currentIndex()
        if at.isValid():
            self._moved(at, at)
        elif self._model.rows:
            self._table.selectRow(0)
        else:
            self.form.begin(self._community)
            return
        self._table.setFocus()

    def _open_left(self, at: str) -> None:
        """Open the form in which a building was half typed when the program ended."""
        self._half_typed = at
        self._go_on()

    def _go_on(self) -> None:
        """Go on with it once it is known which buildings there are."""
        at, self._half_typed = self._half_typed, None
        of = next((line for line in self._buildings if line.id.hex() == at), None)
        if of is not None:
            self._begin_homes(of)
        elif at == "":
            self.begin_new()
        elif not self._read:
            self._half_typed = at

    def _open_board(self) -> None:
        building = self._newest or self._wanted
        if building is not None:
            self.context.routes.go("visits", entity="building", record=building)

    def _add_homes(self) -> None:
        if (of := self._model.at(self._table.currentIndex())) is not None:
            self._begin_homes(of)

    def _begin_homes(self, of: BuildingRow) -> None:
        self._show_form(f"{of.label}　再建几户")
        self.form.begin(of.community, of)
        self.form.setFocus()

    def _made(self, building: Id, words: str) -> None:
        self._wanted = self._newest = building
        self._heading.setText("新建楼栋")
        self.said.emit(f"{words}　　Ctrl+B 去记走访　Ctrl+Z 撤销")
