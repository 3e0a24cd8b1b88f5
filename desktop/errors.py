"""How an error reaches a person: the person's own, the machine's, or ours, each in its own way."""

import platform
import sys
from collections.abc import Callable
from types import TracebackType

from PySide6 import __version__ as pyside_version
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QMessageBox,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from db.kernel.errors import EnvironmentFault, PolicepostError, UserError
from desktop.logs import log, told_safely
from desktop.paths import version
from desktop.widgets.parts import button, label


def tell(parent: QWidget | None, error: Exception) -> None:
    """Tell a person of an error: a sentence to act on, or the page of a fault of ours."""
    if isinstance(error, PolicepostError) and not isinstance(error, UserError):
        log.warning("environment: %s", told_safely(error))
    if isinstance(error, UserError):
        _sentence(parent, "没有完成", str(error))
    elif isinstance(error, EnvironmentFault):
        _sentence(parent, "这台电脑出了问题", str(error))
    else:
        crashed(parent, error)


def _sentence(parent: QWidget | None, title: str, sentence: str) -> None:
    box = QMessageBox(parent)
    box.setWindowTitle(title)
    # A sentence may name what somebody typed: Qt would take what looks like HTML for it.
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setText(sentence)
    box.addButton("知道了", QMessageBox.ButtonRole.AcceptRole)
    box.exec()


def crashed(parent: QWidget | None, error: BaseException) -> None:
    """Show the page of a fault of ours, with a report that holds no personal value.

    A person who then closes the program closes it as by its cross: what is being written is
    finished, the ledger is closed.
    """
    log.error("fault: %s", told_safely(error))
    if QGuiApplication.instance() is None:
        return
    if CrashDialog(report_of(error), parent).exec() and parent is not None:
        parent.window().close()


def report_of(error: BaseException) -> str:
    """Return what helps to mend a fault: versions, the kind of error, and where in the code."""
    return "\n".join(
        (
            f"警务室台账 {version()}",
            f"{platform.system()} {platform.release()}",
            f"Python {platform.python_version()} · Qt {pyside_version}",
            "",
            told_safely(error),
        )
    )


class CrashDialog(QDialog):
    """Says that the program is at fault, that what was saved is safe, and gives a report to copy."""

    def __init__(self, report: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("程序出错了")
        one = self.fontMetrics()
        self.setMinimumSize(one.horizontalAdvance("国") * 40, one.height() * 20)
        text = QPlainTextEdit(report)
        text.setReadOnly(True)
        text.setAccessibleName("错误报告")
        copy = button("复制报告")
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(report))
        row = QHBoxLayout()
        row.addWidget(copy)
        row.addStretch()
        row.addWidget(button("继续用", self.reject))
        row.addWidget(button("关闭程序", self.accept, kind="main"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 24, 24, 24)
        layout.setSpacing(12)
        layout.addWidget(label("程序出了一个错，这不是您的问题。", 16))
        layout.addWidget(
            label(
                "已经保存的都在台账里，没有丢失。请把下面的报告交给维护人员，"
                "里面没有住户和群众的信息。建议关闭程序，再打开接着用。",
                wrap=True,
            )
        )
        layout.addWidget(text, 1)
        layout.addLayout(row)


def catch_everything(parent: Callable[[], QWidget | None]) -> None:
    """Tell of whatever nobody caught in its own way, instead of ending without a word."""

    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
            return
        if isinstance(error, Exception):
            tell(parent(), error)
        else:
            crashed(parent(), error)

    sys.excepthook = hook
