"""The report's paper, of a day, a week or a month: what is seen is what is printed, issued papers print the same again."""

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import docx
import pytest
from pypdf import PdfReader
from PySide6.QtCore import Qt
from PySide6.QtGui import QPageSize
from PySide6.QtPrintSupport import QPrinter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QWidget
from pytestqt.qtbot import QtBot
from sqlalchemy import select

from db.editions import edition, edition_pdf, editions
from db.kernel.history import history
from db.kernel.workdays import Day, Month, Span, Week
from db.post import CENTRED, ROOM, PostDraft, change_post
from db.visits import Visit, campaigns
from db.visits.campaigning import CampaignDraft, change_campaign, remove_campaign
from desktop.paper.document import BulletinHead, Signature, Table
from desktop.printing import print_on
from desktop.reports.numbers import NOW
from desktop.reports.page import STILL_COUNTING, ReportsPage
from desktop.reports.spans import REFUSED
from desktop.visits.records import RecordsPage
from desktop.widgets.tabs import TabbedPage
from desktop.window import Shell
from tests.builders import rows_command, visit
from tests.desktop.conftest import settle

MM = 72 / 25.4
MARK = re.compile(r"　　\d+\. 签发时台账记到第\d+号操作，校验码[0-9a-f ]+。")


@pytest.fixture
def page(qtbot: QtBot, shell: Shell) -> ReportsPage:
    shell.context.routes.go("reports")
    settle(qtbot, shell)
    assert isinstance(shell.page, ReportsPage)
    return shell.page


def _text(path: Path) -> str:
    return "".join(part.extract_text() for part in PdfReader(path).pages).replace("\n", "")


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
    text = _text(tmp_path / "周报.pdf")
    assert "1. 老旧小区楼道堆物多。" in text
    assert "2. 夜间无人户多。" in text
    assert page._view.document().pageCount() == 4


def test_an_issued_paper_prints_the_same_after_the_figures_changed(
    qtbot: QtBot, shell: Shell, page: ReportsPage, tmp_path: Path
) -> None:
    def saved() -> str:
        page.save_to(tmp_path / "周报.pdf")
        settle(qtbot, shell)
        return _text(tmp_path / "周报.pdf")

    def edition() -> str:
        page._show_edition(page._editions._box.itemData(1))
        settle(qtbot, shell)
        return saved()

    page._sentences.plans.setPlainText("下周先走第十社区。")
    qtbot.wait(700)
    settle(qtbot, shell)
    draft = saved()
    page._issue("")
    settle(qtbot, shell)
    assert page._editions._box.count() == 2
    issued = edition()
    with shell.context.ledger.read() as connection:
        (line,) = editions(connection)
        assert (tmp_path / "周报.pdf").read_bytes() == edition_pdf(connection, line.id)
    # All that issuing adds is the journal's number and digest at the foot.
    assert MARK.sub("", issued) == draft
    assert MARK.search(issued)
    with shell.context.ledger.read() as connection:
        door = connection.execute(select(Visit.household)).scalars().first()
    assert door is not None
    rows = [visit(door, day=page._spans.span.period.start) for _ in range(5)]
    shell.context.background.write(page, rows_command(Visit, rows))
    settle(qtbot, shell)
    assert page._editions._box.count() == 2
    page._show_edition(None)
    settle(qtbot, shell)
    assert saved() != draft
    assert edition() == issued
    # What is in sight is what goes to Word and Excel as well.
    page.save_to(tmp_path / "周报.docx")
    page.save_to(tmp_path / "周报.xlsx")
    settle(qtbot, shell)
    text = "\n".join(line.text for line in docx.Document(str(tmp_path / "周报.docx")).paragraphs)
    assert "下周先走第十社区。" in text
    assert MARK.search(text)
    assert (tmp_path / "周报.xlsx").read_bytes().startswith(b"PK")


def test_what_the_week_before_was_when_issued_stands_on_the_paper_and_its_edition(
    qtbot: QtBot, shell: Shell, page: ReportsPage, tmp_path: Path
) -> None:
    _press(page, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    settle(qtbot, shell)
    page._issue("")
    settle(qtbot, shell)
    with shell.context.ledger.read() as connection:
        door = connection.execute(select(Visit.household)).scalars().first()
    assert door is not None
    row = visit(door, "refused", day=page._spans.span.period.end)
    shell.context.background.write(page, rows_command(Visit, [row]))
    settle(qtbot, shell)
    _press(page, Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier)
    settle(qtbot, shell)
    foot = "签发的周报第1版上是：走访次数"
    page.save_to(tmp_path / "周报.pdf")
    page._issue("")
    settle(qtbot, shell)
    assert foot in _text(tmp_path / "周报.pdf")
    with shell.context.ledger.read() as connection:
        (line,) = editions(connection, "weekly", "2026-W12")
        assert foot in edition(connection, line.id).paper.feet[0]


def test_how_the_post_has_its_reports_printed_stays_with_an_edition(
    qtbot: QtBot, shell: Shell, page: ReportsPage
) -> None:
    def printed() -> tuple[list[object], bool]:
        (paper,) = page._papers
        # The tables' feet of an edition have one more line.
        return [block for block in paper.blocks if not isinstance(block, Table)], (
            paper.centred_numbers
        )

    plain = printed()
    post = PostDraft("三号警务室", "示范派出所", "三号")
    looks = replace(post, bulletin="工作简报", seal_room=ROOM, page_numbers=CENTRED)
    shell.context.background.write(page, change_post(looks))
    settle(qtbot, shell)
    blocks, centred = chosen = printed()
    assert centred
    name = "示范派出所三号警务室"
    assert blocks[0] == BulletinHead("工作简报", "第12期", name, "2026年3月23日")
    assert Signature(name, "2026年3月23日", seal=True) in blocks
    page._issue("")
    settle(qtbot, shell)
    shell.context.background.write(page, change_post(post))
    settle(qtbot, shell)
    assert printed() == plain
    page._show_edition(page._editions._box.itemData(1))
    settle(qtbot, shell)
    assert printed() == chosen


def test_a_correction_needs_its_reason(qtbot: QtBot, shell: Shell, page: ReportsPage) -> None:
    told: list[str] = []
    shell.context.background.failed.disconnect()
    shell.context.background.failed.connect(lambda error: told.append(str(error)))
    page._issue("")
    settle(qtbot, shell)
    page._issue("")
    settle(qtbot, shell)
    assert told
    assert "更正原因" in told[0]
    page._issue("漏统计一场培训")
    settle(qtbot, shell)
    assert page._editions._box.count() == 3


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


def _press(page: ReportsPage, key: Qt.Key, held: Qt.KeyboardModifier) -> None:
    QTest.keyClick(page, key, held)


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
        _press(page, key, alt)
        settle(qtbot, shell)
        assert (page._spans.kind.name, page._spans._name.text()) == (kind, name)
        assert page._spans._kinds[kind].isChecked()
        assert shell._about.text() == days
        assert [column.heading for column in page._numbers._lines.columns[1:]] == heads
        assert page._sentences.plans.accessibleName() == f"{page._spans.kind.next}工作计划"
        page.save_to(tmp_path / "报.pdf")
        settle(qtbot, shell)
        assert f"工作{page._spans.kind.report}" in _text(tmp_path / "报.pdf")
    _press(page, Qt.Key.Key_3, alt)
    _press(page, Qt.Key.Key_Right, alt)
    settle(qtbot, shell)
    assert page._spans.span == Month(2026, 3)
    # Each kind stays where it was left.
    _press(page, Qt.Key.Key_1, alt)
    _press(page, Qt.Key.Key_Left, alt)
    _press(page, Qt.Key.Key_3, alt)
    settle(qtbot, shell)
    assert page._spans.span == Month(2026, 3)
    assert page._counted is not None
    assert page._counted.figures.span == Month(2026, 3)
    _press(page, Qt.Key.Key_1, alt)
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
    _press(page, Qt.Key.Key_G, Qt.KeyboardModifier.ControlModifier)
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


def test_a_day_is_issued_beside_the_week_that_ends_with_it(
    qtbot: QtBot, shell: Shell, page: ReportsPage
) -> None:
    page._sentences.problems.setPlainText("这一周的问题")
    page._issue("")
    settle(qtbot, shell)
    assert page._editions._box.count() == 2
    _press(page, Qt.Key.Key_1, Qt.KeyboardModifier.AltModifier)
    settle(qtbot, shell)
    assert page._spans.span.period.end == Week(2026, 12).period.end
    # Nothing is issued for the day, and what was written for the week stays there.
    assert page._editions._box.count() == 1
    assert page._sentences.problems.toPlainText() != "这一周的问题"
    page._sentences.problems.setPlainText("这一天的问题")
    page._issue("")
    settle(qtbot, shell)
    assert page._editions._box.count() == 2
    with shell.context.ledger.read() as connection:
        issued = {line.kind: edition(connection, line.id) for line in editions(connection)}
    assert {kind: (one.line.period, one.problems) for kind, one in issued.items()} == {
        "weekly": ("2026-W12", ("这一周的问题",)), "daily": ("2026-03-22", ("这一天的问题",)),
    }  # fmt: skip
    with shell.context.ledger.read() as connection:
        door = connection.execute(select(Visit.household)).scalars().first()
    assert door is not None
    row = visit(door, day=date(2026, 3, 21))
    shell.context.background.write(page, rows_command(Visit, [row]))
    settle(qtbot, shell)
    assert page._editions._changed.text() == "签发以后，前一日或累计的数有改动。"
    _press(page, Qt.Key.Key_2, Qt.KeyboardModifier.AltModifier)
    settle(qtbot, shell)
    assert "走访次数 2820→2821" in page._editions._changed.text()


def test_what_is_in_sight_is_not_saved_under_another_name(
    qtbot: QtBot, shell: Shell, page: ReportsPage, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked: list[str] = []

    def chosen(_: QWidget, __: str, name: str, ___: str) -> tuple[str, str]:
        asked.append(name)
        return str(tmp_path / name), ""

    monkeypatch.setattr(QFileDialog, "getSaveFileName", chosen)
    _press(page, Qt.Key.Key_3, Qt.KeyboardModifier.AltModifier)
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
    assert "工作月报" in _text(tmp_path / asked[0])


def _issued_and_changed(qtbot: QtBot, shell: Shell, page: ReportsPage) -> None:
    page._sentences.problems.setPlainText("签发时的问题")
    page._issue("")
    settle(qtbot, shell)
    page._sentences.problems.setPlainText("后来的问题")


def test_an_edition_in_sight_is_what_is_printed_whatever_else_was_being_made(
    qtbot: QtBot, shell: Shell, page: ReportsPage, tmp_path: Path
) -> None:
    _issued_and_changed(qtbot, shell, page)
    box = page._editions._box
    # Somebody chooses the edition while the paper of what was typed is still being made.
    page._make()
    box.setCurrentIndex(1)
    box.activated.emit(1)
    told: list[str] = []
    page.said.connect(told.append)
    page.print()
    assert told == [STILL_COUNTING]
    settle(qtbot, shell)
    page._sentences.problems.setPlainText("看着旧版时写的")
    qtbot.wait(page._timer.interval())
    settle(qtbot, shell)
    page.save_to(tmp_path / "edition.pdf")
    settle(qtbot, shell)
    assert "签发时的问题" in _text(tmp_path / "edition.pdf")
    box.setCurrentIndex(0)
    box.activated.emit(0)
    settle(qtbot, shell)
    page.save_to(tmp_path / "now.pdf")
    settle(qtbot, shell)
    assert "看着旧版时写的" in _text(tmp_path / "now.pdf")


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
    _press(page, Qt.Key.Key_3, Qt.KeyboardModifier.AltModifier)
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
