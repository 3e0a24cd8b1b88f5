"""What comes from outside as bytes is read or refused in words, whatever is in it: never a crash.

Each is a true file changed at a few places: flipped, cut, doubled, with what parsers stumble over, or
with an odd value in its JSON.
"""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from db.backup.manifest import MANIFEST, list_backups, newest, read_info
from db.kernel.errors import LedgerDamaged
from db.kernel.keys import Slots
from db.workbooks.protocol import Refused
from db.workbooks.separated import read_separated
from tests.conftest import ROOT
from tests.faults.harness.changing import Change, changed, reworded
from tests.faults.harness.children import Post

SHORT, LONG = 2_500, 150_000
Recorder = Callable[[str, object], None]
Parser = Callable[[Post, Path, Change, int], Iterator[bool]]


def _slots(post: Post, work: Path, how: Change, many: int) -> Iterator[bool]:
    del work
    for data in how((post.folder / "slots.json").read_bytes(), many, 1):
        try:
            Slots.from_bytes(data).users()
            yield True
        except LedgerDamaged:
            yield False


def _manifests(post: Post, work: Path, how: Change, many: int) -> Iterator[bool]:
    with post.open() as ledger:
        path = ledger.back_up("手动").path
    folder = work / "backups" / path.name
    folder.mkdir(parents=True)
    key, true = post.data_key(), json.loads((path / MANIFEST).read_bytes())
    for data in how((path / MANIFEST).read_bytes(), many, 2):
        (folder / MANIFEST).write_bytes(data)
        try:
            read_info(folder)
            yield True
        except LedgerDamaged:
            yield False
        assert len(list_backups(folder.parent)) <= 1
        # What says anything else the ledger did not seal.
        assert newest(folder.parent, key) is None or json.loads(data) == true


def _tables(post: Post, work: Path, how: Change, many: int) -> Iterator[bool]:
    del post, work
    whole = (ROOT / "resources" / "sample" / "走访记录.csv").read_bytes()[:3000]
    for data in how(whole, many, 3):
        try:
            list(read_separated(data))
            yield True
        except Refused:
            yield False


CASES = [
    (_slots, changed), (_slots, reworded), (_manifests, changed), (_manifests, reworded),
    (_tables, changed),
]  # fmt: skip


@pytest.mark.parametrize(("parser", "how"), CASES)
def test_a_parser_reads_or_refuses(
    post: Post, work: Path, parser: Parser, how: Change, record_property: Recorder
) -> None:
    read = list(parser(post, work, how, SHORT))
    assert len(read) == SHORT
    assert {True, False} == set(read)
    record_property("changed files read or refused in words", len(read))


@pytest.mark.long
@pytest.mark.parametrize(("parser", "how"), CASES)
def test_a_parser_reads_or_refuses_very_often(
    post: Post, work: Path, parser: Parser, how: Change, record_property: Recorder
) -> None:
    tried = sum(1 for _ in parser(post, work, how, LONG))
    record_property("changed files read or refused in words, long", tried)
