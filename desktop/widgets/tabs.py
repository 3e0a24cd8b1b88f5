"""A screen of several pages under one entry of the navigation, with a line of tabs."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QButtonGroup, QPushButton

from db.kernel.journal import Done
from desktop.page import Context, Page
from desktop.widgets.parts import button, column, row
from desktop.widgets.stack import PageStack


@dataclass(frozen=True)
class Tab:
    """One page of several: its name in routes, its title, how it is made."""

    name: str
    title: str
    make: Callable[[Context], Page]


class TabbedPage(Page):
    """Shows one of its pages at a time; each is made when first wanted and read when stale.

    A route names a tab by `tab`, or by the table of its `entity`, as `tab_of` says.
    """

    def __init__(
        self, context: Context, tabs: Sequence[Tab], tab_of: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(context)
        self._tabs = {tab.name: tab for tab in tabs}
        self._tab_of = dict(tab_of or {})
        self._pages: dict[str, Page] = {}
        self._stale: set[str] = set()
        self._abouts: dict[str, str] = {}
        self._stack = PageStack()
        self._group = QButtonGroup(self)
        self._buttons: dict[str, QPushButton] = {}
        line = row(margins=(24, 4, 20, 0), gap=0)
        for tab in tabs:
            choice = button(tab.title, partial(self.turn_to, tab.name), kind="tab")
            choice.setCheckable(True)
            self._group.addButton(choice)
            self._buttons[tab.name] = choice
            line.addWidget(choice)
        line.addStretch()
        layout = column(self)
        layout.addLayout(line)
        layout.addWidget(self._stack, 1)
        for step, keys in ((1, "Ctrl+Tab"), (-1, "Ctrl+Shift+Tab")):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.activated.connect(partial(self._step, step))
        self._name = tabs[0].name

    @property
    def page(self) -> Page:
        """The page in sight."""
        return self._pages[self._name]

    @property
    def keys(self) -> tuple[tuple[str, str], ...]:  # type: ignore[override]
        """The keys of the page in sight, and those that turn the tabs."""
        return (*self.page.keys, ("Ctrl+Tab", "换一页"))

    @property
    def watches(self) -> frozenset[str]:  # type: ignore[override]
        """The tables of all pages made by now."""
        return frozenset().union(*(page.watches for page in self._pages.values()))

    def open(self, what: Mapping[str, Any]) -> None:
        """Open a tab and hand it the rest of the route."""
        name = what.get("tab") or self._tab_of.get(what.get("entity", ""), self._name)
        self.turn_to(name, what)

    def turn_to(self, name: str, what: Mapping[str, Any] | None = None) -> None:
        """Show a page."""
        page = self._pages.get(name)
        if page is None:
            page = self._pages[name] = self._tabs[name].make(self.context)
            page.about.connect(partial(self._told, name))
            page.said.connect(self.said)
            self._stack.addWidget(page)
            self._stale.add(name)
        self._name = name
        self._buttons[name].setChecked(True)
        self._stack.setCurrentWidget(page)
        self.setFocusProxy(page)
        page.setFocus()
        self.about.emit(self._abouts.get(name, ""))
        page.open(what or {})
        if name in self._stale:
            self._stale.discard(name)
            page.refresh()

    def refresh(self) -> None:
        """Read the page in sight again, and the others when they are next shown."""
        self._stale = set(self._pages) - {self._name}
        if self._pages:
            self.page.refresh()

    def written(self, done: Done[Any]) -> bool:
        """Hand what was written to each page that shows it."""
        for name, page in self._pages.items():
            if not page.watches.intersection(done.touched) or page.written(done):
                continue
            if name == self._name:
                page.refresh()
            else:
                self._stale.add(name)
        return True

    def _told(self, name: str, text: str) -> None:
        self._abouts[name] = text
        if name == self._name:
            self.about.emit(text)

    def _step(self, step: int) -> None:
        names = list(self._tabs)
        self.turn_to(names[(names.index(self._name) + step) % len(names)])
