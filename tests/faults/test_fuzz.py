"""What comes from outside as bytes is read or refused in words, whatever is in it: never a crash.

Each is a true file changed at a few places: flipped, cut, doubled, with what parsers stumble over.
"""

import hashlib
import random
import struct
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import orjson
import pyrage
import pytest

from db import exchanging
from db.backup.manifest import MANIFEST, list_backups, read_info
from db.exchange.package import opened
from db.kernel.errors import LedgerDamaged, UserError
from db.kernel.keys import Slots
from db.workbooks.protocol import Refused
from db.workbooks.separated import read_separated
from tests.builders import add_visits, street, visit
from tests.conftest import ROOT
from tests.exchange.conftest import paired
from tests.exchange.forging import keys_of
from tests.exchange.sites import Copying, Pair
from tests.faults.harness.children import Post

SHORT, LONG = 2_500, 250_000
Recorder = Callable[[str, object], None]
Change = Callable[[bytes, int, int], Iterator[bytes]]
TRIPS = (
    b"null", b"-1", b"1e999", b"NaN", b"9" * 40, b"[" * 2000, b'{"a":' * 500, b'""', b"\\ud800",
    b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"true", b"\n", b'"', b",", "身份证".encode(), b"1" * 18,
)  # fmt: skip

ODD = (
    None, True, -1, 0, 2**53, 2**63 - 1, 0.5, 1e300, "", "x", "字" * 3000, "A" * 22, [], {}, [[]],
    [None, 1], {"": [None, None]}, {"name": None}, ["a", "b"], "2026-02-30", "0" * 64,
)  # fmt: skip


def changed(whole: bytes, how_many: int, seed: int) -> Iterator[bytes]:
    """Yield a file changed at one to four places, so many times over."""
    chance = random.Random(seed)
    for _ in range(how_many):
        data = bytearray(whole)
        for _ in range(chance.randint(1, 4)):
            at = chance.randrange(len(data) + 1)
            end = min(len(data), at + chance.choice((1, 2, 8, 64, 1000)))
            match chance.randrange(5):
                case 0 if at < len(data):
                    data[at] ^= 1 << chance.randrange(8)
                case 1:
                    del data[at:end]
                case 2:
                    data[at:at] = data[at:end]
                case 3:
                    data[at:end] = chance.randbytes(end - at)
                case _:
                    data[at:end] = chance.choice(TRIPS)
        yield bytes(data)


def odd(said: Any, chance: random.Random) -> Any:
    """Return plain JSON with one value somewhere in it exchanged for another kind of thing."""
    if isinstance(said, dict) and said and chance.random() < 0.9:
        name = chance.choice(list(said))
        return {**said, name: odd(said[name], chance)}
    if isinstance(said, list) and said and chance.random() < 0.9:
        at = chance.randrange(len(said))
        return [*said[:at], odd(said[at], chance), *said[at + 1 :]]
    return chance.choice(ODD)


def retold(whole: bytes, how_many: int, seed: int) -> Iterator[bytes]:
    """Yield lines of JSON, one of them with an odd value, written as the program writes them."""
    chance, lines = random.Random(seed), whole.split(b"\n")
    full = [at for at, line in enumerate(lines) if line]
    for _ in range(how_many):
        at = chance.choice(full)
        said = odd(orjson.loads(lines[at]), chance)
        line = orjson.dumps(said, option=orjson.OPT_SORT_KEYS if len(full) == 1 else None)
        yield b"\n".join((*lines[:at], line, *lines[at + 1 :]))


def _slots(post: Post, work: Path, many: int) -> Iterator[bool]:
    del work
    for data in changed((post.folder / "slots.json").read_bytes(), many, 1):
        try:
            Slots.from_bytes(data).users()
            yield True
        except LedgerDamaged:
            yield False


def _manifests(post: Post, work: Path, many: int) -> Iterator[bool]:
    with post.open() as ledger:
        path = ledger.back_up("手动").path
    folder = work / "backups" / path.name
    folder.mkdir(parents=True)
    for data in changed((path / MANIFEST).read_bytes(), many, 2):
        (folder / MANIFEST).write_bytes(data)
        try:
            read_info(folder)
            yield True
        except LedgerDamaged:
            yield False
        assert len(list_backups(folder.parent)) <= 1


def _tables(post: Post, work: Path, many: int) -> Iterator[bool]:
    del post, work
    whole = (ROOT / "resources" / "sample" / "走访记录.csv").read_bytes()[:3000]
    for data in changed(whole, many, 3):
        try:
            list(read_separated(data))
            yield True
        except Refused:
            yield False


@pytest.mark.parametrize("parser", [_slots, _manifests, _tables])
def test_a_parser_reads_or_refuses(
    post: Post,
    work: Path,
    parser: Callable[[Post, Path, int], Iterator[bool]],
    record_property: Recorder,
) -> None:
    read = list(parser(post, work, SHORT))
    assert len(read) == SHORT
    assert False in read
    record_property("changed files read or refused in words", len(read))


@pytest.mark.long
@pytest.mark.parametrize("parser", [_slots, _manifests, _tables])
def test_a_parser_reads_or_refuses_very_often(
    post: Post,
    work: Path,
    parser: Callable[[Post, Path, int], Iterator[bool]],
    record_property: Recorder,
) -> None:
    record_property("changed files, long", sum(1 for _ in parser(post, work, LONG)))


@pytest.fixture
def pair(_template: Path, tmp_path: Path) -> Iterator[Pair]:
    """A post and a laptop, paired; the post has something to tell."""
    copies = Copying(_template, tmp_path)
    made = paired(*copies(2), tmp_path / "stick")
    add_visits(made.post, [visit(door, note="说明") for door in street(made.post)])
    yield made
    copies.close()


@pytest.mark.parametrize("how", [changed, retold])
@pytest.mark.parametrize("part", ["header", "payload"])
def test_a_package_signed_by_a_friend_is_read_or_refused(
    pair: Pair, work: Path, part: str, how: Change, record_property: Recorder
) -> None:
    """The worst a paired site can send: its signature and its seal are right, its words are not."""
    count = sum(_packages(pair, work, part, how, SHORT // 2))
    assert 0 < count < SHORT // 2
    record_property("changed packages that were refused", count)


@pytest.mark.long
@pytest.mark.parametrize("how", [changed, retold])
@pytest.mark.parametrize("part", ["header", "payload"])
def test_a_package_signed_by_a_friend_very_often(
    pair: Pair, work: Path, part: str, how: Change, record_property: Recorder
) -> None:
    tried = sum(1 for _ in _packages(pair, work, part, how, LONG // 2))
    record_property("changed packages, long", tried)


def _packages(pair: Pair, work: Path, part: str, how: Change, many: int) -> Iterator[bool]:
    """Yield whether each changed package was refused; whatever else is raised fails the test."""
    theirs, mine = keys_of(pair.post), keys_of(pair.laptop)
    true = opened(pair.send(pair.post), mine)
    said, lines = orjson.loads(true.signed[4:]), zlib.decompress(true.payload)
    file = work / "改.tzpack"
    for data in how(true.signed[4:] if part == "header" else lines, many, 4):
        payload = true.payload if part == "header" else zlib.compress(data, 1)
        fresh = {**said, "sha256": hashlib.sha256(payload).hexdigest(), "length": len(payload)}
        text = data if part == "header" else orjson.dumps(fresh, option=orjson.OPT_SORT_KEYS)
        signed = struct.pack(">I", len(text)) + text
        signature = theirs.sign.sign(b"policepost-pack-v1\0" + signed).signature
        file.write_bytes(pyrage.encrypt(signed + signature + payload, [mine.age.to_public()]))
        refused = ""
        try:
            exchanging.look_into(pair.laptop, file)
        except UserError as error:
            refused = str(error)
        assert not refused or "台账没有改动" in refused
        yield bool(refused)
