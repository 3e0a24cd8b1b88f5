"""A form begun from Ctrl+K before its page was ever read offers what it asks for, as any other."""

from collections.abc import Sequence
from typing import Any

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox
from pytestqt.qtbot import QtBot

from db.ledger import Ledger
from db.places import CommunityLine, communities
from desktop.people.volunteers import VolunteersPage
from desktop.places.page import HouseholdsPage
from desktop.rewards.page import RewardsPage
from desktop.widgets.parts import choose
from desktop.widgets.register import RegisterPage
from desktop.window import Shell
from tests.builders import add_community
from tests.desktop.conftest import settle
from tests.desktop.retyped import shown


def _where(page: RegisterPage[Any]) -> QComboBox:
    """The box in which a new record's community is chosen."""
    if isinstance(page, VolunteersPage):
        return page._entries._where
    assert isinstance(page, HouseholdsPage)
    return page._where


def _first_typed(page: RegisterPage[Any]) -> Any:
    if isinstance(page, HouseholdsPage):
        return page._address
    return page._form.field("name")


def _places(ledger: Ledger) -> Sequence[CommunityLine]:
    with ledger.read() as connection:
        return communities(connection)


def _at_once(shell: Shell, room: str, tab: str) -> Any:
    """Ask for a new record as Ctrl+K does; the list of the page is not there yet."""
    shell.context.routes.go(room, tab=tab, new=True)
    page = shell.page.page  # type: ignore[attr-defined]
    assert not page._read
    return page


@pytest.mark.parametrize(
    ("room", "tab", "typed"),
    [("visits", "homes", "晨园99号楼1单元101"), ("people", "volunteers", "林小满")],
)
def test_the_first_form_of_a_session_can_be_saved(
    qtbot: QtBot, shell: Shell, room: str, tab: str, typed: str
) -> None:
    """It was filled before the list was read, offered no community, and could never be saved."""
    places = _places(shell.context.ledger)
    page = _at_once(shell, room, tab)
    # Somebody who types faster than the list is read loses nothing of it.
    QTest.keyClicks(_first_typed(page), "kang")
    settle(qtbot, shell)
    where = _where(page)
    assert [where.itemData(at) for at in range(where.count())] == [one.id for one in places]
    assert page._community.count() == len(places) + 1
    assert (page.row, _first_typed(page).text()) == (None, "kang")
    _first_typed(page).setText(typed)
    told: list[str] = []
    page.said.connect(told.append)
    page.save()
    settle(qtbot, shell)
    assert told == [f"已保存 {typed}　　Ctrl+Z 撤销"]


@pytest.mark.parametrize(("room", "tab"), [("visits", "homes"), ("people", "volunteers")])
def test_what_the_list_brings_along_is_not_taken_for_typed(
    qtbot: QtBot, shell: Shell, room: str, tab: str
) -> None:
    """The community that stands there once it is offered is nobody's entry: Esc has nothing to drop."""
    page = _at_once(shell, room, tab)
    settle(qtbot, shell)
    field = _first_typed(page)
    QTest.keyClicks(field, "k")
    assert page.is_typed
    field.setFocus()
    field.selectAll()
    field.del_()
    field.textEdited.emit("")
    assert not page.is_typed


def test_rewards_can_be_narrowed_to_a_community_while_the_first_is_begun(
    qtbot: QtBot, shell: Shell
) -> None:
    page = _at_once(shell, "points", "rewards")
    assert isinstance(page, RewardsPage)
    settle(qtbot, shell)
    assert page._community.count() == len(_places(shell.context.ledger)) + 1


def test_a_community_added_meanwhile_is_offered_and_nothing_chosen_is_lost(
    qtbot: QtBot, shell: Shell
) -> None:
    page = shown(qtbot, shell, VolunteersPage, "people", "volunteers", new=True)
    chosen = page._buildings[-1]
    choose(_where(page), chosen.community)
    choose(page._entries.building, chosen.id)
    QTest.keyClicks(_first_typed(page), "kang")
    shell.context.background.write(page, add_community("新桥社区"), lambda _: None)
    settle(qtbot, shell)
    assert _where(page).findText("新桥社区") >= 0
    assert _where(page).currentData() == chosen.community
    assert page._entries.building.currentData() == chosen.id
    assert _first_typed(page).text() == "kang"
