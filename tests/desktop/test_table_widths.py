"""Columns share the room of a table by what stands in them."""

from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.widgets.tables import Column, RowModel, RowTable
from desktop.widgets.widths import spread

WIDTHS = st.lists(st.tuples(st.integers(10, 400), st.integers(10, 400)), min_size=1, max_size=12)


@given(WIDTHS, st.integers(0, 3000))
def test_no_word_is_cut_while_there_is_room(pairs: list[tuple[int, int]], room: int) -> None:
    meant, needed = [plan for plan, _ in pairs], [need for _, need in pairs]
    widths = spread(meant, needed, meant, room)
    least = [min(pair) for pair in pairs]
    assert all(width >= low for width, low in zip(widths, least, strict=True))
    assert sum(widths) <= max(room, sum(least))
    if sum(min(need, 3 * plan) for plan, need in pairs) <= room:
        whole = [min(need, 3 * plan) for plan, need in pairs]
        assert all(width >= most for width, most in zip(widths, whole, strict=True))


@given(WIDTHS, st.integers(0, 3000))
def test_long_texts_are_narrowed_only_where_that_spares_scrolling(
    pairs: list[tuple[int, int]], room: int
) -> None:
    meant, needed = [plan for plan, _ in pairs], [need for _, need in pairs]
    low = [plan // 2 for plan in meant]
    widths = spread(meant, needed, low, room)
    planned = [min(pair) for pair in pairs]
    narrow = [min(pair) for pair in zip(planned, low, strict=True)]
    assert all(width >= least for width, least in zip(widths, narrow, strict=True))
    if sum(narrow) <= room - len(pairs):
        assert sum(widths) <= room
    elif sum(narrow) > room:
        assert widths == planned


def test_a_narrow_table_gives_up_what_is_empty_before_it_scrolls(qtbot: QtBot) -> None:
    columns = (
        Column[str]("主题", str, 8),
        Column[str]("系列", lambda _: "", 20),
        Column[str]("地点", lambda _: "第六社区", 12),
    )
    model = RowModel(columns)
    table = RowTable(model, "培训")
    qtbot.addWidget(table)
    table.resize(420, 200)
    table.show()
    model.show_rows(["最新电信诈骗手法与防范"])
    metrics = table.fontMetrics()
    assert table.columnWidth(0) > metrics.horizontalAdvance("最新电信诈骗手法与防范")
    assert table.horizontalScrollBar().maximum() == 0
    # A column that was drawn by hand stays as it was drawn.
    table.setColumnWidth(1, 150)
    model.show_rows(["短", "长" * 30])
    assert table.columnWidth(1) == 150


def test_a_moment_is_never_cut_to_make_room(qtbot: QtBot) -> None:
    when = "2026-03-23 08:30"
    model = RowModel(
        (Column[str]("时间", lambda _: when, 9, whole=True), Column[str]("在", str, 30))
    )
    table = RowTable(model, "备份")
    qtbot.addWidget(table)
    table.resize(260, 200)
    table.show()
    model.show_rows(["很长的文件夹名" * 4])
    assert table.columnWidth(0) > table.fontMetrics().horizontalAdvance(when)


def test_other_columns_get_widths_of_their_own(qtbot: QtBot) -> None:
    model = RowModel((Column[str]("主题", str, 8),))
    table = RowTable(model, "培训")
    qtbot.addWidget(table)
    table.resize(900, 200)
    table.show()
    model.show_rows(["甲"])
    model.show_columns([Column[str](name, str, 6) for name in ("一", "二", "三")])
    model.show_rows(["乙"])
    assert table.columnWidth(0) == table.columnWidth(1) < 200


def test_what_can_be_spared_goes_out_of_sight_before_anything_scrolls_and_comes_back(
    qtbot: QtBot,
) -> None:
    columns = (
        Column[str]("当事人", str, 6),
        Column[str]("登记", lambda _: "2026-03-18", 6, spare=True),
        Column[str]("社区", lambda _: "第六社区", 5, spare=True),
    )
    model = RowModel(columns)
    table = RowTable(model, "纠纷")
    qtbot.addWidget(table)
    table.show()
    model.show_rows(["王小明、李小红"])
    for width, hidden in ((800, [False] * 3), (220, [False, False, True]), (130, [False, True, True]),
                          (800, [False] * 3)):  # fmt: skip
        table.resize(width, 200)
        assert [table.isColumnHidden(at) for at in range(3)] == hidden
        qtbot.waitUntil(lambda: table.horizontalScrollBar().maximum() == 0)
    # What is copied to Excel is whole.
    table.resize(130, 200)
    table.selectRow(0)
    QTest.keyClick(table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert "第六社区" in QApplication.clipboard().text()
