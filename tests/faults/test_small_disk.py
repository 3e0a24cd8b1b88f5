"""A real disk of a few megabytes runs full: plain words, nothing lost, work goes on once there is room."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.faults.harness.children import Post

ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT), "QT_QPA_PLATFORM": "offscreen"}


def on_small_disk(disk: Path, megabytes: int, *command: str) -> str:
    """Run a command that sees a new empty disk of this size at a folder; return what it printed."""
    assert shutil.which("unshare"), "unshare is missing: these tests prove nothing without it"
    disk.mkdir()
    mount = f'mount -t tmpfs -o size={megabytes}m tmpfs "$0" && exec "$@"'
    done = subprocess.run(
        ["unshare", "-Urm", "sh", "-c", mount, str(disk), *command],
        cwd=ROOT, env=ENVIRONMENT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


def test_a_full_disk_is_told_in_words_and_the_same_session_goes_on(
    post: Post, tmp_path: Path
) -> None:
    template = shutil.copytree(post.folder, tmp_path / "post")
    script = "tests.faults.harness.filling"
    disk = tmp_path / "disk"
    out = on_small_disk(disk, 5, sys.executable, "-m", script, str(template), str(disk))
    seen = json.loads(out.splitlines()[-1])
    for step in ("write", "backup", "attach", "password"):
        assert "磁盘" in seen[step], step
    assert "磁盘满了" in seen["write"]
    assert all(told == there for told, there in seen["typing"])
    assert seen["typing"][-1] == [False, False]
    assert seen["guess"].startswith("WrongSecretError")
    assert seen["counted"] == 1, "a full disk has room for what is written over"
    assert seen["saved"] > 20
    assert seen["read"] == 2
    assert seen["whole"]
    assert seen["losses"] == []
    assert (seen["backups"], seen["partial"]) == (0, [])


@pytest.mark.parametrize("left", [0, 36 * 1024])
def test_a_ledger_opens_on_a_full_disk_to_be_looked_at_and_takes_work_once_there_is_room(
    post: Post, tmp_path: Path, left: int
) -> None:
    """The library's index of the log has no room, or the note of the log-in has none."""
    post.open().close()
    script, disk = "tests.faults.harness.full_start", tmp_path / "disk"
    out = on_small_disk(
        disk, 6, sys.executable, "-m", script, str(post.folder), str(disk), str(left)
    )
    seen = json.loads(out.splitlines()[-1])
    assert seen["told"].startswith("EnvironmentFault: 磁盘"), "known not to be saved"
    assert "没有存上" in seen["told"]
    assert (seen["more"], seen["whole"]) == (1, True)


def test_the_window_stays_usable_on_a_full_a_lost_and_a_slow_disk(tmp_path: Path) -> None:
    disk, file = tmp_path / "disk", "tests/desktop/window_on_a_small_disk.py"
    out = on_small_disk(
        disk, 12, sys.executable, "-m", "pytest", "-n", "0", "-p", "no:cacheprovider",
        "--basetemp", str(disk / "t"), file,
    )  # fmt: skip
    assert "3 passed" in out
