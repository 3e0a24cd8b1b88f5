"""A field for one person of the roster: letters find them, the arrow keys walk, Enter takes."""

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QListWidget, QListWidgetItem, QWidget
from sqlalchemy import Connection

from db.kernel.ids import Id
from db.kernel.pinyin import search_key
from db.people.lists import VolunteerQuery, VolunteerRow, volunteer, volunteers
from desktop.background import Ticket
from desktop.page import Context
from desktop.widgets.parts import column

SHOWN, LOOKED_AT, WAIT_MS = 6, 200, 120


class PersonField(QWidget):
    """Type a name, its pinyin or initials; who is found is offered below until one is taken.

    `chosen` carries the id of who was taken, None when the field is typed in again.
    """

    chosen = Signal(object)
    edited = Signal()

    def __init__(self, context: Context, name: str) -> None:
        super().__init__()
        self._context = context
        self._person: Id | None = None
        self._ticket: Ticket | None = None
        self.field = QLineEdit()
        self.field.setAccessibleName(name)
        self.field.setPlaceholderText("姓名或拼音首字母，回车选定")
        self.field.installEventFilter(self)
        self.field.textEdited.connect(self._typed)
        self._found = QListWidget()
        self._found.setAccessibleName("找到的人")
        self._found.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._found.itemClicked.connect(self._take)
        self._found.hide()
        self._timer = QTimer(self, singleShot=True, interval=WAIT_MS)
        self._timer.timeout.connect(self._seek)
        layout = column(self, gap=4)
        layout.addWidget(self.field)
        layout.addWidget(self._found)
        self.setFocusProxy(self.field)

    @property
    def person(self) -> Id | None:
        """Who was taken."""
        return self._person

    def show_person(self, person: Id | None, words: str = "") -> None:
        """Show somebody, or nobody."""
        self._person = person
        self._stop()
        self.field.setText(words)

    def kept(self) -> str:
        """Return who was taken or what is typed, for `put_back` after the program ended."""
        words = self.field.text()
        return f"{self._person.hex()} {words}" if self._person is not None else words

    def put_back(self, kept: str) -> None:
        """Take again who was taken, or show again what was typed."""
        id_, _, words = kept.partition(" ")
        try:
            person = Id(bytes.fromhex(id_)) if words else None
        except ValueError:
            person = None
        self.show_person(person, words if person is not None else kept)
        self.chosen.emit(person)

    def look_up(self, person: Id) -> None:
        """Take somebody by id."""

        def known(row: VolunteerRow | None) -> None:
            if row is not None:
                self.show_person(row.id, person_words(row))
                self.chosen.emit(row.id)

        self._context.background.ask(self, lambda c: volunteer(c, person), known)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Up and Down walk through who was found, Enter takes, Esc takes nobody."""
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyPress:
            return super().eventFilter(watched, event)
        offered = self._found.isVisible() and self._found.count()
        if offered and event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            step = 1 if event.key() == Qt.Key.Key_Down else -1
            at = self._found.currentRow() + step
            self._found.setCurrentRow(min(max(at, 0), self._found.count() - 1))
            return True
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if offered:
                self._take(self._found.currentItem())
            elif self._person is not None:
                self.chosen.emit(self._person)
            return True
        if offered and event.key() == Qt.Key.Key_Escape:
            self._stop()
            return True
        return False

    def _typed(self) -> None:
        if self._person is not None:
            self._person = None
            self.chosen.emit(None)
        self.edited.emit()
        self._timer.start()

    def _seek(self) -> None:
        text = self.field.text().strip()
        if self._ticket is not None:
            self._ticket.stop()
        if not text:
            self._stop()
            return

        def question(connection: Connection) -> list[VolunteerRow]:
            found = volunteers(connection, VolunteerQuery(text=text), 0, LOOKED_AT)
            # Whose name begins so is meant before whose name has it somewhere.
            return sorted(found, key=lambda row: not _begins(row.name, text.lower()))[:SHOWN]

        self._ticket = self._context.background.ask(self, question, self._offer)

    def _offer(self, rows: list[VolunteerRow]) -> None:
        self._found.clear()
        for row in rows:
            item = QListWidgetItem(person_words(row))
            item.setData(Qt.ItemDataRole.UserRole, row.id)
            self._found.addItem(item)
        if not rows:
            item = QListWidgetItem("队伍里没有这个人")
            item.setFlags(Qt.ItemFlag.NoItemFlags)
            self._found.addItem(item)
        else:
            self._found.setCurrentRow(0)
        height = max(self._found.sizeHintForRow(0), self._found.fontMetrics().height() + 6)
        self._found.setFixedHeight(height * self._found.count() + 6)
        self._found.show()

    def _take(self, item: QListWidgetItem | None) -> None:
        person = None if item is None else item.data(Qt.ItemDataRole.UserRole)
        if item is not None and person is not None:
            self.show_person(person, item.text())
            self.edited.emit()
            self.chosen.emit(person)

    def _stop(self) -> None:
        self._timer.stop()
        if self._ticket is not None:
            self._ticket.stop()
        self._found.clear()
        self._found.hide()


def _begins(name: str, text: str) -> bool:
    return any(part.startswith(text) for part in search_key((name,)).lower().split())


def person_words(row: VolunteerRow) -> str:
    """Return how a person is told from others of the name: 王芳　联户长　第三社区."""
    left = "　已离任" if row.until is not None else ""
    return f"{row.name}　{row.role_name}　{row.community_name}{left}"
