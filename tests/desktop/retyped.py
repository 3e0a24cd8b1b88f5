"""Typing into a window's forms and seeing what the ledger keeps of it."""

from typing import Any, TypeVar

from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from db.ledger import Ledger
from desktop.page import Page
from desktop.widgets.entries import TextBox
from desktop.widgets.tabs import TabbedPage
from desktop.window import Shell
from tests.desktop.conftest import settle

P = TypeVar("P", bound=Page)


def shown(qtbot: QtBot, shell: Shell, kind: type[P], room: str, tab: str = "", **what: Any) -> P:
    shell.context.routes.go(room, **({"tab": tab} if tab else {}), **what)
    settle(qtbot, shell)
    page = shell.page.page if isinstance(shell.page, TabbedPage) else shell.page
    assert isinstance(page, kind)
    return page


def type_in(field: Any, text: str) -> None:
    """Type over what stands in a field."""
    assert isinstance(field, QLineEdit | TextBox)
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, text)


def kept(qtbot: QtBot, ledger: Ledger, noun: str) -> None:
    qtbot.waitUntil(lambda: noun in ledger.unsaved(), timeout=5000)


def forgotten(qtbot: QtBot, ledger: Ledger) -> None:
    qtbot.waitUntil(lambda: ledger.unsaved() == {}, timeout=5000)
