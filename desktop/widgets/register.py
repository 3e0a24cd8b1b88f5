"""A register: a filtered list at the left, the chosen record's form at the right."""

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, ClassVar, Generic, TypeVar

from PySide6.QtCore import QModelIndex, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QApplication,
    QBoxLayout,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)
from sqlalchemy import Connection

from db.kernel.ids import Id
from db.kernel.journal import Command, Done
from desktop.background import Ticket
from desktop.page import Context, Page
from desktop.unsaved import FormKeeper, Inputs
from desktop.widgets.flow import FlowLayout
from desktop.widgets.forms import DraftForm
from desktop.widgets.only import OnlyChip
from desktop.widgets.parts import button, column, label, panel, row
from desktop.widgets.periods import PeriodBox
from desktop.widgets.scrolling import footed
from desktop.widgets.tables import Column, RowModel, RowTable

R = TypeVar("R")
WINDOW, TYPED_MS = 200, 220
# So many rows are read at once where one is looked for.
SOUGHT = 2_000
# In hundredths of the drawings' size.
LARGE = 120


class RegisterPage(Page, Generic[R]):
    """Lists rows a window at a time and keeps the form in step with the row under the cursor.

    A register says which rows there are (`asked`), which form they have (`form_parts`, `show_row`)
    and what saving means (`save`, by `write`). What is typed at a row stays with it, over other rows
    and a crash, until it is saved or Esc drops it.
    """

    columns: Sequence[Column[Any]] = ()
    placeholder = "姓名、拼音、电话"
    noun = "记录"
    # The table of the rows, whose history a link beside the form opens.
    entity: ClassVar[str] = ""
    form_width: ClassVar[int] = 340
    # Made by `form_parts`.
    _form: DraftForm

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.row: R | None = None
        self.only: tuple[Id, ...] | None = None
        self._wanted: Id | None = None
        # The day a new record was begun on, while one is.
        self._fresh: date | None = None
        self._read = self._waits = self._seeking = False
        self._ticket: Ticket | None = None
        self.model: RowModel[R] = RowModel(self.columns)
        self.model.more = self._more
        self.model.grown.connect(self._seek_further)
        self.table = RowTable(self.model, self.title)
        self.text = QLineEdit()
        self.heading = label(pixels=16, wrap=True)
        self._history = button("改动记录", self.show_history, kind="link")
        self.foot = label(tone="second", wrap=True)
        # What is done with the list as a whole stands beside its foot.
        self.tools = row(gap=8)
        # What is done with the form stays in sight below it, however long it is.
        self.form_foot = column(gap=10)
        self._chip = OnlyChip()
        self.filters = FlowLayout(gap=10)
        self._timer = QTimer(self, singleShot=True, interval=TYPED_MS)
        self._timer.timeout.connect(self.read_anew)
        self._chip.closed.connect(self.show_all)
        self._build()
        self._kept = FormKeeper(context, self.noun, self)
        self._kept.found.connect(self._left_new)
        self._kept.put_back.connect(self._form.warn)
        self.setFocusProxy(self.table)

    @abstractmethod
    def asked(self, connection: Connection, offset: int, limit: int) -> tuple[int, list[R]]:
        """Return how many rows there are, and a window of them."""

    @abstractmethod
    def form_parts(self, layout: QVBoxLayout) -> None:
        """Put the form's fields into the panel at the right, what is done with them into `form_foot`."""

    @abstractmethod
    def show_row(self, chosen: R | None) -> None:
        """Show a row in the form, or with None a new one."""

    @abstractmethod
    def save(self) -> None:
        """Write what the form says."""

    def offer_choices(self) -> None:
        """Put what the list brought along into the boxes that offer it, keeping what is chosen.

        A new record may be begun before the list is read, so its choices come with the list.
        """

    def typed_beside(self) -> Inputs:
        """Return the fields that stand beside the form; they are put back before it."""
        return {}

    def row_id(self, of: R) -> Id:
        """Return a row's id."""
        return of.id  # type: ignore[attr-defined,no-any-return]

    def row_name(self, of: R) -> str:
        """Return what a row is called over its history."""
        return of.name  # type: ignore[attr-defined,no-any-return]

    def foot_words(self, total: int) -> str:
        """Return what is said under the list of so many rows."""
        return f"共{total:,}条"

    def empty_words(self) -> str:
        """Return what is said where no rows are: why, and what to do."""
        items = filter(None, map(self.filters.itemAt, range(self.filters.count())))
        narrowed = any(_narrows(item.widget()) for item in items)
        if narrowed or self.only is not None or self.text.text().strip():
            return f"没有符合的{self.noun}。换个条件，或按 Ctrl+N 登记"
        return f"还没有{self.noun}。按 Ctrl+N 登记"

    def open(self, what: Mapping[str, Any]) -> None:
        """Put the cursor on a record, or begin a new one."""
        if what.get("record") is not None:
            self.go_to(what["record"])
        elif what.get("new"):
            self.begin_new()

    def refresh(self) -> None:
        """Read again what is there, and leave the cursor on its row."""
        self._read_rows(max(WINDOW, len(self.model.rows)))

    def read_anew(self) -> None:
        """Read another list, from its start."""
        self._read_rows(WINDOW)

    def _read_rows(self, limit: int) -> None:
        if self._ticket is not None:
            self._ticket.stop()
        self._ticket = self.context.background.ask(
            self, lambda connection: self.asked(connection, 0, limit), self._show
        )

    def begin_new(self) -> None:
        """Begin a new record."""
        if not self.context.may_write(self.said):
            return
        self.table.clearSelection()
        self.row, self._fresh = None, self.context.today
        self._history.hide()
        self.heading.setText(f"新的{self.noun}")
        self.show_row(None)
        self.begin_typing()

    def show_history(self) -> None:
        """Open who changed what in the record in sight."""
        if self.row is not None:
            self.context.routes.go(
                "data", tab="history", entity=self.entity, record=self.row_id(self.row),
                name=self.row_name(self.row),
            )  # fmt: skip

    def begin_typing(self) -> None:
        """Put back what was typed at the record in sight; its fields stand as they are stored."""
        inputs = {**self.typed_beside(), **self._form.inputs}
        self._kept.begin(self._at, inputs, new=self.row is None)

    def write(
        self, command: Command[Any], said: str, then: Callable[[], object] = lambda: None
    ) -> None:
        """Write what the form says, once however often Enter is pressed, and say so.

        The command of a new record answers with its id, and the cursor goes there. Who has gone on
        to another record meanwhile stays there, without `then`.
        """
        at, new = self._at, self.row is None

        def written(done: Done[Any]) -> None:
            self.said.emit(f"{said}　　Ctrl+Z 撤销")
            if self._kept.saved(at):
                then()
                if new:
                    self.go_to(done.value)

        self.context.background.write(self, command, written, once=at)

    @property
    def is_typed(self) -> bool:
        """Whether something is typed at the record in sight and not saved."""
        return self._at in self._kept.left

    def chosen_ids(self) -> list[Id]:
        """Return the ids of the rows that are marked."""
        marked = {index.row() for index in self.table.selectionModel().selectedRows()}
        return [self.row_id(self.model.rows[at]) for at in sorted(marked)]

    def go_to(self, record: Id | None) -> None:
        """Put the cursor on a record once it is listed, however far down it stands."""
        self._wanted, self._fresh, self._seeking = record, None, record is not None
        self._seek()

    def show_only(self, ids: Sequence[Id], title: str) -> None:
        """List only these records, under a sentence that says so; `asked` finds them in `only`."""
        self.only = tuple(ids)
        self._chip.tell(title)
        self.text.clear()
        self.row = None
        self.refresh()

    def show_all(self) -> None:
        """List everything again."""
        if self.only is not None:
            self.only = None
            self._chip.tell("")
            self.refresh()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Enter goes from the list to the form. Esc drops what was typed at the record and not
        saved, goes back to the list, or lists everything again.
        """
        escape = event.key() == Qt.Key.Key_Escape
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.table.hasFocus():
            self._form.setFocus(Qt.FocusReason.TabFocusReason)
        elif escape and self.is_typed:
            self._kept.done()
            self.show_row(self.row)
            self.begin_typing()
        elif escape and self._form.isAncestorOf(self.focusWidget() or self):
            self.table.setFocus()
        elif escape and self.only is not None:
            self.show_all()
        else:
            super().keyPressEvent(event)

    def filter_box(self, name: str, entries: Sequence[tuple[str, Any]]) -> QComboBox:
        """Add a choice above the list; the first entry is for all."""
        box = QComboBox()
        box.setAccessibleName(name)
        for word, code in entries:
            box.addItem(word, code)
        box.activated.connect(lambda _: self.read_anew())
        self.filters.insert(self.filters.count() - 2, box)
        return box

    def _build(self) -> None:
        self.text.setPlaceholderText(self.placeholder)
        self.text.setAccessibleName(self.placeholder)
        self.text.setMinimumWidth(self.context.theme.px(180))
        self.text.textChanged.connect(lambda _: self._timer.start())
        self.filters.addWidget(self.text)
        new = button(f"新的{self.noun}　Ctrl+N", self.begin_new)
        new.setShortcut("Ctrl+N")
        self.filters.addWidget(new)
        left = _listed(self.filters, self._chip, self.table)
        large = self.context.theme.px(100) > LARGE
        left.addLayout(_below(self.foot, self.tools, large=large))
        inside = QWidget()
        layout = column(inside, (16, 14, 16, 14), 10)
        layout.addLayout(_head(self.heading, self._history))
        self.form_parts(layout)
        form = panel()
        form.setFixedWidth(self.context.theme.px(self.form_width))
        footed(form, inside, self.form_foot)
        outer = row(self, (20, 12, 20, 14), 16)
        outer.addLayout(left, 1)
        outer.addWidget(form)
        self.table.selectionModel().currentRowChanged.connect(self._moved)
        self.table.doubleClicked.connect(
            lambda _: self._form.setFocus(Qt.FocusReason.MouseFocusReason)
        )

    def _show(self, answer: tuple[int, list[R]]) -> None:
        total, rows = answer
        kept = self._wanted or (self.row_id(self.row) if self.row is not None else None)
        self.table.empty = self.empty_words()
        self.model.show_rows(rows, total)
        self.foot.setText(self.foot_words(total))
        self._wanted, self._read = kept, True
        self.offer_choices()
        if self._fresh and not self.is_typed:
            if self._fresh != self.context.today:
                self._fresh = self.context.today
                _keeping_cursor(self, lambda: self.show_row(None))
            # What a box now offers first stands there as the form began: nobody typed it.
            self.begin_typing()
        self._seek()
        if self.row is None and not rows and not self._fresh:
            self.begin_new()
        self._go_on()

    def _seek(self) -> None:
        for at, found in enumerate(self.model.rows):
            if self.row_id(found) == self._wanted:
                self.table.selectRow(at)
                self._wanted, self._seeking = None, False
                return
        if self._seeking and self.model.canFetchMore(QModelIndex()):
            self.model.fetchMore(QModelIndex())
            return
        # A refresh must not take away what is being typed as a new record.
        if self.row is None and self.model.rows and not self._fresh:
            self.table.selectRow(0)

    def _seek_further(self) -> None:
        if self._seeking:
            self._seek()

    def _moved(self, current: QModelIndex, _: QModelIndex) -> None:
        if current.isValid() and current.row() < len(self.model.rows):
            self.row, self._fresh, self._seeking = self.model.rows[current.row()], None, False
            self._history.setVisible(bool(self.entity))
            self.show_row(self.row)
            self.begin_typing()

    @property
    def _at(self) -> str:
        return self.row_id(self.row).hex() if self.row is not None else ""

    def _left_new(self) -> None:
        self._waits = "" in self._kept.left
        self._go_on()

    def _go_on(self) -> None:
        """Go on with the new record that was left unsaved when the program ended, once."""
        # Only once the list is read is it known what the form offers.
        if self._waits and self._read:
            self._waits = False
            if not self._fresh:
                self.begin_new()

    def _more(self, offset: int) -> None:
        limit = SOUGHT if self._seeking else WINDOW
        self.context.background.ask(
            self, lambda c: self.asked(c, offset, limit)[1], self.model.add_rows
        )


def _keeping_cursor(page: QWidget, show: Callable[[], object]) -> None:
    """Show something on a page without taking the cursor from where it is there."""
    focus = QApplication.focusWidget()
    show()
    if focus is not None and page.isAncestorOf(focus):
        focus.setFocus()


def _head(heading: QLabel, history: QWidget) -> QHBoxLayout:
    """What stands over the form."""
    head = row(gap=10)
    head.addWidget(heading, 1)
    head.addWidget(history)
    return head


def _listed(filters: FlowLayout, chip: OnlyChip, table: RowTable) -> QBoxLayout:
    """The list, above it what narrows it."""
    frame = panel()
    column(frame, (6, 6, 6, 6)).addWidget(table)
    left = column(gap=10)
    left.addLayout(filters)
    left.addWidget(chip)
    left.addWidget(frame, 1)
    return left


def _below(foot: QLabel, tools: QHBoxLayout, *, large: bool) -> QBoxLayout:
    """What stands below a list; large type needs the whole line for each."""
    below = column(gap=8) if large else row(gap=16)
    below.addWidget(foot, 0 if large else 1)
    below.addLayout(tools)
    return below


def _narrows(box: QWidget | None) -> bool:
    if isinstance(box, PeriodBox):
        return box.period is not None
    return isinstance(box, QComboBox) and box.currentIndex() > 0
