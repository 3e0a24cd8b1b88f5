"""Before anything is opened: what a ledger's file and folder must be, and one writer at a time."""

import errno
import os
import random
import socket
import stat
import subprocess
import sys
import time
from collections import namedtuple
from pathlib import Path

import psutil
import pytest

from db.kernel import engine, files, media
from db.kernel.errors import EnvironmentFault, LedgerDamaged, UserError
from db.kernel.lock import LedgerLock

ROOT = Path(__file__).parents[2]
KEY = bytes(range(32))
Mount = namedtuple("Mount", "mountpoint fstype")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "ledger.db"
    engine.create(file, KEY)
    return file


def test_a_ledger_passes_and_says_whether_its_size_is_whole_pages(path: Path) -> None:
    assert files.preflight(path) is True
    os.truncate(path, path.stat().st_size - 1)
    assert files.preflight(path) is False


def test_an_empty_file_is_not_opened_and_the_log_stays(path: Path) -> None:
    """Opening an empty file with a log deletes the log, and the last work with it."""
    log = path.with_name("ledger.db-wal")
    content = random.Random(1).randbytes(40_000)
    log.write_bytes(content)
    path.write_bytes(b"")
    with pytest.raises(LedgerDamaged, match="是空的"):
        files.preflight(path)
    assert log.read_bytes() == content


def test_what_is_no_ledger_file_is_named_without_waiting(path: Path, tmp_path: Path) -> None:
    start = time.monotonic()
    said = []
    with pytest.raises(UserError, match="没有台账"):
        files.preflight(tmp_path / "none")
    (tmp_path / "link").symlink_to(path)
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    (tmp_path / "plain").write_bytes(b"SQLite format 3\0" + bytes(4080))
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "socket"))
        for name in ("link", "pipe", "folder", "plain", "socket", "/dev/zero"):
            with pytest.raises(LedgerDamaged) as refused:
                files.preflight(tmp_path / name)
            said.append(str(refused.value))
    os.link(path, tmp_path / "second name")
    with pytest.raises(LedgerDamaged, match="另有一个名字"):
        files.preflight(path)
    assert len(set(said)) == 3
    assert all("没有打开" in sentence for sentence in said)
    assert time.monotonic() - start < 1


@pytest.mark.parametrize(
    "name",
    ["OneDrive", "OneDrive - 某某分局", "onedrive/警务", "我的坚果云", "Nutstore Files", "Dropbox",
     "百度网盘", "BaiduSyncdisk/台账", "WPS云盘"],
)  # fmt: skip
def test_a_cloud_folder_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UserError, match="网盘"):
        media.check_place(tmp_path / name / "台账")
    assert not (tmp_path / name).exists()


def test_the_longest_mount_decides_and_network_drives_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mounts = [
        Mount("/", "ext4"),
        Mount(str(tmp_path / "share"), "cifs"),
        Mount(str(tmp_path / "share/local"), "ext4"),
        Mount(str(tmp_path / "sh"), "nfs4"),
        Mount(str(tmp_path / "ssh"), "fuse.sshfs"),
        Mount(str(tmp_path / "vault"), "fuse.gocryptfs"),
        Mount(str(tmp_path / "over"), "nfs"),
        Mount(str(tmp_path / "over"), "ext4"),
    ]
    monkeypatch.setattr(psutil, "disk_partitions", lambda **_: mounts)
    for name in ("share", "sh", "ssh"):
        (tmp_path / name).mkdir()
        with pytest.raises(UserError, match="网络盘"):
            media.check_place(tmp_path / name / "new")
    for name in ("share/local", "shares", "vault", "over", "."):
        (tmp_path / name).mkdir(exist_ok=True)
        media.check_place(tmp_path / name)


@pytest.mark.parametrize("kind", ["nfs", "NFS4", "cifs", "smb3", "sshfs", "fuse.rclone", "davfs"])
def test_network_file_systems_are_known(kind: str) -> None:
    assert media.is_network_system(kind)


@pytest.mark.parametrize(
    "kind", ["", "ext4", "xfs", "btrfs", "NTFS", "fuseblk", "overlay", "tmpfs", "9p", "virtiofs",
             "fuse.fuse-overlayfs"],
)  # fmt: skip
def test_local_file_systems_are_accepted(kind: str) -> None:
    assert not media.is_network_system(kind)


def test_too_little_space_is_said_with_its_figures(tmp_path: Path) -> None:
    free = files.free_bytes(tmp_path / "not" / "yet" / "made")
    assert free > 0
    files.require_space(tmp_path, 1)
    with pytest.raises(EnvironmentFault, match="MB才能做这一步"):
        files.require_space(tmp_path, free * 4)


def test_folders_are_private_whatever_the_umask(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        files.private_directory(tmp_path / "a" / "b")
        (tmp_path / "open").mkdir()
        files.private_directory(tmp_path / "open")
    finally:
        os.umask(old)
    for name in ("a/b", "open"):
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o700
    (tmp_path / "file").touch()
    with pytest.raises(EnvironmentFault, match="同名文件"):
        files.private_directory(tmp_path / "file")


def test_a_write_that_fails_leaves_the_old_content_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "file"
    files.write_atomically(path, b"old")

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "no space")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(EnvironmentFault, match="磁盘满了"):
        files.write_atomically(path, b"new")
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


def test_two_programs_that_write_one_file_at_once_each_write_it_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other begins and ends while ours waits for the disk."""
    path, real, waiting = tmp_path / "file", os.fsync, [True]

    def other_meanwhile(descriptor: int) -> None:
        if waiting:
            waiting.clear()
            files.write_atomically(path, b"other")
        real(descriptor)

    monkeypatch.setattr(os, "fsync", other_meanwhile)
    files.write_atomically(path, b"ours")
    assert path.read_bytes() == b"ours"
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


def test_what_a_write_cut_short_left_behind_is_swept_away_later(tmp_path: Path) -> None:
    left, fresh = tmp_path / "file.0a1b2c3d.part", tmp_path / "file.0a1b2c3e.part"
    for part in (left, fresh):
        part.write_bytes(b"half")
    os.utime(left, (time.time() - 7200,) * 2)
    files.write_atomically(tmp_path / "file", b"new")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["file", fresh.name]


def test_a_name_too_long_for_the_disk_is_told(tmp_path: Path) -> None:
    files.write_atomically(tmp_path / ("长" * 85), b"just fits")
    with pytest.raises(EnvironmentFault, match="文件名太长"):
        files.write_atomically(tmp_path / ("长" * 86), b"too long")


def test_a_scanner_holding_the_file_for_a_moment_does_not_stop_a_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On Windows replacing fails with 5, 32 or 33 while a virus scanner looks at the target."""
    path, tries = tmp_path / "file", [5, 32, 33]
    real = Path.replace

    def held(self: Path, target: Path) -> Path:
        if tries:
            error = PermissionError(errno.EACCES, "held")
            error.winerror = tries.pop()  # type: ignore[attr-defined]
            raise error
        return real(self, target)

    monkeypatch.setattr(Path, "replace", held)
    files.write_atomically(path, b"new")
    assert path.read_bytes() == b"new"
    assert tries == []


@pytest.mark.parametrize(
    ("code", "told"), [(5, "不让写入"), (32, "占着这个文件"), (33, "占着这个文件")]
)
def test_a_scanner_that_never_lets_go_is_told_and_the_old_file_stays_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, told: str
) -> None:
    path, waits = tmp_path / "file", list[float]()
    files.write_atomically(path, b"old")

    def held(self: Path, target: Path) -> Path:
        error = PermissionError(errno.EACCES, "held")
        error.winerror = code  # type: ignore[attr-defined]
        raise error

    monkeypatch.setattr(Path, "replace", held)
    monkeypatch.setattr(time, "sleep", waits.append)
    with pytest.raises(EnvironmentFault, match=told) as refused:
        files.write_atomically(path, b"new")
    assert "没有存上，原来的内容都在" in str(refused.value)
    assert 2 < sum(waits) < 3, "long enough for a scanner, not for a person"
    assert path.read_bytes() == b"old"
    assert [one.name for one in tmp_path.iterdir()] == ["file"]
    monkeypatch.undo()
    files.write_atomically(path, b"new")
    assert path.read_bytes() == b"new"


def test_a_second_writer_is_refused_and_told_who_holds_the_lock(tmp_path: Path) -> None:
    first, second = LedgerLock(tmp_path), LedgerLock(tmp_path)
    with first:
        first.acquire("王警官 2026-03-23 08:00")
        with pytest.raises(UserError, match="正在另一个窗口里使用（王警官 2026-03-23 08:00）"):
            second.acquire("李辅警")
    with second:
        second.acquire("李辅警")
    assert stat.S_IMODE((tmp_path / "lock").stat().st_mode) == 0o600


def test_a_lock_dies_with_its_holder(tmp_path: Path) -> None:
    """After a crash nobody may be asked to delete a lock file."""
    script = (
        "import sys, time; from pathlib import Path; from db.kernel.lock import LedgerLock\n"
        "lock = LedgerLock(Path(sys.argv[1])); lock.acquire('另一个程序')\n"
        "print('held', flush=True)\n"
        "time.sleep(60)"
    )
    lock = LedgerLock(tmp_path)
    command = [sys.executable, "-c", script, str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as child:
        try:
            assert child.stdout is not None
            assert child.stdout.readline() == "held\n"
            with pytest.raises(UserError, match="另一个程序"):
                lock.acquire("我")
        finally:
            child.kill()
    with lock:
        lock.acquire("我")


def test_a_lock_that_was_made_a_link_is_refused(tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.write_text("untouched")
    (tmp_path / "lock").symlink_to(target)
    with pytest.raises(LedgerDamaged, match="链接"):
        LedgerLock(tmp_path).acquire("我")
    assert target.read_text() == "untouched"
