"""The machine around the ledger: other processes, odd paths, wrong clocks, small limits, sleep."""

import contextlib
import os
import resource
import shutil
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot
from sqlalchemy import select

from db.attaching import attach
from db.backup import list_backups
from db.kernel import engine
from db.kernel.clock import SetClock
from db.kernel.errors import PolicepostError
from db.kernel.ids import new_id
from db.kernel.place import Place
from db.kernel.records import CommandRow
from db.ledger import Ledger
from db.looking import look_at
from db.sample import PASSWORD
from db.visits import Visit
from db.visits.recording import VisitEntry, record_visits
from desktop.access.second_start import FirstWindow, ask_first_window
from tests.conftest import ROOT, morning
from tests.faults.harness.children import Child, Hear, Post, Tell
from tests.faults.harness.looking import look
from tests.faults.harness.recording import content_of
from tests.faults.harness.tasks import doors, visits, write_on

ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT), "POLICEPOST_PASSWORD": PASSWORD}
FEW, MANY = 300, 10_000


def write_beside(post: Post, tell: Tell, hear: Hear) -> None:
    """Write commands of one visit as fast as it goes, the lock of the folder let alone."""
    ledger = Ledger(Place(post.folder), post.data_key(), post.account, morning(), _NoLock())
    at, told = doors(ledger), 0
    # Both are open before one writes: an anchor that runs ahead of a start says that something is missing.
    tell("open")
    for _ in range(hear()):
        ledger.write(visits(at, told))
        told += 1
    tell(told)
    ledger.close()


class _NoLock:
    def release(self) -> None:
        """Nothing is held."""


def _two_writers(post: Post, each: int) -> None:
    before = len(look(post).commands)
    children = [Child(write_beside, post).go() for _ in range(2)]
    assert [child.hear() for child in children] == ["open", "open"]
    for child in children:
        child.say(each)
    assert [child.rest(600) for child in children] == [[each], [each]]
    assert [child.end(600) for child in children] == [0, 0]
    found = look(post)
    assert found.wrong == ()
    assert len(found.commands) == before + 2 * each
    with post.open() as ledger:
        assert ledger.problems() == []


def test_two_processes_past_the_lock_write_one_behind_the_other(post: Post) -> None:
    _two_writers(post, FEW)


@pytest.mark.long
def test_two_processes_past_the_lock_write_ten_thousand_commands_each(post: Post) -> None:
    _two_writers(post, MANY)


def test_who_reads_for_long_stops_nobody_and_the_log_shrinks_again(post: Post) -> None:
    log = post.folder / "ledger.db-wal"
    with post.open() as ledger:
        at = doors(ledger)
        with ledger.read() as connection:
            before = len(connection.execute(select(Visit.id)).all())
            slowest = 0.0
            for number in range(300):
                began = time.monotonic()
                ledger.write(visits(at, number))
                slowest = max(slowest, time.monotonic() - began)
            assert len(connection.execute(select(Visit.id)).all()) == before
            assert log.stat().st_size < 64 * 2**20
        assert slowest < 5, "nobody waited for the reader"
        assert engine.checkpoint(ledger.core.writer)
        assert log.stat().st_size == 0


@pytest.mark.parametrize("name", ["晨园 三号", "a#b?c%20d", "😀", "%00", "a'b\"c;d", "a" * 100])
def test_any_name_of_a_folder_will_do(post: Post, tmp_path: Path, name: str) -> None:
    there = post.at(shutil.copytree(post.folder, tmp_path / name / name))
    with there.open() as ledger:
        command = visits(doors(ledger), 1)
        ledger.write(command)
        made = ledger.back_up("每日")
        assert ledger.check_backup(made.path) == []
    assert look(there).losses({command.id}) == []


def test_a_path_too_long_for_the_library_is_refused_in_words(post: Post, tmp_path: Path) -> None:
    there = post.at(shutil.copytree(post.folder, tmp_path / ("a" * 250) / ("b" * 250)))
    before = content_of(there.folder)
    with pytest.raises(PolicepostError):
        Ledger.unlock(there.folder, PASSWORD, clock=morning())
    after = content_of(there.folder)
    assert {path: after[path] for path in before if path.name.startswith("ledger")} == {
        path: before[path] for path in before if path.name.startswith("ledger")
    }


@pytest.mark.parametrize("umask", [0o000, 0o077])
def test_everything_that_is_made_is_private(post: Post, umask: int) -> None:
    before = os.umask(umask)
    try:
        with post.open() as ledger:
            ledger.write(visits(doors(ledger), 1))
            ledger.back_up("每日")
            modes = {
                path.name: stat.S_IMODE(path.stat().st_mode) for path in post.folder.rglob("*")
            }
    finally:
        os.umask(before)
    assert len(modes) > 8
    assert {name: oct(mode) for name, mode in modes.items() if mode & 0o077} == {}


@pytest.mark.parametrize("file", ["slots.json", "ledger.db", "lock", "ledger.db-wal"])
def test_a_link_in_a_files_place_is_not_followed(post: Post, tmp_path: Path, file: str) -> None:
    target = tmp_path / "target"
    if (post.folder / file).exists():
        shutil.move(post.folder / file, target)
    else:
        target.write_bytes(b"")
    before = target.read_bytes()
    (post.folder / file).symlink_to(target)
    with pytest.raises(PolicepostError):
        Ledger.unlock(post.folder, PASSWORD, clock=morning())
    assert target.read_bytes() == before


@pytest.mark.parametrize(
    "file", ["anchor", "lock.txt", "throttle.json", "second.json", "raise", "raise.lock"]
)
def test_a_link_where_the_program_writes_leads_nowhere(
    post: Post, tmp_path: Path, file: str, qtbot: QtBot
) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    target = tmp_path / "target"
    target.write_bytes(b"somebody's")
    target.chmod(0o644)
    (post.folder / file).unlink(missing_ok=True)
    (post.folder / file).symlink_to(target)
    with contextlib.suppress(PolicepostError), post.open() as ledger:
        ledger.write(visits(doors(ledger), 1))
        ledger.back_up("每日", tmp_path / "stick")
        ask_first_window(post.folder)
        first = FirstWindow(post.folder, window)
        first.watch(post.folder)
        first.stop()
    assert target.read_bytes() == b"somebody's"
    assert stat.S_IMODE(target.stat().st_mode) == 0o644


@pytest.mark.parametrize("folder", ["backups", "blobs", "looking", "stick"])
def test_a_link_in_a_folders_place_is_not_followed(post: Post, tmp_path: Path, folder: str) -> None:
    target, photo = tmp_path / "target", tmp_path / "a.png"
    target.mkdir(mode=0o755)
    photo.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    with post.open() as ledger:
        made = ledger.back_up("每日", tmp_path / "good")
        place = post.folder / folder
        shutil.rmtree(place, ignore_errors=True)
        place.symlink_to(target)
        doing: dict[str, Callable[[], object]] = {
            "blobs": lambda: attach(ledger, "dispute", new_id(), "scene", photo),
            "looking": lambda: look_at(ledger, made.path, lambda _text, _part: None),
            "backups": lambda: ledger.back_up("每日"),
            "stick": lambda: ledger.back_up("每日", place),
        }
        with pytest.raises(PolicepostError, match="链接"):
            doing[folder]()
        ledger.write(visits(doors(ledger), 1))
    assert list(target.iterdir()) == []
    assert stat.S_IMODE(target.stat().st_mode) == 0o755


@pytest.mark.parametrize("year", [1999, 2016, 2036])
def test_a_clock_that_is_years_off_stops_nothing_and_orders_nothing(post: Post, year: int) -> None:
    for when in (datetime(2026, 3, 23, 9), datetime(year, 3, 23, 9), datetime(2026, 3, 23, 8)):  # noqa: DTZ001
        with post.open(clock=SetClock(when)) as ledger:
            entry = VisitEntry(when.date(), "met", people=1)
            ledger.write(record_visits(doors(ledger), entry))
            ledger.back_up("每日")
    with post.open() as ledger, ledger.read() as connection:
        rows = connection.execute(select(CommandRow.no, CommandRow.stamp).order_by(CommandRow.no))
        numbers, stamps = zip(*rows, strict=True)
        assert list(numbers) == list(range(1, len(numbers) + 1))
        assert list(stamps) == sorted(set(stamps)), "the stamps only go up"
        assert ledger.problems() == []


@pytest.mark.parametrize("day", [date(2024, 2, 29), date(1999, 12, 31), date(2000, 1, 1)])
def test_odd_days_come_back_as_they_were(post: Post, day: date) -> None:
    with post.open() as ledger:
        done = ledger.write(record_visits(doors(ledger), VisitEntry(day, "met", people=1)))
        with ledger.read() as connection:
            assert set(
                connection.execute(select(Visit.day).where(Visit.id.in_(done.value))).scalars()
            ) == {day}


@pytest.mark.parametrize(
    ("what", "limit"),
    [(what, limit) for what, some in (("NOFILE", (6, 8, 10)), ("AS", (90, 120))) for limit in some],
)
def test_a_machine_too_small_ends_the_command_with_a_sentence_and_harms_nothing(
    post: Post, what: str, limit: int
) -> None:
    kind = getattr(resource, f"RLIMIT_{what}")
    most = limit * 2**20 if what == "AS" else limit

    done = subprocess.run(
        [sys.executable, "-m", "desktop", "backup", "--data", str(post.folder)],
        cwd=ROOT, env=ENVIRONMENT, capture_output=True, text=True, check=False,
        preexec_fn=lambda: resource.setrlimit(kind, (most, most)),
    )  # fmt: skip
    assert done.returncode == 3
    # That the ledger was last used on the sample's day is told beside it.
    (told,) = (line for line in done.stderr.splitlines() if not line.startswith("注意："))
    assert (done.stdout, told[-1]) == ("", "。")
    with post.open() as ledger:
        assert ledger.problems() == []
        assert list_backups(ledger.place.backups) == []


def test_a_machine_that_slept_goes_on_where_it_was(post: Post) -> None:
    child = Child(write_on, post).go()
    told = [child.hear() for _ in range(7)]
    child.stop(1)
    told += [child.hear() for _ in range(5)]
    child.kill()
    told += child.rest()
    child.end()
    assert look(post).losses(set(told) - {"ready"}) == []


def test_a_slow_writer_keeps_no_reader_waiting(post: Post) -> None:
    """While one command waits for its turn, what is there can be read."""
    with post.open() as ledger:
        at = doors(ledger)
        other = engine.open_writer(ledger.place.ledger, ledger.core.file_key)
        with other.begin():
            writing = threading.Thread(target=ledger.write, args=(visits(at, 1),))
            writing.start()
            began = time.monotonic()
            assert doors(ledger) == at
            assert time.monotonic() - began < 2
        writing.join(20)
        assert not writing.is_alive()
        other.dispose()
