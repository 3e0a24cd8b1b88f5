"""One start for window.py, from the process's beginning to the first frame painted.

`ours FOLDER` is the program itself as `policepost --data FOLDER`; `bare` is an empty QMainWindow of
the same size. Both end at once when their window has been painted whole.
"""

import os
import sys

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication, QMainWindow

SIZE = (1440, 900)


class FirstFrame(QObject):
    """Ends the process as soon as the window it watches stands painted."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Wait for the window's paint; its children are painted in the same go."""
        if event.type() == QEvent.Type.Paint:
            QTimer.singleShot(0, lambda: os._exit(0))
        return super().eventFilter(watched, event)


def bare() -> None:
    """Show an empty main window."""
    application = QApplication([])
    window = QMainWindow()
    window.resize(*SIZE)
    watch = FirstFrame()
    window.installEventFilter(watch)
    window.show()
    application.exec()


def ours(folder: str) -> None:
    """Run the program; its window is watched from when it has been shown."""
    execute = QApplication.exec
    watch = FirstFrame()

    def watched() -> int:
        for window in QApplication.topLevelWidgets():
            if isinstance(window, QMainWindow):
                window.installEventFilter(watch)
        return execute()

    # What is loaded here before the program, PySide6, both sides need.
    QApplication.exec = staticmethod(watched)  # type: ignore[method-assign]
    sys.argv = ["policepost", "--data", folder]
    from desktop.__main__ import main  # noqa: PLC0415  its loading is a part of the start

    main()


if __name__ == "__main__":
    bare() if sys.argv[1] == "bare" else ours(sys.argv[2])
    sys.exit("the window was not painted")
