"""A session entered and its roll called by keyboard on the running window."""

from datetime import date
from pathlib import Path
from typing import TypeVar

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader
from PySide6.QtCore import Qt
from PySide6.QtPrintSupport import QPrintDialog, QPrinter
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog
from pytestqt.qtbot import QtBot

from db.imports import preview, read_files
from db.kernel.ids import new_id
from db.trainings import Attendance
from db.trainings.sessions import Person, join, mark
from db.trainings.sheets import sheet
from desktop.page import Page
from desktop.trainings.calendar import CalendarPage
from desktop.trainings.certificates import CertificatesPage
from desktop.trainings.page import TrainingsPage
from desktop.trainings.sheets import SignInPage
from desktop.trainings.walk_ins import WalkInsPage
from desktop.window import Shell
from tests.builders import rows_command
from tests.desktop.conftest import press, settle

ENTER = Qt.Key.Key_Return
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
ALT = Qt.KeyboardModifier.AltModifier
P = TypeVar("P", bound=Page)


@pytest.fixture
def page(qtbot: QtBot, shell: Shell) -> TrainingsPage:
    shell.context.routes.go("trainings")
    settle(qtbot, shell)
    page = tab(shell, TrainingsPage)
    shell.activateWindow()
    page._table.setFocus()
    return page


def tab(shell: Shell, kind: type[P]) -> P:
    """Return the tab in sight."""
    page = shell.page.page  # type: ignore[attr-defined]
    assert isinstance(page, kind)
    return page


def test_a_session_is_entered_with_a_community_expected(
    qtbot: QtBot, shell: Shell, page: TrainingsPage
) -> None:
    page.begin_new()
    settle(qtbot, shell)
    press(qtbot, shell, "反诈", ENTER, "今", ENTER, "1930", ENTER, "2100", ENTER, "会议室", ENTER)
    press(qtbot, shell, ENTER, "lh", ENTER, ENTER, "dlsq", ENTER, ENTER, ENTER)
    line = page._sessions.rows[page._table.currentIndex().row()]
    assert (line.topic, line.start, line.end, line.present) == ("反诈", 1170, 1260, 0)
    names = page.roll.lines
    assert {person.community for person in names} == {"第六社区"}
    assert line.expected == len(names) > 100
    assert QApplication.focusWidget() is page.roll.field


def test_the_roll_is_called_by_a_few_letters(
    qtbot: QtBot, shell: Shell, page: TrainingsPage
) -> None:
    QAbstractItemModelTester(page.roll._model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    before = page._sessions.rows[0]
    absent = next(line for line in page.roll.lines if line.status == "absent")
    press(qtbot, shell, ENTER, absent.name, ENTER)
    assert page._sessions.rows[0].present == before.present + 1
    late = next(line for line in page.roll.lines if line.id == absent.id)
    assert late.status == "present"
    press(qtbot, shell, absent.name, "3", "加班", ENTER)
    line = next(line for line in page.roll.lines if line.id == absent.id)
    assert (line.status, line.reason) == ("leave", "加班")
    assert QApplication.focusWidget() is page.roll.field


def test_who_is_not_listed_comes_from_the_roster_or_by_name(
    qtbot: QtBot, shell: Shell, page: TrainingsPage
) -> None:
    before = page._sessions.rows[0].expected
    press(qtbot, shell, ENTER, "李四光荣")
    qtbot.wait(200)
    settle(qtbot, shell)
    assert [line.remark for line in page.roll.lines] == ["按姓名加入"]
    press(qtbot, shell, ENTER)
    assert page._sessions.rows[0].expected == before + 1
    assert next(a for a in page.roll.lines if a.name == "李四光荣").remark == "名单外"
    page.roll._table.setFocus()
    press(qtbot, shell, Qt.Key.Key_Delete)
    assert page._sessions.rows[0].expected == before


@pytest.fixture
def printed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where a printer that is a file puts its paper."""
    to = tmp_path / "printed.pdf"

    def accept(dialog: QPrintDialog) -> int:
        dialog.printer().setOutputFormat(QPrinter.OutputFormat.PdfFormat)
        dialog.printer().setOutputFileName(str(to))
        return QDialog.DialogCode.Accepted

    monkeypatch.setattr(QPrintDialog, "exec", accept)
    return to


def test_a_series_is_planned_and_changed_with_those_that_follow(
    qtbot: QtBot, shell: Shell, page: TrainingsPage
) -> None:
    before = len(page._sessions.rows)
    page.begin_new()
    settle(qtbot, shell)
    press(qtbot, shell, "月例会", ENTER, "4.7", ENTER, "1930", ENTER, ENTER, ENTER, ENTER, ENTER)
    press(qtbot, shell, "mydy", ENTER, "3", ENTER, ENTER, ENTER, ENTER)
    days = [t.day for t in page._sessions.rows if t.topic == "月例会"]
    assert days == [date(2026, 6, 2), date(2026, 5, 5), date(2026, 4, 7)]
    assert len(page._sessions.rows) == before + 3
    page._table.selectRow(1)
    page._table.setFocus()
    press(qtbot, shell, Qt.Key.Key_F2)
    press(qtbot, shell, ENTER, ENTER, "20:00")
    qtbot.keyClick(QApplication.focusWidget(), ENTER, CTRL)
    settle(qtbot, shell)
    press(qtbot, shell, "2", ENTER)
    starts = [t.start for t in page._sessions.rows if t.topic == "月例会"]
    assert starts == [1200, 1200, 1170]
    page._table.selectRow(1)
    page._table.setFocus()
    qtbot.keyClick(page._table, Qt.Key.Key_Delete, SHIFT)
    settle(qtbot, shell)
    assert [t.day for t in page._sessions.rows if t.topic == "月例会"] == [date(2026, 4, 7)]


def test_one_session_alone_is_asked_nothing_of_others_and_goes_alone(
    qtbot: QtBot, shell: Shell, page: TrainingsPage
) -> None:
    rows = page._sessions.rows
    # The oldest of those in no series: all others follow it.
    line = min((one for one in rows if one.series is None), key=lambda one: one.day)
    shell.context.routes.go("trainings", record=line.id)
    settle(qtbot, shell)
    page._table.setFocus()
    press(qtbot, shell, Qt.Key.Key_F2)
    assert page._form.isVisible()
    assert not page._form._which.isVisible()
    press(qtbot, shell, Qt.Key.Key_Escape)
    before = len(rows)
    qtbot.keyClick(page._table, Qt.Key.Key_Delete, SHIFT)
    settle(qtbot, shell)
    assert len(page._sessions.rows) == before - 1
    assert line.id not in [one.id for one in page._sessions.rows]


def test_several_names_at_once_and_present_by_default(
    qtbot: QtBot, shell: Shell, page: TrainingsPage
) -> None:
    expected = page._sessions.rows[0].expected
    press(qtbot, shell, ENTER, "李四光荣、王五光明")
    qtbot.wait(200)
    settle(qtbot, shell)
    press(qtbot, shell, ENTER)
    assert page._sessions.rows[0].expected == expected + 2
    absent = sum(line.status == "absent" and not line.reason for line in page.roll.everybody)
    assert absent > 0
    qtbot.keyClick(page.roll.field, Qt.Key.Key_1, ALT)
    settle(qtbot, shell)
    left = [line for line in page.roll.everybody if line.status == "absent" and not line.reason]
    assert left == []


def test_names_that_are_refused_come_back(
    qtbot: QtBot, shell: Shell, page: TrainingsPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    monkeypatch.setattr("desktop.trainings.roll.tell", lambda _, error: told.append(str(error)))
    chosen = page._chosen()
    assert chosen is not None
    twice = [
        {"id": new_id(), "training": chosen.id, "name": "重名的", "status": "absent"}
        for _ in range(2)
    ]
    shell.context.background.write(page, rows_command(Attendance, twice))
    settle(qtbot, shell)
    names = "李四光荣、重名的、王五光明"
    before = len(page.roll.everybody)
    press(qtbot, shell, ENTER, names)
    qtbot.wait(200)
    settle(qtbot, shell)
    press(qtbot, shell, ENTER)
    assert len(told) == 1
    assert page.roll.field.text() == names
    assert len(page.roll.everybody) == before


def test_a_reason_is_one_of_those_offered_by_its_number(
    qtbot: QtBot, shell: Shell, page: TrainingsPage
) -> None:
    person = next(line for line in page.roll.lines if line.status == "absent")
    press(qtbot, shell, ENTER, person.name, "3")
    offered = page.roll.reason.placeholderText()
    press(qtbot, shell, "1", ENTER)
    line = next(line for line in page.roll.lines if line.id == person.id)
    assert line.status == "leave"
    assert f"1{line.reason}" in offered


def test_scores_are_typed_down_a_column_and_the_rate_of_those_who_know_is_said(
    qtbot: QtBot, shell: Shell, page: TrainingsPage
) -> None:
    first, second, third = page.roll.everybody[:3]
    shell.context.background.write(shell, mark([first.id, second.id], "present"))
    settle(qtbot, shell)
    press(qtbot, shell, Qt.Key.Key_F4)
    press(qtbot, shell, "60", ENTER, "80", ENTER)
    press(
        qtbot, shell, first.name, ENTER, Qt.Key.Key_Right, "100", ENTER, "80", ENTER, "101", ENTER
    )
    rows = {row.id: row for row in page._details._model.rows}
    assert [(rows[one.id].before, rows[one.id].after) for one in (first, second, third)] == [
        (60, 100), (80, 80), (None, None),
    ]  # fmt: skip
    press(qtbot, shell, Qt.Key.Key_Escape, Qt.Key.Key_Escape)
    said = page.roll._knowing.text()
    assert "训前50.0%（1/2），训后100.0%（2/2），提高50.0个百分点" in said
    assert "80分以上算知晓，只算到了又有分数的人" in said


def test_a_sheet_is_printed_and_typed_back_in_its_order(
    qtbot: QtBot, shell: Shell, page: TrainingsPage, printed: Path
) -> None:
    session = page._sessions.rows[0]
    names = [line.name for line in page.roll.everybody]
    qtbot.keyClick(page._table, Qt.Key.Key_P, CTRL)
    settle(qtbot, shell)
    assert len(PdfReader(printed).pages) == 2
    with shell.context.ledger.read() as connection:
        found = sheet(connection, 1)
    assert found is not None
    assert [person.row.name for person in found.people] == names
    shell.context.routes.go("trainings", tab="sign_in")
    settle(qtbot, shell)
    typing = tab(shell, SignInPage)
    press(qtbot, shell, "1", ENTER, "1", "2", "3", "2", ENTER)
    assert [line.words for line in typing._typed.rows[:2]] == ["到", "迟到"]
    assert typing._typed.rows[2].reason
    press(qtbot, shell, "t", "1925", ENTER, "q")
    assert typing._typed.rows[3].words == "到 19:25"
    typing._table.go_to(len(names))
    press(qtbot, shell, ENTER, "李四光荣", ENTER)
    qtbot.keyClick(typing._table, ENTER, CTRL)
    settle(qtbot, shell)
    shell.context.routes.go("trainings", record=session.id)
    settle(qtbot, shell)
    line = page._sessions.rows[0]
    assert (line.expected, line.present) == (len(names) + 1, 4)
    # As on the page of the walks, the number brings the sheet back, and it is told to be done.
    shell.context.routes.go("trainings", tab="sign_in", number=1)
    settle(qtbot, shell)
    assert len(typing._typed.rows) == len(names) + 5


def test_the_absent_are_printed_and_both_lists_saved_and_brought_in_again(
    qtbot: QtBot, shell: Shell, page: TrainingsPage, printed: Path, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    qtbot.keyClick(page._table, Qt.Key.Key_P, CTRL | SHIFT)
    settle(qtbot, shell)
    assert len(PdfReader(printed).pages) == 1
    for modifiers, name in ((CTRL, "签到"), (CTRL | SHIFT, "缺席")):
        to = tmp_path / f"{name}.xlsx"
        chosen = (str(to), "Excel (*.xlsx)")
        monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, chosen=chosen: chosen)
        qtbot.keyClick(page._table, Qt.Key.Key_S, modifiers)
        settle(qtbot, shell)
        assert to.exists()
    rows = list(load_workbook(tmp_path / "签到.xlsx").active.iter_rows(values_only=True))
    head = ("序号", "姓名", "身份", "所属社区/网格", "签到时间", "本人签名", "备注", "出勤")
    assert head in rows
    assert len(rows) - rows.index(head) - 1 == len(page.roll.everybody)
    with shell.context.ledger.read() as connection:
        made = preview(connection, read_files([tmp_path / "签到.xlsx"]), shell.context.today)
    (account,) = made.accounts
    assert account.counts["added"] == account.counts["rejected"] == 0


def test_a_month_is_walked_and_a_day_opened(
    qtbot: QtBot, shell: Shell, page: TrainingsPage
) -> None:
    shell.context.routes.go("trainings", tab="calendar")
    settle(qtbot, shell)
    month = tab(shell, CalendarPage)
    press(qtbot, shell, Qt.Key.Key_Up, Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Right)
    press(qtbot, shell, Qt.Key.Key_Right)
    assert month._grid.day == date(2026, 3, 20)
    assert [one.topic for one in month._model.rows] == ["季度交流座谈会"]
    press(qtbot, shell, ENTER)
    opened = tab(shell, TrainingsPage)
    assert opened._sessions.rows[opened._table.currentIndex().row()].day == date(2026, 3, 20)
    shell.context.routes.go("trainings", tab="calendar")
    settle(qtbot, shell)
    press(qtbot, shell, Qt.Key.Key_PageDown, ENTER)
    assert opened._form._form.field("day").text() == "2026-04-20"
    press(qtbot, shell, Qt.Key.Key_Escape)


def test_a_walk_in_is_joined_to_whom_the_roster_suggests(
    qtbot: QtBot, shell: Shell, page: TrainingsPage
) -> None:
    session = page._sessions.rows[1]
    person = next(line for line in page.roll.everybody if line.volunteer is not None)
    shell.context.background.write(page, join(session.id, Person(person.name)))
    settle(qtbot, shell)
    shell.context.routes.go("trainings", tab="walk_ins")
    settle(qtbot, shell)
    walk_ins = tab(shell, WalkInsPage)
    before = len(walk_ins._model.rows)
    at = next(n for n, w in enumerate(walk_ins._model.rows) if w.training == session.id)
    walk_ins._table.selectRow(at)
    walk_ins._table.setFocus()
    assert walk_ins._likely.rows[0].name == person.name
    press(qtbot, shell, ENTER)
    assert len(walk_ins._model.rows) == before - 1


def test_a_certificate_is_printed_for_who_came(
    qtbot: QtBot, shell: Shell, page: TrainingsPage, printed: Path
) -> None:
    came = next(one for one in page.roll.everybody if one.status == "present" and one.volunteer)
    shell.context.routes.go("trainings", tab="certificates", volunteer=came.volunteer)
    settle(qtbot, shell)
    certificates = tab(shell, CertificatesPage)
    assert [one.status for one in certificates._model.rows] == ["present"]
    qtbot.keyClick(certificates._field, Qt.Key.Key_P, CTRL)
    settle(qtbot, shell)
    assert len(PdfReader(printed).pages) == 1


def test_ctrl_k_offers_pages_and_commands(qtbot: QtBot, shell: Shell) -> None:
    shell.activateWindow()
    shell.finder.begin()
    everything = shell.finder._list.topLevelItemCount()
    assert everything > 20
    press(qtbot, shell, "djjf", ENTER)
    assert QApplication.focusWidget() is not None
    assert shell.page.page._panel.writing  # type: ignore[attr-defined]
    shell.page.page._panel.close_form()  # type: ignore[attr-defined]
    shell.finder.begin()
    press(qtbot, shell, "节假日", ENTER)
    assert shell._title.text() == "设置"
