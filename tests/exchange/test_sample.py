"""The sample post's own size: two laptops with one set of workbooks."""

import time
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import func, select

from db.exchange.deciding import count_open
from db.kernel.journal import table_of
from db.ledger import Ledger
from db.places import Household
from db.sample import make_sample
from db.visits import Visit
from tests.conftest import SAMPLE
from tests.exchange.sites import bring, digest_of

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
