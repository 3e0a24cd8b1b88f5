"""A low window with the largest type: the field with the cursor and what saves a form stay in sight."""

import shutil
from collections.abc import Iterator
from math import ceil
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from db.disputes.words import KIND_NAMES
from db.kernel.access import Role
from db.ledger import Ledger
from db.sample import PASSWORD
from desktop.admin.keeping import KeepingPage
from desktop.disputes.board import DisputeBoardPage
from desktop.rooms import shell_over
from desktop.settings import Looks, Settings
from desktop.theme import Theme
from desktop.visits.door import DoorPanel
from desktop.visits.page import VisitsPage
from desktop.widgets.entries import EntryField
from desktop.widgets.keys import KeysDialog
from desktop.widgets.register import RegisterPage
from desktop.widgets.scrolling import FollowingArea
from desktop.widgets.tables import RowTable
from desktop.window import Shell
from tests.builders import street
from tests.conftest import morning
from tests.desktop.conftest import in_sight, settle

ENTER = Qt.Key.Key_Return
READS = "只 看看 不 登记 2026"
FORMS = (
    ("visits", "homes"), ("people", "volunteers"), ("people", "staff"), ("points", "entries"),
    ("points", "rewards"), ("points", "fund"),
)  # fmt: skip


@pytest.fixture
def low(
    qtbot: QtBot,
    sample: Ledger,
    settings: Settings,
    theme: Theme,
    request: pytest.FixtureRequest,
) -> Iterator[Shell]:
    """The sample post's window at 1280 x 720 with the largest type, or as a test asks for it."""
    wide, high, text = getattr(request, "param", (1280, 720, "150"))
    theme.use(Looks("light", text))
    made = shell_over(sample, settings, theme)
    made.resize(wide, high)
    made.show()
    made.activateWindow()
    settle(qtbot, made)
    yield made
    settle(qtbot, made)
    made.hide()
    made.context.background.close()
    made.deleteLater()
    theme.use(Looks("light"))


@pytest.fixture
def folder(_template: Path, tmp_path: Path) -> Path:
    """A small ledger that nobody has open."""
    return shutil.copytree(_template, tmp_path / "post")


def whole(widget: QWidget) -> bool:
    """Tell whether all of a widget can be seen."""
    return bool(widget.visibleRegion().boundingRect() == widget.rect())


def saving(page: QWidget) -> list[QPushButton]:
    return [b for b in page.findChildren(QPushButton) if b.text() == "保存" and b.isVisible()]


@pytest.mark.parametrize(("room", "tab"), FORMS)
def test_a_form_is_walked_and_saved_without_scrolling(
    qtbot: QtBot, low: Shell, room: str, tab: str
) -> None:
    low.context.routes.go(room, tab=tab, new=True)
    page = in_sight(qtbot, low)
    assert isinstance(page, RegisterPage)
    assert [whole(one) for one in saving(page)] == [True]
    fields = [one for one in page._form.inputs.values() if not one.isHidden()]
    fields[0].setFocus(Qt.FocusReason.TabFocusReason)
    for field in fields[1:]:
        now = QApplication.focusWidget()
        assert now is not None
        QTest.keyClick(now, ENTER)
        qtbot.wait(10)
        assert QApplication.focusWidget() is field
        assert whole(field), field.accessibleName()


@pytest.mark.parametrize(
    ("room", "tab", "key"),
    [("disputes", "list", Qt.Key.Key_P), ("disputes", "list", Qt.Key.Key_F2), ("trainings", "list", Qt.Key.Key_F2)],
)  # fmt: skip
def test_a_long_form_opened_by_its_key_shows_what_saves_it(
    qtbot: QtBot, low: Shell, room: str, tab: str, key: Qt.Key
) -> None:
    low.context.routes.go(room, tab=tab)
    page = in_sight(qtbot, low)
    table = page._table  # type: ignore[attr-defined]
    table.setFocus()
    QTest.keyClick(table, key)
    settle(qtbot, low)
    assert [whole(one) for one in saving(page)] == [True]


def test_what_saves_the_post_stays_in_sight(qtbot: QtBot, low: Shell) -> None:
    low.context.routes.go("admin", tab="post")
    page = in_sight(qtbot, low)
    (area,) = page.findChildren(FollowingArea)
    for at in (0, area.verticalScrollBar().maximum()):
        area.verticalScrollBar().setValue(at)
        assert [whole(one) for one in saving(page)] == [True]


@pytest.mark.parametrize(
    ("room", "tab", "headings"),
    [
        ("disputes", "list", {"编号", "期限", "当事人"}), ("trainings", "list", {"日期", "主题", "到训率"}),
        ("admin", "post", {"日期", "上班", "名称"}), ("visits", "records", {"住户", "结果", "发现、备注"}),
        ("visits", "homes", {"住户", "户主", "电话"}), ("people", "volunteers", {"姓名", "负责", "户数"}),
        ("people", "units", {"单元", "户数", "联户长"}), ("admin", "campaigns", {"任务", "开始", "结束"}),
        ("points", "entries", {"姓名", "项目", "事由"}), ("points", "reviews", {"姓名", "等次"}),
    ],
)  # fmt: skip
def test_a_list_beside_a_panel_never_scrolls_sideways(
    qtbot: QtBot, low: Shell, room: str, tab: str, headings: set[str]
) -> None:
    low.context.routes.go(room, tab=tab)
    page = in_sight(qtbot, low)
    for table in page.findChildren(RowTable):
        if table.isVisible():
            assert table.horizontalScrollBar().maximum() == 0, table.accessibleName()
    table = getattr(page, "table", None) or page._table  # type: ignore[attr-defined]
    columns = table.model().columns
    assert headings <= {c.heading for n, c in enumerate(columns) if not table.isColumnHidden(n)}


def test_nothing_of_a_card_on_the_board_is_cut(qtbot: QtBot, low: Shell) -> None:
    low.context.routes.go("disputes", tab="board")
    board = in_sight(qtbot, low)
    assert isinstance(board, DisputeBoardPage)
    for cards in board._lists.values():
        card = cards.itemDelegate()
        wide = cards.viewport().width() - 2 * low.context.theme.px(12)
        for line in cards._rows.rows:
            told = [text for text, _, _ in card._lines(line, wide)]  # type: ignore[attr-defined]
            assert not any("…" in text for text in told)
            said = "".join(told).replace(" ", "").replace("、", "")
            assert all(word in said for word in line.parties)
            assert KIND_NAMES[line.kind] in said


def test_the_keys_of_a_page_are_scrolled_by_keys(qtbot: QtBot, low: Shell) -> None:
    keys = [(f"F{n}", "按它会怎样") for n in range(40)]
    dialog = KeysDialog("某页", keys, keys[:5], low)
    dialog.show()
    settle(qtbot, low)
    assert dialog.height() <= low.height()
    (area,) = dialog.findChildren(FollowingArea)
    assert area.verticalScrollBar().maximum() > 0
    for key in (Qt.Key.Key_Down, Qt.Key.Key_PageDown):
        before = area.verticalScrollBar().value()
        QTest.keyClick(dialog.focusWidget() or dialog, key)
        assert area.verticalScrollBar().value() > before
    dialog.close()
    dialog.deleteLater()


def test_no_rule_of_the_dictionary_is_cut(qtbot: QtBot, low: Shell) -> None:
    low.context.routes.go("admin", tab="keeping")
    page = in_sight(qtbot, low)
    assert isinstance(page, KeepingPage)
    (table,) = [one for one in page.findChildren(RowTable) if one.accessibleName() == "数据字典"]
    for at, entry in enumerate(page._entries.rows):
        for column, told in enumerate(page._entries.columns):
            metrics, words = table.fontMetrics(), told.words(entry)
            room = table.columnWidth(column) - round(metrics.height() * 1.1)
            lines = ceil(metrics.horizontalAdvance(words) / max(room, 1))
            assert table.rowHeight(at) >= lines * metrics.height(), words


@pytest.mark.parametrize(
    "low", [(1280, 720, "150"), (911, 512, "100"), (853, 480, "100")], indirect=True
)
def test_the_outcomes_stand_in_sight_beside_the_board(qtbot: QtBot, low: Shell) -> None:
    assert low.height() in (720, 512, 480), "the window is not made higher than the screen"
    low.context.routes.go("visits", tab="board")
    page = in_sight(qtbot, low)
    assert isinstance(page, VisitsPage)
    buttons = page._door.outcomes.findChildren(QPushButton)
    assert [whole(one) for one in buttons] == [True] * 5
    note = page._door.entry.inputs["备注"]
    note.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.wait(10)
    assert whole(note)
    assert [whole(one) for one in buttons] == [True] * 5
    # What was is below the entry there, and not lost.
    assert page._door._past.isVisibleTo(page)
    low.resize(1440, 1300)
    settle(qtbot, low)
    assert not page._door._past.visibleRegion().isEmpty()


def test_who_may_only_look_is_not_asked_for_a_visit(
    qtbot: QtBot, folder: Path, settings: Settings, theme: Theme
) -> None:
    with Ledger.unlock(folder, PASSWORD, clock=morning()) as ledger:
        street(ledger)
        ledger.add_account("查阅员", "查阅员", Role.READER, READS)
    with Ledger.unlock(folder, READS, user="查阅员", clock=morning()) as reading:
        made = shell_over(reading, settings, theme)
        made.show()
        made.context.routes.go("visits", tab="board")
        panel = in_sight(qtbot, made).findChild(DoorPanel)
        assert panel is not None
        assert panel._past.isVisible()
        assert not panel.outcomes.isVisible()
        assert not any(one.isVisible() for one in panel.entry.findChildren(EntryField))
        made.hide()
        made.context.background.close()
        made.deleteLater()


@pytest.mark.parametrize("low", [(1280, 720, "130"), (1280, 720, "150")], indirect=True)
def test_no_field_of_a_registration_is_cut_off_at_its_side(qtbot: QtBot, low: Shell) -> None:
    """The kind of a dispute stood beside the day, and half of it was out of sight."""
    low.context.routes.go("disputes", tab="list", new=True)
    page: Any = in_sight(qtbot, low)
    form = page._panel._writing.registration
    area = form
    while not isinstance(area, FollowingArea):
        area = area.parentWidget()
    for field in form.inputs.values():
        if field.isHidden():
            continue
        right = field.mapTo(area, QPoint(field.width(), 0)).x()
        assert right <= area.viewport().width()
