"""A double click and Enter on a row of a list open what it stands for."""

from datetime import date
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog
from pytestqt.qtbot import QtBot

from db.disputes.registering import remove_dispute
from db.kernel.journal import Command, Done
from db.trainings.sessions import mark
from db.visits.recording import VisitEntry, record_visits
from desktop.disputes.blanks import BlankFormsPage
from desktop.disputes.page import DisputesPage
from desktop.disputes.panel import FILE
from desktop.disputes.viewing import PaperViewer
from desktop.history.page import HistoryPage
from desktop.trainings.page import TrainingsPage
from desktop.visits.page import VisitsPage
from desktop.widgets.tables import RowTable
from desktop.window import Shell
from tests.desktop.conftest import in_sight, press, settle

ENTER = Qt.Key.Key_Return


def double_click(qtbot: QtBot, shell: Shell, table: RowTable, row: int) -> None:
    """Click twice on a row, as a hand does."""
    at = table.visualRect(table.model().index(row, 0)).center()
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    # Without the last release the button would stay pressed for the tests that follow.
    for hand in (QTest.mouseClick, QTest.mouseDClick, QTest.mouseRelease):
        hand(table.viewport(), left, none, at)
    settle(qtbot, shell)


def test_a_dispute_opens_what_is_due_or_its_file(
    qtbot: QtBot, shell: Shell, dispute_list: DisputesPage
) -> None:
    page, panel = dispute_list, dispute_list._panel
    at = next(n for n, line in enumerate(page._model.rows) if line.days_left is not None)
    double_click(qtbot, shell, page._table, at)
    assert panel.writing
    panel.close_form()
    # One that is settled and performed may be closed, and after that nothing is due.
    page._filters["情况"].setCurrentIndex(page._filters["情况"].findText("待结案"))
    page._filter()
    settle(qtbot, shell)
    first = page._model.rows[0].id
    press(qtbot, shell, "G")
    panel._writing.save()
    settle(qtbot, shell)
    page.open({"record": first})
    settle(qtbot, shell)
    double_click(qtbot, shell, page._table, page._table.currentIndex().row())
    assert not panel.writing
    assert panel._stack.currentIndex() == FILE


def test_a_session_opens_its_roll(qtbot: QtBot, shell: Shell) -> None:
    shell.activateWindow()
    shell.context.routes.go("trainings", tab="list")
    page = in_sight(qtbot, shell)
    assert isinstance(page, TrainingsPage)
    double_click(qtbot, shell, page._table, 2)
    assert page.roll.field.hasFocus()


def test_an_empty_form_is_looked_at(
    qtbot: QtBot, shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []

    def looked(dialog: QDialog) -> int:
        assert isinstance(dialog, PaperViewer)
        assert not dialog.words
        seen.append(dialog.windowTitle())
        return 0

    monkeypatch.setattr(QDialog, "exec", looked)
    shell.activateWindow()
    shell.context.routes.go("disputes", tab="blanks")
    page = in_sight(qtbot, shell)
    assert isinstance(page, BlankFormsPage)
    double_click(qtbot, shell, page._table, 2)
    page._table.setFocus()
    press(qtbot, shell, "V")
    assert seen == ["人民调解申请书"] * 2


def test_a_step_of_the_history_opens_what_it_changed(
    qtbot: QtBot, shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    shell.activateWindow()
    ledger, told = shell.context.ledger, []

    def write(command: Command[Any]) -> Done[Any]:
        done = ledger.write(command)
        shell.context.background.changed.emit(done)
        return done

    shell.context.routes.go("trainings", tab="list")
    sessions = in_sight(qtbot, shell)
    assert isinstance(sessions, TrainingsPage)
    session = sessions._sessions.rows[3].id
    sessions._table.selectRow(3)
    settle(qtbot, shell)
    person = sessions.roll.everybody[0].id
    shell.context.routes.go("visits", tab="board")
    board = in_sight(qtbot, shell)
    assert isinstance(board, VisitsPage)
    shell.context.routes.go("disputes", tab="list")
    disputes = in_sight(qtbot, shell)
    assert isinstance(disputes, DisputesPage)
    write(mark([person], "late"))
    home = next(iter(board._board._doors))
    write(record_visits([home], VisitEntry(date(2026, 3, 23), "met", people=1)))
    write(remove_dispute(disputes._model.rows[0].id))

    shell.context.routes.go("data", tab="history")
    history = in_sight(qtbot, shell)
    assert isinstance(history, HistoryPage)
    history.said.connect(told.append)
    for step, page in ((2, sessions), (1, board)):
        shell.context.routes.go("data", tab="history")
        settle(qtbot, shell)
        double_click(qtbot, shell, history._table, step)
        assert in_sight(qtbot, shell) is page
    line = sessions._sessions.rows[sessions._table.currentIndex().row()]
    assert line.id == session
    assert board._board.current is not None
    assert board._board.current.household == home
    # What is deleted cannot be opened, and it says so.
    shell.context.routes.go("data", tab="history")
    settle(qtbot, shell)
    history._table.selectRow(0)
    history._table.setFocus()
    press(qtbot, shell, ENTER)
    assert in_sight(qtbot, shell) is history
    assert "已经删除" in told[-1]
