"""Printing a walk: a numbered sheet is entered, printed, and taken back if nothing was printed."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget
from sqlalchemy import Connection

from db.kernel.ids import Id
from db.kernel.journal import Done
from db.post import the_post
from db.visits.sheets import SheetLine, print_sheet, sheet
from desktop.page import Context
from desktop.paper.field_sheet import field_sheet
from desktop.printing import pdf_of, print_paper


class SheetPrinter(QObject):
    """Prints field sheets for a page; `said` tells the number."""

    said = Signal(str)

    def __init__(self, context: Context, page: QWidget) -> None:
        super().__init__(page)
        self._context, self._page = context, page

    def print(self, title: str, doors: Sequence[Id], campaign: Id | None) -> None:
        """Print these doors in this order: addresses only, with the number to type back."""
        command = print_sheet(title, doors, campaign)
        self._context.background.write(self._page, command, self._numbered)

    def _numbered(self, done: Done[SheetLine]) -> None:
        number, day = done.value.number, self._context.today

        def question(connection: Connection) -> bytes:
            found = sheet(connection, number)
            labels = [door.label for door in found.doors] if found else []
            post = the_post(connection).name
            paper = field_sheet(number, done.value.title, labels, post=post, printed=day)
            return pdf_of([paper])

        def made(pdf: Any) -> None:
            if print_paper(self._page, pdf):
                self.said.emit(f"已打印第{number}号走访单")
            else:
                self._context.background.undo(self._page, done.no)

        self._context.background.ask(self._page, question, made)
