"""An officer with forty visits to type in after supper, without a mouse."""

from collections import Counter
from datetime import date
from threading import Event

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QMessageBox, QWidget
from pytestqt.qtbot import QtBot
from sqlalchemy import func, select

from db.coverage import building_progress, coverage, door_states
from db.ledger import Ledger
from db.places.making import remove_households
from db.visits import Visit, campaigns
from db.visits.campaigning import CampaignDraft, add_campaign
from db.visits.recording import record_visits
from desktop.visits.board import state_words
from desktop.visits.buildings import left_words
from desktop.visits.page import VisitsPage
from desktop.widgets.tabs import TabbedPage
from desktop.window import Shell
from tests.builders import add_visits, street, visit
from tests.desktop.conftest import press, settle

DAY = date(2026, 3, 23)
KEYSTROKES_A_VISIT = 4
_FORMAT = QImage.Format.Format_RGB32


@pytest.fixture
def page(qtbot: QtBot, shell: Shell) -> VisitsPage:
    shell.context.routes.go("visits")
    settle(qtbot, shell)
    assert isinstance(shell.page, TabbedPage)
    assert isinstance(shell.page.page, VisitsPage)
    return shell.page.page


def _visits(shell: Shell) -> int:
    with shell.context.ledger.read() as connection:
        return connection.execute(select(func.count()).select_from(Visit)).scalar_one()


def test_forty_visits_take_one_key_each(qtbot: QtBot, shell: Shell, page: VisitsPage) -> None:
    before, keys = _visits(shell), 0
    board = page._board
    board.setFocus()
    for n in range(40):
        if board.current is None or board.current.state not in ("untouched", "tried"):
            QTest.keyClick(board, Qt.Key.Key_PageDown)
            keys += 1
            settle(qtbot, shell)
        QTest.keyClick(board, Qt.Key.Key_1 if n % 3 else Qt.Key.Key_2)
        keys += 1
        qtbot.waitUntil(lambda: shell.context.background.idle, timeout=5000)
    settle(qtbot, shell)
    assert _visits(shell) == before + 40
    assert keys / 40 <= KEYSTROKES_A_VISIT


def test_keys_quicker_than_the_disk_each_mean_the_next_door(
    qtbot: QtBot, shell: Shell, page: VisitsPage
) -> None:
    # The cursor went on only when the disk had answered: the same door got all of them.
    left, before = page._board.left, _visits(shell)
    for key in "1121":
        QTest.keyClicks(page._board, key)
    settle(qtbot, shell)
    assert _visits(shell) == before + 4
    with shell.context.ledger.read() as connection:
        visited = set(connection.execute(select(Visit.household).where(Visit.day == DAY)).scalars())
    assert visited >= set(left[:4])
    for _ in range(4):
        shell.undo()
    settle(qtbot, shell)
    assert _visits(shell) == before


def test_the_cursor_is_seen_going_on_while_the_disk_is_slow(
    qtbot: QtBot, shell: Shell, page: VisitsPage
) -> None:
    board, written = page._board, Event()
    shell.context.background.errand(page, lambda _: written.wait(), lambda _: None, lane="writer")
    try:
        QTest.keyClick(board, Qt.Key.Key_1)
        qtbot.waitUntil(lambda: not board._holding.isActive())
        # The board alone: what the door's panel has asked for may come between the two pictures.
        seen = board.visibleRegion().boundingRect()
        at = seen.translated(board.mapTo(shell.window(), QPoint()))
        shown = _as_it_stands(shell).copy(at)
        board.update()
        assert _as_it_stands(shell).copy(at) == shown
    finally:
        written.set()
    settle(qtbot, shell)


def test_a_door_that_could_not_be_recorded_keeps_what_was_typed(
    qtbot: QtBot, shell: Shell, page: VisitsPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    monkeypatch.setattr(QMessageBox, "exec", lambda box: told.append(box.text()))
    door = page._board.current
    assert door is not None
    page._door.entry._note.setText("half")
    # Somebody else took the home out a moment ago.
    shell.context.ledger.write(remove_households([door.household]))
    QTest.keyClicks(page._board, "1")
    settle(qtbot, shell)
    assert "没有保存" in told[0]
    assert page._board.current == door
    assert page._door.entry._note.text() == "half"


def test_what_cannot_be_in_an_entry_is_named_and_the_cursor_led_there(
    qtbot: QtBot, shell: Shell, page: VisitsPage
) -> None:
    entry, told = page._door.entry, list[str]()
    page.said.connect(told.append)
    entry._people.setText("x")
    entry._note.setFocus()
    QTest.keyClick(entry._note, Qt.Key.Key_Return)
    settle(qtbot, shell)
    assert told == ["见到：请填一个整数。没有保存"]
    assert entry._people.hasFocus()
    page._board.setFocus()
    QTest.keyClick(page._board, Qt.Key.Key_Plus)
    assert (entry._people.text(), entry._people.wrong) == ("2", False)
    entry._people.setText("99")
    QTest.keyClick(page._board, Qt.Key.Key_Plus)
    assert (entry._people.text(), entry._people.wrong) == ("99", False)


def test_a_visit_shows_on_the_board_and_undo_takes_it_back(
    qtbot: QtBot, shell: Shell, page: VisitsPage
) -> None:
    door = page._board.current
    assert door is not None
    before = _visits(shell)
    QTest.keyClick(page._board, Qt.Key.Key_Plus)
    QTest.keyClick(page._board, Qt.Key.Key_1)
    settle(qtbot, shell)
    assert page._board._doors[door.household].state == "done"
    with shell.context.ledger.read() as connection:
        people = connection.execute(
            select(Visit.people).where(Visit.household == door.household, Visit.day == DAY)
        ).scalar_one()
    assert people == 2
    shell.undo()
    settle(qtbot, shell)
    assert page._board._doors[door.household].state == door.state
    assert _visits(shell) == before


def test_marked_doors_are_one_step(qtbot: QtBot, shell: Shell, page: VisitsPage) -> None:
    before = _visits(shell)
    QTest.keyClick(page._board, Qt.Key.Key_A)
    marked = len(page._board.chosen)
    assert marked > 1
    QTest.keyClick(page._board, Qt.Key.Key_5)
    settle(qtbot, shell)
    assert _visits(shell) == before + marked
    shell.undo()
    settle(qtbot, shell)
    assert _visits(shell) == before


def test_the_entry_is_filled_by_keyboard(qtbot: QtBot, shell: Shell, page: VisitsPage) -> None:
    door, form = page._board.current, page._door.entry
    assert door is not None
    form._moment.setText("昨 19:40")
    form._staff.setText("王建国 李晓梅")
    form._topics.setText("反诈宣传，消防安全")
    form._people.setText("3")
    QTest.keyClick(form._note, Qt.Key.Key_Return)
    settle(qtbot, shell)
    with shell.context.ledger.read() as connection:
        row = connection.execute(
            select(Visit.day, Visit.at, Visit.people, Visit.topics)
            .where(Visit.household == door.household)
            .order_by(Visit.id.desc())
        ).first()
    assert row is not None
    assert tuple(row) == (date(2026, 3, 22), 19 * 60 + 40, 3, ("反诈宣传", "消防安全"))
    assert form._staff.text() == "王建国 李晓梅", "names stay for the next door"
    assert form._people.text() == "1"


def test_a_wrong_entry_is_framed_and_nothing_is_saved(
    qtbot: QtBot, shell: Shell, page: VisitsPage
) -> None:
    before = _visits(shell)
    page._door.entry._moment.setText("昨天晚上吧")
    QTest.keyClick(page._board, Qt.Key.Key_1)
    settle(qtbot, shell)
    assert page._door.entry._moment.property("wrong") == "true"
    assert _visits(shell) == before


def test_board_and_list_agree_with_the_figures(shell: Shell, page: VisitsPage) -> None:
    with shell.context.ledger.read() as connection:
        campaign = campaigns(connection)[0]
        lines = coverage(connection, campaign, DAY)
        buildings = building_progress(connection, campaign, DAY)
        doors = door_states(connection, campaign, DAY)
    for line in lines:
        inside = [b for b in buildings if b.community == line.community]
        assert line[2:] == tuple(sum(b[-n] for b in inside) for n in (3, 2, 1))
    states = [door.state for door in doors]
    assert states.count("done") == sum(line.done for line in lines)
    assert sum(s.startswith("exhausted") for s in states) == sum(line.exhausted for line in lines)
    assert len(states) - states.count("outside") == sum(line.base for line in lines)
    assert sum(b.base for b in page._lines) == sum(line.base for line in lines)


def test_a_door_found_by_search_is_opened(qtbot: QtBot, shell: Shell, page: VisitsPage) -> None:
    shell.finder.begin()
    shell.finder._field.setText("晨园3-2-401")
    settle(qtbot, shell)
    settle(qtbot, shell)
    QTest.keyClick(shell.finder._field, Qt.Key.Key_Return)
    settle(qtbot, shell)
    assert page._board.current is not None
    assert (page._board.current.unit, page._board.current.room) == ("2", "401")
    assert page._middle.name == "晨园3号楼"


def test_a_click_beside_the_search_closes_it_and_one_inside_does_not(
    qtbot: QtBot, shell: Shell, page: VisitsPage
) -> None:
    shell.activateWindow()
    shell.finder.begin()
    press(qtbot, shell, "晨园3-2-401")
    settle(qtbot, shell)
    frame = shell.finder._frame
    assert frame.isVisible()
    qtbot.mouseClick(shell.finder, Qt.MouseButton.LeftButton, pos=QPoint(1, 1))
    assert shell.finder.isVisible(), "between the field and the hits"
    for elsewhere in (page._board, shell._title):
        shell.finder.begin()
        qtbot.mouseClick(elsewhere, Qt.MouseButton.LeftButton)
        assert not shell.finder.isVisible()
        assert not frame.isVisible()
    shell.finder.begin()
    shell.context.routes.go("disputes")
    assert not shell.finder.isVisible(), "another screen came by a key"


def test_the_list_is_a_sound_model_of_what_is_left_in_each_community(
    shell: Shell, page: VisitsPage
) -> None:
    model = page._list._model
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    assert page._campaign is not None
    with shell.context.ledger.read() as connection:
        buildings = building_progress(connection, page._campaign, DAY)
    left: Counter[str] = Counter()
    for one in buildings:
        left[one.community_name] += one.base - one.done - one.exhausted
    assert {line.label: line.left for line in model.lines if line.building is None} == left
    assert sum(left.values()) > 0
    opened = [line for line in model.lines if line.building is not None]
    of = next(one.community for one in buildings if one.building == opened[0].building)
    assert [line.building for line in opened] == [
        one.building for one in buildings if one.community == of
    ]
    page._list.show_lines(model.lines[:5], None, None)
    assert [model.index(at).data() for at in range(model.rowCount())] == [
        f"{line.label} {left_words(line)}" for line in model.lines[:5]
    ]


def _as_it_stands(shell: Shell) -> QImage:
    """What the screen shows, put together of all that was painted so far."""
    window = shell.window()
    QTest.qWait(50)
    return window.screen().grabWindow(window.winId()).toImage().convertToFormat(_FORMAT)


def test_a_visit_saved_without_who_went_says_so(
    qtbot: QtBot, shell: Shell, page: VisitsPage
) -> None:
    for typed, said in (("", True), ("辅警", False)):
        page._door.entry._staff.setText(typed)
        page._board.setFocus()
        with qtbot.waitSignal(page.said) as told:
            QTest.keyClick(page._board, Qt.Key.Key_1)
        assert ("没有填走访人" in told.args[0]) is said
        settle(qtbot, shell)


def test_what_is_painted_in_parts_is_what_painting_all_of_it_gives(
    qtbot: QtBot, shell: Shell, page: VisitsPage
) -> None:
    board, campaign = page._board, page._campaign
    assert campaign is not None
    board.setFocus()
    for _ in range(4):
        QTest.keyClick(board, Qt.Key.Key_1)
    settle(qtbot, shell)
    with shell.context.ledger.read() as connection:
        doors = [d.household for d in door_states(connection, campaign, DAY) if d.left]
    before = list(page._lines)
    elsewhere = [door for door in doors if door not in board._doors][:3]
    command = record_visits(elsewhere, page._door.entry.entry("met"))
    shell.context.background.write(page, command)
    qtbot.waitUntil(lambda: list(page._lines) != before, timeout=5000)
    for tab in ("board", "map", "board"):
        shell.context.routes.go("visits", tab=tab)
        settle(qtbot, shell)
        if tab == "map":
            for key in (Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Right):
                QTest.keyClick(shell.window().focusWidget(), key)
        shell.undo()
        settle(qtbot, shell)
        QTest.qWait(400)
        settle(qtbot, shell)
        shell.toast.hide()
        shown = _as_it_stands(shell)
        for widget in shell.window().findChildren(QWidget):
            QWidget.update(widget)
        assert _as_it_stands(shell) == shown, tab


def test_a_door_that_refused_says_so_where_refusing_does_not_end_the_trying(ledger: Ledger) -> None:
    (door,) = street(ledger, homes=1)
    ledger.write(add_campaign(CampaignDraft("任务", DAY, DAY, refusal_closes=False)))
    add_visits(ledger, [visit(door, "refused", day=DAY)])
    with ledger.read() as connection:
        (state,) = door_states(connection, campaigns(connection)[0], DAY)
    assert state.left
    assert state_words(state, DAY) == "拒访"
