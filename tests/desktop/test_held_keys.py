"""A hand that rests on a key: nothing is done over and over."""

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from sqlalchemy import func, select

from db.visits import Visit
from desktop.visits.page import VisitsPage
from desktop.window import Shell
from tests.desktop.conftest import settle
from tests.desktop.retyped import shown

KEY = Qt.Key


@pytest.fixture
def page(qtbot: QtBot, shell: Shell) -> VisitsPage:
    page = shown(qtbot, shell, VisitsPage, "visits")
    shell.activateWindow()
    page._board.setFocus()
    return page


def _hold(qtbot: QtBot, shell: Shell, key: Qt.Key, text: str = "") -> None:
    """As a window system tells it: one press, then repeats, to whatever has the focus."""
    for repeat in (False, *[True] * 20):
        widget = QApplication.focusWidget()
        assert widget is not None
        event = QKeyEvent(QEvent.Type.KeyPress, key, Qt.KeyboardModifier.NoModifier, text, repeat)
        QApplication.sendEvent(widget, event)
    settle(qtbot, shell)


def _visits(shell: Shell) -> int:
    with shell.context.ledger.read() as connection:
        return connection.execute(select(func.count()).select_from(Visit)).scalar_one()


def test_a_digit_held_on_the_board_is_one_visit(
    qtbot: QtBot, shell: Shell, page: VisitsPage
) -> None:
    before = _visits(shell)
    _hold(qtbot, shell, KEY.Key_1, "1")
    assert _visits(shell) == before + 1
    # Walking goes on while the key is down.
    first = page._board.current
    _hold(qtbot, shell, KEY.Key_Right)
    assert page._board.current != first


def test_enter_held_goes_one_field_on_and_text_goes_on_being_typed(
    qtbot: QtBot, shell: Shell, page: VisitsPage
) -> None:
    before = _visits(shell)
    _hold(qtbot, shell, KEY.Key_Return)
    entry = page._door.entry
    assert QApplication.focusWidget() is entry._people
    assert _visits(shell) == before
    entry._note.setFocus()
    _hold(qtbot, shell, KEY.Key_X, "x")
    assert entry._note.text() == "x" * 21
    # Back to the doors, with what was typed.
    QTest.keyClick(entry._note, KEY.Key_Escape)
    assert page._board.hasFocus()
    assert entry._note.text() == "x" * 21


def test_undo_held_takes_one_step_back(qtbot: QtBot, shell: Shell, page: VisitsPage) -> None:
    before = _visits(shell)
    for _ in range(3):
        QTest.keyClick(page._board, KEY.Key_1)
        settle(qtbot, shell)
    QTest.keyClick(page._board, KEY.Key_Z, Qt.KeyboardModifier.ControlModifier)
    for _ in range(10):
        event = QKeyEvent(
            QEvent.Type.ShortcutOverride,
            KEY.Key_Z,
            Qt.KeyboardModifier.ControlModifier,
            autorep=True,
        )
        QApplication.sendEvent(page._board, event)
        assert event.isAccepted(), "it is no shortcut"
    settle(qtbot, shell)
    assert _visits(shell) == before + 2


def test_the_last_door_of_a_building_says_where_to_go(
    qtbot: QtBot, shell: Shell, page: VisitsPage
) -> None:
    for key in (KEY.Key_A, KEY.Key_1):
        QTest.keyClick(page._board, key)
    settle(qtbot, shell)
    assert "这栋走完了，PgDn 下一栋" in shell.toast._text.text()
