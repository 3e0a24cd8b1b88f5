"""A ledger that cannot be made, closed or brought up to date: told in words, nothing kept, nothing changed."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from db.kernel.errors import UserError
from db.kernel.lock import LedgerLock
from db.ledger import Ledger
from db.sample import PASSWORD
from desktop.access.opening import why_closed
from tests.conftest import POST, ROOT, morning
from tests.faults.harness import session_tasks
from tests.faults.harness.session_tasks import make_old

NEW = [
    sys.executable, "-m", "desktop", "new", "--data", "ledger", "--post", "三号警务室", "--station",
    "示范派出所", "--code", "三号",
]  # fmt: skip
CUT = """
import os, sys
from pathlib import Path
from db import creating
from db.ledger import Ledger
from tests.conftest import POST, morning
creating.move = lambda *_: os._exit(9)
Ledger.create(Path(sys.argv[1]), POST, "a password to be forgotten", clock=morning())
"""
TWICE = """
import resource, signal, sys
from pathlib import Path
from db.kernel.errors import PolicepostError
from db.ledger import Ledger
from db.sample import PASSWORD
from tests.conftest import POST, morning
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (200 * 1024, resource.RLIM_INFINITY))
kept = []
try:
    Ledger.create(Path(sys.argv[1]), POST, PASSWORD, clock=morning())
except PolicepostError as error:
    kept.append(error)
    print(error)
print(sorted(path.name for path in Path(sys.argv[1]).iterdir()))
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
Ledger.create(Path(sys.argv[1]), POST, PASSWORD, clock=morning())[0].close()
print("made")
"""


def _run(script: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", script, str(folder)],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_no_ledger_is_made_on_a_full_disk_and_the_same_window_makes_it_once_there_is_room(
    tmp_path: Path,
) -> None:
    """The error is kept, as a window that shows it does: with it goes neither lock nor key."""
    done = _run(TWICE, tmp_path / "ledger")
    told, left, made = done.stdout.splitlines()
    assert "磁盘" in told
    assert "没有建成，什么也没有留下" in told
    assert left == "['lock']"
    assert made == "made"


def test_a_command_that_finds_no_room_for_a_ledger_ends_with_the_machines_fault(
    tmp_path: Path,
) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "POLICEPOST_PASSWORD": PASSWORD}
    limited = f"ulimit -f 200; exec {' '.join(NEW)}"
    done = subprocess.run(
        ["bash", "-c", f"trap '' XFSZ; {limited}"],
        cwd=tmp_path, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 3, done.stderr
    assert "没有建成" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_making_cut_short_keeps_nobody_from_making_it_anew(tmp_path: Path) -> None:
    """The power goes between the key slots and the ledger's name: nobody has seen the recovery code."""
    folder = tmp_path / "ledger"
    assert _run(CUT, folder).returncode == 9
    assert (folder / "slots.json").exists()
    assert not (folder / "ledger.db").exists()
    assert why_closed(folder) == ""
    Ledger.create(folder, POST, PASSWORD, clock=morning())[0].close()
    assert not list(folder.glob("ledger.part*"))
    with Ledger.unlock(folder, PASSWORD, clock=morning()) as ledger:
        assert ledger.problems() == []


def test_slots_whose_ledger_is_gone_are_never_taken_for_a_making_cut_short(tmp_path: Path) -> None:
    folder = tmp_path / "ledger"
    made, _ = Ledger.create(folder, POST, PASSWORD, clock=morning())
    with made:
        made.back_up("手动")
    made.place.ledger.rename(made.place.making)
    assert why_closed(folder)
    with pytest.raises(UserError, match="钥匙文件"):
        Ledger.create(folder, POST, PASSWORD, clock=morning())
    assert made.place.slots.exists()
    assert made.place.making.exists()


def test_a_ledger_whose_disk_is_gone_closes_and_gives_lock_and_key_back(tmp_path: Path) -> None:
    folder = tmp_path / "ledger"
    ledger, _ = Ledger.create(folder, POST, PASSWORD, clock=morning())
    ledger.note("试一试")
    ledger.core.readers.dispose()
    gone = folder.rename(tmp_path / "gone")
    ledger.close()
    assert set(ledger.core.file_key) == {0}
    gone.rename(folder)
    Ledger.unlock(folder, PASSWORD, clock=morning()).close()


def test_who_only_looks_upgrades_nothing_beside_the_holder_of_the_lock(tmp_path: Path) -> None:
    """The program of before, which holds the lock, would write on into tables it does not know."""
    old = make_old(tmp_path / "old")
    before = session_tasks.version(old)
    with LedgerLock(old.folder) as lock:
        lock.acquire("以前的程序")
        with pytest.raises(UserError, match="另一个窗口"):
            Ledger.unlock(old.folder, PASSWORD, clock=morning(), write=False)
        assert session_tasks.version(old) == before
    Ledger.unlock(old.folder, PASSWORD, clock=morning(), write=False).close()
    assert session_tasks.version(old) != before
    shutil.rmtree(old.folder)
