"""The pages somebody gets into a ledger by: its password, a new one, the recovery code, a mending."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget

from desktop import paths
from desktop.access.login import LogInPage
from desktop.access.opening import Opener, open_ledger, users_of, why_closed
from desktop.theme import Theme

if TYPE_CHECKING:
    from db.kernel.clock import Clock

# What is slow to import loads behind the first page, so imports of the ledger stand inside.
# ruff: noqa: PLC0415


@dataclass(frozen=True)
class Start:
    """What the window opens: a ledger's folder, and for the demonstration its password and day."""

    data: Path
    password: str | None = None
    clock: "Clock | None" = None


class Entrance(QObject):
    """Leads to an open ledger from what stands in a folder, a page at a time.

    `page` carries the page that is to stand in sight, `waits` says that it waits for a password.
    `opened` carries the ledger, `made` a new one with what comes first in it, `restored` one that was
    put back; `refused` the error for which it was not opened, `failed` one of the folder.
    """

    page = Signal(QWidget)
    waits = Signal()
    opened = Signal(object)
    made = Signal(object)
    restored = Signal(object)
    refused = Signal(object)
    failed = Signal(object)

    def __init__(self, start: Start, theme: Theme, opener: Opener) -> None:
        super().__init__()
        self._start, self._theme, self._opener = start, theme, opener

    def begin(self) -> None:
        """Show what the folder allows: mending it, a first ledger, or the password."""
        reason = why_closed(self._start.data)
        if reason:
            self.mend(reason)
            return
        from db.kernel.place import Place

        place = Place(self._start.data)
        if place.half_made or not (place.slots.exists() or place.ledger.exists()):
            from desktop.access.first_run import FirstRun

            self.page.emit(
                FirstRun(
                    self._theme, self._opener, self._start.data, self.made.emit, self.try_sample
                )
            )
            return
        page = self.ask_password()
        if self._start.password is not None:
            page.wait()
            self._unlock("", self._start.password)
        else:
            self.waits.emit()

    def ask_password(self) -> LogInPage:
        """Show the page that asks for the password."""
        page = LogInPage(self._theme, self._users(), self._unlock, self.recover)
        self.page.emit(page)
        return page

    def recover(self) -> None:
        """Show the page that takes the recovery code."""
        from db.kernel.clock import SystemClock
        from desktop.access.recovery import RecoveryPage

        data, clock = self._start.data, self._start.clock or SystemClock()
        self.page.emit(
            RecoveryPage(self._theme, self._opener, data, self._users(), self.ask_password, clock)
        )

    def mend(self, reason: str) -> None:
        """Show why the ledger cannot be opened, and the ways to have it again."""
        from desktop.access.damaged import DamagedPage

        self.page.emit(
            DamagedPage(
                self._theme, self._opener, self._start.data, self._start.clock, reason,
                self.begin, self.restored.emit,
            )
        )  # fmt: skip

    def try_sample(self) -> None:
        """Open the sample ledger, which is made where there is none yet."""
        from db.sample import PASSWORD, make_sample, sample_clock

        folder = self._start.data / "样例"
        self._start = Start(folder, PASSWORD, sample_clock())
        page = LogInPage(self._theme, ["样例台账"], lambda *_: None, None)
        self.page.emit(page)
        page.wait()
        if (folder / "ledger.db").exists():
            self._unlock("", PASSWORD)
            return
        self._opener.start(
            lambda: make_sample(folder, paths.resources() / "sample").ledger,
            self.opened.emit,
            self.refused.emit,
        )

    def _unlock(self, user: str, password: str) -> None:
        start = self._start
        self._opener.start(
            lambda: open_ledger(start.data, user, password, start.clock),
            self.opened.emit,
            self.refused.emit,
        )

    def _users(self) -> list[str]:
        from db.kernel.errors import PolicepostError

        try:
            return users_of(self._start.data)
        except PolicepostError as error:
            message = error
            # Told over the page that is about to be shown.
            QTimer.singleShot(0, self, lambda: self.failed.emit(message))
            return []
