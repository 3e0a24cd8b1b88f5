"""The papers of a dispute printed or saved: numbered at the first, rendered, then marked as printed."""

from collections.abc import Callable, Collection, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget
from sqlalchemy import Connection

from db.disputes.case import Case, blank_case, dispute_case
from db.disputes.dossier import dossier, mark_printed, paper_name
from db.disputes.numbers import give_number
from db.kernel.errors import UserError
from db.kernel.files import write_atomically
from db.kernel.ids import Id
from desktop.disputes.viewing import PaperViewer
from desktop.page import Context
from desktop.paper.dispute_file import blank_papers, paper, whole_file
from desktop.paper.document import Document
from desktop.paper.fonts import find_faces
from desktop.paper.layout import lay_out
from desktop.paper_out import print_told
from desktop.paths import cache
from desktop.printing import pdf_of, print_paper

KINDS = "PDF (*.pdf);;Word (*.docx)"
THEN = "签好后按空格入卷"


class Made(NamedTuple):
    """Papers ready to go out: the bytes of their file, and the pages of each by its code."""

    content: bytes
    pages: dict[str, int]


class PaperPrinter(QObject):
    """Prints and saves for a page. `said` tells what was done."""

    said = Signal(str)

    def __init__(self, context: Context, page: QWidget) -> None:
        super().__init__(page)
        self._context, self._page = context, page

    def print(self, dispute: Id, papers: Collection[str] | None) -> None:
        """Print some papers of a dispute, or with None its whole file in order."""

        def ready(made: Made) -> None:
            if print_paper(self._page, made.content):
                self._mark(dispute, made, f"已打印{_kinds(made)}")

        self._make(dispute, papers, pdf_of, ready)

    def save(self, case: Case, papers: Collection[str] | None) -> None:
        """Save them as a PDF or Word file; that counts as printed, for it carries the number."""
        name = "卷宗" if papers is None else "、".join(paper_name(case, code) for code in papers)
        path, _ = QFileDialog.getSaveFileName(self._page, "存为文件", f"{name}.pdf", KINDS)
        if path:
            self.save_to(Path(path), case.id, papers)

    def save_to(self, path: Path, dispute: Id, papers: Collection[str] | None) -> None:
        """Write them to a file, whole or not at all: Word where its name says so, else PDF."""

        def ready(made: Made) -> None:
            said = f"已存为 {path.name}：{_kinds(made)}"
            self._context.background.errand(
                self._page,
                lambda _: write_atomically(path, made.content),
                lambda _: self._mark(dispute, made, said),
            )

        self._make(dispute, papers, _word if path.suffix.lower() == ".docx" else pdf_of, ready)

    def blank(self, papers: Collection[str] | None) -> None:
        """Print forms empty, for a pen; with None every one, cover and contents too."""

        def question(connection: Connection) -> bytes:
            return pdf_of(blank_papers(blank_case(connection), find_faces(cache()), papers))

        def made(pdf: bytes) -> None:
            said = partial(self.said.emit, "已打印空白表格")
            print_told(self._context, self._page, pdf, ("打印", "空白文书"), said)

        self._context.background.ask(self._page, question, made)

    def preview(self, dispute: Id, code: str, name: str) -> None:
        """Show a paper as it will print; it gets no number by that."""
        day = self._context.today

        def question(connection: Connection) -> bytes:
            case = dispute_case(connection, dispute, day)
            if case is None:
                raise UserError("这件纠纷已经不在台账里了。")
            made = paper(case, code, find_faces(cache()))
            return pdf_of([one._replace(first_page=0) for one in made])

        def made(pdf: bytes) -> None:
            viewer = PaperViewer(self._page, name, pdf)
            viewer.exec()
            viewer.deleteLater()

        self._context.background.ask(self._page, question, made)

    def _make(
        self,
        dispute: Id,
        papers: Collection[str] | None,
        make: Callable[[Sequence[Document]], bytes],
        ready: Callable[[Made], None],
    ) -> None:
        """Give the number, which stands in the history before anything leaves, and make the papers."""
        day = self._context.today

        def question(connection: Connection) -> Made:
            case = dispute_case(connection, dispute, day)
            if case is None:
                raise UserError("这件纠纷已经不在台账里了，没有打印。")
            faces = find_faces(cache())
            if papers is None:
                documents, pages = whole_file(case, dossier(connection, case), day, faces)
                return Made(make(documents), pages)
            of = {code: paper(case, code, faces) for code in papers}
            pages = {code: sum(len(lay_out(made, faces)) for made in of[code]) for code in of}
            # Where in the file they will stand is not known, so they have no page numbers.
            single = [made._replace(first_page=0) for some in of.values() for made in some]
            return Made(make(single), pages)

        def numbered(_: object) -> None:
            self._context.background.ask(self._page, question, ready)

        self._context.background.write(self._page, give_number(dispute), numbered)

    def _mark(self, dispute: Id, made: Made, said: str) -> None:
        """Mark what went out as printed."""
        self._context.background.write(self._page, mark_printed(dispute, made.pages))
        self.said.emit(f"{said}，{THEN}")


def _word(documents: Sequence[Document]) -> bytes:
    from desktop.paper.word import word_file  # noqa: PLC0415  loads when it is wanted

    return word_file(documents)


def _kinds(made: Made) -> str:
    return f"{len(made.pages)}种文书，共{sum(made.pages.values())}页"
