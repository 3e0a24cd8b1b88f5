"""Waiting after failed log-ins: it slows a guesser at the keyboard, nothing else.

Against a stolen disk only Argon2id and the password count. Time is the machine's monotonic clock,
which runs from its start: setting the wall clock changes nothing, and after a restart only the time
since that restart is counted, so a wait may become longer and never shorter.
"""

import contextlib
import json
import math
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


@dataclass(frozen=True)
class _State:
    failures: int
    since: float
    # The file was gone or unreadable once, so the failures before that are not known.
    lost: bool = False


class Throttle:
    """The count of failed log-ins of one ledger, kept beside it in a plain file.

    A ledger's file is written by `succeeded` when the ledger is made; if it is gone or unreadable
    later, that counts as five failures. Where the folder cannot be written nothing is kept.
    """

    def __init__(self, path: Path, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._path = path
        self._monotonic = monotonic

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
    def guarding(self) -> Iterator[None]:
        """Let a password or code be tried inside: every door is one of these.

        UserError if it is too early; a wrong one is counted. A right one changes nothing yet: the
        failures are forgotten by `succeeded`, once they stand in the history.
        """
        self.before_try()
        try:
            yield
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
        self._write(_State(failures, self._monotonic(), lost=state.lost))

    def begin(self) -> None:
        """Make the file of a ledger that has none, so that its first log-in need not wait."""
        if self._read() is None:
            self._write(_State(0, self._monotonic()))

    def succeeded(self) -> None:
        """Forget all failures."""
        state = self._read()
        if state is None or state.failures:
            self._write(_State(0, self._monotonic()))

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
        try:
            write_atomically(self._path, json.dumps(said).encode())
        except OutcomeUnknown:
            return True
        except EnvironmentFault:
            return False
        return True
