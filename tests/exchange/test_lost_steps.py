"""Ledgers that lost steps the others have: an older file, a restore cut short, again and again.

Who goes on is another site from then on. The others send back what was lost, nothing diverges.
"""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from db import backup, exchanging
from db.erasing import erase
from db.erasure.proposing import propose_erasure
from db.exchange.sites import peers, renew
from db.kernel.access import Role
from db.kernel.errors import UserError
from db.kernel.history import history
from db.kernel.ids import Id
from db.kernel.records import Site
from db.ledger import Ledger
from db.restoring import put_back
from db.sample import PASSWORD
from db.visits import Visit
from tests.builders import add_visits, street, visit
from tests.exchange.sites import Copying, Pair, digest_of, to_decide


def _note(ledger: Ledger, home: Id, *notes: str) -> None:
    for note in notes:
        add_visits(ledger, [visit(home, note=note)])


def _notes(ledger: Ledger) -> list[str]:
    with ledger.read() as connection:
        return sorted(note or "" for note in connection.execute(select(Visit.note)).scalars())


def _to_laptop(pair: Pair) -> None:
    exchanging.merge_file(pair.laptop, pair.send(pair.post))


def _to_post(pair: Pair) -> None:
    exchanging.merge_file(pair.post, pair.send(pair.laptop))


def _all_have(pair: Pair, *notes: str) -> None:
    """Whichever way it goes on, all is at both and nothing is told twice."""
    for _ in range(2):
        _to_laptop(pair)
        _to_post(pair)
    assert _notes(pair.post) == _notes(pair.laptop) == sorted(notes)
    assert digest_of(pair.post) == digest_of(pair.laptop)
    assert to_decide(pair.post) == to_decide(pair.laptop) == set()
    for ledger in (pair.post, pair.laptop):
        assert ledger.problems() == []


@pytest.mark.parametrize("first", [_to_laptop, _to_post])
def test_who_goes_on_after_lost_steps_gets_them_back_and_loses_nothing_new(
    copies: Copying, pair: Pair, first: Callable[[Pair], None]
) -> None:
    (home, *_) = street(pair.post)
    _to_laptop(pair)
    _to_post(pair)
    kept = copies.kept(pair.post)
    _note(pair.post, home, "丢一", "丢二")
    _to_laptop(pair)
    pair.post = copies.lost(pair.post, kept)
    assert "至少少了3步" in pair.post.missing
    before = pair.post.site
    _note(pair.post, home, "新一", "新二", "新三", "新四")

    assert pair.post.site != before
    with pair.post.read() as connection:
        assert connection.execute(select(Site.before)).scalar_one() == before
        assert history(connection, 5)[-1].action == "台账少了操作，接着用"
    told = exchanging.look_into(pair.post, pair.send(pair.laptop)).warnings
    assert any("现在少了的2步，对方还有" in line for line in told)
    first(pair)
    _all_have(pair, "丢一", "丢二", "新一", "新二", "新三", "新四")


def test_steps_lost_twice_to_the_same_old_file_come_back_twice(copies: Copying, pair: Pair) -> None:
    """The second new life is not one of the first: the laptop knows that one already."""
    (home, *_) = street(pair.post)
    pair.both_ways()
    kept = copies.kept(pair.post)
    _note(pair.post, home, "丢一")
    for _ in range(5):
        _to_laptop(pair)
    late = pair.send(pair.post)
    for number in range(2):
        pair.post = copies.lost(pair.post, kept)
        _note(pair.post, home, f"新{number}")
        _to_laptop(pair)
    _note(pair.laptop, home, "笔记本")
    # A package of the first life that comes late takes nothing back.
    exchanging.merge_file(pair.laptop, late)
    _all_have(pair, "丢一", "新0", "新1", "笔记本")


def test_a_ledger_that_lost_steps_and_was_then_restored_gets_all_back(
    copies: Copying, pair: Pair
) -> None:
    (home, *_) = street(pair.post)
    made = pair.post.back_up("手动")
    pair.both_ways()
    _note(pair.post, home, "在前")
    kept = copies.kept(pair.post)
    _note(pair.post, home, "丢一")
    _to_laptop(pair)
    pair.post = copies.lost(pair.post, kept)
    _note(pair.post, home, "丢二")
    _to_laptop(pair)

    folder = pair.post.place.folder
    copies.open.remove(pair.post)
    done = put_back(pair.post, made.path, PASSWORD, good=True, step=lambda *_: None)
    copies.open.append(done.ledger)
    pair.post = done.ledger
    assert pair.post.place.folder == folder
    _note(pair.post, home, "新一")
    _all_have(pair, "在前", "丢一", "丢二", "新一")


def test_a_whole_folder_put_back_that_went_on_as_the_same_site_is_found_out(
    copies: Copying, pair: Pair
) -> None:
    """Nothing beside the ledger tells, and it has given more numbers since than it lost."""
    (home, *_) = street(pair.post)
    pair.both_ways()
    twin = copies.copy_of(pair.post.place.folder, renewed=False)
    _note(pair.post, home, "丢一")
    _to_laptop(pair)
    _to_post(pair)
    _note(twin, home, *map(str, range(6)))
    pair.post = twin
    _to_post(pair)
    before = digest_of(pair.laptop)
    for _ in range(2):
        with pytest.raises(UserError, match="整个复制过"):
            _to_laptop(pair)
        # Also under a new id what it did twice stays told.
        pair.post.write(renew())
    assert digest_of(pair.laptop) == before


def test_accounts_made_in_lost_steps_are_its_own_again(copies: Copying, pair: Pair) -> None:
    street(pair.post)
    pair.both_ways()
    kept = copies.kept(pair.post)
    pair.post.add_account("新来", "新来的", Role.AUXILIARY, "correct horse battery")
    _to_laptop(pair)
    pair.post = copies.lost(pair.post, kept)
    _to_laptop(pair)
    _to_post(pair)
    assert "新来" in [line.user for line in pair.post.accounts()]


def test_a_restore_killed_after_the_ledger_was_exchanged_is_a_new_life_too(
    copies: Copying, pair: Pair
) -> None:
    (home, *_) = street(pair.post)
    pair.both_ways()
    made = pair.post.back_up("手动")
    _note(pair.post, home, "丢一", "丢二")
    _to_laptop(pair)
    before, now = pair.post.site, pair.post.clock.now()
    folder = copies.closed(pair.post)
    backup.replace(made.path, folder, copies.key(), now=now, step=lambda *_: None)

    pair.post = copies.opened(folder)
    assert "恢复备份还没有收尾" in pair.post.missing
    _note(pair.post, home, "新一", "新二", "新三")
    assert pair.post.site != before
    _all_have(pair, "丢一", "丢二", "新一", "新二", "新三")


def test_a_restore_elsewhere_killed_at_its_end_is_a_new_life_too(
    copies: Copying, pair: Pair, tmp_path: Path
) -> None:
    """There no mark of the ledger's tells that it lacks anything."""
    (home, *_) = street(pair.post)
    pair.both_ways()
    made = pair.post.back_up("手动")
    _note(pair.post, home, "丢一", "丢二")
    _to_laptop(pair)
    before = pair.post.site
    copies.closed(pair.post)
    (tmp_path / "别处").mkdir()
    (tmp_path / "别处" / "anchor").symlink_to(tmp_path / "别的文件")
    backup.restore(made.path, tmp_path / "别处", lambda _: copies.key())

    assert not (tmp_path / "别的文件").exists()
    pair.post = copies.opened(tmp_path / "别处")
    _note(pair.post, home, "新一", "新二", "新三")
    assert pair.post.site != before
    _all_have(pair, "丢一", "丢二", "新一", "新二", "新三")


def test_a_restore_that_fails_leaves_the_ledger_what_it_was(
    copies: Copying, pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    street(pair.post)
    made = pair.post.back_up("手动")
    now, site = pair.post.clock.now(), pair.post.site
    folder = copies.closed(pair.post)

    def refuse(*_: object) -> None:
        raise OSError(5, "the disk refuses")

    monkeypatch.setattr(backup.replacing, "move", refuse)
    monkeypatch.setattr(backup.replacing, "kept_aside", lambda *_: folder / "replaced")
    with pytest.raises(Exception, match="磁盘读写出错"):
        backup.replace(made.path, folder, copies.key(), now=now, step=lambda *_: None)
    pair.post = copies.opened(folder)
    assert pair.post.missing == ""
    assert pair.post.site == site


def test_a_ledger_restored_to_before_an_erasure_is_still_taken_for_itself(
    copies: Copying, pair: Pair
) -> None:
    (home, *_) = street(pair.post)
    said = visit(home, note="要清除的话")
    add_visits(pair.post, [said])
    pair.both_ways()
    made = pair.post.back_up("手动")
    proposal = pair.post.write(propose_erasure("visit", [said["id"]], "request")).value
    erase(pair.post, proposal, "签字单在柜子里")

    copies.open.remove(pair.post)
    done = put_back(pair.post, made.path, PASSWORD, good=True, step=lambda *_: None)
    copies.open.append(done.ledger)
    pair.post = done.ledger
    _note(pair.post, home, "新一")
    _to_laptop(pair)
    _to_post(pair)
    assert digest_of(pair.post) == digest_of(pair.laptop)
    assert "新一" in _notes(pair.laptop)
    assert "要清除的话" not in _notes(pair.laptop)


def test_what_arrived_before_a_new_life_is_counted_after_it(pair: Pair) -> None:
    street(pair.post)
    pair.both_ways()
    exchanging.merge_file(pair.post, pair.send(pair.laptop))

    def line() -> tuple[int, int]:
        with pair.post.read() as connection:
            (peer,) = peers(connection)
        return peer.packed, peer.arrived

    before = line()
    pair.post.write(renew())
    assert line() == before
    assert before[0] == before[1]
    exchanging.merge_file(pair.laptop, pair.send(pair.post))
    back = exchanging.merge_file(pair.post, pair.send(pair.laptop))
    packed, arrived = line()
    assert arrived == packed > before[0]
    assert back.receipts == f"已到笔记本：{packed}条中的{packed}条"
