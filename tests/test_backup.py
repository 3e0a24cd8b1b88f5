"""Backups: each one is proved, a bad one is never called good, and the ledger is left alone."""

import json
import os
import random
import shutil
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from db import backup
from db.backup.copies import Content, check_sealed
from db.kernel import cipher, engine, files
from db.kernel.errors import EnvironmentFault, LedgerDamaged, UserError
from db.kernel.keys import DataKey, Slots
from db.ledger import Ledger
from tests.harming import locks_held

ROOT = Path(__file__).parents[1]
SECRET = bytearray(range(100, 132))
NOW = datetime(2026, 3, 23, 8, 0, tzinfo=timezone(timedelta(hours=8)))
PASSWORD = "入户走访 登记 见面 二维码"


@pytest.fixture(scope="session")
def slots() -> bytes:
    made = Slots.new("0f" * 16)
    made.add_password("a1" * 16, "王警官", PASSWORD, DataKey(bytearray(SECRET)))
    return made.to_bytes()


@pytest.fixture
def key() -> DataKey:
    return DataKey(bytearray(SECRET))


@pytest.fixture
def post(tmp_path: Path, key: DataKey, slots: bytes) -> Path:
    """Return the folder of a closed ledger with two commands and two homes."""
    folder = tmp_path / "三号 #1"
    folder.mkdir()
    subkey = key.subkey("ledger")
    engine.create(folder / "ledger.db", subkey)
    connection = engine.connect(folder / "ledger.db", subkey, read_only=False)
    for statement in (
        "CREATE TABLE command (no INTEGER PRIMARY KEY, mac BLOB NOT NULL)",
        "CREATE TABLE home (id INTEGER PRIMARY KEY, name TEXT)",
        "INSERT INTO command VALUES (1, x'aa'), (2, x'bb')",
        "INSERT INTO home VALUES (1, '渡渡鸟'), (2, '乙')",
    ):
        connection.execute(statement)
    connection.close()
    (folder / "slots.json").write_bytes(slots)
    return folder


def make(
    post: Path, key: DataKey, now: datetime = NOW, to: Path | None = None
) -> backup.BackupInfo:
    return backup.back_up(post, key, to or post / "backups", reason="每日", now=now)


def test_a_backup_says_what_is_in_it_and_proves(post: Path, key: DataKey, slots: bytes) -> None:
    info = make(post, key)
    assert info.path == post / "backups" / "0001-20260323-0800"
    assert sorted(p.name for p in info.path.iterdir()) == [
        "ledger.db",
        "manifest.json",
        "slots.json",
    ]
    assert (info.number, info.when, info.reason, info.ledger) == (1, NOW, "每日", "0f" * 16)
    assert (info.head, info.head_mac, info.rows) == (2, "bb", {"command": 2, "home": 2})
    assert info.size == (info.path / "ledger.db").stat().st_size
    assert (info.path / "slots.json").read_bytes() == slots
    assert backup.list_backups(post / "backups") == [info]
    assert backup.read_info(info.path) == info
    assert backup.verify(info.path, key) == []


def test_a_backup_is_private_encrypted_and_under_a_key_of_its_own(post: Path, key: DataKey) -> None:
    old = os.umask(0)
    try:
        info = make(post, key)
    finally:
        os.umask(old)
    for path in (info.path.parent, info.path, *info.path.iterdir()):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600)
        if path.is_file():
            assert "渡渡鸟".encode() not in path.read_bytes()
    with pytest.raises(cipher.dbapi2.DatabaseError):
        engine.connect(info.path / "ledger.db", key.subkey("ledger"), read_only=True)
    copy = engine.connect(info.path / "ledger.db", key.subkey("backup"), read_only=True)
    assert copy.execute("PRAGMA journal_mode").fetchone()[0] == "delete"
    copy.close()


def test_a_backup_beside_a_working_window_is_one_state_of_it(post: Path, key: DataKey) -> None:
    """Rows still in the log belong to the backup, rows of an open transaction do not."""
    writer = engine.open_writer(post / "ledger.db", key.subkey("ledger"))
    with writer.begin() as connection:
        connection.exec_driver_sql("INSERT INTO command VALUES (3, x'cc')")
        connection.exec_driver_sql("INSERT INTO home VALUES (3, '在日志里')")
    with writer.begin() as connection:
        connection.exec_driver_sql("INSERT INTO home VALUES (4, '还没存')")
        info = make(post, key)
    assert (info.head, info.rows["home"]) == (3, 3)
    assert backup.verify(info.path, key) == []
    with writer.begin() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM home").scalar() == 4
    writer.dispose()


def test_backups_are_numbered_by_their_folder_not_by_the_clock(post: Path, key: DataKey) -> None:
    clocks = [NOW, NOW - timedelta(days=3650), NOW + timedelta(days=3650), NOW]
    made = [make(post, key, now) for now in clocks]
    assert [info.number for info in made] == [1, 2, 3, 4]
    assert backup.list_backups(post / "backups") == made[::-1]
    shutil.rmtree(made[1].path)
    assert make(post, key).number == 5


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 4
    path.write_bytes(data)


def edit(path: Path, **changes: object) -> None:
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


DAMAGE: dict[str, Callable[[Path], object]] = {
    "bit flipped": lambda b: flip(b / "ledger.db"),
    "cut": lambda b: os.truncate(b / "ledger.db", 4096),
    "cut to nothing": lambda b: os.truncate(b / "ledger.db", 0),
    "file missing": lambda b: (b / "ledger.db").unlink(),
    "slots missing": lambda b: (b / "slots.json").unlink(),
    "slots changed": lambda b: flip(b / "slots.json"),
    "no manifest": lambda b: (b / "manifest.json").unlink(),
    "manifest empty": lambda b: (b / "manifest.json").write_text(""),
    "manifest with half a character": lambda b: edit(b / "manifest.json", reason="\ud800"),
    "manifest nested": lambda b: (b / "manifest.json").write_text("[" * 100_000),
    "head changed": lambda b: edit(b / "manifest.json", head=1),
    "date changed": lambda b: edit(b / "manifest.json", when="2026-03-24T08:00:00+08:00"),
    "seal removed": lambda b: edit(b / "manifest.json", mac=""),
    "seal of another kind": lambda b: edit(b / "manifest.json", mac=None, extra=[1]),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_backup_is_named_and_not_restored(
    post: Path, key: DataKey, tmp_path: Path, damage: str
) -> None:
    info = make(post, key)
    DAMAGE[damage](info.path)
    assert backup.verify(info.path, key)
    target = tmp_path / "new"
    with pytest.raises(LedgerDamaged):
        backup.restore(info.path, target, lambda _: DataKey(bytearray(SECRET)))
    assert not (target / "ledger.db").exists()


def test_a_ledger_put_into_an_old_backup_is_found(post: Path, key: DataKey) -> None:
    """Whole in itself, but not what the manifest was sealed over."""
    first = make(post, key)
    connection = engine.connect(post / "ledger.db", key.subkey("ledger"), read_only=False)
    connection.execute("INSERT INTO command VALUES (3, x'cc')")
    connection.close()
    second = make(post, key)
    shutil.copy(second.path / "ledger.db", first.path / "ledger.db")
    assert backup.verify(first.path, key)
    assert backup.verify(second.path, key) == []
    assert backup.verify(second.path, DataKey.new()) != []


def test_a_copy_that_lacks_rows_is_not_taken_for_a_backup(post: Path, key: DataKey) -> None:
    """Whole pages are not enough: the copy must hold what the ledger held."""
    path, subkey = make(post, key).path / "ledger.db", key.subkey("backup")
    expected = Content({"command": 2, "home": 2}, 2, "bb")
    assert check_sealed(path, subkey, expected) == []
    for wrong in (
        replace(expected, rows={"command": 2, "home": 3}),
        replace(expected, rows={"command": 2}),
        replace(expected, head=3),
        replace(expected, head_mac="aa"),
    ):
        assert check_sealed(path, subkey, wrong) == ["行数或最后一步操作与记下的不一致"]


def test_a_damaged_ledger_is_not_backed_up_and_old_backups_stay(post: Path, key: DataKey) -> None:
    good = make(post, key)
    path = post / "ledger.db"
    data = bytearray(path.read_bytes())
    data[-100] ^= 1
    path.write_bytes(data)
    with pytest.raises(LedgerDamaged):
        make(post, key)
    assert [p.name for p in (post / "backups").iterdir() if p.is_dir()] == [good.path.name]
    assert backup.verify(good.path, key) == []
    os.truncate(path, 0)
    with pytest.raises(LedgerDamaged, match="是空的"):
        make(post, key)


def test_without_slots_there_is_no_backup(post: Path, key: DataKey) -> None:
    """A backup nobody could unlock later would be believed in and worthless."""
    (post / "slots.json").write_text("{}")
    with pytest.raises(LedgerDamaged, match="钥匙文件"):
        make(post, key)
    assert backup.list_backups(post / "backups") == []


def test_too_little_space_makes_no_backup(
    post: Path, key: DataKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(post)
    monkeypatch.setattr(files.shutil, "disk_usage", lambda _: usage._replace(free=1000))
    with pytest.raises(EnvironmentFault, match="空间不够"):
        make(post, key)
    assert backup.list_backups(post / "backups") == []


def test_a_second_place_has_its_own_numbers(post: Path, key: DataKey, tmp_path: Path) -> None:
    make(post, key)
    outside = make(post, key, to=tmp_path / "移动硬盘")
    assert outside.number == 1
    assert backup.verify(outside.path, key) == []


KILLED = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from db import backup
from db.kernel.keys import DataKey
key = DataKey(bytearray(range(100, 132)))
post = Path(sys.argv[1])
print("start", flush=True)
while True:
    backup.back_up(post, key, post / "backups", reason="x", now=datetime.now(UTC))
    backup.rotate(post / "backups")
"""


def test_a_backup_killed_at_any_moment_harms_neither_ledger_nor_backups(
    post: Path, key: DataKey
) -> None:
    connection = engine.connect(post / "ledger.db", key.subkey("ledger"), read_only=False)
    connection.execute("BEGIN IMMEDIATE")
    connection.executemany(
        "INSERT INTO home VALUES (?, ?)", [(n, "长名字" * 30) for n in range(10, 5000)]
    )
    connection.execute("COMMIT")
    connection.close()
    make(post, key)
    before = (post / "ledger.db").read_bytes()
    chance, partials = random.Random(11), 0
    for run in range(40):
        if run >= 8 and partials:
            break
        command = [sys.executable, "-c", KILLED, str(post)]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as child:
            assert child.stdout is not None
            assert child.stdout.readline() == "start\n"
            time.sleep(chance.random() * 0.12)
            child.kill()
        assert (post / "ledger.db").read_bytes() == before
        found = backup.list_backups(post / "backups")
        assert found
        assert all(backup.verify(info.path, key) == [] for info in found)
        partials += len(list((post / "backups").glob("*.partial")))
    assert partials > 0
    make(post, key)
    assert list((post / "backups").glob("*.partial")) == []


def place(folder: Path, info: backup.BackupInfo, number: int, when: datetime) -> Path:
    """Put a copy of a backup there as if it had been made then, whole by its own digests."""
    path = folder / f"{number:04d}-{when:%Y%m%d-%H%M}"
    shutil.copytree(info.path, path)
    edit(path / "manifest.json", number=number, when=when.isoformat())
    return path


def kept(folder: Path) -> list[int]:
    return [info.number for info in backup.list_backups(folder)]


def test_rotation_keeps_days_weeks_and_months(post: Path, key: DataKey, tmp_path: Path) -> None:
    info, folder = make(post, key), tmp_path / "rotated"
    for day in range(300):
        place(folder, info, day + 1, NOW - timedelta(days=299 - day))
    removed = backup.rotate(folder)
    days = {300 - n for n in range(7)}
    # 2026-03-23 is a Monday: the weeks before end on the Sundays 22, 15 and 8 March.
    weeks = {300, 299, 292, 285}
    # The last days of October to February, with 28 days in February.
    months = {300, 300 - 23, 300 - 23 - 28, 300 - 23 - 28 - 31, 300 - 23 - 28 - 62}
    months.add(300 - 23 - 28 - 62 - 30)
    assert set(kept(folder)) == days | weeks | months
    assert len(removed) == 300 - len(days | weeks | months)
    assert backup.rotate(folder) == []


def test_a_wrong_clock_removes_no_new_backup(post: Path, key: DataKey, tmp_path: Path) -> None:
    """Dated ten years back, the newest backups must not look like the oldest."""
    info, folder = make(post, key), tmp_path / "rotated"
    for number in range(1, 21):
        place(folder, info, number, NOW + timedelta(days=number))
    for number in range(21, 25):
        place(folder, info, number, NOW - timedelta(days=3650 - number))
    backup.rotate(folder)
    assert {21, 22, 23, 24} <= set(kept(folder))
    place(folder, info, 25, NOW + timedelta(days=36500))
    backup.rotate(folder)
    assert kept(folder)[:2] == [25, 24]


def test_two_whole_backups_always_stay_and_damaged_ones_do_not_count(
    post: Path, key: DataKey, tmp_path: Path
) -> None:
    info, folder = make(post, key), tmp_path / "rotated"
    paths = [place(folder, info, n, NOW + timedelta(minutes=n)) for n in range(1, 6)]
    flip(paths[4] / "ledger.db")
    (paths[2] / "manifest.json").write_text("")
    assert backup.rotate(folder) == [paths[0]]
    left = sorted(path.name[:4] for path in folder.iterdir() if path.is_dir())
    assert left == ["0002", "0003", "0004", "0005"]


def test_if_all_are_damaged_none_is_removed_and_it_is_said(
    post: Path, key: DataKey, tmp_path: Path
) -> None:
    info, folder = make(post, key), tmp_path / "rotated"
    for number in range(1, 4):
        flip(place(folder, info, number, NOW) / "ledger.db")
    with pytest.raises(UserError, match="都损坏了"):
        backup.rotate(folder)
    assert len(kept(folder)) == 3


def test_two_ledgers_on_one_stick_do_not_thin_each_other_out(
    post: Path, key: DataKey, tmp_path: Path
) -> None:
    info, folder = make(post, key), tmp_path / "stick"
    for number in range(1, 9):
        path = place(folder, info, number, NOW + timedelta(minutes=number))
        if number <= 2:
            edit(path / "manifest.json", ledger="ee" * 16)
    backup.rotate(folder)
    assert kept(folder) == [8, 7, 2, 1]


def test_an_empty_or_missing_folder_has_no_backups(tmp_path: Path) -> None:
    assert backup.list_backups(tmp_path / "none") == []
    assert backup.rotate(tmp_path) == []


def test_the_manifest_tells_when_in_its_own_zone(post: Path, key: DataKey) -> None:
    info = make(post, key, datetime(2026, 3, 23, 0, 0, tzinfo=UTC))
    assert backup.read_info(info.path) == replace(info, when=NOW.astimezone(UTC))


def test_a_backup_gives_no_lock_back_that_the_open_ledger_holds(ledger: Ledger) -> None:
    """To close a file gives back all locks the process has on it (POSIX): who writes would be alone."""
    before = locks_held(ledger.place.ledger)
    assert before
    ledger.back_up("手动")
    assert locks_held(ledger.place.ledger) == before
