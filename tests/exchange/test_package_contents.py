"""Attachments in packages: they open at the other end, and their names harm nobody there."""

import os
import zlib
from pathlib import Path

import orjson
import pytest

from db import attaching, exchanging
from db.attachments import attachments_of
from db.exchange.package import opened
from db.kernel.ids import new_id
from tests.exchange.forging import forged, keys_of
from tests.exchange.sites import Pair


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
