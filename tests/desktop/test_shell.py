"""The window from the first run to the lock."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtPrintSupport import QPrintDialog, QPrinter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QPushButton
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from db.agenda import week_so_far
from db.backup import list_backups
from db.disputes.life import PerformanceDraft, perform
from db.kernel.clock import SetClock
from db.ledger import Ledger
from db.places import communities
from db.sample import PASSWORD
from db.visits.sheets import sheet
from desktop.access.first_run import FirstRun
from desktop.access.idle import IdleWatch
from desktop.access.login import LogInPage
from desktop.access.recovery import RecoveryPage
from desktop.access.second_start import ask_first_window
from desktop.app import MainWindow, Start
from desktop.backup.page import BackupPage
from desktop.home.page import HomePage
from desktop.settings import Looks, Settings
from desktop.theme import Theme
from desktop.widgets.tabs import TabbedPage
from desktop.window import Shell
from tests.builders import street
from tests.conftest import POST, morning
from tests.desktop.conftest import press, settle

NEW_PASSWORD = "晚饭后 录入 四十户 走访"


@pytest.fixture
def folder(_template: Path, tmp_path: Path) -> Path:
    """A small ledger that nobody has open."""
    return shutil.copytree(_template, tmp_path / "post")


class _Windows:
    def __init__(self, qtbot: QtBot, settings: Settings, theme: Theme) -> None:
        self.qtbot, self.settings, self.theme = qtbot, settings, theme
        self.open: list[MainWindow] = []

    def __call__(self, folder: Path, clock: SetClock | None = None) -> MainWindow:
        window = MainWindow(Start(folder, None, clock or morning()), self.settings, self.theme)
        window.show()
        self.open.append(window)
        return window


@pytest.fixture
def windows(qtbot: QtBot, settings: Settings, theme: Theme) -> Iterator[_Windows]:
    made = _Windows(qtbot, settings, theme)
    yield made
    for window in made.open:
        window.close()
        window.deleteLater()


def _log_in(qtbot: QtBot, window: MainWindow, password: str) -> None:
    page = window._stack.currentWidget()
    assert isinstance(page, LogInPage)
    page._password.setText(password)
    QTest.keyClick(page._password, Qt.Key.Key_Return)
    assert not page._forgotten.isEnabled(), "a second Enter goes nowhere while it opens"
    # A page that let somebody in is gone.
    qtbot.waitUntil(lambda: not isValid(page) or page._button.isEnabled(), timeout=20_000)


def _inside(qtbot: QtBot, window: MainWindow, password: str = PASSWORD) -> Shell:
    """Log in and return what is over the ledger, settled."""
    _log_in(qtbot, window, password)
    qtbot.waitUntil(lambda: window.shell is not None, timeout=20_000)
    shell = _of(window)
    settle(qtbot, shell)
    return shell


def _of(window: MainWindow) -> Shell:
    assert window.shell is not None
    return window.shell


def _visits_in(qtbot: QtBot, window: MainWindow) -> Any:
    """Log in and return the page of visits."""
    shell = _inside(qtbot, window)
    shell.context.routes.go("visits")
    settle(qtbot, shell)
    return shell.page.page  # type: ignore[attr-defined]


def test_a_wrong_password_is_told_and_the_right_one_opens(
    qtbot: QtBot, windows: _Windows, folder: Path
) -> None:
    window = windows(folder)
    _log_in(qtbot, window, "wrong-password-1")
    page = window._stack.currentWidget()
    assert isinstance(page, LogInPage)
    assert "密码" in page._message.text()
    page._password.clear()
    assert isinstance(_inside(qtbot, window).page, HomePage)


def test_locking_hides_everything_and_keeps_what_was_typed(
    qtbot: QtBot, windows: _Windows, folder: Path
) -> None:
    window = windows(folder)
    page = _visits_in(qtbot, window)
    page._door.entry._note.setText("半句话")
    window.lock()
    assert window.locked
    assert not page.isVisible()
    _log_in(qtbot, window, PASSWORD)
    qtbot.waitUntil(lambda: not window.locked, timeout=20_000)
    assert page._door.entry._note.text() == "半句话"


def test_the_keys_work_at_once_after_the_password_and_after_the_lock(
    qtbot: QtBot, windows: _Windows, folder: Path
) -> None:
    window = windows(folder)
    window.activateWindow()
    shell = _inside(qtbot, window)
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
    _log_in(qtbot, window, PASSWORD)
    qtbot.waitUntil(lambda: not window.locked, timeout=20_000)
    settle(qtbot, shell)
    assert _focus() == where != "", "who was typing goes on there"


def _focus() -> str:
    widget = QApplication.focusWidget()
    return "" if widget is None else widget.accessibleName()


def test_idleness_locks(qtbot: QtBot, windows: _Windows, folder: Path) -> None:
    window = windows(folder)
    _inside(qtbot, window)
    assert window._idle is not None
    assert window._idle._timer.interval() == 15 * 60_000
    window._idle._timer.start(1)
    qtbot.waitUntil(lambda: window.locked, timeout=5000)


def test_a_machine_that_slept_is_locked_before_the_first_key_reaches_a_screen(
    qtbot: QtBot, windows: _Windows, folder: Path
) -> None:
    window = windows(folder)
    page = _visits_in(qtbot, window)
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
    _log_in(qtbot, window, PASSWORD)
    qtbot.waitUntil(lambda: not window.locked, timeout=20_000)
    asleep[0] += 15 * 60
    # Nobody comes: what stands on the screen goes out of sight by itself.
    window._idle._look.setInterval(1)
    qtbot.waitUntil(lambda: window.locked, timeout=5000)


def test_the_lock_brings_the_log_in(qtbot: QtBot, windows: _Windows, folder: Path) -> None:
    window = windows(folder)
    _visits_in(qtbot, window)
    shell = window.shell
    assert shell is not None
    log = folder / "ledger.db-wal"
    shell.context.ledger.note("试一试")
    assert log.stat().st_size
    window.lock()
    qtbot.waitUntil(lambda: log.stat().st_size == 0, timeout=5000)


def test_keys_the_pointer_and_composing_put_the_lock_off(
    qtbot: QtBot, windows: _Windows, folder: Path
) -> None:
    window = windows(folder)
    page = _visits_in(qtbot, window)
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


def test_the_first_run_makes_a_ledger_and_checks_the_recovery_code(
    qtbot: QtBot, windows: _Windows, tmp_path: Path
) -> None:
    window = windows(tmp_path / "new")
    page = window._stack.currentWidget()
    assert isinstance(page, FirstRun)
    for name, text in (("name", "三号警务室"), ("station", "示范派出所"), ("officer", "王建国")):
        page._post_done()
        assert page._unfit.text() == f"请填“{page._fields[name].accessibleName()}”。"
        page._fields[name].setText(text)
    page._fields["communities"].setText("第六社区、" + "长" * 41)
    page._post_done()
    assert "太长" in page._unfit.text()
    page._fields["communities"].setText("第六社区、第七社区")
    buttons = [one for one in page.findChildren(QPushButton) if one.isVisible()]
    assert [one.text() for one in buttons] == ["先用样例看看", "下一步"]
    buttons[1].click()
    page._password.setText("short")
    page._again.setText("short")
    page._password_done()
    assert page.step == 1, "a weak password goes no further"
    page._password.setText(NEW_PASSWORD)
    page._again.setText(NEW_PASSWORD)
    page._password_done()
    qtbot.waitUntil(lambda: page.step == 2, timeout=20_000)
    page._code._typed.setText("WRONG")
    page._code.check()
    assert page.step == 2, "the code must have been kept"
    groups = page._code._code.split("-")
    page._code._typed.setText("".join(groups[at] for at in page._code._asked_for).lower())
    page._code.check()
    assert page.step == 3
    page._begin(import_first=True)
    assert window.shell is not None
    settle(qtbot, window.shell)
    assert window.shell.page.page.title == "数据"
    with window.shell.context.ledger.read() as connection:
        assert [line.name for line in communities(connection)] == ["第六社区", "第七社区"]


def test_the_recovery_code_gives_a_new_password(
    qtbot: QtBot, windows: _Windows, tmp_path: Path
) -> None:
    ledger, code = Ledger.create(tmp_path / "r", POST, PASSWORD, clock=morning())
    ledger.close()
    window = windows(tmp_path / "r")
    window._show_recovery()
    page = window._stack.currentWidget()
    assert isinstance(page, RecoveryPage)
    page._code.setText(code)
    page._new.setText(NEW_PASSWORD)
    page._again.setText(NEW_PASSWORD)
    page._recover()
    qtbot.waitUntil(page._fresh.isVisible, timeout=20_000)
    fresh = page._fresh._code
    page._fresh.check()
    assert page._fresh.isVisible(), "the new code must have been kept"
    groups = fresh.split("-")
    page._fresh._typed.setText("".join(groups[at] for at in page._fresh._asked_for))
    page._fresh.check()
    _inside(qtbot, window, NEW_PASSWORD)


def test_a_second_start_brings_the_first_window_to_the_front(
    qtbot: QtBot, windows: _Windows, folder: Path
) -> None:
    assert not ask_first_window(folder), "nobody has it open yet"
    window = windows(folder)
    _inside(qtbot, window)
    window.showMinimized()
    assert ask_first_window(folder)
    qtbot.waitUntil(lambda: not window.isMinimized(), timeout=5000)
    window.close()
    assert not (folder / "raise").exists()
    assert not ask_first_window(folder)


def test_closing_after_work_leaves_a_backup(qtbot: QtBot, windows: _Windows, folder: Path) -> None:
    with Ledger.unlock(folder, PASSWORD, clock=morning()) as ledger:
        street(ledger)
    window = windows(folder)
    page = _visits_in(qtbot, window)
    page.record("met")
    settle(qtbot, _of(window))
    window.close()
    (info,) = list_backups(folder / "backups")
    assert info.reason == "退出时"
    assert _inside(qtbot, windows(folder))._backup.text().startswith("上次备份")


def test_what_was_typed_a_moment_before_closing_is_kept(
    qtbot: QtBot, windows: _Windows, folder: Path
) -> None:
    window = windows(folder)
    QTest.keyClicks(_visits_in(qtbot, window)._door.entry._note, "half")
    window.close()
    with Ledger.unlock(folder, PASSWORD, clock=morning()) as ledger:
        assert ledger.unsaved()["走访"]["备注"] == "half"


def test_another_text_size_makes_the_screens_anew(
    qtbot: QtBot, windows: _Windows, folder: Path
) -> None:
    # Widths and heights are taken when a page is made: it stayed cramped until the next start.
    with Ledger.unlock(folder, PASSWORD, clock=morning()) as ledger:
        street(ledger)
    window = windows(folder)
    page = _visits_in(qtbot, window)
    before = _of(window)
    page.record("met")
    settle(qtbot, before)
    QTest.keyClicks(page._door.entry._note, "half")
    before.context.routes.go("admin", tab="looks")
    looks = before.page.page  # type: ignore[attr-defined]
    looks._groups[1][1].buttons()[-1].click()
    qtbot.waitUntil(lambda: window.shell is not before, timeout=5000)
    shell = window.shell
    assert shell is not None
    settle(qtbot, shell)
    assert shell.isVisible()
    assert not isValid(before) or not before.isVisible()
    assert shell.page.page.title == "外观"  # type: ignore[attr-defined]
    assert window.focusWidget().text() == "特大"  # type: ignore[attr-defined]
    shell.context.routes.go("visits")
    settle(qtbot, shell)
    assert shell.page.page._door.entry._note.text() == "half"  # type: ignore[attr-defined]
    shell.undo()
    settle(qtbot, shell)
    assert shell.toast._text.text().startswith("已撤销")


def test_the_home_page_shows_the_figures(qtbot: QtBot, shell: Shell) -> None:
    page = shell.page
    assert isinstance(page, HomePage)
    with shell.context.ledger.read() as connection:
        week = week_so_far(connection, shell.context.today)
    assert page._cards["走访"]._figures["households"].text() == f"{week.households:,}"
    assert page._cards["纠纷"]._figures["new"].text() == str(week.disputes_new)


def test_a_narrow_window_still_says_whose_post_it_is_and_who_works(
    qtbot: QtBot, shell: Shell, theme: Theme
) -> None:
    # Only icons are left of the side, and with its words went post, person and the backups' age.
    assert not shell._narrow_words.isVisible()
    theme.use(Looks(theme="light", text_size="150"))
    shell.resize(1280, 720)
    settle(qtbot, shell)
    assert shell._narrow_words.isVisible()
    assert shell._who.text() == "三号警务室　民警"
    assert "外部备份" in shell._ages.text()
    for words in (shell._who, shell._ages):
        assert words.width() >= words.sizeHint().width()
    assert shell.minimumSizeHint().width() <= 1280
    shell._ages.click()
    settle(qtbot, shell)
    assert isinstance(shell.page, TabbedPage)
    assert isinstance(shell.page.page, BackupPage)


def test_a_backup_is_told_at_once_on_today_and_at_the_side(qtbot: QtBot, shell: Shell) -> None:
    home = shell.page
    assert isinstance(home, HomePage)
    assert home._backup.text() == "还没有备份　外部备份 还没有"
    assert shell._backup.text() == "还没有备份"
    assert home._backup.property("tone") == "late"
    home._backup.click()
    settle(qtbot, shell)
    shell.page.page.back_up()  # type: ignore[attr-defined]
    settle(qtbot, shell)
    assert home._backup.text() == "上次备份 今天　外部备份 还没有"
    assert shell._backup.text() == "上次备份 今天"
    assert home._backup.property("tone") == "second"


def test_both_themes_and_all_sizes_open_every_page(qtbot: QtBot, shell: Shell) -> None:
    for looks in (Looks("dark", "100"), Looks("light", "150"), Looks("dark", "150")):
        shell.context.theme.use(looks)
        for name in shell._rooms:
            shell.context.routes.go(name)
            settle(qtbot, shell)
            assert not shell.grab().isNull()


def test_a_walk_is_printed_from_today(
    qtbot: QtBot, shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    printed = tmp_path / "sheet.pdf"

    def accept(dialog: QPrintDialog) -> int:
        dialog.printer().setOutputFormat(QPrinter.OutputFormat.PdfFormat)
        dialog.printer().setOutputFileName(str(printed))
        return QDialog.DialogCode.Accepted

    monkeypatch.setattr(QPrintDialog, "exec", accept)
    home = shell.page
    assert isinstance(home, HomePage)
    walks = [at for at, item in enumerate(home._today.due) if item.doors]  # type: ignore[union-attr]
    home._due.clearSelection()
    for at in walks[:2]:
        home._due.item(at).setSelected(True)
    home.setFocus()
    qtbot.keyClick(home, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
    settle(qtbot, shell)
    assert printed.read_bytes()[:4] == b"%PDF"
    with shell.context.ledger.read() as connection:
        found = sheet(connection, 1)
    assert found is not None
    expected = [door for at in walks[:2] for door in home._today.due[at].doors]  # type: ignore[union-attr]
    assert [door.household for door in found.doors] == expected


def test_on_a_screen_with_no_room_to_spare_the_window_takes_all_of_it(
    windows: _Windows, folder: Path
) -> None:
    window = windows(folder)
    room = window.screen().availableSize()
    assert room.height() < 900, "the tests' own screen is a small one"
    assert window.isMaximized()
    window.showNormal()
    window.resize(1200, 700)
    window.close()
    # Where it stood last counts, the next time.
    again = windows(folder)
    assert not again.isMaximized()


def test_what_is_overdue_stands_at_todays_entry(qtbot: QtBot, shell: Shell) -> None:
    entry = shell._buttons["home"]
    with shell.context.ledger.read() as connection:
        week = week_so_far(connection, shell.context.today)
    assert entry.accessibleName() == f"今日，逾期{week.overdue}项" == "今日，逾期12项"
    late = perform(week.overdue_behind[0], PerformanceDraft(day=shell.context.today))
    shell.context.background.write(shell, late)
    settle(qtbot, shell)
    with shell.context.ledger.read() as connection:
        left = week_so_far(connection, shell.context.today).overdue
    assert left < week.overdue
    assert entry.accessibleName() == f"今日，逾期{left}项"
