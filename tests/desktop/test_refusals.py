"""Why nothing can be entered: the person's part, the place of the ledger, or that it is a backup."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from db.kernel.access import Role
from db.kernel.place import Place
from db.ledger import Ledger
from db.sample import PASSWORD
from desktop.access.opening import open_ledger
from desktop.page import Context
from desktop.rooms import shell_over
from desktop.settings import Settings
from desktop.theme import Theme
from desktop.window import Shell
from tests.builders import add_visits, street, visit
from tests.conftest import morning
from tests.desktop.conftest import in_sight, settle

READS = "只 看看 不 登记 2026"


def refused(qtbot: QtBot, shell: Shell) -> str:
    """Try to register a dispute and return what is said."""
    shell.show()
    shell.activateWindow()
    shell.context.routes.go("disputes", tab="list")
    settle(qtbot, shell)
    shell.context.routes.go("disputes", new=True)
    settle(qtbot, shell)
    said = shell.toast._text.text()
    shell.hide()
    shell.context.background.close()
    shell.deleteLater()
    return said


def test_who_may_only_look_is_told_so(
    qtbot: QtBot, folder: Path, settings: Settings, theme: Theme
) -> None:
    with Ledger.unlock(folder, PASSWORD, clock=morning()) as ledger:
        ledger.add_account("查阅员", "查阅员", Role.READER, READS)
    with Ledger.unlock(folder, READS, user="查阅员", clock=morning()) as reading:
        assert refused(qtbot, shell_over(reading, settings, theme)) == "您的身份只能查阅，不能登记"


def test_no_key_of_who_may_only_look_is_dead_without_a_word(
    qtbot: QtBot, folder: Path, settings: Settings, theme: Theme
) -> None:
    with Ledger.unlock(folder, PASSWORD, clock=morning()) as ledger:
        ledger.add_account("查阅员", "查阅员", Role.READER, READS)
        add_visits(ledger, [visit(door) for door in street(ledger)])
    with Ledger.unlock(folder, READS, user="查阅员", clock=morning()) as reading:
        shell = shell_over(reading, settings, theme)
        shell.show()
        for tab, part, keys in (
            ("board", "_board", (Qt.Key.Key_1, Qt.Key.Key_0)),
            ("records", "_table", (Qt.Key.Key_F2, Qt.Key.Key_Delete)),
            ("homes", "table", (Qt.Key.Key_Delete,)),
        ):
            shell.context.routes.go("visits", tab=tab)
            page = in_sight(qtbot, shell)
            for key in keys:
                shell.toast.say("")
                qtbot.keyClick(getattr(page, part), key)
                settle(qtbot, shell)
                assert shell.toast._text.text() == "您的身份只能查阅，不能登记", (tab, key)
        shell.hide()
        shell.context.background.close()
        shell.deleteLater()


def test_on_a_read_only_disk_the_place_is_the_reason(
    qtbot: QtBot, folder: Path, settings: Settings, theme: Theme, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A disk of its own is mounted for this in tests/faults; here only what is said counts.
    monkeypatch.setattr(Place, "read_only", property(lambda _: True))
    with open_ledger(folder, "", PASSWORD, morning()) as reading:
        said = refused(qtbot, shell_over(reading, settings, theme))
    assert said == "台账在只读的地方，只能看、不能改"


def test_who_may_write_is_refused_nothing(shell: Shell) -> None:
    assert isinstance(shell.context, Context)
    assert shell.context.refusal == ""
