"""Who lacks contact or training, and at what hours people come: read and worked on the window."""

from datetime import date
from pathlib import Path

import openpyxl
import pytest
from pypdf import PdfReader
from PySide6.QtCore import QAbstractItemModel, Qt
from PySide6.QtPrintSupport import QPrintDialog, QPrinter
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QDialog, QFileDialog, QLineEdit
from pytestqt.qtbot import QtBot
from sqlalchemy import select

from db.agenda import AgendaItem
from db.compliance import contact_in_week
from db.kernel.records import CommandRow
from db.kernel.workdays import Week
from db.people.terms import TermDraft, add_term
from db.places import communities
from db.post import PostDraft, the_post
from db.trainings import volunteers_behind
from desktop.admin.post import PostPage
from desktop.compliance.hours import HoursPage
from desktop.compliance.standing import StandingPage
from desktop.home.page import HomePage
from desktop.people.volunteers import VolunteersPage
from desktop.trainings.page import TrainingsPage
from desktop.widgets.numbers import Number, NumberTable
from desktop.window import Shell
from tests.desktop.conftest import in_sight, press, settle

TODAY = date(2026, 3, 23)


@pytest.fixture
def page(qtbot: QtBot, shell: Shell) -> StandingPage:
    shell.context.routes.go("people", tab="standing")
    found = in_sight(qtbot, shell)
    assert isinstance(found, StandingPage)
    shell.activateWindow()
    return found


def cells(table: NumberTable) -> dict[str, list[str]]:
    model = table.model()
    return {
        str(model.index(at, 0).data()): [
            str(model.index(at, column).data()) for column in range(1, model.columnCount())
        ]
        for at in range(model.rowCount())
    }


def number(table: NumberTable, name: str, column: int) -> Number:
    model: QAbstractItemModel = table.model()
    at = list(cells(table)).index(name)
    found = model.index(at, column + 1).data(Qt.ItemDataRole.UserRole)
    assert isinstance(found, Number)
    return found


def test_last_weeks_contact_stands_in_numbers_and_names(
    qtbot: QtBot, shell: Shell, page: StandingPage
) -> None:
    QAbstractItemModelTester(
        page._table.model(), QAbstractItemModelTester.FailureReportingMode.Fatal
    )
    page._table.setFocus()
    QTest.keySequence(page._table, "Alt+Left")
    settle(qtbot, shell)
    with shell.context.ledger.read() as connection:
        standing = contact_in_week(connection, Week(2026, 12), TODAY)
    assert cells(page._table)["全部"] == ["1579", "77", "1502", "4.9%"]
    assert "见过面的77人" in page._summary.text()
    assert [one.line.volunteer for one in page._lacking.people] == list(standing.lacking)
    # The names follow the line of the numbers.
    at = list(cells(page._table)).index("职业　退休")
    page._table.setCurrentIndex(page._table.model().index(at, 1))
    retired = {line.volunteer for line in standing.lines if line.occupation == "retired"}
    assert {one.line.volunteer for one in page._lacking.people} == retired & set(standing.lacking)
    press(qtbot, shell, Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Return)
    people = in_sight(qtbot, shell)
    assert isinstance(people, VolunteersPage)
    assert people.model.total == len(retired & set(standing.lacking))


def test_the_weeks_before_say_that_they_are_of_all_communities(
    qtbot: QtBot, shell: Shell, page: StandingPage
) -> None:
    assert page._trend.text() == "各周见过面的人"
    page._community.setCurrentIndex(1)
    page._community.activated.emit(1)
    settle(qtbot, shell)
    assert page._trend.text() == "各周见过面的人（全部社区）"


def test_a_month_is_typed_and_agrees_with_the_figures(
    qtbot: QtBot, shell: Shell, page: StandingPage
) -> None:
    field = page._days.lineEdit()
    assert isinstance(field, QLineEdit)
    for text in ("2月", "本月"):
        field.setFocus()
        page._days.setEditText(text)
        QTest.keyClick(field, Qt.Key.Key_Return)
        settle(qtbot, shell)
        day = date(2026, 2, 28) if text == "2月" else TODAY
        with shell.context.ledger.read() as connection:
            behind = volunteers_behind(connection, day)
        assert page._duty == "training"
        assert set(number(page._table, "全部", 1).ids) == set(behind.trained_this_month)
        assert set(number(page._table, "全部", 2).ids) == set(behind.untrained)
    assert "没有列入本月的名单1320人，请假38人，缺席22人" in page._summary.text()
    told = {one.told for one in page._lacking.people}
    assert {"没有列入本月的名单", "缺席1场"} < told
    assert any(word.startswith("请假1场（") for word in told)


def test_a_bar_opens_its_week(qtbot: QtBot, shell: Shell, page: StandingPage) -> None:
    page._chart.setFocus()
    press(qtbot, shell, Qt.Key.Key_Left, Qt.Key.Key_Left, Qt.Key.Key_Left, Qt.Key.Key_Return)
    assert page._at == Week(2026, 10).period
    assert cells(page._table)["全部"][1] == "89"
    # Nothing lies ahead of today.
    for _ in range(6):
        page._step(1)
        settle(qtbot, shell)
    assert page._at == Week(2026, 13).period


def test_telephones_are_masked_until_the_journal_knows(
    qtbot: QtBot, shell: Shell, page: StandingPage
) -> None:
    panel = page._lacking
    at = next(n for n, one in enumerate(panel.people) if one.line.phone)
    phone = panel.people[at].line.phone or ""
    column = [c.heading for c in panel._model.columns].index("电话")
    assert panel._model.index(at, column).data() == f"{phone[:3]}****{phone[-4:]}"
    panel._reveal.click()
    settle(qtbot, shell)
    assert "*" in panel._model.index(at, column).data()
    panel._table.selectRow(at)
    panel._reveal.click()
    settle(qtbot, shell)
    assert panel._model.index(at, column).data() == phone
    # Notes outlive an erasure: they say how many, and of where, never who.
    with shell.context.ledger.read() as connection:
        last = connection.execute(select(CommandRow).order_by(CommandRow.no.desc())).first()
    assert last is not None
    assert (last.action, last.note) == ("查看电话", f"{panel.people[at].line.community}1人")


def print_into(monkeypatch: pytest.MonkeyPatch, to: Path) -> None:
    def accept(dialog: QPrintDialog) -> int:
        dialog.printer().setOutputFormat(QPrinter.OutputFormat.PdfFormat)
        dialog.printer().setOutputFileName(str(to))
        return QDialog.DialogCode.Accepted

    monkeypatch.setattr(QPrintDialog, "exec", accept)


def test_the_names_in_sight_are_printed(
    qtbot: QtBot, shell: Shell, page: StandingPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    page.said.connect(said.append)
    page._turn("training")
    settle(qtbot, shell)
    at = list(cells(page._table)).index("社区　第十社区")
    page._table.setCurrentIndex(page._table.model().index(at, 1))
    paper = tmp_path / "paper.pdf"
    print_into(monkeypatch, paper)
    page.print()
    settle(qtbot, shell)
    assert said == ["已打印106人的名单"]
    assert 1 <= len(PdfReader(paper).pages) <= 4
    asked: list[str] = []

    def choose(_: object, __: str, name: str, kinds: str) -> tuple[str, str]:
        asked.append(name)
        return str(tmp_path / "名单.xlsx"), kinds

    monkeypatch.setattr(QFileDialog, "getSaveFileName", choose)
    QTest.keySequence(page, "Ctrl+S")
    settle(qtbot, shell)
    assert asked == ["未参训名单 社区 第十社区 2026-03-01至2026-03-31.pdf"]
    book = openpyxl.load_workbook(tmp_path / "名单.xlsx").active
    names = {one.line.name for one in page._lacking.people}
    assert names <= {str(cell.value) for row in book.iter_rows() for cell in row}
    assert said.pop() == "已把106人的名单存为 名单.xlsx"
    shell.context.routes.go("people", tab="hours")
    hours = in_sight(qtbot, shell)
    assert isinstance(hours, HoursPage)
    hours.print()
    settle(qtbot, shell)
    assert said[1:] == []
    assert len(PdfReader(paper).pages) <= 2


def test_the_hours_tell_the_gap_and_open_its_rows(qtbot: QtBot, shell: Shell) -> None:
    shell.context.routes.go("people", tab="hours")
    page = in_sight(qtbot, shell)
    assert isinstance(page, HoursPage)
    assert cells(page._table)["全部"] == [
        "6", "300", "75.7%", "183", "114", "62.3%", "117", "113", "96.6%",
    ]  # fmt: skip
    assert "相差34.3个百分点" in page._summary.text()
    assert "还说不出换什么时间好" in page._advice.text()
    assert "在职个体 62.3%（应到183，实到114）" in page._chart.accessibleName()
    page._table.opened.emit(number(page._table, "星期三19时", 0))
    sessions = in_sight(qtbot, shell)
    assert isinstance(sessions, TrainingsPage)
    assert len(sessions._sessions.rows) == 3
    shell.context.routes.go("people", tab="hours")
    page._chart.setFocus()
    press(qtbot, shell, Qt.Key.Key_Right, Qt.Key.Key_Return)
    people = in_sight(qtbot, shell)
    assert isinstance(people, VolunteersPage)
    assert people.model.total == 117
    assert all(row.occupation in ("retired", "none") for row in people.model.rows)


def test_the_hours_of_a_community_follow_who_served_there(qtbot: QtBot, shell: Shell) -> None:
    shell.context.routes.go("people", tab="hours")
    page = in_sight(qtbot, shell)
    assert isinstance(page, HoursPage)
    box = page._asked._community
    box.setCurrentIndex(1)
    box.activated.emit(1)
    settle(qtbot, shell)
    expected = number(page._table, "全部", 1).ids
    with shell.context.ledger.read() as connection:
        elsewhere = communities(connection)[-1].id
    was = TermDraft("household_leader", date(2026, 1, 1), date(2026, 3, 22))
    shell.context.background.write(page, add_term(expected[0], elsewhere, was))
    settle(qtbot, shell)
    assert set(expected) - set(number(page._table, "全部", 1).ids) == {expected[0]}


def test_the_posts_hours_move_the_evening_into_working_hours(qtbot: QtBot, shell: Shell) -> None:
    shell.context.routes.go("people", tab="hours")
    page = in_sight(qtbot, shell)
    assert isinstance(page, HoursPage)
    shell.context.routes.go("admin", tab="post")
    post = in_sight(qtbot, shell)
    assert isinstance(post, PostPage)
    post._form.field("work_from").setText("10:30")
    post._form.field("work_to").setText("8:00")
    post.save()
    settle(qtbot, shell)
    assert "下班时间要晚于上班时间" in post._form._problem.text()
    post._form.field("work_to").setText("20:00")
    post.save()
    settle(qtbot, shell)
    with shell.context.ledger.read() as connection:
        saved = the_post(connection)
    assert (saved.work_from, saved.work_to) == (630, 1200)
    assert PostDraft().work_from == 510
    shell.context.routes.go("people", tab="hours")
    settle(qtbot, shell)
    assert "上班时间" in cells(page._table)
    assert "工作日下班后" not in cells(page._table)


def test_the_agendas_line_opens_the_months_names(qtbot: QtBot, shell: Shell) -> None:
    shell.context.routes.go("home")
    home = in_sight(qtbot, shell)
    assert isinstance(home, HomePage)
    home._open_due(AgendaItem("培训", "本月还有1380人没有参训", "", "soon", "untrained", b""))
    page = in_sight(qtbot, shell)
    assert isinstance(page, StandingPage)
    assert page._duty == "training"
    assert len(page._lacking.people) == 1380
