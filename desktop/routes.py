"""How a number on one screen opens another screen, without the screens knowing each other."""

from dataclasses import dataclass, field
from typing import Any, Final

from PySide6.QtCore import QObject, Signal

# Which screen shows a record of a table.
SCREEN_OF: Final = {
    "dispute": "disputes", "training": "trainings", "household": "visits", "building": "visits",
    "reward": "points", "reward_deposit": "points", "point_entry": "points", "volunteer": "people",
    "staff": "people",
}  # fmt: skip


@dataclass(frozen=True)
class Route:
    """A page by its name, and what it is to show, by names the page declares."""

    page: str
    what: dict[str, Any] = field(default_factory=dict)


class Routes(QObject):
    """Screens ask here for another screen; the window listens.

    `looking` carries a backup's copy that was opened, to be looked at in the ledger's place.
    """

    wanted = Signal(object)
    looking = Signal(object)

    def go(self, page: str, **what: Any) -> None:
        """Open a page."""
        self.wanted.emit(Route(page, what))
