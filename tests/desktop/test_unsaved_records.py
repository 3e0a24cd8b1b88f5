"""What is typed at one record stays with it over a crash until it is saved or given up."""

from datetime import date

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot
from sqlalchemy import select

from db.disputes.card import dispute_card
from db.disputes.facts import clocks
from db.disputes.registering import remove_dispute
from db.ledger import Ledger
from db.visits import Visit
from desktop.admin.campaigns import CampaignsPage
from desktop.admin.post import PostPage
from desktop.disputes.page import DisputesPage
from desktop.places.buildings import BuildingsPage
from desktop.trainings.page import TrainingsPage
from desktop.visits.page import VisitsPage
from desktop.visits.records import RecordsPage
from tests.desktop.conftest import Open, settle
from tests.desktop.retyped import forgotten, kept, shown, type_in

pytestmark = pytest.mark.usefixtures("soon")
ESC = Qt.Key.Key_Escape


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
    type_in(page._panel._writing.facts["session"].field("record"), "both sides spoke")
    kept(qtbot, sample, "纠纷")

    shell = opened()
    page = shown(qtbot, shell, DisputesPage, "disputes")
    settle(qtbot, shell)
    panel = page._panel
    assert panel.writing
    assert panel._card is not None
    assert panel._card.id == line.id
    assert panel._writing.facts["session"].field("record").text() == "both sides spoke"
    assert "还没有保存" in panel._writing.facts["session"]._problem.text()
    QTest.keyClick(panel._writing.facts["session"].field("record"), ESC)
    assert not panel.writing
    forgotten(qtbot, sample)
    panel.begin_fact("session")
    settle(qtbot, shell)
    assert panel._writing.facts["session"].field("record").text() == ""


def test_what_waits_at_a_deleted_dispute_is_named_again_once_it_is_back(
    qtbot: QtBot, sample: Ledger, opened: Open
) -> None:
    shell = opened()
    page = shown(qtbot, shell, DisputesPage, "disputes")
    gone, other = [r for r in page._model.rows if r.state == "open"][:2]
    for line in (gone, other):
        page.open({"record": line.id})
        settle(qtbot, shell)
        page._panel.begin_fact("session")
        settle(qtbot, shell)
        type_in(page._panel._writing.facts["session"].field("record"), "both sides spoke")
        page._panel.begin_registration()
        settle(qtbot, shell)
        page._panel.close_form()
    qtbot.waitUntil(lambda: len(sample.unsaved().get("纠纷", {})) == 2, timeout=5000)
    removed = sample.write(remove_dispute(gone.id))

    shell = opened()
    assert "纠纷" in shell.toast._text.text()
    page = shown(qtbot, shell, DisputesPage, "disputes")
    settle(qtbot, shell)
    # The first of them is gone; nobody waits in vain for the second.
    assert page._panel._card is not None
    assert page._panel._card.id == other.id
    assert page._panel.writing
    page._panel.close_form()
    qtbot.waitUntil(lambda: len(sample.unsaved()["纠纷"]) == 1, timeout=5000)

    assert opened().toast._text.text() == "", "nobody could get at it"
    sample.undo(removed.no)
    assert "纠纷" in opened().toast._text.text()


def test_half_a_new_dispute_is_there_again_and_can_be_saved(
    qtbot: QtBot, sample: Ledger, opened: Open
) -> None:
    shell = opened()
    page = shown(qtbot, shell, DisputesPage, "disputes", new=True)
    settle(qtbot, shell)
    type_in(page._panel._writing.registration.field("side_a"), "wang")
    kept(qtbot, sample, "纠纷")

    shell = opened()
    page = shown(qtbot, shell, DisputesPage, "disputes")
    settle(qtbot, shell)
    assert page._panel.writing
    assert page._panel._writing.registration.field("side_a").text() == "wang"
    QTest.keyClick(page._panel._writing.registration.field("side_a"), ESC)
    forgotten(qtbot, sample)


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
    form = page._panel._writing.facts["session"]
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
    page._panel._writing.save()
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
    brief = page._panel._writing.registration.field("brief")
    type_in(brief, "another brief")
    kept(qtbot, sample, "纠纷")
    (texts,) = sample.unsaved()["纠纷"].values()
    assert texts == {"brief": "another brief", "": "2026-03-23"}

    shell = opened()
    page = shown(qtbot, shell, DisputesPage, "disputes")
    settle(qtbot, shell)
    assert page._panel._writing.registration.field("brief").text() == "another brief"
    page._panel._writing.save()
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
