"""What the window does for a ledger by itself, and what it says when a part of one is gone."""

import shutil
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot
from sqlalchemy import select

from db import backup
from db.attaching import attach
from db.disputes import Dispute
from db.disputes.registering import register_dispute
from db.drilling import DRILL, drill, drill_is_due
from db.kernel.access import Right
from db.kernel.clock import SetClock
from db.kernel.errors import UserError
from db.kernel.history import history
from db.kernel.ids import Id
from db.kernel.journal import Command
from db.ledger import Ledger
from db.proving import PROOF
from db.sample import PASSWORD
from db.visits import Visit
from desktop.access.login import LogInPage
from desktop.access.missing import MissingPage
from desktop.app import MainWindow, Start
from desktop.backup.leaving import back_up_on_leaving
from desktop.care import Care
from desktop.settings import Settings
from desktop.theme import Theme
from desktop.window import Shell
from tests.builders import add_visits, rows_command, street, visit
from tests.conftest import morning
from tests.desktop.conftest import settle
from tests.harming import grow_log
from tests.test_attachments import JPEG
from tests.test_dispute_life import DRAFT


def _actions(ledger: Ledger, n: int = 3) -> list[str]:
    with ledger.read() as connection:
        return [entry.action for entry in history(connection, n)]


def _care(shell: Shell) -> Care:
    found = shell.findChild(Care)
    assert isinstance(found, Care)
    return found


def _second(shell: Shell) -> str:
    return next(
        b.text() for b in shell.findChildren(QPushButton) if b.text().startswith("外部备份")
    )


def test_the_chain_is_proved_and_the_drill_made_once_a_month(qtbot: QtBot, small: Shell) -> None:
    ledger = small.context.ledger
    street(ledger)
    ledger.back_up("手动")
    assert drill_is_due(ledger)
    _care(small).prove()
    settle(qtbot, small)
    assert _actions(ledger, 2) == [DRILL, PROOF]
    with ledger.read() as connection:
        assert history(connection, 1)[0].note.endswith("能恢复，内容一致")
    assert not drill_is_due(ledger)
    _care(small).prove()
    settle(qtbot, small)
    assert _actions(ledger, 2) == [DRILL, PROOF]
    assert not (ledger.place.folder / "looking").exists()


def test_a_drill_names_a_backup_that_cannot_be_restored(ledger: Ledger) -> None:
    street(ledger)
    made = ledger.back_up("手动")
    file = made.path / "ledger.db"
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)
    done = drill(ledger, lambda _text, _done: None)
    assert done is not None
    assert "损坏或被改动过" in done.problem


def test_a_problem_in_the_journal_is_told(
    qtbot: QtBot, small: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = small.context.ledger
    street(ledger)
    told: list[str] = []
    monkeypatch.setattr("desktop.care.tell", lambda _, error: told.append(str(error)))
    raw = ledger.core.writer.raw_connection()
    assert raw.driver_connection is not None
    raw.driver_connection.set_authorizer(None)
    raw.driver_connection.execute("UPDATE command SET note = 'x' WHERE no = 2")
    raw.close()
    _care(small).prove()
    settle(qtbot, small)
    assert len(told) == 1
    assert "第2号操作的记录被改过" in told[0]
    raw = ledger.core.writer.raw_connection()
    assert raw.driver_connection is not None
    raw.driver_connection.execute("UPDATE command SET note = '' WHERE no = 2")
    raw.close()


def test_a_value_changed_past_the_journal_is_told(
    qtbot: QtBot, small: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = small.context.ledger
    street(ledger)
    told: list[str] = []
    monkeypatch.setattr("desktop.care.tell", lambda _, error: told.append(str(error)))
    _past_the_journal(ledger, "UPDATE household SET residents = 77")
    _care(small).prove()
    settle(qtbot, small)
    assert ["household" in one and "不要再登记" in one for one in told] == [True]
    _past_the_journal(ledger, "UPDATE household SET residents = NULL")


def test_what_came_in_packages_is_brought_in_and_backed_up_as_well(
    qtbot: QtBot, small: Shell
) -> None:
    care, ledger = _care(small), small.context.ledger
    street(ledger)
    care._rest.stop()
    small.context.background.taken_in.emit(frozenset({"household"}))
    assert care._rest.isActive()
    care.daily()
    settle(qtbot, small)
    assert len(backup.list_backups(ledger.place.backups)) == 1


def test_a_clock_set_back_is_told_once_and_what_is_saved_keeps_its_order(
    qtbot: QtBot, small: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = small.context.ledger
    doors = street(ledger)
    told: list[str] = []
    monkeypatch.setattr("desktop.care.tell", lambda _, error: told.append(str(error)))
    background, saved = small.context.background, []
    for hour, minute in ((8, 40), (8, 35), (7, 30), (7, 20)):
        ledger.clock = SetClock(datetime(2026, 3, 23, hour, minute))  # noqa: DTZ001
        background.write(small, _one_visit(doors[0]), lambda done: saved.append(done.no))
        settle(qtbot, small)
    assert len(told) == 1
    assert "08:40" in told[0]
    assert "07:30" in told[0]
    assert len(saved) == 4
    with ledger.read() as connection:
        assert [entry.no for entry in history(connection, 4)] == saved[::-1]


def test_a_log_that_a_reader_keeps_from_the_file_is_told_once_and_brought_in_when_it_can(
    qtbot: QtBot, small: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger, care = small.context.ledger, _care(small)
    log = ledger.place.folder / "ledger.db-wal"
    doors = street(ledger)
    told: list[str] = []
    monkeypatch.setattr("desktop.care.tell", lambda _, error: told.append(str(error)))
    with ledger.read() as connection:
        connection.exec_driver_sql("SELECT count(*) FROM visit").all()
        grow_log(ledger)
        for _ in range(2):
            began = time.monotonic()
            care._rest.stop()
            care.rest()
            settle(qtbot, small)
            assert care._rest.isActive(), "it is tried again"
            small.context.background.write(small, _one_visit(doors[0]))
            settle(qtbot, small)
            assert time.monotonic() - began < 5, "who writes waits for no reader"
    assert len(told) == 1
    assert "ledger.db-wal" in told[0]
    assert "没有丢什么" in told[0]
    care._rest.stop()
    care.rest()
    settle(qtbot, small)
    assert log.stat().st_size == 0
    assert not care._rest.isActive()
    assert len(told) == 1


def _past_the_journal(ledger: Ledger, statement: str) -> None:
    raw = ledger.core.writer.raw_connection()
    assert raw.driver_connection is not None
    raw.driver_connection.execute(statement)
    raw.close()


def test_a_changed_ledger_is_backed_up_once_a_day(qtbot: QtBot, small: Shell) -> None:
    ledger, care = small.context.ledger, _care(small)
    care.daily()
    settle(qtbot, small)
    assert backup.list_backups(ledger.place.backups) == []
    doors = street(ledger)
    small.context.background.write(small, _one_visit(doors[0]))
    settle(qtbot, small)
    care.daily()
    settle(qtbot, small)
    assert [b.reason for b in backup.list_backups(ledger.place.backups)] == ["每天"]
    small.context.background.write(small, _one_visit(doors[1]))
    settle(qtbot, small)
    care.daily()
    settle(qtbot, small)
    assert len(backup.list_backups(ledger.place.backups)) == 1


def test_a_backup_made_by_itself_tells_what_attachments_it_lacks(
    qtbot: QtBot, small: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger, background = small.context.ledger, small.context.background
    photo = tmp_path / "楼道.jpg"
    photo.write_bytes(JPEG)
    background.write(small, register_dispute(DRAFT))
    settle(qtbot, small)
    with ledger.read() as connection:
        dispute = connection.execute(select(Dispute.id)).scalar_one()
    attach(ledger, "dispute", dispute, "scene", photo)
    kept = ledger.place.blobs.rename(tmp_path / "kept")
    assert _lacking(small) == []
    _care(small).daily()
    settle(qtbot, small)
    assert "有1个附件缺少或损坏" in small.toast.accessibleName()
    assert _lacking(small) == ["备份缺1个附件"]
    # On leaving nobody is kept: the next window tells it.
    told: list[Exception] = []
    monkeypatch.setattr("desktop.backup.leaving.tell", lambda _, error: told.append(error))
    back_up_on_leaving(small, ledger)
    assert told == []
    assert backup.list_backups(ledger.place.backups)[0].reason == "退出时"
    background.backed_up.emit()
    settle(qtbot, small)
    assert _lacking(small) == ["备份缺1个附件"]
    kept.rename(ledger.place.blobs)
    ledger.back_up("手动")
    background.backed_up.emit()
    settle(qtbot, small)
    assert _lacking(small) == []


def _lacking(shell: Shell) -> list[str]:
    """What the side says of attachments that the last backup lacks."""
    lacking = shell._backups.lacking
    return [] if lacking.isHidden() else [lacking.text()]


def _one_visit(door: Id) -> Command[None]:
    return rows_command(Visit, [visit(door)])


def test_the_age_of_the_second_place_stands_in_the_window(
    qtbot: QtBot, small: Shell, tmp_path: Path
) -> None:
    ledger = small.context.ledger
    assert _second(small) == "外部备份 还没有"
    stick = tmp_path / "优盘"
    stick.mkdir()
    made = ledger.back_up("手动", stick)
    old = backup.BackupInfo(**{**vars(made), "when": made.when - timedelta(days=9)})
    backup.remember_second(ledger.place.folder, stick, old)
    small.context.background.backed_up.emit()
    settle(qtbot, small)
    assert _second(small) == "外部备份 9天前"
    ledger.back_up("手动", stick)
    small.context.background.backed_up.emit()
    settle(qtbot, small)
    assert _second(small) == "外部备份 今天"


@pytest.fixture
def folder(_template: Path, tmp_path: Path) -> Path:
    """A ledger as a kill left it and whose log is gone: three visits are missing."""
    post = shutil.copytree(_template, tmp_path / "post")
    with Ledger.unlock(post, PASSWORD, clock=morning()) as ledger:
        doors = street(ledger)
        ledger.rest()
        for door in doors[:3]:
            add_visits(ledger, [visit(door)])
        shutil.copytree(post, tmp_path / "killed")
    (tmp_path / "killed" / "ledger.db-wal").unlink()
    return tmp_path / "killed"


@pytest.fixture
def window(qtbot: QtBot, folder: Path, settings: Settings, theme: Theme) -> Iterator[MainWindow]:
    """The window over that ledger, as the demonstration opens one."""
    made = MainWindow(Start(folder, PASSWORD, morning()), settings, theme)
    made.show()
    yield made
    made.close()
    made.deleteLater()


def test_what_is_missing_is_said_before_anything_else(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.waitUntil(lambda: window.findChild(MissingPage) is not None, timeout=20_000)
    page = window.findChild(MissingPage)
    assert isinstance(page, MissingPage)
    words = " ".join(one.text() for one in page.findChildren(QLabel))
    assert "至少少了3步操作" in words
    assert window.findChild(Care) is None, "nobody looks after it before it is decided"
    # Whoever locks and unlocks, or looks at the backups first, has not agreed to anything.
    window.lock()
    _unlock(qtbot, window)
    _press(qtbot, window, "看看备份")
    shell = window.shell
    assert shell is not None
    settle(qtbot, shell)
    assert isinstance(window._stack.currentWidget(), Shell)
    with pytest.raises(UserError, match="没有存上"):
        shell.context.ledger.write(Command("改", Right.WRITE, lambda _: None))
    window.lock()
    _unlock(qtbot, window)
    assert _actions(shell.context.ledger, 1) != ["台账少了操作，接着用"]
    _press(qtbot, window, "接着用这一份")
    qtbot.waitUntil(lambda: window.findChild(MissingPage) is None, timeout=20_000)
    settle(qtbot, shell)
    assert _actions(shell.context.ledger, 1) == ["台账少了操作，接着用"]
    assert isinstance(_care(shell), Care)


def _unlock(qtbot: QtBot, window: MainWindow) -> None:
    page = window._stack.currentWidget()
    assert isinstance(page, LogInPage)
    page._password.setText(PASSWORD)
    qtbot.keyClick(page._password, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: isinstance(window._stack.currentWidget(), MissingPage), timeout=20_000)


def _press(qtbot: QtBot, window: MainWindow, text: str) -> None:
    page = window._stack.currentWidget()
    assert isinstance(page, MissingPage)
    on = next(b for b in page.findChildren(QPushButton) if b.text() == text)
    qtbot.keyClick(on, Qt.Key.Key_Space)


def test_on_leaving_the_second_place_is_served_where_the_first_cannot_be(
    small: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger, stick = small.context.ledger, tmp_path / "stick"
    ledger.back_up("手动", stick)
    shutil.rmtree(ledger.place.backups, ignore_errors=True)
    ledger.place.backups.write_bytes(b"")
    told: list[Exception] = []
    monkeypatch.setattr("desktop.backup.leaving.tell", lambda _, error: told.append(error))
    back_up_on_leaving(small, ledger)
    assert len(told) == 1
    assert backup.list_backups(stick)[0].reason == "退出时"
    ledger.place.backups.unlink()
