"""Every screen in both themes and all sizes: readable, whole, and named for a screen reader."""

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage, QPalette
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QComboBox,
    QLabel,
    QLineEdit,
    QMessageBox,
    QPlainTextEdit,
    QTextEdit,
    QWidget,
)
from pytestqt.qtbot import QtBot

from db.coverage import door_states
from db.kernel.errors import EnvironmentFault, UserError
from db.visits import campaigns
from db.visits.sheets import print_sheet
from desktop.access.damaged import DamagedPage
from desktop.access.first_run import FirstRun
from desktop.access.login import LogInPage
from desktop.disputes.numbers import DisputeNumbersPage
from desktop.disputes.page import DisputesPage
from desktop.disputes.viewing import Drawn, PaperViewer, PhotoViewer
from desktop.errors import CrashDialog, catch_everything, report_of, tell
from desktop.printing import _Waiting
from desktop.reports.numbers import NumbersTable
from desktop.settings import Looks
from desktop.theme import DARK, LIGHT, Tokens
from desktop.visits.page import VisitsPage
from desktop.widgets.keys import KeysDialog
from desktop.widgets.tables import RowModel
from desktop.widgets.tabs import TabbedPage
from desktop.window import Shell
from tests.desktop.conftest import settle
from tests.desktop.windows import Windows

INPUTS = (QAbstractButton, QAbstractItemView, QComboBox, QLineEdit, QPlainTextEdit, QTextEdit)
ENOUGH = 4.5
# What is written, and on what.
PAIRS = [
    *((ink, ground) for ink in ("text", "second", "accent") for ground in ("ground", "surface")),
    *((ink, "surface") for ink in ("done", "tries", "closed", "late")),
    *((ink, f"{ink}_ground") for ink in ("accent", "done", "tries", "closed", "late")),
    ("text", "accent_ground"), ("second", "accent_ground"), ("on_accent", "accent"),
    ("late", "accent_ground"), ("surface", "text"),
]  # fmt: skip


def _light(color: str) -> float:
    """The relative luminance of WCAG 2.2."""
    made = QColor(color)
    parts = (made.redF(), made.greenF(), made.blueF())
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), PAIRS)
def test_every_ink_can_be_read_on_its_ground(tokens: Tokens, ink: str, ground: str) -> None:
    lights = sorted((_light(getattr(tokens, ink)), _light(getattr(tokens, ground))))
    assert (lights[1] + 0.05) / (lights[0] + 0.05) >= ENOUGH


def _screens(qtbot: QtBot, shell: Shell) -> Iterator[str]:
    """Open every page and every tab, one after the other."""
    for room in shell._rooms:
        shell.context.routes.go(room)
        settle(qtbot, shell)
        for tab in list(shell.page._tabs) if isinstance(shell.page, TabbedPage) else [""]:
            if tab:
                shell.context.routes.go(room, tab=tab)
                settle(qtbot, shell)
            yield f"{room} {tab}"


def _cut(page: QWidget) -> Iterator[str]:
    """Yield the words that do not fit their place, and boxes too low for two lines of them."""
    for box in page.findChildren(QPlainTextEdit):
        lines = box.viewport().height() / box.fontMetrics().lineSpacing()
        if box.isVisible() and lines < 2:
            yield box.accessibleName()
    for widget in page.findChildren(QWidget):
        if not widget.isVisible() or not isinstance(widget, QLabel | QAbstractButton):
            continue
        if isinstance(widget, QLabel) and widget.wordWrap():
            if widget.text() and widget.height() < widget.heightForWidth(widget.width()) - 2:
                yield widget.text()
            continue
        wanted = widget.fontMetrics().horizontalAdvance(widget.text())
        if wanted > widget.width() + 1 or widget.height() < widget.fontMetrics().height() - 1:
            yield widget.text()


@pytest.mark.parametrize("looks", [Looks("dark", "100"), Looks("light", "150")])
def test_nothing_is_cut_on_a_small_screen(qtbot: QtBot, shell: Shell, looks: Looks) -> None:
    shell.resize(1280, 720)
    shell.context.theme.use(looks)
    told = {
        screen: (list(_cut(shell.page)), shell._stack.width() - shell._stack.parentWidget().width())
        for screen in _screens(qtbot, shell)
    }
    assert len(told) > 15
    assert {screen: found for screen, found in told.items() if found[0] or found[1] > 0} == {}
    assert (shell.width(), shell.height()) == (1280, 720), "the screen is no larger"


def test_a_sheet_being_typed_fits_a_small_screen(qtbot: QtBot, shell: Shell) -> None:
    with shell.context.ledger.read() as connection:
        (campaign,) = campaigns(connection)
        doors = [d.household for d in door_states(connection, campaign, campaign.start)[:9]]
    shell.context.ledger.write(print_sheet("南苑29号楼、30号楼、31号楼等", doors, campaign.id))
    shell.resize(1280, 720)
    shell.context.theme.use(Looks("light", "150"))
    shell.context.routes.go("visits", tab="sheets", number=1)
    settle(qtbot, shell)
    assert shell.page.page._typed.rowCount() == len(doors)  # type: ignore[attr-defined]
    assert list(_cut(shell.page)) == []
    assert shell._stack.width() <= shell._stack.parentWidget().width()


@pytest.mark.parametrize("looks", [Looks("light", "100"), Looks("dark", "100")])
def test_what_a_field_is_for_can_be_read(qtbot: QtBot, shell: Shell, looks: Looks) -> None:
    # A style sheet's colour made it half transparent, whatever the palette said.
    shell.context.theme.use(looks)
    shell.context.routes.go("visits", tab="homes")
    settle(qtbot, shell)
    for field in shell.page.findChildren(QLineEdit):
        ink = field.palette().color(QPalette.ColorRole.PlaceholderText)
        assert ink == shell.context.theme.color("second")


def test_every_control_has_a_name(qtbot: QtBot, shell: Shell) -> None:
    nameless = {
        screen: [
            f"{type(widget).__name__} {widget.objectName()}"
            for widget in shell.page.findChildren(QWidget)
            if isinstance(widget, INPUTS)
            and widget.isVisible()
            and widget.focusPolicy() != Qt.FocusPolicy.NoFocus
            and not (widget.accessibleName() or getattr(widget, "text", str)())
        ]
        for screen in _screens(qtbot, shell)
    }
    assert {screen: found for screen, found in nameless.items() if found} == {}


def test_every_table_is_a_sound_model(qtbot: QtBot, shell: Shell) -> None:
    fatal = QAbstractItemModelTester.FailureReportingMode.Fatal
    checked = completed = 0
    for _ in _screens(qtbot, shell):
        views = [
            view
            for view in shell.page.findChildren(QAbstractItemView)
            # The table of numbers stands behind the text of the report.
            if view.isVisible() or isinstance(view, NumbersTable)
        ]
        for view in views:
            # The tester would fetch all there is, row by row; that has a test of its own.
            if isinstance(view.model(), RowModel):
                view.model().more = None
        fields = shell.page.findChildren(QLineEdit)
        words = [one.model() for field in fields if (one := field.completer()) is not None]
        models = [*(view.model() for view in views), *words]
        testers = [QAbstractItemModelTester(model, fatal) for model in models]
        shell.page.refresh()
        settle(qtbot, shell)
        checked += len(testers)
        completed += len(words)
        for tester in testers:
            tester.deleteLater()
    assert checked > 15
    assert completed > 0


@pytest.mark.parametrize("looks", [Looks("light", "100"), Looks("dark", "150")])
def test_every_dialog_opens_whole(
    qtbot: QtBot, shell: Shell, looks: Looks, monkeypatch: pytest.MonkeyPatch
) -> None:
    shell.context.theme.use(looks)
    photo = QImage(3000, 2000, QImage.Format.Format_RGB32)
    photo.fill(Qt.GlobalColor.white)
    waiting = _Waiting(shell)
    told: list[QMessageBox] = []
    # A method of a class, which a built-in function would not become.
    monkeypatch.setattr(QMessageBox, "exec", lambda box: told.append(box))  # noqa: PLW0108
    tell(shell, UserError("磁盘满了，没有保存。"))
    for dialog in (
        KeysDialog("走访", VisitsPage.keys, VisitsPage.keys, shell),
        CrashDialog(report_of(ValueError("王小明")), shell),
        PaperViewer(shell, "材料", b"no pdf"),
        PhotoViewer(shell, "照片", Drawn(photo, "")),
        waiting,
        *told,
    ):
        dialog.show()
        waiting.goes_on(0, 2)
        settle(qtbot, shell)
        assert list(_cut(dialog)) == []
        assert dialog.height() <= 720
        dialog.close()
        dialog.deleteLater()


@pytest.mark.parametrize("looks", [Looks("light", "100"), Looks("dark", "150")])
def test_every_page_before_the_screens_opens_whole(
    qtbot: QtBot, windows: Windows, folder: Path, tmp_path: Path, looks: Looks
) -> None:
    windows.theme.use(looks)
    damaged = shutil.copytree(folder, tmp_path / "damaged")
    (damaged / "ledger.db").write_bytes(b"")
    kinds = []
    for place in (folder, tmp_path / "nobody", damaged):
        window = windows(place)
        window.showNormal()
        window.resize(1280, 720)
        QTest.qWait(50)
        kinds.append(type(window._stack.currentWidget()))
        assert list(_cut(window)) == []
        assert (window.width(), window.height()) == (1280, 720)
    assert kinds == [LogInPage, FirstRun, DamagedPage]


def test_a_fault_of_ours_names_nobody_and_closes_the_program_when_asked(
    qtbot: QtBot, shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []

    def answer(dialog: CrashDialog) -> int:
        told.extend(box.toPlainText() for box in dialog.findChildren(QPlainTextEdit))
        return CrashDialog.DialogCode.Accepted

    monkeypatch.setattr(CrashDialog, "exec", answer)
    tell(shell, ValueError("王小明 13800004521"))
    assert "ValueError" in told[0]
    assert "王小明" not in told[0]
    assert not shell.isVisible()


def test_what_nobody_caught_is_told_in_its_own_way(
    qtbot: QtBot, shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A full stick while a paper is saved is no fault of ours.
    told: list[str] = []
    monkeypatch.setattr(QMessageBox, "exec", lambda box: told.append(box.text()))
    monkeypatch.setattr(CrashDialog, "exec", lambda _: told.append("crash"))
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    catch_everything(lambda: shell)
    for error in (EnvironmentFault("优盘满了"), UserError("不行"), KeyError("王小明")):
        sys.excepthook(type(error), error, None)
    assert told == ["优盘满了", "不行", "crash"]


def test_tables_and_fields_follow_the_size_of_the_type(qtbot: QtBot, shell: Shell) -> None:
    shell.context.routes.go("disputes", tab="list")
    settle(qtbot, shell)
    assert isinstance(shell.page, TabbedPage)
    listed = shell.page.page
    shell.context.routes.go("disputes", tab="numbers")
    settle(qtbot, shell)
    counted = shell.page.page
    assert isinstance(listed, DisputesPage)
    assert isinstance(counted, DisputeNumbersPage)
    brief = listed._panel._writing.registration.field("brief")

    def measures() -> list[int]:
        # A table that is out of sight shares the room there is when it is next shown.
        shell.context.routes.go("disputes", tab="list")
        settle(qtbot, shell)
        table, numbers = listed._table, counted._matrix
        widths = [table.columnWidth(at) for at in range(4)]
        rows = [view.verticalHeader().defaultSectionSize() for view in (table, numbers)]
        return [*widths, *rows, listed._panel.width(), brief.height()]

    before = measures()
    shell.context.theme.use(Looks(theme="light", text_size="150"))
    settle(qtbot, shell)
    assert all(now > then * 1.3 for now, then in zip(measures(), before, strict=True))
    shell.context.routes.go("disputes", tab="numbers")
    settle(qtbot, shell)
    wanted = counted._matrix.fontMetrics().horizontalAdvance("调解成功")
    assert all(counted._matrix.columnWidth(at) > wanted for at in range(1, 7))
    listed._table.setColumnWidth(0, 333)
    shell.context.theme.use(Looks(theme="dark", text_size="150"))
    settle(qtbot, shell)
    assert listed._table.columnWidth(0) == 333
    shell.context.theme.use(Looks(theme="light"))
    settle(qtbot, shell)
    assert measures() == before
