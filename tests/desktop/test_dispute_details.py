"""What a dispute is registered and ended with, its empty forms and its numbers, on the window."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from pypdf import PdfReader
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel, QScrollArea
from pytestqt.qtbot import QtBot
from sqlalchemy import select

from db.disputes.numbers import Gap, give_number, set_first_number, year_numbers
from db.disputes.registering import (
    RegistrationDraft,
    register_dispute,
    registration,
    remove_dispute,
)
from db.history import recent
from db.places import Community, Household
from desktop.admin.post import PostPage
from desktop.disputes.blanks import BlankFormsPage
from desktop.disputes.page import DisputesPage
from desktop.widgets.tabs import TabbedPage
from desktop.window import Shell
from tests.desktop.conftest import press, settle
from tests.test_dispute_life import DRAFT, TODAY

ENTER = Qt.Key.Key_Return


@pytest.fixture
def page(dispute_list: DisputesPage) -> DisputesPage:
    return dispute_list


def test_a_usual_registration_stands_whole_in_a_small_window(
    qtbot: QtBot, shell: Shell, page: DisputesPage
) -> None:
    shell.resize(1280, 720)
    page._panel.begin_registration()
    settle(qtbot, shell)
    areas = [a for a in page._panel.findChildren(QScrollArea) if a.isVisible()]
    assert [area.verticalScrollBar().maximum() for area in areas] == [0]


def test_what_is_applied_for_is_asked_of_an_applicant(
    qtbot: QtBot, shell: Shell, page: DisputesPage
) -> None:
    page._panel.begin_registration()
    settle(qtbot, shell)
    form = page._panel._writing.registration
    assert not form.field("requests").isVisible()
    press(qtbot, shell, ENTER, "ll", ENTER, "王小明", ENTER, ENTER, "仇强", ENTER, ENTER)
    press(qtbot, shell, "楼上漏水", ENTER, "dsr", ENTER, ENTER)
    assert QApplication.focusWidget() is form.field("requests")
    form.field("requests").setText("修好漏水处\n赔偿二千元")
    page._panel._writing.save()
    settle(qtbot, shell)
    line = page._model.rows[page._table.currentIndex().row()]
    with shell.context.ledger.read() as connection:
        kept = registration(connection, line.id)
    assert kept is not None
    assert (kept.source, kept.requests) == ("party", "修好漏水处\n赔偿二千元")
    press(qtbot, shell, Qt.Key.Key_F2)
    assert form.field("requests").isVisible()


def test_a_reason_and_who_made_a_follow_up_are_completed_by_initials(
    qtbot: QtBot, shell: Shell, page: DisputesPage
) -> None:
    page._table.selectRow(next(n for n, row in enumerate(page._rows) if row.state == "open"))
    press(qtbot, shell, "J", "tjbc", ENTER, ENTER, "y", ENTER, "dsrjj", ENTER)
    card = page._panel._card
    assert card is not None
    assert (card.state, card.case.reason) == ("failed", "当事人拒绝调解")
    page._table.selectRow(next(n for n, row in enumerate(page._rows) if row.state == "open"))
    press(qtbot, shell, "J", "tjcg", ENTER, ENTER, "kt", ENTER, ENTER)
    press(qtbot, shell, "H", ENTER, "都满意", ENTER)
    form = page._panel._writing.facts["follow_up"]
    assert QApplication.focusWidget() is form.field("staff")
    staff = form.field("staff")
    mediator = form.typed("staff")
    staff.setText(f"{mediator}、yinjianh")
    press(qtbot, shell, ENTER, ENTER)
    card = page._panel._card
    assert card is not None
    assert card.case.follow_ups[-1].staff == (mediator, "尹建海")


def test_letters_that_spell_several_names_are_asked_about(
    qtbot: QtBot, shell: Shell, page: DisputesPage
) -> None:
    page._panel.begin_registration()
    settle(qtbot, shell)
    form = page._panel._writing.registration
    field = form.field("mediators")
    form.knows("mediators", ("刘建国", "李进贵", "赵敏"))
    field.setFocus()
    field.setText("赵敏、ljg")
    press(qtbot, shell, ENTER)
    assert QApplication.focusWidget() is field
    assert "有2个：刘建国、李进贵" in field.toolTip()
    field.setText("赵敏、liujg")
    press(qtbot, shell, ENTER)
    assert field.text() == "赵敏、liujg"
    field.setFocus()
    field.setText("zhaomin")
    press(qtbot, shell, ENTER)
    assert field.text() == "赵敏"
    assert QApplication.focusWidget() is not field


def test_a_field_offers_names_by_pinyin(qtbot: QtBot, shell: Shell, page: DisputesPage) -> None:
    page._panel.begin_registration()
    settle(qtbot, shell)
    form = page._panel._writing.registration
    form.knows("mediators", ("刘建国", "李进贵", "赵敏"))
    completer = form.field("mediators").completer()  # type: ignore[union-attr]
    for typed, found in (("jg", 2), ("赵敏、jianguo", 1), ("建国", 1), ("zm", 1), ("不在", 0)):
        completer.setCompletionPrefix(completer.splitPath(typed)[0])
        assert completer.completionCount() == found, typed
    completer.setCompletionPrefix("zm")
    form.field("mediators").setText("刘建国、zm")
    assert completer.pathFromIndex(completer.currentIndex()) == "刘建国、赵敏"
    page._panel.close_form()


def test_empty_forms_are_had_without_a_dispute(
    qtbot: QtBot, shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shell.activateWindow()
    shell.finder.begin()
    settle(qtbot, shell)
    press(qtbot, shell, "kbws", ENTER)
    assert isinstance(shell.page, TabbedPage)
    blanks = shell.page.page
    assert isinstance(blanks, BlankFormsPage)
    titles = [form.title for form in blanks._model.rows]
    assert titles[:3] == ["卷宗封面", "卷内目录", "人民调解申请书"]
    assert len(titles) == 16
    for kind in ("pdf", "docx"):
        path = tmp_path / f"空白.{kind}"
        monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, to=path: (str(to), ""))
        blanks._table.selectRow(2)
        blanks._table.setFocus()
        press(qtbot, shell, "S")
        assert path.exists()
    assert "人民调解申请书" in PdfReader(tmp_path / "空白.pdf").pages[0].extract_text()
    with shell.context.ledger.read() as connection:
        said = [(line.action, line.note) for line in recent(connection, limit=2)]
    assert said == [("存出", "空白的人民调解申请书")] * 2


def test_last_years_gaps_are_explained_too(qtbot: QtBot, small: Shell) -> None:
    ledger = small.context.ledger
    old = ledger.write(register_dispute(replace(DRAFT, registered=date(2025, 12, 30)))).value
    ledger.write(set_first_number(2025, 5))
    ledger.write(give_number(old))
    ledger.write(remove_dispute(old))
    small.context.routes.go("admin", tab="post")
    settle(qtbot, small)
    assert isinstance(small.page, TabbedPage)
    page = small.page.page
    assert isinstance(page, PostPage)
    box = page._numbers
    assert not box._explaining.isVisible()
    box._years.setCurrentIndex(box._years.findData(2025))
    box._years.activated.emit(box._years.currentIndex())
    settle(qtbot, small)
    assert box._missing.text() == (
        "第0001—0004号　没有编过：纸上已经用过\n第0005号　编给了删除的纠纷：登记有误，已删除"
    )
    box._gaps.setCurrentIndex(1)
    box._gaps.activated.emit(1)
    assert box._reason.text() == "登记有误，已删除"
    box._reason.setText("两次登记了同一件")
    box._explain()
    settle(qtbot, small)
    assert "第0005号　编给了删除的纠纷：两次登记了同一件" in box._missing.text()
    box._first.setText("9")
    box._why.setText("街道那本用了")
    box._set_first()
    settle(qtbot, small)
    with ledger.read() as connection:
        assert year_numbers(connection, 2025).gaps[-1] == Gap(6, 8, "街道那本用了", given=False)


def test_earlier_disputes_of_the_door_are_told_while_it_is_typed(
    qtbot: QtBot, shell: Shell, page: DisputesPage
) -> None:
    """Other people, the same door; written in another way than it was the first time."""
    before = RegistrationDraft(
        registered=date(2026, 3, 20), kind="neighbour", side_a=("甲一",), side_b=("乙一",)
    )
    with shell.context.ledger.read() as connection:
        home = connection.execute(
            select(Household.key, Community.name)
            .join(Community, Community.id == Household.community)
            .where(Household.unit.is_not(None), Household.room.is_not(None))
            .order_by(Household.id)
        ).first()
    assert home is not None
    estate, number, unit, room = home.key.split("/")
    before = replace(before, community=home.name, place=f"{estate}{number}-{unit}-{room}")
    shell.context.ledger.write(register_dispute(before))
    page._panel.begin_registration()
    settle(qtbot, shell)
    form = page._panel._writing.registration
    form.show_draft(
        RegistrationDraft(
            registered=TODAY, kind="neighbour", side_a=("丙一",), side_b=("丁一",),
            community=home.name, place=f"{estate}{number}号楼{unit}单元{room}室",
        )
    )  # fmt: skip
    form.edited.emit()
    settle(qtbot, shell)
    told = " ".join(one.text() for one in form.findChildren(QLabel) if one.isVisible())
    assert "十二个月内同一住处有1件：最近2026-03-20" in told
