"""A laptop that carries a few communities: what it gets, what it is not told, what it tells."""

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from db import exchanging
from db.exchange import sites
from db.exchange.deciding import count_open
from db.kernel.errors import UserError
from db.kernel.ids import Id
from db.kernel.records import CommandRow
from db.places import Community
from db.visits import Visit
from tests.builders import add_visits, rows_command, street, visit
from tests.exchange.sites import Copying, Pair

Cut = tuple[Pair, list[Id]]


@pytest.fixture
def cut(copies: Copying, tmp_path: Path) -> Cut:
    """A post of two communities and a laptop that carries the first, and the post's doors."""
    post, laptop = copies(2)
    doors = street(post, communities=2)
    with post.read() as connection:
        first: Id = connection.execute(
            select(Community.id).where(Community.name == "第1社区")
        ).scalar_one()
    card = exchanging.make_card(laptop, tmp_path / "二.json", "笔记本")
    own = exchanging.make_card(post, tmp_path / "一.json", "警务室")
    post.write(sites.pair(card, card.fingerprint, cut_to=(first,)))
    laptop.write(sites.pair(own, own.fingerprint))
    return Pair(post, laptop, tmp_path), doors


def test_a_laptop_gets_only_its_communities_and_tells_only_what_it_did(cut: Cut) -> None:
    pair, doors = cut
    post, laptop = pair.post, pair.laptop
    add_visits(post, [visit(door) for door in doors])
    exchanging.merge_file(laptop, pair.send(post))
    with laptop.read() as connection:
        assert connection.execute(select(Community.name)).scalars().all() == ["第1社区"]
    add_visits(laptop, [visit(doors[0], "refused")])
    back = exchanging.merge_file(post, pair.send(laptop))
    assert back.counts.new == 1
    add_visits(post, [visit(doors[-1], "refused"), visit(doors[1], "phone")])
    assert exchanging.merge_file(laptop, pair.send(post)).counts.new == 1
    with post.read() as connection:
        assert count_open(connection) == 0


def test_notes_of_what_is_not_a_laptops_do_not_travel_to_it(cut: Cut) -> None:
    """A note names the home that was visited, or whose telephone was looked at."""
    pair, doors = cut
    for said, there in (
        ("晨园1-1-101", doors[:1]),
        ("别处9-9-901", doors[-1:]),
        ("晨园1-1-101、别处9-9-901", [doors[0], doors[-1]]),
    ):
        add = rows_command(Visit, [visit(door) for door in there])
        pair.post.write(replace(add, action="登记走访", note=said))
    pair.post.note("查看电话", "别处9-9-902")
    exchanging.merge_file(pair.laptop, pair.send(pair.post))
    with pair.laptop.read() as connection:
        notes = connection.execute(select(CommandRow.action, CommandRow.note)).all()
    assert [note for action, note in notes if action == "登记走访"] == ["晨园1-1-101", "", ""]
    assert not any("别处" in note for _, note in notes)


def test_a_laptop_that_lives_on_under_a_new_id_still_tells_what_it_did_before(cut: Cut) -> None:
    pair, doors = cut
    exchanging.merge_file(pair.laptop, pair.send(pair.post))
    add_visits(pair.laptop, [visit(doors[0], note="换以前")])
    pair.laptop.write(sites.renew())
    add_visits(pair.laptop, [visit(doors[0], note="换以后")])
    exchanging.merge_file(pair.post, pair.send(pair.laptop))
    with pair.post.read() as connection:
        notes = set(connection.execute(select(Visit.note)).scalars())
    assert {"换以前", "换以后"} <= notes


def test_a_laptop_that_has_packages_gets_no_other_communities(cut: Cut) -> None:
    """What others did there before went by it, and would never come."""
    pair, _ = cut
    card = sites.read_card(pair.stick / "二.json")
    with pair.post.read() as connection:
        ids = tuple(connection.execute(select(Community.id)).scalars())
        before = sites.communities_of(connection, card)
    # A wrong tick is put right as long as nothing is known to have arrived.
    pair.post.write(sites.pair(card, card.fingerprint, cut_to=ids))
    pair.post.write(sites.pair(card, card.fingerprint, cut_to=before))
    exchanging.merge_file(pair.laptop, pair.send(pair.post))
    exchanging.merge_file(pair.post, pair.send(pair.laptop))
    for wanted in ((), ids):
        with pytest.raises(UserError, match=r"第1社区.*补不过去.*新建一个台账"):
            pair.post.write(sites.pair(card, card.fingerprint, cut_to=wanted))
    pair.post.write(sites.pair(card, card.fingerprint, cut_to=before))
    own = sites.read_card(pair.stick / "一.json")
    with pair.laptop.read() as connection:
        (first,) = connection.execute(select(Community.id)).scalars()
    with pytest.raises(UserError, match="一直带全部社区"):
        pair.laptop.write(sites.pair(own, own.fingerprint, cut_to=(first,)))


def test_a_whole_ledger_is_told_before_a_cut_package_makes_it_a_part(cut: Cut) -> None:
    pair, _ = cut
    file = pair.send(pair.post)
    (told,) = exchanging.look_into(pair.laptop, file).warnings
    assert "只带几个社区" in told
    exchanging.merge_file(pair.laptop, file)
    assert exchanging.look_into(pair.laptop, pair.send(pair.post)).warnings == ()
