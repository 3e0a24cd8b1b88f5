"""The shell round the screens: navigation, title, search, messages, keys."""

from collections.abc import Callable, Iterable, Sequence, Set
from dataclasses import dataclass
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QWidget,
)

from db.backup import BackupAges
from db.kernel.access import ROLE_NAMES
from db.kernel.journal import Done
from desktop.day import DayWatch
from desktop.errors import tell
from desktop.page import Context, Page
from desktop.routes import Route
from desktop.undoing import Steps
from desktop.unsaved import Keeper
from desktop.widgets.backups import BackupFigures
from desktop.widgets.finder import Finder, Offer
from desktop.widgets.held import HeldKeys
from desktop.widgets.keys import KeysDialog
from desktop.widgets.parts import button, column, label, row, tip
from desktop.widgets.room import RoomButton
from desktop.widgets.scrolling import FollowingArea
from desktop.widgets.stack import PageStack
from desktop.widgets.toast import Toast

SIDE, NARROW_SIDE, HEAD = 176, 58, 56
NARROW, LOW, ICONS_HIGH = 1120, 510, 384
SAVING = "正在保存…"
FIND_TEXT = "找住户、人、纠纷、命令"


@dataclass(frozen=True)
class Room:
    """An entry of the navigation: a page's name, its title and icon, and how it is made."""

    name: str
    title: str
    icon: str
    make: Callable[[Context], Page]


class Shell(QWidget):
    """The window's inside while the ledger is open. `locking` is asked for by a person.

    A `band` stands above everything, as over a backup that is looked at. `locks_after` tells the
    minutes that somebody has just set.
    """

    locking = Signal()
    locks_after = Signal(int)

    def __init__(
        self,
        context: Context,
        rooms: Sequence[Room],
        post: str,
        station: str,
        offers: Sequence[Offer] = (),
        band: QWidget | None = None,
    ) -> None:
        super().__init__()
        self.context = context
        self._rooms = {room.name: room for room in rooms}
        self._pages: dict[str, Page] = {}
        self._stale: set[str] = set()
        self._abouts: dict[str, str] = {}
        self.day = DayWatch(context, self)
        self._steps = Steps(context.background, self)
        self._worked = False
        self._stack = PageStack()
        self._title = label(pixels=18)
        self._about = label(tone="second")
        self._backups = BackupFigures(partial(context.routes.go, "data", tab="backup"))
        # Where the side is narrow, its words stand in the head.
        self._who, self._post, self._station = label(), label("", 16), label("", 12, "second")
        self._narrow_words = QWidget()
        # The first screen asks while the rest of the window is built.
        self._make(rooms[0])
        self._refresh(rooms[0].name)
        self._buttons: dict[str, RoomButton] = {}
        self._group = QButtonGroup(self)
        self.toast = Toast(self, lambda: context.theme.px(HEAD))
        HeldKeys(self)
        self.finder = Finder(context, self)
        self.finder.knows([*self._own_offers(), *offers])
        self._find = button(FIND_TEXT, self.finder.begin, kind="find")
        self._find_key = label("Ctrl+K", 12, "second")
        self._is_narrow = False
        self._side_texts: tuple[QWidget, ...] = ()
        self._side_frame = self._side(post, station)
        over, outer = column(self), row(gap=0)
        if band is not None:
            over.addWidget(band)
        over.addLayout(outer, 1)
        outer.addWidget(self._side_frame)
        right = column(gap=0)
        right.addWidget(self._head())
        # A page that needs more room than a small screen has scrolls.
        right.addWidget(FollowingArea(self._stack), 1)
        outer.addLayout(right, 1)
        self._bind()
        self._listen()

    @property
    def worked(self) -> bool:
        """Whether anything was changed in this window."""
        return self._worked

    @property
    def page(self) -> Page:
        """The screen in sight."""
        page = self._stack.currentWidget()
        assert isinstance(page, Page)  # noqa: S101  nothing else is ever added
        return page

    def keep_typed(self) -> None:
        """Keep at once what is typed and not saved; nothing may be writing any more."""
        children: Iterable[QObject] = self.findChildren(QObject)
        for child in children:
            if isinstance(child, Keeper):
                child.keep_at_once()

    def go_on_from(self, before: "Shell") -> None:
        """Go on with what was done in the screens that stood here before: it can still be undone."""
        self._steps.go_on_from(before._steps)
        self._worked = before._worked

    def go(self, route: Route) -> None:
        """Open a screen; it is made when it is first wanted."""
        self.finder.hide()
        room = self._rooms[route.page]
        page = self._pages.get(room.name) or self._make(room)
        self._buttons[room.name].setChecked(True)
        self._title.setText(room.title)
        self._about.setText(self._abouts.get(room.name, ""))
        self._stack.setCurrentWidget(page)
        # Before it is opened: what is to be typed at once takes the focus for itself,
        self.setFocusProxy(page)
        page.setFocus()
        # and a tab that is made by opening it asks by itself.
        self._refresh(room.name)
        page.open(route.what)

    def _make(self, room: Room) -> Page:
        page = self._pages[room.name] = room.make(self.context)
        page.about.connect(partial(self._tell_about, room.name))
        page.said.connect(lambda said: self.toast.say(self._steps.offered(said)))
        self._stack.addWidget(page)
        self._stale.add(room.name)
        return page

    def _refresh(self, name: str) -> None:
        if name in self._stale:
            self._stale.discard(name)
            self._pages[name].refresh()

    def _own_offers(self) -> list[Offer]:
        """The screens, and what the window itself does."""
        go = self.context.routes.go
        return [
            *(Offer(room.title, "页面", partial(go, room.name)) for room in self._rooms.values()),
            Offer("撤销上一步", "命令　Ctrl+Z", self.undo),
            Offer("锁定", "命令　Ctrl+L", self.locking.emit),
            Offer("这一页的按键", "命令　F1", self._show_keys, "帮助 快捷键"),
        ]

    def _narrow(self, *, narrow: bool) -> None:
        """Leave only the icons of the navigation where the window is narrow or low for its type."""
        if narrow == self._is_narrow:
            return
        self._is_narrow = narrow
        self._side_frame.setFixedWidth(self.context.theme.px(NARROW_SIDE if narrow else SIDE))
        for line in self._side_texts:
            line.setVisible(not narrow)
        self._narrow_words.setVisible(narrow)
        for entry in self._buttons.values():
            entry.set_narrow(narrow=narrow)
        self._find.setText("查找" if narrow else FIND_TEXT)
        self._find_key.setVisible(not narrow)
        self._find.setFixedWidth(self.context.theme.px(64 if narrow else 270))

    def undo(self) -> None:
        """Take back the last thing done in this window."""
        self._steps.take_back()

    def _tell_saving(self, slow: bool) -> None:  # noqa: FBT001  a signal's value
        """Say that the disk takes its time, as nothing that was typed has been told as saved yet."""
        if slow:
            self.toast.say_until_done(SAVING)
        else:
            self.toast.done(SAVING)

    def resizeEvent(self, event: Any) -> None:  # noqa: N802
        """Keep messages and the finder in their places."""
        super().resizeEvent(event)
        px = self.context.theme.px
        self._narrow(narrow=self.width() < px(NARROW) or self.height() < px(LOW))
        self.toast.place()
        self.finder.place()

    def _side(self, post: str, station: str) -> QFrame:
        theme = self.context.theme
        side = QFrame()
        side.setObjectName("side")
        side.setFixedWidth(theme.px(SIDE))
        # Where its words have no room it is only icons, and must not make the window higher first.
        side.setMinimumHeight(theme.px(ICONS_HIGH))
        layout = column(side, (10, 18, 10, 14), 4)
        who = self._person()
        self.tell_post(post, station)
        texts = (self._post, self._station, label(who), self._backups.last)
        for text in texts:
            text.setContentsMargins(10, 0, 0, 0)
        shown: list[QWidget] = [*texts, self._backups.lines]
        self._side_texts = tuple(shown)
        for widget in shown[:2]:
            layout.addWidget(widget)
        layout.addSpacing(12)
        for number, room in enumerate(self._rooms.values(), 1):
            entry = RoomButton(theme, room.title, room.icon, f"{room.title}　Ctrl+{number}")
            entry.clicked.connect(lambda _=False, name=room.name: self.context.routes.go(name))
            self._group.addButton(entry)
            self._buttons[room.name] = entry
            layout.addWidget(entry)
        layout.addStretch()
        for widget in shown[2:]:
            layout.addWidget(widget)
        return side

    def _head(self) -> QFrame:
        theme = self.context.theme
        head = QFrame()
        head.setObjectName("head")
        head.setFixedHeight(theme.px(HEAD))
        layout: QHBoxLayout = row(head, (24, 0, 20, 0), 14)
        layout.addWidget(self._title)
        layout.addWidget(self._about)
        layout.addStretch()
        words = column(self._narrow_words)
        words.addStretch()
        for one in (self._who, self._backups.ages):
            words.addWidget(one, 0, Qt.AlignmentFlag.AlignRight)
        words.addStretch()
        self._narrow_words.hide()
        layout.addWidget(self._narrow_words)
        self._find.setAccessibleName("查找")
        self._find.setFixedWidth(theme.px(270))
        self._find_key.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        row(self._find, (12, 0, 10, 0)).addWidget(self._find_key, 1, Qt.AlignmentFlag.AlignRight)
        layout.addWidget(self._find)
        layout.addWidget(button("锁定", self.locking.emit, kind="link"))
        layout.addWidget(button("F1", self._show_keys, kind="link"))
        return head

    def _bind(self) -> None:
        bindings: dict[str, Callable[[], object]] = {
            "Ctrl+K": self.finder.begin,
            "Ctrl+Z": self.undo,
            "Ctrl+L": self.locking.emit,
            "F1": self._show_keys,
            "F5": self._read_again,
        }
        for number, name in enumerate(self._rooms, 1):
            bindings[f"Ctrl+{number}"] = partial(self.context.routes.go, name)
        for keys, action in bindings.items():
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(action)

    def _listen(self) -> None:
        context = self.context
        context.theme.changed.connect(self._repaint_icons)
        context.background.changed.connect(self._written)
        context.background.taken_in.connect(self._taken_in)
        context.background.failed.connect(lambda error: tell(self, error))
        context.background.saving.connect(self._tell_saving)
        context.routes.wanted.connect(self.go)
        self.day.turned.connect(self._read_all)
        self._steps.said.connect(self.toast.say)
        self._steps.failed.connect(lambda error: tell(self, error))

    def _read_again(self) -> None:
        self.page.refresh()

    def _show_keys(self) -> None:
        common = (
            ("Ctrl+K", "查找"), ("Ctrl+Z", "撤销上一步"), ("Ctrl+1—9", "换页面"),
            ("Ctrl+L", "锁定"), ("F5", "重新读取"),
        )  # fmt: skip
        KeysDialog(self._title.text(), self.page.keys, common, self).exec()

    def _written(self, done: Done[Any]) -> None:
        if done.touched:
            self._worked = True
        for name, page in self._pages.items():
            if page.watches.intersection(done.touched) and not page.written(done):
                self._read_or_mark(name, page)

    def _taken_in(self, tables: Set[str]) -> None:
        """Read again what a merge changed; it is not among the steps that can be taken back."""
        self._worked = True
        for name, page in self._pages.items():
            if not page.watches.isdisjoint(tables):
                self._read_or_mark(name, page)

    def _read_all(self) -> None:
        """Read everything again, as another day has begun: the page in sight now, others when shown."""
        for name, page in self._pages.items():
            self._read_or_mark(name, page)

    def _read_or_mark(self, name: str, page: Page) -> None:
        if page is self._stack.currentWidget():
            page.refresh()
        else:
            self._stale.add(name)

    def _tell_about(self, name: str, text: str) -> None:
        self._abouts[name] = text
        if self._pages[name] is self._stack.currentWidget():
            self._about.setText(text)

    def _repaint_icons(self) -> None:
        for entry in self._buttons.values():
            entry.repaint_icon()

    def tell_overdue(self, name: str, count: int) -> None:
        """Show at a screen's entry how many duties behind it are overdue."""
        self._buttons[name].tell_overdue(count)

    def tell_post(self, post: str, station: str) -> None:
        """Show whose ledger it is."""
        self._post.setText(post)
        self._station.setText(station)
        self._who.setText(f"{post}　{self._person()}")
        self._who.setToolTip(tip(station))

    def _person(self) -> str:
        session = self.context.ledger.session
        role = ROLE_NAMES[session.role]
        return session.name if session.name == role else f"{session.name} {role}"

    def tell_backup(self, ages: BackupAges) -> None:
        """Show how old the backups are, here and at the second place, and what the last one lacks."""
        self._backups.tell(ages, self.context.today)
