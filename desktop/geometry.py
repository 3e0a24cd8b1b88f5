"""Where the window stands on the screen, the next time again."""

from dataclasses import replace
from typing import Final

from PySide6.QtCore import QByteArray, Qt
from PySide6.QtWidgets import QMainWindow

from desktop.settings import Settings

SMALLEST: Final = (1080, 640)
USUAL: Final = (1440, 900)
_TITLE: Final = 40


def put_where_it_was(window: QMainWindow, settings: Settings) -> None:
    """Give the window its last place; at first its usual size, or all of a smaller screen."""
    window.setMinimumSize(*SMALLEST)
    window.resize(*USUAL)
    room = window.screen().availableSize()
    if settings.looks.geometry:
        window.restoreGeometry(QByteArray.fromBase64(settings.looks.geometry.encode()))
    elif room.width() <= USUAL[0] or room.height() <= USUAL[1] + _TITLE:
        window.setWindowState(Qt.WindowState.WindowMaximized)


def keep_where_it_is(window: QMainWindow, settings: Settings) -> None:
    """Remember the window's place."""
    geometry = bytes(window.saveGeometry().toBase64().data()).decode()
    settings.keep(replace(settings.looks, geometry=geometry))
