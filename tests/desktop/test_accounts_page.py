"""账号 by keyboard: the own password, a new account, and what is done with a chosen one."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from db.history import recent
from db.kernel.access import Role
from db.kernel.errors import AccessDenied
from db.kernel.keys import Slots, WrongSecretError
from db.ledger import Ledger
from db.recovering import offer_code
from db.sample import PASSWORD
from desktop.admin.accounts import AccountsPage
from desktop.window import Shell
from tests.desktop.conftest import in_sight, settle

ENTER = Qt.Key.Key_Return
CODES = ("新的恢复码", "旧恢复码作废", "新恢复码没有启用")
FIRST, SECOND = "晚饭后 录入 四十户 走访", "早饭前 核对 一百户 名册"


def _opens(ledger: Ledger, user: str, password: str) -> bool:
    try:
        Slots.load(ledger.place.slots).unlock(user, password)
    except Exception:  # noqa: BLE001  whatever keeps it shut
        return False
    return True


def _type(qtbot: QtBot, shell: Shell, *texts: str) -> None:
    """Type into the field with the cursor, and go on with Enter."""
    for text in texts:
        field = QApplication.focusWidget()
        assert isinstance(field, QLineEdit)
        field.setText(text)
        QTest.keyClick(field, ENTER)
        settle(qtbot, shell)


def test_accounts_are_made_and_their_passwords_set_by_keyboard(
    qtbot: QtBot, small: Shell, ledger: Ledger
) -> None:
    small.activateWindow()
    small.context.routes.go("admin", tab="accounts")
    page = in_sight(qtbot, small)
    assert isinstance(page, AccountsPage)
    _type(qtbot, small, FIRST, FIRST)
    assert _opens(ledger, ledger.session.user, FIRST)
    page._name.setFocus()
    _type(qtbot, small, "李辅警")
    page._role.setCurrentIndex(page._role.findData(Role.AUXILIARY))
    QTest.keyClick(page._role, ENTER)
    _type(qtbot, small, FIRST, FIRST)
    assert _opens(ledger, "李辅警", FIRST)
    assert not page._choosing.isVisible(), "nobody is chosen yet"
    at = next(n for n, one in enumerate(page._model.rows) if one.user == "李辅警")
    page._table.selectRow(at)
    assert page._whose.text() == "选中的账号：李辅警"
    page._other[0].setFocus()
    _type(qtbot, small, SECOND, SECOND)
    assert _opens(ledger, "李辅警", SECOND)
    assert not _opens(ledger, "李辅警", FIRST)
    (close,) = [b for b in page.findChildren(QPushButton) if b.text() == "停用"]
    close.click()
    settle(qtbot, small)
    assert not _opens(ledger, "李辅警", SECOND)


def _codes(ledger: Ledger, *codes: str) -> list[bool]:
    """Whether each code opens the ledger."""
    slots = Slots.load(ledger.place.slots)
    opens = []
    for code in codes:
        try:
            slots.unlock_recovery(code).wipe()
        except WrongSecretError:
            opens.append(False)
        else:
            opens.append(True)
    return opens


def test_a_new_recovery_code_voids_the_old_one_once_it_was_kept(
    qtbot: QtBot, small: Shell, ledger: Ledger
) -> None:
    slots = Slots.load(ledger.place.slots)
    old = slots.new_recovery(ledger.core.key)
    slots.save(ledger.place.slots)
    small.activateWindow()
    small.context.routes.go("admin", tab="accounts")
    page = in_sight(qtbot, small)
    assert isinstance(page, AccountsPage)
    part = page.new_code
    said: list[str] = []
    page.said.connect(said.append)

    def offered() -> str:
        part._password.setFocus()
        _type(qtbot, small, PASSWORD)
        assert part.code.isVisible()
        return part.code._code

    first = offered()
    assert _codes(ledger, old, first) == [True, True], "a power cut now leaves nobody without"
    part.code._typed.setText("0")
    part.code.check()
    settle(qtbot, small)
    assert _codes(ledger, old, first) == [True, True]
    (leave,) = [b for b in part.findChildren(QPushButton) if b.text().startswith("不换了")]
    leave.click()
    settle(qtbot, small)
    assert _codes(ledger, old, first) == [True, False]
    abandoned, second = offered(), offered()
    assert _codes(ledger, old, abandoned, second) == [True, False, True]
    part.code._typed.setText("".join(second.split("-")[at] for at in part.code._asked_for))
    QTest.keyClick(part.code._typed, ENTER)
    settle(qtbot, small)
    assert _codes(ledger, old, second) == [False, True]
    assert not part.code.isVisible()
    assert part.code._code == ""
    assert said == ["没有换，旧恢复码照样用", "旧恢复码作废了，以后用新的"]
    with ledger.read() as connection:
        told = [line.action for line in recent(connection) if line.action in CODES]
    assert told == [CODES[1], CODES[0], CODES[0], CODES[2], CODES[0]]


def test_a_new_recovery_code_is_for_an_officer_who_knows_his_password(folder: Path) -> None:
    with Ledger.unlock(folder, PASSWORD) as ledger:
        with pytest.raises(WrongSecretError):
            offer_code(ledger, "not the right one")
        ledger.add_account("李辅警", "李辅警", Role.AUXILIARY, FIRST)
        before = ledger.place.slots.read_bytes()
    with Ledger.unlock(folder, FIRST, user="李辅警") as auxiliary:
        with pytest.raises(AccessDenied):
            offer_code(auxiliary, FIRST)
        assert auxiliary.place.slots.read_bytes() == before
