"""Half typed in a single line beside a list: a community, a copy's name, a day off."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from db.ledger import Ledger
from db.places import communities
from db.post import days_off
from desktop.admin.post import PostPage
from desktop.exchange.pairing import PairingPage
from desktop.places.buildings import BuildingsPage
from tests.desktop.conftest import Open, settle
from tests.desktop.retyped import forgotten, kept, shown, type_in

pytestmark = pytest.mark.usefixtures("soon")
ENTER, ESC = Qt.Key.Key_Return, Qt.Key.Key_Escape


def test_a_community_half_typed_is_there_again_and_another_name_waits_at_its_own(
    qtbot: QtBot, sample: Ledger, opened: Open
) -> None:
    page = shown(qtbot, opened(), BuildingsPage, "visits", "places")
    type_in(page._places.name, "east")
    kept(qtbot, sample, "社区名称")

    shell = opened()
    page = shown(qtbot, shell, BuildingsPage, "visits", "places")
    places = page._places
    assert places.name.text() == "east"
    assert "还没有保存" in places._fault.text()
    # Another community's name is begun over it: what was typed first waits.
    places._table.selectRow(2)
    places.begin_rename()
    type_in(places.name, "west")
    qtbot.waitUntil(lambda: len(sample.unsaved()["社区名称"]) == 2, timeout=5000)

    shell = opened()
    places = shown(qtbot, shell, BuildingsPage, "visits", "places")._places
    assert places.name.text() == "east"
    QTest.keyClick(places.name, ESC)
    assert places.name.text() == ""
    places._table.selectRow(2)
    places.begin_rename()
    assert places.name.text() == "west"
    QTest.keyClick(places.name, ENTER)
    settle(qtbot, shell)
    forgotten(qtbot, sample)
    with sample.read() as connection:
        assert [line.name for line in communities(connection)][2] == "west"


def test_the_name_of_this_copy_is_there_again_until_its_card_is_made(
    qtbot: QtBot, sample: Ledger, opened: Open
) -> None:
    page = shown(qtbot, opened(), PairingPage, "data", "pairing")
    type_in(page._name, "laptop")
    kept(qtbot, sample, "本机的名片")
    page = shown(qtbot, opened(), PairingPage, "data", "pairing")
    assert page._name.text() == "laptop"
    type_in(page._name, "laptop 2")
    qtbot.waitUntil(lambda: "laptop 2" in str(sample.unsaved()), timeout=5000)


def test_a_day_off_half_typed_is_there_again_and_added_without_a_mouse(
    qtbot: QtBot, sample: Ledger, opened: Open
) -> None:
    page = shown(qtbot, opened(), PostPage, "admin", "post")
    type_in(page._day, "10.1")
    page._works.click()
    kept(qtbot, sample, "节假日")

    shell = opened()
    page = shown(qtbot, shell, PostPage, "admin", "post")
    assert page._day.text() == "10.1"
    assert page._works.isChecked()
    QTest.keyClick(page._day, ENTER)
    type_in(page._name, "moved")
    QTest.keyClick(page._name, ENTER)
    settle(qtbot, shell)
    with sample.read() as connection:
        (added,) = [line for line in days_off(connection, 2026) if line.name == "moved"]
    assert (added.day.isoformat(), added.works) == ("2026-10-01", True)
    # The next day of the same holiday is typed by its day alone.
    assert (page._day.text(), page._name.text()) == ("", "moved")
    forgotten(qtbot, sample)
    type_in(page._day, "10.")
    kept(qtbot, sample, "节假日")
    QTest.keyClick(page._day, ESC)
    assert page._name.text() == ""
    forgotten(qtbot, sample)


def test_another_name_of_a_building_half_typed_waits_at_its_building(
    qtbot: QtBot, sample: Ledger, opened: Open
) -> None:
    shell = opened()
    page = shown(qtbot, shell, BuildingsPage, "visits", "places")
    stored = page.card.number.text()
    type_in(page.card.number, "9A")
    # Somebody else's writing reads the page again.
    page.refresh()
    settle(qtbot, shell)
    assert page.card.number.text() == "9A"
    kept(qtbot, sample, "楼栋改名")

    shell = opened()
    page = shown(qtbot, shell, BuildingsPage, "visits", "places")
    assert page.card.number.text() == "9A"
    assert "还没有保存" in page.card._fault.text()
    page._table.selectRow(1)
    assert page.card.number.text() != "9A"
    assert page.card._fault.text() == " "
    page._table.selectRow(0)
    QTest.keyClick(page.card.number, ESC)
    assert page.card.number.text() == stored
    forgotten(qtbot, sample)
    type_in(page.card.number, "9B")
    kept(qtbot, sample, "楼栋改名")
    QTest.keyClick(page.card.number, ENTER)
    settle(qtbot, shell)
    forgotten(qtbot, sample)
    assert page.card.number.text() == "9B"


def test_where_numbers_begin_is_there_again_with_its_reason_at_its_year(
    qtbot: QtBot, sample: Ledger, opened: Open
) -> None:
    page = shown(qtbot, opened(), PostPage, "admin", "post")
    type_in(page._numbers._first, "400")
    type_in(page._numbers._why, "paper")
    kept(qtbot, sample, "起始编号")

    shell = opened()
    numbers = shown(qtbot, shell, PostPage, "admin", "post")._numbers
    assert (numbers._first.text(), numbers._why.text()) == ("400", "paper")
    this_year, before = 0, 1
    numbers._years.setCurrentIndex(before)
    numbers.refresh()
    settle(qtbot, shell)
    assert numbers._first.text() == ""
    numbers._years.setCurrentIndex(this_year)
    numbers.refresh()
    settle(qtbot, shell)
    assert numbers._first.text() == "400"
    QTest.keyClick(numbers._first, ENTER)
    settle(qtbot, shell)
    assert numbers._first.text() == ""
    forgotten(qtbot, sample)
