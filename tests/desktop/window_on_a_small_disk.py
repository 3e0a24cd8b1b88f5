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
    qtbot: QtBot, window: Shell, told: list[str], tmp_path: Path, soon: None
) -> None:
    form, before = _form(qtbot, window), _saved(window)

    def kept() -> object:
        settle(qtbot, window)
        return window.context.ledger.unsaved().get("走访", {}).get("备注")

    QTest.keyClicks(form._note, "half a")
    assert kept() == "half a"
    calls = "pwrite64,fsync,fdatasync,ftruncate"
    gone = ("-e", f"trace={calls}", "-e", f"inject={calls}:error=EIO")
    with traced(os.getpid(), tmp_path / "trace", *gone):
        QTest.keyClicks(form._note, " note")
        assert kept() == "half a", "what the disk took last"
        assert told == [], "a form kept aside is nothing to be told of"
        began = time.monotonic()
        QTest.keyClick(form._note, Qt.Key.Key_Return)
        qtbot.waitUntil(lambda: bool(told), timeout=20_000)
        assert time.monotonic() - began < 5, "strace itself takes its time"
        assert kept() == "half a"
        assert len(told) == 1
        assert "磁盘" in told[0]
        assert form._note.text() == "half a note"
    QTest.keyClicks(form._note, "s")
    QTest.keyClick(form._note, Qt.Key.Key_Backspace)
    assert kept() == "half a note", "tried again, though it is what was tried before"
    QTest.keyClick(form._note, Qt.Key.Key_Return)
    assert kept() is None
    assert len(told) == 1
    assert _saved(window) == before + 1
    assert form._note.text() == ""


def _held_up() -> float:
    """Return this thread's seconds so far, less those in which others had its core."""
    waited = int(Path("/proc/thread-self/schedstat").read_text().split()[1])
    return time.monotonic() - waited / 1e9


def _saved_slowly(window: Shell, form: EntryForm, log: Path) -> tuple[float, set[str]]:
    """Save on a disk that takes 0.7 s for a sync; return the longest frame, and what was told."""
    slow = ("-e", "trace=fsync,fdatasync", "-e", "inject=fsync,fdatasync:delay_enter=700000")
    said, began = set[str](), time.monotonic()
    with traced(os.getpid(), log, *slow):
        frame = _held_up()
        QTest.keyClick(form._note, Qt.Key.Key_Return)
        longest = _held_up() - frame
        while not window.context.background.idle or time.monotonic() - began < 0.6:
            frame = _held_up()
            QApplication.processEvents()
            window.repaint()
            longest = max(longest, _held_up() - frame)
            if window.toast.isVisible():
                said.add(window.toast._text.text())
            time.sleep(0.005)
            assert time.monotonic() - began < 60
    assert time.monotonic() - began > 0.65, "the disk was slow"
    return longest, said


def test_a_slow_disk_does_not_stop_the_window(
    qtbot: QtBot, window: Shell, told: list[str], tmp_path: Path
) -> None:
    """While the disk takes its time for a sync no frame takes the window's thread over 0.1 s."""
    form, before = _form(qtbot, window), _saved(window)
    frames, said = list[float](), set[str]()
    # strace holds the window's thread up as well, at each of its calls: one quiet try of three will do.
    while not frames or (frames[-1] > 0.1 and len(frames) < 3):
        QTest.keyClicks(form._note, "half a note")
        longest, told_now = _saved_slowly(window, form, tmp_path / "trace")
        frames.append(longest)
        said |= told_now
        settle(qtbot, window)
        assert window.toast._text.text() != "正在保存…"
    assert min(frames) < 0.1, frames
    assert "正在保存…" in said, "a person is told why nothing is told"
    assert told == []
    assert _saved(window) == before + len(frames)
