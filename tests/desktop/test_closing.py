"""The window goes: whatever fails on the way, the ledger is closed and free for the next."""

from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from db.ledger import Ledger
from db.sample import PASSWORD
from desktop import app
from desktop.backup import leaving
from desktop.settings import Looks, Settings
from tests.builders import street
from tests.conftest import morning
from tests.desktop.windows import Windows, inside


def test_looks_that_the_disk_refuses_last_until_the_program_ends(tmp_path: Path) -> None:
    file = tmp_path / "looks.json"
    settings = Settings(file)
    # A folder stands where the file is to be.
    file.mkdir()
    settings.keep(Looks(theme="dark"))
    assert settings.looks.theme == "dark"
    assert file.is_dir()


@pytest.mark.parametrize(
    ("module", "name"), [(app, "keep_where_it_is"), (leaving, "back_up_on_leaving")]
)
def test_whatever_fails_as_it_closes_the_ledger_is_free(
    qtbot: QtBot, windows: Windows, folder: Path, monkeypatch: pytest.MonkeyPatch,
    module: Any, name: str,
) -> None:  # fmt: skip
    window = windows(folder)
    shell = inside(qtbot, window)
    street(shell.context.ledger)
    shell._worked = True

    failed: list[str] = []

    def fails(*_: object) -> None:
        failed.append(name)
        raise RuntimeError("not foreseen")

    monkeypatch.setattr(module, name, fails)
    # Whether Qt hands it on depends on what else it calls as the window goes.
    with qtbot.capture_exceptions(), suppress(RuntimeError):
        window.close()
    assert failed == [name]
    assert shell.context.background.closing
    with Ledger.unlock(folder, PASSWORD, clock=morning()) as ledger:
        assert ledger.problems() == []


def test_what_is_kept_is_where_it_stood_after_the_ledger_is_closed(
    qtbot: QtBot, windows: Windows, folder: Path, settings: Settings
) -> None:
    settings.keep(replace(settings.looks, geometry=""))
    window = windows(folder)
    inside(qtbot, window)
    window.close()
    assert settings.looks.geometry
