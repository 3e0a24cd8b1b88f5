"""A ledger on a medium that takes no writing: it is looked at, checked, reported and backed up."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from db.sample import PASSWORD
from tests.conftest import ROOT
from tests.faults.harness.children import Post

ENVIRONMENT = {
    **os.environ, "PYTHONPATH": str(ROOT), "QT_QPA_PLATFORM": "offscreen", "POLICEPOST_PASSWORD": PASSWORD,
}  # fmt: skip
MOUNT = 'mount -t tmpfs tmpfs "$0" && cp -a "$1" "$0/post" && mount -o remount,ro "$0" && shift && exec "$@"'


@pytest.fixture
def medium(work: Path) -> Path:
    """A folder under which the post lies on a read-only disk, for who is started by `_on`."""
    folder = work / "medium"
    folder.mkdir()
    return folder


def _on(medium: Path, post: Post, *command: str) -> subprocess.CompletedProcess[str]:
    assert shutil.which("unshare"), "unshare is missing: these tests prove nothing without it"
    environment = {**ENVIRONMENT, "READ_ONLY_POST": str(medium / "post")}
    return subprocess.run(
        ["unshare", "-Urm", "sh", "-c", MOUNT, str(medium), str(post.folder), sys.executable, *command],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_the_command_line_works_and_says_that_nothing_is_noted(
    post: Post, work: Path, medium: Path
) -> None:
    out, stick = work / "周报.json", work / "stick"
    stick.mkdir()
    for command in (
        ["check"],
        ["report", "weekly", "--week", "2026-W12", "--out", str(out)],
        ["backup", "--to", str(stick)],
    ):
        done = _on(medium, post, "-m", "desktop", "--data", str(medium / "post"), *command)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "没有记进改动记录" in done.stderr
    assert out.stat().st_size
    assert len(list(stick.glob("*/manifest.json"))) == 1


def test_the_command_line_refuses_to_write_in_words(post: Post, medium: Path) -> None:
    done = _on(medium, post, "-m", "desktop", "--data", str(medium / "post"), "undo", "1")
    assert done.returncode == 3
    assert "不让写入" in done.stderr
    assert "Traceback" not in done.stderr


def test_with_a_log_it_is_looked_at_to_its_last_step_or_not_at_all(
    post: Post, work: Path, medium: Path
) -> None:
    """What a killed session left can be read by the log's own index; without that it would lack steps."""
    killed = work / "killed"
    with post.open() as ledger:
        ledger.rest()
        ledger.note("最后一步")
        shutil.copytree(post.folder, killed)
    assert (killed / "ledger.db-wal").stat().st_size
    program = ("-m", "desktop", "--data", str(medium / "post"))
    done = _on(medium, post.at(killed), *program, "history", "--limit", "1")
    assert "最后一步" in done.stdout, done.stdout + done.stderr
    checked = _on(medium, post.at(killed), *program, "check")
    assert checked.returncode == 1
    assert "拷到本机硬盘再检查" in checked.stderr
    (killed / "ledger.db-shm").unlink()
    done = _on(medium, post.at(killed), *program, "history")
    assert (done.returncode, done.stdout) == (3, "")
    assert "请把整个台账文件夹拷到本机硬盘，从那里打开" in done.stderr


def test_the_window_opens_to_look(post: Post, medium: Path) -> None:
    file = "tests/desktop/window_on_a_read_only_disk.py"
    done = _on(medium, post, "-m", "pytest", "-n", "0", "-p", "no:cacheprovider", file)
    assert "1 passed" in done.stdout, done.stdout[-3000:] + done.stderr[-3000:]
