"""Waiting after failed log-ins: it slows a guesser at the keyboard, nothing else.

Against a stolen disk only Argon2id and the password count. Time is the machine's monotonic clock,
which runs from its start: setting the wall clock changes nothing, and after a restart only the time
since that restart is counted, so a wait may become longer and never shorter.
"""

import contextlib
import json
import math
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from db.kernel.errors import EnvironmentFault, OutcomeUnknown, UserError
from db.kernel.files import read_small, write_atomically
from db.kernel.keys import WrongSecretError

# Seconds to wait after the first, second, ... failure in a row (docs/RELIABILITY.md).
WAITS: Final = (0, 0, 0, 5, 15, 30, 60, 120, 300, 900)
FAILURES_OF_A_LOST_FILE: Final = 5
_MOST_COUNTED: Final = 10_000
# Where a failure cannot be counted, this is waited at once: the first wait of the table.
_UNCOUNTED_WAIT: Final = 5.0
# How long somebody else's try is waited for: one takes a fifth of a second.
_PATIENCE: Final = 20.0


@dataclass(frozen=True)
class _State:
    failures: int
    since: float
    # The file was gone or unreadable once, so the failures before that are not known.
    lost: bool = False


class Throttle:
    """The count of failed log-ins of one ledger, kept beside it in a plain file.

    A ledger's file is written by `succeeded` when the ledger is made; if it is gone or unreadable
    later, that counts as five failures. A full disk still takes what is written over the file; where
    the folder cannot be written at all nothing is kept, and each failure is waited out on the spot.
    """

    def __init__(
        self,
        path: Path,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._path = path
        self._monotonic = monotonic
        self._sleep = sleep

    def seconds_left(self) -> int:
        """Return the whole seconds to wait before the next try, 0 if none."""
        state = self._read()
        if state is None:
            state = _State(FAILURES_OF_A_LOST_FILE, self._monotonic(), lost=True)
            if not self._write(state):
                return 0
        wait = WAITS[min(state.failures, len(WAITS)) - 1] if state.failures else 0
        now = self._monotonic()
        passed = now - state.since if now >= state.since else now
        return max(0, math.ceil(wait - max(passed, 0)))

    def told(self) -> str:
        """Say how many times in a row it failed, for the history; empty if it did not."""
        state = self._read()
        if state is None or not state.failures:
            return ""
        lost = "（计数的文件丢过或被改过，从5次算起）" if state.lost else ""
        return f"输错{state.failures}次{lost}"

    @contextlib.contextmanager
    def guarding(self) -> Iterator[Callable[[], None]]:
        """Let a password or code be tried inside: every door is one of these.

        One try at a time, so that each counts before the next begins; what it gives lets the others
        in before the end, for who has long work to do once it was right. UserError if it is too
        early; a wrong one is counted. A right one changes nothing yet: the failures are forgotten by
        `succeeded`, once they stand in the history.
        """
        with contextlib.ExitStack() as alone:
            self._wait_for_others(alone)
            self.before_try()
            try:
                yield alone.close
            except WrongSecretError:
                self.failed()
                raise

    def before_try(self) -> None:
        """Raise UserError with the seconds left if it is too early for another try."""
        left = self.seconds_left()
        if left:
            said = f"{left}秒" if left < 120 else f"{math.ceil(left / 60)}分钟"
            raise UserError(f"密码输错的次数太多，请等{said}再试。台账没有打开，内容都在。")

    def failed(self) -> None:
        """Count one more failure and start its wait."""
        state = self._read() or _State(FAILURES_OF_A_LOST_FILE, 0, lost=True)
        failures = min(state.failures + 1, _MOST_COUNTED)
        if not self._write(_State(failures, self._monotonic(), lost=state.lost)):
            self._sleep(max(WAITS[min(failures, len(WAITS)) - 1], _UNCOUNTED_WAIT))

    def begin(self) -> None:
        """Make the file of a ledger that has none, so that its first log-in need not wait."""
        if self._read() is None:
            self._write(_State(0, self._monotonic()))

    def succeeded(self) -> None:
        """Forget all failures."""
        state = self._read()
        if state is None or state.failures:
            self._write(_State(0, self._monotonic()))

    def _wait_for_others(self, until: contextlib.ExitStack) -> None:
        from filelock import FileLock, Timeout  # noqa: PLC0415  slow to import

        beside = self._path.with_suffix(".lock")
        lock = FileLock(
            beside, timeout=_PATIENCE, mode=0o600, thread_local=False, fallback_to_soft=False
        )
        try:
            # A link would make a file elsewhere; where none can be made nothing can be counted either.
            if not beside.is_symlink():
                until.enter_context(lock)
        except Timeout as error:
            raise UserError(
                "别的窗口正在核对密码，等了很久还没有完，这里什么也没有改动。请过一会儿再试。"
            ) from error
        except (OSError, NotImplementedError):
            # The second is what the lock's library says on a disk without locks.
            return

    def _read(self) -> _State | None:
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError, RecursionError):
            said = json.loads(read_small(self._path))
            failures, since = said["failures"], float(said["since"])
            if type(failures) is int and 0 <= failures <= _MOST_COUNTED and math.isfinite(since):
                return _State(failures, since, lost=said.get("lost") is True)
        return None

    def _write(self, state: _State) -> bool:
        # Not rounded: a moment rounded up lies in the future, and would look like a restart.
        said = {"failures": state.failures, "since": state.since}
        said |= {"lost": True} if state.lost else {}
        data = json.dumps(said).encode()
        try:
            write_atomically(self._path, data)
        except OutcomeUnknown:
            return True
        except EnvironmentFault:
            return self._write_over(data)
        return True

    def _write_over(self, data: bytes) -> bool:
        """Write over what is there, for which a full disk has room; half of it would count as five failures."""
        flags = os.O_WRONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)
        with contextlib.suppress(OSError):
            descriptor = os.open(self._path, flags)
            try:
                written = os.write(descriptor, data)
                os.ftruncate(descriptor, written)
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
            return written == len(data)
        return False
