"""Homes, people, campaigns, history and the bin: looked after by keyboard, taken back by undo."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot
from sqlalchemy import func, select

from db.disputes.words import OPEN
from db.figures.spans import span_figures
from db.kernel.workdays import Week, year_to
from db.people import Volunteer
from db.places import Household, communities
from db.trainings import HERE, count_trainings
from db.trainings.lists import trainings
from db.visits import campaigns
from desktop.admin.campaigns import CampaignsPage
from desktop.disputes.page import DisputesPage
from desktop.history.page import HistoryPage
from desktop.imports.page import ImportPage
from desktop.page import Page
from desktop.people.volunteers import VolunteersPage
from desktop.places.card import BuildingCard
from desktop.places.communities import CommunityList
from desktop.places.page import HouseholdsPage
from desktop.rewards.page import RewardsPage
from desktop.widgets.parts import choose
from desktop.widgets.tabs import TabbedPage
from desktop.window import Shell
from tests.conftest import SAMPLE
from tests.desktop.conftest import settle
from tests.imports.books import HOMES, book, home


def _page(qtbot: QtBot, shell: Shell, room: str, tab: str) -> Page:
    shell.context.routes.go(room, tab=tab)
    settle(qtbot, shell)
    assert isinstance(shell.page, TabbedPage)
    return shell.page.page


def _count(shell: Shell, record: type[Household] | type[Volunteer]) -> int:
    with shell.context.ledger.read() as connection:
        return connection.execute(select(func.count()).select_from(record)).scalar_one()


def test_the_cursor_is_on_what_was_saved_however_far_down_it_stands(
    qtbot: QtBot, shell: Shell
) -> None:
    """Only the first two hundred were read: a home saved further down gave way to the first of all."""
    page = _page(qtbot, shell, "visits", "homes")
    assert isinstance(page, HouseholdsPage)
    with shell.context.ledger.read() as connection:
        last = communities(connection)[-1]
    page.begin_new()
    choose(page._where, last.id)
    page._address.setText("云居苑99号楼1单元101")
    page.save()
    settle(qtbot, shell)
    qtbot.waitUntil(lambda: page.row is not None, timeout=5000)
    settle(qtbot, shell)
    assert page.row is not None
    assert page.row.address.startswith("云居苑99号楼")
    at = page.table.currentIndex().row()
    assert at > 10_000
    page._form._fields["contact"].setText("王建国")  # type: ignore[union-attr]
    page.save()
    settle(qtbot, shell)
    assert page.table.currentIndex().row() == at
    assert page.row.contact == "王建国"
    page.read_anew()
    settle(qtbot, shell)
    assert page.model.rowCount() < 1000


def test_a_home_is_added_changed_and_taken_back(qtbot: QtBot, shell: Shell) -> None:
    page = _page(qtbot, shell, "visits", "homes")
    assert isinstance(page, HouseholdsPage)
    QAbstractItemModelTester(page.model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    before = _count(shell, Household)
    page.begin_new()
    page._address.setText("晨园3号楼1单元9901")
    page._form._fields["contact"].setText("王建国")  # type: ignore[union-attr]
    page.save()
    settle(qtbot, shell)
    assert _count(shell, Household) == before + 1
    shell.undo()
    settle(qtbot, shell)
    assert _count(shell, Household) == before


def test_a_wrong_telephone_is_told_and_not_saved(qtbot: QtBot, shell: Shell) -> None:
    page = _page(qtbot, shell, "visits", "homes")
    assert isinstance(page, HouseholdsPage)
    page._form._fields["phone"].setText("不知道")  # type: ignore[union-attr]
    page.save()
    settle(qtbot, shell)
    assert "不像电话号码" in page._form._problem.text()


def test_a_home_with_two_telephones_as_a_workbook_had_them_is_saved(
    qtbot: QtBot, shell: Shell
) -> None:
    page = _page(qtbot, shell, "visits", "homes")
    assert isinstance(page, HouseholdsPage)
    page._form._fields["phone"].setText("13800000001 / 139 0000 0002")  # type: ignore[union-attr]
    page.save()
    settle(qtbot, shell)
    assert page.row is not None
    assert page.row.phone == "13800000001、13900000002"


def test_a_volunteers_place_is_shown_and_a_double_is_told(qtbot: QtBot, shell: Shell) -> None:
    page = _page(qtbot, shell, "people", "volunteers")
    assert isinstance(page, VolunteersPage)
    chosen = page.row
    assert chosen is not None
    assert page._entries.building.currentData() == chosen.building
    page.begin_new()
    page._entries.form._fields["name"].setText(chosen.name)  # type: ignore[union-attr]
    page._entries.ask_like()
    settle(qtbot, shell)
    assert chosen.name in page._entries.form._problem.text()


def test_many_rows_come_as_they_are_scrolled_to(qtbot: QtBot, shell: Shell) -> None:
    page = _page(qtbot, shell, "visits", "homes")
    assert isinstance(page, HouseholdsPage)
    assert page.model.rowCount() < page.model.total == 17286
    first = page.model.rowCount()
    page.model.fetchMore(page.table.rootIndex())
    settle(qtbot, shell)
    assert page.model.rowCount() > first
    assert len({row.id for row in page.model.rows}) == page.model.rowCount()


@pytest.mark.parametrize(
    ("room", "tab"), [("visits", "homes"), ("people", "volunteers"), ("people", "staff")]
)  # fmt: skip
def test_a_new_record_is_begun_by_a_route_and_kept(
    qtbot: QtBot, shell: Shell, room: str, tab: str
) -> None:
    """From Ctrl+K one types at once; what is done meanwhile takes nothing away, nor asking again."""
    for typed in ("kang", "kangkang"):
        shell.context.routes.go(room, tab=tab, new=True)
        settle(qtbot, shell)
        page: Any = shell.page.page  # type: ignore[attr-defined]
        where = QApplication.focusWidget()
        assert isinstance(where, QLineEdit)
        assert page.row is None
        qtbot.keyClicks(where, "kang")
        page.refresh()
        settle(qtbot, shell)
        assert (page.row, where.text()) == (None, typed)
        assert not page._history.isVisible()
        shell.context.routes.go("home")
        settle(qtbot, shell)


def test_an_empty_register_tells_whether_anything_is_left_out(qtbot: QtBot, shell: Shell) -> None:
    rewards = _page(qtbot, shell, "points", "rewards")
    assert isinstance(rewards, RewardsPage)
    assert rewards.table.empty.startswith("还没有奖励。")
    rewards._state.setCurrentIndex(1)
    rewards.read_anew()
    settle(qtbot, shell)
    assert rewards.table.empty.startswith("没有符合的奖励。")
    homes = _page(qtbot, shell, "visits", "homes")
    assert isinstance(homes, HouseholdsPage)
    homes.text.setText("查无此人")
    homes.read_anew()
    settle(qtbot, shell)
    assert not homes.model.rows
    assert homes.table.empty.startswith("没有符合的住户。")


def test_every_register_leads_to_the_history_of_its_row(qtbot: QtBot, shell: Shell) -> None:
    for room, tab, entity in (
        ("visits", "homes", "household"), ("people", "volunteers", "volunteer"),
    ):  # fmt: skip
        page: Any = _page(qtbot, shell, room, tab)
        page.table.selectRow(0)
        settle(qtbot, shell)
        page._history.click()
        settle(qtbot, shell)
        told = shell.page.page  # type: ignore[attr-defined]
        assert isinstance(told, HistoryPage)
        assert told._record == (entity, page.row.id, page.row_name(page.row))


def test_a_campaign_is_set_up(qtbot: QtBot, shell: Shell) -> None:
    page = _page(qtbot, shell, "admin", "campaigns")
    assert isinstance(page, CampaignsPage)
    page._name.setText("夏季消防")
    page._start.setText("2026-6-1")
    page._end.setText("2026-8-31")
    page.save()
    settle(qtbot, shell)
    with shell.context.ledger.read() as connection:
        newest = campaigns(connection)[0]
    assert (newest.name, newest.start) == ("夏季消防", date(2026, 6, 1))


def test_an_import_is_looked_at_written_and_undone(
    qtbot: QtBot, shell: Shell, tmp_path: Path
) -> None:
    page = _page(qtbot, shell, "data", "imports")
    assert isinstance(page, ImportPage)
    before = _count(shell, Household)
    page.take([book(tmp_path / "户.xlsx", 台账=[HOMES, home(9901), home(9902, 居住人数=-1)])])
    settle(qtbot, shell)
    assert _count(shell, Household) == before
    assert [line.told.fate for line in page._told.rows] == ["rejected"]
    page.write()
    settle(qtbot, shell)
    assert _count(shell, Household) == before + 1
    shell.undo()
    settle(qtbot, shell)
    assert _count(shell, Household) == before
    page.take([SAMPLE / "住户台账.xlsx"])
    settle(qtbot, shell)
    assert "没有新内容" in page._summary.text()


def test_history_tells_a_homes_changes(qtbot: QtBot, shell: Shell) -> None:
    homes = _page(qtbot, shell, "visits", "homes")
    assert isinstance(homes, HouseholdsPage)
    homes._form._fields["contact"].setText("王金丝雀")  # type: ignore[union-attr]
    homes.save()
    settle(qtbot, shell)
    homes.show_history()
    settle(qtbot, shell)
    assert isinstance(shell.page, TabbedPage)
    page = shell.page.page
    assert isinstance(page, HistoryPage)
    assert "→ 王金丝雀" in page._details.toPlainText()


@pytest.mark.parametrize("copied", ["=1+1", "@x", "-2"])
def test_what_is_copied_is_never_a_formula(qtbot: QtBot, shell: Shell, copied: str) -> None:
    page = _page(qtbot, shell, "visits", "homes")
    assert isinstance(page, HouseholdsPage)
    page.model.rows[0] = page.model.rows[0]._replace(note=copied)
    page.table.selectRow(0)
    QTest.keyClick(page.table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    cells = QApplication.clipboard().text().split("\n")[1].split("\t")
    assert cells[-1] == f"'{copied}"
    assert page.table.focusPolicy() != Qt.FocusPolicy.NoFocus


def test_open_disputes_and_rates_agree_with_the_figures(qtbot: QtBot, shell: Shell) -> None:
    shell.context.routes.go("disputes")
    settle(qtbot, shell)
    page = shell.page.page  # type: ignore[attr-defined]
    assert isinstance(page, DisputesPage)
    with shell.context.ledger.read() as connection:
        figures = span_figures(connection, Week.of(shell.context.today)).now
        sessions = count_trainings(connection, year_to(shell.context.today))
        rows = trainings(connection)
    states = [row.state for row in page._model.rows]
    assert states.count(OPEN) == figures.disputes.open_at_end
    assert len(rows) == sessions.sessions
    assert sum(row.expected for row in rows) == sessions.expected
    assert sum(row.present for row in rows) == sessions.present
    shell.context.routes.go("trainings", record=rows[2].id)
    settle(qtbot, shell)
    people = shell.page.page.roll.lines  # type: ignore[attr-defined]
    assert len(people) == rows[2].expected
    assert sum(person.status in HERE for person in people) == rows[2].present


def test_the_history_keeps_up_and_tells_what_a_step_did(qtbot: QtBot, shell: Shell) -> None:
    # It stayed as it was when it was first opened, and told of a step only what it was called.
    history = _page(qtbot, shell, "data", "history")
    assert isinstance(history, HistoryPage)
    homes = _page(qtbot, shell, "visits", "homes")
    assert isinstance(homes, HouseholdsPage)
    home = homes.model.rows[0]
    homes._form.field("contact").setText("王建国")
    homes.save()
    settle(qtbot, shell)
    assert _page(qtbot, shell, "data", "history") is history
    assert history._model.rows[0].action == "修改住户"
    told = history._details.toPlainText()
    assert home.address in told
    assert f"{home.contact} → 王建国" in told
    QTest.keyClick(history._table, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    settle(qtbot, shell)
    assert history._model.rows[0].action == "撤销"


def test_a_building_and_a_community_tell_their_history(qtbot: QtBot, shell: Shell) -> None:
    for name, words in (("_show_history", "号楼的改动"), ("", "社区的改动")):
        places: Any = _page(qtbot, shell, "visits", "places")
        where = places.findChild(BuildingCard) if name else places.findChild(CommunityList)
        where._show_history()
        settle(qtbot, shell)
        page: Any = shell.page.page  # type: ignore[attr-defined]
        assert page._name.text().endswith(words)
        assert page._model.rows
