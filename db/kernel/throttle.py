"""Waiting after failed log-ins: it slows a guesser at the keyboard, nothing else.

Against a stolen disk only Argon2id and the password count. Time is the machine's monotonic clock,
which runs from its start: setting the wall clock changes nothing, and after a restart only the time
since that restart is counted, so a wait may become longer and never shorter.
"""

import contextlib
import json
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from db.kernel.errors import EnvironmentFault, OutcomeUnknown, UserError
from db.kernel.files import read_small, write_atomically

# Seconds to wait after the first, second, ... failure in a row (docs/RELIABILITY.md).
WAITS: Final = (0, 0, 0, 5, 15, 30, 60, 120, 300, 900)
FAILURES_OF_A_LOST_FILE: Final = 5
_MOST_COUNTED: Final = 10_000


@dataclass(frozen=True)
class _State:
    failures: int
    since: float


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
            state = _State(FAILURES_OF_A_LOST_FILE, self._monotonic())
            if not self._write(state):
                return 0
        wait = WAITS[min(state.failures, len(WAITS)) - 1] if state.failures else 0
        now = self._monotonic()
        passed = now - state.since if now >= state.since else now
        return max(0, math.ceil(wait - max(passed, 0)))

    @property
    def failures(self) -> int:
        """How many times in a row it failed; 0 for a file that is lost, which only waits longer."""
        state = self._read()
        return state.failures if state else 0

    def before_try(self) -> None:
        """Raise UserError with the seconds left if it is too early for another try."""
        left = self.seconds_left()
        if left:
            said = f"{left}秒" if left < 120 else f"{math.ceil(left / 60)}分钟"
            raise UserError(f"密码输错的次数太多，请等{said}再试。台账没有打开，内容都在。")

    def failed(self) -> None:
        """Count one more failure and start its wait."""
        state = self._read()
        failures = state.failures if state else FAILURES_OF_A_LOST_FILE
        self._write(_State(min(failures + 1, _MOST_COUNTED), self._monotonic()))

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
                return _State(failures, since)
        return None

    def _write(self, state: _State) -> bool:
        # Not rounded: a moment rounded up lies in the future, and would look like a restart.
        said = {"failures": state.failures, "since": state.since}
        try:
            write_atomically(self._path, json.dumps(said).encode())
        except OutcomeUnknown:
            return True
        except EnvironmentFault:
            return False
        return True
