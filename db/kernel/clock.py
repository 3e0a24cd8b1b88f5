"""Time is injected: features take "today" from here and never ask the machine.

Order between sites comes from the hybrid clock, never from days that people type.
"""

import time
from datetime import UTC, date, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """What tells the time: the machine, or a day that a test or the demo sets."""

    def now(self) -> datetime:
        """Return the moment, with its zone."""
        ...


class SystemClock:
    """The machine's own clock in its own zone."""

    def now(self) -> datetime:
        """Return the moment in the zone the machine is set to."""
        return datetime.now().astimezone()


class SetClock:
    """A clock that was set to a moment and runs on from there, for the demo and for tests."""

    def __init__(self, start: datetime) -> None:
        self._start = start.astimezone() if start.tzinfo is None else start
        self._since = time.monotonic()

    def now(self) -> datetime:
        """Return the set moment plus what has gone by since."""
        return self._start + timedelta(seconds=time.monotonic() - self._since)


def today(clock: Clock) -> date:
    """Return the clock's day in its own zone."""
    return clock.now().date()


def utc_text(moment: datetime) -> str:
    """Return the moment in UTC to the second, as it stands in the journal and in manifests."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def lately(then: datetime, now: datetime, span: timedelta) -> bool:
    """Tell whether something was less than a span ago.

    What lies in the future was dated by a clock that was wrong, and counts as never.
    """
    return timedelta() <= now - then < span


class HybridClock:
    """A hybrid logical clock: milliseconds in the upper bits, a counter in the lower sixteen.

    A stamp is never lower than the one before it, whatever the wall clock does (Kulkarni et al.,
    "Logical Physical Clocks", 2014).
    """

    def __init__(self, clock: Clock, last: int = 0) -> None:
        self._clock = clock
        self._last = last

    def tick(self) -> int:
        """Return the next stamp: later than every stamp given or seen."""
        wall = int(self._clock.now().timestamp() * 1000) << 16
        self._last = max(wall, self._last + 1)
        return self._last
