"""A choice from a list that is also made by typing: characters, pinyin, initials or its number."""

from typing import Final

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QKeyEvent, Qt
from PySide6.QtWidgets import QComboBox

from db.kernel.pinyin import readings, search_key

REST_MS: Final = 900


class ChoiceBox(QComboBox):
    """A combo box for quick hands: ll finds 邻里, 2 the second entry; Enter goes on.

    `finished` is for Enter, as with the fields to type in.
    """

    finished = Signal()

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self._typed = ""
        self._rest = QTimer(self, singleShot=True, interval=REST_MS)
        self._rest.timeout.connect(self._forget)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Letters and digits choose, Enter goes on; the arrow keys and Space are Qt's own."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.finished.emit()
        elif event.text().isalnum() and event.modifiers() == Qt.KeyboardModifier.NoModifier:
            self._typed += event.text().lower()
            self._rest.start()
            if not self._seek():
                self._typed = event.text().lower()
                self._seek()
        else:
            super().keyPressEvent(event)

    def _seek(self) -> bool:
        entries = [at for at in range(self.count()) if self.itemText(at)]
        if self._typed.isdecimal() and 0 < int(self._typed) <= len(entries):
            at: int | None = entries[int(self._typed) - 1]
        else:
            ways = (_usual_keys, lambda word: search_key((word,)).lower().split())
            at = next(
                (
                    at
                    for keys in ways
                    for at in entries
                    if any(key.startswith(self._typed) for key in keys(self.itemText(at)))
                ),
                None,
            )
        if at is None:
            return False
        self.setCurrentIndex(at)
        self.activated.emit(at)
        return True

    def _forget(self) -> None:
        self._typed = ""


def _usual_keys(word: str) -> tuple[str, str, str]:
    """A word, its pinyin and its initials as they are usually read; rare readings come second."""
    spelt = [readings(character)[0] for character in word]
    return word.lower(), "".join(spelt), "".join(part[0] for part in spelt)
