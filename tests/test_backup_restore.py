"""Putting a backup back: a good ledger is never covered, a damaged one never thrown away."""

import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from db import backup
from db.kernel import engine
from db.kernel.errors import LedgerDamaged, UserError
from db.kernel.keys import DataKey, Slots, WrongSecretError
from db.kernel.lock import LedgerLock
from db.kernel.throttle import Throttle

ROOT = Path(__file__).parents[1]
SECRET = bytearray(range(100, 132))
NOW = datetime(2026, 3, 23, 8, 0, tzinfo=UTC)
OLD_PASSWORD, NEW_PASSWORD = "入户走访 登记 见面 二维码", "seven brass lamps glow"
ACCOUNT = "a1" * 16


def key() -> DataKey:
    return DataKey(bytearray(SECRET))


def made_slots(password: str, ledger: str = "0f" * 16) -> bytes:
    made = Slots.new(ledger)
    made.add_password(ACCOUNT, "王警官", password, key())
    return made.to_bytes()


@pytest.fixture(scope="session")
def old_slots() -> bytes:
    return made_slots(OLD_PASSWORD)


def unlock_by(password: str) -> Callable[[Slots], DataKey]:
    return lambda slots: slots.unlock("王警官", password)[1]


def given(_: Slots) -> DataKey:
    return key()


@pytest.fixture
def post(tmp_path: Path, old_slots: bytes) -> Path:
    folder = tmp_path / "post"
    folder.mkdir()
    engine.create(folder / "ledger.db", key().subkey("ledger"))
    connection = engine.connect(folder / "ledger.db", key().subkey("ledger"), read_only=False)
    for statement in (
        "CREATE TABLE command (no INTEGER PRIMARY KEY, mac BLOB NOT NULL)",
        "CREATE TABLE home (id INTEGER PRIMARY KEY, name TEXT)",
        "CREATE INDEX ix ON home (name)",
        "INSERT INTO command VALUES (1, x'aa')",
    ):
        connection.execute(statement)
    connection.execute("BEGIN IMMEDIATE")
    connection.executemany(
        "INSERT INTO home VALUES (?, ?)", [(n, f"{n}室" * 9) for n in range(900)]
    )
    connection.execute("COMMIT")
    connection.close()
    (folder / "slots.json").write_bytes(old_slots)
    return folder


@pytest.fixture
def saved(post: Path) -> backup.BackupInfo:
    """Return a backup of the post's 900 homes."""
    return backup.back_up(post, key(), post / "backups", reason="每日", now=NOW)


def homes(folder: Path) -> int:
    connection = engine.connect(folder / "ledger.db", key().subkey("ledger"), read_only=False)
    count = connection.execute("SELECT count(*) FROM home").fetchone()[0]
    assert connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
    connection.close()
    return int(count)


def content(folder: Path) -> dict[str, bytes]:
    """Return what the files of a ledger hold, by name; what only opening makes is left out."""
    names = ("ledger.db", "ledger.db-wal", "slots.json")
    return {n: (folder / n).read_bytes() for n in names if (folder / n).exists()}


def test_an_empty_folder_gets_the_ledger_with_its_password(
    saved: backup.BackupInfo, tmp_path: Path, old_slots: bytes
) -> None:
    target = tmp_path / "新 电脑"
    info = backup.restore(saved.path, target, unlock_by(OLD_PASSWORD))
    assert (info.backup, info.aside) == (saved, None)
    assert homes(target) == 900
    assert (target / "slots.json").read_bytes() == old_slots
    assert sorted(p.name for p in target.iterdir()) == [
        "anchor", "ledger.db", "lock", "slots.json", "throttle.json",
    ]  # fmt: skip
    writer = engine.open_writer(target / "ledger.db", key().subkey("ledger"))
    assert engine.integrity(writer) == []
    writer.dispose()
    # The first log-in after a restore must not have to wait for a file that was never there.
    assert Throttle(target / "throttle.json").seconds_left() == 0


def test_a_good_ledger_is_never_covered(post: Path, saved: backup.BackupInfo) -> None:
    connection = engine.connect(post / "ledger.db", key().subkey("ledger"), read_only=False)
    connection.execute("INSERT INTO home VALUES (5000, '备份之后')")
    before = content(post)
    assert len(before) == 3
    with pytest.raises(UserError, match="是好的"):
        backup.restore(saved.path, post, given)
    assert content(post) == before
    connection.close()
    with pytest.raises(UserError, match="是好的"):
        backup.restore(saved.path, post, given)
    assert homes(post) == 901


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 4
    path.write_bytes(data)


def empty_beside_a_log(path: Path) -> None:
    path.with_name("ledger.db-wal").write_bytes(random.Random(3).randbytes(9000))
    path.write_bytes(b"")


DAMAGE: dict[str, Callable[[Path], object]] = {
    "bit flipped": flip,
    "cut by a byte": lambda p: os.truncate(p, p.stat().st_size - 1),
    "cut in half": lambda p: os.truncate(p, p.stat().st_size // 2),
    "empty beside a log": empty_beside_a_log,
    "random": lambda p: p.write_bytes(random.Random(5).randbytes(40960)),
    "in the clear": lambda p: p.write_bytes(b"SQLite format 3\0" + bytes(4080)),
    "gone": lambda p: p.unlink(),
    "of a key nobody has": lambda p: (p.unlink(), engine.create(p, bytes(32))),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_ledger_is_moved_aside_whole_and_kept(
    post: Path, saved: backup.BackupInfo, damage: str
) -> None:
    DAMAGE[damage](post / "ledger.db")
    before = content(post)
    info = backup.restore(saved.path, post, unlock_by(OLD_PASSWORD))
    assert info.aside == post / "damaged-0001"
    assert content(info.aside) == before
    assert not (post / "ledger.db-wal").exists()
    assert homes(post) == 900
    assert backup.verify(saved.path, key()) == []


def test_a_link_or_pipe_in_the_ledgers_place_is_moved_not_followed(
    post: Path, saved: backup.BackupInfo, tmp_path: Path
) -> None:
    ledger, real = post / "ledger.db", tmp_path / "elsewhere.db"
    shutil.move(ledger, real)
    before = real.read_bytes()
    ledger.symlink_to(real)
    backup.restore(saved.path, post, given)
    assert real.read_bytes() == before
    assert not ledger.is_symlink()
    ledger.unlink()
    os.mkfifo(ledger)
    info = backup.restore(saved.path, post, given)
    assert info.aside == post / "damaged-0002"
    assert homes(post) == 900


@pytest.mark.parametrize("spoilt", [None, b"", b'{"version":1}'])
def test_of_a_good_ledger_only_lost_slots_are_put_back(
    post: Path, saved: backup.BackupInfo, spoilt: bytes | None
) -> None:
    """The work since the backup must not be lost for a file of 600 bytes."""
    connection = engine.connect(post / "ledger.db", key().subkey("ledger"), read_only=False)
    connection.execute("INSERT INTO home VALUES (5000, '备份之后')")
    connection.close()
    (post / "slots.json").unlink()
    if spoilt is not None:
        (post / "slots.json").write_bytes(spoilt)
    info = backup.restore(saved.path, post, unlock_by(OLD_PASSWORD))
    assert homes(post) == 901
    assert Slots.load(post / "slots.json").unlock("王警官", OLD_PASSWORD)[0] == ACCOUNT
    if spoilt is None:
        assert info.aside is None
    else:
        assert info.aside is not None
        assert (info.aside / "slots.json").read_bytes() == spoilt


def test_a_password_changed_since_the_backup_stays_changed(
    post: Path, saved: backup.BackupInfo
) -> None:
    (post / "slots.json").write_bytes(made_slots(NEW_PASSWORD))
    flip(post / "ledger.db")
    backup.restore(saved.path, post, unlock_by(NEW_PASSWORD))
    slots = Slots.load(post / "slots.json")
    assert slots.unlock("王警官", NEW_PASSWORD)[0] == ACCOUNT
    with pytest.raises(WrongSecretError):
        slots.unlock("王警官", OLD_PASSWORD)


def test_the_password_of_the_backups_day_opens_it_only_where_todays_slots_are_gone(
    post: Path, saved: backup.BackupInfo
) -> None:
    """Whose account was closed, or whose password was changed, is not let in again by a restore."""
    (post / "slots.json").write_bytes(made_slots(NEW_PASSWORD))
    flip(post / "ledger.db")
    before = content(post)
    with pytest.raises(WrongSecretError, match="密码不对"):
        backup.restore(saved.path, post, unlock_by(OLD_PASSWORD))
    assert content(post) == before
    (post / "slots.json").unlink()
    backup.restore(saved.path, post, unlock_by(OLD_PASSWORD))
    assert Slots.load(post / "slots.json").unlock("王警官", OLD_PASSWORD)[0] == ACCOUNT


def test_a_wrong_password_changes_nothing(post: Path, saved: backup.BackupInfo) -> None:
    flip(post / "ledger.db")
    before = content(post)
    with pytest.raises(WrongSecretError, match="密码不对"):
        backup.restore(saved.path, post, unlock_by("not the password at all"))
    assert content(post) == before
    assert list(post.glob("damaged-*")) == []


def test_another_posts_ledger_is_left_alone(post: Path, saved: backup.BackupInfo) -> None:
    flip(post / "ledger.db")
    (post / "slots.json").write_bytes(made_slots(OLD_PASSWORD, ledger="ee" * 16))
    before = content(post)
    with pytest.raises(UserError, match="另一个台账"):
        backup.restore(saved.path, post, given)
    assert content(post) == before


def test_a_damaged_backup_leaves_even_a_damaged_ledger_where_it_is(
    post: Path, saved: backup.BackupInfo
) -> None:
    flip(post / "ledger.db")
    flip(saved.path / "ledger.db")
    before = content(post)
    with pytest.raises(LedgerDamaged, match="这个备份不能用"):
        backup.restore(saved.path, post, given)
    assert content(post) == before


def test_what_is_no_backup_is_refused(tmp_path: Path) -> None:
    for name in ("none", "."):
        with pytest.raises(LedgerDamaged, match="清单"):
            backup.restore(tmp_path / name, tmp_path / "new", given)
    assert not (tmp_path / "new").exists()


def test_a_ledger_open_elsewhere_is_not_touched(post: Path, saved: backup.BackupInfo) -> None:
    flip(post / "ledger.db")
    before = content(post)
    with LedgerLock(post) as lock:
        lock.acquire("王警官")
        with pytest.raises(UserError, match="正在另一个窗口"):
            backup.restore(saved.path, post, given)
    assert content(post) == before


KILLED = """
import sys
from pathlib import Path
from db import backup
from db.kernel.keys import DataKey
print("start", flush=True)
backup.restore(Path(sys.argv[1]), Path(sys.argv[2]), lambda _: DataKey(bytearray(range(100, 132))))
print("done", flush=True)
"""


def test_a_restore_killed_at_any_moment_can_be_done_again(
    post: Path, saved: backup.BackupInfo
) -> None:
    """Whatever stands there after a kill is either no ledger or the whole one."""
    flip(post / "ledger.db")
    damaged = (post / "ledger.db").read_bytes()
    chance = random.Random(13)
    unfinished = 0
    for _ in range(8):
        command = [sys.executable, "-c", KILLED, str(saved.path), str(post)]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as child:
            assert child.stdout is not None
            assert child.stdout.readline() == "start\n"
            time.sleep(chance.random() * 0.04)
            child.kill()
            unfinished += "done" not in child.stdout.read()
        if (post / "ledger.db").exists() and (post / "ledger.db").read_bytes() != damaged:
            assert homes(post) == 900
            assert (post / "slots.json").exists()
            flip(post / "ledger.db")
            damaged = (post / "ledger.db").read_bytes()
    assert unfinished
    backup.restore(saved.path, post, given)
    assert homes(post) == 900
    kept = [p.read_bytes() for p in post.glob("damaged-*/ledger.db")]
    assert damaged in kept
    assert not (post / "ledger.db.partial").exists()
