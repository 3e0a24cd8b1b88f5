"""Packages over a stick: whole, once, only from whom was paired, only for whom it is; nothing by halves."""

import os
import random
import zlib
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from pyrage import x25519
from sqlalchemy import select

from db import attaching, exchanging, migrations
from db.exchange import sites
from db.exchange.package import opened
from db.exchange.tables import SiteSeen
from db.kernel import proofs
from db.kernel.errors import PolicepostError, UserError
from db.kernel.ids import id_text, new_id
from db.kernel.journal import head
from db.kernel.records import CommandRow, Site
from db.ledger import Ledger
from db.visits.sheets import FieldSheet
from tests.builders import add_visits, rows_command, street, visit
from tests.exchange.forging import forged, keys_of
from tests.exchange.sites import Copying, Pair, digest_of

FLIPS = 1000


def _state(ledger: Ledger) -> tuple[Any, str]:
    with ledger.read() as connection:
        return head(connection), proofs.digest(connection)


def _refused(pair: Pair, file: Path, match: str) -> None:
    before = _state(pair.laptop)
    with pytest.raises(UserError, match=match):
        exchanging.look_into(pair.laptop, file)
    with pytest.raises(UserError, match=match):
        exchanging.merge_file(pair.laptop, file)
    assert _state(pair.laptop) == before


@pytest.fixture
def package(pair: Pair) -> Path:
    """What the post did, for the laptop."""
    doors = street(pair.post)
    add_visits(pair.post, [visit(door) for door in doors])
    return pair.send(pair.post)


def test_a_package_is_foreseen_merged_acknowledged_and_merging_it_again_changes_nothing(
    pair: Pair, package: Path
) -> None:
    before = _state(pair.laptop)
    seen = exchanging.look_into(pair.laptop, package)
    assert _state(pair.laptop) == before
    done = exchanging.merge_file(pair.laptop, package)
    assert seen.counts == done.counts
    assert done.counts.new == 10
    after = _state(pair.laptop)
    other_name = package.rename(pair.stick / "别的名字.tzpack")
    for _ in range(100):
        assert exchanging.merge_file(pair.laptop, other_name).no is None
    assert _state(pair.laptop) == after
    back = exchanging.merge_file(pair.post, pair.send(pair.laptop))
    with pair.post.read() as connection:
        (line,) = sites.peers(connection)
    assert line.arrived == line.packed
    assert back.receipts == f"已到笔记本：{line.packed}条中的{line.arrived}条"
    assert digest_of(pair.post) == digest_of(pair.laptop)


def test_a_lost_package_costs_nothing(pair: Pair, package: Path) -> None:
    package.unlink()
    add_visits(pair.post, [])
    exchanging.merge_file(pair.laptop, pair.send(pair.post))
    assert digest_of(pair.post) == digest_of(pair.laptop)


def test_the_second_package_before_the_first_needs_the_first_no_more(
    pair: Pair, package: Path
) -> None:
    exchanging.merge_file(pair.laptop, pair.send(pair.post))
    assert exchanging.merge_file(pair.laptop, package).no is None


def test_a_gap_is_named_and_the_honest_package_still_comes_in(pair: Pair, package: Path) -> None:
    def skip(said: dict[str, Any]) -> None:
        for site in said["since"]:
            said["since"][site] += 10**6
            said["upto"][site] += 10**6

    _refused(pair, forged(pair, package, header=skip), "没有合并")
    exchanging.merge_file(pair.laptop, package)
    assert digest_of(pair.post) == digest_of(pair.laptop)


def test_every_flipped_bit_cut_and_appended_byte_is_refused(pair: Pair, package: Path) -> None:
    whole = package.read_bytes()
    before = _state(pair.laptop)
    spoilt = pair.stick / "坏.tzpack"
    offsets = random.Random(1).sample(range(len(whole)), FLIPS)
    broken = [whole[:at] + bytes([whole[at] ^ (1 << (at % 8))]) + whole[at + 1 :] for at in offsets]
    broken += [whole[:at] for at in range(0, len(whole), len(whole) // 20)]
    broken += [whole + b"\0", whole + whole, b"", os.urandom(1000)]
    for data in broken:
        spoilt.write_bytes(data)
        with pytest.raises(UserError, match="台账没有改动"):
            exchanging.merge_file(pair.laptop, spoilt)
    assert _state(pair.laptop) == before
    exchanging.merge_file(pair.laptop, package)


def test_the_forged_the_foreign_and_the_unpaired_are_named(
    pair: Pair, package: Path, copies: Copying, tmp_path: Path
) -> None:
    (stranger,) = copies(1)
    exchanging.make_card(stranger, tmp_path / "生.json", "生人")
    _refused(pair, forged(pair, package, signer=stranger), "签名不对")

    def as_stranger(said: dict[str, Any]) -> None:
        said["key"] = bytes(keys_of(stranger).sign.verify_key).hex()

    _refused(pair, forged(pair, package, header=as_stranger, signer=stranger), "没有配对")

    def to_stranger(said: dict[str, Any]) -> None:
        said["to"] = [bytes(keys_of(stranger).sign.verify_key).hex()]

    _refused(pair, forged(pair, package, header=to_stranger), "不是给本机的")
    _refused(pair, forged(pair, package, to=stranger), "不是给本机的")
    own = forged(pair, package, to=pair.post)
    with pytest.raises(UserError, match="本机自己做的"):
        exchanging.merge_file(pair.post, own)
    with pair.laptop.read() as connection:
        (peer,) = sites.peers(connection)
    pair.laptop.write(sites.unpair(peer.id))
    _refused(pair, package, "已经解除")


def test_newer_formats_and_schemas_ask_for_an_update(pair: Pair, package: Path) -> None:
    _refused(pair, forged(pair, package, header=lambda said: said.update(v=2)), "升级")
    _refused(pair, forged(pair, package, header=lambda said: said.update(schema="9999")), "升级")
    _refused(pair, forged(pair, package, header=lambda said: said.update(v=0)), "坏了")


def _lines(pair: Pair, package: Path) -> list[bytes]:
    payload = opened(package, keys_of(pair.laptop)).payload
    return zlib.decompress(payload).split(b"\n")[:-2]


def _with(lines: list[bytes]) -> bytes:
    return zlib.compress(b"\n".join([*lines, b"", b""]))


def test_content_no_ledger_could_have_written_is_refused(pair: Pair, package: Path) -> None:
    lines = _lines(pair, package)
    at = next(n for n, line in enumerate(lines) if b'"household"' in line)
    kind, entity, record, fields = orjson.loads(lines[at])
    deep: Any = "x"
    for _ in range(200):
        deep = [deep]
    bad: list[Any] = [
        [kind, "site_key", record, {"sign": "x"}],
        [kind, "peer", record, {"name": "x"}],
        [kind, "没有的表", record, fields],
        [kind, entity, record, {**fields, "没有的列": 1}],
        [kind, entity, "../../etc/passwd", fields],
        [kind, entity, record, {**fields, "note": "身份证110101199003078515"}],
        [kind, entity, record, {**fields, "note": "a\0b"}],
        [kind, entity, record, {**fields, "residents": 10**17}],
        [kind, entity, record, {**fields, "residents": True}],
        [kind, entity, record, {**fields, "imported": {"a": deep}}],
        [kind, entity, record, {**fields, "community": "C:\\CON"}],
        ["!", entity, record, fields],
        [kind, entity, record],
    ]
    for change in bad:
        changed = [*lines[:at], orjson.dumps(change), *lines[at + 1 :]]
        _refused(pair, forged(pair, package, payload=_with(changed)), "台账没有改动")
    raw = [
        lines[at][:-2] + b',"note":"a","note":"b"}]',
        lines[at][:-2] + b',"residents":NaN}]',
        lines[at][:-2] + b',"residents":' + b"9" * 400 + b"}]",
        b"[" * 100_000 + b"]" * 100_000,
        b'["+","household","' + b"A" * (2 << 20) + b'",{}]',
    ]
    for line in raw:
        changed = [*lines[:at], line, *lines[at + 1 :]]
        _refused(pair, forged(pair, package, payload=_with(changed)), "台账没有改动")


def test_numbers_of_commands_out_of_order_or_absurd_are_refused(pair: Pair, package: Path) -> None:
    lines = _lines(pair, package)
    for seq in (2**63, -1, 0, 10**6, 1):
        said = orjson.loads(lines[0])
        if said[2] == seq:
            continue
        said[2] = seq
        try:
            first = orjson.dumps(said)
        except TypeError:
            continue
        _refused(pair, forged(pair, package, payload=_with([first, *lines[1:]])), "台账没有改动")
    heads = [at for at, line in enumerate(lines) if len(orjson.loads(line)) == 10]
    later, said = orjson.loads(lines[heads[-1]]), orjson.loads(lines[0])
    for backwards in ([*said[:8], later[0], said[9]], [later[0], *said[1:]]):
        changed = [orjson.dumps(backwards), *lines[1:]]
        _refused(pair, forged(pair, package, payload=_with(changed)), "台账没有改动")
    twice = [*lines, *lines]
    _refused(pair, forged(pair, package, payload=_with(twice)), "台账没有改动")


def test_a_clock_years_ahead_is_named_and_not_followed(pair: Pair) -> None:
    pair.post.clock.move(timedelta(days=1100))  # type: ignore[attr-defined]
    street(pair.post, homes=1)
    done = exchanging.merge_file(pair.laptop, pair.send(pair.post))
    assert "2029" in done.warnings[0]
    with pair.laptop.read() as connection:
        stamps = connection.execute(
            select(CommandRow.stamp).order_by(CommandRow.no.desc()).limit(2)
        ).scalars().all()  # fmt: skip
    assert stamps[0] < stamps[1]


def test_a_wrong_fingerprint_pairs_nobody(copies: Copying, tmp_path: Path) -> None:
    one, other = copies(2)
    card = exchanging.make_card(one, tmp_path / "一.json", "警务室")
    exchanging.make_card(other, tmp_path / "二.json", "笔记本")
    with pytest.raises(UserError, match="指纹对不上"):
        other.write(sites.pair(card, "0000 " * 8))
    said = orjson.loads((tmp_path / "一.json").read_bytes())
    said["recipient"] = str(x25519.Identity.generate().to_public())
    (tmp_path / "假.json").write_bytes(orjson.dumps(said))
    with pytest.raises(UserError, match="不是名片"):
        sites.read_card(tmp_path / "假.json")
    with pytest.raises(UserError, match="自己的名片"):
        one.write(sites.pair(card, card.fingerprint))


def test_a_stick_that_keeps_nothing_is_called_defective(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exchanging, "sha256_of", lambda _: "0" * 64)
    with pytest.raises(PolicepostError, match="优盘"):
        pair.send(pair.post)
    assert list(pair.stick.glob("*.tzpack*")) == []


def test_rows_of_one_copy_only_stay_there(pair: Pair) -> None:
    (door,) = street(pair.post, homes=1)
    sheet = {"id": new_id(), "number": 1, "title": "晨园", "printed": visit(door)["day"], "doors": (door,)}  # fmt: skip
    for ledger in (pair.post, pair.laptop):
        ledger.write(rows_command(FieldSheet, [{**sheet, "id": new_id()}]))
    pair.both_ways()
    with pair.laptop.read() as connection:
        assert connection.execute(select(FieldSheet.number)).scalars().all() == [1]


def test_a_paired_site_cannot_pose_as_another(
    pair: Pair, package: Path, copies: Copying, tmp_path: Path
) -> None:
    (third,) = copies(1)
    card = exchanging.make_card(third, tmp_path / "三.json", "警务站")
    pair.laptop.write(sites.pair(card, card.fingerprint))
    with pair.laptop.read() as connection:
        own = connection.execute(select(Site.id)).scalar_one()

    def posing(said: dict[str, Any]) -> None:
        said["key"] = card.key

    def restored(said: dict[str, Any]) -> None:
        said.update(key=card.key, before=id_text(card.site))

    def as_us(said: dict[str, Any]) -> None:
        said.update(key=card.key, site=id_text(own), before=id_text(card.site))

    def from_nowhere(said: dict[str, Any]) -> None:
        said.update(key=card.key, site=id_text(new_id()), before=None)

    for header in (posing, restored, as_us, from_nowhere):
        _refused(pair, forged(pair, package, header=header, signer=third), "“警务站”.*自称")
    exchanging.merge_file(pair.laptop, package)


def test_a_package_is_called_by_its_senders_card(pair: Pair, package: Path) -> None:
    for name in ("派出所", ""):
        renamed = forged(pair, package, header=lambda said, to=name: said.update(name=to))  # type: ignore[misc]
        assert exchanging.look_into(pair.laptop, renamed).sender == "警务室"
    done = exchanging.merge_file(pair.laptop, renamed)
    with pair.laptop.read() as connection:
        names = connection.execute(select(SiteSeen.name)).scalars().all()
        note = connection.execute(
            select(CommandRow.note).where(CommandRow.no == done.no)
        ).scalar_one()
    assert done.sender == "警务室"
    assert note.startswith("来自警务室，")
    assert "警务室" in names


def test_a_site_restored_twice_is_still_itself(
    pair: Pair, package: Path, copies: Copying, tmp_path: Path
) -> None:
    exchanging.merge_file(pair.laptop, package)
    pair.post.rest()
    older = copies.copy_of(pair.post.place.folder)
    add_visits(older, [])
    older.rest()
    again = copies.copy_of(older.place.folder)
    late = pair.send(pair.post)
    for ledger in (again, older):
        exchanging.merge_file(pair.laptop, pair.send(ledger))
    exchanging.merge_file(pair.laptop, late)


def test_a_package_of_many_pieces_cut_or_changed_at_a_piece_is_refused(
    pair: Pair, tmp_path: Path
) -> None:
    """The container seals pieces of 64 KiB: a cut between two of them is no cut within one."""
    picture = tmp_path / "现场.png"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + os.urandom(300_000))
    attaching.attach(pair.post, "dispute", new_id(), "scene", picture)
    package = pair.send(pair.post)
    whole = package.read_bytes()
    piece = 64 * 1024 + 16
    # Behind the text that names the receivers, its MAC, and the 16 bytes of the payload's nonce.
    begins = whole.index(b"\n--- ") + len(b"\n--- ") + 43 + 1 + 16
    ends = list(range(begins + piece, len(whole), piece))
    assert len(ends) >= 4
    first, second = whole[begins : ends[0]], whole[ends[0] : ends[1]]
    broken = [whole[:end] for end in (begins, *ends)]
    broken += [whole[: end - 1] for end in ends] + [whole[: end + 1] for end in ends]
    broken += [whole[: ends[0]] + whole[ends[1] :]]
    broken += [whole[:begins] + second + first + whole[ends[1] :]]
    broken += [whole[: ends[1]] + second + whole[ends[1] :]]
    before, spoilt = _state(pair.laptop), pair.stick / "坏.tzpack"
    for data in broken:
        spoilt.write_bytes(data)
        with pytest.raises(UserError, match="台账没有改动"):
            exchanging.merge_file(pair.laptop, spoilt)
    assert _state(pair.laptop) == before
    exchanging.merge_file(pair.laptop, package)
    assert digest_of(pair.post) == digest_of(pair.laptop)


@pytest.mark.parametrize("schema", migrations.VERSIONS[:-1])
def test_a_package_of_an_older_schema_is_merged(pair: Pair, package: Path, schema: str) -> None:
    older = forged(pair, package, header=lambda said: said.update(schema=schema))
    assert exchanging.merge_file(pair.laptop, older).counts.new == 10
    assert digest_of(pair.post) == digest_of(pair.laptop)
