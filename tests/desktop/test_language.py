"""What Qt says itself is Chinese too, on machines whose desktop has no dialogs of its own."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QLocale, QTranslator
from PySide6.QtPrintSupport import QPrintDialog, QPrinter
from PySide6.QtWidgets import QApplication, QFileDialog, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from desktop.language import speak_chinese


@pytest.fixture
def chinese(qapp: QApplication) -> Iterator[None]:
    before = QLocale()
    assert speak_chinese(qapp)
    yield
    QLocale.setDefault(before)
    for words in qapp.findChildren(QTranslator):
        qapp.removeTranslator(words)
        words.deleteLater()


def buttons(dialog: QWidget) -> str:
    return " ".join(one.text() for one in dialog.findChildren(QPushButton))


@pytest.mark.usefixtures("chinese")
def test_the_dialogs_of_printing_and_files_are_chinese(qtbot: QtBot) -> None:
    printing = QPrintDialog(QPrinter(QPrinter.PrinterMode.HighResolution))
    files = QFileDialog(options=QFileDialog.Option.DontUseNativeDialog)  # type: ignore[call-arg]
    for dialog, word in ((printing, "打印"), (files, "打开")):
        qtbot.addWidget(dialog)
        assert word in buttons(dialog)
        assert "取消" in buttons(dialog)
