"""A merge taken back by the backup made before it, as long as nothing followed; the next one brings all."""

from pathlib import Path

import pytest
from sqlalchemy import select

from db import exchanging
from db.exchanging import Merged
from db.kernel.errors import UserError
from db.ledger import Ledger
from db.looking import look_at
from db.places import Household
from db.restoring import agree, put_back
from db.sample import PASSWORD
from db.visits import Visit
from tests.builders import add_visits, street, visit
from tests.exchange.quarter import rows_of
from tests.exchange.sites import Copying, Pair, digest_of


@pytest.fixture
def merged(pair: Pair) -> tuple[Pair, Merged, str]:
    """A post that took in what a laptop did; the digest of the post before."""
    door, *_ = street(pair.post)
    pair.both_ways()
    add_visits(pair.laptop, [visit(door), visit(door, "refused")])
    before = digest_of(pair.post)
    return pair, exchanging.merge_file(pair.post, pair.send(pair.laptop)), before


def _may_go(ledger: Ledger, merge: Merged) -> None:
    assert merge.no is not None
    with ledger.read() as connection:
        exchanging.refuse_followed(connection, merge.no)


def _nothing(_: str, __: float) -> None:
    """Nobody watches."""


def _taken_back(ledger: Ledger, before: Path) -> Ledger:
    with look_at(ledger, before, _nothing) as copy:
        good = agree(ledger, copy, PASSWORD, _nothing)
    back = put_back(ledger, before, PASSWORD, good=good, step=_nothing)
    assert back.failed is None
    return back.ledger


def test_the_next_package_brings_again_what_was_taken_back(
    merged: tuple[Pair, Merged, str], copies: Copying
) -> None:
    pair, done, before = merged
    assert digest_of(pair.post) != before
    _may_go(pair.post, done)
    assert done.before is not None
    at = copies.open.index(pair.post)
    pair.post = copies.open[at] = _taken_back(pair.post, done.before)
    assert digest_of(pair.post) == before
    assert rows_of(pair.post, Visit) == 0
    again = exchanging.merge_file(pair.post, pair.send(pair.laptop))
    assert again.counts.new == done.counts.new
    assert rows_of(pair.post, Visit) == 2
    pair.both_ways()
    assert digest_of(pair.post) == digest_of(pair.laptop)


def test_what_was_only_looked_at_is_nothing_that_followed(
    merged: tuple[Pair, Merged, str],
) -> None:
    pair, done, _ = merged
    pair.post.note("打印", "周报")
    _may_go(pair.post, done)


def test_work_that_followed_is_named(merged: tuple[Pair, Merged, str]) -> None:
    pair, done, _ = merged
    with pair.post.read() as connection:
        door = connection.execute(select(Household.id)).scalars().first()
    assert door is not None
    no = add_visits(pair.post, [visit(door)])
    with pytest.raises(UserError, match=f"第{no}号操作“测试”"):
        _may_go(pair.post, done)


def test_a_package_that_went_out_is_named(merged: tuple[Pair, Merged, str]) -> None:
    pair, done, _ = merged
    pair.send(pair.post)
    with pytest.raises(UserError, match="打数据包"):
        _may_go(pair.post, done)
