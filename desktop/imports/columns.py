"""认出的列: what every table in the files was taken for, and its correction by hand."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from db.imports.heading_rows import texts_of
from db.imports.headings import KINDS
from db.imports.layouts import Layout, Place, SeenColumn, heading_rows, joined, layout_at
from db.imports.reader import Sheet
from db.imports.tables import Chosen
from desktop.imports.work import Looked
from desktop.page import Context
from desktop.widgets.choices import ChoiceBox
from desktop.widgets.flow import FlowLayout
from desktop.widgets.parts import button, choose, column, fill, label, panel, row, set_tone
from desktop.widgets.tables import Column, RowModel, RowTable

NOT_TOLD, LEFT_OUT, NO_FIELD = "没有认出", "不收这张表", "不收"
HINT = "选中一列，按回车改"
TABLES_WIDE, ROW_WORDS = 270, 8


def _where(layout: Layout) -> str:
    place = layout.places[0]
    more = f"　等{len(layout.places)}张" if len(layout.places) > 1 else ""
    return f"{Path(place.file).name}　{place.sheet}".rstrip("　") + more


def _kind(layout: Layout) -> str:
    return LEFT_OUT if layout.left_out else KINDS[layout.kind].label if layout.kind else NOT_TOLD


def _fate(layout: Layout, seen: SeenColumn) -> str:
    if seen.refused:
        return f"按规定不收（{seen.refused}）"
    if seen.field:
        return KINDS[layout.kind].fields[seen.field].label
    return "不收" if seen.idle or not layout.kind else "不认识，不收"


def _words(sheet: Sheet, at: int) -> str:
    words = "、".join(texts_of(sheet.rows, at, at).values())
    return words if len(words) <= ROW_WORDS else f"{words[:ROW_WORDS]}…"


TABLE_COLUMNS: tuple[Column[Layout], ...] = (
    Column("表", _where, 11),
    Column("种类", _kind, 6, late=lambda layout: _kind(layout) == NOT_TOLD),
)


class ColumnsView(QWidget):
    """The tables at the left; at the right the headings of one, each with what it was taken for.

    `edited` is for any choice, `wanted` asks to read the files again by what was chosen.
    """

    edited = Signal()
    wanted = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._looked: Looked | None = None
        self._at = 0
        self._was: dict[str, Layout] = {}
        self._dropped: set[str] = set()
        self.tables: RowModel[Layout] = RowModel(TABLE_COLUMNS)
        self.headings: RowModel[SeenColumn] = RowModel(
            (
                Column("表头", lambda seen: seen.text, 8),
                Column("认作", lambda seen: _fate(self.layout_now, seen), 11),
                Column("例子", lambda seen: "、".join(seen.samples), 8),
            )
        )
        self._table_list = RowTable(self.tables, "文件里的表")
        self._heading_list = RowTable(self.headings, "表头认作什么")
        self.kind, self.head_row = ChoiceBox("这张表的种类"), ChoiceBox("表头在第几行")
        self.field = ChoiceBox("这一列认作")
        self._head_label, self._field_label = label("表头", 12, "second"), label()
        self._hint = label(tone="second")
        self.again = button("按这样重读", self.wanted.emit, kind="main")
        self._build(context)
        self._connect()

    @property
    def layout_now(self) -> Layout:
        """The table in sight, as it has been chosen by now."""
        return self.tables.rows[self._at]

    @property
    def changed(self) -> bool:
        """Whether anything was chosen other than it was read."""
        return any(self._differs(now) for now in self.tables.rows)

    def chosen(self) -> dict[str, Chosen]:
        """Return what was said of the tables, before and now."""
        said = {s: said for s, said in self._said_before.items() if s not in self._dropped}
        return said | {now.shape: now.chosen for now in self.tables.rows if self._differs(now)}

    @property
    def _said_before(self) -> Mapping[str, Chosen]:
        return self._looked.chosen if self._looked is not None else {}

    def show_looked(self, looked: Looked) -> None:
        """Show what was read; while a file is unknown its tables stand first."""
        self._looked = looked
        self._was = {layout.shape: layout for layout in looked.layouts}
        self._dropped = set()
        at = self._at if looked.made is not None else 0
        self._show_tables(looked.layouts, at if at < len(looked.layouts) else 0)
        untold = _kind(self.layout_now) == NOT_TOLD
        self.setFocusProxy(self.kind if untold else self._heading_list)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Esc goes back from a choice to the headings."""
        if event.key() == Qt.Key.Key_Escape:
            self._heading_list.setFocus()
        else:
            super().keyPressEvent(event)

    def _build(self, context: Context) -> None:
        left = panel()
        left.setFixedWidth(context.theme.px(TABLES_WIDE))
        column(left, (6, 6, 6, 6)).addWidget(self._table_list)
        right = panel()
        layout = column(right, (14, 12, 14, 12), 10)
        top, foot = FlowLayout(gap=10), FlowLayout(gap=10)
        for widget in (label("种类", 12, "second"), self.kind, self._head_label, self.head_row):
            top.addWidget(widget)
        for below in (self._field_label, self.field, self.again, self._hint):
            foot.addWidget(below)
        for box in (self.kind, self.head_row, self.field):
            box.setSizeAdjustPolicy(ChoiceBox.SizeAdjustPolicy.AdjustToContents)
        self.kind.setPlaceholderText("请选种类")
        told = [(kind.label, code) for code, kind in KINDS.items()]
        fill(self.kind, [*told, (LEFT_OUT, "")])
        self.again.setShortcut("Ctrl+Return")
        self.again.setToolTip("Ctrl+Enter")
        layout.addLayout(top)
        layout.addWidget(self._heading_list, 1)
        layout.addLayout(foot)
        outer = row(self, gap=16)
        outer.addWidget(left)
        outer.addWidget(right, 1)

    def _connect(self) -> None:
        self._table_list.selectionModel().currentRowChanged.connect(self._table_moved)
        self._heading_list.selectionModel().currentRowChanged.connect(self._heading_moved)
        self._heading_list.activated.connect(lambda _: self._name_field())
        self._heading_list.removing.connect(lambda: self._take_as(""))
        self.kind.activated.connect(lambda _: self._take_kind(self.kind.currentData()))
        self.kind.finished.connect(self._heading_list.setFocus)
        self.head_row.activated.connect(lambda _: self._take_heading(self.head_row.currentData()))
        self.head_row.finished.connect(self.kind.setFocus)
        self.field.activated.connect(lambda _: self._take_as(self.field.currentData()))
        self.field.finished.connect(self._next)

    def _show_tables(self, layouts: Sequence[Layout], at: int, heading: int = 0) -> None:
        self.tables.show_rows(layouts)
        self._at = at
        self._table_list.selectRow(at)
        self._show_table(heading)

    def _show_table(self, heading: int) -> None:
        """Show the table chosen at the left, with the cursor on a heading."""
        now = self.layout_now
        choose(self.kind, now.kind)
        if _kind(now) == NOT_TOLD:
            self.kind.setCurrentIndex(-1)
        self._show_heading_rows(now)
        fields = KINDS[now.kind].fields if now.kind else {}
        fill(self.field, [(NO_FIELD, ""), *((f.label, name) for name, f in fields.items())])
        self.headings.show_rows(now.columns)
        self._heading_list.selectRow(heading)
        self._tell(now.lacking if self._differs(now) or not now.kind else "")

    def _show_heading_rows(self, now: Layout) -> None:
        """Ask for the row of the heading where the program could not tell the table."""
        place, was = now.places[0], self._was.get(now.shape)
        asked = was is None or _kind(was) == NOT_TOLD or now.shape in self._said_before
        self._head_label.setVisible(asked)
        self.head_row.setVisible(asked)
        if asked:
            sheet = self._sheet(place)
            rows = [(f"第{at + 1}行　{_words(sheet, at)}", at) for at in heading_rows(sheet)]
            self.head_row.clear()
            fill(self.head_row, rows)
            choose(self.head_row, place.row - 1)

    def _tell(self, lacking: str, aside: str = "") -> None:
        self._hint.setText(aside or lacking or HINT)
        set_tone(self._hint, "late" if lacking and not aside else "second")
        wrong = any(now.lacking for now in self.tables.rows if self._differs(now))
        self.again.setEnabled(self.changed and not wrong)
        self.edited.emit()

    def _differs(self, now: Layout) -> bool:
        was = self._was.get(now.shape)
        if was is None:
            return bool(now.kind) or now.left_out
        return (was.left_out, was.chosen) != (now.left_out, now.chosen)

    def _put(self, now: Layout, heading: int, aside: str = "") -> None:
        """Take a table as it is now chosen, with the cursor on a heading."""
        layouts = [*self.tables.rows[: self._at], now, *self.tables.rows[self._at + 1 :]]
        self._show_tables(layouts, self._at, heading)
        if aside:
            self._tell(now.lacking, aside)

    def _take_kind(self, code: str | None) -> None:
        now = self.layout_now
        if code is None or (now.kind == code and now.left_out == (not code)):
            return
        made = now.as_kind(code) if code else now.as_nothing()
        unknown = [n for n, c in enumerate(made.columns) if not (c.field or c.idle or c.refused)]
        self._put(made, unknown[0] if unknown and code else 0)

    def _take_heading(self, at: int) -> None:
        now = self.layout_now
        if at == now.places[0].row - 1:
            return
        made = [
            layout_at(Path(place.file), sheet, at, at)
            for place in now.places
            if at < len((sheet := self._sheet(place)).rows) - 1
        ]
        if now.kind:
            made = [layout.as_kind(now.kind) for layout in made]
        others = self.tables.rows
        layouts = joined([*others[: self._at], *made, *others[self._at + 1 :]])
        self._dropped.add(now.shape)
        self._show_tables(layouts, [one.shape for one in layouts].index(made[0].shape))

    def _take_as(self, name: str) -> None:
        now, at = self.layout_now, self._heading_list.currentIndex().row()
        seen = now.columns[at]
        if seen.refused or seen.field == name:
            return
        before = [c.text for c in now.columns if name and c.field == name]
        lost = f"“{before[0]}”原来认作这一栏，现在不收。" if before else ""
        self._put(now.with_field(seen.column, name), at, lost)

    def _table_moved(self, current: QModelIndex, _: QModelIndex) -> None:
        if current.isValid() and current.row() != self._at:
            self._at = current.row()
            self._show_table(0)

    def _heading_moved(self, current: QModelIndex, _: QModelIndex) -> None:
        if not current.isValid():
            return
        seen = self.headings.rows[current.row()]
        self._field_label.setText(f"“{seen.text}”认作")
        choose(self.field, seen.field)
        self.field.setEnabled(bool(self.layout_now.kind) and not seen.refused)

    def _name_field(self) -> None:
        if self.field.isEnabled():
            self.field.setFocus()

    def _next(self) -> None:
        """Go on to the next heading that may be kept; after the last to reading again."""
        at = self._heading_list.currentIndex().row()
        open_ = [n for n, c in enumerate(self.headings.rows) if n > at and not c.refused]
        if open_:
            self._heading_list.selectRow(open_[0])
        else:
            (self.again if self.again.isEnabled() else self._heading_list).setFocus()

    def _sheet(self, place: Place) -> Sheet:
        assert self._looked is not None  # noqa: S101  tables are shown of files that were read
        return next(
            sheet
            for book in self._looked.books
            for sheet in book.sheets
            if (str(book.path), sheet.name) == (place.file, place.sheet)
        )
