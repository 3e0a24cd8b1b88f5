"""Numbered paper: its number is given, it is printed, and the number's command is taken back if it was not."""

from collections.abc import Callable
from typing import Any, TypeVar

from PySide6.QtWidgets import QWidget
from sqlalchemy import Connection

from db.kernel.journal import Command, Done
from desktop.page import Context
from desktop.paper.document import Document
from desktop.printing import pdf_of, print_paper

T = TypeVar("T")


def print_numbered(
    context: Context,
    page: QWidget,
    command: Command[T],
    paper: Callable[[Connection, T], Document],
    printed: Callable[[T], None],
) -> None:
    """Give a number by `command`, print the `paper` that has it, and tell what was `printed`."""

    def numbered(done: Done[T]) -> None:
        def question(connection: Connection) -> bytes:
            return pdf_of([paper(connection, done.value)])

        def made(pdf: Any) -> None:
            if print_paper(page, pdf):
                printed(done.value)
            else:
                context.background.withdraw(page, done.no)

        context.background.ask(page, question, made)

    context.background.write(page, command, numbered)
