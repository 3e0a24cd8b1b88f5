"""Tables of plain rows: a model with named columns, and a view that copies to Excel."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Generic, TypeVar

from PySide6.QtCore import (
    QAbstractTableModel,
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QPalette,
    QResizeEvent,
    QShortcut,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
)

from desktop.widgets.copying import Copying
from desktop.widgets.parts import tip
from desktop.widgets.widths import spread

T = TypeVar("T")
Index = QModelIndex | QPersistentModelIndex
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
# So many rows tell how wide a column has to be.
MEASURED = 60
# A text of more characters can be told by its first ones where the room is short.
LONG = 6


@dataclass(frozen=True)
class Column(Generic[T]):
    """One column: its heading, how a row's words are made, its width in characters.

    `late` tells which rows' words stand out as overdue. `spare` is out of sight where the others
    have no room without scrolling: what it says can be read beside the table too. What is `whole` is
    never cut to make room, as a moment or a number says nothing then.
    """

    heading: str
    words: Callable[[T], str]
    width: int = 10
    number: bool = False
    late: Callable[[T], bool] | None = None
    spare: bool = False
    whole: bool = False


class RowModel(QAbstractTableModel, Generic[T]):
    """Rows of one kind; `more` asks for further ones when the view nears the end.

    `told` says that other rows or columns stand, and every view has taken them in.
    """

    told = Signal()
    # The answer to `more` has come, with rows or without.
    grown = Signal()

    def __init__(self, columns: Sequence[Column[T]]) -> None:
        super().__init__()
        self.columns = columns
        self.rows: list[T] = []
        self.total = 0
        self.shown = self.changing = False
        self.more: Callable[[int], None] | None = None
        self._asked = False
        self._shows = 0

    def at(self, index: Index) -> T | None:
        """Return the row an index stands in, such as the table's current one; None outside of all."""
        return self.rows[index.row()] if 0 <= index.row() < len(self.rows) else None

    def show_columns(self, columns: Sequence[Column[T]]) -> None:
        """Show other columns, and no rows until they come."""
        self.changing = True
        self.beginResetModel()
        self.columns, self.rows, self.total = columns, [], 0
        self._tell()

    def show_rows(self, rows: Sequence[T], total: int | None = None) -> None:
        """Show these rows; `total` says how many there are if these are only the first."""
        self.changing = True
        self.beginResetModel()
        self.rows = list(rows)
        self.total = len(self.rows) if total is None else total
        self._asked, self.shown = False, True
        self._tell()

    def _tell(self) -> None:
        self._shows += 1
        self.endResetModel()
        self.changing = False
        self.told.emit()

    @property
    def add_rows(self) -> Callable[[Sequence[T]], None]:
        """What puts further rows below those that stand now, and does nothing once others do."""
        return partial(self._add, self._shows)

    def _add(self, shows: int, rows: Sequence[T]) -> None:
        # A list that was asked anew meanwhile goes on with its own rows, not with these.
        if shows != self._shows:
            return
        self._asked = False
        if rows:
            self.beginInsertRows(QModelIndex(), len(self.rows), len(self.rows) + len(rows) - 1)
            self.rows.extend(rows)
            self.endInsertRows()
        else:
            # Fewer are there than was said: asking on would never end.
            self.total = len(self.rows)
        self.grown.emit()

    def rowCount(self, parent: Index | None = None) -> int:  # noqa: N802
        """Rows there are here by now."""
        return 0 if parent is not None and parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index | None = None) -> int:  # noqa: N802
        """The declared columns."""
        return 0 if parent is not None and parent.isValid() else len(self.columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a cell's words, how it stands, or its row."""
        if not index.isValid() or index.row() >= len(self.rows):
            return None
        column = self.columns[index.column()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            words = column.words(self.rows[index.row()])
            return words if role == Qt.ItemDataRole.DisplayRole else tip(words)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return RIGHT if column.number else LEFT
        if role == Qt.ItemDataRole.UserRole:
            return self.rows[index.row()]
        if role == Qt.ItemDataRole.ForegroundRole and column.late is not None:
            late = column.late(self.rows[index.row()])
            # The looks put the colour of what is late there.
            return QGuiApplication.palette().brightText() if late else None
        return None

    def headerData(  # noqa: N802
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Return a heading, above its numbers at the right."""
        if orientation != Qt.Orientation.Horizontal or section >= len(self.columns):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.columns[section].heading
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return RIGHT if self.columns[section].number else LEFT
        return None

    def canFetchMore(self, parent: Index) -> bool:  # noqa: N802
        """Tell whether there are rows that were not asked for yet."""
        return not parent.isValid() and self.more is not None and len(self.rows) < self.total

    def fetchMore(self, parent: Index) -> None:  # noqa: N802
        """Ask for the next rows, once at a time."""
        if not parent.isValid() and self.more is not None and not self._asked:
            self._asked = True
            self.more(len(self.rows))


class Cells(QStyledItemDelegate):
    """Cells that keep their colour in a chosen row: what is late is late there too."""

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:  # noqa: N802
        """Give a coloured text its colour whether it is chosen or not."""
        super().initStyleOption(option, index)
        if index.data(Qt.ItemDataRole.ForegroundRole) is not None:
            palette = option.palette  # type: ignore[attr-defined]
            text = palette.brush(QPalette.ColorRole.Text)
            palette.setBrush(QPalette.ColorRole.HighlightedText, text)


class RowTable(QTableView):
    """A calm table: whole rows, no grid; Ctrl+C copies the chosen rows as Excel takes them.

    Ctrl+A means the whole list: the rows that are read later are chosen as they come.
    Its columns share the room by what stands in them, until a person draws one.
    `empty` is said where rows were asked for and none came: why, and what to do.
    """

    removing = Signal()

    def __init__(self, model: RowModel[Any], name: str, empty: str = "") -> None:
        super().__init__()
        self.setModel(model)
        self.setItemDelegate(Cells(self))
        self._rows, self.empty, self._fitted = model, empty, 0
        self._needed: list[int] = []
        self._spreading = self._drawn = self._everything = False
        self._copying = Copying(self, model)
        self.setAccessibleName(name)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().hide()
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        # Headings shown as unchosen need no look at each row: with ten thousand chosen that takes long.
        header.setSelectionModel(QItemSelectionModel(model, header))
        header.setStretchLastSection(True)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.sectionResized.connect(self._was_drawn)
        model.told.connect(self._measure)
        # Other rows stand, and none of them is chosen; nothing else tells that.
        model.told.connect(self._forget_everything)
        model.rowsInserted.connect(self._choose_further)
        self.selectionModel().selectionChanged.connect(self._was_chosen)
        self.fit()

    def has_keys(self, steps: Mapping[str, Callable[[], object]]) -> None:
        """Do these things when their keys are pressed while the cursor is in the table."""
        for keys, step in steps.items():
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)
            shortcut.activated.connect(step)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        """Follow another size of type; widths that a person drew stay while it is the same."""
        super().changeEvent(event)
        fonts = (QEvent.Type.FontChange, QEvent.Type.StyleChange)
        if event.type() in fonts and self.fontMetrics().height() != self._fitted:
            self.fit()

    def fit(self) -> None:
        """Set row height and column widths by the type in force."""
        metrics = self.fontMetrics()
        self._fitted = metrics.height()
        self.verticalHeader().setDefaultSectionSize(round(metrics.height() * 1.9))
        self._needed, self._drawn = [], False
        for at, width in enumerate(self._meant()):
            self.setColumnWidth(at, width)
        self._drawn = False
        self._measure()

    def _meant(self) -> list[int]:
        one, around = self._measures()
        return [one * column.width + around for column in self._rows.columns]

    def _measures(self) -> tuple[int, int]:
        """Return the width of a Chinese character, and the room round the words of a cell."""
        metrics = self.fontMetrics()
        return metrics.horizontalAdvance("国"), round(metrics.height() * 1.3)

    def _least(self) -> list[int]:
        """Return what columns may be narrowed to: only long texts, which a hint shows whole."""
        one, around = self._measures()
        return [
            one * (column.width if column.number or column.whole else min(column.width, LONG))
            + around
            for column in self._rows.columns
        ]

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Share the room that there is now."""
        super().resizeEvent(event)
        self._share()

    def _measure(self) -> None:
        """Learn what the widest words take. Columns never shrink as rows change: that is calmer."""
        # The headings' own type is smaller, and follows another size of type only later.
        metrics = self.fontMetrics()
        one, around = self._measures()
        columns = self._rows.columns
        if len(self._needed) != len(columns):
            self._needed = [
                metrics.horizontalAdvance(column.heading) + around for column in columns
            ]
        for at, column in enumerate(columns):
            # No character is wider than a Chinese one: most cells need not be measured.
            for row in self._rows.rows[:MEASURED]:
                words = column.words(row)
                if len(words) * one + around > self._needed[at]:
                    width = metrics.horizontalAdvance(words) + around
                    self._needed[at] = max(self._needed[at], width)
        self._share()

    def _share(self) -> None:
        header = self.horizontalHeader()
        modes = {header.sectionResizeMode(at) for at in range(header.count())}
        # A scroll bar that comes or goes changes the room while the columns are being made.
        if self._rows.changing or self._spreading or self._drawn:
            return
        if modes != {QHeaderView.ResizeMode.Interactive}:
            return
        self._spreading = True
        room = self.viewport().width()
        # No column is ever narrower than this.
        narrowest = header.minimumSectionSize()
        needed = [max(need, narrowest) for need in self._needed]
        shown = self._in_sight(needed, room)
        meant, needs, least = (
            [line[at] for at in shown] for line in (self._meant(), needed, self._least())
        )
        widths = spread(meant, needs, least, room)
        for at in range(len(needed)):
            self.setColumnHidden(at, at not in shown)
        for at, width in zip(shown, widths, strict=True):
            self.setColumnWidth(at, width)
        self._spreading = False

    def _in_sight(self, needed: Sequence[int], room: int) -> list[int]:
        """Return the columns that have room; those that can be spared go first, from the last."""
        least = [min(three) for three in zip(self._meant(), needed, self._least(), strict=True)]
        shown = list(range(len(needed)))
        for at in reversed(shown[:]):
            if self._rows.columns[at].spare and sum(least[one] for one in shown) > room - len(
                shown
            ):
                shown.remove(at)
        return shown

    def columns_in_sight(self) -> list[int]:
        """Return the columns that are shown, from the left."""
        header = self.horizontalHeader()
        return [at for at in range(header.count()) if not header.isSectionHidden(at)]

    def _was_drawn(self, at: int) -> None:
        # The last one in sight follows the window.
        last = max(self.columns_in_sight(), default=0)
        if not self._spreading and not self._rows.changing and at < last:
            self._drawn = True

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Paint the rows and where the cursor is, or what is said where there are none."""
        super().paintEvent(event)
        at = self.currentIndex()
        if self.hasFocus() and at.isValid():
            line, wide = self.visualRect(at), max(self.fontMetrics().height() // 6, 3)
            bar = QRect(0, line.top(), wide, line.height())
            QPainter(self.viewport()).fillRect(bar, self.palette().color(QPalette.ColorRole.Link))
        if self.empty and self._rows.shown and not self._rows.rows:
            painter = QPainter(self.viewport())
            painter.setPen(self.palette().color(QPalette.ColorRole.PlaceholderText))
            room = self.viewport().rect().adjusted(24, 24, -24, -24)
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(room, flags, self.empty)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Copy the chosen rows with their headings."""
        if event.matches(QKeySequence.StandardKey.Copy):
            self._copying.begin(self._chosen_rows(), whole=self._everything)
        elif event.key() == Qt.Key.Key_Delete:
            self.removing.emit()
        else:
            super().keyPressEvent(event)

    def selectAll(self) -> None:  # noqa: N802
        """Choose all rows of the list, also those that are not read yet."""
        super().selectAll()
        self._everything = self.selectionMode() == QAbstractItemView.SelectionMode.ExtendedSelection

    def _choose_further(self, _: QModelIndex, first: int, last: int) -> None:
        if self._everything:
            model = self.model()
            further = QItemSelection(model.index(first, 0), model.index(last, 0))
            how = QItemSelectionModel.SelectionFlag
            self.selectionModel().select(further, how.Select | how.Rows)

    def _was_chosen(self, _: QItemSelection, dropped: QItemSelection) -> None:
        if not dropped.isEmpty():
            self._everything = False

    def _forget_everything(self) -> None:
        self._everything = False

    def _chosen_rows(self) -> list[int]:
        # By the stretches: an index for each of fifty thousand rows would be waited for.
        stretches = self.selectionModel().selection().toList()
        return sorted({at for one in stretches for at in range(one.top(), one.bottom() + 1)})
