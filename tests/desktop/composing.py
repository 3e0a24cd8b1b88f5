"""Run by test_input_method in a session of its own: type pinyin into the running window, tell what came.

python composing.py FOLDER prints a JSON object: where it was typed, and the text that stood there.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QLibraryInfo
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit

from db.sample import PASSWORD, sample_clock
from desktop.access.input_method import choose_input_method, input_method_plugins
from desktop.app import MainWindow, Start
from desktop.settings import Looks, Settings
from desktop.theme import Theme
from desktop.window import Shell

MOST_MS, TRIES = 15_000, 4


def main() -> None:
    """Open the window, compose in three places, tell, and end."""
    folder = Path(sys.argv[1])
    choose_input_method(
        os.environ,
        input_method_plugins(Path(QLibraryInfo.path(QLibraryInfo.LibraryPath.PluginsPath))),
    )
    application = QApplication(sys.argv[:1])
    settings = Settings(folder / "looks.json")
    window = MainWindow(Start(folder, PASSWORD, sample_clock()), settings, Theme(Looks("light")))
    window.show()
    _wait(lambda: window.shell is not None)
    assert window.shell is not None
    shell = window.shell
    _settle(shell)
    window.activateWindow()
    _wait(window.isActiveWindow)
    print(json.dumps({"composer": os.environ.get("QT_IM_MODULE"), **_typed(shell)}))
    window.close()
    application.quit()


def _typed(shell: Shell) -> dict[str, str]:
    said = {}
    shell.finder.begin()
    said["finder"] = _compose(shell, shell.finder._field)
    shell.finder.hide()
    shell.context.routes.go("visits")
    _settle(shell)
    board = shell.page.page  # type: ignore[attr-defined]
    before = board._board.current
    said["entry"] = _compose(shell, board._door.entry._note)
    # The keys of the board record visits: none of what is composed may reach it.
    assert board._board.current == before
    shell.context.routes.go("disputes")
    _settle(shell)
    shell.page.page._panel.begin_registration()  # type: ignore[attr-defined]
    _settle(shell)
    said["long"] = _compose(shell, shell.page.page._panel._writing.registration.field("brief"))  # type: ignore[attr-defined]
    return said


def _compose(shell: Shell, field: QLineEdit | QPlainTextEdit) -> str:
    """Type nihao and a blank with the keyboard of the X server.

    Typed anew while nothing is composed at all: a slow machine sets the engine late.
    """

    def text() -> str:
        return field.text() if isinstance(field, QLineEdit) else field.toPlainText()

    for _ in range(TRIES):
        field.clear()
        field.setFocus()
        QTest.qWait(600)
        _run("ibus", "engine", "libpinyin")
        _run("xdotool", "type", "--delay", "120", "nihao")
        QTest.qWait(400)
        _run("xdotool", "key", "space")
        _wait(lambda: bool(text()))
        QTest.qWait(300)
        _settle(shell)
        if text() != "nihao ":
            break
    return text()


def _run(*command: str) -> None:
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as running:
        _wait(lambda: running.poll() is not None)


def _wait(until: Callable[[], bool]) -> None:
    for _ in range(MOST_MS // 50):
        if until():
            return
        QTest.qWait(50)


def _settle(shell: Shell) -> None:
    QTest.qWait(150)
    _wait(lambda: shell.context.background.idle)


if __name__ == "__main__":
    main()
