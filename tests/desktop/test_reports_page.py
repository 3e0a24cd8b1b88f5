"""The week's paper: what is seen is what is printed, issued papers print the same again."""

from pathlib import Path

import pytest
from pypdf import PdfReader
from PySide6.QtGui import QPageSize
from PySide6.QtPrintSupport import QPrinter
from pytestqt.qtbot import QtBot

from desktop.printing import print_on
from desktop.reports.page import ReportsPage
from desktop.window import Shell
from tests.desktop.conftest import settle

MM = 72 / 25.4


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
    page._problems.setPlainText("老旧小区楼道堆物多。\n\n夜间无人户多。")
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
    page._plans.setPlainText("下周先走第十社区。")
    qtbot.wait(700)
    settle(qtbot, shell)
    page._issue("")
    settle(qtbot, shell)
    assert page._editions._box.count() == 2
    page._show_edition(page._editions._box.itemData(1))
    settle(qtbot, shell)
    page.save_to(tmp_path / "a.pdf")
    settle(qtbot, shell)
    shell.context.routes.go("visits")
    settle(qtbot, shell)
    shell.context.routes.go("reports")
    settle(qtbot, shell)
    page._show_edition(page._editions._box.itemData(1))
    settle(qtbot, shell)
    page.save_to(tmp_path / "b.pdf")
    settle(qtbot, shell)
    assert _text(tmp_path / "a.pdf") == _text(tmp_path / "b.pdf")


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
