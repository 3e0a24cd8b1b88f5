"""A second start brings the first window to the front: a watched file in the folder, no socket."""

import contextlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QFileSystemWatcher, QObject, Qt, QTimer
from PySide6.QtWidgets import QWidget

from db.kernel.errors import PolicepostError

if TYPE_CHECKING:
    from filelock import FileLock

NAME, LOCK = "raise", "raise.lock"


def ask_first_window(folder: Path) -> bool:
    """Ask the window that was started for this folder to come to the front; False if there is none."""
    bell = folder / NAME
    # Asked of the system: a folder that is closed to this user is told of by who opens it.
    if not os.access(bell, os.F_OK):
        return False
    try:
        lock = _taken(folder)
    except OSError:
        return False
    if lock is not None:
        # A bell that a crash left behind: nobody hears it.
        lock.release()
        return False
    with contextlib.suppress(OSError):
        flags = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
        descriptor = os.open(bell, os.O_WRONLY | os.O_APPEND | flags)
        os.write(descriptor, b".")
        os.close(descriptor)
        return True
    return False


class FirstWindow(QObject):
    """Watches for a second start for as long as the window stands.

    The ledger's own lock cannot tell that a window stands: until somebody has logged in, it is free.
    """

    def __init__(self, folder: Path, window: QWidget) -> None:
        super().__init__()
        self._window = window
        self._locks: dict[Path, FileLock] = {}
        self._made: list[Path] = []
        self._watcher = QFileSystemWatcher(self)
        self._watcher.fileChanged.connect(lambda _: self._come())
        self._folder, self._stopped = folder, False
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Begin once the window stands, not while it is painted: what this needs is slow to import."""
        if event.type() == QEvent.Type.Paint:
            watched.removeEventFilter(self)
            QTimer.singleShot(0, self, lambda: self.watch(self._folder))
        return False

    def watch(self, folder: Path) -> None:
        """Watch in this folder as well; what is watched stays so.

        Where nothing can be written, or another window is heard already, nobody is called.
        """
        if self._stopped or folder in self._locks:
            return
        from db.kernel.files import new_private_file  # noqa: PLC0415  slow to import

        bell = folder / NAME
        with contextlib.suppress(OSError, PolicepostError):
            self._make(folder)
            lock = _taken(folder)
            if lock is None:
                return
            self._locks[folder] = lock
            # Made anew and never opened: a link there would lead to somebody's file.
            bell.unlink(missing_ok=True)
            os.close(new_private_file(bell))
            self._watcher.addPath(str(bell))

    def stop(self) -> None:
        """Watch no more, and leave nothing behind."""
        self._stopped = True
        for folder, lock in self._locks.items():
            self._watcher.removePath(str(folder / NAME))
            for name in (NAME, LOCK):
                # Windows deletes no file that is open; its lock goes when it is given back.
                with contextlib.suppress(OSError):
                    (folder / name).unlink(missing_ok=True)
            lock.release()
        self._locks.clear()
        for folder in self._made:
            # Only an empty one goes: no ledger was made in it.
            with contextlib.suppress(OSError):
                folder.rmdir()
        self._made.clear()

    def _come(self) -> None:
        window = self._window
        window.setWindowState(window.windowState() & ~Qt.WindowState.WindowMinimized)
        window.show()
        window.raise_()
        window.activateWindow()

    def _make(self, folder: Path) -> None:
        """Before the first ledger is made there may be no folder to hang the bell in."""
        from db.kernel.files import private_directory  # noqa: PLC0415  slow to import

        # One that is there keeps its rights: it may be anybody's as long as no ledger is in it.
        if not folder.is_dir():
            missing = [one for one in (folder, *folder.parents) if not one.exists()]
            private_directory(folder)
            self._made += missing


def _taken(folder: Path) -> "FileLock | None":
    """Return the lock of who hears the bell, taken, or None if another window has it.

    The kernel gives it back when its holder dies. OSError where there can be none.
    """
    from filelock import FileLock, Timeout  # noqa: PLC0415  slow to import

    path = folder / LOCK
    if path.is_symlink():
        raise OSError(f"{LOCK} is a link")
    lock = FileLock(path, timeout=0, mode=0o600, thread_local=False, fallback_to_soft=False)
    try:
        lock.acquire()
    except Timeout:
        return None
    except NotImplementedError as error:
        # What the lock's library says on a disk without locks.
        raise OSError("no locks here") from error
    return lock
