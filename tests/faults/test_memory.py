"""What the program held in memory: not in a core file, not in temporary files, wiped when closed."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from db.sample import PASSWORD
from tests.conftest import ROOT, SAMPLE
from tests.faults.harness.children import Post

ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT), "POLICEPOST_PASSWORD": PASSWORD}
FLAGS = """
import ctypes, os, resource, sys
_, most = resource.getrlimit(resource.RLIMIT_CORE)
resource.setrlimit(resource.RLIMIT_CORE, (most, most))
def crash():
    print(ctypes.CDLL(None).prctl(3, 0, 0, 0, 0), *resource.getrlimit(resource.RLIMIT_CORE), flush=True)
    ctypes.string_at(0)
"""
COMMAND = """
from desktop.__main__ import main
sys.argv = ["policepost", "--help"]
main()
crash()
"""
CHILD = """
from db.workbooks.bounds import bound_this_process
bound_this_process()
crash()
"""
# The window says it itself, from a thread beside it, once its page stands.
WINDOW = """
import threading, time
def look():
    # It imports nothing itself: two threads that import the same at once may find it half made.
    while not shown():
        time.sleep(0.01)
    crash()
def shown():
    kind = getattr(sys.modules.get("PySide6.QtWidgets"), "QApplication", None)
    return kind and kind.instance() and any(w.isVisible() for w in kind.topLevelWidgets())
threading.Thread(target=look, daemon=True).start()
from desktop.__main__ import main
sys.argv = ["policepost", "--data", os.environ["HOME"]]
main()
"""
OPENED = """
import gc, sys
from pathlib import Path
from db.ledger import Ledger
from db.sample import PASSWORD
ledger = Ledger.unlock(Path(sys.argv[1]), PASSWORD)
key, file_key = ledger.core.key, ledger.core.file_key
print("open", flush=True)
sys.stdin.readline()
ledger.close()
assert not any(file_key)
gc.collect()
print("closed", flush=True)
sys.stdin.readline()
"""


@pytest.mark.parametrize(
    "script", [COMMAND, CHILD, WINDOW], ids=["command", "reading child", "window"]
)
def test_a_crash_leaves_no_core_file(tmp_path: Path, script: str) -> None:
    """Of a command, of the child that reads workbooks, of the window; each really crashes."""
    child = subprocess.Popen(
        [sys.executable, "-c", FLAGS + script],
        cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        env={**ENVIRONMENT, "HOME": str(tmp_path), "QT_QPA_PLATFORM": "offscreen"},
    )  # fmt: skip
    assert child.stdout is not None
    with child.stdout:
        told = child.stdout.read().decode()
    _, status = os.waitpid(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    assert told.splitlines()[-1:] == ["0 0 0"], "not to be dumped, no size for it"
    assert child.returncode == -signal.SIGSEGV
    assert not os.WCOREDUMP(status)
    assert list(tmp_path.glob("core*")) == []


def _memory(pid: int) -> bytes:
    found = []
    maps = Path(f"/proc/{pid}/maps").read_text().splitlines()
    with Path(f"/proc/{pid}/mem").open("rb", buffering=0) as memory:
        for line in maps:
            span, rights = line.split()[:2]
            start, end = (int(at, 16) for at in span.split("-"))
            if rights.startswith("rw"):
                try:
                    memory.seek(start)
                    found.append(memory.read(end - start))
                except (OSError, OverflowError):
                    continue
    return b"".join(found)


def test_a_closed_ledgers_keys_are_not_in_memory(post: Post) -> None:
    """As they are and in hexadecimal; Python may have made other copies, which nobody can promise."""
    key = post.data_key().subkey("ledger")
    child = subprocess.Popen(
        [sys.executable, "-c", OPENED, str(post.folder)],
        cwd=ROOT, env=ENVIRONMENT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert child.stdin is not None
    assert child.stdout is not None
    seen: dict[str, list[int]] = {}
    for word in ("open", "closed"):
        assert child.stdout.readline().strip() == word
        memory = _memory(child.pid)
        forms = [form for one in (bytes(key), post.key) for form in (one, one.hex().encode())]
        seen[word] = [memory.count(form) for form in forms]
        child.stdin.write("\n")
        child.stdin.flush()
    child.communicate()
    assert any(seen["open"]), "the search finds a key that is there"
    assert seen["closed"] == [0, 0, 0, 0]


def test_an_import_that_is_killed_leaves_no_temporary_file(post: Post, tmp_path: Path) -> None:
    for seconds in (0.8, 1.6, 2.4):
        command = subprocess.Popen(
            [sys.executable, "-m", "desktop", "import", str(SAMPLE / "住户台账.xlsx"), "--data", str(post.folder)],
            cwd=ROOT, env={**ENVIRONMENT, "TMPDIR": str(tmp_path)},
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        time.sleep(seconds)
        command.kill()
        command.wait()
    assert [path.name for path in tmp_path.rglob("*")] == []
