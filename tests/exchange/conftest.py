"""Copies of ledgers for the tests of exchange, and two sites paired over a stick."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from db import exchanging
from db.exchange import sites
from db.ledger import Ledger
from tests.exchange.sites import Copying, Pair


@pytest.fixture
def copies(_template: Path, tmp_path: Path) -> Iterator[Copying]:
    """Copies of an empty ledger, proved when the test ends."""
    made = Copying(_template, tmp_path)
    yield made
    made.close()


def paired(one: Ledger, other: Ledger, stick: Path) -> Pair:
    """Pair two ledgers as two people would, with a stick between them."""
    stick.mkdir(exist_ok=True)
    first = exchanging.make_card(one, stick / "一.json", "警务室")
    second = exchanging.make_card(other, stick / "二.json", "笔记本")
    one.write(sites.pair(sites.read_card(stick / "二.json"), second.fingerprint))
    other.write(
        sites.pair(sites.read_card(stick / "一.json"), first.fingerprint, numbers_there=True)
    )
    return Pair(one, other, stick)


@pytest.fixture
def pair(copies: Copying, tmp_path: Path) -> Pair:
    """A post and a laptop, paired."""
    one, other = copies(2)
    return paired(one, other, tmp_path / "stick")
