"""What is said at the exchange's pages stays true: a stop too late, one bad package among several."""

import threading
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt

from db import exchanging
from db.exchange import sites
from db.kernel.ids import Id
from db.places import communities
from desktop.exchange import sticks
from desktop.exchange.merging import MergingPage
from desktop.exchange.packing import PackingPage
from desktop.exchange.pairing import PairingPage
from tests.builders import street
from tests.desktop.conftest import settle
from tests.desktop.desks import Desks
from tests.desktop.test_exchange_page import apart, copies, desks, later, pair, set_home, words
from tests.exchange.sites import Pair, digest_of

__all__ = ["apart", "copies", "desks", "pair"]


def test_a_choice_not_saved_yet_goes_when_a_package_brings_another_answer(
    desks: Desks, pair: Pair, apart: list[Id]
) -> None:
    merging = desks.page(pair.post, "merging", MergingPage)

    def take_in() -> None:
        merging.take([pair.send(pair.laptop)])
        settle(desks.qtbot, desks.shells[0])
        desks.press(Qt.Key.Key_Return)

    take_in()
    questions = merging.desk.questions
    questions.choose_later()
    later(pair.laptop, 1)
    set_home(pair.laptop, apart[0], contact="丙")
    take_in()
    assert len(questions._chosen) == 2
    questions.save()
    settle(desks.qtbot, desks.shells[0])
    assert [one.record for one in questions.model.rows] == [apart[0]]


@pytest.mark.parametrize("at", ["正在签名和加密……", "正在写到优盘并读回核对……"])
def test_packing_that_is_stopped_says_whether_there_is_a_package(
    desks: Desks, pair: Pair, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    street(pair.post)
    page = desks.page(pair.post, "packing", PackingPage)
    page.put_in(pair.stick)
    reached, stopped, real = threading.Event(), threading.Event(), exchanging.pack

    def slow(*given: Any) -> exchanging.Packed:
        ledger, peer, folder, step = given

        def telling(text: str, done: float) -> None:
            step(text, done)
            if text == at:
                reached.set()
                assert stopped.wait(20)

        return real(ledger, peer, folder, telling)

    monkeypatch.setattr(exchanging, "pack", slow)
    page.pack()
    assert reached.wait(20)
    page._working.stop()
    assert "正在停下" in words(page)
    stopped.set()
    settle(desks.qtbot, desks.shells[0])
    written = list(pair.stick.glob("*.tzpack"))
    assert ("没有打包" in words(page), "包已经打好" in words(page)) == (not written, bool(written))
    assert page._pack.isEnabled()


def test_one_bad_package_among_several_is_named_and_the_others_are_looked_into(
    desks: Desks, pair: Pair
) -> None:
    street(pair.post)
    good = pair.send(pair.post)
    bad = [pair.stick / "坏 的.tzpack", pair.stick / "也坏.tzpack"]
    for one in bad:
        one.write_bytes(good.read_bytes()[:-9])
    merging = desks.page(pair.laptop, "merging", MergingPage)
    merging.take([*bad, good])
    settle(desks.qtbot, desks.shells[0])
    for one in bad:
        assert f"“{one.name}”：这个包坏了" in words(merging)
    desks.press(Qt.Key.Key_Return)
    assert digest_of(pair.laptop) == digest_of(pair.post)
    assert bad[0].name in words(merging)


def test_a_package_that_is_left_out_leaves_the_others(desks: Desks, pair: Pair) -> None:
    street(pair.post)
    packages = [pair.send(pair.post), pair.send(pair.post)]
    merging = desks.page(pair.laptop, "merging", MergingPage)
    merging.take(packages)
    settle(desks.qtbot, desks.shells[0])
    desks.press(Qt.Key.Key_Escape)
    assert "还没有写入" in words(merging)
    desks.press(Qt.Key.Key_Escape)
    assert "还没有写入" not in words(merging)


def test_a_card_opened_again_keeps_the_communities_of_its_site(desks: Desks, pair: Pair) -> None:
    street(pair.post, communities=2)
    card = sites.read_card(pair.stick / "二.json")
    with pair.post.read() as connection:
        first = communities(connection)[0].id
    pair.post.write(sites.pair(card, card.fingerprint, cut_to=(first,)))
    page = desks.page(pair.post, "pairing", PairingPage)
    page.take(pair.stick / "二.json")
    settle(desks.qtbot, desks.shells[0])
    assert page._compare.cut_to == (first,)
    desks.press(Qt.Key.Key_Return)
    with pair.post.read() as connection:
        assert sites.communities_of(connection, card) == (first,)


def test_what_is_no_package_is_not_called_a_broken_one(desks: Desks, pair: Pair) -> None:
    street(pair.post)
    merging = desks.page(pair.post, "merging", MergingPage)
    for file, said in (
        (pair.stick / "二.json", "不是数据包"),
        (pair.send(pair.post), "本机打给别人的"),
    ):
        merging.take([file])
        settle(desks.qtbot, desks.shells[0])
        assert said in words(merging)
        assert "坏了" not in words(merging)


def test_dialogs_begin_on_a_stick_where_the_folder_of_last_time_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sticks, "sticks", lambda: [tmp_path])
    (tmp_path / "包").mkdir()
    assert sticks.start_folder(str(tmp_path / "包")) == str(tmp_path / "包")
    assert sticks.start_folder(str(tmp_path / "拔了")) == str(tmp_path)
    assert sticks.start_folder("") == str(tmp_path)
