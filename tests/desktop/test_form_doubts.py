"""A form says at once what it cannot read, and no longer than it stands there."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.disputes.page import DisputesPage
from desktop.trainings.page import TrainingsPage
from desktop.window import Shell
from tests.desktop.conftest import settle
from tests.desktop.retyped import shown, type_in

ENTER, CTRL = Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier


def test_a_day_that_is_none_is_told_when_enter_leaves_it(
    qtbot: QtBot, shell: Shell, dispute_list: DisputesPage
) -> None:
    dispute_list._panel.begin_registration()
    settle(qtbot, shell)
    form = dispute_list._panel._form
    day, kind = form.field("registered"), form.field("kind")
    type_in(day, "2-30")
    QTest.keyClick(day, ENTER)
    assert QApplication.focusWidget() is day
    assert "没有这一天" in form._problem.text()
    # Who insists goes on; it is told again before anything is stored.
    QTest.keyClick(day, ENTER)
    assert QApplication.focusWidget() is kind
    QTest.keyClick(kind, ENTER, CTRL)
    assert QApplication.focusWidget() is day
    assert "没有这一天" in form._problem.text()
    type_in(day, "3-20")
    assert form._problem.text() == " ", "mended"
    QTest.keyClick(day, ENTER, CTRL)
    assert form._problem.text() == "缺少纠纷类型"
    QTest.keyClicks(kind, "ll")
    assert form._problem.text() == " "


def test_ctrl_enter_saves_a_training_from_its_first_field(qtbot: QtBot, shell: Shell) -> None:
    page = shown(qtbot, shell, TrainingsPage, "trainings", "list")
    shell.activateWindow()
    before = page._sessions.rowCount()
    page.begin_new()
    settle(qtbot, shell)
    topic = page._form._form.field("topic")
    type_in(topic, "fire drill")
    QTest.keyClick(topic, ENTER, CTRL)
    settle(qtbot, shell)
    assert page._sessions.rowCount() == before + 1
