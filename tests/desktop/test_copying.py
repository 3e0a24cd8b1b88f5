"""Ctrl+C takes all that is chosen, also the rows of a list that it has not read yet."""

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from sqlalchemy import func, select

from db.places.making import make_building, remove_households
from db.visits import Visit
from db.visits.lists import VisitQuery
from desktop.history.bin import BinPage
from desktop.page import Page
from desktop.visits.records import WINDOW, RecordsPage
from desktop.widgets import copying
from desktop.widgets.tables import RowTable
from desktop.window import Shell
from tests.builders import add_community
from tests.desktop.conftest import in_sight, settle

BEFORE = "这里原来的内容"


@pytest.fixture
def records(qtbot: QtBot, shell: Shell) -> RecordsPage:
    """Every visit of the sample, of which a window is read."""
    shell.context.routes.go("visits", tab="records", query=VisitQuery(), title="全部走访")
    page = in_sight(qtbot, shell)
    assert isinstance(page, RecordsPage)
    return _ready(page)


def _ready(page: RecordsPage) -> RecordsPage:
    QApplication.clipboard().setText(BEFORE)
    assert len(page._model.rows) == WINDOW < page._model.total
    return page


def _press(table: RowTable, *keys: Qt.Key) -> None:
    for key in keys:
        QTest.keyClick(table, key, Qt.KeyboardModifier.ControlModifier)


def _said(page: Page) -> list[str]:
    said: list[str] = []
    page.said.connect(said.append)
    return said


def _lines() -> list[str]:
    return QApplication.clipboard().text().split("\n")


def test_all_visits_are_copied_though_few_are_read(
    qtbot: QtBot, shell: Shell, records: RecordsPage
) -> None:
    with shell.context.ledger.read() as connection:
        there = connection.execute(select(func.count()).select_from(Visit)).scalar_one()
    said = _said(records)
    _press(records._table, Qt.Key.Key_A, Qt.Key.Key_C)
    assert _lines() == [BEFORE], "nothing is copied before all is read"
    assert [text for text in said if "已复制" in text] == []
    qtbot.waitUntil(lambda: f"已复制{there:,}行" in said, timeout=60_000)
    heading, *rows = _lines()
    assert heading.startswith("日期\t时间\t住户")
    assert len(rows) == there
    assert [row.split("\t")[2] for row in rows] == [row.address for row in records._model.rows]
    assert len({row.id for row in records._model.rows}) == there
    chosen = records._table.selectionModel().selection()
    assert sum(one.height() for one in chosen) == there, "what was copied is seen as chosen"


def test_chosen_rows_alone_are_copied(qtbot: QtBot, shell: Shell, records: RecordsPage) -> None:
    said = _said(records)
    _press(records._table, Qt.Key.Key_A)
    QTest.keyClick(records._table, Qt.Key.Key_Down)
    _press(records._table, Qt.Key.Key_C)
    assert said == ["已复制1行"]
    assert len(_lines()) == 2
    assert len(records._model.rows) == WINDOW
    records._table.clearSelection()
    _press(records._table, Qt.Key.Key_C)
    assert said[1:] == ["没有选中的行，没有复制"]
    assert len(_lines()) == 2


def test_too_many_are_not_copied_and_that_is_said(
    qtbot: QtBot, shell: Shell, records: RecordsPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copying, "MOST", WINDOW + 1)
    said = _said(records)
    _press(records._table, Qt.Key.Key_A, Qt.Key.Key_C)
    settle(qtbot, shell)
    assert len(said) == 1
    assert "没有复制" in said[0]
    assert "导出" in said[0]
    assert _lines() == [BEFORE]
    assert len(records._model.rows) == WINDOW, "nothing more is read"


def test_another_question_meanwhile_ends_the_copying(
    qtbot: QtBot, shell: Shell, records: RecordsPage
) -> None:
    """Rows of the question before must be neither copied nor put under those of the new one."""
    said = _said(records)
    _press(records._table, Qt.Key.Key_A, Qt.Key.Key_C)
    qtbot.waitUntil(lambda: len(records._model.rows) > WINDOW, timeout=20_000)
    records._change(outcome="met")
    settle(qtbot, shell)
    assert said[-1] == "列表刚才变了，没有复制。请重新选中再复制"
    assert _lines() == [BEFORE]
    assert {row.outcome_name for row in records._model.rows} == {
        records._model.rows[0].outcome_name
    }
    assert len(records._model.rows) == WINDOW
    while records._model.canFetchMore(QModelIndex()):
        records._model.fetchMore(QModelIndex())
        settle(qtbot, shell)
        if len(records._model.rows) > 2 * WINDOW:
            break
    ids = [row.id for row in records._model.rows]
    assert len(ids) == len(set(ids))


def test_rows_read_after_everything_was_chosen_are_chosen_too(
    qtbot: QtBot, shell: Shell, records: RecordsPage
) -> None:
    _press(records._table, Qt.Key.Key_A)
    records._model.fetchMore(QModelIndex())
    settle(qtbot, shell)
    assert len(records._table.selectionModel().selectedRows()) == 2 * WINDOW
    QTest.keyClick(records._table, Qt.Key.Key_Down)
    records._model.fetchMore(QModelIndex())
    settle(qtbot, shell)
    assert len(records._table.selectionModel().selectedRows()) == 1


def test_the_bin_is_copied_to_its_end(qtbot: QtBot, small: Shell) -> None:
    write = small.context.ledger.write
    community = write(add_community("第三社区")).value
    write(remove_households(write(make_building(community, "晨园", "3", 5, 17, 6)).value.doors))
    small.context.routes.go("data", tab="bin")
    page = in_sight(qtbot, small)
    assert isinstance(page, BinPage)
    said = _said(page)
    _press(page._table, Qt.Key.Key_A, Qt.Key.Key_C)
    qtbot.waitUntil(lambda: "已复制510行" in said, timeout=20_000)
    assert len(_lines()) == 511


def test_a_list_that_is_shorter_than_was_said_ends(
    qtbot: QtBot, shell: Shell, records: RecordsPage
) -> None:
    """Another copy of the program may have taken rows out: asking for them would go on for ever."""
    records._model.total = records._model.total + 5
    said = _said(records)
    _press(records._table, Qt.Key.Key_A, Qt.Key.Key_C)
    qtbot.waitUntil(lambda: said[-1].startswith("已复制"), timeout=60_000)
    assert said[-1] == f"已复制{len(records._model.rows):,}行"
    assert not records._model.canFetchMore(QModelIndex())
