"""The lock: what it hides, what puts it off, and what it leaves as it was."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from db.post import change_post, the_post
from db.sample import PASSWORD
from desktop.access.idle import IdleWatch
from tests.desktop.conftest import press, settle
from tests.desktop.windows import Windows, inside, log_in, visits_in


def _focus() -> str:
    widget = QApplication.focusWidget()
    return "" if widget is None else widget.accessibleName()


def test_locking_hides_everything_and_keeps_what_was_typed(
    qtbot: QtBot, windows: Windows, folder: Path
) -> None:
    window = windows(folder)
    page = visits_in(qtbot, window)
    page._door.entry._note.setText("半句话")
    window.lock()
    assert window.locked
    assert not page.isVisible()
    log_in(qtbot, window, PASSWORD)
    qtbot.waitUntil(lambda: not window.locked, timeout=20_000)
    assert page._door.entry._note.text() == "半句话"


def test_the_keys_work_at_once_after_the_password_and_after_the_lock(
    qtbot: QtBot, windows: Windows, folder: Path
) -> None:
    window = windows(folder)
    window.activateWindow()
    shell = inside(qtbot, window)
    # The ledger is empty: the way to begin is under the fingers.
    assert _focus() == "导入台账"
    press(qtbot, shell, Qt.Key.Key_Return)
    assert shell.page.page.title == "数据"  # type: ignore[attr-defined]
    shell.context.routes.go("disputes", new=True)
    settle(qtbot, shell)
    press(qtbot, shell, Qt.Key.Key_Return, Qt.Key.Key_Return)
    where = _focus()
    press(qtbot, shell, "half")
    window.lock()
    log_in(qtbot, window, PASSWORD)
    qtbot.waitUntil(lambda: not window.locked, timeout=20_000)
    settle(qtbot, shell)
    assert _focus() == where != "", "who was typing goes on there"


def test_idleness_locks(qtbot: QtBot, windows: Windows, folder: Path) -> None:
    window = windows(folder)
    inside(qtbot, window)
    assert window._idle is not None
    assert window._idle._timer.interval() == 15 * 60_000
    window._idle._timer.start(1)
    qtbot.waitUntil(lambda: window.locked, timeout=5000)


def test_other_minutes_hold_from_when_they_are_saved(
    qtbot: QtBot, windows: Windows, folder: Path
) -> None:
    window = windows(folder)
    shell = inside(qtbot, window)
    with shell.context.ledger.read() as connection:
        post = the_post(connection)
    for minutes, locks in ((3, True), (0, False), (5, True)):
        command = change_post(replace(post, lock_minutes=minutes))
        shell.context.background.write(shell, command)
        settle(qtbot, shell)
        assert window._idle is not None
        assert window._idle._timer.isActive() == locks
        assert not locks or window._idle._timer.interval() == minutes * 60_000


def test_a_machine_that_slept_is_locked_before_the_first_key_reaches_a_screen(
    qtbot: QtBot, windows: Windows, folder: Path
) -> None:
    window = windows(folder)
    page = visits_in(qtbot, window)
    assert window._idle is not None
    asleep = [0.0]
    window._idle.stop()
    window._idle = IdleWatch(15, window.lock, lambda: asleep[0])
    note, handle = page._door.entry._note, window.windowHandle()
    note.setFocus()
    asleep[0] += 14 * 60
    QTest.keyClick(handle, Qt.Key.Key_A)
    assert not window.locked
    assert note.text() == "a"
    asleep[0] += 15 * 60
    QTest.keyClick(handle, Qt.Key.Key_B)
    assert window.locked
    assert note.text() == "a"
    log_in(qtbot, window, PASSWORD)
    qtbot.waitUntil(lambda: not window.locked, timeout=20_000)
    asleep[0] += 15 * 60
    # Nobody comes: what stands on the screen goes out of sight by itself.
    window._idle._look.setInterval(1)
    qtbot.waitUntil(lambda: window.locked, timeout=5000)


def test_the_lock_brings_the_log_in(qtbot: QtBot, windows: Windows, folder: Path) -> None:
    window = windows(folder)
    visits_in(qtbot, window)
    shell = window.shell
    assert shell is not None
    log = folder / "ledger.db-wal"
    shell.context.ledger.note("试一试")
    assert log.stat().st_size
    window.lock()
    qtbot.waitUntil(lambda: log.stat().st_size == 0, timeout=5000)


def test_keys_the_pointer_and_composing_put_the_lock_off(
    qtbot: QtBot, windows: Windows, folder: Path
) -> None:
    window = windows(folder)
    page = visits_in(qtbot, window)
    assert window._idle is not None
    timer, handle = window._idle._timer, window.windowHandle()

    def put_off(does: Callable[[], object]) -> bool:
        timer.start(60_000)
        does()
        QApplication.processEvents()
        return timer.interval() == 15 * 60_000

    note = page._door.entry._note
    note.setFocus()
    assert put_off(lambda: QTest.keyClick(handle, Qt.Key.Key_Shift))
    assert put_off(lambda: QTest.mouseMove(handle, QPoint(5, 5)))
    assert put_off(lambda: QTest.mouseClick(handle, Qt.MouseButton.LeftButton, pos=QPoint(5, 5)))
    note.setFocus()
    assert put_off(lambda: QApplication.sendEvent(note, QInputMethodEvent("ban", [])))
    assert not put_off(lambda: QApplication.sendEvent(note, QEvent(QEvent.Type.UpdateRequest)))
