"""Composing Chinese: the right plug-in is chosen, and not a letter is lost with a real input method."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from sqlalchemy import func, select

from db.visits import Visit
from desktop.access.input_method import choose_input_method
from desktop.window import Shell
from tests.desktop.conftest import settle

HERE = Path(__file__).parent
PLUGINS = {"ibus", "compose"}


@pytest.mark.parametrize(
    ("environ", "chosen"),
    [
        ({}, None),
        ({"QT_IM_MODULE": "fcitx"}, "ibus"),
        ({"QT_IM_MODULE": "fcitx5", "QT_IM_MODULES": "wayland;fcitx"}, "ibus"),
        ({"XMODIFIERS": "@im=fcitx"}, "ibus"),
        ({"GTK_IM_MODULE": "ibus"}, "ibus"),
        ({"QT_IM_MODULE": "compose", "XMODIFIERS": "@im=fcitx"}, "compose"),
        ({"QT_IM_MODULE": "xim"}, "xim"),
    ],
)
def test_the_plug_in_that_is_there_is_chosen(environ: dict[str, str], chosen: str | None) -> None:
    choose_input_method(environ, PLUGINS)
    assert environ.get("QT_IM_MODULE") == chosen


def test_without_the_plug_in_nothing_is_chosen() -> None:
    environ = {"QT_IM_MODULE": "fcitx"}
    choose_input_method(environ, {"compose"})
    assert environ == {"QT_IM_MODULE": "fcitx"}


@pytest.fixture
def home() -> Iterator[Path]:
    """A home folder with a short name: ibus puts its socket there, whose path holds 108 bytes."""
    # Its daemon may still write there while it goes.
    with tempfile.TemporaryDirectory(prefix="home", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the system's own composes")
def test_pinyin_typed_on_a_real_keyboard_arrives_whole(
    _sample_template: Path,  # noqa: PT019  the folder is copied
    tmp_path: Path,
    home: Path,
) -> None:
    folder = shutil.copytree(_sample_template, tmp_path / "post")
    own = {
        "HOME": str(home), "XDG_RUNTIME_DIR": str(home), "XDG_CONFIG_HOME": str(home / "config"),
        "QT_IM_MODULE": "fcitx", "QT_QPA_PLATFORM": "xcb", "PYTHONPATH": str(HERE.parent.parent),
    }  # fmt: skip
    done = subprocess.run(
        ["xvfb-run", "-a", "dbus-run-session", "--", "bash", HERE / "composing.sh", folder, sys.executable],
        env={**os.environ, **own},
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )  # fmt: skip
    told = [line for line in done.stdout.splitlines() if line.startswith("{")]
    assert told, done.stdout + done.stderr
    assert json.loads(told[0]) == {
        "composer": "ibus", "finder": "你好", "entry": "你好", "long": "你好",
    }  # fmt: skip


def test_keys_act_only_on_what_is_composed(qtbot: QtBot, shell: Shell) -> None:
    """A search waits for the words, and a board key typed into a field is a letter."""
    shell.activateWindow()
    shell.finder.begin()
    field = shell.finder._field
    before = shell.finder._list.topLevelItemCount()
    QApplication.sendEvent(field, QInputMethodEvent("wangj", []))
    settle(qtbot, shell)
    assert shell.finder._list.topLevelItemCount() == before, "nothing is sought by half a word"
    composed = QInputMethodEvent()
    composed.setCommitString("王")
    QApplication.sendEvent(field, composed)
    settle(qtbot, shell)
    assert field.text() == "王"
    shell.finder.hide()
    shell.context.routes.go("visits")
    settle(qtbot, shell)
    with shell.context.ledger.read() as connection:
        visits = connection.execute(select(func.count()).select_from(Visit)).scalar_one()
    note = shell.page.page._door.entry._note  # type: ignore[attr-defined]
    note.setFocus()
    qtbot.keyClick(note, Qt.Key.Key_1)
    settle(qtbot, shell)
    with shell.context.ledger.read() as connection:
        now = connection.execute(select(func.count()).select_from(Visit)).scalar_one()
    assert (note.text(), now) == ("1", visits)
