"""A second start brings the first window to the front: a watched file beside the lock, no socket."""

import contextlib
import os
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QFileSystemWatcher, QObject

from db.kernel.errors import PolicepostError

NAME = "raise"


def ask_first_window(folder: Path) -> bool:
    """Ask the window that has this ledger open to come to the front; False if there is none."""
    bell = folder / NAME
    # Asked of the system: a folder that is closed to this user is told of by who opens it.
    if not all(os.access(file, os.F_OK) for file in (bell, folder / "ledger.db")):
        return False
    from db.kernel.files import LedgerLock  # noqa: PLC0415  slow to import

    lock = LedgerLock(folder)
    try:
        lock.acquire("正在打开")
    except PolicepostError:
        with contextlib.suppress(OSError):
            flags = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
            descriptor = os.open(bell, os.O_WRONLY | os.O_APPEND | flags)
            os.write(descriptor, b".")
            os.close(descriptor)
            return True
        return False
    lock.release()
    return False


class FirstWindow(QObject):
    """Watches for a second start while a ledger is open."""

    def __init__(self, folder: Path, come: Callable[[], None]) -> None:
        super().__init__()
        self._bell = folder / NAME
        from db.kernel.files import new_private_file  # noqa: PLC0415  slow to import

        with contextlib.suppress(OSError):
            # Made anew and never opened: a link there would lead to somebody's file.
            self._bell.unlink(missing_ok=True)
            os.close(new_private_file(self._bell))
        self._watcher = QFileSystemWatcher([str(self._bell)], self)
        self._watcher.fileChanged.connect(lambda _: come())

    def stop(self) -> None:
        """Watch no more, and leave nothing behind."""
        self._watcher.removePath(str(self._bell))
        with contextlib.suppress(OSError):
            self._bell.unlink(missing_ok=True)
