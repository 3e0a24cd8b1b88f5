"""What comes from outside as bytes is read or refused in words, whatever is in it: never a crash.

Each is a true file changed at a few places: flipped, cut, doubled, with what parsers stumble over, or
with an odd value in its JSON.
"""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from db import exchanging
from db.backup import backup_ages
from db.backup.manifest import MANIFEST, list_backups, newest, read_info
from db.exchange.sites import read_card
from db.kernel.anchor import Anchor, Mark
from db.kernel.erased import Line, read_list, write_list
from db.kernel.errors import LedgerDamaged, UserError
from db.kernel.ids import new_id
from db.kernel.keys import Slots
from db.kernel.place import ERASED
from db.workbooks.protocol import Refused
from db.workbooks.separated import read_separated
from desktop.settings import Looks, Settings
from tests.conftest import ROOT, morning
from tests.faults.harness.changing import Change, changed, reworded
from tests.faults.harness.children import Post

SHORT, LONG = 1_000, 150_000
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
        backup_ages(work, morning().now())
        # What says anything else the ledger did not seal.
        assert newest(folder.parent, key) is None or json.loads(data) == true


def _second_places(post: Post, work: Path, how: Change, many: int) -> Iterator[bool]:
    with post.open() as ledger:
        ledger.back_up("手动", work / "优盘")
    file = post.folder / "second.json"
    now = morning().now()
    for data in how(file.read_bytes(), many, 6):
        file.write_bytes(data)
        yield backup_ages(post.folder, now).second is not None


def _cards(post: Post, work: Path, how: Change, many: int) -> Iterator[bool]:
    file = work / "名片.json"
    with post.open() as ledger:
        true = exchanging.make_card(ledger, file, "警务室")
    for data in how(file.read_bytes(), many, 7):
        file.write_bytes(data)
        try:
            # What is read from a card is what was signed.
            assert read_card(file) == true
            yield True
        except UserError:
            yield False


def _erased(post: Post, work: Path, how: Change, many: int) -> Iterator[bool]:
    key, day = post.data_key(), morning().now().date()
    line = Line(new_id(), "volunteer", new_id(), ("name", "phone"), "", day, None, new_id())
    write_list(work, key, [line])
    for data in how((work / ERASED).read_bytes(), many, 8):
        (work / ERASED).write_bytes(data)
        found = read_list(work, key)
        assert found in ({}, {line.id: line})
        yield bool(found)


def _marks(post: Post, work: Path, how: Change, many: int) -> Iterator[bool]:
    del post
    key, mark = b"k" * 32, Mark(new_id(), 7, b"m" * 32, proved=3)
    assert Anchor(work / "anchor", key).keep(mark)
    for data in how((work / "anchor").read_bytes(), many, 9):
        (work / "anchor").write_bytes(data)
        found = Anchor(work / "anchor", key).read()
        assert found in (None, mark)
        yield found is not None


def _looks(post: Post, work: Path, how: Change, many: int) -> Iterator[bool]:
    del post
    file = work / "looks.json"
    own = Looks(theme="dark")
    Settings(file).keep(own)
    for data in how(file.read_bytes(), many, 10):
        file.write_bytes(data)
        yield Settings(file).looks == own


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
    (_tables, changed), (_cards, changed), (_cards, reworded), (_second_places, changed),
    (_second_places, reworded), (_erased, changed), (_erased, reworded), (_marks, changed),
    (_looks, changed), (_looks, reworded),
]  # fmt: skip


@pytest.mark.parametrize(("parser", "how"), CASES)
def test_a_parser_reads_or_refuses(
    post: Post, work: Path, parser: Parser, how: Change, record_property: Recorder
) -> None:
    read = list(parser(post, work, how, SHORT))
    assert len(read) == SHORT
    assert False in read
    record_property("changed files read or refused in words", len(read))


@pytest.mark.long
@pytest.mark.parametrize(("parser", "how"), CASES)
def test_a_parser_reads_or_refuses_very_often(
    post: Post, work: Path, parser: Parser, how: Change, record_property: Recorder
) -> None:
    tried = sum(1 for _ in parser(post, work, how, LONG))
    record_property("changed files read or refused in words, long", tried)
