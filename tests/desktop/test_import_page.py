"""Bringing workbooks in through the window: looked at, put right by keyboard, written, taken back."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from sqlalchemy import func, select

from db.places import Household
from db.visits import Visit
from desktop.imports.page import ImportPage
from desktop.window import Shell
from tests.desktop.conftest import press, settle
from tests.desktop.windows import drop
from tests.imports.books import HOMES, book, home

ODD = ["哪个小区", "几号楼", "哪单元", "几零几", "谁家", "身份证号"]
LINES = [["晨园", "3", "1", room, "王英", "1101"] for room in ("101", "102")]


def opened(qtbot: QtBot, shell: Shell, *paths: Path) -> ImportPage:
    shell.context.routes.go("data", tab="imports")
    settle(qtbot, shell)
    page = shell.findChild(ImportPage)
    assert page is not None
    page.take(paths)
    settle(qtbot, shell)
    return page


def count(shell: Shell, table: type) -> int:
    with shell.context.ledger.read() as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()


def test_a_file_nobody_can_tell_is_put_right_by_keyboard(
    qtbot: QtBot, small: Shell, tmp_path: Path
) -> None:
    page = opened(qtbot, small, book(tmp_path / "1.xlsx", 第一社区=[ODD, *LINES]))
    view = page._columns
    assert "没有认出“1.xlsx”" in page._summary.text()
    assert not page._write.isEnabled()
    assert QApplication.focusWidget() is view.kind
    press(qtbot, small, "zh", Qt.Key.Key_Return)
    assert view.layout_now.kind == "households"
    # Enter begins; then every heading in turn: a few letters, Enter to the next.
    view._heading_list.selectRow(0)
    press(qtbot, small, Qt.Key.Key_Return)
    for at, letters in enumerate(("xq", "ld", "dy", "fh", "hz")):
        assert view._heading_list.currentIndex().row() == at
        press(qtbot, small, letters, Qt.Key.Key_Return)
    assert [c.field for c in view.layout_now.columns] == [
        "estate", "building", "unit", "room", "contact", "",
    ]  # fmt: skip
    assert view.headings.rows[5].refused
    qtbot.keyClick(view, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    settle(qtbot, small)
    assert QApplication.focusWidget() is page._write, page._summary.text()
    press(qtbot, small, Qt.Key.Key_Return)
    assert count(small, Household) == 2
    assert page._done._undo.isEnabled()
    small.context.background.undo(page, page._done._no or 0)
    settle(qtbot, small)
    assert count(small, Household) == 0
    assert page._done._heading.text() == "已整个撤销"


def test_nothing_is_written_before_it_was_read_as_chosen(
    qtbot: QtBot, small: Shell, tmp_path: Path
) -> None:
    page = opened(qtbot, small, book(tmp_path / "1.xlsx", 住户=[HOMES, home(101, 备注="有狗")]))
    view = page._columns
    assert page._write.isEnabled()
    press(qtbot, small, Qt.Key.Key_F2)
    view._heading_list.selectRow(len(HOMES) - 1)
    press(qtbot, small, Qt.Key.Key_Delete)
    assert view.changed
    assert not page._write.isEnabled()
    page.write()
    settle(qtbot, small)
    assert count(small, Household) == 0
    view.again.click()
    settle(qtbot, small)
    assert page._write.isEnabled()
    page.write()
    settle(qtbot, small)
    with small.context.ledger.read() as connection:
        assert connection.execute(select(Household.note)).scalar_one() in ("", None)


def test_a_forbidden_column_offers_no_choice(qtbot: QtBot, small: Shell, tmp_path: Path) -> None:
    page = opened(
        qtbot, small, book(tmp_path / "1.xlsx", 住户=[[*HOMES, "民族"], [*home(101), "汉"]])
    )
    view = page._columns
    press(qtbot, small, Qt.Key.Key_F2)
    view._heading_list.selectRow(len(HOMES))
    assert not view.field.isEnabled()
    shown = view.headings.rows[len(HOMES)]
    assert (shown.samples, view.headings.columns[1].words(shown)) == ((), "按规定不收（民族）")


def test_another_row_can_be_the_heading(qtbot: QtBot, small: Shell, tmp_path: Path) -> None:
    above = ["注意", "如实", "填写", "不得", "漏项", "谢谢"]
    page = opened(qtbot, small, book(tmp_path / "1.xlsx", 第一社区=[above, ODD, *LINES]))
    view = page._columns
    for row in (0, 1):
        view.head_row.setCurrentIndex(view.head_row.findData(row))
        view.head_row.activated.emit(view.head_row.currentIndex())
        assert view.layout_now.places[0].row == row + 1
    assert [c.text for c in view.layout_now.columns] == ODD


def test_reading_can_be_stopped(qtbot: QtBot, small: Shell, tmp_path: Path) -> None:
    small.context.routes.go("data", tab="imports")
    settle(qtbot, small)
    page = small.findChild(ImportPage)
    assert page is not None
    rows = [HOMES, *(home(n) for n in range(2000))]
    page.take([book(tmp_path / "1.xlsx", 住户=rows)])
    page._stop()
    settle(qtbot, small)
    assert page._pick.isVisible()
    assert (count(small, Household), count(small, Visit)) == (0, 0)


def test_files_are_dropped_on_the_page(qtbot: QtBot, small: Shell, tmp_path: Path) -> None:
    small.context.routes.go("data", tab="imports")
    settle(qtbot, small)
    page = small.findChild(ImportPage)
    assert page is not None
    drop(book(tmp_path / "1.xlsx", 住户=[HOMES, home(101)]), page)
    settle(qtbot, small)
    assert page._write.isEnabled(), page._summary.text()
