"""The week's paper: what is seen is what is printed, issued papers print the same again."""

import re
from pathlib import Path

import docx
import pytest
from pypdf import PdfReader
from PySide6.QtGui import QPageSize
from PySide6.QtPrintSupport import QPrinter
from pytestqt.qtbot import QtBot
from sqlalchemy import select

from db.visits import Visit
from desktop.printing import print_on
from desktop.reports.page import ReportsPage
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
    assert page._document.pageCount() == 4


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
    assert print_on(printer, page._pdf)
    pages = PdfReader(tmp_path / "纸.pdf").pages
    assert len(pages) == page._document.pageCount()
    box = pages[0].mediabox
    assert abs(float(box.width) - 210 * MM) < 1.5
    assert abs(float(box.height) - 297 * MM) < 1.5
