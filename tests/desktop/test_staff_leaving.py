"""A colleague leaves: on the day typed, their matters told until they are handed over, and comes back."""

from datetime import date

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot
from sqlalchemy import select

from db.disputes import Dispute
from db.kernel.access import Role
from db.kernel.ids import Id, new_id
from db.kernel.keys import Slots
from db.people import Staff
from db.people.colleagues import StaffDraft, add_staff
from desktop.admin.accounts import AccountsPage
from desktop.people.leaving import LeavingBox
from desktop.people.staff import StaffPage
from desktop.window import Shell
from tests.builders import rows_command
from tests.desktop.conftest import in_sight, press, settle

ENTER = Qt.Key.Key_Return


@pytest.fixture
def people(small: Shell) -> tuple[Id, Id]:
    """Two colleagues, the first with an account and a dispute that is open."""
    ledger = small.context.ledger
    leaving, staying = (
        ledger.write(add_staff(StaffDraft(name))).value for name in ("甲某", "乙某")
    )
    matter = {"id": new_id(), "registered": date(2026, 3, 2), "kind": "neighbour"}
    ledger.write(rows_command(Dispute, [{**matter, "mediators": (leaving,)}]))
    ledger.add_account("甲某", "甲某", Role.AUXILIARY, "一个足够长的口令 2026")
    return leaving, staying


def shown(qtbot: QtBot, shell: Shell, record: Id) -> StaffPage:
    shell.context.routes.go("people", tab="staff", record=record)
    page = in_sight(qtbot, shell)
    assert isinstance(page, StaffPage)
    shell.activateWindow()
    return page


def in_box(box: LeavingBox) -> dict[str, bool]:
    return {
        "day": box._day.isVisible(), "leave": box._leave.isVisible(),
        "back": box._back.isVisible(), "to": box._to.isVisible(), "hand": box._hand.isVisible(),
    }  # fmt: skip


def test_what_is_open_is_told_until_it_is_handed_over(
    qtbot: QtBot, small: Shell, people: tuple[Id, Id]
) -> None:
    leaving, staying = people
    page = shown(qtbot, small, leaving)
    box = page._leaving
    assert box._state.text() == "离岗，有1件没办完的纠纷交给"
    assert in_box(box) == {"day": True, "leave": True, "back": False, "to": True, "hand": False}
    box._day.setFocus()
    press(qtbot, small, "3.20", ENTER, ENTER)
    assert page.row is not None
    assert page.row.until == date(2026, 3, 20)
    assert "还有1件没办完的纠纷" in box._state.text()
    assert in_box(box) == {"day": False, "leave": False, "back": True, "to": True, "hand": True}
    box._to.setCurrentIndex(box._to.findText("乙某"))
    box._hand.click()
    settle(qtbot, small)
    assert in_box(box)["hand"] is False
    with small.context.ledger.read() as connection:
        assert connection.execute(select(Dispute.mediators)).scalar_one() == (staying,)
    box._back.click()
    settle(qtbot, small)
    assert page.row.until is None
    assert in_box(box)["leave"] is True


def test_an_account_that_still_opens_the_ledger_is_told(
    qtbot: QtBot, small: Shell, people: tuple[Id, Id]
) -> None:
    leaving, staying = people
    page = shown(qtbot, small, leaving)
    box = page._leaving
    assert not box._log_in.isVisible()
    box._closes.setChecked(False)
    box._leave.click()
    settle(qtbot, small)
    assert box._log_in.isVisible()
    box._open_accounts.click()
    accounts = in_sight(qtbot, small)
    assert isinstance(accounts, AccountsPage)
    assert accounts._whose.text() == "选中的账号：甲某"
    accounts._close()
    settle(qtbot, small)
    assert not shown(qtbot, small, leaving)._leaving._log_in.isVisible()
    assert not shown(qtbot, small, staying)._leaving._log_in.isVisible()


def test_who_leaves_today_is_logged_in_no_more(
    qtbot: QtBot, small: Shell, people: tuple[Id, Id]
) -> None:
    leaving, staying = people
    ledger, said = small.context.ledger, list[str]()
    assert not shown(qtbot, small, staying)._leaving._closes.isVisible()
    page = shown(qtbot, small, leaving)
    page._leaving.said.connect(said.append)
    assert page._leaving._closes.text() == "同时停用账号“甲某”"
    page._leaving._leave.click()
    settle(qtbot, small)
    assert said == ["甲某今天离岗，1件没办完的纠纷还没有交接，账号“甲某”已停用　　Ctrl+Z 撤销离岗"]
    assert page.row is not None
    assert page.row.until is not None
    assert {one.user for one in ledger.accounts() if one.until} == {"甲某"}
    assert "甲某" not in {user for _, user in Slots.load(ledger.place.slots).users()}
    assert not page._leaving._log_in.isVisible()


def test_an_account_is_not_closed_by_a_refused_leaving_nor_where_it_may_be_somebody_elses(
    qtbot: QtBot, small: Shell, people: tuple[Id, Id], monkeypatch: pytest.MonkeyPatch
) -> None:
    leaving, _ = people
    told: list[str] = []
    monkeypatch.setattr(QMessageBox, "exec", lambda box: told.append(box.text()))
    page = shown(qtbot, small, leaving)
    page._leaving._day.setText("2026-04-01")
    page._leaving._leave.click()
    settle(qtbot, small)
    assert told == ["离岗日期在今天以后，没有保存。请到那天再登记。"]
    assert not any(one.until for one in small.context.ledger.accounts())
    small.context.background.write(small, rows_command(Staff, [{"id": new_id(), "name": "甲某"}]))
    settle(qtbot, small)
    assert not shown(qtbot, small, leaving)._leaving._closes.isVisible()
