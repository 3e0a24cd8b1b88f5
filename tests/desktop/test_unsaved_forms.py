"""What was being typed when the program died is there again when it is opened."""

import time

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from db.coverage import door_states
from db.ledger import Ledger
from db.visits import campaigns
from db.visits.sheets import print_sheet
from desktop import unsaved
from desktop.page import Page
from desktop.places.page import HouseholdsPage
from desktop.reports.page import ReportsPage
from desktop.rooms import shell_over
from desktop.settings import Settings
from desktop.theme import Theme
from desktop.visits.page import VisitsPage
from desktop.visits.sheets import SheetsPage
from desktop.widgets.tabs import TabbedPage
from desktop.window import Shell
from tests.desktop.conftest import Open, settle


def _tab(qtbot: QtBot, shell: Shell, tab: str) -> Page:
    shell.context.routes.go("visits", tab=tab)
    settle(qtbot, shell)
    assert isinstance(shell.page, TabbedPage)
    return shell.page.page


def _visits(qtbot: QtBot, shell: Shell) -> VisitsPage:
    shell.context.routes.go("visits")
    settle(qtbot, shell)
    assert isinstance(shell.page, TabbedPage)
    assert isinstance(shell.page.page, VisitsPage)
    return shell.page.page


def test_half_a_visit_and_half_a_report_come_back(
    qtbot: QtBot, sample: Ledger, settings: Settings, theme: Theme, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = shell_over(sample, settings, theme)
    first.show()
    settle(qtbot, first)
    note = _visits(qtbot, first)._door.entry._note
    began = time.monotonic()
    QTest.keyClicks(note, "half a note")
    while not sample.unsaved():
        # Without a rest, and at the pace people are given.
        qtbot.wait(100)
        QTest.keyClicks(note, "s")
        assert time.monotonic() - began < 5, "at most five seconds of typing are lost"
    typed = note.text()
    monkeypatch.setattr(unsaved, "KEPT_AFTER_MS", 300)
    first.context.routes.go("reports")
    settle(qtbot, first)
    report = first.page
    assert isinstance(report, ReportsPage)
    report._sentences.problems.setPlainText("楼道堆物还没有清")
    qtbot.waitUntil(lambda: len(sample.unsaved()) == 2, timeout=8000)
    qtbot.waitUntil(lambda: sample.unsaved()["走访"]["备注"] == typed, timeout=8000)
    first.hide()
    first.context.background.close()
    first.deleteLater()

    again = shell_over(sample, settings, theme)
    again.show()
    settle(qtbot, again)
    assert _visits(qtbot, again)._door.entry._note.text() == typed
    again.context.routes.go("reports")
    settle(qtbot, again)
    assert isinstance(again.page, ReportsPage)
    assert again.page._sentences.problems.toPlainText() == "楼道堆物还没有清"
    again.page._issue("")
    settle(qtbot, again)
    assert list(sample.unsaved()) == ["走访"]
    again.hide()
    again.context.background.close()
    again.deleteLater()


def test_what_is_written_for_a_week_stays_with_it_and_the_reason_over_a_crash(
    qtbot: QtBot, sample: Ledger, opened: Open, soon: None
) -> None:
    def reports(shell: Shell) -> ReportsPage:
        shell.context.routes.go("reports")
        settle(qtbot, shell)
        assert isinstance(shell.page, ReportsPage)
        return shell.page

    shell = opened()
    page = reports(shell)
    proposed = page._sentences.problems.toPlainText()
    page._issue("")
    settle(qtbot, shell)
    page._sentences.problems.setPlainText("楼道堆物还没有清")
    QTest.keyClicks(page._editions._reason, "counted twice")
    # What somebody else does in the ledger counts the week again, and takes nothing away.
    page.refresh()
    settle(qtbot, shell)
    assert page._editions._reason.text() == "counted twice"
    page._spans.step(-1)
    settle(qtbot, shell)
    assert page._sentences.problems.toPlainText() not in ("楼道堆物还没有清", proposed)
    assert page._editions._reason.text() == ""
    page._spans.step(1)
    settle(qtbot, shell)
    assert page._sentences.problems.toPlainText() == "楼道堆物还没有清"
    assert page._editions._reason.text() == "counted twice"
    qtbot.waitUntil(lambda: {"周报", "周报的更正原因"} <= set(sample.unsaved()), timeout=5000)

    shell = opened()
    page = reports(shell)
    assert page._sentences.problems.toPlainText() == "楼道堆物还没有清"
    assert page._editions._reason.text() == "counted twice"
    QTest.keyClick(page._editions._reason, Qt.Key.Key_Return)
    settle(qtbot, shell)
    assert page._editions._box.itemText(1).endswith("counted twice")
    assert page._editions._reason.text() == ""
    qtbot.waitUntil(lambda: sample.unsaved() == {}, timeout=5000)


def test_a_week_before_the_last_opens_where_it_was_left(
    qtbot: QtBot, sample: Ledger, opened: Open
) -> None:
    # As the version before kept it, and as this one does.
    for kept in (
        {"week": "2026-W11", "problems": "门禁坏了", "plans": ""},
        {"2026-W11": ["门禁坏了", ""]},
    ):
        sample.keep_unsaved("周报", kept)
        shell = opened()
        shell.context.routes.go("reports")
        settle(qtbot, shell)
        assert isinstance(shell.page, ReportsPage)
        assert shell.page._spans._name.text() == "2026年第11周"
        assert shell.page._sentences.problems.toPlainText() == "门禁坏了"


def test_who_types_without_a_rest_is_kept_too(
    qtbot: QtBot, sample: Ledger, opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Begun anew by every key, the moment after which it is kept never came.
    monkeypatch.setattr(unsaved, "KEPT_AFTER_MS", 300)
    note = _visits(qtbot, opened())._door.entry._note
    for at in range(40):
        QTest.keyClicks(note, "a")
        qtbot.wait(30)
        if at > 20 and sample.unsaved():
            break
    assert len(sample.unsaved()["走访"]["备注"]) >= 5


def test_what_is_typed_at_a_home_stays_with_it_until_it_is_saved(
    qtbot: QtBot, sample: Ledger, opened: Open
) -> None:
    page = _tab(qtbot, opened(), "homes")
    assert isinstance(page, HouseholdsPage)
    contact = page._form.field("contact")
    stored = contact.text()
    QTest.keyClicks(contact, "abc")
    page.table.selectRow(1)
    assert contact.text() != stored + "abc"
    page.table.selectRow(0)
    assert contact.text() == stored + "abc"
    qtbot.waitUntil(lambda: "住户" in sample.unsaved(), timeout=8000)

    shell = opened()
    assert "住户" in shell.toast._text.text()
    page = _tab(qtbot, shell, "homes")
    assert isinstance(page, HouseholdsPage)
    assert page._form.field("contact").text() == stored + "abc"
    assert "还没有保存" in page._form._problem.text()
    page.save()
    settle(qtbot, shell)
    qtbot.waitUntil(lambda: sample.unsaved() == {}, timeout=8000)
    assert page.model.rows[0].contact == stored + "abc"
    assert page._form._problem.text() == " "


def test_what_is_typed_after_the_first_seconds_is_kept_too(
    qtbot: QtBot, sample: Ledger, opened: Open, soon: None
) -> None:
    page = _tab(qtbot, opened(), "homes")
    assert isinstance(page, HouseholdsPage)
    for more in ("abc", "def"):
        QTest.keyClicks(page._form.field("contact"), more)
        qtbot.waitUntil(lambda word=more: word in str(sample.unsaved()), timeout=8000)


def test_escape_drops_what_was_typed_at_a_home(qtbot: QtBot, opened: Open) -> None:
    page = _tab(qtbot, opened(), "homes")
    assert isinstance(page, HouseholdsPage)
    contact = page._form.field("contact")
    stored = contact.text()
    QTest.keyClicks(contact, "abc")
    QTest.keyClick(contact, Qt.Key.Key_Escape)
    assert contact.text() == stored


def test_half_a_new_home_comes_back_with_its_address(
    qtbot: QtBot, sample: Ledger, opened: Open
) -> None:
    page = _tab(qtbot, opened(), "homes")
    assert isinstance(page, HouseholdsPage)
    page.begin_new()
    QTest.keyClicks(page._address, "9-9-901")
    occupancy = page._form.field("occupancy")
    QTest.keyClicks(occupancy, "2")
    qtbot.waitUntil(lambda: "住户" in sample.unsaved(), timeout=8000)
    page = _tab(qtbot, opened(), "homes")
    assert isinstance(page, HouseholdsPage)
    assert page.row is None
    assert page._address.text() == "9-9-901"
    assert page._form.typed("occupancy") == "出租"


def test_half_a_sheet_comes_back_and_can_be_put_down(
    qtbot: QtBot, sample: Ledger, opened: Open
) -> None:
    with sample.read() as connection:
        (campaign,) = campaigns(connection)
        doors = [d.household for d in door_states(connection, campaign, campaign.start) if d.left]
    sample.write(print_sheet("南苑29号楼", doors[:6], campaign.id))
    page = _tab(qtbot, opened(), "sheets")
    assert isinstance(page, SheetsPage)

    def number(page: SheetsPage, shown: int) -> None:
        QTest.keyClicks(page._number, "1")
        QTest.keyClick(page._number, Qt.Key.Key_Return)
        qtbot.waitUntil(lambda: page._typed.rowCount() == 6, timeout=5000)
        assert sum(t.entry is not None for t in page._typed.rows) == shown

    number(page, 0)
    QTest.keyClicks(page._table, "11+2")
    QTest.keyClick(page._table, Qt.Key.Key_Escape)
    assert page._typed.rowCount() == 0
    number(page, 3)
    assert page._table.currentIndex().row() == 3, "it goes on where it was left"
    qtbot.waitUntil(lambda: "走访单" in sample.unsaved(), timeout=8000)

    shell = opened()
    page = _tab(qtbot, shell, "sheets")
    assert isinstance(page, SheetsPage)
    assert page._open.columns[-1].words(page._open.rows[0]) == "填了3户，没有登记"
    number(page, 3)
    assert [t.words for t in page._typed.rows[:3]] == ["见到人 1人", "见到人 2人", "未遇"]
    page.save()
    settle(qtbot, shell)
    qtbot.waitUntil(lambda: sample.unsaved() == {}, timeout=8000)


@pytest.mark.parametrize(("found", "told"), [("", ""), ("楼道堆物", "走访")])
def test_names_that_stay_from_visit_to_visit_are_nothing_unsaved(
    sample: Ledger, opened: Open, found: str, told: str
) -> None:
    sample.keep_unsaved("走访", {"走访人": "王建国", "发现": found, "备注": ""})
    assert told in opened().toast._text.text()
    assert bool(told) == bool(opened().toast._text.text())
