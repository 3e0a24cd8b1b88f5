"""Attachments in packages: they open at the other end, and their names harm nobody there."""

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
from tests.exchange.conftest import paired
from tests.exchange.forging import forged, keys_of
from tests.exchange.histories import command
from tests.exchange.sites import Copying, Pair, known_to, parcel_for


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
