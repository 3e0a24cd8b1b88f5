"""What was being typed when the program died is there again when it is opened."""

from pathlib import Path

from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from db.ledger import Ledger
from desktop.reports.page import ReportsPage
from desktop.rooms import shell_over
from desktop.settings import Settings
from desktop.theme import Theme
from desktop.visits.page import VisitsPage
from desktop.widgets.tabs import TabbedPage
from desktop.window import Shell
from tests.desktop.conftest import settle


def _visits(qtbot: QtBot, shell: Shell) -> VisitsPage:
    shell.context.routes.go("visits")
    settle(qtbot, shell)
    assert isinstance(shell.page, TabbedPage)
    assert isinstance(shell.page.page, VisitsPage)
    return shell.page.page


def test_half_a_visit_and_half_a_report_come_back(
    qtbot: QtBot, sample: Ledger, settings: Settings, theme: Theme, tmp_path: Path
) -> None:
    first = shell_over(sample, settings, theme)
    first.show()
    settle(qtbot, first)
    QTest.keyClicks(_visits(qtbot, first)._door.entry._note, "half a note")
    first.context.routes.go("reports")
    settle(qtbot, first)
    report = first.page
    assert isinstance(report, ReportsPage)
    report._problems.setPlainText("楼道堆物还没有清")
    qtbot.waitUntil(lambda: len(sample.unsaved()) == 2, timeout=8000)
    first.hide()
    first.context.background.close()
    first.deleteLater()

    again = shell_over(sample, settings, theme)
    again.show()
    settle(qtbot, again)
    assert _visits(qtbot, again)._door.entry._note.text() == "half a note"
    again.context.routes.go("reports")
    settle(qtbot, again)
    assert isinstance(again.page, ReportsPage)
    assert again.page._problems.toPlainText() == "楼道堆物还没有清"
    again.page._issue("")
    settle(qtbot, again)
    assert list(sample.unsaved()) == ["走访"]
    again.hide()
    again.context.background.close()
    again.deleteLater()
