"""What late records and edits change in closed months, booked by name in the next one.

A closed month stays as it was frozen. What it would be now, by its own scheme, less what was frozen
and what was corrected already, is the correction: points by item, and money.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Final, NamedTuple

from sqlalchemy import Connection

from db.kernel.dates import month_day
from db.kernel.ids import Id
from db.kernel.money import short_yuan
from db.kernel.workdays import Month
from db.points import points_text
from db.points.doubts import Doubt, undecided
from db.points.frozen import booked, closed_months, frozen_lines
from db.points.recount import Basis, Recount, recount
from db.points.sheet import Correction, Entry, Line, Share
from db.points.touched import touched_since

_SAID: Final = 3


class Open(NamedTuple):
    """What is to be booked: corrections by volunteer, and the undecided doubts of closed months."""

    of: Mapping[Id, Sequence[Correction]]
    undecided: tuple[Doubt, ...]


def open_corrections(connection: Connection, basis: Basis) -> Open:
    """Return what the closed months now lack or have too much, not yet booked; money unlimited.

    Only months touched since the last closing, or that still owe money, are counted anew.
    """
    closed = closed_months(connection)
    if not closed:
        return Open({}, ())
    known = [one.month for one in closed]
    again = set(touched_since(connection, closed[0].id, known)) | set(closed[0].owing)
    found: dict[Id, list[Correction]] = defaultdict(list)
    waiting: list[Doubt] = []
    for one in reversed(closed):
        if one.month not in again:
            continue
        now = recount(connection, one.month, basis)
        waiting += undecided(now.doubts)
        lines = frozen_lines(connection, one.id)
        for volunteer, corrections in _of_month(now, lines, booked(connection, one.month)):
            found[volunteer] += corrections
    return Open(found, tuple(waiting))


def limited(corrections: Sequence[Correction], own: int) -> tuple[Correction, ...]:
    """Return corrections whose money together takes no more than there is; points stay whole.

    What cannot be taken now is due again next month, as it was not booked.
    """
    left = own + sum(c.amount for c in corrections if c.amount > 0)
    kept = []
    for one in corrections:
        if one.amount >= 0:
            kept.append(one)
            continue
        taken = min(left, -one.amount)
        left -= taken
        if taken == -one.amount:
            kept.append(one)
        elif taken:
            rest = short_yuan(-one.amount - taken)
            reason = f"{one.reason}；还有{rest}元以后扣回"
            kept.append(one._replace(amount=-taken, reason=reason))
    return tuple(kept)


class _Known(NamedTuple):
    """What is settled of one item of a volunteer in a closed month."""

    name: str
    kind: str | None
    community_name: str
    times: int
    points: int
    entries: tuple[Entry, ...]


_Key = tuple[str, Id]


def _of_month(
    now: Recount, frozen: Sequence[Line], booked_of: Mapping[Id, Sequence[Correction]]
) -> Iterator[tuple[Id, list[Correction]]]:
    before = {line.volunteer: line for line in frozen}
    after = {line.volunteer: line for line in now.lines}
    rates = _rates(frozen)
    for volunteer in dict.fromkeys([*before, *after]):
        old, new = before.get(volunteer), after.get(volunteer)
        done = booked_of.get(volunteer, ())
        found = list(_points(now.month, old, new, done))
        money = _money(now.month, old, new, done, rates)
        found += [] if money is None else [money]
        if found:
            yield volunteer, found


def _points(
    month: Month, old: Line | None, new: Line | None, done: Sequence[Correction]
) -> Iterator[Correction]:
    known = _known(old.shares if old else (), done)
    shares = {(s.item, s.community): s for s in (new.shares if new else ())}
    for key in dict.fromkeys([*known, *shares]):
        was, share = known.get(key), shares.get(key)
        points = (share.points if share else 0) - (was.points if was else 0)
        if not points:
            continue
        times = (share.times if share else 0) - (was.times if was else 0)
        named = share or was
        assert named is not None  # noqa: S101  the key is of one of the two
        entries = share.entries if share else ()
        yield Correction(
            month, key[0], named.name, named.kind, key[1], named.community_name, times, points, 0,
            _reason(was.entries if was else (), entries), entries,
        )  # fmt: skip


def _known(shares: Iterable[Share], done: Sequence[Correction]) -> dict[_Key, _Known]:
    known = {
        (s.item, s.community): _Known(
            s.name, s.kind, s.community_name, s.times, s.points, s.entries
        )
        for s in shares
    }
    for one in done:
        if one.item is None or one.community is None:
            continue
        key = (one.item, one.community)
        was = known.get(key, _Known(one.name, one.kind, one.community_name, 0, 0, ()))
        known[key] = was._replace(
            times=was.times + one.times, points=was.points + one.points, entries=one.entries
        )
    return known


def _money(
    month: Month,
    old: Line | None,
    new: Line | None,
    done: Sequence[Correction],
    rates: Mapping[Id | None, tuple[int, int]],
) -> Correction | None:
    was_due, was_own = (old.due, old.own) if old else (0, 0)
    now_due = new.due if new else 0
    if now_due == was_due:
        wanted = was_own
    else:
        owned, owed = rates.get(new.scheme if new else None, (0, 0))
        wanted = now_due if owned == owed else (now_due * owned * 2 + owed) // (2 * owed)
    amount = wanted - was_own - sum(c.amount for c in done)
    if not amount:
        return None
    said = f"{month.words}应得{short_yuan(wanted)}元，已计{short_yuan(wanted - amount)}元"
    return Correction(month, None, "补贴差额", None, None, "", 0, 0, amount, said)


def _rates(lines: Sequence[Line]) -> dict[Id | None, tuple[int, int]]:
    """What a budget left of the dues of each scheme: the sums paid and due."""
    sums: dict[Id | None, tuple[int, int]] = {}
    for line in lines:
        own, owed = sums.get(line.scheme, (0, 0))
        sums[line.scheme] = (own + line.own, owed + line.due)
    return sums


def _reason(was: Sequence[Entry], now: Sequence[Entry]) -> str:
    """Return in words what changed between the sources of then and of now, by day."""
    before, after = {e.key: e for e in was}, {e.key: e for e in now}
    new: dict[date, int] = defaultdict(int)
    gone: dict[date, int] = defaultdict(int)
    changed: list[tuple[date, str]] = []
    for key in before.keys() | after.keys():
        old, here = before.get(key), after.get(key)
        if old is None and here is not None:
            new[here.day] += here.times if here.points else 0
        elif here is None and old is not None:
            gone[old.day] += old.times if old.points else 0
        elif old is not None and here is not None and old.points != here.points:
            why = f"（{here.why}）" if here.why else ""
            change = f"由{points_text(old.points)}分改为{points_text(here.points)}分{why}"
            changed.append((here.day, f"{month_day(here.day)}{change}"))
    changed += [(day, f"补记{month_day(day)}{times}次") for day, times in new.items() if times]
    changed += [(day, f"{month_day(day)}少了{times}次") for day, times in gone.items() if times]
    said = [text for _, text in sorted(changed)]
    more = f"等{len(said)}处" if len(said) > _SAID else ""
    return "，".join(said[:_SAID]) + more
