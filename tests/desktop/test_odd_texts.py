"""What somebody typed is shown word for word, whatever it looks like to Qt, and loads nothing."""

import re
from dataclasses import replace

import pytest
from PySide6.QtCore import QAbstractItemModel, QModelIndex, Qt
from PySide6.QtGui import QTextDocument
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QMessageBox
from pytestqt.qtbot import QtBot

from db.disputes.registering import register_dispute
from db.kernel.errors import PolicepostError, UserError
from db.post import the_post
from db.visits.recording import VisitEntry, record_visits
from desktop.admin.post import PostPage
from desktop.disputes.page import DisputesPage
from desktop.exchange.pairing import PairingPage
from desktop.trainings.reasons import ReasonField
from desktop.widgets.tables import RowTable
from desktop.window import Shell
from tests.builders import street
from tests.desktop.conftest import in_sight, settle
from tests.faults.test_words import HOSTILE, ODD
from tests.test_dispute_life import DRAFT

MARKED = "<img src='file:///etc/passwd'><b>粗</b>&amp;"


def _read(text: str) -> str:
    """Return what a person reads of a text of which Qt guesses what it is."""
    # Qt.mightBeRichText, which PySide6 6.8 does not offer at once: a text with a tag in it is taken for HTML.
    if re.search(r"<[!/?a-zA-Z]", text) is None:
        return text
    shown = QTextDocument()
    shown.setHtml(text)
    return shown.toPlainText()


def _shown(model: QAbstractItemModel, role: Qt.ItemDataRole) -> set[str]:
    at = QModelIndex()
    return {
        _read(text) if role is Qt.ItemDataRole.ToolTipRole else text
        for row in range(model.rowCount(at))
        for column in range(max(model.columnCount(at), 1))
        if (text := model.data(model.index(row, column), role))
    }


def test_a_list_a_card_and_their_tips_say_what_was_typed(qtbot: QtBot, small: Shell) -> None:
    ledger, stored = small.context.ledger, set[str]()
    doors = iter(street(ledger, homes=70))
    door = next(doors)
    for at, text in ((door, MARKED), *zip(doors, (*HOSTILE, *ODD, "字" * 500), strict=False)):
        try:
            day = small.context.today
            ledger.write(
                record_visits([at], VisitEntry(day, "met", people=1, found=text, note=text))
            )
        except PolicepostError:
            continue
        stored |= {" ".join(text.split())} if text.split() else set()
    assert len(stored) > 25
    small.context.routes.go("visits", tab="records")
    page = in_sight(qtbot, small)
    (table,) = page.findChildren(RowTable)
    for role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
        shown = {" ".join(text.split()) for text in _shown(table.model(), role)}
        assert {f"{text}；{text}" for text in stored} - shown == set(), role
    assert not page.grab().isNull()
    small.context.routes.go("visits", entity="household", record=door)
    card = in_sight(qtbot, small)
    (said,) = (one for one in card.findChildren(QLabel) if MARKED in one.text())
    assert said.textFormat() is Qt.TextFormat.PlainText
    assert MARKED in _read(said.toolTip())
    assert not card.grab().isNull()


def test_a_dispute_and_a_sentence_say_what_was_typed(
    qtbot: QtBot, small: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    boxes: list[QMessageBox] = []

    def read(box: QMessageBox) -> None:
        boxes.append(box)

    monkeypatch.setattr(QMessageBox, "exec", read)
    small.context.ledger.write(register_dispute(replace(DRAFT, side_a=("<b>王</b>",))))
    small.context.routes.go("disputes")
    page = in_sight(qtbot, small)
    assert isinstance(page, DisputesPage)
    for role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
        assert any("<b>王</b>" in text for text in _shown(page._model, role)), role

    def refuse(_: object) -> None:
        raise UserError(f"没有叫“{MARKED}”的人。")

    small.context.background.errand(small, refuse, lambda _: None)
    settle(qtbot, small)
    (box,) = boxes
    assert MARKED in box.text()
    assert box.textFormat() is Qt.TextFormat.PlainText


def test_a_bound_counts_characters_however_rare(qtbot: QtBot, shell: Shell) -> None:
    shell.context.routes.go("admin", tab="post")
    page = in_sight(qtbot, shell)
    assert isinstance(page, PostPage)
    code = page._form.field("code")
    assert isinstance(code, QLineEdit)

    def paste(text: str) -> None:
        QApplication.clipboard().setText(text)
        code.paste()

    code.setFocus()
    code.clear()
    paste("𠮷" * 12)
    assert code.text() == "𠮷" * 10
    page.save()
    settle(qtbot, shell)
    with shell.context.ledger.read() as connection:
        assert the_post(connection).code == "𠮷" * 10
    # What is put in between is cut, not what stands behind it.
    code.setText("𠮷一二三四五六七八")
    code.setCursorPosition(2)
    paste("𡨴甲乙")
    assert code.text() == "𠮷𡨴一二三四五六七八"
    assert code.cursorPosition() == 4


def test_a_reason_takes_as_many_characters_as_the_ledger(qtbot: QtBot, shell: Shell) -> None:
    reason = ReasonField()
    qtbot.addWidget(reason)
    shell.context.routes.go("data", tab="pairing")
    page = in_sight(qtbot, shell)
    assert isinstance(page, PairingPage)
    for field, most in ((reason, 200), (page._name, 40)):
        QApplication.clipboard().setText("𠮷" * (most + 1))
        field.clear()
        field.paste()
        assert field.text() == "𠮷" * most
