"""Packages that would fill the memory are refused within their limits, measured in a child."""

import shutil
import time
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from db import exchanging
from db.kernel.errors import UserError
from tests.builders import street
from tests.exchange.forging import forged
from tests.exchange.sites import Pair
from tests.faults.harness.children import Child, Post
from tests.faults.harness.merge_tasks import PACKAGE, merge_and_weigh

MOST_MIB = 300
MOST_SECONDS = 10


def _letters() -> bytes:
    packer = zlib.compressobj(9)
    return b"".join(packer.compress(b"a" * 2**20) for _ in range(300)) + packer.flush()


def _lines() -> bytes:
    packer = zlib.compressobj(9)
    return b"".join(packer.compress(b"[]\n" * 2**18) for _ in range(400)) + packer.flush()


def _nested() -> bytes:
    return zlib.compress(b"[" * 2**24 + b"\n")


@pytest.fixture
def opener(_template: Path) -> Post:
    """What opens a copy of the empty ledger without a password."""
    return Post.of(_template)


@pytest.mark.parametrize("payload", [_letters, _lines, _nested])
def test_a_bomb_is_refused_within_its_limits(
    pair: Pair,
    opener: Post,
    tmp_path: Path,
    payload: Callable[[], bytes],
) -> None:
    street(pair.post, homes=1)
    bomb = forged(pair, pair.send(pair.post), payload=payload())
    keep = shutil.ignore_patterns("*.lock")
    folder = shutil.copytree(pair.laptop.place.folder, tmp_path / "child" / "post", ignore=keep)
    shutil.copy(bomb, folder.parent / PACKAGE)
    child = Child(merge_and_weigh, opener.at(folder))
    began = time.monotonic()
    loaded, said, most = child.go().rest()
    assert time.monotonic() - began < MOST_SECONDS
    assert child.end() == 0
    assert "台账没有改动" in said
    assert loaded < most < MOST_MIB


def test_a_count_that_cannot_be_is_refused(pair: Pair) -> None:
    street(pair.post, homes=1)
    bomb = forged(pair, pair.send(pair.post), header=lambda said: said.update(commands=10**9))
    with pytest.raises(UserError, match="台账没有改动"):
        exchanging.merge_file(pair.laptop, bomb)
