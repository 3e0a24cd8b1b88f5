"""Ledgers out through the window: seen as they will be, masked at first, and told in the history."""

from pathlib import Path

import openpyxl
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from db.kernel.history import history
from desktop.exports.page import ExportPage
from desktop.window import Shell
from tests.desktop.conftest import settle


@pytest.fixture
def page(qtbot: QtBot, shell: Shell) -> ExportPage:
    shell.context.routes.go("data", tab="exports")
    settle(qtbot, shell)
    found = shell.findChild(ExportPage)
    assert found is not None
    return found


def _save_to(monkeypatch: pytest.MonkeyPatch, path: Path) -> list[str]:
    offered: list[str] = []

    def answer(_parent: object, _title: str, name: str, _filter: str) -> tuple[str, str]:
        offered.append(name)
        return str(path), ""

    monkeypatch.setattr(QFileDialog, "getSaveFileName", answer)
    return offered


def test_what_is_seen_is_saved_and_told(
    qtbot: QtBot, shell: Shell, page: ExportPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    QAbstractItemModelTester(page._model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    page._kind.setFocus()
    qtbot.keyClicks(page._kind, "md")
    settle(qtbot, shell)
    assert page.query.kind == "disputes"
    assert page.query.masked
    offered = _save_to(monkeypatch, tmp_path / "1.xlsx")
    qtbot.keyClick(page, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    settle(qtbot, shell)
    assert offered == ["矛盾纠纷排查调解台账（遮名）.xlsx"]
    sheet = openpyxl.load_workbook(tmp_path / "1.xlsx").worksheets[0]
    saved = [tuple(str(c or "")[:10] for c in row) for row in sheet.iter_rows(values_only=True)]
    first = page._model.rows[0]
    assert tuple(str(c or "")[:10] for c in first) in saved
    with shell.context.ledger.read() as connection:
        newest = history(connection, 1)[0]
    assert "64行" in str(newest)
    assert "导出台账" in str(newest)


def test_days_go_with_what_has_days(qtbot: QtBot, shell: Shell, page: ExportPage) -> None:
    assert not page._days.isVisible()
    page._kind.setCurrentIndex(page._kind.findData("visits"))
    page._kind.activated.emit(0)
    settle(qtbot, shell)
    every = page._about.text()
    page._days.setEditText("3.16至3.22")
    page._days._read()
    settle(qtbot, shell)
    assert page._days.isVisible()
    assert page._about.text() != every
    page._days.setEditText("2020年")
    page._days._read()
    settle(qtbot, shell)
    assert not page._save.isEnabled()
    assert "没有可以导出的" in page._about.text()


def test_a_file_that_cannot_be_written_is_told(
    qtbot: QtBot, shell: Shell, page: ExportPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[Exception] = []
    monkeypatch.setattr("desktop.exports.page.tell", lambda _page, error: told.append(error))
    _save_to(monkeypatch, tmp_path / "no such folder" / "1.xlsx")
    page.save()
    settle(qtbot, shell)
    assert len(told) == 1
    assert page._save.isEnabled()
