"""A dispute registered, concluded and followed up by keyboard on the running window."""

from datetime import date

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from db.disputes.facts import clocks
from db.disputes.lists import disputes
from db.disputes.registering import registration
from desktop.disputes.page import DisputesPage
from desktop.widgets.choices import ChoiceBox
from desktop.window import Shell
from tests.desktop.conftest import press, settle

ENTER, ESCAPE = Qt.Key.Key_Return, Qt.Key.Key_Escape


@pytest.fixture
def page(dispute_list: DisputesPage) -> DisputesPage:
    return dispute_list


def only_open(page: DisputesPage) -> None:
    box = page._filters["情况"]
    box.setCurrentIndex([box.itemData(at) for at in range(box.count())].index("open"))
    box.activated.emit(box.currentIndex())


def test_a_dispute_is_registered_and_concluded_without_the_mouse(
    qtbot: QtBot, shell: Shell, page: DisputesPage
) -> None:
    QAbstractItemModelTester(page._model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    before = len(page._rows)
    page._panel.begin_registration()
    settle(qtbot, shell)
    press(qtbot, shell, "19", ENTER, "ll", ENTER, "王小明、王大明", ENTER, "13800004521", ENTER)
    press(qtbot, shell, "仇强", ENTER, ENTER, "楼上漏水", ENTER, "zf", ENTER, ENTER, ENTER, ENTER)
    press(qtbot, shell, ENTER, ENTER, ENTER)
    assert len(page._rows) == before + 1
    line = page._model.rows[page._table.currentIndex().row()]
    with shell.context.ledger.read() as connection:
        draft = registration(connection, line.id)
    assert draft is not None
    assert (draft.kind, draft.side_a, draft.side_b) == (
        "neighbour",
        ("王小明", "王大明"),
        ("仇强",),
    )
    assert (draft.phone_a, draft.brief, draft.source) == ("13800004521", "楼上漏水", "visit")
    assert QApplication.focusWidget() is page._table
    press(qtbot, shell, ENTER, "tjcg", ENTER, ENTER, "kt", ENTER, "+3", ENTER)
    line = next(row for row in page._rows if row.id == line.id)
    assert line.state == "settled"
    press(qtbot, shell, "H", ENTER, "都满意", ENTER, ENTER, ENTER)
    card = page._panel._card
    assert card is not None
    assert [fact.title for fact in card.facts] == ["调解成功", "回访"]
    shell.undo()
    settle(qtbot, shell)
    card = page._panel._card
    assert card is not None
    assert [fact.title for fact in card.facts] == ["调解成功"]


def test_moving_in_the_list_never_turns_a_form_to_another_dispute(
    qtbot: QtBot, shell: Shell, page: DisputesPage
) -> None:
    only_open(page)
    first = page._model.rows[0]
    page._panel.begin_fact("conclude")
    settle(qtbot, shell)
    page._table.selectRow(3)
    settle(qtbot, shell)
    form = page._panel._writing.facts["conclude"]
    outcome = form.field("outcome")
    assert isinstance(outcome, ChoiceBox)
    qtbot.keyClicks(outcome, "ch")
    form.field("reason").setText("双方自行和解")
    page._panel._writing.save()
    settle(qtbot, shell)
    assert {row.id for row in page._rows if row.state == "withdrawn"} >= {first.id}


def test_a_wrong_form_says_why_and_esc_leaves_it(
    qtbot: QtBot, shell: Shell, page: DisputesPage
) -> None:
    page._panel.begin_registration()
    settle(qtbot, shell)
    page._panel._writing.save()
    assert "缺少纠纷类型" in page._panel._writing.registration._problem.text()
    assert QApplication.focusWidget() is page._panel._writing.registration.field("kind")
    press(qtbot, shell, ESCAPE)
    assert not page._panel.writing


def test_only_the_disputes_of_a_number_are_shown_until_all_are_wanted(
    qtbot: QtBot, shell: Shell, page: DisputesPage
) -> None:
    some = tuple(row.id for row in page._rows[:3])
    shell.context.routes.go("disputes", ids=some, title="第12周 新登记 3件")
    settle(qtbot, shell)
    assert {row.id for row in page._model.rows} == set(some)
    assert page._chip.isVisible()
    press(qtbot, shell, ESCAPE)
    with shell.context.ledger.read() as connection:
        every = disputes(connection, shell.context.today, clocks(connection))
    assert len(every) > len(some)
    assert [row.id for row in page._model.rows] == [row.id for row in every]
    assert not page._chip.isVisible()


def test_disputes_are_found_by_pinyin_and_removed_ones_come_back(
    qtbot: QtBot, shell: Shell, page: DisputesPage
) -> None:
    page._text.setText("chenyanghao")
    assert [row.parties[0] for row in page._model.rows] == ["陈洋豪"]
    page._table.setFocus()
    press(qtbot, shell, Qt.Key.Key_Delete)
    assert page._model.rows == []
    shell.undo()
    settle(qtbot, shell)
    assert len(page._model.rows) == 1


def test_the_steps_of_a_mediation_are_entered_by_their_keys(
    qtbot: QtBot, shell: Shell, page: DisputesPage
) -> None:
    page._table.selectRow(next(n for n, row in enumerate(page._rows) if row.state == "open"))
    press(qtbot, shell, "T")
    form = page._panel._writing.facts["session"]
    assert form.isVisible()
    press(
        qtbot,
        shell,
        ENTER,
        "930",
        ENTER,
        "警务室",
        ENTER,
        ENTER,
        ENTER,
        "楼长",
        ENTER,
        "说好三天内答复",
    )
    press(qtbot, shell, ENTER, "yd", ENTER, ENTER)
    # Its month is over by now: both sides had signed before.
    press(qtbot, shell, "Y", "2026-3-9", ENTER, "2026-6-1", ENTER, "等鉴定", ENTER)
    card = page._panel._card
    assert card is not None
    assert [fact.title for fact in card.facts] == ["延期", "调解 09:30"]
    assert card.duties[0].by == date(2026, 6, 1)
    assert "有待继续" in card.facts[1].detail
    press(qtbot, shell, "J", "ch", ENTER, ENTER, "双方自行和解", ENTER)
    assert page._panel._foot._main.text().startswith("登记结案")
    assert not page._panel._foot.steps["extend"].isVisibleTo(page._panel)
    assert page._panel._foot.steps["reopen"].isVisibleTo(page._panel)
    press(qtbot, shell, "L")
    assert not page._panel.writing
    press(qtbot, shell, "G", ENTER, ENTER)
    card = page._panel._card
    assert card is not None
    assert card.closed
    assert "已结案" in page._panel._view._state.text()
    # Taken up again by its button, for whoever does not know the key.
    page._panel._foot.steps["reopen"].click()
    settle(qtbot, shell)
    press(qtbot, shell, ENTER, "又吵起来了", ENTER)
    card = page._panel._card
    assert card is not None
    assert (card.state, card.facts[-1].title) == ("open", "重新受理")
    shown = [name for name, one in page._panel._foot.steps.items() if one.isVisibleTo(page._panel)]
    assert shown == ["session", "extend"]
    assert page._panel._foot._main.text().startswith("登记结论")


def test_a_key_pressed_before_a_dispute_is_read_means_that_one(
    qtbot: QtBot, shell: Shell, page: DisputesPage
) -> None:
    wanted = page._model.rows[5].id
    page._table.selectRow(5)
    page._panel.remove()
    settle(qtbot, shell)
    assert wanted not in {row.id for row in page._rows}
    shell.undo()
    settle(qtbot, shell)
    page._table.selectRow(1)
    page._panel.remove()
    page._table.selectRow(2)
    settle(qtbot, shell)
    assert len(page._rows) == len({row.id for row in page._rows}) == page._model.rowCount()
    assert wanted in {row.id for row in page._rows}


def test_a_record_of_a_session_is_put_right_from_its_line(
    qtbot: QtBot, shell: Shell, page: DisputesPage
) -> None:
    page._table.selectRow(next(n for n, row in enumerate(page._rows) if row.state == "open"))
    press(qtbot, shell, "T", Qt.Key.Key_Tab)
    page._panel._writing.facts["session"].field("record").setText("双方各说各的")
    page._panel._writing.save()
    settle(qtbot, shell)
    change = next(one for one in page._panel._view.findChildren(QPushButton) if one.text() == "改")
    change.setFocus()
    press(qtbot, shell, Qt.Key.Key_Space)
    form = page._panel._writing.facts["change_session"]
    assert form.typed("record") == "双方各说各的"
    form.field("record").setText("双方愿意再谈")
    page._panel._writing.save()
    settle(qtbot, shell)
    card = page._panel._card
    assert card is not None
    assert [fact.detail.rsplit("，", 1)[-1] for fact in card.facts] == ["双方愿意再谈"]
