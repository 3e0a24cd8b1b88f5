"""The report's paper, of a day, a week or a month: what is seen is what is printed, issued papers print the same again."""

from datetime import date
from pathlib import Path

import pytest
from pypdf import PdfReader
from PySide6.QtCore import Qt
from PySide6.QtGui import QPageSize
from PySide6.QtPrintSupport import QPrinter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from db.kernel.history import history
from db.kernel.workdays import Day, Month, Span, Week
from db.visits import campaigns
from db.visits.campaigning import CampaignDraft, change_campaign, remove_campaign
from desktop.printing import print_on
from desktop.reports.numbers import NOW
from desktop.reports.page import STILL_COUNTING, ReportsPage
from desktop.reports.spans import REFUSED
from desktop.visits.records import RecordsPage
from desktop.widgets.tabs import TabbedPage
from desktop.window import Shell
from tests.desktop.conftest import settle
from tests.desktop.reports import open_reports, press, text_of

MM = 72 / 25.4


@pytest.fixture
def page(qtbot: QtBot, shell: Shell) -> ReportsPage:
    return open_reports(qtbot, shell)


def test_the_paper_is_read_by_the_keys_as_soon_as_the_page_opens(
    qtbot: QtBot, shell: Shell, page: ReportsPage
) -> None:
    shell.activateWindow()
    shell.context.routes.go("home")
    shell.context.routes.go("reports")
    settle(qtbot, shell)
    focus = QApplication.focusWidget()
    assert focus is not None
    QTest.keyClick(focus, Qt.Key.Key_PageDown)
    assert page._view.verticalScrollBar().value() > 0
    week = page._spans._name.text()
    QTest.keyClick(focus, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    settle(qtbot, shell)
    assert page._spans._name.text() != week


def test_an_edited_sentence_stands_on_the_saved_paper(
    qtbot: QtBot, shell: Shell, page: ReportsPage, tmp_path: Path
) -> None:
    page._sentences.problems.setPlainText("老旧小区楼道堆物多。\n\n夜间无人户多。")
    qtbot.wait(700)
    settle(qtbot, shell)
    page.save_to(tmp_path / "周报.pdf")
    settle(qtbot, shell)
    text = text_of(tmp_path / "周报.pdf")
    assert "1. 老旧小区楼道堆物多。" in text
    assert "2. 夜间无人户多。" in text
    assert page._view.document().pageCount() == 4


def test_it_prints_at_its_own_measures(
    qtbot: QtBot, shell: Shell, page: ReportsPage, tmp_path: Path
) -> None:
    printer = QPrinter(QPrinter.PrinterMode.ScreenResolution)
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
    printer.setOutputFileName(str(tmp_path / "纸.pdf"))
    told: list[tuple[int, int]] = []
    assert print_on(printer, page._pdf, lambda *at: told.append(at))
    pages = PdfReader(tmp_path / "纸.pdf").pages
    assert told == [(at, len(pages)) for at in range(len(pages))], "who waits sees it go on"
    assert len(pages) == page._view.document().pageCount()
    box = pages[0].mediabox
    assert abs(float(box.width) - 210 * MM) < 1.5
    assert abs(float(box.height) - 297 * MM) < 1.5


def test_the_kinds_of_report_are_walked_by_keyboard(
    qtbot: QtBot, shell: Shell, page: ReportsPage, tmp_path: Path
) -> None:
    alt = Qt.KeyboardModifier.AltModifier
    for key, kind, name, days, heads in (
        (
            Qt.Key.Key_1,
            "daily",
            "2026年3月22日",
            "星期日",
            ["本日", "前一日", "本月累计", "本年累计"],
        ),
        (Qt.Key.Key_3, "monthly", "2026年2月", "2月1日—2月28日", ["本月", "上月", "本年累计"]),
        (
            Qt.Key.Key_2,
            "weekly",
            "2026年第12周",
            "3月16日—3月22日",
            ["本周", "上周", "本月累计", "本年累计"],
        ),
    ):
        press(page, key, alt)
        settle(qtbot, shell)
        assert (page._spans.kind.name, page._spans._name.text()) == (kind, name)
        assert page._spans._kinds[kind].isChecked()
        assert shell._about.text() == days
        assert [column.heading for column in page._numbers._lines.columns[1:]] == heads
        assert page._sentences.plans.accessibleName() == f"{page._spans.kind.next}工作计划"
        page.save_to(tmp_path / "报.pdf")
        settle(qtbot, shell)
        assert f"工作{page._spans.kind.report}" in text_of(tmp_path / "报.pdf")
    press(page, Qt.Key.Key_3, alt)
    press(page, Qt.Key.Key_Right, alt)
    settle(qtbot, shell)
    assert page._spans.span == Month(2026, 3)
    # Each kind stays where it was left.
    press(page, Qt.Key.Key_1, alt)
    press(page, Qt.Key.Key_Left, alt)
    press(page, Qt.Key.Key_3, alt)
    settle(qtbot, shell)
    assert page._spans.span == Month(2026, 3)
    assert page._counted is not None
    assert page._counted.figures.span == Month(2026, 3)
    press(page, Qt.Key.Key_1, alt)
    settle(qtbot, shell)
    assert page._spans.span == Day(date(2026, 3, 21))


@pytest.mark.parametrize(
    ("typed", "span"),
    [
        ("3.18", Day(date(2026, 3, 18))), ("2026-03-18", Day(date(2026, 3, 18))),
        ("2026年3月18日", Day(date(2026, 3, 18))), ("昨天", Day(date(2026, 3, 22))),
        ("11周", Week(2026, 11)), ("2026-W11", Week(2026, 11)), ("上周", Week(2026, 12)),
        ("2月", Month(2026, 2)), ("2026-02", Month(2026, 2)), ("本月", Month(2026, 3)),
        ("2025年12月", Month(2025, 12)),
        ("", None), ("2025年", None), ("3.1至3.15", None), ("全部", None), ("胡写", None),
    ],
)  # fmt: skip
def test_a_span_is_written(
    qtbot: QtBot, shell: Shell, page: ReportsPage, typed: str, span: Span | None
) -> None:
    told: list[str] = []
    page.said.connect(told.append)
    press(page, Qt.Key.Key_G, Qt.KeyboardModifier.ControlModifier)
    field = page._spans._name
    assert field.selectedText() == "2026年第12周"
    field.setText(typed)
    QTest.keyClick(field, Qt.Key.Key_Return)
    settle(qtbot, shell)
    assert page._spans.span == (span or Week(2026, 12))
    assert page._counted is not None
    assert page._counted.figures.span == page._spans.span
    assert bool(field.property("wrong")) == (span is None)
    assert told == ([] if span else [REFUSED])
    if span:
        assert field.text() == span.words


def test_what_is_in_sight_is_not_saved_under_another_name(
    qtbot: QtBot, shell: Shell, page: ReportsPage, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked: list[str] = []

    def chosen(_: QWidget, __: str, name: str, ___: str) -> tuple[str, str]:
        asked.append(name)
        return str(tmp_path / name), ""

    monkeypatch.setattr(QFileDialog, "getSaveFileName", chosen)
    press(page, Qt.Key.Key_3, Qt.KeyboardModifier.AltModifier)
    # The month is still being counted; the week's paper is in sight.
    told: list[str] = []
    page.said.connect(told.append)
    page.save()
    page.print()
    assert told == [STILL_COUNTING] * 2
    assert asked == []
    settle(qtbot, shell)
    page.save()
    settle(qtbot, shell)
    assert asked == ["工作月报2026年2月.pdf"]
    assert "工作月报" in text_of(tmp_path / asked[0])


def test_the_history_names_the_span_that_was_saved(
    qtbot: QtBot, shell: Shell, page: ReportsPage, tmp_path: Path
) -> None:
    saved = str(page._spans.span)
    page.save_to(tmp_path / "week.pdf")
    page._spans.step(-1)
    settle(qtbot, shell)
    with shell.context.ledger.read() as connection:
        (entry,) = history(connection, 1)
    assert (entry.action, entry.note) == ("生成周报", saved)
    assert str(page._spans.span) != saved


@pytest.mark.parametrize("by_hand", [True, False])
def test_a_campaign_that_is_renamed_or_removed_holds_no_report_up(
    qtbot: QtBot, shell: Shell, page: ReportsPage, *, by_hand: bool
) -> None:
    with shell.context.ledger.read() as connection:
        line = next(
            one for one in campaigns(connection) if one.name == page._campaign.currentText()
        )
    if by_hand:
        page._campaign.activated.emit(page._campaign.currentIndex())
        settle(qtbot, shell)
    draft = CampaignDraft("改了名的走访", line.start, line.end)
    shell.context.background.write(page, change_campaign(line.id, draft))
    settle(qtbot, shell)
    assert page._campaign.currentText() == "改了名的走访"
    assert shell._about.text() == page._spans.span.days
    shell.context.background.write(page, remove_campaign(line.id))
    settle(qtbot, shell)
    assert page._campaign.currentText() != "改了名的走访"
    assert shell._about.text() == page._spans.span.days


def test_a_command_opens_its_kind_of_report(qtbot: QtBot, shell: Shell) -> None:
    shell.context.routes.go("reports", kind="monthly")
    settle(qtbot, shell)
    assert isinstance(shell.page, ReportsPage)
    assert shell.page._spans.span == Month(2026, 2)
    assert shell.page._spans.kind.name == "monthly"


def test_a_number_of_a_month_opens_its_rows(qtbot: QtBot, shell: Shell, page: ReportsPage) -> None:
    press(page, Qt.Key.Key_3, Qt.KeyboardModifier.AltModifier)
    settle(qtbot, shell)
    line = next(n for n in page._numbers._lines.rows if n.name == "records")
    page._open_rows(line, NOW)
    settle(qtbot, shell)
    assert isinstance(shell.page, TabbedPage)
    records = shell.page.page
    assert isinstance(records, RecordsPage)
    assert records._totals is not None
    assert records._totals.records == line.value(NOW)
    assert records._chip._text.text() == "只看：2月 走访次数 2,540次"
    # A month is its own total: the year stands in the third column.
    page._open_rows(line, 3)
    settle(qtbot, shell)
    assert records._totals.records == line.value(3)
    assert records._chip._text.text() == f"只看：1月1日—2月28日 走访次数 {line.shown(3)}次"
