"""Directly after a merge the window leads back to the backup made before it; later it says why not."""

from PySide6.QtCore import Qt

from db.kernel.ids import Id
from db.looking import LookedAt
from db.visits import Visit
from desktop.exchange.merging import MergingPage
from tests.builders import add_visits, street, visit
from tests.desktop.conftest import settle
from tests.desktop.desks import Desks
from tests.desktop.test_exchange_page import copies, desks, pair, words
from tests.exchange.quarter import rows_of
from tests.exchange.sites import Pair

__all__ = ["copies", "desks", "pair"]


def _merge(desks: Desks, pair: Pair) -> tuple[MergingPage, Id]:
    door, *_ = street(pair.post)
    pair.both_ways()
    add_visits(pair.laptop, [visit(door)])
    page = desks.page(pair.post, "merging", MergingPage)
    page.take([pair.send(pair.laptop)])
    settle(desks.qtbot, desks.shells[0])
    desks.press(Qt.Key.Key_Return)
    assert page._back.isVisible()
    return page, door


def test_a_merge_leads_back_to_the_backup_before_it(desks: Desks, pair: Pair) -> None:
    page, _ = _merge(desks, pair)
    opened: list[LookedAt] = []
    page.context.routes.looking.connect(opened.append)
    page._back.click()
    settle(desks.qtbot, desks.shells[0])
    desks.qtbot.waitUntil(lambda: bool(opened), timeout=20_000)
    (copy,) = opened
    with copy:
        assert copy.info.reason == "合并前"
        assert (rows_of(copy, Visit), rows_of(pair.post, Visit)) == (0, 1)


def test_after_other_work_a_merge_stays_and_the_work_is_named(desks: Desks, pair: Pair) -> None:
    page, door = _merge(desks, pair)
    no = add_visits(pair.post, [visit(door)])
    page._back.click()
    settle(desks.qtbot, desks.shells[0])
    assert f"第{no}号操作“测试”" in words(page)
    assert "没有改动" in words(page)
    assert rows_of(pair.post, Visit) == 2
