"""账号 by keyboard: the own password, a new account, and what is done with a chosen one."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from db.kernel.access import Role
from db.kernel.keys import Slots
from db.ledger import Ledger
from desktop.admin.accounts import AccountsPage
from desktop.window import Shell
from tests.desktop.conftest import in_sight, settle

ENTER = Qt.Key.Key_Return
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
