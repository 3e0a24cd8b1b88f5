"""Attachments in packages: they open at the other end, and their names harm nobody there."""

import contextlib
import os
import zlib
from pathlib import Path

import orjson
import pytest
from sqlalchemy import select

from db import attaching, exchanging
from db.attachments import Attachment, attachments_of
from db.exchange import sites
from db.exchange.merging import merge
from db.exchange.package import opened
from db.kernel.history import history
from db.kernel.ids import Id, new_id
from db.ledger import Ledger
from db.places import Household
from db.sample import PASSWORD
from tests.builders import street
from tests.conftest import POST, morning
from tests.exchange.conftest import paired
from tests.exchange.forging import forged, keys_of
from tests.exchange.histories import command
from tests.exchange.sites import Copying, Pair, digest_of, known_to, parcel_for, to_decide


def test_attachments_travel_and_open_at_the_other_end(pair: Pair, tmp_path: Path) -> None:
    picture = tmp_path / "现场.png"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + os.urandom(200_000))
    of = new_id()
    done = attaching.attach(pair.post, "dispute", of, "scene", picture)
    exchanging.merge_file(pair.laptop, pair.send(pair.post))
    assert attaching.content_of(pair.laptop, done.value) == picture.read_bytes()


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../../etc/cron.d/x", "etc cron.d x"),
        ("C:\\x", "C x"),
        ("CON", "附件"),
        ("nul.jpg", "附件.jpg"),
        ("长" * 300 + ".PNG", "长" * 96 + ".png"),
        ("~/.bashrc", "~ .bashrc"),
    ],
)
def test_a_hostile_name_of_an_attachment_is_made_harmless_as_it_comes_in(
    pair: Pair, tmp_path: Path, name: str, safe: str
) -> None:
    picture = tmp_path / "现场.png"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + os.urandom(2000))
    of = new_id()
    done = attaching.attach(pair.post, "dispute", of, "scene", picture)
    package = pair.send(pair.post)
    whole = zlib.decompress(opened(package, keys_of(pair.laptop)).payload)
    said = orjson.dumps("现场.png")
    assert whole.count(said) == 1
    changed = zlib.compress(whole.replace(said, orjson.dumps(name)))
    before = {path for path in tmp_path.rglob("*") if pair.laptop.place.folder not in path.parents}
    made = forged(pair, package, payload=changed)
    exchanging.merge_file(pair.laptop, made)
    after = {path for path in tmp_path.rglob("*") if pair.laptop.place.folder not in path.parents}
    assert after - before == {made}
    with pair.laptop.read() as connection:
        (line,) = attachments_of(connection, of)
    assert line.name == safe
    assert attaching.content_of(pair.laptop, done.value) == picture.read_bytes()


def _added_at_both(pair: Pair, file: Path) -> list[Id]:
    file.write_bytes(b"\x89PNG\r\n\x1a\n" + os.urandom(3000))
    return [
        attaching.attach(ledger, "dispute", new_id(), "scene", file).value
        for ledger in (pair.post, pair.laptop)
    ]


def test_a_file_added_at_two_sites_opens_in_both_records_at_both(
    pair: Pair, copies: Copying, tmp_path: Path
) -> None:
    """Each has it under a secret of its own; a third hears of both by one of them."""
    third = copies(1)[0]
    picture = tmp_path / "现场.png"
    both = _added_at_both(pair, picture)
    exchanging.merge_file(pair.laptop, pair.send(pair.post))
    exchanging.merge_file(pair.post, pair.send(pair.laptop))
    for ledger in (pair.post, pair.laptop):
        assert [attaching.content_of(ledger, one) for one in both] == [picture.read_bytes()] * 2
        made = ledger.back_up("手动")
        assert (made.lost, ledger.check_backup(made.path), ledger.problems()) == (0, [], [])
    other = paired(pair.laptop, third, tmp_path / "stick2")
    with pair.laptop.read() as connection:
        card = exchanging.make_card(third, tmp_path / "三.json", "第三")
        (peer,) = [line for line in sites.peers(connection) if line.fingerprint == card.fingerprint]
    package = exchanging.pack(pair.laptop, peer, other.stick).path
    exchanging.merge_file(third, package)
    assert [attaching.content_of(third, one) for one in both] == [picture.read_bytes()] * 2


def test_a_content_that_two_records_name_with_two_secrets_is_told_for_each(
    pair: Pair, tmp_path: Path
) -> None:
    """As ledgers have it that were merged by an older program."""
    both = _added_at_both(pair, tmp_path / "现场.png")
    with pair.laptop.read() as connection:
        secret = connection.execute(select(Attachment.secret)).scalar_one()
    parcel = parcel_for(pair.laptop, known_to(pair.post))
    pair.post.write(merge(parcel))
    pair.post.write(command(lambda tx: tx.change(Attachment, {both[1]: {"secret": secret}})))
    (told,) = pair.post.problems()
    assert told.startswith("1个附件缺少或损坏")
    made = pair.post.back_up("手动")
    assert (made.lost, pair.post.check_backup(made.path)) == (1, [])
    # So that the ledger ends whole.
    pair.post.undo(made_no(pair.post))


def made_no(ledger: Ledger) -> int:
    with ledger.read() as connection:
        return history(connection, 1)[0].no


def test_a_content_that_comes_again_mends_a_damaged_one(pair: Pair, tmp_path: Path) -> None:
    both = _added_at_both(pair, tmp_path / "现场.png")
    for path in pair.laptop.place.blobs.rglob("*"):
        if path.is_file():
            path.write_bytes(path.read_bytes()[:-1])
    exchanging.merge_file(pair.laptop, pair.send(pair.post))
    for one in both:
        assert attaching.content_of(pair.laptop, one) == (tmp_path / "现场.png").read_bytes()


def _pictures(ledger: Ledger, folder: Path, count: int) -> dict[Id, bytes]:
    """Attach so many pictures of 100 KB."""
    made = {}
    for number in range(count):
        file = folder / f"现场{number}.png"
        file.write_bytes(b"\x89PNG\r\n\x1a\n" + os.urandom(100_000))
        done = attaching.attach(ledger, "dispute", new_id(), "scene", file)
        made[done.value] = file.read_bytes()
    return made


def test_contents_beyond_what_a_package_carries_go_with_the_next(
    pair: Pair, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("db.exchange.contents.MOST_CONTENTS", 250_000)
    made = _pictures(pair.post, tmp_path, 5)
    with pair.post.read() as connection:
        (peer,) = sites.peers(connection)
    arrived = []
    while True:
        package = exchanging.pack(pair.post, peer, pair.stick)
        assert package.path.stat().st_size < 260_000
        exchanging.merge_file(pair.laptop, package.path)
        exchanging.merge_file(pair.post, pair.send(pair.laptop))
        arrived.append(package.contents)
        if not package.left:
            break
        assert "放不下" in package.still_to_come
    assert arrived == [2, 2, 1]
    for one, data in made.items():
        assert attaching.content_of(pair.laptop, one) == data
    pair.both_ways()
    assert digest_of(pair.post) == digest_of(pair.laptop)


def test_commands_beyond_what_a_package_carries_go_with_the_next(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is merged at one stop tells no more than its sender had seen by then."""
    (home, *_) = street(pair.post)
    pair.both_ways()
    for number in range(4):
        pair.post.write(command(lambda tx, n=number: tx.change(Household, {home: {"contact": f"甲{n}"}})))  # fmt: skip
        exchanging.merge_file(pair.laptop, pair.send(pair.post))
        pair.laptop.write(command(lambda tx, n=number: tx.change(Household, {home: {"phone": f"1380000000{n}"}})))  # fmt: skip
        exchanging.merge_file(pair.post, pair.send(pair.laptop))
    third = pair.post
    monkeypatch.setattr(exchanging, "MOST_COMMANDS", 3)
    pair.laptop.write(command(lambda tx: tx.change(Household, {home: {"contact": "乙"}})))
    for number in range(9):
        third.note("打印", str(number))
    for _ in range(12):
        exchanging.merge_file(pair.laptop, pair.send(pair.post))
        exchanging.merge_file(pair.post, pair.send(pair.laptop))
    assert digest_of(pair.post) == digest_of(pair.laptop)
    assert to_decide(pair.post) == to_decide(pair.laptop) == set()


@pytest.mark.parametrize("apart", [False, True])
def test_a_content_that_could_not_be_read_goes_with_a_later_package(
    pair: Pair, tmp_path: Path, *, apart: bool
) -> None:
    """Also between ledgers that name contents by keys of their own; a lost package costs nothing."""
    with contextlib.ExitStack() as open_:
        if apart:
            other, _ = Ledger.create(tmp_path / "other", POST, PASSWORD, clock=morning())
            open_.enter_context(other)
            pair = paired(pair.post, other, tmp_path / "stick3")
        with pair.post.read() as connection:
            fingerprint = exchanging.make_card(pair.laptop, tmp_path / "x.json").fingerprint
            (peer,) = [one for one in sites.peers(connection) if one.fingerprint == fingerprint]
        made = _pictures(pair.post, tmp_path, 2)
        lost = _files(pair.post)[0]
        whole = lost.read_bytes()
        lost.write_bytes(whole[:-1])

        package = exchanging.pack(pair.post, peer, pair.stick)
        assert (package.contents, package.lacking) == (1, 1)
        assert "读不出来" in package.still_to_come
        exchanging.merge_file(pair.laptop, package.path)
        assert len(_files(pair.laptop)) == 1
        back = pair.send(pair.laptop)
        exchanging.merge_file(pair.post, back)
        assert exchanging.pack(pair.post, peer, pair.stick).lacking == 1
        lost.write_bytes(whole)
        assert exchanging.pack(pair.post, peer, pair.stick).contents == 1
        again = exchanging.pack(pair.post, peer, pair.stick)
        assert (again.contents, again.lacking) == (1, 0)
        exchanging.merge_file(pair.laptop, again.path)
        for one, data in made.items():
            assert attaching.content_of(pair.laptop, one) == data
        assert pair.laptop.problems() == []
        exchanging.merge_file(pair.post, pair.send(pair.laptop))
        assert exchanging.pack(pair.post, peer, pair.stick).contents == 0


def _files(ledger: Ledger) -> list[Path]:
    return sorted(path for path in ledger.place.blobs.rglob("*") if path.is_file())
