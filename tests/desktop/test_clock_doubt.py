"""The window where the machine's clock is wrong: told once at the start, and care goes on after it is mended."""

from datetime import datetime
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from db.backup import list_backups
from db.kernel.clock import SetClock
from db.ledger import Ledger
from db.sample import PASSWORD
from db.visits import Visit
from desktop.care import Care
from desktop.theme import Theme
from desktop.window import Shell
from tests.builders import rows_command, street, visit
from tests.cli.running import policepost
from tests.conftest import morning
from tests.desktop.conftest import settle
from tests.desktop.windows import Windows, inside, shell_of


def test_a_clock_that_starts_years_back_is_told_once(
    qtbot: QtBot, windows: Windows, folder: Path, theme: Theme, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    monkeypatch.setattr("desktop.care.tell", lambda _, error: told.append(str(error)))
    window = windows(folder, SetClock(datetime(2016, 1, 1, 8)))  # noqa: DTZ001
    shell = inside(qtbot, window)
    assert [one[:15] for one in told] == ["电脑的日期是2016年1月1日"]
    assert "校准" in told[0]
    theme.resized.emit()
    qtbot.waitUntil(lambda: window.shell is not shell)
    settle(qtbot, shell_of(window))
    assert len(told) == 1


def test_the_daily_backup_is_made_though_the_last_one_is_dated_in_years_to_come(
    qtbot: QtBot, small: Shell
) -> None:
    ledger = small.context.ledger
    doors = street(ledger)
    ledger.clock = SetClock(datetime(2036, 3, 23, 8))  # noqa: DTZ001
    ledger.back_up("每天")
    ledger.clock = morning()
    small.context.background.write(small, rows_command(Visit, [visit(doors[0])]))
    settle(qtbot, small)
    care = small.findChild(Care)
    assert isinstance(care, Care)
    care.daily()
    settle(qtbot, small)
    assert [info.when.year for info in list_backups(ledger.place.backups)] == [2026, 2036]


def test_the_command_line_tells_it_too(folder: Path) -> None:
    with Ledger.unlock(folder, PASSWORD, clock=SetClock(datetime(2099, 1, 1, 8))) as ledger:  # noqa: DTZ001
        ledger.note("试一试")
    done = policepost("history", "--data", str(folder))
    assert done.returncode == 0
    assert "比台账里最后一步（2099年1月1日）还早" in done.stderr
