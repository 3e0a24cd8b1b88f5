"""The real window for the benchmarks: opened on a ledger, and waited for as a person waits.

It is not shown on any screen: Qt paints into memory, which costs what painting costs and leaves
out what the machine's display adds.
"""

import gc
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QAbstractEventDispatcher, QEvent, QEventLoop, QObject, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

from db.sample import PASSWORD, sample_clock
from desktop.app import MainWindow, Start
from desktop.geometry import USUAL
from desktop.page import Page
from desktop.settings import Looks, Settings
from desktop.theme import Theme
from desktop.widgets.tabs import TabbedPage
from desktop.window import Shell

LONGEST_WAIT = 120.0


class Busy(QObject):
    """How long the window's thread was away at one stretch, in seconds, since `begin`."""

    def __init__(self) -> None:
        super().__init__()
        dispatcher = QAbstractEventDispatcher.instance()
        dispatcher.awake.connect(self._awake)
        dispatcher.aboutToBlock.connect(self._to_block)
        self.begin()

    def begin(self) -> None:
        """Forget what was."""
        self.longest, self._since = 0.0, time.perf_counter()

    def _awake(self) -> None:
        self._since = time.perf_counter()

    def _to_block(self) -> None:
        self.longest = max(self.longest, time.perf_counter() - self._since)


class Painted(QObject):
    """Sees a widget being painted once something is so, such as that it has its rows."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self._so: Callable[[], object] | None = None
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Look at every paint."""
        if event.type() == QEvent.Type.Paint and self._so is not None and self._so():
            self._so = None
        return super().eventFilter(watched, event)

    def when(self, so: Callable[[], object], does: Callable[[], object]) -> None:
        """Do something, and wait until the widget stands painted with what it leads to."""
        self._so = so
        does()
        until(lambda: self._so is None)


def until(done: Callable[[], object]) -> None:
    """Let the window work until something is so; the run ends where it never is."""
    flag, deadline = QEventLoop.ProcessEventsFlag.WaitForMoreEvents, time.monotonic() + LONGEST_WAIT
    while not done():
        if time.monotonic() > deadline:
            sys.exit("the window was waited for in vain")
        QApplication.processEvents(flag)


@contextmanager
def log_in_page(folder: Path) -> Iterator[MainWindow]:
    """Give the window asking for the password, all that loads behind it loaded."""
    application = QApplication.instance() or QApplication([])
    with tempfile.TemporaryDirectory() as place:
        settings = Settings(Path(place) / "looks.json")
        settings.keep(Looks(theme="light"))
        window = MainWindow(Start(folder, clock=sample_clock()), settings, Theme(settings.looks))
        # Waiting with nothing to come must not be for ever.
        alive = QTimer(window, interval=100)
        alive.timeout.connect(lambda: None)
        alive.start()
        loaded: list[bool] = []
        window.loaded.connect(gc.freeze)
        window.loaded.connect(lambda: loaded.append(True))
        window.showNormal()
        window.resize(*USUAL)
        until(lambda: loaded)
        yield window
        window.close()
        window.deleteLater()
        application.processEvents()


def enter(window: MainWindow) -> Shell:
    """Enter the password and return the screens once the home page stands painted."""
    field: Any = window.findChild(QLineEdit)
    field.setText(PASSWORD)
    QTest.keyClick(field, Qt.Key.Key_Return)
    until(lambda: window.shell)
    shell = window.shell
    if shell is None:
        sys.exit("the password was not taken")
    home: Any = shell.page
    Painted(home).when(lambda: home._today is not None, lambda: None)
    return shell


@contextmanager
def screens(folder: Path) -> Iterator[Shell]:
    """Give the screens of an open ledger, the home page settled."""
    with log_in_page(folder) as window:
        shell = enter(window)
        settle(shell)
        yield shell


def settle(shell: Shell) -> None:
    """Wait until every answer was given and what waits a moment was done."""
    for _ in range(2):
        QTest.qWait(300)
        until(lambda: shell.context.background.idle)


def page_of(shell: Shell) -> Page:
    """Return the screen in sight, of several behind tabs the one in front."""
    page = shell.page
    return page.page if isinstance(page, TabbedPage) else page
