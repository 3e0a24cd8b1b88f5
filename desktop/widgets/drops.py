"""Files dragged from a folder onto a part of the window."""

from pathlib import Path

from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QWidget


class FileDrops(QObject):
    """Takes the files dropped onto a widget; `dropped` carries their paths, at least one.

    Whoever listens decides whether the person may bring them in.
    """

    dropped = Signal(list)

    def __init__(self, onto: QWidget) -> None:
        super().__init__(onto)
        onto.setAcceptDrops(True)
        onto.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Answer what is dragged over the widget, and take what is dropped."""
        # Entering and moving are kinds of dropping to Qt.
        if not isinstance(event, QDropEvent):
            return super().eventFilter(watched, event)
        urls = event.mimeData().urls()
        if urls:
            event.acceptProposedAction()
        paths = [Path(url.toLocalFile()) for url in urls if url.isLocalFile()]
        if event.type() == QEvent.Type.Drop and paths:
            self.dropped.emit(paths)
        return True
