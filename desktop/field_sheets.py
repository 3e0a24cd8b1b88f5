"""Printing a walk: a numbered sheet is entered, printed, and taken back if nothing was printed."""

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget
from sqlalchemy import Connection

from db.kernel.ids import Id
from db.visits.sheets import SheetLine, print_sheet
from desktop.numbered import print_numbered
from desktop.page import Context
from desktop.paper.document import Document
from desktop.visits.making import walk_paper


class SheetPrinter(QObject):
    """Prints field sheets for a page; `said` tells the number, `printed` that a sheet is out."""

    said = Signal(str)
    printed = Signal()

    def __init__(self, context: Context, page: QWidget) -> None:
        super().__init__(page)
        self._context, self._page = context, page

    def print(self, title: str, doors: Sequence[Id], campaign: Id | None) -> None:
        """Print these doors in this order: addresses only, with the number to type back."""

        def paper(connection: Connection, line: SheetLine) -> Document:
            return walk_paper(connection, line, self._context.today)

        def told(line: SheetLine) -> None:
            self.printed.emit()
            self.said.emit(f"已打印第{line.number}号走访单")

        print_numbered(self._context, self._page, print_sheet(title, doors, campaign), paper, told)
