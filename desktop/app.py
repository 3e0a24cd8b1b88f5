"""The composition root: builds the window once, and everything over a ledger once per opening."""

import gc
import os
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QLibraryInfo, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QPaintEvent
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QListWidget,
    QMainWindow,
    QStackedWidget,
    QWidget,
)

from desktop import paths
from desktop.access.entrance import Entrance, Start
from desktop.access.idle import IdleWatch
from desktop.access.input_method import choose_input_method, input_method_plugins
from desktop.access.login import LogInPage
from desktop.access.opening import Opener, load_screens
from desktop.access.second_start import FirstWindow, ask_first_window
from desktop.errors import catch_everything, tell
from desktop.garbage import GarbageWatch
from desktop.geometry import keep_where_it_is, put_where_it_was
from desktop.language import speak_chinese
from desktop.logs import close_log, keep_log
from desktop.settings import Settings
from desktop.theme import Theme

if TYPE_CHECKING:
    from collections.abc import Callable

    from db.ledger import Ledger
    from db.looking import LookedAt
    from db.restoring import PutBack
    from desktop.access.first_run import Made
    from desktop.backup.looking import Looking
    from desktop.window import Shell

__all__ = ["MainWindow", "Start", "open_window"]

# What is slow to import loads behind the first page, so imports of the ledger stand inside.
# ruff: noqa: PLC0415


class MainWindow(QMainWindow):
    """One window from the first run to the end: a page to get in by, then the screens.

    `loaded` tells that what the screens need was loaded behind the log-in page.
    """

    loaded = Signal()

    def __init__(self, start: Start, settings: Settings, theme: Theme) -> None:
        super().__init__()
        self._settings, self._theme = settings, theme
        self._opener = Opener()
        self._entrance = Entrance(start, theme, self._opener)
        self._ledger: Ledger | None = None
        self._idle: IdleWatch | None = None
        self._first = FirstWindow(start.data, self)
        self._looking: Looking | None = None
        self._gone = self._load_later = False
        self.shell: Shell | None = None
        self._stack = QStackedWidget()
        self.setCentralWidget(self._stack)
        # Later: the page that asks for it is itself made anew.
        theme.resized.connect(self._build_again, Qt.ConnectionType.QueuedConnection)
        self.setWindowTitle("警务室台账")
        put_where_it_was(self, settings)
        self._enter()

    def _enter(self) -> None:
        """Show the first page, and go wherever it leads to."""
        entrance = self._entrance
        entrance.page.connect(self._show)
        entrance.waits.connect(self._wait_with_loading)
        entrance.opened.connect(self._opened)
        entrance.made.connect(self._made)
        entrance.restored.connect(self._restored)
        entrance.refused.connect(self._refused)
        entrance.failed.connect(lambda error: tell(self, error))
        entrance.begin()

    def _wait_with_loading(self) -> None:
        self._load_later = True

    @property
    def locked(self) -> bool:
        """Whether an open ledger is hidden behind its password."""
        return self.shell is not None and isinstance(self._stack.currentWidget(), LogInPage)

    @property
    def front(self) -> "Shell | None":
        """The screens to be seen while nothing hides them: the ledger's, or those of a backup."""
        return self._looking.shell if self._looking is not None else self.shell

    def lock(self) -> None:
        """Hide everything behind the password; the screens stay as they are, with what was typed."""
        if self.shell is None or self.locked or self._ledger is None:
            return
        for window in QApplication.topLevelWidgets():
            if isinstance(window, QDialog) and window.isVisible():
                window.reject()
        ledger, background = self._ledger, self.shell.context.background

        def rest(_: object) -> None:
            # Nobody types now: the log is brought in and the anchor made to last.
            ledger.rest(patient=False)

        background.errand(self.shell, rest, lambda _: None, lambda _: None, lane="writer")
        user = ledger.session.user
        self._show(LogInPage(self._theme, [user], self._unlock_again, None, title="已锁定"))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Load what is slow to import once the log-in page stands, not while it is painted."""
        super().paintEvent(event)
        if self._load_later:
            self._load_later = False
            QTimer.singleShot(0, self._load)

    def _load(self) -> None:
        if not self._gone:
            self._opener.start(load_screens, self._was_loaded, lambda _: None)

    def _was_loaded(self, _: None) -> None:
        if not self._gone:
            # The first list asked for its viewport takes 15 ms, in which PySide makes its names.
            QListWidget().viewport()
            self.loaded.emit()

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802
        """Finish what is being written and close the ledger before the window goes."""
        self._gone = True
        self._first.stop()
        with ExitStack() as left:
            # From the last to the first; whatever fails, the rest of them is done.
            left.callback(super().closeEvent, event)
            left.callback(keep_where_it_is, self, self._settings)
            left.callback(self._close_ledger)
            left.callback(self._leave_backup)
            left.callback(self._opener.close)
            left.callback(self._end_work)

    def _end_work(self) -> None:
        """Finish what is being written, and close a backup that is looked at."""
        look, self._looking = self._looking, None
        with ExitStack() as left:
            if self.shell is not None:
                left.callback(self.shell.keep_typed)
                left.callback(self.shell.context.background.close)
            if self._idle is not None:
                left.callback(self._idle.stop)
            if look is not None:
                left.callback(look.close)

    def _leave_backup(self) -> None:
        if self._ledger is not None and self.shell is not None and self.shell.worked:
            from desktop.backup.leaving import back_up_on_leaving

            back_up_on_leaving(self, self._ledger)

    def _close_ledger(self) -> None:
        ledger, self._ledger = self._ledger, None
        if ledger is not None:
            ledger.close()

    def _show(self, page: QWidget) -> None:
        for at in reversed(range(self._stack.count())):
            other = self._stack.widget(at)
            if other is not None and other not in (self.shell, self.front):
                self._stack.removeWidget(other)
                other.deleteLater()
        self._stack.addWidget(page)
        self._stack.setCurrentWidget(page)
        page.setFocus()

    def _unlock_again(self, user: str, password: str) -> None:
        del user
        ledger = self._ledger
        if ledger is not None:
            self._opener.start(
                lambda: ledger.check_password(password), self._unlocked, self._refused
            )

    def _unlocked(self, _: None) -> None:
        self._back()
        self._tell_missing()

    def _back(self) -> None:
        front = self.front
        if front is not None:
            page = self._stack.currentWidget()
            self._stack.setCurrentWidget(front)
            if page is not None and page not in (self.shell, front):
                self._stack.removeWidget(page)
                page.deleteLater()
            front.day.look()
            # Who was typing goes on where it was.
            (front.focusWidget() or front).setFocus()
        if self._idle is not None:
            self._idle.begin()

    def _refused(self, error: Exception) -> None:
        from db.kernel.errors import LedgerDamaged, PolicepostError

        page = self._stack.currentWidget()
        if isinstance(error, LedgerDamaged) and self.shell is None:
            self._entrance.mend(str(error))
        elif isinstance(error, PolicepostError) and isinstance(page, LogInPage):
            page.refuse(str(error))
        else:
            tell(self, error)

    def _made(self, made: "Made") -> None:
        self._opened(made.ledger)
        if made.import_first and self.shell is not None:
            self.shell.context.routes.go("data", tab="imports")

    def _opened(self, ledger: "Ledger") -> None:
        from desktop.rooms import lock_minutes

        if self._gone:
            ledger.close()
            return
        self._ledger = ledger
        self._show(self._new_shell(ledger))
        self._tell_missing()
        self._idle = IdleWatch(lock_minutes(ledger), self.lock)
        self._first.watch(ledger.place.folder)

    def _new_shell(self, ledger: "Ledger") -> "Shell":
        from desktop.rooms import shell_over

        self.shell = shell_over(ledger, self._settings, self._theme)
        self.shell.locking.connect(self.lock)
        self.shell.locks_after.connect(self._lock_after)
        self.shell.context.routes.looking.connect(self._look)
        return self.shell

    def _lock_after(self, minutes: int) -> None:
        if self._idle is not None:
            self._idle.lock_after(minutes)

    def _build_again(self) -> None:
        """Make the screens anew at another text size, where every measure is another one."""
        before, ledger = self.shell, self._ledger
        if before is None or ledger is None or self._looking is not None:
            return
        before.context.background.close()
        before.keep_typed()
        shell = self._new_shell(ledger)
        shell.go_on_from(before)
        self._show(shell)
        shell.context.routes.go("admin", tab="looks", focus="text_size")

    def _tell_missing(self) -> None:
        """Say what the ledger lacks over its screens, before anything is done in it."""
        from desktop.access.missing import MissingPage
        from desktop.rooms import look_after, show_backups

        def then(step: "Callable[[Shell], None]") -> None:
            self._back()
            if self.shell is not None:
                step(self.shell)

        ledger = self._ledger
        if ledger is not None and ledger.undecided and self._looking is None:
            page = MissingPage(self._theme, ledger, self._opener, self._refused)
            page.looking.connect(lambda: then(show_backups))
            page.went_on.connect(lambda: then(look_after))
            self._show(page)

    def _look(self, copy: "LookedAt") -> None:
        """Show a backup's copy in the ledger's place; the ledger's own screens stay as they are."""
        from desktop.backup.looking import Looking

        assert self._ledger is not None  # noqa: S101  a screen of it has asked
        look = Looking(self._ledger, copy, self._opener, self._settings, self._theme)
        look.wanted.connect(self._show)
        look.back.connect(self._back)
        look.ended.connect(self._look_ended)
        look.agreed.connect(self._put_back)
        look.shell.locking.connect(self.lock)
        self._looking = look
        self._stack.addWidget(look.shell)
        if not self.locked:
            self._stack.setCurrentWidget(look.shell)

    def _look_ended(self) -> None:
        look, self._looking = self._looking, None
        if look is not None:
            self._back()
            look.close()

    def _put_back(self, good: bool, password: str) -> None:  # noqa: FBT001  a signal's value
        """Close the ledger for good and put the backup that is looked at in its place."""
        ledger, look, shell = self._ledger, self._looking, self.shell
        if ledger is None or look is None or shell is None:
            return
        folder, step = look.copy.info.path, self._opener.stepped.emit
        self._end_work()
        self._ledger = self.shell = None
        shell.deleteLater()

        def job() -> "PutBack":
            from db.restoring import put_back

            return put_back(ledger, folder, password, good=good, step=step)

        self._opener.start(job, self._restored, self._not_restored)

    def _restored(self, done: "PutBack") -> None:
        from desktop.backup.restoring import RestoredPage

        self._opened(done.ledger)
        if self.shell is not None:
            self._show(RestoredPage(self._theme, done, self._back))

    def _not_restored(self, error: Exception) -> None:
        self._entrance.ask_password()
        self._refused(error)


def open_window(start: Start) -> int:
    """Open the window and return the exit code when it is closed.

    Where a window stands for the folder already, that one comes to the front instead.
    """
    if ask_first_window(start.data):
        return 0
    if sys.platform == "linux":
        plugins = Path(QLibraryInfo.path(QLibraryInfo.LibraryPath.PluginsPath))
        choose_input_method(os.environ, input_method_plugins(plugins))
    application = QApplication(sys.argv[:1])
    application.setApplicationName(paths.NAME)
    speak_chinese(application)
    keep_log(paths.logs())
    settings = Settings(paths.looks())
    window = MainWindow(start, settings, Theme(settings.looks))
    catch_everything(lambda: window)
    GarbageWatch(application)
    # What is loaded stays to the end; searching all of it for garbage holds the window up.
    window.loaded.connect(gc.freeze)
    window.show()
    code = application.exec()
    close_log()
    return code
