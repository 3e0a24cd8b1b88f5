"""A report's papers to a file: PDF as it prints, Word to be changed, Excel to be counted on. No Qt."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from db.kernel.files import write_atomically

if TYPE_CHECKING:
    from desktop.paper.document import Document
    from desktop.paper.fonts import Faces

# Each loads when it is wanted: a report is timed from the start of the process.
# ruff: noqa: PLC0415
KINDS: Final = (".pdf", ".docx", ".xlsx")


def write_papers(papers: "Sequence[Document]", out: Path, faces: "Faces") -> int:
    """Write papers to a file of one of `KINDS`, whole or not at all; return the pages of a PDF, else 0."""
    kind = out.suffix.lower()
    if kind == ".docx":
        from desktop.paper.word_report import word_report

        write_atomically(out, word_report(papers, faces))
    elif kind == ".xlsx":
        from desktop.paper.ledger_book import write_book
        from desktop.paper.table_book import tables_book

        write_book(tables_book(papers), out)
    else:
        from desktop.paper.pdf import write_pdf

        return write_pdf(papers, out, faces=faces)
    return 0
