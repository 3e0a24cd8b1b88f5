"""Real windows over real ledgers; nothing may be left over when a test ends."""

import gc
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt, QTimer
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QMessageBox, QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from db.ledger import Ledger
from desktop import unsaved
from desktop.disputes.page import DisputesPage
from desktop.page import Page
from desktop.rooms import shell_over
from desktop.settings import Looks, Settings
from desktop.theme import Theme
from desktop.widgets.tabs import TabbedPage
from desktop.window import Shell
from tests.desktop import spooler

if TYPE_CHECKING:
    from tests.desktop.windows import Windows

Open = Callable[[], Shell]
_TESTS = count()

os.environ["CUPS_SERVER"] = str(spooler.SOCKET)


@pytest.fixture(scope="session", autouse=True)
def loaded() -> None:
    """Take what stays for the session out of the search for garbage: it would take half of the time."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def nothing_left_over() -> Iterator[None]:
    """Fail a test that leaves a thread, a running timer or a window in sight behind."""
    before = set(threading.enumerate())
    # As the program has it: only the window's thread searches for garbage.
    gc.disable()
    yield
    # A search of all there is takes a third of a second, so mostly the young are enough.
    gc.collect(1 if next(_TESTS) % 10 else 2)
    gc.enable()
    left = [t for t in threading.enumerate() if t not in before and not t.daemon and t.is_alive()]
    assert left == []
    application = QApplication.instance()
    if isinstance(application, QApplication):
        # A key pressed on a page that then went out of sight is never let go.
        QTest.keyRelease(QWidget(), Qt.Key.Key_Control)
        assert [w for w in application.topLevelWidgets() if w.isVisible()] == []
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        timers = [one for one in gc.get_objects() if isinstance(one, QTimer) and isValid(one)]
        assert [one.parent() for one in timers if one.isActive()] == []


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Looks of nobody."""
    kept = Settings(tmp_path / "looks.json")
    kept.keep(Looks(theme="light"))
    return kept


@pytest.fixture
def theme(qtbot: QtBot, settings: Settings) -> Theme:
    """The light theme, over the test's program."""
    return Theme(settings.looks)


@pytest.fixture
def shell(qtbot: QtBot, sample: Ledger, settings: Settings, theme: Theme) -> Iterator[Shell]:
    """The window's inside over the sample post, settled."""
    yield from _shown(qtbot, shell_over(sample, settings, theme))


@pytest.fixture
def small(qtbot: QtBot, ledger: Ledger, settings: Settings, theme: Theme) -> Iterator[Shell]:
    """The window's inside over a new post's empty ledger, settled."""
    yield from _shown(qtbot, shell_over(ledger, settings, theme))


@pytest.fixture
def folder(_template: Path, tmp_path: Path) -> Path:
    """A small ledger that nobody has open."""
    return shutil.copytree(_template, tmp_path / "post")


@pytest.fixture
def windows(qtbot: QtBot, settings: Settings, theme: Theme) -> Iterator["Windows"]:
    """Opens whole windows, closed when the test ends."""
    from tests.desktop.windows import Windows  # noqa: PLC0415  it waits by what stands here

    made = Windows(qtbot, settings, theme)
    yield made
    for window in made.open:
        window.close()
        window.deleteLater()


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep what is typed sooner than people would wait for."""
    monkeypatch.setattr(unsaved, "KEPT_AFTER_MS", 60)


def _shown(qtbot: QtBot, made: Shell) -> Iterator[Shell]:
    made.resize(1440, 900)
    made.show()
    settle(qtbot, made)
    yield made
    settle(qtbot, made)
    made.hide()
    made.context.background.close()
    made.deleteLater()


@pytest.fixture
def opened(qtbot: QtBot, sample: Ledger, settings: Settings, theme: Theme) -> Iterator[Open]:
    """Open the screens, those that stood before dying as in a crash: nothing is told to them."""
    made: list[Shell] = []

    def die() -> None:
        if made:
            made[-1].hide()
            made[-1].context.background.close()
            made.pop().deleteLater()

    def open_anew() -> Shell:
        die()
        made.append(shell_over(sample, settings, theme))
        made[-1].show()
        settle(qtbot, made[-1])
        return made[-1]

    yield open_anew
    die()


def settle(qtbot: QtBot, shell: Shell) -> None:
    """Wait until every answer has been given and what waits a moment has been done."""
    for _ in range(3):
        qtbot.wait(80)
        qtbot.waitUntil(lambda: shell.context.background.idle, timeout=20_000)


def in_sight(qtbot: QtBot, shell: Shell) -> Page:
    """Return the page in sight once the window is settled, of a room with tabs the one of its tab."""
    settle(qtbot, shell)
    page = shell.page
    return page.page if isinstance(page, TabbedPage) else page


@pytest.fixture
def dispute_list(qtbot: QtBot, shell: Shell) -> DisputesPage:
    """The list of disputes in sight, with the cursor in it."""
    shell.context.routes.go("disputes")
    shown = in_sight(qtbot, shell)
    assert isinstance(shown, DisputesPage)
    shell.activateWindow()
    shown._table.setFocus()
    return shown


def press(qtbot: QtBot, shell: Shell, *keys: Qt.Key | str) -> None:
    """Press keys where the focus is, as a person would; Chinese comes from an input method."""
    for key in keys:
        if QApplication.focusWidget() is None:
            # On a busy machine the window may not have been told yet that it is in front.
            shell.activateWindow()
            qtbot.waitUntil(lambda: QApplication.focusWidget() is not None, timeout=5000)
        widget = QApplication.focusWidget()
        if not isinstance(key, str):
            qtbot.keyClick(widget, key)
        elif key.isascii():
            qtbot.keyClicks(widget, key)
        else:
            composed = QInputMethodEvent()
            composed.setCommitString(key)
            QApplication.sendEvent(widget, composed)
        settle(qtbot, shell)


@pytest.fixture(autouse=True)
def no_dialog_waits_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    """A dialog nobody answers would hold the suite up: it fails its test instead."""

    def refuse(dialog: QDialog) -> int:
        told = dialog.text() if isinstance(dialog, QMessageBox) else dialog.windowTitle()
        raise AssertionError(f"a dialog was opened: {told}")

    monkeypatch.setattr(QDialog, "exec", refuse)
    monkeypatch.setattr(QMessageBox, "exec", refuse)
