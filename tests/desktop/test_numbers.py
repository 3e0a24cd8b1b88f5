"""A number opens the rows behind it, as many as it says: on the week's report and on the home page."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from db.kernel.workdays import Period
from desktop.disputes.page import DisputesPage
from desktop.home.page import HomePage
from desktop.page import Page
from desktop.people.volunteers import VolunteersPage
from desktop.reports.numbers import BEFORE, NOW, STANDING, NumberLine
from desktop.reports.page import ReportsPage
from desktop.trainings.page import TrainingsPage
from desktop.visits.doors import BasePage
from desktop.visits.records import RecordsPage
from desktop.widgets.periods import period_words, typed_period
from desktop.widgets.tabs import TabbedPage
from desktop.window import Shell
from tests.builders import add_visits, street, visit
from tests.desktop.conftest import in_sight, settle

TODAY = date(2026, 3, 23)
# The totals of a week, behind its own columns.
MONTH, YEAR = 3, 4


@pytest.fixture
def reports(qtbot: QtBot, shell: Shell) -> ReportsPage:
    return _reports(qtbot, shell)


def _reports(qtbot: QtBot, shell: Shell) -> ReportsPage:
    shell.context.routes.go("reports")
    settle(qtbot, shell)
    assert isinstance(shell.page, ReportsPage)
    return shell.page


def _opened(qtbot: QtBot, shell: Shell) -> Page:
    settle(qtbot, shell)
    return shell.page.page if isinstance(shell.page, TabbedPage) else shell.page


def _rows(page: Page) -> int:
    if isinstance(page, RecordsPage):
        assert page._totals is not None
        return page._totals.records
    if isinstance(page, BasePage):
        return page._model.total
    if isinstance(page, VolunteersPage):
        return page.model.total
    if isinstance(page, DisputesPage):
        return len(page._model.rows)
    assert isinstance(page, TrainingsPage)
    return len(page._sessions.rows)


def _sum(page: Page, name: str) -> int:
    if isinstance(page, TrainingsPage):
        return sum(getattr(line, name) for line in page._sessions.rows)
    assert isinstance(page, RecordsPage)
    found: int = getattr(page._totals, name)
    return found


def _type(page: RecordsPage, text: str) -> None:
    field = page._period.lineEdit()
    assert field is not None
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, text)
    QTest.keyClick(field, Qt.Key.Key_Return)


@pytest.mark.parametrize("columns", [(NOW, BEFORE), (MONTH, YEAR)])
def test_each_kind_of_number_opens_as_many_rows(
    qtbot: QtBot, shell: Shell, reports: ReportsPage, columns: tuple[int, int]
) -> None:
    kinds: dict[tuple[str | None, str, bool], NumberLine] = {}
    for line in reports._numbers._lines.rows:
        if line.value(NOW) and line.block is not None and line.name != "rate":
            kinds.setdefault((line.block, line.name, bool(line.part)), line)
    assert len(kinds) > 20
    for at, line in enumerate(kinds.values()):
        place = columns[at % 2]
        value = line.value(place)
        if value is None:
            assert columns != (NOW, BEFORE)
            assert line.block in ("coverage", "volunteers") or line.name in STANDING
            assert line.shown(place) == "—"
        if not value:
            continue
        shell.context.routes.go("reports")
        reports._open_rows(line, place)
        page: Any = _opened(qtbot, shell)
        summed = line.name in ("people", "leaflets", "expected", "present")
        told, found = page._chip._text.text(), _sum(page, line.name) if summed else _rows(page)
        # What a dispute owes twice is counted twice, and the dispute listed once.
        assert found == value or told.endswith(f"，在{found}件上"), line
        assert found == value or line.name == "overdue", line
        assert f"{value:,}{line.measure}" in told


def test_numbers_are_walked_and_opened_by_keyboard_and_esc_shows_all(
    qtbot: QtBot, shell: Shell, reports: ReportsPage
) -> None:
    QTest.keyClick(reports, Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier)
    table = reports._numbers
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Right, Qt.Key.Key_Return):
        QTest.keyClick(table, key)
    line = table._lines.rows[table.currentIndex().row()]
    assert (line.name, table.currentIndex().column()) == ("records", BEFORE)
    page = _opened(qtbot, shell)
    assert isinstance(page, RecordsPage)
    assert _rows(page) == line.value(BEFORE)
    now = line.value(NOW)
    assert isinstance(now, int)
    assert page._chip.isVisible()
    QTest.keyClick(page._table, Qt.Key.Key_Escape)
    settle(qtbot, shell)
    assert not page._chip.isVisible()
    assert page._period.currentText() == "本月"
    assert _rows(page) > now


def test_the_sentence_goes_when_it_is_true_no_more(
    qtbot: QtBot, shell: Shell, reports: ReportsPage
) -> None:
    line = next(n for n in reports._numbers._lines.rows if n.name == "households")
    reports._open_rows(line, NOW)
    page = _opened(qtbot, shell)
    assert isinstance(page, RecordsPage)
    assert _rows(page) == line.value(NOW)
    assert page._totals is not None
    assert page._totals.households == line.value(NOW)
    page._text.setText("晨园")
    page._change(text="晨园")
    settle(qtbot, shell)
    assert page._chip.isVisible(), "fewer of the same are still the same"
    _type(page, "3.16~3.18")
    settle(qtbot, shell)
    assert not page._chip.isVisible()
    assert page._query.period == Period(date(2026, 3, 16), date(2026, 3, 18))
    assert not page._query.once, "what nobody sees is not asked for any more"
    _type(page, "3.16~8.99")
    assert page._period.property("wrong") == "true"


def test_every_number_of_the_home_page_opens_its_rows(qtbot: QtBot, shell: Shell) -> None:
    home = shell.page
    assert isinstance(home, HomePage)
    today = home._today
    assert today is not None
    base, done, left = (
        sum(getattr(line, part) for line in today.communities)
        for part in ("base", "done", "remaining")
    )
    first = today.communities[0]
    last_week = today.weeks[-2][1]
    asked = {
        "households_before": (lambda: home._open_figure("households_before"), today.week.households_before),
        "open_at_end": (lambda: home._open_figure("open_at_end"), today.week.disputes_open),
        "overdue": (lambda: home._open_figure("overdue"), len(set(today.week.overdue_behind))),
        # The first of them makes the page, and must not be lost when the page reads itself.
        "remaining": (lambda: home._open_figure("remaining"), left),
        "coverage": (lambda: home._open_figure("coverage"), base),
        "done": (lambda: home._open_figure("done"), done),
        "community": (lambda: home._open_coverage("base", first.name), first.base),
        "week": (lambda: home._chart.chosen.emit(len(today.weeks) - 2), last_week),
    }  # fmt: skip
    for name, (opened, expected) in asked.items():
        shell.context.routes.go("home")
        opened()
        assert _rows(_opened(qtbot, shell)) == expected > 0, name


def test_a_card_is_a_row_of_numbers_for_the_keyboard(qtbot: QtBot, shell: Shell) -> None:
    home = shell.page
    assert isinstance(home, HomePage)
    figure = home._cards["纠纷"]._figures["open_at_end"]
    figure.setFocus()
    QTest.keyClick(figure, Qt.Key.Key_Space)
    page = _opened(qtbot, shell)
    assert isinstance(page, DisputesPage)
    assert home._today is not None
    assert _rows(page) == home._today.week.disputes_open


DAYS = st.dates(date(2024, 1, 1), date(2027, 12, 31))


@given(DAYS, st.integers(0, 70), DAYS)
def test_days_shown_are_days_typed(start: date, length: int, today: date) -> None:
    end = date.fromordinal(start.toordinal() + length)
    period = Period(start, end)
    assert typed_period(period_words(period, today), today) == period


@pytest.mark.parametrize(
    ("typed", "start", "end"),
    [
        ("3.1至3.15", date(2026, 3, 1), date(2026, 3, 15)),
        ("12.1到2.3", date(2025, 12, 1), date(2026, 2, 3)),
        ("昨", date(2026, 3, 22), date(2026, 3, 22)),
        ("12周", date(2026, 3, 16), date(2026, 3, 22)),
        ("2月", date(2026, 2, 1), date(2026, 2, 28)),
        ("11月", date(2025, 11, 1), date(2025, 11, 30)),
        ("2025年", date(2025, 1, 1), date(2025, 12, 31)),
        ("本周", date(2026, 3, 23), date(2026, 3, 29)),
    ],
)
def test_days_are_typed_as_people_write_them(typed: str, start: date, end: date) -> None:
    assert typed_period(typed, TODAY) == Period(start, end)


def test_days_of_two_years_are_told_with_both_years() -> None:
    assert period_words(Period(date(2024, 12, 30), date(2026, 3, 2)), TODAY) == (
        "2024年12月30日至2026年3月2日"
    )
    assert period_words(Period(date(2025, 3, 23), TODAY), TODAY) == "近一年"


@pytest.mark.parametrize("typed", ["3.5至3.1", "13月", "53周", "那几天", "3.1至3.2至3.3"])
def test_days_nobody_can_read_are_refused(typed: str) -> None:
    with pytest.raises(ValueError, match=r"[结没看]"):
        typed_period(typed, TODAY)


def test_a_rate_of_the_day_is_rounded_half_up(qtbot: QtBot, small: Shell) -> None:
    ledger = small.context.ledger
    doors = street(ledger, homes=16)
    add_visits(ledger, [visit(doors[0], day=date(2026, 3, 20))])
    small.context.routes.go("home")
    home = in_sight(qtbot, small)
    assert isinstance(home, HomePage)
    home.refresh()
    settle(qtbot, small)
    # One of sixteen is 6.25 %.
    texts = [one.text() for one in home.findChildren(QPushButton)]
    assert texts.count("6.3%") == 2
