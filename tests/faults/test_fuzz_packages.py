"""The worst a paired site can send: its signature and its seal are right, its words are not.

Looked into, such a package is read or refused in words. One whose every word could be said and is
not true is merged, proved and taken back: the ledger is whole with it, or it is refused in words.
"""

import hashlib
import struct
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import orjson
import pyrage
import pytest

from db import exchanging
from db.exchange.courier import merge_package
from db.exchange.package import opened
from db.kernel import engine, journal, proofs
from db.kernel.errors import UserError
from db.ledger import Ledger
from tests.builders import add_visits, street, visit
from tests.exchange.conftest import paired
from tests.exchange.forging import keys_of
from tests.exchange.histories import History
from tests.exchange.sites import Copying, Pair
from tests.faults.harness.changing import Change, changed, retold, swapped

SHORT, LONG = 500, 60_000
SHORT_SWAPS, LONG_SWAPS = 60, 1_000
Recorder = Callable[[str, object], None]


@pytest.fixture
def pair(_template: Path, work: Path) -> Iterator[Pair]:
    """A post and a laptop, paired; the post has something to tell."""
    copies = Copying(_template, work)
    made = paired(*copies(2), work / "stick")
    add_visits(made.post, [visit(door, note="说明") for door in street(made.post)])
    yield made
    copies.close()


def _forged(pair: Pair, work: Path, part: str, how: Change, many: int, seed: int) -> Iterator[Path]:
    """Yield packages of the post with one part of them changed, signed and sealed anew."""
    theirs, mine = keys_of(pair.post), keys_of(pair.laptop)
    true = opened(pair.send(pair.post), mine)
    said, lines = orjson.loads(true.signed[4:]), zlib.decompress(true.payload)
    file = work / "改.tzpack"
    for data in how(true.signed[4:] if part == "header" else lines, many, seed):
        text, payload = data, true.payload
        if part == "payload":
            payload = zlib.compress(data, 1)
            text = _header(said, data, payload)
        signed = struct.pack(">I", len(text)) + text
        signature = theirs.sign.sign(b"policepost-pack-v1\0" + signed).signature
        file.write_bytes(pyrage.encrypt(signed + signature + payload, [mine.age.to_public()]))
        yield file


def _header(said: dict[str, Any], data: bytes, payload: bytes) -> bytes:
    """The header of another payload; its changes are what stands beside the commands' lines."""
    fresh = {**said, "sha256": hashlib.sha256(payload).hexdigest(), "length": len(payload)}
    fresh["changes"] = max(0, sum(map(bool, data.split(b"\n"))) - said["commands"])
    return orjson.dumps(fresh, option=orjson.OPT_SORT_KEYS)


def _refused(pair: Pair, file: Path) -> bool:
    """Look into a package as a person does; whatever is raised but a refusal fails the test."""
    refusal = ""
    try:
        exchanging.look_into(pair.laptop, file)
    except UserError as error:
        refusal = str(error)
    assert not refusal or "台账没有改动" in refusal
    return bool(refusal)


@pytest.mark.parametrize("how", [changed, retold])
@pytest.mark.parametrize("part", ["header", "payload"])
def test_a_package_signed_by_a_friend_is_read_or_refused(
    pair: Pair, work: Path, part: str, how: Change, record_property: Recorder
) -> None:
    count = sum(_refused(pair, file) for file in _forged(pair, work, part, how, SHORT, 4))
    assert 0 < count < SHORT
    record_property("changed packages read or refused in words", SHORT)


@pytest.mark.long
@pytest.mark.parametrize("how", [changed, retold])
@pytest.mark.parametrize("part", ["header", "payload"])
def test_a_package_signed_by_a_friend_very_often(
    pair: Pair, work: Path, part: str, how: Change, record_property: Recorder
) -> None:
    for file in _forged(pair, work, part, how, LONG, 5):
        _refused(pair, file)
    record_property("changed packages read or refused in words, long", LONG)


@pytest.fixture
def full(_template: Path, work: Path) -> Iterator[Callable[[int], Pair]]:
    """A post and a laptop that met, each with more to tell since: of every noun, by a seed."""
    copies = Copying(_template, work)

    def make(seed: int) -> Pair:
        made = paired(*copies(2), work / "stick")
        story = History([made.post, made.laptop], seed)
        story.run(20)
        for step in (story.pack, story.deliver, story.meet, story.turn_clock):
            del story.steps[step]
        story.go_on(40)
        return made

    yield make
    copies.close()


def _merged_and_taken_back(ledger: Ledger, file: Path) -> list[str]:
    """Merge a package, prove what the ledger is then, and take it back; UserError if it is refused."""
    package = exchanging.read_package(ledger, file)
    merging = merge_package(package.header, package.parcel({}))
    author = journal.Author(ledger.site, ledger.session.account, ledger.clock)
    with engine.in_words(), ledger.core.writer.connect() as connection, connection.begin() as trial:
        before, _ = journal.head(connection)
        done = journal.run(connection, merging, author, ledger.core.journal_key)
        wrong = proofs.chain_problems(connection, ledger.core.journal_key, before)
        for record in proofs.record_classes():
            if record.__tablename__ in done.touched:
                wrong += proofs.table_problems(connection, record)
        hanging = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
        trial.rollback()
    if hanging:
        # The commit would have found it.
        raise UserError("台账没有改动")
    return wrong


def _swaps(pair: Pair, work: Path, many: int, seed: int) -> tuple[int, int]:
    """Try packages whose commands say what others said; return how many were taken in, and refused."""
    refused = 0
    for file in _forged(pair, work, "payload", swapped, many, seed):
        wrong, refusal = list[str](), ""
        try:
            wrong = _merged_and_taken_back(pair.laptop, file)
        except UserError as error:
            refusal = str(error)
        assert wrong == []
        assert not refusal or "台账没有改动" in refusal
        refused += bool(refusal)
    return many - refused, refused


@pytest.mark.parametrize("seed", range(5))
def test_a_package_of_well_said_lies_is_whole_or_refused(
    full: Callable[[int], Pair], work: Path, seed: int, record_property: Recorder
) -> None:
    taken, refused = _swaps(full(seed), work, SHORT_SWAPS, seed)
    assert taken
    assert refused
    record_property("packages of well-said lies merged whole or refused", taken + refused)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(100, 130))
def test_well_said_lies_very_often(
    full: Callable[[int], Pair], work: Path, seed: int, record_property: Recorder
) -> None:
    taken, refused = _swaps(full(seed), work, LONG_SWAPS, seed)
    record_property("packages of well-said lies merged whole or refused, long", taken + refused)
