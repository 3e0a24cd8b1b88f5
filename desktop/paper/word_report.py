"""A report as a Word file on the sheet of GB/T 9704-2012, for who still has to change its text.

The page, the line grid, the sizes and the columns of tables are those of the PDF; where lines and
pages break is left to the office program.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from docx.enum.section import WD_ORIENTATION, WD_SECTION
from docx.enum.table import WD_ROW_HEIGHT_RULE, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.section import Section
from docx.shared import Pt
from docx.text.paragraph import Paragraph as Lines

from desktop.paper.columns import fit
from desktop.paper.document import (
    Addressee,
    AttachmentNote,
    AttachmentStart,
    BulletinHead,
    Document,
    Heading,
    Mark,
    Paragraph,
    Row,
    Signature,
    Subtitle,
    Table,
    Title,
    attachment_label,
)
from desktop.paper.fonts import Faces
from desktop.paper.layout import TABLE_GAP, signature_places, title_lines
from desktop.paper.setting import BODY_SIZE, BODY_TRACKING
from desktop.paper.sheet import (
    CHARACTER,
    LANDSCAPE,
    LONG_SIDE,
    MM,
    NUMBER_FROM_TOP,
    NUMBER_STYLE,
    PITCH,
    UPRIGHT,
    Sheet,
)
from desktop.paper.tables import NOTE, NOTE_GAP, NOTE_PITCH, notes_height
from desktop.paper.word_lines import (
    Type,
    file_of,
    never_part,
    new_line,
    new_paper,
    number_from,
    repeat_head,
    say,
    say_page_number,
)

_BODY: Final = Type("fangsong", BODY_SIZE, BODY_TRACKING)
_BLACK: Final = Type("heiti", BODY_SIZE, BODY_TRACKING)
_KAI: Final = Type("kaiti", BODY_SIZE, BODY_TRACKING)
_TITLE: Final = Type("xiaobiaosong", 22)
_BULLETIN: Final = Type("xiaobiaosong", 36)
_NOTE: Final = Type(NOTE.role, NOTE.size)
_HEADINGS: Final = {1: _BLACK, 2: _KAI}
_NUMBER: Final = Type("songti", NUMBER_STYLE.size)
_RULE: Final = 0.5
_PULLED: Final = 2
_INDENT: Final = 2 * CHARACTER
_CENTRE, _LEFT, _RIGHT = (
    WD_ALIGN_PARAGRAPH.CENTER,
    WD_ALIGN_PARAGRAPH.LEFT,
    WD_ALIGN_PARAGRAPH.RIGHT,
)
_SIDES: Final = {"left": None, "centre": _CENTRE, "right": _RIGHT}


def word_report(documents: Sequence[Document], faces: Faces, made: datetime | None = None) -> bytes:
    """Return papers of running text and tables as a .docx, each counting its own pages.

    TypeError for a form: those are `word_file`'s.
    """
    paper = new_paper(documents, made)
    for at, document in enumerate(documents):
        sheet = LANDSCAPE if document.landscape else UPRIGHT
        section = paper.sections[0] if at == 0 else paper.add_section(WD_SECTION.NEW_PAGE)
        _page(section, sheet, document)
        number_from(section, document.first_page)
        _Setter(paper, document, sheet, faces).put()
    return file_of(paper)


def _page(section: Section, sheet: Sheet, document: Document) -> None:
    """Give a section its sheet, and its page numbers at the foot: outside, or in the middle."""
    wide = sheet is LANDSCAPE
    section.orientation = WD_ORIENTATION.LANDSCAPE if wide else WD_ORIENTATION.PORTRAIT
    section.page_width, section.page_height = Pt(sheet.width), Pt(sheet.height)
    section.left_margin = Pt(sheet.left)
    section.right_margin = Pt(sheet.width - sheet.left - sheet.block_width)
    section.top_margin = Pt(sheet.top)
    # A little more than the lines take: office programs round each of them up.
    section.bottom_margin = Pt(sheet.height - sheet.top - sheet.capacity - 4)
    section.footer_distance = Pt(LONG_SIDE - NUMBER_FROM_TOP - 2 * MM) if not wide else Pt(10 * MM)
    for footer, side in ((section.footer, _RIGHT), (section.even_page_footer, _LEFT)):
        footer.is_linked_to_previous = False
        if not document.first_page:
            continue
        line = footer.paragraphs[0]
        line.alignment = _CENTRE if document.centred_numbers else side
        if not document.centred_numbers:
            line.paragraph_format.left_indent = line.paragraph_format.right_indent = Pt(
                NUMBER_STYLE.size
            )
        say(line, "— ", _NUMBER)
        say_page_number(line, _NUMBER)
        say(line, " —", _NUMBER)


class _Setter:
    """Puts the blocks of one document behind each other."""

    def __init__(self, paper: Any, document: Document, sheet: Sheet, faces: Faces) -> None:
        self._paper, self._document, self._sheet, self._faces = paper, document, sheet, faces
        self._used = 0.0

    def put(self) -> None:
        """Put every block; TypeError for one that only a form has."""
        for block in self._document.blocks:
            match block:
                case Title() | BulletinHead() | Subtitle() | Mark() | Addressee():
                    self._head(block)
                case Heading(level, text):
                    self._heading(level, text)
                case Paragraph(text):
                    line = self._line(WD_ALIGN_PARAGRAPH.JUSTIFY)
                    line.paragraph_format.first_line_indent = Pt(_INDENT)
                    say(line, text, _BODY)
                case AttachmentNote(names):
                    self._attachments(names)
                case Signature():
                    self._signature(block)
                case AttachmentStart():
                    self._attachment(block)
                case Table():
                    self._table(block)
                case _:
                    raise TypeError(f"no report has a {type(block).__name__}")

    def _head(self, block: Title | BulletinHead | Subtitle | Mark | Addressee) -> None:
        match block:
            case Title():
                self._title(block)
            case BulletinHead():
                self._bulletin(block)
            case Subtitle(text):
                self._kept(_CENTRE, text, _KAI)
            case Mark(text):
                self._kept(None, text, _BLACK)
            case Addressee(text):
                self._blank()
                self._kept(None, f"{text}：", _BODY)

    def _line(self, alignment: Any = None) -> Lines:
        self._used += PITCH
        return _close(new_line(self._paper, PITCH, alignment))

    def _blank(self) -> None:
        self._line().paragraph_format.keep_with_next = True

    def _kept(self, alignment: Any, text: str, of: Type) -> Lines:
        line = self._line(alignment)
        line.paragraph_format.keep_with_next = True
        say(line, text, of)
        return line

    def _title(self, title: Title) -> None:
        """Put the title broken where its meaning allows, not where the line ends."""
        for text in title_lines(title.parts, self._sheet.block_width, self._faces):
            self._kept(_CENTRE, text, _TITLE)

    def _bulletin(self, head: BulletinHead) -> None:
        name = self._kept(_CENTRE, head.name, _BULLETIN)
        name.paragraph_format.line_spacing = Pt(2 * PITCH)
        self._kept(_CENTRE, head.issue, _BODY)
        line = self._kept(None, f"{head.maker}\t{head.day}", _BODY)
        line.paragraph_format.tab_stops.add_tab_stop(
            Pt(self._sheet.block_width), WD_TAB_ALIGNMENT.RIGHT
        )

    def _heading(self, level: int, text: str) -> None:
        line = self._kept(None, text, _HEADINGS.get(level, _BODY))
        line.paragraph_format.first_line_indent = Pt(_INDENT)
        # The outline at the side of Word and WPS lists it.
        outline = OxmlElement("w:outlineLvl")
        outline.set(qn("w:val"), str(level - 1))
        line._p.get_or_add_pPr().append(outline)

    def _attachments(self, names: tuple[str, ...]) -> None:
        self._pull()
        self._blank()
        hang = 3 * CHARACTER
        for at, name in enumerate(names):
            of = self._line().paragraph_format
            label = attachment_label(names, at)
            behind = _INDENT + hang + len(label) * CHARACTER / 2
            of.left_indent = Pt(behind)
            of.first_line_indent = Pt(_INDENT - behind if at == 0 else _INDENT + hang - behind)
            of.keep_with_next = True
            say(self._paper.paragraphs[-1], f"{'附件：' if at == 0 else ''}{label}{name}", _BODY)

    def _pull(self) -> None:
        """Hold the last lines to what follows, so that no page has the signature alone."""
        for line in self._paper.paragraphs[-_PULLED:]:
            line.paragraph_format.keep_with_next = True

    def _signature(self, signature: Signature) -> None:
        self._pull()
        self._blank()
        name_x, day_x = signature_places(signature, self._sheet, self._faces)
        for x, text in ((name_x, signature.name), (day_x, signature.day)):
            if text:
                line = self._kept(None, text, _BODY)
                line.paragraph_format.left_indent = Pt(x)
        line.paragraph_format.keep_with_next = False

    def _attachment(self, start: AttachmentStart) -> None:
        sheet = LANDSCAPE if start.landscape else UPRIGHT
        if sheet is not self._sheet:
            self._sheet = sheet
            section = self._paper.add_section(WD_SECTION.NEW_PAGE)
            _page(section, sheet, self._document)
            number_from(section, 0)
        self._used = 0.0
        label = self._kept(None, start.label, _BLACK)
        label.paragraph_format.page_break_before = True
        self._blank()
        self._title(start.title)

    def _table(self, table: Table) -> None:
        sheet = self._sheet
        left = sheet.capacity - self._used % sheet.capacity
        left -= notes_height(table, sheet, self._faces) + len(table.rows) * _RULE
        grid = fit(table, sheet.block_width, left, self._faces)
        self._paper.paragraphs[-1].paragraph_format.space_after = Pt(TABLE_GAP)
        made = self._paper.add_table(rows=1, cols=len(table.columns))
        made.style, made.alignment, made.autofit = "Table Grid", WD_TABLE_ALIGNMENT.CENTER, False
        widths = [right - left for left, right in zip(grid.edges, grid.edges[1:], strict=False)]
        for column, width in zip(made.columns, widths, strict=True):
            column.width = Pt(width)
        repeat_head(made.rows[0])
        heads = Row(tuple(column.head for column in table.columns), "total")
        for row in (heads, *table.rows):
            into = made.rows[0] if row is heads else made.add_row()
            never_part(into)
            into.height_rule = WD_ROW_HEIGHT_RULE.AT_LEAST
            into.height = Pt(grid.pitch + grid.between)
            of = Type("fangsong" if row.kind == "plain" else "heiti", grid.size)
            if row.kind == "group":
                self._cell(into.cells[0].merge(into.cells[-1]), row.cells[0], of, None, grid.pitch)
                continue
            for at, column in enumerate(table.columns):
                side = _CENTRE if row is heads else _SIDES[column.align]
                into.cells[at].width = Pt(widths[at])
                self._cell(into.cells[at], row.cells[at], of, side, grid.pitch)
        for at, note in enumerate(table.notes):
            line = _close(new_line(self._paper, NOTE_PITCH))
            line.paragraph_format.space_before = Pt(0 if at else NOTE_GAP)
            say(line, note, _NOTE)

    @staticmethod
    def _cell(cell: Any, text: str, of: Type, side: Any, pitch: float) -> None:
        cell.vertical_alignment = 1
        line = _close(new_line(cell, pitch, side))
        cell._tc.remove(cell.paragraphs[0]._p)
        say(line, text, of)


def _close(line: Lines) -> Lines:
    """Let nothing be put between Chinese characters and the digits beside them: the PDF puts nothing."""
    of = line._p.get_or_add_pPr()
    for name in ("w:autoSpaceDE", "w:autoSpaceDN"):
        off = OxmlElement(name)
        off.set(qn("w:val"), "0")
        of.insert_element_before(off, "w:bidi", "w:adjustRightInd", "w:snapToGrid", "w:spacing")
    return line
