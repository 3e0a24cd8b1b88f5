"""A session entered and its roll called by keyboard on the running window."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.trainings.page import TrainingsPage
from desktop.window import Shell
from tests.desktop.conftest import press, settle

ENTER = Qt.Key.Key_Return


@pytest.fixture
def page(qtbot: QtBot, shell: Shell) -> TrainingsPage:
    shell.context.routes.go("trainings")
    settle(qtbot, shell)
    assert isinstance(shell.page, TrainingsPage)
    shell.activateWindow()
    shell.page._table.setFocus()
    return shell.page


def test_a_session_is_entered_with_a_community_expected(
    qtbot: QtBot, shell: Shell, page: TrainingsPage
) -> None:
    page.begin_new()
    settle(qtbot, shell)
    press(qtbot, shell, "反诈", ENTER, "今", ENTER, "1930", ENTER, "2100", ENTER, "会议室", ENTER)
    press(qtbot, shell, ENTER, "lh", ENTER, "dlsq", ENTER, ENTER, ENTER)
    line = page._sessions.rows[page._table.currentIndex().row()]
    assert (line.topic, line.start, line.end, line.present) == ("反诈", 1170, 1260, 0)
    names = page.roll.lines
    assert {person.community for person in names} == {"第六社区"}
    assert line.expected == len(names) > 100
    assert QApplication.focusWidget() is page.roll.field


def test_the_roll_is_called_by_a_few_letters(
    qtbot: QtBot, shell: Shell, page: TrainingsPage
) -> None:
    QAbstractItemModelTester(page.roll._model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    before = page._sessions.rows[0]
    absent = next(line for line in page.roll.lines if line.status == "absent")
    press(qtbot, shell, ENTER, absent.name, ENTER)
    assert page._sessions.rows[0].present == before.present + 1
    late = next(line for line in page.roll.lines if line.id == absent.id)
    assert late.status == "present"
    press(qtbot, shell, absent.name, "3", "加班", ENTER)
    line = next(line for line in page.roll.lines if line.id == absent.id)
    assert (line.status, line.reason) == ("leave", "加班")
    assert QApplication.focusWidget() is page.roll.field


def test_who_is_not_listed_comes_from_the_roster_or_by_name(
    qtbot: QtBot, shell: Shell, page: TrainingsPage
) -> None:
    before = page._sessions.rows[0].expected
    press(qtbot, shell, ENTER, "李四光荣")
    qtbot.wait(200)
    settle(qtbot, shell)
    assert [line.remark for line in page.roll.lines] == ["按姓名加入"]
    press(qtbot, shell, ENTER)
    assert page._sessions.rows[0].expected == before + 1
    assert next(a for a in page.roll.lines if a.name == "李四光荣").remark == "名单外"
    page.roll._table.setFocus()
    press(qtbot, shell, Qt.Key.Key_Delete)
    assert page._sessions.rows[0].expected == before


def test_ctrl_k_offers_pages_and_commands(qtbot: QtBot, shell: Shell) -> None:
    shell.activateWindow()
    shell.finder.begin()
    everything = shell.finder._list.topLevelItemCount()
    assert everything > 20
    press(qtbot, shell, "djjf", ENTER)
    assert QApplication.focusWidget() is not None
    assert shell.page.page._panel.writing  # type: ignore[attr-defined]
    shell.page.page._panel.close_form()  # type: ignore[attr-defined]
    shell.finder.begin()
    press(qtbot, shell, "节假日", ENTER)
    assert shell._title.text() == "设置"
