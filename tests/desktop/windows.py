"""The whole window opened on a ledger nobody has open, as a person opens it."""

import warnings
from pathlib import Path
from typing import Any

from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from db.kernel.clock import SetClock
from db.sample import PASSWORD
from desktop.access.login import LogInPage
from desktop.app import MainWindow, Start
from desktop.settings import Settings
from desktop.theme import Theme
from desktop.window import Shell
from tests.conftest import morning
from tests.desktop.conftest import settle


class Windows:
    def __init__(self, qtbot: QtBot, settings: Settings, theme: Theme) -> None:
        self.qtbot, self.settings, self.theme = qtbot, settings, theme
        self.open: list[MainWindow] = []

    def __call__(self, folder: Path, clock: SetClock | None = None) -> MainWindow:
        window = MainWindow(Start(folder, None, clock or morning()), self.settings, self.theme)
        window.show()
        self.open.append(window)
        return window


def log_in(qtbot: QtBot, window: MainWindow, password: str) -> None:
    page = window._stack.currentWidget()
    assert isinstance(page, LogInPage)
    page._password.setText(password)
    QTest.keyClick(page._password, Qt.Key.Key_Return)
    assert not page._forgotten.isEnabled(), "a second Enter goes nowhere while it opens"
    # A page that let somebody in is gone.
    qtbot.waitUntil(lambda: not isValid(page) or page._button.isEnabled(), timeout=20_000)


def inside(qtbot: QtBot, window: MainWindow, password: str = PASSWORD) -> Shell:
    """Log in and return what is over the ledger, settled."""
    log_in(qtbot, window, password)
    qtbot.waitUntil(lambda: window.shell is not None, timeout=20_000)
    shell = shell_of(window)
    settle(qtbot, shell)
    return shell


def shell_of(window: MainWindow) -> Shell:
    assert window.shell is not None
    return window.shell


def visits_in(qtbot: QtBot, window: MainWindow) -> Any:
    """Log in and return the page of visits."""
    shell = inside(qtbot, window)
    shell.context.routes.go("visits")
    settle(qtbot, shell)
    return shell.page.page  # type: ignore[attr-defined]


def drop(file: Path, on: QWidget) -> None:
    """Drop a file on a page, as from the file manager's window."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(file))])
    given = (Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier(0))
    with warnings.catch_warnings():
        # The newest Qt has another way to make these; the one that is shipped has only this.
        warnings.simplefilter("ignore", DeprecationWarning)
        entering = QDragEnterEvent(QPoint(9, 9), *given)
        dropping = QDropEvent(QPointF(9, 9), *given)
    QApplication.sendEvent(on, entering)
    assert entering.isAccepted()
    QApplication.sendEvent(on, dropping)
