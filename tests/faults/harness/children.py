"""Children that have the program loaded already: each is forked in a few milliseconds.

A child runs one of the tasks over a ledger whose key it is handed, so that a thousand of them do not
stretch a thousand passwords. It waits to be told to go, so that strace can be attached before.
"""

import ctypes
import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing import forkserver
from pathlib import Path
from typing import Any, NoReturn

from db.kernel.clock import Clock
from db.kernel.ids import Id
from db.kernel.keys import DataKey, Slots
from db.kernel.place import Place
from db.ledger import Ledger
from db.sample import PASSWORD
from tests.conftest import ROOT, morning
from tests.faults.harness import mutants

PR_SET_PTRACER = 0x59616D61
ANYBODY = -1
PATIENCE = 60

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(
    [
        *(
            f"tests.faults.harness.{name}"
            for name in ("tasks", "file_tasks", "account_tasks", "merge_tasks", "session_tasks")
        ),
        # Loaded by every opening, where else it costs a child a third of its life.
        "psutil",
    ]
)


@dataclass(frozen=True)
class Post:
    """A closed ledger and what opens it without a password."""

    folder: Path
    key: bytes
    account: Id

    @classmethod
    def of(cls, folder: Path) -> "Post":
        """Return the ledger of a folder, by the sample's password."""
        account, key = Slots.load(folder / "slots.json").unlock(None, PASSWORD)
        return cls(folder, bytes(key.open_copy()), bytes.fromhex(account))

    def at(self, folder: Path) -> "Post":
        """Return the same ledger's copy in another folder."""
        return Post(folder, self.key, self.account)

    def data_key(self) -> DataKey:
        """Return a copy of the key, which its user wipes."""
        return DataKey(bytearray(self.key))

    def open(self, *, clock: Clock | None = None) -> Ledger:
        """Open it for writing, by the program's own way in, less the password."""
        place = Place(self.folder)
        return Ledger._open(place, self.data_key(), self.account, clock or morning(), write=True)


Tell = Callable[[Any], None]
Hear = Callable[[], Any]
Task = Callable[[Post, Tell, Hear], None]


class Child:
    """One forked child with a task, waiting to go."""

    def __init__(self, task: Task, post: Post, mutant: str = "") -> None:
        _load_the_program()
        self._ours, theirs = _context.Pipe()
        # A test that fails leaves its child waiting: that must not hold the suite up at its end.
        self._process = _context.Process(
            target=_live, args=(task, post, theirs, mutant), daemon=True
        )
        self._process.start()
        theirs.close()
        assert self.hear() == "here"

    @property
    def pid(self) -> int:
        """The process's number."""
        pid = self._process.pid
        assert pid is not None
        return pid

    def go(self) -> "Child":
        """Let it begin."""
        return self.say("go")

    def say(self, word: Any) -> "Child":
        """Tell the child something; one that is dead hears nothing."""
        try:
            self._ours.send(word)
        except OSError:
            assert not self._process.is_alive()
        return self

    def hear(self, seconds: float = PATIENCE) -> Any:
        """Return the next thing it tells; EOFError once it is dead and all was heard."""
        if not self._ours.poll(seconds):
            self.kill()
            raise TimeoutError("the child hangs")
        try:
            return self._ours.recv()
        except OSError as error:
            raise EOFError from error

    def rest(self, seconds: float = PATIENCE) -> list[Any]:
        """Return all it has told until its end. What was cut off by its death was told to nobody.

        TimeoutError if it says nothing for so long.
        """
        told = []
        try:
            while True:
                told.append(self.hear(seconds))
        except EOFError:
            return told

    def kill(self) -> None:
        """End it as a power switch would: no line of it runs any more."""
        self._process.kill()
        self._process.join()

    def stop(self, seconds: float) -> None:
        """Let the machine sleep over it for a while."""
        os.kill(self.pid, signal.SIGSTOP)
        time.sleep(seconds)
        os.kill(self.pid, signal.SIGCONT)

    def end(self, seconds: float = PATIENCE) -> int:
        """Return how it ended; 0 is well, negative the signal."""
        self._process.join(seconds)
        code = self._process.exitcode
        if code is None:
            self.kill()
            raise TimeoutError("the child hangs")
        self._ours.close()
        self._process.close()
        return code


def _load_the_program() -> None:
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = str(ROOT)
    try:
        forkserver.ensure_running()
    finally:
        if before is None:
            del os.environ["PYTHONPATH"]
        else:
            os.environ["PYTHONPATH"] = before


def _live(task: Task, post: Post, line: Any, mutant: str) -> NoReturn:
    # Where only parents may trace their children, strace is nobody's parent.
    ctypes.CDLL(None).prctl(PR_SET_PTRACER, ANYBODY, 0, 0, 0)
    mutants.become(mutant)
    line.send("here")
    line.recv()
    task(post, line.send, line.recv)
    line.close()
    # Nothing is tidied up behind the task's back.
    sys.stdout.flush()
    os._exit(0)
