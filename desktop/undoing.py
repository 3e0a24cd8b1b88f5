"""What was done in this window, and how the last of it is taken back."""

from collections.abc import Collection
from typing import Any

from PySide6.QtCore import QObject, Signal

from db.kernel.journal import Done
from desktop.background import Background

TAKEN_BACK = "　　Ctrl+Z"


class Steps(QObject):
    """The steps of a person in one window, the last of which can be taken back.

    `said` tells what was taken back, or that nothing is left; `failed` why it was not.
    """

    said = Signal(str)
    failed = Signal(object)

    def __init__(self, background: Background, window: QObject) -> None:
        super().__init__(window)
        self._background = background
        self._mine: list[tuple[int, str]] = []
        self._nothing = False
        background.changed.connect(self._written)
        background.withdrawn.connect(self._forget)

    def go_on_from(self, before: "Steps") -> None:
        """Go on with the steps of the screens that stood here before."""
        self._mine = before._mine

    def offered(self, said: str) -> str:
        """Return what a page says of the command written last; it offers to take back only what is a
        step: after a form saved as it was, Ctrl+Z would take back something else.
        """
        return said.partition(TAKEN_BACK)[0] if self._nothing else said

    def take_back(self) -> None:
        """Take back the last step."""
        if not self._mine:
            self.said.emit("没有可以撤销的操作")
            return
        # Taken off at once: pressed twice quickly, the key means the step before.
        no, said = self._mine.pop()

        def undone(done: Done[int]) -> None:
            self._forget((done.no,))
            self.said.emit(f"已撤销：{said}")

        def failed(error: Exception) -> None:
            self._mine.append((no, said))
            self.failed.emit(error)

        self._background.undo(self, no, undone, failed)

    def _written(self, done: Done[Any]) -> None:
        self._nothing = not done.touched
        if done.touched:
            self._mine.append((done.no, done.said))

    def _forget(self, numbers: Collection[int]) -> None:
        """Leave out what no person did."""
        self._mine = [step for step in self._mine if step[0] not in numbers]
