"""Windows over several sites, worked one after the other."""

from dataclasses import dataclass
from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from db.ledger import Ledger
from desktop.page import Page
from desktop.rooms import shell_over
from desktop.settings import Settings
from desktop.theme import Theme
from desktop.widgets.tabs import TabbedPage
from desktop.window import Shell
from tests.desktop.conftest import settle

P = TypeVar("P", bound=Page)


@dataclass
class Desks:
    """The windows over two sites; one is worked at a time."""

    qtbot: QtBot
    settings: Settings
    theme: Theme
    shells: list[Shell]

    def at(self, ledger: Ledger) -> Shell:
        """Return the window over a ledger, in front."""
        for one in self.shells:
            if one.context.ledger is not ledger:
                one.hide()
        found = next((one for one in self.shells if one.context.ledger is ledger), None)
        if found is None:
            found = shell_over(ledger, self.settings, self.theme)
            found.resize(1280, 720)
            self.shells.append(found)
        found.show()
        found.activateWindow()
        settle(self.qtbot, found)
        return found

    def page(self, ledger: Ledger, tab: str, kind: type[P]) -> P:
        """Return a tab of 数据 in a site's window."""
        shell = self.at(ledger)
        shell.context.routes.go("data", tab=tab)
        settle(self.qtbot, shell)
        assert isinstance(shell.page, TabbedPage)
        page = shell.page.page
        assert isinstance(page, kind)
        return page

    def press(self, *keys: Qt.Key, ctrl: bool = False) -> None:
        """Press keys where the focus is."""
        held = Qt.KeyboardModifier.ControlModifier if ctrl else Qt.KeyboardModifier.NoModifier
        for key in keys:
            widget = QApplication.focusWidget()
            assert widget is not None
            self.qtbot.keyClick(widget, key, held)
            for shell in self.shells:
                settle(self.qtbot, shell)
