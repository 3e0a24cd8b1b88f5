"""The sample post's own size: two laptops with one set of workbooks, three sites for a quarter."""

import random
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from db.exchange.deciding import Choice, count_open, decide, open_conflicts
from db.exchange.merging import Parcel, merge
from db.kernel.ids import Id
from db.kernel.journal import table_of
from db.ledger import Ledger
from db.places import Household
from db.sample import make_sample
from db.visits import Visit
from tests.builders import add_visits, visit
from tests.conftest import SAMPLE
from tests.exchange.histories import command
from tests.exchange.sites import (
    Copying,
    HandClock,
    bring,
    digest_of,
    exchange_fully,
    known_to,
    parcel_for,
)

HOMES, VISITS = 17_286, 11_120


def _count(ledger: Ledger, record: type[Household] | type[Visit]) -> int:
    with ledger.read() as connection:
        return connection.execute(select(func.count()).select_from(table_of(record))).scalar_one()


def test_two_laptops_with_the_same_workbooks_join_and_nobody_is_asked(
    sample: Ledger, tmp_path: Path, proven: Callable[[Ledger], Ledger]
) -> None:
    other = proven(make_sample(tmp_path / "other", SAMPLE).ledger)
    start = time.process_time()
    bring(other, sample)
    bring(sample, other)
    spent = time.process_time() - start
    for ledger in (sample, other):
        assert (_count(ledger, Household), _count(ledger, Visit)) == (HOMES, VISITS)
        with ledger.read() as connection:
            assert count_open(connection) == 0
    assert digest_of(sample) == digest_of(other)
    # 31,000 rows each way; docs/RELIABILITY.md has the seconds this takes on its own.
    assert spent < 120


class Quarter:
    """Three sites that know the sample and work on it apart, each by a clock of its own."""

    def __init__(self, ledgers: list[Ledger], seed: int) -> None:
        self.random = random.Random(seed)
        self.ledgers = ledgers
        with ledgers[0].read() as connection:
            self.homes = (
                connection.execute(select(Household.id).order_by(Household.id)).scalars().all()
            )
        self.bag: list[tuple[int, Parcel]] = []
        # Who changed a home's contact since all were last the same.
        self.changed: dict[Id, dict[int, str]] = {}
        self.visits = 0

    def week(self, monday: date) -> None:
        """Work for a week: visits, corrections, and packages that come late, twice or never."""
        for at, ledger in enumerate(self.ledgers):
            assert isinstance(ledger.clock, HandClock)
            ledger.clock.move(timedelta(days=7, hours=self.random.randrange(-9, 9)))
            doors = self.random.sample(self.homes, 60)
            day = monday + timedelta(days=self.random.randrange(7))
            add_visits(ledger, [visit(door, day=day, note=f"{at}") for door in doors])
            self.visits += len(doors)
            corrected = {
                home: {"contact": f"{self.random.choice('赵钱孙李')}{at}"}
                for home in self.random.sample(self.homes[:400], 12)
            }
            for home, fields in corrected.items():
                self.changed.setdefault(home, {})[at] = fields["contact"]
            ledger.write(command(lambda tx, rows=corrected: tx.change(Household, rows)))
        for sender in self.ledgers:
            for to, receiver in enumerate(self.ledgers):
                if sender is not receiver and self.random.random() < 0.6:
                    self.bag.append((to, parcel_for(sender, known_to(receiver))))
        self.random.shuffle(self.bag)

    def meet(self) -> int:
        """Let all packages arrive that did, then everybody meet; return how much is to decide.

        What is asked is what two sites really set to different values, and nothing else.
        """
        for to, parcel in self.bag:
            known = known_to(self.ledgers[to])
            if all(known.get(site, 0) >= since for site, since in parcel.since.items()):
                for _ in range(self.random.choice((1, 1, 2))):
                    self.ledgers[to].write(merge(parcel))
        self.bag.clear()
        exchange_fully(self.ledgers, rounds=2)
        assert len({digest_of(ledger) for ledger in self.ledgers}) == 1
        really = {home for home, by in self.changed.items() if len(set(by.values())) > 1}
        with self.ledgers[0].read() as connection:
            waiting = open_conflicts(connection)
        assert {conflict.record for conflict in waiting} == really
        choices = [
            Choice(c.entity, c.record, d.field, self.random.choice(d.sides).value)
            for c in waiting
            for d in c.differences
        ]
        if choices:
            self.ledgers[0].write(decide(choices))
        exchange_fully(self.ledgers, rounds=1)
        for ledger in self.ledgers:
            with ledger.read() as connection:
                assert count_open(connection) == 0
        self.changed.clear()
        return len(choices)


def _run(template: Path, folder: Path, weeks: int, seed: int) -> None:
    copies = Copying(template, folder)
    quarter = Quarter(copies(3), seed)
    before = _count(copies.open[0], Visit)
    for n in range(weeks):
        quarter.week(date(2026, 3, 23) + timedelta(weeks=n))
        quarter.meet()
    for ledger in copies.open:
        assert _count(ledger, Visit) == before + quarter.visits
    copies.close()


@pytest.fixture
def full(_sample_template: Path) -> Path:
    """The folder of the sample post's ledger."""
    return _sample_template


def test_three_sites_for_three_weeks_decide_only_what_was_set_twice(
    full: Path, tmp_path: Path
) -> None:
    _run(full, tmp_path, 3, 1)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(3))
def test_three_sites_for_a_quarter(full: Path, tmp_path: Path, seed: int) -> None:
    _run(full, tmp_path, 13, seed)
