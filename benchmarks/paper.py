"""The weekly report from counted figures, process start to PDF, against Typst and WeasyPrint.

Typst from PyPI is a library for Python, so its process starts Python too: its call alone stands
beside it, and so does ours without what starting and loading take.
"""

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from pypdf import PdfReader

from benchmarks import report_from_figures
from benchmarks.measure import Row, child, compared, in_turn, process, telling
from benchmarks.same_paper import as_html, as_typst
from db.sample import WEEK, make_sample
from desktop.cli.report import write_report
from desktop.paper.fonts import SHIPPED
from desktop.paths import resources

RUNS = 21
WEASYPRINT_RUNS = 7
_TELL = "from pathlib import Path; from benchmarks.measure import tell"
_OURS_CALL = (
    f"import sys; {_TELL}; from benchmarks.report_from_figures import write; "
    "tell(lambda: write(Path(sys.argv[1]), Path(sys.argv[2])))"
)
# Our PDF has no tags, so Typst need not make any.
_COMPILE = (
    "typst.compile(sys.argv[1], output=sys.argv[2], font_paths=[sys.argv[3]], "
    "ignore_system_fonts=True, pdf_tags=False)"
)
_TYPST = f"import sys, typst; {_COMPILE}"
# In a process of its own each time: Typst remembers what it laid out before.
_TYPST_CALL = f"import sys, typst; {_TELL}; tell(lambda: {_COMPILE})"
_WEASYPRINT = "import sys, weasyprint; weasyprint.HTML(sys.argv[1]).write_pdf(sys.argv[2])"


def rows(_: Path) -> Iterator[Row]:
    """Yield the report against both peers, and where the time goes."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        figures, typ, page = (
            place / name for name in ("figures.json", "report.typ", "report.html")
        )
        with make_sample(place / "ledger", resources() / "sample").ledger as ledger:
            write_report(ledger, WEEK, figures)
        document = report_from_figures.paper(figures)
        typ.write_text(as_typst(document), "utf-8")
        page.write_text(as_html(document), "utf-8")
        out = {name: place / f"{name}.pdf" for name in ("ours", "typst", "weasyprint")}
        ours = process(child("report_from_figures", figures, out["ours"]))
        python = [sys.executable, "-c"]
        mine, theirs, my_call, their_call, loaded, started = in_turn(
            RUNS,
            ours,
            process([*python, _TYPST, typ, out["typst"], SHIPPED]),
            telling([*python, _OURS_CALL, figures, out["ours"]]),
            telling([*python, _TYPST_CALL, typ, out["typst"], SHIPPED]),
            process([*python, "import reportlab.pdfbase.pdfdoc"]),
            process([*python, "pass"]),
        )
        yield compared("weekly report, process to PDF: Typst", mine, theirs, 0.8)
        yield compared(
            "the work alone, all loaded: Typst's compile call alone", my_call, their_call
        )
        yield compared("part of ours, Python's start and ReportLab's import", loaded, theirs)
        yield compared("part of both, Python's start", started, theirs)
        weasyprint = process([*python, _WEASYPRINT, page, out["weasyprint"]])
        mine, theirs = in_turn(WEASYPRINT_RUNS, ours, weasyprint)
        yield compared("weekly report, process to PDF: WeasyPrint", mine, theirs, 0.2)
        _say_whether_same(out)


def _say_whether_same(out: dict[str, Path]) -> None:
    """Print whether the papers have as many pages and the same characters, page numbers included."""
    pages = {name: PdfReader(path).pages for name, path in out.items()}
    counts = ", ".join(f"{name} {len(found)}" for name, found in pages.items())
    characters = {
        name: sorted("".join("".join(page.extract_text().split()) for page in found))
        for name, found in pages.items()
    }
    same = all(found == characters["ours"] for found in characters.values())
    print(f"pages: {counts}; characters: {'the same' if same else 'NOT the same'}")
