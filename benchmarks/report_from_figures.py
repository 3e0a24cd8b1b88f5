"""What is timed as ours: a process that reads counted figures and writes the week's paper.

Usage: report_from_figures.py FIGURES.json OUT.pdf
"""

import json
import sys
from datetime import date
from pathlib import Path

from db.figures.model import SpanFigures
from desktop.paper.document import Document
from desktop.paper.fonts import find_faces
from desktop.paper.pdf import write_pdf
from desktop.paper.report import report_paper


def paper(figures: Path) -> Document:
    """Return the report of the figures in a JSON, dated the sample's own day."""
    counted = SpanFigures.from_json(json.loads(figures.read_text("utf-8")))
    return report_paper(counted, station="示范派出所", made_on=date(2026, 3, 23))


def write(figures: Path, out: Path) -> None:
    """Write it as a PDF in the shipped faces, whatever faces the machine has."""
    write_pdf(paper(figures), out, faces=find_faces(None, machine=False))


if __name__ == "__main__":
    write(Path(sys.argv[1]), Path(sys.argv[2]))
