"""Qt's own words in Chinese: those of its dialogs for printing and for files, and of its menus."""

from PySide6.QtCore import QLibraryInfo, QLocale, QTranslator
from PySide6.QtWidgets import QApplication


def speak_chinese(application: QApplication) -> bool:
    """Let everything that Qt says itself be Chinese, whatever the machine's language.

    Return whether its words were found. Where the desktop has dialogs of its own, those are shown.
    """
    QLocale.setDefault(QLocale(QLocale.Language.Chinese, QLocale.Country.China))
    words = QTranslator(application)
    folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    return words.load("qtbase_zh_CN", folder) and application.installTranslator(words)
