"""Zones: what is stored is UTC, what is shown is the desk's own time, whatever night it is."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from db import backup
from db.exports import ExportQuery, export
from db.figures.model import VisitFigures
from db.figures.spans import span_figures
from db.kernel.clock import today
from db.kernel.history import history
from db.kernel.records import CommandRow
from db.kernel.workdays import Week
from db.ledger import Ledger
from db.visits import Visit
from db.visits.recording import VisitEntry, record_visits
from tests.builders import street

Zone = Callable[[str], None]
# Both are half past two on Berlin's clocks; an hour lies between them.
TWICE = (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC))
# An hour before and after the night on which half past two never comes.
NEVER = (datetime(2026, 3, 29, 0, 30, tzinfo=UTC), datetime(2026, 3, 29, 1, 30, tzinfo=UTC))


class At:
    """A machine's clock that stands at a moment and shows it in the zone the machine is set to."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def now(self) -> datetime:
        return self.moment.astimezone()


@pytest.fixture
def zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[Zone]:
    """Set the machine's zone, also in the middle of a test; afterwards it is what it was."""

    def to(name: str) -> None:
        monkeypatch.setenv("TZ", name)
        time.tzset()

    yield to
    monkeypatch.undo()
    time.tzset()


def _said(ledger: Ledger, *moments: datetime) -> list[datetime]:
    """Note something at each moment; return the times the history shows, first to last."""
    for number, moment in enumerate(moments):
        ledger.clock = At(moment)
        ledger.note("试一试", str(number))
    with ledger.read() as connection:
        found = history(connection, len(moments))[::-1]
        stamps = (
            connection.execute(select(CommandRow.stamp).order_by(CommandRow.no)).scalars().all()
        )
    assert [e.note for e in found] == [str(n) for n in range(len(moments))], "by number"
    assert list(stamps) == sorted(set(stamps))
    return [datetime.fromisoformat(e.wall).astimezone() for e in found]


@pytest.mark.parametrize(
    ("name", "hour", "day"),
    [
        ("Asia/Shanghai", 7, date(2026, 3, 24)),
        ("Asia/Urumqi", 5, date(2026, 3, 24)),
        ("Europe/Berlin", 0, date(2026, 3, 24)),
        ("America/Los_Angeles", 16, date(2026, 3, 23)),
    ],
)
def test_the_day_is_the_desks_own_and_the_moment_is_the_worlds(
    ledger: Ledger, zone: Zone, name: str, hour: int, day: date
) -> None:
    zone(name)
    moment = datetime(2026, 3, 23, 23, 30, tzinfo=UTC)
    (shown,) = _said(ledger, moment)
    assert (shown.hour, shown.minute, shown) == (hour, 30, moment)
    assert today(ledger.clock) == day
    with ledger.read() as connection:
        assert history(connection, 1)[0].wall == "2026-03-23T23:30:00Z"


@pytest.mark.parametrize(("moments", "hours"), [(TWICE, [2, 2]), (NEVER, [1, 3])])
def test_the_nights_of_the_change_count_as_long_as_they_are(
    ledger: Ledger, zone: Zone, moments: tuple[datetime, datetime], hours: list[int]
) -> None:
    zone("Europe/Berlin")
    first, second = _said(ledger, *moments)
    assert [first.hour, second.hour] == hours
    assert second.astimezone(UTC) - first.astimezone(UTC) == timedelta(hours=1)
    made = []
    for moment in moments:
        ledger.clock = At(moment)
        made.append(ledger.back_up("手动").path)
    found = backup.list_backups(ledger.place.backups)
    assert [info.path for info in found] == made[::-1], "two at one hour are two, the newest first"
    assert [info.when.astimezone(UTC) for info in found] == list(moments[::-1])


def test_a_zone_changed_between_two_steps_moves_neither(ledger: Ledger, zone: Zone) -> None:
    zone("Asia/Shanghai")
    moment = datetime(2026, 3, 23, 1, 0, tzinfo=UTC)
    _said(ledger, moment)
    zone("Asia/Urumqi")
    with ledger.read() as connection:
        before = datetime.fromisoformat(history(connection, 1)[0].wall).astimezone()
    (after,) = _said(ledger, moment + timedelta(minutes=10))
    assert after - before == timedelta(minutes=10)
    assert (before.hour, after.hour) == (7, 7)


@pytest.mark.parametrize("there", ["Pacific/Kiritimati", "America/Los_Angeles", "Europe/Berlin"])
def test_the_day_of_a_visit_stays_whatever_zone_it_is_read_in(
    ledger: Ledger, zone: Zone, there: str
) -> None:
    """A day is what stood on the desk's calendar, on its last minute too, and counts in its week."""
    zone("Asia/Shanghai")
    # The Sunday of a week, a minute before midnight: elsewhere it is Monday or still Saturday.
    ledger.clock = At(datetime(2026, 3, 22, 15, 59, tzinfo=UTC))
    entry = VisitEntry(today(ledger.clock), "met", at=23 * 60 + 59, people=1)
    ledger.write(record_visits(street(ledger)[:1], entry))
    week = Week.of(date(2026, 3, 22))

    def seen() -> tuple[date, int, tuple[object, ...], VisitFigures]:
        with ledger.read() as connection:
            day, at = connection.execute(select(Visit.day, Visit.at)).one()
            (line,) = export(connection, ExportQuery("visits"), today(ledger.clock)).sheets[0].rows
            return day, at, line[:2], span_figures(connection, week).now.visits

    before = seen()
    assert before[:2] == (date(2026, 3, 22), 23 * 60 + 59)
    assert before[3].households == 1
    zone(there)
    assert seen() == before
    ledger.clock = At(datetime(2026, 3, 22, 16, 1, tzinfo=UTC))
    assert seen() == before
