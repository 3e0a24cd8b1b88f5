"""A backup's copy in the window: its screens under a band, the way back, and the way to a restore."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFrame, QSizePolicy, QWidget
from shiboken6 import isValid

from db.kernel.clock import today
from db.kernel.errors import PolicepostError
from db.ledger import Ledger
from db.looking import LookedAt
from db.restoring import agree
from desktop.access.opening import Opener
from desktop.backup.restoring import RestorePage
from desktop.backup.words import between_words, moment_words
from desktop.errors import tell
from desktop.rooms import shell_over
from desktop.settings import Settings
from desktop.theme import Theme
from desktop.widgets.flow import FlowLayout
from desktop.widgets.parts import button, column, label


class LookBand(QFrame):
    """Says over every screen that a backup is looked at, and leads back or on."""

    def __init__(
        self, copy: LookedAt, back: Callable[[], object], restore: Callable[[], object]
    ) -> None:
        super().__init__()
        self.setObjectName("band")
        day = today(copy.clock)
        words = QWidget()
        words.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        said = column(words, gap=2)
        title = label(f"正在看 {moment_words(copy.info.when, day)} 的备份，只读", 16)
        title.setAccessibleName(title.text())
        said.addWidget(title)
        said.addWidget(label(between_words(copy.between, day), 12))
        line = QWidget()
        column(self, (24, 8, 20, 8)).addWidget(line)
        flow = FlowLayout(line)
        flow.addWidget(words)
        flow.addWidget(button("用这份恢复", restore))
        flow.addWidget(button("回到现在的台账", back, kind="main"))


class Looking(QObject):
    """One copy looked at, from its opening to the way back or to a restore that was agreed to.

    `wanted` carries a page to be shown before the screens, `back` asks for the screens again,
    `ended` for the ledger itself; `agreed` tells whether the ledger is good, and the password.
    """

    wanted = Signal(QWidget)
    back = Signal()
    ended = Signal()
    agreed = Signal(bool, str)

    def __init__(
        self, ledger: Ledger, copy: LookedAt, opener: Opener, settings: Settings, theme: Theme
    ) -> None:
        super().__init__()
        self.copy = copy
        self._ledger, self._opener, self._theme = ledger, opener, theme
        band = LookBand(copy, self.ended.emit, self._ask)
        self.shell = shell_over(copy, settings, theme, band)

    def close(self) -> None:
        """Close the screens and the copy; nothing of it stays on the disk."""
        self.shell.context.background.close()
        self.copy.close()
        self.shell.deleteLater()

    def _ask(self) -> None:
        page = RestorePage(self._theme, self.copy, self.back.emit)
        page.confirmed.connect(lambda password: self._agree(page, password))
        self._opener.stepped.connect(page.tell)
        self.wanted.emit(page)

    def _agree(self, page: RestorePage, password: str) -> None:
        ledger, copy, step = self._ledger, self.copy, self._opener.stepped.emit

        def agreed(good: bool) -> None:  # noqa: FBT001  what the job answers
            # A window that locked itself meanwhile has left the page, and with it the intention.
            if isValid(page):
                self.agreed.emit(good, password)

        def refused(error: Exception) -> None:
            if not isValid(page):
                return
            page.refuse(str(error) if isinstance(error, PolicepostError) else "")
            if not isinstance(error, PolicepostError):
                tell(page, error)

        self._opener.start(lambda: agree(ledger, copy, password, step), agreed, refused)
