"""A form says at once what it cannot read, and no longer than it stands there."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolTip
from pytestqt.qtbot import QtBot

from desktop.disputes.page import DisputesPage
from desktop.people.staff import StaffPage
from desktop.people.volunteers import VolunteersPage
from desktop.trainings.page import TrainingsPage
from desktop.window import Shell
from tests.desktop.conftest import press, settle
from tests.desktop.retyped import shown, type_in

ENTER, CTRL = Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier


def test_a_day_that_is_none_is_told_when_enter_leaves_it(
    qtbot: QtBot, shell: Shell, dispute_list: DisputesPage
) -> None:
    dispute_list._panel.begin_registration()
    settle(qtbot, shell)
    form = dispute_list._panel._writing.registration
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


def test_where_the_foot_of_a_form_is_out_of_sight_it_is_told_at_the_field(
    qtbot: QtBot, shell: Shell, dispute_list: DisputesPage
) -> None:
    shell.resize(1280, 420)
    dispute_list._panel.begin_registration()
    settle(qtbot, shell)
    day = dispute_list._panel._writing.registration.field("registered")
    type_in(day, "2-30")
    QTest.keyClick(day, ENTER)
    assert "没有这一天" in QToolTip.text()
    type_in(day, "3-20")
    # The tip goes away in a moment.
    qtbot.waitUntil(lambda: not QToolTip.isVisible(), timeout=5000)


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


def test_a_list_and_its_form_are_one_key_apart(qtbot: QtBot, shell: Shell) -> None:
    page = shown(qtbot, shell, StaffPage, "people", "staff")
    shell.activateWindow()
    page.table.setFocus()
    QTest.keyClick(page.table, ENTER)
    name = page._form.field("name")
    assert QApplication.focusWidget() is name
    QTest.keyClicks(name, "x")
    QTest.keyClick(name, Qt.Key.Key_Escape)
    assert page.row is not None
    assert name.text() == page.row.name, "first what was typed goes"
    QTest.keyClick(name, Qt.Key.Key_Escape)
    assert QApplication.focusWidget() is page.table
    where = page.table.visualRect(page.model.index(1, 0)).center()
    QTest.mouseClick(page.table.viewport(), Qt.MouseButton.LeftButton, pos=where)
    QTest.mouseDClick(page.table.viewport(), Qt.MouseButton.LeftButton, pos=where)
    assert QApplication.focusWidget() is name
    assert name.text() == page.model.rows[1].name


def test_a_reason_to_mend_stays_when_nobody_like_this_is_found(qtbot: QtBot, shell: Shell) -> None:
    page = shown(qtbot, shell, VolunteersPage, "people", "volunteers")
    shell.activateWindow()
    since = page._form.field("since")
    type_in(since, "13800001111")
    QTest.keyClick(since, ENTER, CTRL)
    settle(qtbot, shell)
    assert "看不懂这个日期" in page._form._problem.text()


def test_a_colleagues_name_that_is_taken_is_told_while_it_is_typed(
    qtbot: QtBot, shell: Shell
) -> None:
    page = shown(qtbot, shell, StaffPage, "people", "staff")
    taken = page.model.rows[0].name
    page.begin_new()
    form = page._form
    shell.activateWindow()
    form.field("name").setFocus()
    press(qtbot, shell, taken)
    assert "同名" in form._problem.text()
    press(qtbot, shell, "二")
    assert form._problem.text().strip() == ""
