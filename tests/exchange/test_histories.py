"""Whatever people do and whatever becomes of the packages, copies that know the same are the same."""

from collections.abc import Callable
from pathlib import Path

import pytest

from db.exchange.causes import Causes
from db.exchange.planning import Planner
from db.ledger import Ledger
from tests.exchange.histories import History
from tests.exchange.sites import (
    Copying,
    digest_of,
    done_in,
    exchange_by_one,
    exchange_fully,
    to_decide,
)

Recorder = Callable[[str, object], None]


def _check(copies: Copying, seed: int, steps: int, meet: Callable[[list[Ledger]], None]) -> None:
    ledgers = copies(3 + seed % 3)
    History(ledgers, seed).run(steps)
    meet(ledgers)
    assert len({digest_of(ledger) for ledger in ledgers}) == 1, seed
    assert len({frozenset(done_in(ledger)) for ledger in ledgers}) == 1, seed
    assert len({frozenset(to_decide(ledger)) for ledger in ledgers}) == 1, seed
    copies.close(proved=seed % 5 == 0)


def _check_short(copies: Copying, seeds: range, steps: int) -> None:
    for seed in seeds:
        _check(copies, seed, steps, exchange_by_one)


@pytest.fixture
def empty(_template: Path) -> Path:
    """The folder of an empty ledger."""
    return _template


@pytest.mark.parametrize("part", range(12))
def test_copies_that_know_the_same_are_the_same(
    empty: Path, work: Path, part: int, record_property: Recorder
) -> None:
    """Three hundred: each twentieth is long and everybody meets everybody, the others are short."""
    copies = Copying(empty, work)
    for seed in range(part * 25, part * 25 + 25):
        steps, meet = (60, exchange_fully) if seed % 20 == 0 else (30, exchange_by_one)
        _check(copies, seed, steps, meet)
    record_property("histories of sites", 25)


@pytest.mark.parametrize(
    ("of", "guard", "instead"),
    [
        (Causes, "saw", lambda _, later, earlier: later[0] == earlier[0] and later > earlier),
        (Planner, "_take_aliases", lambda _: None),
    ],
    ids=["who had seen what", "what others found to be one"],
)
def test_it_is_seen_when_a_merge_forgets(
    empty: Path,
    work: Path,
    monkeypatch: pytest.MonkeyPatch,
    of: type,
    guard: str,
    instead: Callable[..., object],
) -> None:
    copies = Copying(empty, work)
    monkeypatch.setattr(of, guard, instead)
    with pytest.raises(AssertionError):
        _check_short(copies, range(10), 30)
    copies.close(proved=False)


@pytest.mark.long
@pytest.mark.parametrize("hundreds", range(100))
def test_ten_thousand_histories(
    empty: Path, work: Path, hundreds: int, record_property: Recorder
) -> None:
    copies = Copying(empty, work)
    _check_short(copies, range(1000 + hundreds * 100, 1100 + hundreds * 100), 40)
    record_property("histories of sites, long", 100)
