"""Places by hand: from nothing to a building of homes; a home moved, merged, split; all taken back."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from db.kernel.ids import Id
from db.ledger import Ledger
from db.places import communities
from db.places.lists import buildings, former_addresses
from db.places.making import make_building
from desktop.page import Page
from desktop.places.buildings import BuildingsPage
from desktop.places.drawing import DOUBLE, NEW, THERE, doors_of
from desktop.places.making import BuildingForm
from desktop.places.page import HouseholdsPage
from desktop.visits.page import VisitsPage
from desktop.widgets.entries import complete_words
from desktop.window import Shell
from tests.builders import add_community, add_visits, visit
from tests.desktop.conftest import settle
from tests.reading import digest, listed


@pytest.fixture
def doors(ledger: Ledger) -> tuple[Id, ...]:
    """Six homes of one building."""
    community = ledger.write(add_community("第三社区")).value
    return ledger.write(make_building(community, "晨园", "3", 1, 3, 2)).value.doors


def opened(qtbot: QtBot, shell: Shell, tab: str) -> Page:
    shell.context.routes.go("visits", tab=tab)
    settle(qtbot, shell)
    page: Page = shell.page.page  # type: ignore[attr-defined]
    return page


def typed(qtbot: QtBot, shell: Shell, *texts: str) -> None:
    """Type into the field that has the focus, as Chinese comes in, with Enter after each."""
    for text in texts:
        field = shell.focusWidget()
        assert field is not None
        committed = QInputMethodEvent()
        committed.setCommitString(text)
        QApplication.sendEvent(field, committed)
        QTest.keyClick(field, Qt.Key.Key_Return)
    settle(qtbot, shell)


def said(form: BuildingForm) -> str:
    return form._said.text()


def test_a_post_begins_from_nothing_by_keyboard(qtbot: QtBot, small: Shell, ledger: Ledger) -> None:
    empty = digest(ledger)
    page = opened(qtbot, small, "places")
    assert isinstance(page, BuildingsPage)
    page._places.name.setFocus()
    typed(qtbot, small, "第六社区、第七社区")
    with ledger.read() as connection:
        assert [line.name for line in communities(connection)] == ["第六社区", "第七社区"]
    page.begin_new()
    typed(qtbot, small, "晨园小区", "3号楼", "2", "18", "3", "", "4层、1401")
    assert [row.address for row in listed(ledger)][::99] == [
        "晨园小区3号楼1单元101",
        "晨园小区3号楼2单元1803",
    ]
    assert "已建晨园小区3号楼：100户" in small.toast.accessibleName()
    typed(qtbot, small, "5", "", "", "", "", "")
    with ledger.read() as connection:
        assert [line.homes for line in buildings(connection)] == [100, 100], "the measures stay"
    for _ in range(3):
        small.undo()
        settle(qtbot, small)
    assert digest(ledger) == empty


def test_what_is_typed_is_drawn_and_counted_before_it_is_made(
    qtbot: QtBot, small: Shell, ledger: Ledger, doors: tuple[Id, ...]
) -> None:
    page = opened(qtbot, small, "places")
    assert isinstance(page, BuildingsPage)
    page.begin_new()
    form = page.form
    for field, text in (
        (form._estate, "晨园"), (form._number, "3"), (form._units, "2"), (form._floors, "3"),
        (form._each, "2"),
    ):  # fmt: skip
        field.setText(text)
    form._timer.start()
    settle(qtbot, small)
    kinds = [kind for _, kind in form._drawing.drawing._doors]
    assert (kinds.count(DOUBLE), kinds.count(NEW)) == (6, 6)
    assert "有6户已经在台账里" in said(form)
    form.save()
    settle(qtbot, small)
    assert len(listed(ledger)) == 6, "homes there are never doubled"
    form._missing.click()
    assert "新建6户" in said(form)
    form.save()
    settle(qtbot, small)
    assert len(listed(ledger)) == 12
    form._left_out.setText("九层")
    form._number.setText("8")
    form.save()
    settle(qtbot, small)
    assert "要空出的户写得不对" in said(form)


def test_a_known_name_offered_in_between_takes_nothing_from_what_is_typed(
    qtbot: QtBot, small: Shell, doors: tuple[Id, ...]
) -> None:
    # The offer goes away, the focus comes back, and once everything was selected for the next key.
    page = opened(qtbot, small, "places")
    assert isinstance(page, BuildingsPage)
    page.begin_new()
    settle(qtbot, small)
    complete_words(page.form._estate, ["nb"])
    page.form._estate.setFocus()
    QTest.keyClicks(page.form._estate, "nano")
    assert page.form._estate.text() == "nano"


def test_one_door_without_a_floor_takes_the_floors_from_none() -> None:
    drawn = doors_of((), {("", "101"), ("", "门卫")})
    assert [(door.room, kind) for door, kind in drawn] == [("101", THERE)]
    assert len(doors_of((), {("", "张三"), ("", "李四")})) == 2


def test_communities_are_renamed_and_ordered(
    qtbot: QtBot, small: Shell, ledger: Ledger, doors: tuple[Id, ...]
) -> None:
    ledger.write(add_community("第四社区"))
    page = opened(qtbot, small, "places")
    assert isinstance(page, BuildingsPage)
    page._places._table.setFocus()
    QTest.keyClick(page._places._table, Qt.Key.Key_F2)
    assert page._places.name.text() == "第三社区"
    typed(qtbot, small, "第四社区")
    assert "已经有“第四社区”" in page._places._fault.text()
    page._places.name.clear()
    typed(qtbot, small, "第九社区")
    QTest.keyClick(page._places._table, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    settle(qtbot, small)
    with ledger.read() as connection:
        assert [line.name for line in communities(connection)] == ["第四社区", "第九社区"]
    assert page._places.current is not None
    assert page._places.current.name == "第九社区", "the cursor goes along"


def test_a_building_is_renumbered_and_only_an_empty_one_removed(
    qtbot: QtBot, small: Shell, ledger: Ledger, doors: tuple[Id, ...]
) -> None:
    page = opened(qtbot, small, "places")
    assert isinstance(page, BuildingsPage)
    assert "6户的地址一起改" in page.card._told.text()
    before = digest(ledger)
    page.card.number.setFocus()
    page.card.number.clear()
    typed(qtbot, small, "5号楼")
    assert listed(ledger)[0].address == "晨园5号楼1单元101"
    assert page._heading.text() == "晨园5号楼"
    small.undo()
    settle(qtbot, small)
    assert digest(ledger) == before
    page.card.remove()
    settle(qtbot, small)
    assert "还有6户" in page.card._fault.text()


def homes(qtbot: QtBot, shell: Shell, at: int = 0) -> HouseholdsPage:
    page = opened(qtbot, shell, "homes")
    assert isinstance(page, HouseholdsPage)
    page.table.selectRow(at)
    settle(qtbot, shell)
    assert page._opened is None
    return page


def told(form: QWidget) -> str:
    return str(form._told.text())  # type: ignore[attr-defined]


def test_a_home_gets_another_address_and_shows_the_former(
    qtbot: QtBot, small: Shell, ledger: Ledger, doors: tuple[Id, ...]
) -> None:
    add_visits(ledger, [visit(doors[0])])
    page = homes(qtbot, small)
    QTest.keyClick(page.table, Qt.Key.Key_F2)
    settle(qtbot, small)
    assert told(page.renaming) == "1次走访不动；“晨园3号楼1单元101”留作曾用地址，旧台账照样认得。"
    page.renaming.address.setText("晨园3-1-102")
    page.renaming._ask_like()
    settle(qtbot, small)
    assert "台账里已有晨园3号楼1单元102" in told(page.renaming)
    page.renaming.save()
    settle(qtbot, small)
    assert "已经在台账里" in told(page.renaming), "a mistake is told in the panel"
    page.renaming.address.clear()
    page.renaming.setFocus()
    typed(qtbot, small, "晨园3-1-108")
    with ledger.read() as connection:
        assert former_addresses(connection, doors[0]) == ["晨园3号楼1单元101"]
    assert page._former.text() == "曾用地址：晨园3号楼1单元101"
    assert page._former.isVisible()
    assert page.renaming.isHidden()


def test_two_entries_of_one_door_are_merged(
    qtbot: QtBot, small: Shell, ledger: Ledger, doors: tuple[Id, ...]
) -> None:
    add_visits(ledger, [visit(doors[1]) for _ in range(11)])
    before = digest(ledger)
    page = homes(qtbot, small)
    QTest.keyClick(page.table, Qt.Key.Key_M, Qt.KeyboardModifier.ControlModifier)
    typed(qtbot, small, "晨园3号楼1单元102")
    assert "11次走访一起并入晨园3号楼1单元101" in told(page.merging)
    page.merging.stays.setCurrentIndex(1)
    settle(qtbot, small)
    assert told(page.merging).startswith("并入晨园3号楼1单元102；")
    page.merging.stays.setCurrentIndex(0)
    settle(qtbot, small)
    QTest.keyClick(page.merging.stays, Qt.Key.Key_Return)
    settle(qtbot, small)
    assert "11次走访一起并入" in small.toast.accessibleName()
    assert [row.id for row in listed(ledger)] == [doors[0], *doors[2:]]
    assert page.row is not None
    assert page.row.id == doors[0]
    small.undo()
    settle(qtbot, small)
    assert digest(ledger) == before


def test_two_marked_homes_are_offered_for_merging_and_esc_leaves(
    qtbot: QtBot, small: Shell, ledger: Ledger, doors: tuple[Id, ...]
) -> None:
    page = homes(qtbot, small)
    QTest.keyClick(page.table, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    before = digest(ledger)
    page._open(page.merging)
    settle(qtbot, small)
    assert page.merging.text.text() == "晨园3号楼1单元101"
    QTest.keyClick(page.merging.stays, Qt.Key.Key_Escape)
    assert page.merging.isHidden()
    assert page._home.isVisible()
    assert digest(ledger) == before


def test_a_home_is_split_and_homes_without_visits_are_deleted(
    qtbot: QtBot, small: Shell, ledger: Ledger, doors: tuple[Id, ...]
) -> None:
    add_visits(ledger, [visit(doors[0])])
    page = homes(qtbot, small)
    page._open(page.splitting)
    settle(qtbot, small)
    typed(qtbot, small, "101A")
    assert "两个以上" in told(page.splitting)
    typed(qtbot, small, "、101B")
    assert [row.room for row in listed(ledger, occupancy="invalid")] == ["101"]
    assert len(listed(ledger)) == 8
    page.table.setFocus()
    QTest.keyClick(page.table, Qt.Key.Key_Delete)
    settle(qtbot, small)
    assert "还有1条走访" in small.toast.accessibleName()
    page.table.selectRow(1)
    QTest.keyClick(page.table, Qt.Key.Key_Delete)
    settle(qtbot, small)
    assert len(listed(ledger)) == 7
    small.undo()
    settle(qtbot, small)
    assert len(listed(ledger)) == 8


def test_what_changed_nothing_offers_no_undo_of_what_was_before(
    qtbot: QtBot, small: Shell, ledger: Ledger, doors: tuple[Id, ...]
) -> None:
    page = homes(qtbot, small)
    page.table.selectAll()
    for said in ("改了6户　　Ctrl+Z 撤销", "改了0户"):
        page._many.setCurrentIndex(page._many.findData("rented"))
        page._set_many()
        settle(qtbot, small)
        assert small.toast.accessibleName() == said
    page.table.selectRow(0)
    page.save()
    settle(qtbot, small)
    assert small.toast.accessibleName() == "已保存 晨园3号楼1单元101"


def test_a_home_opens_the_board_on_its_door(
    qtbot: QtBot, small: Shell, doors: tuple[Id, ...]
) -> None:
    page = homes(qtbot, small, 3)
    QTest.keyClick(page.table, Qt.Key.Key_B, Qt.KeyboardModifier.ControlModifier)
    settle(qtbot, small)
    board = small.page.page  # type: ignore[attr-defined]
    assert isinstance(board, VisitsPage)
    assert board._board.current is not None
    assert board._board.current.household == doors[3]
    assert board._middle.name == "晨园3号楼"
