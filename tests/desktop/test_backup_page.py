"""A backup looked at in the window and put back; the page of a ledger that cannot be opened."""

import random
import shutil
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QMessageBox, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from db.backup import list_backups
from db.kernel.history import history
from db.ledger import Ledger
from db.sample import PASSWORD
from desktop.access.damaged import DamagedPage
from desktop.access.login import LogInPage
from desktop.app import MainWindow, Start
from desktop.backup.page import BackupPage
from desktop.backup.restoring import RestoredPage, RestorePage
from desktop.rooms import ADMIN, DATA, PEOPLE, ROOMS, VISITS
from desktop.settings import Settings
from desktop.theme import Theme
from desktop.widgets.tabs import TabbedPage
from desktop.window import Shell
from tests.builders import add_visits, street, visit
from tests.conftest import morning
from tests.desktop.conftest import settle

P = TypeVar("P", bound=QWidget)


@pytest.fixture
def folder(_template: Path, tmp_path: Path) -> Path:
    """A closed ledger with a backup of one visit; two visits came after it."""
    post = shutil.copytree(_template, tmp_path / "post")
    with Ledger.unlock(post, PASSWORD, clock=morning()) as ledger:
        doors = street(ledger)
        add_visits(ledger, [visit(doors[0])])
        ledger.back_up("每日")
        add_visits(ledger, [visit(doors[1])])
        add_visits(ledger, [visit(doors[2])])
    return post


@pytest.fixture
def window(qtbot: QtBot, folder: Path, settings: Settings, theme: Theme) -> Iterator[MainWindow]:
    """The window at its log-in."""
    made = MainWindow(Start(folder, None, morning()), settings, theme)
    made.show()
    yield made
    made.close()
    made.deleteLater()


def page_of(qtbot: QtBot, window: MainWindow, kind: type[P]) -> P:
    qtbot.waitUntil(lambda: isinstance(window._stack.currentWidget(), kind), timeout=20_000)
    page = window._stack.currentWidget()
    assert isinstance(page, kind)
    return page


def log_in(qtbot: QtBot, window: MainWindow) -> None:
    page = page_of(qtbot, window, LogInPage)
    page._password.setText(PASSWORD)
    QTest.keyClick(page._password, Qt.Key.Key_Return)


def press(widget: QWidget, text: str) -> None:
    found = [one for one in widget.findChildren(QPushButton) if one.text() == text]
    assert [one.isEnabled() for one in found] == [True], text
    found[0].click()


def words(widget: QWidget) -> str:
    return "\n".join(one.text() for one in widget.findChildren(QLabel))


def backups(qtbot: QtBot, shell: Shell) -> BackupPage:
    shell.context.routes.go("data", tab="backup")
    settle(qtbot, shell)
    assert isinstance(shell.page, TabbedPage)
    page = shell.page.page
    assert isinstance(page, BackupPage)
    return page


def looking(qtbot: QtBot, window: MainWindow) -> Shell:
    """Log in and look at the oldest backup; return its screens."""
    log_in(qtbot, window)
    live = page_of(qtbot, window, Shell)
    page = backups(qtbot, live)
    page._table.selectRow(len(page._model.rows) - 1)
    QTest.keyClick(page._table, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.front is not live, timeout=20_000)
    assert window.front is not None
    settle(qtbot, window.front)
    return window.front


def digest(folder: Path) -> dict[str, str]:
    return {
        str(p.relative_to(folder)): sha256(p.read_bytes()).hexdigest()
        for p in folder.rglob("*")
        if p.is_file()
    }


def visits(ledger: Ledger) -> int:
    with ledger.read() as connection:
        return int(connection.exec_driver_sql("SELECT count(*) FROM visit").scalar_one())


def test_every_screen_of_a_backup_can_be_seen_and_none_writes(
    qtbot: QtBot, window: MainWindow, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = list_backups(folder / "backups")[0].path
    before = digest(folder / "backups")
    shell = looking(qtbot, window)
    assert window._stack.currentWidget() is shell
    assert "正在看 3月23日 08:30 的备份，只读" in words(shell)
    assert "恢复后会少掉之后的 2 步操作，3月23日 08:30 起。" in words(shell)
    assert "上次备份 今天" in words(shell), "the ledger has one, also while it is looked at"
    file = digest(folder / "looking")
    groups = {"visits": VISITS, "people": PEOPLE, "data": DATA, "admin": ADMIN}
    for room in ROOMS:
        for tab in groups.get(room.name, ()):
            shell.context.routes.go(room.name, tab=tab.name)
            settle(qtbot, shell)
        shell.context.routes.go(room.name)
        settle(qtbot, shell)
    assert shell.context.refusal == "这是备份，只能看、不能改"
    told: list[str] = []
    monkeypatch.setattr(QMessageBox, "exec", lambda box: told.append(box.text()))
    shell.context.background.undo(shell, 2)
    settle(qtbot, shell)
    assert "正在看的是备份" in told[0]
    page = backups(qtbot, shell)
    assert [info.path for info in page._model.rows] == [path]
    assert not page._look_button.isEnabled()
    assert digest(folder / "looking") == file
    press(shell, "回到现在的台账")
    assert window._stack.currentWidget() is window.shell
    assert not (folder / "looking").exists()
    assert digest(folder / "backups") == before


def test_closing_while_a_backup_is_looked_at_leaves_nothing_of_it(
    qtbot: QtBot, window: MainWindow, folder: Path
) -> None:
    looking(qtbot, window)
    window.close()
    assert not (folder / "looking").exists()
    assert len(list_backups(folder / "backups")) == 1, "looking is no work to be backed up"


def test_a_lock_hides_the_backup_and_the_question(
    qtbot: QtBot, window: MainWindow, folder: Path
) -> None:
    shell = looking(qtbot, window)
    press(shell, "用这份恢复")
    page_of(qtbot, window, RestorePage)
    window.lock()
    assert window.locked
    assert not shell.isVisible()
    log_in(qtbot, window)
    qtbot.waitUntil(lambda: window._stack.currentWidget() is shell, timeout=20_000)


def test_a_restore_keeps_the_ledger_aside_and_opens_the_backup(
    qtbot: QtBot, window: MainWindow, folder: Path
) -> None:
    shell = looking(qtbot, window)
    press(shell, "用这份恢复")
    page = page_of(qtbot, window, RestorePage)
    press(page, "先不恢复")
    assert window._stack.currentWidget() is shell
    press(shell, "用这份恢复")
    page = page_of(qtbot, window, RestorePage)
    assert "少掉之后的 2 步操作" in words(page)
    QTest.keyClicks(page._password, "wrong")
    press(page, "恢复")
    qtbot.waitUntil(page._confirm.isEnabled, timeout=20_000)
    assert "密码不对" in page._message.text()
    page._password.setText(PASSWORD)
    QTest.keyClick(page._password, Qt.Key.Key_Return)
    done = page_of(qtbot, window, RestoredPage)
    kept = folder / "replaced-20260323-0830"
    assert str(kept) in words(done)
    press(done, "打开台账")
    now = page_of(qtbot, window, Shell)
    settle(qtbot, now)
    ledger = now.context.ledger
    assert (now, visits(ledger)) == (window.shell, 1)
    with ledger.read() as connection:
        assert history(connection, 1)[0].action == "从备份恢复"
    assert [info.reason for info in list_backups(folder / "backups")] == ["恢复前", "每日"]
    assert ledger.problems() == []
    with Ledger.unlock(kept, PASSWORD, clock=morning()) as old:
        assert visits(old) == 3


def test_a_restore_that_fails_opens_the_ledger_again(
    qtbot: QtBot, window: MainWindow, folder: Path
) -> None:
    shell = looking(qtbot, window)
    press(shell, "用这份恢复")
    page = page_of(qtbot, window, RestorePage)
    flip(list_backups(folder / "backups")[0].path / "ledger.db")
    page._password.setText(PASSWORD)
    press(page, "恢复")
    done = page_of(qtbot, window, RestoredPage)
    assert "这个备份不能用" in words(done)
    press(done, "打开台账")
    now = page_of(qtbot, window, Shell)
    settle(qtbot, now)
    assert visits(now.context.ledger) == 3


def test_opening_a_backup_can_be_stopped_and_one_of_a_stick_opened(
    qtbot: QtBot, window: MainWindow, folder: Path, tmp_path: Path
) -> None:
    stick = shutil.copytree(folder / "backups", tmp_path / "stick")
    log_in(qtbot, window)
    live = page_of(qtbot, window, Shell)
    page = backups(qtbot, live)
    page.look(page._model.rows[0].path)
    press(page, "取消")
    settle(qtbot, live)
    assert window._stack.currentWidget() is live
    assert not (folder / "looking").exists()
    page.look_elsewhere(stick)
    settle(qtbot, live)
    assert [info.path.parent for info in page._model.rows] == [stick]
    page.look_elsewhere(next(stick.glob("0001-*")))
    qtbot.waitUntil(lambda: window.front is not live, timeout=20_000)
    assert window.front is not None
    settle(qtbot, window.front)
    assert visits(window.front.context.ledger) == 1


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 4
    path.write_bytes(data)


DAMAGE: dict[str, Callable[[Path], object]] = {
    "random": lambda p: (p / "ledger.db").write_bytes(random.Random(5).randbytes(40960)),
    "empty": lambda p: (p / "ledger.db").write_bytes(b""),
    "gone": lambda p: (p / "ledger.db").unlink(),
    "gone with its keys": lambda p: ((p / "ledger.db").unlink(), (p / "slots.json").unlink()),
    "without its keys": lambda p: (p / "slots.json").write_bytes(b"{}"),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_ledger_that_cannot_be_opened_is_put_back_from_the_log_in(
    qtbot: QtBot, folder: Path, settings: Settings, theme: Theme, damage: str
) -> None:
    with Ledger.unlock(folder, PASSWORD, clock=morning()) as ledger:
        ledger.back_up("退出时")
    flip(list_backups(folder / "backups")[0].path / "ledger.db")
    DAMAGE[damage](folder)
    window = MainWindow(Start(folder, None, morning()), settings, theme)
    window.show()
    if damage == "random":
        log_in(qtbot, window)
    page = page_of(qtbot, window, DamagedPage)
    qtbot.waitUntil(lambda: [c.state[:2] for c in page._model.rows][1:] == ["完好"], timeout=9000)
    assert "什么也没有删" in words(page)
    assert "不符" in page._model.rows[0].state
    assert page._table.currentIndex().row() == 1, "a damaged backup is not proposed"
    page._password.setText("wrong")
    press(page, "用选中的备份恢复")
    qtbot.waitUntil(page._go.isEnabled, timeout=20_000)
    assert "密码不对" in page._message.text()
    page._password.setText(PASSWORD)
    QTest.keyClick(page._password, Qt.Key.Key_Return)
    press(page_of(qtbot, window, RestoredPage), "打开台账")
    shell = page_of(qtbot, window, Shell)
    settle(qtbot, shell)
    # Where only the keys were lost, the work since the backup is still there.
    assert visits(shell.context.ledger) == (3 if damage == "without its keys" else 1)
    assert shell.context.ledger.problems() == []
    window.close()
    window.deleteLater()
