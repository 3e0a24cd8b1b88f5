"""The papers of a dispute printed or saved: numbered at the first, rendered, then marked as printed."""

from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import NamedTuple

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget
from sqlalchemy import Connection

from db.disputes.case import blank_case, dispute_case
from db.disputes.dossier import dossier, mark_printed
from db.disputes.numbers import give_number
from db.kernel.files import write_atomically
from db.kernel.ids import Id
from desktop.page import Context
from desktop.paper.dispute_file import blank_papers, paper, whole_file
from desktop.paper.document import Document
from desktop.paper.fonts import find_faces
from desktop.paper.layout import lay_out
from desktop.paths import cache
from desktop.printing import pdf_of, print_paper

Sends = Callable[[QWidget, "Made"], bool]


class Made(NamedTuple):
    """Papers ready to go out: what they are called, as a PDF, and the pages of each by its code."""

    name: str
    pdf: bytes
    pages: dict[str, int]


class PaperPrinter(QObject):
    """Prints for a page. `said` tells what was done."""

    said = Signal(str)

    def __init__(self, context: Context, page: QWidget) -> None:
        super().__init__(page)
        self._context, self._page = context, page

    def print(self, dispute: Id, papers: Collection[str] | None) -> None:
        """Print some papers of a dispute, or with None its whole file in order."""
        self._make(dispute, papers, to_printer)

    def save(self, dispute: Id, papers: Collection[str] | None) -> None:
        """Save them as a PDF; that counts as printed, for it carries the number."""
        self._make(dispute, papers, to_file)

    def blank(self, names: Collection[str] | None = None) -> None:
        """Print every form empty, or those with these names."""

        def question(connection: Connection) -> Made:
            every = blank_papers(blank_case(connection), find_faces(cache()))
            chosen = [made for made in every if names is None or made.title in names]
            return Made("空白调解文书", pdf_of(chosen), {})

        def made(ready: Made) -> None:
            if to_printer(self._page, ready):
                self.said.emit("已打印空白表格")

        self._context.background.ask(self._page, question, made)

    def _make(self, dispute: Id, papers: Collection[str] | None, send: Sends) -> None:
        day = self._context.today

        def question(connection: Connection) -> Made | None:
            case = dispute_case(connection, dispute, day)
            if case is None:
                return None
            faces = find_faces(cache())
            documents: Sequence[Document]
            if papers is None:
                documents, pages = whole_file(case, dossier(connection, case), day, faces)
                return Made(f"卷宗{case.number}", pdf_of(documents), pages)
            single = {code: paper(case, code, faces) for code in papers}
            documents = [made for some in single.values() for made in some]
            pages = {
                code: sum(len(lay_out(made, faces)) for made in some)
                for code, some in single.items()
            }
            unnumbered = [made._replace(first_page=0) for made in documents]
            return Made(f"{documents[0].title}{case.number}", pdf_of(unnumbered), pages)

        def made(ready: Made | None) -> None:
            if ready is None or not send(self._page, ready):
                return
            self._context.background.write(self._page, mark_printed(dispute, ready.pages))
            self.said.emit(f"已打印{len(ready.pages)}种文书，签好以后按空格登记入卷")

        def numbered(_: object) -> None:
            self._context.background.ask(self._page, question, made)

        self._context.background.write(self._page, give_number(dispute), numbered)


def to_printer(parent: QWidget, ready: Made) -> bool:
    """Print; tell whether it was sent."""
    return print_paper(parent, ready.pdf)


def to_file(parent: QWidget, ready: Made) -> bool:
    """Save as a PDF where the person chooses; tell whether it was."""
    name = f"{ready.name}.pdf"
    path, _ = QFileDialog.getSaveFileName(parent, "存为 PDF", name, "PDF (*.pdf)")
    if path:
        write_atomically(Path(path), ready.pdf)
    return bool(path)
