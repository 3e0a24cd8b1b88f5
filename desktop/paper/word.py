"""Forms as a Word file that Word, WPS and LibreOffice show alike and a person may still change.

Blanks are underlined tabulators, which all three draw to the stop; no drawing, no frame, no field but
the page number. Types are named, not embedded: Latin text in Times New Roman, the rest in the faces
that GB/T 9704-2012 names.
"""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from math import ceil
from typing import Any
from unicodedata import east_asian_width

from docx.enum.section import WD_SECTION
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.section import Section
from docx.shared import Mm, Pt
from docx.text.paragraph import Paragraph as Lines

from desktop.paper.document import (
    BlankLine,
    CoverName,
    Document,
    FormText,
    RuledText,
    SealPlace,
    SigningPlaces,
    Subtitle,
    Table,
    Title,
)
from desktop.paper.forms import LEAST_TO_SIGN, LINE, SIZE, SigningRow, signing_rows
from desktop.paper.sheet import FORM, MM, PITCH
from desktop.paper.word_lines import (
    Type,
    file_of,
    never_part,
    new_line,
    new_paper,
    number_from,
    say,
    say_page_number,
    stop_at,
)

_ROOM = FORM.block_width
_GAP = SIZE / 2
_BOTTOM = 27 * MM
# What surely has room on one page.
_MOST_TOGETHER = 0.75 * FORM.capacity
_EDGE = 2.0
_TEXT, _HEAD = Type("fangsong", SIZE), Type("heiti", SIZE)
_CENTRE, _RIGHT = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.RIGHT


def word_file(documents: Sequence[Document], made: datetime | None = None) -> bytes:
    """Return forms one behind the other as a .docx, each beginning a page."""
    paper = new_paper(documents, made)
    for at, document in enumerate(documents):
        section = paper.sections[0] if at == 0 else paper.add_section(WD_SECTION.NEW_PAGE)
        _page(section, document)
        for signed, blocks in groupby(document.blocks, _Ends()):
            if signed:
                _signed(paper, list(blocks))
            else:
                for block in blocks:
                    _put(paper, block)
    return file_of(paper)


def _page(section: Section, document: Document) -> None:
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin, section.right_margin = Pt(FORM.left), Pt(FORM.width - FORM.left - _ROOM)
    section.top_margin, section.bottom_margin = Pt(FORM.top), Pt(_BOTTOM)
    section.header_distance, section.footer_distance = Mm(13), Mm(10)
    section.different_first_page_header_footer = True
    for header, again, side in (
        (section.first_page_header, "", _RIGHT),
        (section.header, document.again, _RIGHT),
        (section.even_page_header, document.again, None),
    ):
        header.is_linked_to_previous = False
        line = header.paragraphs[0]
        line.alignment = side
        if document.first_page:
            say_page_number(line, _TEXT)
        if again:
            below = header.add_paragraph()
            say(below, again, Type("kaiti", 14))
    # What lies in the file from outside counts too, so each begins where the contents say.
    number_from(section, document.first_page)


class _Ends:
    """Tells the blocks of a form's end: from the first place to sign to the day."""

    def __init__(self) -> None:
        self._begun = False

    def __call__(self, block: object) -> bool:
        self._begun = isinstance(block, SigningPlaces) or (
            self._begun and isinstance(block, SealPlace)
        )
        return self._begun


def _signed(paper: Any, blocks: Sequence[object]) -> None:
    """Put the end of a form so that no page parts it, with the line before it.

    It lies in a row of a table that no page may part: LibreOffice keeps lines together by themselves
    only mostly. What would fill a page and more is put line by line.
    """
    for line in paper.paragraphs[-2:]:
        line.paragraph_format.keep_with_next = True
    into = paper if sum(map(_height, blocks)) > _MOST_TOGETHER else _unparted(paper)
    for block in blocks:
        _put(into, block)


def _height(block: object) -> float:
    """What the end of a form takes about, in points."""
    if not isinstance(block, SigningPlaces):
        return 3 * LINE
    rows = list(signing_rows(block, _ROOM, _width))
    above = sum(ceil(_width(row.words[0]) / _ROOM) for row in rows if _crowded(row.words[0]))
    return (1 + above + 2 * len(rows)) * LINE


def _crowded(word: str) -> bool:
    """Tell whether a word leaves no room to sign beside it."""
    return _width(word) > _ROOM - LEAST_TO_SIGN


def _unparted(paper: Any) -> Any:
    """Return the cell of a table without lines and margins that stays on one page."""
    table = paper.add_table(rows=1, cols=1)
    table.autofit = False
    margins = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        margin = OxmlElement(f"w:{side}")
        margin.set(qn("w:w"), "0")
        margin.set(qn("w:type"), "dxa")
        margins.append(margin)
    table._tbl.tblPr.append(margins)
    never_part(table.rows[0])
    cell = table.cell(0, 0)
    cell.width = table.columns[0].width = Pt(_ROOM + _EDGE)
    cell._tc.remove(cell.paragraphs[0]._p)
    return cell


def _put(paper: Any, block: object) -> None:
    match block:
        case Title():
            line = _line(paper, LINE + 8, _CENTRE)
            line.paragraph_format.space_after = Pt(4)
            say(line, block.text, Type("xiaobiaosong", 22))
        case Subtitle(text):
            say(_line(paper, LINE, _CENTRE), text, Type("kaiti", 16))
        case CoverName():
            line = _line(paper, 2 * PITCH, _CENTRE)
            line.paragraph_format.space_before = Pt(PITCH)
            say(line, block.text, Type("xiaobiaosong", 28))
        case BlankLine():
            _blanks(paper, block)
        case RuledText():
            _ruled(paper, block)
        case SigningPlaces():
            _signing(paper, block)
        case FormText(text, head, flush):
            line = _line(paper)
            line.paragraph_format.first_line_indent = Pt(0 if flush else 2 * SIZE)
            line.paragraph_format.keep_with_next = head
            say(line, text, _HEAD if head else _TEXT)
        case SealPlace(day, name):
            _sealed(paper, day, name)
        case Table():
            _table(paper, block)
        case _:
            raise TypeError(f"no form has a {type(block).__name__}")


def _blanks(paper: Any, block: BlankLine) -> None:
    """Put labels with underlined room behind each, to stops at their shares of the line.

    What is too wide for its place has a line of its own, as on the PDF.
    """
    total = sum(blank.share for blank in block.blanks)
    for at, blank in enumerate(block.blanks):
        wide = _width(f"{blank.label} {blank.value}") > _ROOM * blank.share / total - _GAP
        if wide and len(block.blanks) > 1:
            for part in (block.blanks[:at], (blank,), block.blanks[at + 1 :]):
                if part:
                    _blanks(paper, BlankLine(part, block.keep))
            return
    line = _line(paper)
    line.paragraph_format.keep_with_next = block.keep
    x = 0.0
    for at, blank in enumerate(block.blanks):
        x += _ROOM * blank.share / total
        last = at == len(block.blanks) - 1
        stop_at(line, x if last else x - _GAP)
        say(line, blank.label, _TEXT)
        _underlined(line, f" {blank.value}\t" if blank.value else "\t")
        if not last:
            stop_at(line, x)
            say(line, "\t", _TEXT)


def _ruled(paper: Any, block: RuledText) -> None:
    label = f"{block.label}：" if block.label else ""
    used = 0
    for at, text in enumerate(block.text.split("\n")):
        line = _line(paper)
        stop_at(line, _ROOM)
        if at == 0 and label:
            say(line, label, _TEXT)
        if at:
            line.paragraph_format.first_line_indent = Pt(2 * SIZE)
        _underlined(line, f"{text}\t")
        used += max(1, ceil(_width(text + (label if at == 0 else "")) / _ROOM))
    for _ in range(block.least - used):
        line = _line(paper)
        stop_at(line, _ROOM)
        # A line of nothing but a tabulator is set lower than the others by LibreOffice.
        _underlined(line, " \t")


def _width(text: str) -> float:
    """What a text takes about, in points: the faces are the reader's own."""
    return sum(SIZE if east_asian_width(c) in "WF" else SIZE * 0.5 for c in text)


def _signing(paper: Any, block: SigningPlaces) -> None:
    """Put places to sign with room above each rule for a thumb."""
    label = f"{block.label}：" if block.label else ""
    rows = [SigningRow((label,), (_ROOM,))]
    if block.places != ("",):
        if label:
            say(_kept(paper), label, _TEXT)
        rows = list(signing_rows(block, _ROOM, _width))
    for row in rows:
        words = row.words
        if _crowded(words[0]):
            say(_kept(paper), words[0], _TEXT)
            words = ("",)
        line = _kept(paper)
        line.paragraph_format.space_before = Pt(LINE)
        for at, (word, end) in enumerate(zip(words, row.ends, strict=True)):
            stop_at(line, end - (_GAP if end < _ROOM else 0))
            say(line, word, _TEXT)
            # In a cell LibreOffice draws no line under a tabulator that nothing follows.
            _underlined(line, "\t\u200b")
            if at == 0 and len(words) > 1:
                stop_at(line, end)
                say(line, "\t", _TEXT)


def _sealed(paper: Any, day: str, name: str) -> None:
    """Put name over day at the right, with room above for the seal."""
    for text in filter(None, (name, day)):
        line = _line(paper, alignment=_RIGHT)
        line.paragraph_format.right_indent = Pt((4 if text == day and name else 2) * SIZE)
        line.paragraph_format.keep_with_next = text == name
        if text == name:
            line.paragraph_format.space_before = Pt(LINE)
        say(line, text, _TEXT)


def _table(paper: Any, table: Table) -> None:
    made = paper.add_table(rows=1, cols=len(table.columns))
    made.style = "Table Grid"
    made.alignment = WD_TABLE_ALIGNMENT.CENTER
    heads = made.rows[0].cells
    for cell, column in zip(heads, table.columns, strict=True):
        _cell(cell, column.head, Type("heiti", 12), _CENTRE)
    for row in table.rows:
        for cell, text, column in zip(made.add_row().cells, row.cells, table.columns, strict=True):
            _cell(cell, text, Type("fangsong", 12), None if column.align == "left" else _CENTRE)
    shares = [1.0 if column.narrow else 3.0 for column in table.columns]
    made.autofit = False
    for at, share in enumerate(shares):
        width = Pt(_ROOM * share / sum(shares))
        made.columns[at].width = width
        for cell in made.columns[at].cells:
            cell.width = width
    for row in made.rows:
        row.height = Pt(24)


def _cell(cell: Any, text: str, of: Type, alignment: Any) -> None:
    line = cell.paragraphs[0]
    line.alignment = alignment
    say(line, text, of)


def _line(paper: Any, height: float = LINE, alignment: Any = None) -> Lines:
    return new_line(paper, height, alignment)


def _kept(paper: Any) -> Lines:
    """A line that stays whole and on the page of the next."""
    line = _line(paper)
    line.paragraph_format.keep_with_next = line.paragraph_format.keep_together = True
    return line


def _underlined(line: Lines, text: str) -> None:
    say(line, text, _TEXT).underline = True
