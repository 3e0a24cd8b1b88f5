"""What every screen is handed, and what the window asks of every screen."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from PySide6.QtCore import Signal, SignalInstance
from PySide6.QtWidgets import QWidget

from db.kernel.access import MATRIX, Right
from db.kernel.clock import today
from db.kernel.journal import Done
from db.ledger import Ledger
from desktop.background import Background
from desktop.routes import Routes
from desktop.settings import Settings
from desktop.theme import Theme


@dataclass(frozen=True)
class Context:
    """One unlocked ledger and everything a screen over it needs; built with its screens.

    `barred` says why nobody can write in it, as where it lies on a read-only disk.
    """

    ledger: Ledger
    background: Background
    routes: Routes
    theme: Theme
    settings: Settings
    barred: str = ""

    @property
    def today(self) -> date:
        """The day it is, by the ledger's clock."""
        return today(self.ledger.clock)

    def may(self, right: Right) -> bool:
        """Tell whether the person's role has the right."""
        return right in MATRIX[self.ledger.session.role]

    @property
    def refusal(self) -> str:
        """Why the person cannot enter anything here, in words; empty where they can."""
        if self.may(Right.WRITE):
            return ""
        return self.barred or "您的身份只能查阅，不能登记"

    def may_write(self, said: SignalInstance) -> bool:
        """Tell whether the person can enter anything here; `said` tells why where they cannot."""
        if refusal := self.refusal:
            said.emit(refusal)
        return not refusal


class Page(QWidget):
    """One screen of the navigation.

    `watches` names the tables whose rows it shows: when a command touches one, the window calls
    `refresh`, at once for the screen in sight, else when it is next shown. `about` is the line
    beside the title. `keys` are told by F1.
    """

    title: ClassVar[str] = ""
    watches: ClassVar[frozenset[str]] = frozenset()
    keys: ClassVar[tuple[tuple[str, str], ...]] = ()

    about = Signal(str)
    said = Signal(str)

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.setObjectName("page")
        self.context = context

    def open(self, what: Mapping[str, Any]) -> None:
        """Show what a route asks for; a page that takes nothing shows itself."""

    def refresh(self) -> None:
        """Ask the ledger again for what is shown."""

    def written(self, done: Done[Any]) -> bool:
        """Take a command's outcome in without asking again; return whether that was enough."""
        del done
        return False
