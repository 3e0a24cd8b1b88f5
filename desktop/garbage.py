"""Python's search for garbage, in the window's thread only.

The interpreter begins it in whatever thread happens to make the next object. In one that reads or writes
the ledger it would take a window's objects apart beside the window's own thread, which Qt forbids:
it can end in a crash or wait for ever.
"""

import gc
from typing import Final

from PySide6.QtCore import QObject, QTimer

EVERY_MS: Final = 5000


class GarbageWatch(QObject):
    """Searches for garbage every few seconds as long as it lives, and nobody else does."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        gc.disable()
        self._timer = QTimer(self, interval=EVERY_MS)
        self._timer.timeout.connect(search)
        self._timer.start()


def search() -> None:
    """Search the generations that the interpreter would have searched by now."""
    for generation, (count, most) in enumerate(
        zip(gc.get_count(), gc.get_threshold(), strict=True)
    ):
        if count <= most:
            return
        gc.collect(generation)
