"""建议的时间: which weekday and hour brought those who could not come at others.

Somebody who missed a session at one time and was on the list of one at another tells whether that
other time suits them. A time is told only if enough follows for it: several sessions, enough names,
and another time to compare it with. Else nothing is said, for a wrong hint costs a month.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Final, NamedTuple

from db.compliance.hours import Seat, Slot
from db.kernel.ids import Id

LEAST_SESSIONS: Final = 3
LEAST_NAMES: Final = 20


class Suggested(NamedTuple):
    """How a time suits those who missed another: names of theirs on its lists, and who came.

    `sessions` are those of the time; the same person counts once for each of them.
    """

    slot: Slot
    sessions: tuple[Id, ...]
    expected: int
    present: int

    @property
    def share(self) -> float:
        """The share that came, to compare by."""
        return self.present / self.expected


def suggested(seats: Sequence[Seat]) -> list[Suggested]:
    """Return the times that can be compared, the best first; empty where fewer than two can.

    From at least three sessions of a weekday and hour, and twenty names of people who missed one
    at another time. A session of an unknown hour says nothing.
    """
    missed: dict[Id, set[Slot]] = defaultdict(set)
    for seat in seats:
        if not seat.here:
            missed[seat.volunteer].add(seat.slot)
    by_slot: dict[Slot, list[Seat]] = defaultdict(list)
    for seat in seats:
        if seat.slot.hour is not None:
            by_slot[seat.slot].append(seat)
    found = []
    for slot, inside in by_slot.items():
        sessions = tuple(dict.fromkeys(seat.training for seat in inside))
        asked = [seat for seat in inside if missed[seat.volunteer] - {slot}]
        if len(sessions) >= LEAST_SESSIONS and len(asked) >= LEAST_NAMES:
            present = sum(seat.here for seat in asked)
            found.append(Suggested(slot, sessions, len(asked), present))
    if len(found) < 2:
        return []
    return sorted(found, key=lambda one: (-one.share, -one.expected, one.slot))
