"""The file, the parties, the board and the statistics of disputes on the running window."""

from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader
from PySide6.QtCore import QAbstractItemModel, Qt
from PySide6.QtGui import QImage
from PySide6.QtPrintSupport import QPrintDialog
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QLabel
from pytestqt.qtbot import QtBot

from db.agenda import agenda
from db.disputes.card import DisputeCard
from db.disputes.facts import clocks
from db.disputes.lists import disputes
from db.disputes.registering import RegistrationDraft, register_dispute
from db.history import recent, touched
from desktop.disputes.attachments import AttachmentsView
from desktop.disputes.board import DisputeBoardPage, _left
from desktop.disputes.dossier import DossierView
from desktop.disputes.foot import FILES
from desktop.disputes.numbers import DisputeNumbersPage
from desktop.disputes.page import DisputesPage
from desktop.disputes.panel import ATTACHMENTS, FILE
from desktop.disputes.viewing import PaperViewer, PhotoViewer
from desktop.page import Page
from desktop.widgets.tabs import TabbedPage
from desktop.window import Shell
from tests.desktop.conftest import press, settle

ENTER, ESCAPE, SPACE = Qt.Key.Key_Return, Qt.Key.Key_Escape, Qt.Key.Key_Space
DOWN = Qt.Key.Key_Down


def opened(qtbot: QtBot, shell: Shell, tab: str) -> Page:
    shell.context.routes.go("disputes", tab=tab)
    settle(qtbot, shell)
    assert isinstance(shell.page, TabbedPage)
    shell.activateWindow()
    return shell.page.page


@pytest.fixture
def page(qtbot: QtBot, shell: Shell) -> DisputesPage:
    shown = opened(qtbot, shell, "list")
    assert isinstance(shown, DisputesPage)
    shown._table.setFocus()
    return shown


def card(page: DisputesPage) -> DisputeCard:
    assert page._panel._card is not None
    return page._panel._card


def choose(page: DisputesPage, name: str, value: str) -> None:
    box = page._filters[name]
    box.setCurrentIndex([box.itemData(at) for at in range(box.count())].index(value))
    box.activated.emit(box.currentIndex())


def proved(model: QAbstractItemModel) -> None:
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)


def test_the_parties_are_filled_one_after_the_other(
    qtbot: QtBot, shell: Shell, page: DisputesPage
) -> None:
    names = [party.of.name for party in card(page).case.parties]
    press(qtbot, shell, "P", ENTER, ENTER, "nv", ENTER, "15", ENTER, Qt.Key.Key_Tab)
    form = page._panel._writing.facts["party"]
    page._panel._writing.save()
    settle(qtbot, shell)
    assert "监护人" in form._problem.text()
    form.field("guardian").setText("某监护人")  # type: ignore[union-attr]
    page._panel._writing.save()
    settle(qtbot, shell)
    assert form.typed("name") == names[1]
    assert form.typed("age") == ""
    # What was read anew behind the form stays behind it.
    assert form.isVisible()
    assert not page._panel._view.isVisible()
    press(qtbot, shell, ESCAPE)
    first = card(page).case.parties[0].of
    assert (first.name, first.sex, first.age, first.guardian) == (
        names[0],
        "female",
        15,
        "某监护人",
    )


def test_papers_are_saved_put_in_the_file_and_taken_out(
    qtbot: QtBot, shell: Shell, page: DisputesPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, single = tmp_path / "卷宗.pdf", tmp_path / "告知书.docx"
    press(qtbot, shell, "W")
    view = page._panel._aside[FILE]
    assert isinstance(view, DossierView)
    proved(view._model)
    assert QApplication.focusWidget() is view._table
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_args, **_named: (str(whole), ""))
    press(qtbot, shell, "A")
    settle(qtbot, shell)
    assert "第0065号" in PdfReader(whole).pages[0].extract_text()
    states = {line.paper.code: line.state for line in card(page).papers}
    assert states["rights"] == "printed"
    assert states["identity"] == "none"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_args, **_named: (str(single), ""))
    press(qtbot, shell, DOWN, "S")
    settle(qtbot, shell)
    assert single.read_bytes()[:2] == b"PK"
    press(qtbot, shell, SPACE)
    assert {line.paper.code for line in card(page).papers if line.state == "filed"} == {"rights"}
    assert view._model.rows[view._table.currentIndex().row()].paper.code == "identity"
    monkeypatch.setattr("desktop.disputes.dossier.ONE_NUMBER", 60)
    press(qtbot, shell, "1", "2")
    assert card(page).papers[2].pages == 12
    monkeypatch.setattr("desktop.disputes.dossier.ONE_NUMBER", 0)
    press(qtbot, shell, "0", "3")
    assert card(page).papers[2].pages == 3
    press(qtbot, shell, SPACE)
    assert card(page).papers[2].state == "none"
    press(qtbot, shell, ESCAPE)
    assert QApplication.focusWidget() is page._table


def test_many_earlier_disputes_of_many_keep_within_the_panel(
    qtbot: QtBot, shell: Shell, page: DisputesPage
) -> None:
    names = tuple(f"尔不都热依木·买买提艾力{at}" for at in range(10))
    draft = RegistrationDraft(
        registered=date(2026, 3, 20), kind="neighbour", side_a=names, side_b=("不详",)
    )
    for _ in range(3):
        made = shell.context.ledger.write(register_dispute(draft))
        shell.context.background.changed.emit(made)
    shell.context.routes.go("disputes", record=made.value)
    settle(qtbot, shell)
    assert len(card(page).earlier) == 2
    view = page._panel._view
    area = view.parentWidget().parentWidget()
    assert view.minimumSizeHint().width() <= area.width()
    assert view.mapTo(area, view.rect().topRight()).x() < area.width()


def test_a_paper_is_looked_at_without_a_number_and_printed_empty(
    qtbot: QtBot, shell: Shell, page: DisputesPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[tuple[str, int]] = []

    def looked_at(viewer: PaperViewer) -> None:
        shown.append((viewer.windowTitle(), viewer._document.pageCount()))

    monkeypatch.setattr(PaperViewer, "exec", looked_at)
    press(qtbot, shell, "W", "V")
    settle(qtbot, shell)
    assert shown == [("受理登记表", 1)]
    assert not card(page).case.number
    sent: list[int] = []

    def send(parent: object, printer: object, pdf: bytes) -> bool:
        sent.append(len(PdfReader(BytesIO(pdf)).pages))
        return True

    # A printer's sheets take a second each to be made.
    monkeypatch.setattr("desktop.paper_out.print_with", send)
    monkeypatch.setattr(QPrintDialog, "exec", lambda _: QDialog.DialogCode.Accepted)
    press(qtbot, shell, "K", "B")
    settle(qtbot, shell)
    assert sent == [2, 16]
    with shell.context.ledger.read() as connection:
        assert recent(connection, limit=1)[0].action == "打印"
    assert {line.state for line in card(page).papers} == {"none"}


def test_a_step_that_does_not_fit_says_so(qtbot: QtBot, shell: Shell, page: DisputesPage) -> None:
    said: list[str] = []
    page.said.connect(said.append)
    choose(page, "情况", "open")
    page._table.setFocus()
    press(qtbot, shell, "X")
    assert said == ["这件纠纷现在不能登记协议内容"]
    assert not page._panel.writing


def test_the_list_is_narrowed_and_sorted(qtbot: QtBot, shell: Shell, page: DisputesPage) -> None:
    choose(page, "类型", "property")
    assert {line.kind for line in page._model.rows} == {"property"}
    page._clear()
    for wanted, least, most in (("逾期", -999, -1), ("今天到期", 0, 0), ("七天内到期", 0, 7)):
        choose(page, "期限", wanted)
        days = [line.days_left for line in page._model.rows]
        assert len(days) == sum(
            line.days_left is not None and least <= line.days_left <= most for line in page._rows
        )
        assert days
        assert all(day is not None and least <= day <= most for day in days)
    choose(page, "期限", "没有期限")
    assert {line.days_left for line in page._model.rows} == {None}
    page._clear()
    page._filter()
    header = page._table.horizontalHeader()
    at = [column.heading for column in page._model.columns].index("登记")
    header.sectionClicked.emit(at)
    registered = [line.registered for line in page._model.rows]
    assert registered == sorted(registered)
    header.sectionClicked.emit(at)
    assert [line.registered for line in page._model.rows] == sorted(registered, reverse=True)
    header.sectionClicked.emit(at)
    assert page._sorted is None
    for at in range(len(page._model.columns)):
        header.sectionClicked.emit(at)


def test_the_board_has_every_open_dispute_once(
    qtbot: QtBot, shell: Shell, page: DisputesPage
) -> None:
    board = opened(qtbot, shell, "board")
    assert isinstance(board, DisputeBoardPage)
    with shell.context.ledger.read() as connection:
        rows = disputes(connection, shell.context.today, clocks(connection))
    for stage, cards in board._lists.items():
        assert [line.id for line in cards._rows.rows] == [r.id for r in rows if r.stage == stage]
        proved(cards._rows)
    assert {row.stage for row in rows} - {"closed"} <= set(board._lists)
    board._lists["registered"].setFocus()
    press(qtbot, shell, Qt.Key.Key_Right)
    assert board._lists["to_perform"].hasFocus()
    assert not board._lists["mediating"]._rows.rows
    wanted = board._lists["to_perform"]._rows.rows[0].id
    press(qtbot, shell, ENTER)
    settle(qtbot, shell)
    assert page._model.rows[page._table.currentIndex().row()].id == wanted


def test_the_days_left_are_told_in_the_same_words_everywhere(
    qtbot: QtBot, shell: Shell, page: DisputesPage
) -> None:
    at, late = next((n, row) for n, row in enumerate(page._model.rows) if (row.days_left or 0) < 0)
    assert late.days_left is not None
    words = f"逾期{-late.days_left}天"
    cells = [page._model.index(at, n).data() for n in range(page._model.columnCount())]
    assert words in cells
    page._table.selectRow(at)
    settle(qtbot, shell)
    assert any(words in text.text() for text in page._panel._view.findChildren(QLabel))
    with shell.context.ledger.read() as connection:
        due = agenda(connection, shell.context.today)
    assert words in [item.remark for item in due if item.record == late.id]
    board = opened(qtbot, shell, "board")
    assert isinstance(board, DisputeBoardPage)
    assert words in _left(late)
    late_ones = sum("逾期" in head.text() for head in board._heads.values())
    assert late_ones == len({row.stage for row in page._rows if (row.days_left or 0) < 0})


def test_every_number_of_the_statistics_opens_its_disputes(
    qtbot: QtBot, shell: Shell, page: DisputesPage
) -> None:
    numbers = opened(qtbot, shell, "numbers")
    assert isinstance(numbers, DisputeNumbersPage)
    assert numbers._said is not None
    proved(numbers._matrix.model())
    ids = numbers._said.matrix["property", "open"]
    line = next(n for n, row in enumerate(numbers._matrix._lines._rows) if row.name == "物业")
    numbers._matrix.setFocus()
    numbers._matrix.setCurrentIndex(numbers._matrix.model().index(line, 1))
    press(qtbot, shell, ENTER)
    settle(qtbot, shell)
    assert {row.id for row in page._model.rows} == set(ids)
    numbers._open_month(11)
    settle(qtbot, shell)
    assert len(page._model.rows) == len(numbers._said.months[11][1])


def test_photographs_are_taken_in_shown_and_saved(
    qtbot: QtBot, shell: Shell, page: DisputesPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo, out = tmp_path / "楼道.png", tmp_path / "存出.png"
    image = QImage(1600, 1200, QImage.Format.Format_RGB32)
    image.fill(0xFF8800)
    assert image.save(str(photo))
    press(qtbot, shell, "F")
    view = page._panel._aside[ATTACHMENTS]
    assert isinstance(view, AttachmentsView)
    proved(view._model)
    monkeypatch.setattr(
        QFileDialog, "getOpenFileNames", lambda *_args, **_named: ([str(photo)], "")
    )
    press(qtbot, shell, "A")
    assert [line.name for line in view._model.rows] == ["楼道.png"]
    shown: list[str] = []

    def looked_at(viewer: PhotoViewer) -> None:
        shown.append(viewer.windowTitle())

    monkeypatch.setattr(PhotoViewer, "exec", looked_at)
    press(qtbot, shell, ENTER)
    assert shown == ["楼道.png"]
    (kept,) = (one for one in page.context.ledger.place.blobs.rglob("*") if one.is_file())
    whole = kept.read_bytes()
    kept.write_bytes(whole[:-1])
    press(qtbot, shell, ESCAPE)
    press(qtbot, shell, "F")
    settle(qtbot, shell)
    assert view._model.index(0, 2).data() == "打不开"
    kept.write_bytes(whole)
    with page.context.ledger.read() as connection:
        looked, added = recent(connection, limit=2)
        (told,) = touched(connection, added.no)
    assert (looked.action, looked.note) == ("查看附件", view._number)
    values = {one.label: one.new for one in told.changes}
    assert (values["属于"], values["类型"]) == ("纠纷", "照片"), "in words, not as it is stored"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_args, **_named: (str(out), ""))
    press(qtbot, shell, "S")
    assert out.read_bytes() == photo.read_bytes()
    press(qtbot, shell, Qt.Key.Key_Delete)
    assert view._model.rows == []
    shell.undo()
    settle(qtbot, shell)
    assert len(view._model.rows) == 1
    press(qtbot, shell, ESCAPE)
    assert page._panel._foot._behind[FILES].text() == "附件1个 F"
