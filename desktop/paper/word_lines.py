"""What every Word file of ours is made of: runs in named faces, lines of an exact height, numbers.

Types are named, not embedded: Latin text in Times New Roman, the rest in the faces that GB/T
9704-2012 names; who lacks one gets what the office program puts in its place.
"""

import io
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

import docx
from docx.enum.text import WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.section import Section
from docx.shared import Pt
from docx.text.paragraph import Paragraph as Lines
from docx.text.run import Run

from desktop.paper.document import Document
from desktop.paper.setting import clean

LATIN = "Times New Roman"
FACES = {
    "fangsong": "仿宋", "heiti": "黑体", "kaiti": "楷体", "xiaobiaosong": "方正小标宋简体", "songti": "宋体",
}  # fmt: skip


class Type(NamedTuple):
    """How a run is set: its role, size and the space behind each character, in points."""

    role: str
    size: float
    tracking: float = 0.0


def new_paper(documents: Sequence[Document], made: datetime | None) -> Any:
    """Return an empty Word paper named after the first document, told apart by odd and even pages."""
    paper = docx.Document()
    of = paper.core_properties
    of.title, of.author, of.language = documents[0].title, documents[0].author, "zh-CN"
    of.comments, of.created = "", (made or datetime.now(UTC)).replace(tzinfo=None)
    paper.settings.odd_and_even_pages_header_footer = True
    return paper


def file_of(paper: Any) -> bytes:
    """Return the paper as the bytes of a .docx."""
    buffer = io.BytesIO()
    paper.save(buffer)
    return buffer.getvalue()


def number_from(section: Section, first: int) -> None:
    """Count the section's pages from this number; 0 goes on from the section before."""
    for inherited in section._sectPr.findall(qn("w:pgNumType")):
        section._sectPr.remove(inherited)
    if first:
        number = OxmlElement("w:pgNumType")
        number.set(qn("w:start"), str(first))
        section._sectPr.append(number)


def new_line(paper: Any, height: float, alignment: Any = None) -> Lines:
    """Add a paragraph whose lines are exactly so high, in points."""
    line: Lines = paper.add_paragraph()
    of = line.paragraph_format
    of.space_before = of.space_after = Pt(0)
    of.line_spacing_rule, of.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(height)
    of.widow_control = False
    line.alignment = alignment
    return line


def stop_at(line: Lines, at: float) -> None:
    """Set a tabulator's stop, in points from the left of the block."""
    line.paragraph_format.tab_stops.add_tab_stop(Pt(round(at, 1)))


def say(line: Lines, text: str, of: Type) -> Run:
    """Add a text to a line; tabulators stay, other characters no page may hold are left out."""
    run = line.add_run("\t".join(clean(part) for part in text.split("\t")))
    run.font.size, run.font.name = Pt(of.size), LATIN
    properties = run._element.get_or_add_rPr()
    faces = properties.get_or_add_rFonts()
    faces.set(qn("w:eastAsia"), FACES[of.role])
    faces.set(qn("w:cs"), LATIN)
    if of.tracking:
        spacing = OxmlElement("w:spacing")
        spacing.set(qn("w:val"), str(round(of.tracking * 20)))
        properties.insert_element_before(spacing, "w:w", "w:kern", "w:position", "w:sz")
    language = OxmlElement("w:lang")
    language.set(qn("w:eastAsia"), "zh-CN")
    properties.append(language)
    return run


def say_page_number(line: Lines, of: Type) -> None:
    """Put the number of the page there, by the one field every office program knows."""
    run = say(line, "", of)
    for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
        part = OxmlElement("w:instrText" if text else "w:fldChar")
        if text:
            part.text = text
        else:
            part.set(qn("w:fldCharType"), kind)
        run._element.append(part)


def repeat_head(row: Any) -> None:
    """Let a table's row stand again at the top of each of its pages."""
    row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))


def never_part(row: Any) -> None:
    """Let no page part a table's row."""
    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
