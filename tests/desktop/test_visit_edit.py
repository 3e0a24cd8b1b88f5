"""A visit typed wrong is put right: from the list, from the door's history, without a mouse."""

from datetime import date

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot
from sqlalchemy import func, select

from db.coverage import door_states
from db.history import recent
from db.kernel.ids import Id
from db.places import Household
from db.visits import Visit, campaigns
from db.visits.lists import VisitQuery, visit_rows
from db.visits.recording import VisitEntry, record_visits, visit_entry
from desktop.history.page import HistoryPage
from desktop.visits.page import VisitsPage
from desktop.visits.records import RecordsPage
from desktop.widgets.tabs import TabbedPage
from desktop.window import Shell
from tests.desktop.conftest import settle

DAY = date(2026, 3, 23)
ENTER, ESC = Qt.Key.Key_Return, Qt.Key.Key_Escape


def _tab(qtbot: QtBot, shell: Shell, tab: str) -> object:
    shell.context.routes.go("visits", tab=tab)
    settle(qtbot, shell)
    assert isinstance(shell.page, TabbedPage)
    return shell.page.page


@pytest.fixture
def records(qtbot: QtBot, shell: Shell) -> RecordsPage:
    page = _tab(qtbot, shell, "records")
    assert isinstance(page, RecordsPage)
    return page


@pytest.fixture
def board(qtbot: QtBot, shell: Shell) -> VisitsPage:
    page = _tab(qtbot, shell, "board")
    assert isinstance(page, VisitsPage)
    return page


def _entry(shell: Shell, visit: Id) -> VisitEntry:
    with shell.context.ledger.read() as connection:
        found = visit_entry(connection, visit)
    assert found is not None
    return found


def _doings(shell: Shell) -> list[tuple[str, str]]:
    with shell.context.ledger.read() as connection:
        return [(line.action, line.note) for line in recent(connection, 0, 20)]


def test_a_visit_in_the_list_is_put_right_by_keyboard(
    qtbot: QtBot, shell: Shell, records: RecordsPage
) -> None:
    line = next(v for v in records._model.rows if v.outcome == "met")
    before = _entry(shell, line.id)
    records._table.selectRow(records._model.rows.index(line))
    QTest.keyClick(records._table, ENTER)
    settle(qtbot, shell)
    form = records._editor._form
    assert records._side.isVisible()
    assert form._staff.text() == "、".join(line.staff)
    form._people.setText("7")
    form._found.setText("楼道堆物")
    QTest.keyClick(form._note, ENTER)
    settle(qtbot, shell)
    after = _entry(shell, line.id)
    assert (after.people, after.found) == (7, "楼道堆物")
    assert (after.day, after.at, after.staff, after.topics) == (
        before.day, before.at, before.staff, before.topics,
    )  # fmt: skip
    assert not records._side.isVisible()
    current = records._current()
    assert current is not None
    assert current.id == line.id, "the cursor stays on its visit"
    assert _doings(shell)[0] == ("修改走访", f"{line.address} 见到人")
    shell.undo()
    settle(qtbot, shell)
    assert _entry(shell, line.id) == before


def test_esc_leaves_everything_as_it_was(qtbot: QtBot, shell: Shell, records: RecordsPage) -> None:
    said = _doings(shell)
    shell.activateWindow()
    qtbot.waitUntil(shell.isActiveWindow, timeout=5000)
    line = records._model.rows[0]
    before = _entry(shell, line.id)
    QTest.keyClick(records._table, Qt.Key.Key_F2)
    settle(qtbot, shell)
    assert not records._table.hasFocus()
    records._editor._form._note.setText("写错了")
    QTest.keyClick(records._editor._form._note, ESC)
    settle(qtbot, shell)
    assert not records._side.isVisible()
    assert records._table.hasFocus()
    QTest.keyClick(records._table, Qt.Key.Key_F2)
    settle(qtbot, shell)
    assert records._editor._form._note.text() == (before.note or "")
    records._editor.save()
    settle(qtbot, shell)
    assert _doings(shell) == said, "nothing changed leaves no trace"


def test_what_could_not_be_typed_stays(qtbot: QtBot, shell: Shell, records: RecordsPage) -> None:
    with shell.context.ledger.read() as connection:
        door = connection.execute(select(Household.id).limit(1)).scalar_one()
    entry = VisitEntry(
        DAY, "phone", 9 * 60, ("王建国",), topics=("反诈 宣传", "a,b"), leaflets=3, note="旧"
    )
    (visit,) = shell.context.ledger.write(record_visits([door], entry)).value
    editor = records._editor
    editor.begin(visit, "某户")
    settle(qtbot, shell)
    editor._form._note.setText("新")
    editor.save()
    settle(qtbot, shell)
    after = _entry(shell, visit)
    assert (after.staff, after.topics, after.leaflets, after.note) == (
        entry.staff, entry.topics, 3, "新",
    )  # fmt: skip
    shell.context.routes.go("visits", tab="records")
    editor.begin(visit, "某户")
    settle(qtbot, shell)
    editor._show_history()
    settle(qtbot, shell)
    assert isinstance(shell.page, TabbedPage)
    assert isinstance(shell.page.page, HistoryPage)
    assert "备注：旧 → 新" in shell.page.page._details.toPlainText()


def test_a_doors_last_visit_is_put_right_and_the_next_entry_is_not_disturbed(
    qtbot: QtBot, shell: Shell, board: VisitsPage
) -> None:
    with shell.context.ledger.read() as connection:
        states = door_states(connection, campaigns(connection)[0], DAY)
        once = connection.execute(
            select(Visit.household).group_by(Visit.household).having(func.count() == 1)
        ).scalars()
        single = set(once)
    door = next(d for d in states if d.state == "done" and d.household in single).household
    shell.context.routes.go("visits", entity="household", record=door)
    settle(qtbot, shell)
    qtbot.wait(150)
    settle(qtbot, shell)
    entry = board._door.entry
    entry._staff.setText("王建国")
    entry._topics.setText("反诈宣传")
    QTest.keyClick(board._board, Qt.Key.Key_F2)
    settle(qtbot, shell)
    editor = board._door.editor
    assert editor.isVisible()
    assert not entry.isVisible()
    QTest.keyClick(editor._outcome, Qt.Key.Key_2)
    assert editor._form._people.text() == "", "nobody was met"
    QTest.keyClick(editor._form._note, ENTER)
    settle(qtbot, shell)
    assert board._board._doors[door].state == "tried"
    assert entry.isVisible()
    assert (entry._staff.text(), entry._topics.text()) == ("王建国", "反诈宣传")
    with shell.context.ledger.read() as connection:
        (visit,) = visit_rows(connection, VisitQuery(household=door))
    assert (visit.outcome, visit.people) == ("not_home", None)
    shell.undo()
    settle(qtbot, shell)
    assert board._board._doors[door].state == "done"


def test_showing_a_telephone_is_told_to_the_journal_once(
    qtbot: QtBot, shell: Shell, board: VisitsPage
) -> None:
    with shell.context.ledger.read() as connection:
        door, phone = connection.execute(
            select(Household.id, Household.phone).where(func.length(Household.phone) == 11).limit(1)
        ).one()
    shell.context.routes.go("visits", entity="household", record=door)
    settle(qtbot, shell)
    qtbot.wait(150)
    settle(qtbot, shell)
    panel = board._door
    assert phone not in panel._contact.text()
    panel._reveal.click()
    assert panel._reveal.isHidden(), "two clicks are one look"
    settle(qtbot, shell)
    assert phone in panel._contact.text()
    looks = [note for action, note in _doings(shell) if action == "查看电话"]
    assert looks == [panel._name.text()]
    assert phone not in looks[0]


def test_the_whole_list_is_sorted_by_keyboard(
    qtbot: QtBot, shell: Shell, records: RecordsPage
) -> None:
    QTest.keyClick(records._table, Qt.Key.Key_5)
    settle(qtbot, shell)
    with shell.context.ledger.read() as connection:
        month = Visit.day >= DAY.replace(day=1)
        fewest, most = connection.execute(
            select(func.min(Visit.people), func.max(Visit.people)).where(month)
        ).one()
    assert records._model.rows[0].people == fewest
    QTest.keyClick(records._table, Qt.Key.Key_5)
    settle(qtbot, shell)
    assert records._model.rows[0].people == most
    for column, name in ((8, "staff"), (7, "topics"), (2, "at")):
        QTest.keyClick(records._table, Qt.Key(Qt.Key.Key_0 + column))
        settle(qtbot, shell)
        assert records._query.order == name
        assert getattr(records._model.rows[0], name) not in (None, ())
    # Columns are counted as they are seen.
    records._table.hideColumn(5)
    QTest.keyClick(records._table, Qt.Key.Key_7)
    settle(qtbot, shell)
    assert records._query.order == "staff"
