"""The window over a ledger on a read-only disk; run by tests/faults/test_read_only.py within one."""

import os
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from db.kernel.access import Right
from db.sample import PASSWORD
from desktop.access.login import LogInPage
from desktop.access.read_only import ReadOnlyBand
from desktop.app import MainWindow, Start
from desktop.settings import Settings
from desktop.theme import Theme
from tests.conftest import morning
from tests.desktop.conftest import settle


def test_it_is_looked_at_under_a_band_locked_and_closed(
    qtbot: QtBot, settings: Settings, theme: Theme, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr(QMessageBox, "exec", lambda box: said.append(box.text()) or 0)
    folder = Path(os.environ["READ_ONLY_POST"])
    window = MainWindow(Start(folder, None, morning()), settings, theme)
    window.resize(1280, 720)
    window.show()
    for _ in range(2):
        page = window._stack.currentWidget()
        assert isinstance(page, LogInPage)
        page._password.setText(PASSWORD)
        QTest.keyClick(page._password, Qt.Key.Key_Return)
        qtbot.waitUntil(lambda: window.shell is not None and not window.locked, timeout=60_000)
        shell = window.shell
        assert shell is not None
        settle(qtbot, shell)
        band = shell.findChild(ReadOnlyBand)
        assert isinstance(band, ReadOnlyBand)
        assert band.isVisible()
        assert not shell.context.may(Right.WRITE)
        for room in ("visits", "disputes", "data"):
            shell.context.routes.go(room)
            settle(qtbot, shell)
        if "PICTURE" in os.environ:
            window.grab().save(os.environ["PICTURE"])
        window.lock()
    window.close()
    window.deleteLater()
    assert said == []
