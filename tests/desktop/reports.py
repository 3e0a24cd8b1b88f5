"""The reports page as tests open, read and press it."""

from pathlib import Path

from pypdf import PdfReader
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from desktop.reports.page import ReportsPage
from desktop.window import Shell
from tests.desktop.conftest import settle


def open_reports(qtbot: QtBot, shell: Shell) -> ReportsPage:
    shell.context.routes.go("reports")
    settle(qtbot, shell)
    assert isinstance(shell.page, ReportsPage)
    return shell.page


def text_of(path: Path) -> str:
    return "".join(part.extract_text() for part in PdfReader(path).pages).replace("\n", "")


def press(page: ReportsPage, key: Qt.Key, held: Qt.KeyboardModifier) -> None:
    QTest.keyClick(page, key, held)
