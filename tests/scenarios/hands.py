"""A person's hands and eyes on the started program: keys, buttons by their words, what can be read."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from threading import Event
from typing import TypeVar

from PySide6.QtCore import QAbstractItemModel, QModelIndex, Qt
from PySide6.QtGui import QInputMethodEvent, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QTextEdit,
    QWidget,
)
from pytestqt.qtbot import QtBot

from db.kernel.clock import Clock
from desktop.app import MainWindow, Start
from desktop.settings import Settings
from desktop.theme import Theme
from desktop.window import Shell

W = TypeVar("W", bound=QWidget)
KEYS = {
    "回车": "Return", "退出键": "Escape", "空格": "Space", "上": "Up", "下": "Down", "左": "Left",
    "右": "Right", "下一页": "PgDown", "删除键": "Delete",
}  # fmt: skip


class Hands:
    """Works one window as a person does, and counts the keys it takes."""

    def __init__(self, qtbot: QtBot, settings: Settings, theme: Theme) -> None:
        self._qtbot, self._settings, self._theme = qtbot, settings, theme
        self._window: MainWindow | None = None
        self.keys = 0

    @property
    def window(self) -> MainWindow:
        """The started program's window."""
        assert self._window is not None
        return self._window

    @property
    def shell(self) -> Shell:
        """Its inside, once somebody is in."""
        assert self.window.shell is not None
        return self.window.shell

    def start(self, folder: Path, clock: Clock | None = None, password: str | None = None) -> None:
        """Start the program on a folder."""
        self._window = MainWindow(Start(folder, password, clock), self._settings, self._theme)
        self._window.resize(1440, 900)
        self._window.show()
        self._window.activateWindow()
        if password is not None:
            self._qtbot.waitUntil(lambda: self.window.shell is not None, timeout=20_000)
        self.settle()

    def close(self) -> None:
        """Close the program, as by its cross."""
        if self._window is not None:
            self._window.close()
            self._window.deleteLater()
            self._window = None

    def settle(self) -> None:
        """Wait until the program has done what was asked of it."""
        for _ in range(3):
            self._qtbot.wait(80)
            self._qtbot.waitUntil(self._idle, timeout=30_000)

    def _idle(self) -> bool:
        shell = self.window.shell
        return shell is None or shell.context.background.idle

    def press(self, name: str, times: int = 1) -> None:
        """Press a key or a combination where the focus is."""
        for _ in range(times):
            widget = QApplication.focusWidget() or self.window
            QTest.keySequence(widget, QKeySequence(KEYS.get(name, name)))
            self.keys += 1
            self.settle()

    def press_unanswered(self, *names: str) -> None:
        """Press keys while the disk has not yet answered to any of them; then it answers to all."""
        background, disk = self.shell.context.background, Event()
        background.errand(self.window, lambda _: disk.wait(60), lambda _: None, lane="writer")
        for name in names:
            widget = QApplication.focusWidget() or self.window
            QTest.keySequence(widget, QKeySequence(KEYS.get(name, name)))
            read: list[bool] = []
            background.ask(self.window, lambda _: True, read.append)
            self._qtbot.waitUntil(partial(bool, read), timeout=20_000)
        disk.set()
        self.settle()

    def write(self, text: str) -> None:
        """Type a text where the focus is; Chinese comes composed from an input method."""
        widget = QApplication.focusWidget()
        assert widget is not None, "nothing has the focus"
        if text.isascii():
            QTest.keyClicks(widget, text)
        else:
            composed = QInputMethodEvent()
            composed.setCommitString(text)
            QApplication.sendEvent(widget, composed)
        self.keys += len(text)
        self.settle()

    def fill(self, name: str, text: str) -> None:
        """Type into the field of this name, over what stands there."""
        field = self.named(name)
        field.setFocus(Qt.FocusReason.TabFocusReason)
        if isinstance(field, QLineEdit):
            field.clear()
        self.write(text)

    def click(self, words: str) -> None:
        """Click the button whose words begin so."""
        found = [b for b in self._seen(QAbstractButton) if b.text().startswith(words)]
        assert found, f"no button {words}: {[b.text() for b in self._seen(QAbstractButton)]}"
        QTest.mouseClick(found[0], Qt.MouseButton.LeftButton)
        self.settle()

    def named(self, name: str) -> QWidget:
        """Return the field called so."""
        found = [
            widget
            for widget in self._seen(QWidget)
            if widget.accessibleName() == name and widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        ]
        assert found, f"no field {name}"
        return found[0]

    def sees(self, words: str) -> bool:
        """Tell whether somebody can read these words in the window."""
        return any(words in text for text in self._texts())

    def waits_for(self, *words: str) -> None:
        """Wait until one of these can be read."""
        self._qtbot.waitUntil(lambda: any(map(self.sees, words)), timeout=20_000)
        self.settle()

    def _texts(self) -> Iterator[str]:
        for widget in self._seen(QWidget):
            if isinstance(widget, QLabel | QAbstractButton | QLineEdit):
                yield widget.text()
            elif isinstance(widget, QTextEdit | QPlainTextEdit):
                yield widget.toPlainText()
            elif isinstance(widget, QComboBox):
                yield widget.currentText()
            elif isinstance(widget, QAbstractItemView):
                model = widget.model()
                for at in range(model.rowCount(QModelIndex())):
                    yield "　".join(_cells(model, at))
            if widget.accessibleName():
                yield widget.accessibleName()

    def _seen(self, kind: type[W]) -> list[W]:
        found: list[W] = self.window.findChildren(kind)
        return [widget for widget in found if widget.isVisible()]


def _cells(model: QAbstractItemModel, row: int) -> Iterator[str]:
    column = 0
    while (index := model.index(row, column, QModelIndex())).isValid():
        yield str(index.data() or "")
        column += 1
