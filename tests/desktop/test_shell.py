"""The window from the first run to the lock."""

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtPrintSupport import QPrintDialog, QPrinter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QPushButton
from pytestqt.qtbot import QtBot
from shiboken6 import isValid
from sqlalchemy import func, select

from db.backup import list_backups
from db.disputes.life import PerformanceDraft, perform
from db.kernel.records import CommandRow
from db.ledger import Ledger
from db.people import staff
from db.places import communities
from db.sample import PASSWORD
from db.this_week import week_so_far
from db.visits.sheets import open_sheets, sheet
from desktop.access.first_run import FirstRun
from desktop.access.login import LogInPage
from desktop.access.recovery import RecoveryPage
from desktop.access.second_start import ask_first_window
from desktop.backup.page import BackupPage
from desktop.home.page import HomePage
from desktop.settings import Looks
from desktop.theme import Theme
from desktop.visits.page import VisitsPage
from desktop.widgets.tabs import TabbedPage
from desktop.window import Shell
from tests.builders import street
from tests.conftest import POST, morning
from tests.desktop.conftest import in_sight, press, settle
from tests.desktop.windows import Windows, inside, log_in, shell_of, visits_in

NEW_PASSWORD = "晚饭后 录入 四十户 走访"


def test_a_wrong_password_is_told_and_the_right_one_opens(
    qtbot: QtBot, windows: Windows, folder: Path
) -> None:
    window = windows(folder)
    log_in(qtbot, window, "wrong-password-1")
    page = window._stack.currentWidget()
    assert isinstance(page, LogInPage)
    assert "密码" in page._message.text()
    page._password.clear()
    assert isinstance(inside(qtbot, window).page, HomePage)


def test_the_first_run_makes_a_ledger_and_checks_the_recovery_code(
    qtbot: QtBot, windows: Windows, tmp_path: Path
) -> None:
    window = windows(tmp_path / "new")
    page = window._stack.currentWidget()
    assert isinstance(page, FirstRun)
    for name, text in (("name", "三号警务室"), ("station", "示范派出所"), ("officer", "王建国")):
        page._post_done()
        assert page._unfit.text() == f"请填“{page._fields[name].accessibleName()}”。"
        page._fields[name].setText(text)
    page._fields["communities"].setText("第六社区、" + "长" * 41)
    page._post_done()
    assert "太长" in page._unfit.text()
    page._fields["communities"].setText("第六社区、第七社区")
    buttons = [one for one in page.findChildren(QPushButton) if one.isVisible()]
    assert [one.text() for one in buttons] == ["先用样例看看", "下一步"]
    buttons[1].click()
    page._password.setText("short")
    page._again.setText("short")
    page._password_done()
    assert page.step == 1, "a weak password goes no further"
    page._password.setText(NEW_PASSWORD)
    page._again.setText(NEW_PASSWORD)
    page._password_done()
    qtbot.waitUntil(lambda: page.step == 2, timeout=20_000)
    page._code._typed.setText("WRONG")
    page._code.check()
    assert page.step == 2, "the code must have been kept"
    groups = page._code._code.split("-")
    page._code._typed.setText("".join(groups[at] for at in page._code._asked_for).lower())
    page._code.check()
    assert page.step == 3
    window.activateWindow()
    page._import.setFocus()
    walked = []
    for _ in range(4):
        at = QApplication.focusWidget()
        assert isinstance(at, QPushButton), "Tab stops at nothing that is out of sight"
        walked.append(at.text())
        QTest.keyClick(at, Qt.Key.Key_Tab)
    assert walked == ["导入台账", "直接开始"] * 2
    page._begin(import_first=True)
    assert window.shell is not None
    settle(qtbot, window.shell)
    assert window.shell.page.page.title == "数据"
    with window.shell.context.ledger.read() as connection:
        assert [line.name for line in communities(connection)] == ["第六社区", "第七社区"]
        assert [line.name for line in staff(connection)] == ["王建国"], "who walks is known already"


def test_the_recovery_code_gives_a_new_password(
    qtbot: QtBot, windows: Windows, tmp_path: Path
) -> None:
    ledger, code = Ledger.create(tmp_path / "r", POST, PASSWORD, clock=morning())
    ledger.close()
    window = windows(tmp_path / "r")
    window._entrance.recover()
    page = window._stack.currentWidget()
    assert isinstance(page, RecoveryPage)
    page._code.setText(code)
    page._new.setText(NEW_PASSWORD)
    page._again.setText(NEW_PASSWORD)
    page._recover()
    qtbot.waitUntil(page._fresh.isVisible, timeout=20_000)
    fresh = page._fresh._code
    page._fresh.check()
    assert page._fresh.isVisible(), "the new code must have been kept"
    groups = fresh.split("-")
    page._fresh._typed.setText("".join(groups[at] for at in page._fresh._asked_for))
    page._fresh.check()
    shell = inside(qtbot, window, NEW_PASSWORD)
    with shell.context.ledger.read() as connection:
        last = connection.execute(select(func.max(CommandRow.wall))).scalar_one()
    assert last < "2026-03-24", "by the window's clock: another one would be doubted"


def test_a_second_start_brings_the_first_window_to_the_front(
    qtbot: QtBot, windows: Windows, folder: Path
) -> None:
    assert not ask_first_window(folder), "nobody has it open yet"
    window = windows(folder)
    inside(qtbot, window)
    window.showMinimized()
    assert ask_first_window(folder)
    qtbot.waitUntil(lambda: not window.isMinimized(), timeout=5000)
    window.close()
    assert not (folder / "raise").exists()
    assert not ask_first_window(folder)


def test_closing_after_work_leaves_a_backup(qtbot: QtBot, windows: Windows, folder: Path) -> None:
    with Ledger.unlock(folder, PASSWORD, clock=morning()) as ledger:
        street(ledger)
    window = windows(folder)
    page = visits_in(qtbot, window)
    page.record("met")
    settle(qtbot, shell_of(window))
    window.close()
    (info,) = list_backups(folder / "backups")
    assert info.reason == "退出时"
    assert inside(qtbot, windows(folder))._backups.last.text().startswith("上次备份")


def test_what_was_typed_a_moment_before_closing_is_kept(
    qtbot: QtBot, windows: Windows, folder: Path
) -> None:
    window = windows(folder)
    QTest.keyClicks(visits_in(qtbot, window)._door.entry._note, "half")
    window.close()
    with Ledger.unlock(folder, PASSWORD, clock=morning()) as ledger:
        assert ledger.unsaved()["走访"]["备注"] == "half"


def test_another_text_size_makes_the_screens_anew(
    qtbot: QtBot, windows: Windows, folder: Path
) -> None:
    # Widths and heights are taken when a page is made: it stayed cramped until the next start.
    with Ledger.unlock(folder, PASSWORD, clock=morning()) as ledger:
        street(ledger)
    window = windows(folder)
    page = visits_in(qtbot, window)
    before = shell_of(window)
    page.record("met")
    settle(qtbot, before)
    QTest.keyClicks(page._door.entry._note, "half")
    before.context.routes.go("admin", tab="looks")
    looks = before.page.page  # type: ignore[attr-defined]
    looks._groups[1][1].buttons()[-1].click()
    qtbot.waitUntil(lambda: window.shell is not before, timeout=5000)
    shell = window.shell
    assert shell is not None
    settle(qtbot, shell)
    assert shell.isVisible()
    assert not isValid(before), "the screens that stood here before are gone"
    assert shell.page.page.title == "外观"  # type: ignore[attr-defined]
    assert window.focusWidget().text() == "特大"  # type: ignore[attr-defined]
    shell.context.routes.go("visits")
    settle(qtbot, shell)
    assert shell.page.page._door.entry._note.text() == "half"  # type: ignore[attr-defined]
    shell.undo()
    settle(qtbot, shell)
    assert shell.toast._text.text().startswith("已撤销")


def test_what_is_late_is_marked_and_brought_into_sight(qtbot: QtBot, shell: Shell) -> None:
    home = shell.page
    assert isinstance(home, HomePage)
    settle(qtbot, shell)
    assert home._today is not None
    late = [item for item in home._today.due if item.urgency == "late"]
    assert home._late.text() == f"逾期{len(late)}项"
    home._due.scrollToBottom()
    home._late.click()
    assert home._due.chosen() == late
    assert home._due.currentItem() is home._due.itemAt(1, 1)


def test_the_home_page_shows_the_figures(qtbot: QtBot, shell: Shell) -> None:
    page = shell.page
    assert isinstance(page, HomePage)
    with shell.context.ledger.read() as connection:
        week = week_so_far(connection, shell.context.today)
    assert page._cards["走访"]._figures["households"].text() == f"{week.households:,}"
    assert page._cards["纠纷"]._figures["new"].text() == str(week.disputes_new)


def test_a_narrow_window_still_says_whose_post_it_is_and_who_works(
    qtbot: QtBot, shell: Shell, theme: Theme
) -> None:
    # Only icons are left of the side, and with its words went post, person and the backups' age.
    assert not shell._narrow_words.isVisible()
    theme.use(Looks(theme="light", text_size="150"))
    shell.resize(1280, 720)
    settle(qtbot, shell)
    assert shell._narrow_words.isVisible()
    assert shell._who.text() == "三号警务室　民警"
    assert "外部备份" in shell._backups.ages.text()
    for words in (shell._who, shell._backups.ages):
        assert words.width() >= words.sizeHint().width()
    assert shell.minimumSizeHint().width() <= 1280
    shell._backups.ages.click()
    settle(qtbot, shell)
    assert isinstance(shell.page, TabbedPage)
    assert isinstance(shell.page.page, BackupPage)


def test_a_backup_is_told_at_once_on_today_and_at_the_side(qtbot: QtBot, shell: Shell) -> None:
    home = shell.page
    assert isinstance(home, HomePage)
    assert home._backup.text() == "还没有备份　外部备份 还没有"
    assert shell._backups.last.text() == "还没有备份"
    assert home._backup.property("tone") == "late"
    home._backup.click()
    settle(qtbot, shell)
    shell.page.page.back_up()  # type: ignore[attr-defined]
    settle(qtbot, shell)
    assert home._backup.text() == "上次备份 今天　外部备份 还没有"
    assert shell._backups.last.text() == "上次备份 今天"
    assert home._backup.property("tone") == "second"


def test_both_themes_and_all_sizes_open_every_page(qtbot: QtBot, shell: Shell) -> None:
    for looks in (Looks("dark", "100"), Looks("light", "150"), Looks("dark", "150")):
        shell.context.theme.use(looks)
        for name in shell._rooms:
            shell.context.routes.go(name)
            settle(qtbot, shell)
            assert not shell.grab().isNull()


@pytest.fixture
def printed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Whatever is printed goes into this file."""
    file = tmp_path / "sheet.pdf"

    def accept(dialog: QPrintDialog) -> int:
        dialog.printer().setOutputFormat(QPrinter.OutputFormat.PdfFormat)
        dialog.printer().setOutputFileName(str(file))
        return QDialog.DialogCode.Accepted

    monkeypatch.setattr(QPrintDialog, "exec", accept)
    return file


def test_doors_that_were_printed_are_marked_no_longer(
    qtbot: QtBot, shell: Shell, printed: Path
) -> None:
    shell.context.routes.go("visits", tab="board")
    page = in_sight(qtbot, shell)
    assert isinstance(page, VisitsPage)
    shell.activateWindow()
    page._board.setFocus()
    press(qtbot, shell, " ", Qt.Key.Key_Right, " ")
    assert len(page._board.marked) == 2
    page.print_sheet()
    settle(qtbot, shell)
    assert printed.read_bytes()[:4] == b"%PDF"
    assert page._board.marked == []


def test_a_walk_whose_printing_was_given_up_does_not_come_back_by_undoing(
    qtbot: QtBot, shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QPrintDialog, "exec", lambda _: QDialog.DialogCode.Rejected)
    shell.context.routes.go("visits", tab="board")
    page = in_sight(qtbot, shell)
    assert isinstance(page, VisitsPage)
    with shell.context.ledger.read() as connection:
        before = open_sheets(connection, shell.context.today)
    shell.activateWindow()
    page._board.setFocus()
    press(qtbot, shell, Qt.Key.Key_1)
    press(qtbot, shell, " ", Qt.Key.Key_Right, " ")
    page.print_sheet()
    settle(qtbot, shell)
    for said in ("已撤销：登记走访", "没有可以撤销的操作"):
        qtbot.keyClick(page._board, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
        settle(qtbot, shell)
        assert shell.toast._text.text().startswith(said)
        with shell.context.ledger.read() as connection:
            assert open_sheets(connection, shell.context.today) == before


def test_a_card_is_opened_by_a_whole_click_of_the_left_button(qtbot: QtBot, shell: Shell) -> None:
    home = shell.page
    assert isinstance(home, HomePage)
    card = home._cards["走访"]
    opened: list[str] = []
    card.wanted.disconnect()
    card.wanted.connect(opened.append)
    corner = QPoint(2, 2)
    qtbot.mouseClick(card, Qt.MouseButton.RightButton, pos=corner)
    qtbot.mousePress(card, Qt.MouseButton.LeftButton, pos=corner)
    qtbot.mouseRelease(card, Qt.MouseButton.LeftButton, pos=QPoint(-20, -20))
    assert opened == []
    qtbot.mouseClick(card, Qt.MouseButton.LeftButton, pos=corner)
    assert opened == ["households"]


def test_a_walk_is_printed_from_today(qtbot: QtBot, shell: Shell, printed: Path) -> None:
    home = shell.page
    assert isinstance(home, HomePage)
    walks = [at for at, item in enumerate(home._today.due) if item.doors]  # type: ignore[union-attr]
    home._due.clearSelection()
    for at in walks[:2]:
        home._due.item(at).setSelected(True)
    home.setFocus()
    qtbot.keyClick(home, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
    settle(qtbot, shell)
    assert printed.read_bytes()[:4] == b"%PDF"
    with shell.context.ledger.read() as connection:
        found = sheet(connection, 1)
    assert found is not None
    expected = [door for at in walks[:2] for door in home._today.due[at].doors]  # type: ignore[union-attr]
    assert [door.household for door in found.doors] == expected


def test_on_a_screen_with_no_room_to_spare_the_window_takes_all_of_it(
    windows: Windows, folder: Path
) -> None:
    window = windows(folder)
    room = window.screen().availableSize()
    assert room.height() < 900, "the tests' own screen is a small one"
    assert window.isMaximized()
    window.showNormal()
    window.resize(1200, 700)
    window.close()
    # Where it stood last counts, the next time.
    again = windows(folder)
    assert not again.isMaximized()


def _late(shell: Shell) -> str:
    home: Any = shell.page
    return str(home._late.text())


def test_what_is_overdue_stands_at_todays_entry(qtbot: QtBot, shell: Shell) -> None:
    entry = shell._buttons["home"]
    with shell.context.ledger.read() as connection:
        week = week_so_far(connection, shell.context.today)
    # The list's own count: it also holds a grave dispute nobody has reported, which the report does not.
    assert entry.accessibleName() == f"今日，{_late(shell)}" == "今日，逾期15项"
    late = perform(week.overdue_behind[0], PerformanceDraft(day=shell.context.today))
    shell.context.background.write(shell, late)
    settle(qtbot, shell)
    with shell.context.ledger.read() as connection:
        left = week_so_far(connection, shell.context.today).overdue
    assert left < week.overdue
    assert entry.accessibleName() == f"今日，{_late(shell)}" != "今日，逾期15项"
