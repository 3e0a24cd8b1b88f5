"""Three sites of the sample work apart for a quarter and end with one ledger, asked only what was set apart."""

from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from db.disputes import Dispute
from db.exchange.deciding import count_open
from db.trainings import Training
from db.visits import Visit
from tests.exchange.quarter import Quarter, rows_of
from tests.exchange.sites import Copying, digest_of, done_in

# The sample's post comes to 2,780 visits in a week, which is what three sites make of 900 each.
FEW, MANY = 240, 900
Recorder = Callable[[str, object], None]


@pytest.fixture
def full(_sample_template: Path) -> Path:
    """The folder of the sample post's ledger."""
    return _sample_template


def _work_apart(template: Path, folder: Path, weeks: int, seed: int, visits: int) -> Counter[str]:
    copies = Copying(template, folder)
    ledgers = copies(3)
    before = {record: rows_of(ledgers[0], record) for record in (Visit, Training, Dispute)}
    quarter = Quarter(ledgers, seed, visits)
    for n in range(weeks):
        quarter.week(date(2026, 3, 23) + timedelta(weeks=n))
    quarter.meet()
    quarter.decide(0)
    quarter.meet()
    made = dict(zip(before, ("visits", "trainings", "disputes"), strict=True))
    for ledger in ledgers:
        for record, name in made.items():
            assert rows_of(ledger, record) == before[record] + quarter.count[name]
        with ledger.read() as connection:
            assert count_open(connection) == 0
    assert len({digest_of(ledger) for ledger in ledgers}) == 1
    assert len({frozenset(done_in(ledger)) for ledger in ledgers}) == 1
    copies.close()
    return quarter.count


def test_three_sites_work_apart_for_three_weeks(
    full: Path, tmp_path: Path, record_property: Recorder
) -> None:
    count = _work_apart(full, tmp_path, 3, 1, FEW)
    assert count["decided"]
    assert count["packages lost"]
    assert count["packages late by a week"]
    assert count["packages with nothing new"]
    for name, number in count.items():
        record_property(f"three sites, {name}", number)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(3))
def test_three_sites_work_apart_for_a_quarter(
    full: Path, tmp_path: Path, seed: int, record_property: Recorder
) -> None:
    for name, number in _work_apart(full, tmp_path, 13, seed, MANY).items():
        record_property(f"three sites for a quarter, {name}", number)
