"""What the window no longer needs is taken apart in its own thread, whoever makes objects meanwhile."""

import gc
import threading
import weakref

from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from desktop import garbage
from desktop.garbage import GarbageWatch


class _Round(QObject):
    """An object that holds itself, as a screen and what it is connected with do."""

    def __init__(self) -> None:
        super().__init__()
        self.me = self


def test_only_the_windows_thread_searches_for_garbage(qtbot: QtBot) -> None:
    gc.enable()
    owner = QObject()
    GarbageWatch(owner)
    where = list[threading.Thread]()
    weakref.finalize(_Round(), lambda: where.append(threading.current_thread()))
    kept = list[list[int]]()
    busy = threading.Thread(target=lambda: kept.extend([at] for at in range(100_000)))
    busy.start()
    busy.join()
    assert where == []
    while not where:
        kept.extend([at] for at in range(gc.get_threshold()[0] + 1))
        garbage.search()
    assert where == [threading.main_thread()]
    owner.deleteLater()
