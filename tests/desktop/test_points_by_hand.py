"""Points entered by hand in the window: with the keyboard, with their hours, by the scheme of their day."""

from dataclasses import replace
from datetime import date

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from db.points.defaults import default_scheme
from db.points.entries import EntryDraft, add_entry
from db.points.schemes import adopt_scheme
from desktop.points.doubts import DoubtsPage
from desktop.points.entries import EntriesPage
from desktop.window import Shell
from tests.desktop.conftest import press, settle
from tests.desktop.test_points_page import BANDS, ENTER, FEBRUARY, adopted, post_people, shown_tab


def test_points_are_entered_by_hand_with_the_keyboard(qtbot: QtBot, small: Shell) -> None:
    ledger = small.context.ledger
    people = post_people(ledger)
    adopted(ledger)
    page = shown_tab(qtbot, small, "points", "entries", EntriesPage, person=people[1])
    assert page._person.person == people[1]
    page._item.setFocus()
    press(qtbot, small, "xxsb", ENTER)
    assert page._item.currentText() == "信息上报"
    page._form.setFocus()
    press(qtbot, small, "2026-2-11", ENTER, ENTER, ENTER, ENTER, "报告路灯坏了", ENTER, ENTER)
    assert [(e.name, e.item_name, e.reason) for e in page.model.rows] == [
        ("李强", "信息上报", "报告路灯坏了")
    ]
    press(qtbot, small, Qt.Key.Key_Escape)
    page.table.setFocus()
    press(qtbot, small, Qt.Key.Key_Delete)
    assert page.model.rows == []
    small.undo()
    settle(qtbot, small)
    assert len(page.model.rows) == 1


def test_an_entry_by_hand_has_its_hours_and_the_items_of_its_day(
    qtbot: QtBot, small: Shell
) -> None:
    ledger = small.context.ledger
    people = post_people(ledger)
    adopted(ledger)
    later = replace(default_scheme(), bands=BANDS)
    items = tuple(item for item in later.items if item.key != "report")
    ledger.write(adopt_scheme(replace(later, items=items), date(2026, 3, 1), reason="改"))
    ledger.write(
        add_entry(
            people[1], "advice", EntryDraft(day=date(2026, 2, 11), start=600, end=700, reason="先")
        )
    )
    page = shown_tab(qtbot, small, "points", "entries", EntriesPage, person=people[1])
    assert page._item.findText("信息上报") < 0
    page._form.setFocus()
    press(qtbot, small, "2026-2-11", ENTER)
    assert page._item.findText("信息上报") >= 0
    page._item.setCurrentIndex(page._item.findText("信息上报"))
    press(qtbot, small, ENTER, "11:00", ENTER, "12:30", ENTER, "报告路灯坏了", ENTER, ENTER)
    rows = {row.reason: (row.item, row.start, row.end) for row in page.model.rows}
    assert rows["报告路灯坏了"] == ("report", 660, 750)
    doubts = shown_tab(qtbot, small, "points", "doubts", DoubtsPage, month=FEBRUARY)
    assert [line.doubt.kind_name for line in doubts._model.rows] == ["同一时间在两处"]
    # A day whose scheme lacks the item leaves nothing chosen.
    page = shown_tab(qtbot, small, "points", "entries", EntriesPage)
    page.go_to(next(row.id for row in page.model.rows if row.reason == "报告路灯坏了"))
    settle(qtbot, small)
    day = page._form.field("day")
    day.setFocus()
    day.selectAll()  # type: ignore[union-attr]
    press(qtbot, small, "2026-3-2", ENTER)
    assert page._item.currentData() is None
