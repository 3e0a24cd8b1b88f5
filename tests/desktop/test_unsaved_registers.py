"""Half typed in a list with its form: it comes back whole, and what was saved or erased does not."""

from datetime import date
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLineEdit
from pytestqt.qtbot import QtBot
from sqlalchemy import select

from db.erasure.lists import DueGroup
from db.erasure.proposing import propose_erasure
from db.ledger import Ledger
from db.people import Volunteer
from db.points.defaults import default_scheme
from db.points.schemes import adopt_scheme
from desktop.admin.keeping import KeepingPage
from desktop.people.staff import StaffPage
from desktop.people.volunteers import VolunteersPage
from desktop.places.page import HouseholdsPage
from desktop.points.entries import EntriesPage
from desktop.points.scheme import SchemePage
from desktop.rewards.page import RewardsPage
from desktop.trainings.page import TrainingsPage
from desktop.unsaved import Keeper
from desktop.widgets.choices import ChoiceBox
from desktop.widgets.tabs import TabbedPage
from desktop.window import Shell
from tests.desktop.conftest import Open, settle
from tests.desktop.retyped import forgotten, kept, shown, type_in
from tests.erasure.canaries import CONTACTS, LATER, PAPER, planted

pytestmark = pytest.mark.usefixtures("soon")
ESC = Qt.Key.Key_Escape


def test_who_is_to_be_rewarded_is_there_again_not_only_what_for(
    qtbot: QtBot, sample: Ledger, opened: Open
) -> None:
    with sample.read() as connection:
        person = connection.execute(select(Volunteer.id).limit(1)).scalar_one()
    shell = opened()
    page = shown(qtbot, shell, RewardsPage, "points", "rewards", to=person)
    settle(qtbot, shell)
    type_in(page._reward.draft_form.field("reason"), "well done")
    kept(qtbot, sample, "奖励")
    shell = opened()
    page = shown(qtbot, shell, RewardsPage, "points", "rewards")
    settle(qtbot, shell)
    assert page._reward.person.person == person
    assert page._reward.draft_form.field("reason").text() == "well done"


def test_points_by_hand_come_back_with_person_and_item(
    qtbot: QtBot, sample: Ledger, opened: Open
) -> None:
    sample.write(adopt_scheme(default_scheme(), date(2026, 1, 1)))
    with sample.read() as connection:
        person = connection.execute(select(Volunteer.id).limit(1)).scalar_one()
    shell = opened()
    page = shown(qtbot, shell, EntriesPage, "points", "entries", person=person)
    settle(qtbot, shell)
    page._item.setFocus()
    QTest.keyClick(page._item, Qt.Key.Key_4)
    item = page._item.currentText()
    type_in(page._form.field("reason"), "night round")
    kept(qtbot, sample, "记分")
    shell = opened()
    page = shown(qtbot, shell, EntriesPage, "points", "entries")
    settle(qtbot, shell)
    assert page._person.person == person
    assert page._item.currentText() == item
    assert page._form.field("reason").text() == "night round"
    page.save()
    settle(qtbot, shell)
    forgotten(qtbot, sample)
    assert [line.reason for line in page.model.rows] == ["night round"]


def test_a_scheme_half_changed_is_there_again(qtbot: QtBot, sample: Ledger, opened: Open) -> None:
    shell = opened()
    page = shown(qtbot, shell, SchemePage, "admin", "points")
    page._table.selectRow(2)
    page._remove_item()
    type_in(page._subsidy._bands, "good 80 300")
    qtbot.waitUntil(lambda: {"积分办法", "积分办法的补贴"} <= set(sample.unsaved()), timeout=5000)
    shell = opened()
    page = shown(qtbot, shell, SchemePage, "admin", "points")
    settle(qtbot, shell)
    assert page._draft.items == (*default_scheme().items[:2], *default_scheme().items[3:])
    assert page._subsidy._bands.text() == "good 80 300"
    page.adopt()
    settle(qtbot, shell)
    forgotten(qtbot, sample)


def test_an_earlier_role_half_typed_waits_at_its_person(
    qtbot: QtBot, sample: Ledger, opened: Open
) -> None:
    def begin(at: int) -> VolunteersPage:
        page = shown(qtbot, shell, VolunteersPage, "people", "volunteers")
        page.table.selectRow(at)
        settle(qtbot, shell)
        page._turn(1)
        settle(qtbot, shell)
        page._card.terms._begin_new()
        settle(qtbot, shell)
        return page

    shell = opened()
    page = begin(1)
    type_in(page._card.terms._form.field("since"), "2024-5-1")
    kept(qtbot, sample, "任职经历")
    shell = opened()
    assert begin(0)._card.terms._form.field("since").text() == ""
    page = begin(1)
    assert page._card.terms._form.field("since").text() == "2024-5-1"
    page._card.terms._give_up()
    forgotten(qtbot, sample)


def test_the_day_from_which_another_role_holds_waits_with_the_role(
    qtbot: QtBot, sample: Ledger, opened: Open
) -> None:
    def begin() -> VolunteersPage:
        page = shown(qtbot, shell, VolunteersPage, "people", "volunteers")
        page.table.selectRow(1)
        settle(qtbot, shell)
        return page

    shell = opened()
    page = begin()
    role = page._entries.form.field("role")
    assert isinstance(role, QComboBox)
    before, other = role.currentIndex(), (role.currentIndex() + 1) % role.count()
    role.setCurrentIndex(other)
    role.activated.emit(other)
    type_in(page._entries.from_day, "3.2")
    kept(qtbot, sample, "人员")

    shell = opened()
    page = begin()
    role = page._entries.form.field("role")
    assert isinstance(role, QComboBox)
    assert role.currentIndex() == other
    assert page._entries.from_day.text() == "3.2"
    assert page._entries.from_day.isVisible()
    # The role as it was: no day is asked for, and nothing waits.
    role.setCurrentIndex(before)
    role.activated.emit(before)
    assert not page._entries.from_day.isVisible()
    forgotten(qtbot, sample)


def test_another_address_half_typed_waits_at_its_home(
    qtbot: QtBot, sample: Ledger, opened: Open
) -> None:
    def begin(at: int) -> HouseholdsPage:
        page = shown(qtbot, shell, HouseholdsPage, "visits", "homes")
        page.table.selectRow(at)
        page._open(page.renaming)
        settle(qtbot, shell)
        return page

    shell = opened()
    type_in(begin(1).renaming.address, "9-9-909")
    kept(qtbot, sample, "改地址")
    shell = opened()
    page = begin(0)
    assert page.renaming.address.text() == page.model.rows[0].address
    assert begin(1).renaming.address.text() == "9-9-909"
    QTest.keyClick(page.renaming.address, ESC)
    forgotten(qtbot, sample)


def test_a_new_colleague_that_is_saved_does_not_come_again(
    qtbot: QtBot, sample: Ledger, opened: Open
) -> None:
    # The cursor went on to somebody else first, and then that one was forgotten.
    shell = opened()
    page = shown(qtbot, shell, StaffPage, "people", "staff")
    page.begin_new()
    type_in(page._form.field("name"), "newcomer")
    kept(qtbot, sample, "工作人员")
    page.save()
    settle(qtbot, shell)
    forgotten(qtbot, sample)
    page.begin_new()
    assert page._form.field("name").text() == ""


def test_a_choice_alone_and_an_emptied_field_are_kept_too(
    qtbot: QtBot, sample: Ledger, opened: Open
) -> None:
    shell = opened()
    page = shown(qtbot, shell, HouseholdsPage, "visits", "homes")
    contact, occupancy = page._form.field("contact"), page._form.field("occupancy")
    assert isinstance(contact, QLineEdit)
    assert isinstance(occupancy, ChoiceBox)
    contact.selectAll()
    QTest.keyClick(contact, Qt.Key.Key_Backspace)
    QTest.keyClick(occupancy, Qt.Key.Key_3)
    chosen = occupancy.currentText()
    kept(qtbot, sample, "住户")
    shell = opened()
    page = shown(qtbot, shell, HouseholdsPage, "visits", "homes")
    assert page._form.field("contact").text() == ""
    assert page._form.typed("occupancy") == chosen


def test_what_was_typed_on_another_day_says_so(qtbot: QtBot, sample: Ledger, opened: Open) -> None:
    sample.keep_unsaved("工作人员", {"": {"name": "half", "": "2026-03-20"}})
    page = shown(qtbot, opened(), StaffPage, "people", "staff")
    assert page.row is None
    assert page._form.field("name").text() == "half"
    assert "2026-03-20" in page._form._problem.text()


def test_what_an_older_version_kept_of_a_form_is_nothing_to_fall_over(
    qtbot: QtBot, sample: Ledger, opened: Open
) -> None:
    sample.keep_unsaved("培训登记", {"topic": "反诈", "day": "2026-03-20"})
    shell = opened()
    assert not shown(qtbot, shell, TrainingsPage, "trainings", "list")._form.isVisible()


def test_what_names_somebody_erased_is_not_kept_again_by_the_open_window(
    qtbot: QtBot, ledger: Ledger, small: Shell, tmp_path: Path
) -> None:
    planted(ledger, tmp_path)
    ledger.clock = LATER
    page = shown(qtbot, small, HouseholdsPage, "visits", "homes")
    contact = page._form.field("contact")
    contact.setText(f"{CONTACTS[0]}x")
    type_in(page._form.field("phone"), "1")
    contact.textEdited.emit(contact.text())
    qtbot.waitUntil(lambda: CONTACTS[0] in str(ledger.unsaved()), timeout=5000)
    keeping = shown(qtbot, small, KeepingPage, "admin", "keeping")
    settle(qtbot, small)
    group = next(one for one in keeping._to_do.rows if isinstance(one, DueGroup))
    assert group.entity == "household"
    proposal = ledger.write(propose_erasure(group.entity, group.records)).value
    keeping._erase(proposal, PAPER)
    settle(qtbot, small)
    assert CONTACTS[0] not in str(ledger.unsaved())
    page = shown(qtbot, small, HouseholdsPage, "visits", "homes")
    page.begin_new()
    type_in(page._address, "9-9-901")
    qtbot.waitUntil(lambda: "9-9-901" in str(ledger.unsaved()), timeout=5000)
    assert CONTACTS[0] not in str(ledger.unsaved())


def test_every_form_keeps_under_a_name_of_its_own(qtbot: QtBot, opened: Open) -> None:
    # Two that share one would write over each other.
    shell = opened()
    for room in shell._rooms:
        shell.context.routes.go(room)
        settle(qtbot, shell)
        if isinstance(shell.page, TabbedPage):
            for tab in list(shell.page._tabs):
                shell.context.routes.go(room, tab=tab)
                settle(qtbot, shell)
    names = [child.form for child in shell.findChildren(QObject) if isinstance(child, Keeper)]
    assert len(names) > 20
    assert sorted(names) == sorted(set(names))
