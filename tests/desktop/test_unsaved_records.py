"""What is typed at one record stays with it over a crash, in every form, until saved or given up."""

from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import pytest
from PySide6.QtCore import QObject, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot
from sqlalchemy import select

from db.disputes.card import dispute_card
from db.erasure.lists import DueGroup
from db.erasure.proposing import propose_erasure
from db.figures.week import clocks
from db.ledger import Ledger
from db.people import Volunteer
from db.points.defaults import default_scheme
from db.points.schemes import adopt_scheme
from db.visits import Visit
from desktop import unsaved
from desktop.admin.campaigns import CampaignsPage
from desktop.admin.keeping import KeepingPage
from desktop.admin.post import PostPage
from desktop.disputes.page import DisputesPage
from desktop.page import Page
from desktop.people.staff import StaffPage
from desktop.people.volunteers import VolunteersPage
from desktop.places.buildings import BuildingsPage
from desktop.places.page import HouseholdsPage
from desktop.points.entries import EntriesPage
from desktop.points.scheme import SchemePage
from desktop.rewards.page import RewardsPage
from desktop.trainings.page import TrainingsPage
from desktop.unsaved import Keeper
from desktop.visits.page import VisitsPage
from desktop.visits.records import RecordsPage
from desktop.widgets.choices import ChoiceBox
from desktop.widgets.entries import TextBox
from desktop.widgets.tabs import TabbedPage
from desktop.window import Shell
from tests.desktop.conftest import Open, settle
from tests.erasure.canaries import CONTACTS, LATER, PAPER, planted

P = TypeVar("P", bound=Page)
ESC, ENTER = Qt.Key.Key_Escape, Qt.Key.Key_Return


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep what is typed sooner than people would wait for."""
    monkeypatch.setattr(unsaved, "KEPT_AFTER_MS", 60)


def shown(qtbot: QtBot, shell: Shell, kind: type[P], room: str, tab: str = "", **what: Any) -> P:
    shell.context.routes.go(room, **({"tab": tab} if tab else {}), **what)
    settle(qtbot, shell)
    page = shell.page.page if isinstance(shell.page, TabbedPage) else shell.page
    assert isinstance(page, kind)
    return page


def type_in(field: Any, text: str) -> None:
    """Type over what stands in a field."""
    assert isinstance(field, QLineEdit | TextBox)
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, text)


def kept(qtbot: QtBot, ledger: Ledger, noun: str) -> None:
    qtbot.waitUntil(lambda: noun in ledger.unsaved(), timeout=5000)


def forgotten(qtbot: QtBot, ledger: Ledger) -> None:
    qtbot.waitUntil(lambda: ledger.unsaved() == {}, timeout=5000)


def test_half_a_fact_opens_again_at_its_own_dispute_and_is_forgotten_when_given_up(
    qtbot: QtBot, sample: Ledger, opened: Open
) -> None:
    shell = opened()
    page = shown(qtbot, shell, DisputesPage, "disputes")
    at, line = next((n, r) for n, r in enumerate(page._model.rows) if n > 1 and r.state == "open")
    page._table.selectRow(at)
    settle(qtbot, shell)
    page._panel.begin_fact("session")
    settle(qtbot, shell)
    type_in(page._panel._facts["session"].field("record"), "both sides spoke")
    kept(qtbot, sample, "纠纷")

    shell = opened()
    page = shown(qtbot, shell, DisputesPage, "disputes")
    settle(qtbot, shell)
    panel = page._panel
    assert panel.writing
    assert panel._card is not None
    assert panel._card.id == line.id
    assert panel._facts["session"].field("record").text() == "both sides spoke"
    assert "还没有保存" in panel._facts["session"]._problem.text()
    QTest.keyClick(panel._facts["session"].field("record"), ESC)
    assert not panel.writing
    forgotten(qtbot, sample)
    panel.begin_fact("session")
    settle(qtbot, shell)
    assert panel._facts["session"].field("record").text() == ""


def test_a_fact_is_saved_once_and_another_dispute_gets_nothing_of_it(
    qtbot: QtBot, sample: Ledger, opened: Open
) -> None:
    shell = opened()
    page = shown(qtbot, shell, DisputesPage, "disputes")
    first, second = [r for r in page._model.rows if r.state == "open"][:2]
    page.open({"record": first.id})
    settle(qtbot, shell)
    page._panel.begin_fact("session")
    settle(qtbot, shell)
    form = page._panel._facts["session"]
    type_in(form.field("record"), "all is well")
    kept(qtbot, sample, "纠纷")
    # Another form over it: the first waits, as nobody gave it up.
    page._panel.begin_registration()
    settle(qtbot, shell)
    page._panel.close_form()
    page.open({"record": second.id})
    settle(qtbot, shell)
    page._panel.begin_fact("session")
    settle(qtbot, shell)
    assert form.field("record").text() == ""
    page._panel.close_form()
    page.open({"record": first.id})
    settle(qtbot, shell)
    page._panel.begin_fact("session")
    settle(qtbot, shell)
    assert form.field("record").text() == "all is well"
    page._panel.save()
    settle(qtbot, shell)
    with sample.read() as connection:
        card = dispute_card(connection, first.id, date(2026, 3, 23), clocks(connection))
    assert card is not None
    assert "all is well" in str(card.case.sessions[-1].record)
    forgotten(qtbot, sample)


def test_a_changed_registration_keeps_only_what_was_changed(
    qtbot: QtBot, sample: Ledger, opened: Open
) -> None:
    shell = opened()
    page = shown(qtbot, shell, DisputesPage, "disputes")
    page._table.selectRow(2)
    settle(qtbot, shell)
    page._panel.begin_change()
    settle(qtbot, shell)
    brief = page._panel._form.field("brief")
    type_in(brief, "another brief")
    kept(qtbot, sample, "纠纷")
    (texts,) = sample.unsaved()["纠纷"].values()
    assert texts == {"brief": "another brief", "": "2026-03-23"}

    shell = opened()
    page = shown(qtbot, shell, DisputesPage, "disputes")
    settle(qtbot, shell)
    assert page._panel._form.field("brief").text() == "another brief"
    page._panel.save()
    settle(qtbot, shell)
    forgotten(qtbot, sample)


def test_a_training_half_changed_opens_again(qtbot: QtBot, sample: Ledger, opened: Open) -> None:
    shell = opened()
    page = shown(qtbot, shell, TrainingsPage, "trainings", "list")
    page._table.selectRow(3)
    topic = page._sessions.rows[3].topic
    page._change()
    settle(qtbot, shell)
    type_in(page._form._form.field("place"), "hall 2")
    kept(qtbot, sample, "培训登记")

    shell = opened()
    page = shown(qtbot, shell, TrainingsPage, "trainings", "list")
    settle(qtbot, shell)
    assert page._form._form.field("place").text() == "hall 2"
    assert page._form._form.field("topic").text() == topic
    QTest.keyClick(page._form._form.field("place"), ESC)
    forgotten(qtbot, sample)


def test_a_visit_half_put_right_waits_at_its_own_visit(
    qtbot: QtBot, sample: Ledger, opened: Open
) -> None:
    shell = opened()
    page = shown(qtbot, shell, RecordsPage, "visits", "records")
    page._table.selectRow(1)
    page._edit()
    settle(qtbot, shell)
    type_in(page._editor._form._note, "right at last")
    kept(qtbot, sample, "走访记录修改")

    shell = opened()
    page = shown(qtbot, shell, RecordsPage, "visits", "records")
    page._table.selectRow(0)
    page._edit()
    settle(qtbot, shell)
    assert page._editor._form._note.text() == ""
    page._table.selectRow(1)
    page._edit()
    settle(qtbot, shell)
    assert page._editor._form._note.text() == "right at last"
    page._editor.save()
    settle(qtbot, shell)
    with sample.read() as connection:
        notes = connection.execute(select(Visit.note).where(Visit.note == "right at last")).all()
    assert len(notes) == 1
    forgotten(qtbot, sample)


def test_the_board_offers_to_go_on_with_a_visit(qtbot: QtBot, sample: Ledger, opened: Open) -> None:
    shell = opened()
    with sample.read() as connection:
        home = connection.execute(select(Visit.household).limit(1)).scalar_one()
    page = shown(qtbot, shell, VisitsPage, "visits", entity="household", record=home)
    page._door.edit_last()
    settle(qtbot, shell)
    type_in(page._door.editor._form._note, "half")
    kept(qtbot, sample, "走访修改")
    shell = opened()
    page = shown(qtbot, shell, VisitsPage, "visits", entity="household", record=home)
    history = page._door._history
    words = [
        item.widget().text()  # type: ignore[attr-defined]
        for at in range(history.count())
        if (item := history.itemAt(at)) is not None and hasattr(item.widget(), "text")
    ]
    assert words.count("接着改") == 1


def test_a_building_half_typed_is_there_again_and_esc_gives_it_up(
    qtbot: QtBot, sample: Ledger, opened: Open
) -> None:
    shell = opened()
    page = shown(qtbot, shell, BuildingsPage, "visits", "places")
    page._places._table.selectRow(1)
    page.begin_new()
    settle(qtbot, shell)
    community = page.form._community.currentText()
    for field, text in (
        (page.form._estate, "new estate"), (page.form._number, "7"), (page.form._floors, "6"),
        (page.form._each, "2"),
    ):  # fmt: skip
        type_in(field, text)
    kept(qtbot, sample, "新建楼栋")

    shell = opened()
    page = shown(qtbot, shell, BuildingsPage, "visits", "places")
    settle(qtbot, shell)
    form = page.form
    assert page._stack.currentWidget() is form
    assert form._community.currentText() == community
    assert [f.text() for f in (form._estate, form._number, form._floors)] == [
        "new estate",
        "7",
        "6",
    ]
    assert "12户" in form._said.text(), "it is drawn again"
    QTest.keyClick(form._number, ESC)
    assert page._stack.currentWidget() is page.card
    forgotten(qtbot, sample)


def test_a_campaign_half_typed_is_there_again_with_its_communities(
    qtbot: QtBot, sample: Ledger, opened: Open
) -> None:
    shell = opened()
    page = shown(qtbot, shell, CampaignsPage, "admin", "campaigns")
    page._table.selectRow(0)
    before = page._name.text()
    page.begin_new()
    type_in(page._name, "spring")
    list(page._boxes.values())[1].click()
    kept(qtbot, sample, "走访任务")

    shell = opened()
    page = shown(qtbot, shell, CampaignsPage, "admin", "campaigns")
    assert page._name.text() == "spring"
    assert [box.isChecked() for box in page._boxes.values()].count(True) == 1
    page._table.selectRow(0)
    assert page._name.text() == before
    page.begin_new()
    assert page._name.text() == "spring"
    page.save()
    settle(qtbot, shell)
    forgotten(qtbot, sample)
    assert "spring" in [line.name for line in page._model.rows]


def test_the_post_half_changed_outlives_a_refresh_and_a_crash(
    qtbot: QtBot, sample: Ledger, opened: Open
) -> None:
    shell = opened()
    page = shown(qtbot, shell, PostPage, "admin", "post")
    station = page._form.field("station")
    stored = station.text()
    type_in(station, "other station")
    page.refresh()
    settle(qtbot, shell)
    assert station.text() == "other station"
    kept(qtbot, sample, "警务室")
    shell = opened()
    page = shown(qtbot, shell, PostPage, "admin", "post")
    assert page._form.field("station").text() == "other station"
    QTest.keyClick(page._form.field("station"), ESC)
    settle(qtbot, shell)
    assert page._form.field("station").text() == stored
    forgotten(qtbot, sample)


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
