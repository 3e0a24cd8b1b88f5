"""The ledger checked from the page of backups, by keyboard: what is said fits, and is mended there."""

import shutil
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from db.attaching import attach
from db.disputes.registering import register_dispute
from desktop.backup.checking import GOOD, CheckLine
from desktop.window import Shell
from tests.builders import add_visits, street, visit
from tests.desktop.conftest import settle
from tests.harming import harm_index
from tests.test_attachments import JPEG
from tests.test_dispute_life import DRAFT


def _check(qtbot: QtBot, shell: Shell) -> str:
    """Begin a check and return what is said of the ledger."""
    shell.context.routes.go("data", tab="backup")
    settle(qtbot, shell)
    begin = next(b for b in shell.findChildren(QPushButton) if b.text() == "核对台账")
    qtbot.keyClick(begin, Qt.Key.Key_Space)
    settle(qtbot, shell)
    return _said(shell)


def _said(shell: Shell) -> str:
    line = shell.findChild(CheckLine)
    assert isinstance(line, CheckLine)
    return "".join(one.text() for one in line.findChildren(QLabel) if one.isVisible())


def _mend(shell: Shell) -> QPushButton:
    return next(b for b in shell.findChildren(QPushButton) if b.text() == "修好")


def test_a_whole_ledger_is_called_whole(qtbot: QtBot, small: Shell) -> None:
    assert _check(qtbot, small) == GOOD
    assert not _mend(small).isVisible()


def test_an_index_is_built_anew_by_one_key(qtbot: QtBot, small: Shell) -> None:
    ledger = small.context.ledger
    door = street(ledger)[0]
    harm_index(ledger, "ix_visit_household", lambda: add_visits(ledger, [visit(door)]))
    said = _check(qtbot, small)
    assert "ix_visit_household" in said
    assert "表里的内容都在" in said
    assert _mend(small).isVisible()
    assert small.focusWidget() is _mend(small)
    qtbot.keyClick(_mend(small), Qt.Key.Key_Return)
    settle(qtbot, small)
    assert _said(small) == GOOD
    assert "索引已经重建" in small.toast.accessibleName()
    assert not _mend(small).isVisible()
    assert ledger.problems() == []


def test_lost_attachments_are_found_in_a_backup(qtbot: QtBot, small: Shell, tmp_path: Path) -> None:
    ledger = small.context.ledger
    photo = tmp_path / "楼道.jpg"
    photo.write_bytes(JPEG)
    dispute = ledger.write(register_dispute(DRAFT)).value
    attach(ledger, "dispute", dispute, "scene", photo)
    kept = ledger.place.blobs.rename(tmp_path / "kept")
    said = _check(qtbot, small)
    assert "楼道.jpg" in said
    assert "请插上存过备份的优盘" in said
    assert "不要再登记" not in said
    assert not _mend(small).isVisible()
    kept.rename(ledger.place.blobs)
    ledger.back_up("手动")
    shutil.rmtree(ledger.place.blobs)
    assert "备份里还有1个" in _check(qtbot, small)
    qtbot.keyClick(_mend(small), Qt.Key.Key_Space)
    settle(qtbot, small)
    assert _said(small) == GOOD
    assert "找回1个附件" in small.toast.accessibleName()
