"""A window on a disk that runs full; run by tests/faults/test_small_disk.py within a small disk.

The whole of pytest's temporary folder lies on that disk, and with it the ledger of the window.
"""

import contextlib
import errno
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMessageBox
from pytestqt.qtbot import QtBot
from sqlalchemy import func, select

from db.ledger import Ledger
from db.visits import Visit
from desktop.home.page import HomePage
from desktop.rooms import shell_over
from desktop.settings import Settings
from desktop.theme import Theme
from desktop.visits.entry import EntryForm
from desktop.visits.page import VisitsPage
from desktop.widgets.tabs import TabbedPage
from desktop.window import Shell
from tests.builders import street
from tests.desktop.conftest import settle
from tests.faults.harness.tracing import traced


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the window tells in dialogs, each answered at once."""
    said: list[str] = []

    def read(box: QMessageBox) -> int:
        said.append(box.text())
        return 0

    monkeypatch.setattr(QMessageBox, "exec", read)
    return said


@pytest.fixture
def window(
    qtbot: QtBot, ledger: Ledger, settings: Settings, theme: Theme, told: list[str]
) -> Iterator[Shell]:
    street(ledger, homes=4)
    shell = shell_over(ledger, settings, theme)
    shell.resize(1440, 900)
    shell.show()
    settle(qtbot, shell)
    yield shell
    shell.hide()
    shell.context.background.close()
    shell.deleteLater()


def _fill(folder: Path) -> Path:
    ballast = folder / "ballast"
    with ballast.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        for size in (65_536, 4096):
            with contextlib.suppress(OSError):
                while True:
                    file.write(bytes(size))
    with pytest.raises(OSError, match="No space") as full:
        (folder / "one more").write_bytes(bytes(8192))
    assert full.value.errno == errno.ENOSPC
    (folder / "one more").unlink(missing_ok=True)
    return ballast


def _saved(shell: Shell) -> int:
    with shell.context.ledger.read() as connection:
        return connection.execute(select(func.count()).select_from(Visit)).scalar_one()


def _form(qtbot: QtBot, window: Shell) -> EntryForm:
    window.context.routes.go("visits")
    settle(qtbot, window)
    assert isinstance(window.page, TabbedPage)
    page = window.page.page
    assert isinstance(page, VisitsPage)
    return page._door.entry


def test_a_full_disk_is_told_what_was_typed_stays_and_work_goes_on(
    qtbot: QtBot, window: Shell, told: list[str], tmp_path: Path
) -> None:
    form, note = _form(qtbot, window), ("a note of some length " * 20).strip()
    QTest.keyClicks(form._note, note)
    ballast = _fill(tmp_path)
    before = _saved(window)

    for _ in range(60):
        # What room the file still has within is used up first.
        QTest.keyClick(form._note, Qt.Key.Key_Return)
        settle(qtbot, window)
        if told:
            break
        before = _saved(window)
        QTest.keyClicks(form._note, note)
    assert len(told) == 1, "an error is told once"
    assert "磁盘满了" in told[0]
    assert "原来的内容都在" in told[0]
    assert form._note.text() == note
    assert _saved(window) == before
    window.context.routes.go("home")
    settle(qtbot, window)
    assert isinstance(window.page, HomePage), "a full disk can be looked around on"
    window.context.routes.go("visits")
    settle(qtbot, window)
    assert form._note.text() == note

    ballast.unlink()
    QTest.keyClick(form._note, Qt.Key.Key_Return)
    settle(qtbot, window)
    assert len(told) == 1
    assert _saved(window) == before + 1
    assert form._note.text() == ""


def test_a_disk_that_is_gone_is_told_at_once_and_what_was_typed_is_saved_when_it_is_back(
    qtbot: QtBot, window: Shell, told: list[str], tmp_path: Path
) -> None:
    form, before = _form(qtbot, window), _saved(window)
    QTest.keyClicks(form._note, "half a note")
    calls = "pwrite64,fsync,fdatasync,ftruncate"
    gone = ("-e", f"trace={calls}", "-e", f"inject={calls}:error=EIO")
    with traced(os.getpid(), tmp_path / "trace", *gone):
        began = time.monotonic()
        QTest.keyClick(form._note, Qt.Key.Key_Return)
        qtbot.waitUntil(lambda: bool(told), timeout=20_000)
        assert time.monotonic() - began < 5, "strace itself takes its time"
        settle(qtbot, window)
        assert len(told) == 1
        assert "磁盘" in told[0]
        assert form._note.text() == "half a note"
    QTest.keyClick(form._note, Qt.Key.Key_Return)
    settle(qtbot, window)
    assert len(told) == 1
    assert _saved(window) == before + 1
    assert form._note.text() == ""


def test_a_slow_disk_does_not_stop_the_window(
    qtbot: QtBot, window: Shell, told: list[str], tmp_path: Path
) -> None:
    """While the disk takes two seconds for a sync the window goes on answering."""
    form, before = _form(qtbot, window), _saved(window)
    QTest.keyClicks(form._note, "half a note")
    slow = ("-e", "trace=fsync,fdatasync", "-e", "inject=fsync,fdatasync:delay_enter=2000000")
    with traced(os.getpid(), tmp_path / "trace", *slow):
        QTest.keyClick(form._note, Qt.Key.Key_Return)
        began = last = time.monotonic()
        longest, said = 0.0, set[str]()
        while not window.context.background.idle or time.monotonic() - began < 1:
            QApplication.processEvents()
            window.repaint()
            now = time.monotonic()
            longest, last = max(longest, now - last), now
            if window.toast.isVisible():
                said.add(window.toast._text.text())
            time.sleep(0.005)
            assert now - began < 60
    assert time.monotonic() - began > 1.9, "the disk was slow"
    assert longest < 1.0, "and the window was not; 0.1 s is measured on a quiet machine"
    settle(qtbot, window)
    assert told == []
    assert said & {"正在保存…"}, "a person is told why nothing is told"
    assert window.toast._text.text() != "正在保存…"
    assert _saved(window) == before + 1
