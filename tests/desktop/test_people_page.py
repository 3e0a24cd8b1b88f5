"""Volunteers on the window: what each answers for, was and did; several at once."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester, QTest
from pytestqt.qtbot import QtBot
from sqlalchemy import Connection, select

from db.disputes import Dispute
from db.disputes.course import MediationSession
from db.kernel.ids import Id, new_id
from db.people import VolunteerDraft
from db.people.answering import answering, homes_of
from db.people.lists import VolunteerQuery, volunteer, volunteers
from db.people.roster import VolunteerPlace, add_volunteer
from db.people.terms import terms_of
from db.places import Household, communities, set_occupancy
from db.trainings import volunteers_behind
from desktop.disputes.page import DisputesPage
from desktop.page import Page
from desktop.people.units import UnitsPage
from desktop.people.volunteers import VolunteersPage
from desktop.trainings.page import TrainingsPage
from desktop.visits.records import RecordsPage
from desktop.window import Shell
from tests.builders import add_visits, rows_command, visit
from tests.desktop.conftest import in_sight, press, settle

TODAY = date(2026, 3, 23)
ENTER, DOWN, SHIFT = Qt.Key.Key_Return, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def page(qtbot: QtBot, shell: Shell) -> VolunteersPage:
    shell.context.routes.go("people", tab="volunteers")
    found = in_sight(qtbot, shell)
    assert isinstance(found, VolunteersPage)
    shell.activateWindow()
    return found


def pick(page: VolunteersPage, box: Any, value: object) -> None:
    box.setCurrentIndex([box.itemData(at) for at in range(box.count())].index(value))
    box.activated.emit(box.currentIndex())


def trained(shell: Shell) -> Id:
    with shell.context.ledger.read() as connection:
        return volunteers_behind(connection, TODAY).trained_this_month[0]


def test_those_with_too_many_homes_are_listed_and_counted(
    qtbot: QtBot, shell: Shell, page: VolunteersPage
) -> None:
    QAbstractItemModelTester(page.model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    with shell.context.ledger.read() as connection:
        found = answering(connection, TODAY)
    many = found.of("many")
    assert f"超过的{len(many)}人" in page.foot.text()
    assert "每个单元都有联户长" in page.foot.text()
    pick(page, page._amount, "many")
    settle(qtbot, shell)
    assert page.model.total == len(many)
    column = [c.heading for c in page.model.columns].index("户数")
    shown = [int(page.model.index(at, column).data()) for at in range(page.model.rowCount())]
    assert min(shown) > 12
    # With another question beside it, both hold.
    pick(page, page._occupation, "retired")
    settle(qtbot, shell)
    assert 0 < page.model.total < len(many)
    assert {row.occupation for row in page.model.rows} == {"retired"}


def test_a_unit_without_anybody_is_one_click_away(
    qtbot: QtBot, shell: Shell, page: VolunteersPage
) -> None:
    page._open_units()
    units = in_sight(qtbot, shell)
    assert isinstance(units, UnitsPage)
    assert units._nobody.isChecked()
    assert units._model.rows == []
    shell.context.routes.go("people", tab="volunteers")
    settle(qtbot, shell)
    page._card._open_unit()
    settle(qtbot, shell)
    assert page.row is not None
    assert units._unit is not None
    assert (units._unit.building, units._unit.unit) == (page.row.building, page.row.unit)


class Meanwhile:
    """A connection before whose first question something else is written."""

    def __init__(self, connection: Connection, write: Callable[[], None]) -> None:
        self._connection, self._write = connection, write

    def execute(self, *asked: Any, **options: Any) -> Any:
        """Answer from what stood there, once the other thing is told to the screens."""
        answer = self._connection.execute(*asked, **options)
        write, self._write = self._write, lambda: None
        write()
        return answer


def test_homes_counted_while_they_changed_are_counted_again(
    qtbot: QtBot, shell: Shell, page: VolunteersPage
) -> None:
    ledger = shell.context.ledger
    with ledger.read() as connection:
        before = answering(connection, TODAY)
        one = next(one for one, homes in before.homes.items() if homes)
        mine = homes_of(connection, one, TODAY)
    gone = set_occupancy([home.household for home in mine], "invalid")

    def write() -> None:
        shell.context.background.write(page, gone)
        settle(qtbot, shell)

    page._answering = None
    with ledger.read() as connection:
        page._counted(Meanwhile(connection, write))  # type: ignore[arg-type]
    settle(qtbot, shell)
    with ledger.read() as connection:
        now = answering(connection, TODAY)
    assert now != before
    assert page._answering == now


def test_everything_somebody_did_opens_its_source(
    qtbot: QtBot, shell: Shell, page: VolunteersPage
) -> None:
    ledger, who = shell.context.ledger, trained(shell)
    with ledger.read() as connection:
        door = connection.execute(select(Household.id).limit(1)).scalar_one()
    add_visits(ledger, [visit(door, "met", date(2026, 3, 21), at=600, volunteers=(who,))])
    dispute = new_id()
    ledger.write(rows_command(Dispute, [{"id": dispute, "registered": TODAY, "kind": "neighbour"}]))
    held = {"id": new_id(), "dispute": dispute, "day": TODAY, "result": "continued"}
    ledger.write(rows_command(MediationSession, [{**held, "volunteers": (who,)}]))
    shell.context.routes.go("people", tab="volunteers", record=who)
    settle(qtbot, shell)
    assert page.row is not None
    assert page.row.id == who
    QTest.keySequence(page, "F3")
    settle(qtbot, shell)
    assert [line.deed.kind for line in page._card.deeds] == ["mediation", "visit", "training"]
    assert page._card._counts.text() == "近一年入户走访1次、培训例会1次、参与调解1次"
    kinds: list[tuple[int, type[Page]]] = [(0, DisputesPage), (1, RecordsPage), (2, TrainingsPage)]
    for at, kind in kinds:
        page._card._table.selectRow(at)
        page._card._table.setFocus()
        press(qtbot, shell, ENTER)
        there: Any = in_sight(qtbot, shell)
        assert isinstance(there, kind)
        if isinstance(there, RecordsPage):
            assert there._totals is not None
            assert there._model.rows[0].household == door
        shell.context.routes.go("people", tab="volunteers")
        settle(qtbot, shell)


def test_another_role_is_asked_for_its_day_and_kept(
    qtbot: QtBot, shell: Shell, page: VolunteersPage
) -> None:
    person = page.row
    assert person is not None
    entries = page._entries
    assert not entries.from_day.isVisible()
    box: Any = entries.form.field("role")
    pick(page, box, "grid_leader")
    assert entries.from_day.isVisible()
    entries.from_day.setText("3.1")
    page.save()
    settle(qtbot, shell)
    with shell.context.ledger.read() as connection:
        now, before = terms_of(connection, person.id)
    assert (now.role, now.since) == ("grid_leader", date(2026, 3, 1))
    assert (before.role, before.until) == ("household_leader", date(2026, 2, 28))
    QTest.keySequence(page, "F3")
    settle(qtbot, shell)
    terms = page._card.terms
    assert [term.role for term in terms.terms] == ["grid_leader", "household_leader"]
    # The earlier one is put right in place, by keyboard.
    terms._table.selectRow(1)
    terms._table.setFocus()
    press(qtbot, shell, ENTER, ENTER)
    pick(page, terms._form.field("role"), "guard")
    terms._form.field("until").setFocus()
    press(qtbot, shell, ENTER)
    with shell.context.ledger.read() as connection:
        assert terms_of(connection, person.id)[1].role == "guard"
    for _ in range(2):
        shell.undo()
        settle(qtbot, shell)
    with shell.context.ledger.read() as connection:
        assert [term.role for term in terms_of(connection, person.id)] == ["household_leader"]


def test_a_role_put_right_without_a_day_leaves_no_term(
    qtbot: QtBot, shell: Shell, page: VolunteersPage
) -> None:
    person = page.row
    assert person is not None
    pick(page, page._entries.form.field("role"), "guard")
    page._entries.from_day.setText("")
    page.save()
    settle(qtbot, shell)
    with shell.context.ledger.read() as connection:
        assert [term.role for term in terms_of(connection, person.id)] == ["guard"]


def test_several_leave_on_one_day_and_come_back(
    qtbot: QtBot, shell: Shell, page: VolunteersPage
) -> None:
    page.table.selectRow(0)
    page.table.setFocus()
    for _ in range(2):
        QTest.keyClick(page.table, DOWN, SHIFT)
    settle(qtbot, shell)
    chosen = page.chosen_ids()
    assert len(chosen) == 3
    box = page._service
    assert (box._leave.text(), box._back.isEnabled()) == ("3人离任", False)
    box._day.setText("3.20")
    box._leave.click()
    settle(qtbot, shell)
    with shell.context.ledger.read() as connection:
        gone = volunteers(connection, VolunteerQuery(gone=TODAY))
    assert {row.id for row in gone} == set(chosen)
    assert {row.until for row in gone} == {date(2026, 3, 20)}
    pick(page, page._serving, "left")
    settle(qtbot, shell)
    assert page.model.total == 3
    page.table.selectAll()
    settle(qtbot, shell)
    assert box._back.text() == "3人再聘"
    box._day.setText("今天")
    box._back.click()
    settle(qtbot, shell)
    assert page.model.total == 0
    with shell.context.ledger.read() as connection:
        terms = terms_of(connection, chosen[0])
    assert (terms[0].since, terms[1].until) == (TODAY, date(2026, 3, 20))


def test_a_telephone_already_there_is_told_while_typing(
    qtbot: QtBot, shell: Shell, page: VolunteersPage
) -> None:
    known = next(row for row in page.model.rows if row.phone)
    page.begin_new()
    form = page._entries.form
    form.field("name").setText("朴秀东西")
    form.field("phone").setText(known.phone or "")
    page._entries.ask_like()
    settle(qtbot, shell)
    assert f"{known.name}（{known.community_name}）同一电话" in form._problem.text()
    form.field("phone").setText("")
    page._entries.ask_like()
    settle(qtbot, shell)
    assert form._problem.text().strip() == ""


def test_somebody_far_down_the_list_is_found(
    qtbot: QtBot, shell: Shell, page: VolunteersPage
) -> None:
    with shell.context.ledger.read() as connection:
        last = volunteers(connection, VolunteerQuery(), 1500, 1)[0]
    assert all(row.id != last.id for row in page.model.rows)
    shell.context.routes.go("people", entity="volunteer", record=last.id)
    settle(qtbot, shell)
    assert page.row is not None
    assert page.row.id == last.id


def test_who_was_entered_by_mistake_is_deleted_with_a_key(
    qtbot: QtBot, shell: Shell, page: VolunteersPage
) -> None:
    ledger = shell.context.ledger
    with ledger.read() as connection:
        (place, *_) = communities(connection)
    made = ledger.write(add_volunteer(VolunteerPlace(place.id), VolunteerDraft("登错的"))).value
    page.open({"record": made})
    settle(qtbot, shell)
    page.table.setFocus()
    press(qtbot, shell, Qt.Key.Key_Delete)
    with ledger.read() as connection:
        assert volunteer(connection, made) is None
    shell.undo()
    settle(qtbot, shell)
    with ledger.read() as connection:
        assert volunteer(connection, made) is not None
