"""A document laid out: its blocks as pieces on the line grid, the pieces on pages.

Source: GB/T 9704-2012 as the project's page of layout rules words it.
"""

from collections.abc import Sequence
from itertools import combinations
from math import ceil

from desktop.paper.document import (
    Addressee,
    AttachmentNote,
    AttachmentStart,
    Bars,
    BlankLine,
    Block,
    BulletinHead,
    CoverName,
    Document,
    FormText,
    Heading,
    Mark,
    Paragraph,
    RuledText,
    SealPlace,
    Signature,
    SigningPlaces,
    Subtitle,
    Table,
    TextBlock,
    Title,
    attachment_label,
)
from desktop.paper.fonts import Faces
from desktop.paper.forms import form_pieces
from desktop.paper.pages import Numbering, paginate
from desktop.paper.setting import (
    BODY,
    BODY_SIZE,
    BODY_TRACKING,
    SetLine,
    Style,
    place,
    set_line,
    set_lines,
    shape,
)
from desktop.paper.sheet import (
    CHARACTER,
    FORM,
    LANDSCAPE,
    PITCH,
    UPRIGHT,
    Page,
    Piece,
    Rule,
    Sheet,
    baseline,
)
from desktop.paper.tables import table_pieces

_TITLE = Style("xiaobiaosong", 22.0)
_BULLETIN = Style("xiaobiaosong", 36.0)
_SUBTITLE = Style("kaiti", BODY_SIZE, BODY_TRACKING)
_HEADINGS = {
    1: Style("heiti", BODY_SIZE, BODY_TRACKING),
    2: Style("kaiti", BODY_SIZE, BODY_TRACKING),
    3: BODY,
    4: BODY,
}
_INDENT = 2 * CHARACTER
_SEAL_INDENT = 4 * CHARACTER
TABLE_GAP = 4.0
_BAR = Style("fangsong", 12.0)
_BAR_PITCH, _BAR_THICK, _BAR_GAP = 17.0, 9.0, 5.0
_PULLED_LINES = 2
# All ways to break a title are tried, so their number is kept small.
_MOST_PARTS = 10
_BLANK = Piece(PITCH, blank=True)


def lay_out(document: Document, faces: Faces) -> list[Page]:
    """Return the document's pages, numbered as it says; nothing on them passes the text block."""
    first = sheet = FORM if document.form else LANDSCAPE if document.landscape else UPRIGHT
    pieces: list[Piece] = []
    before: Block | None = None
    for block in document.blocks:
        if isinstance(block, AttachmentStart):
            sheet = LANDSCAPE if block.landscape else UPRIGHT
        signs_off = isinstance(block, BlankLine) and block is document.blocks[-1]
        if signs_off or isinstance(block, Signature | AttachmentNote | SigningPlaces):
            pieces = _pulled(pieces)
        if isinstance(block, Table):
            pieces += _table(block, pieces, sheet, faces)
        elif isinstance(block, Bars):
            pieces += _bars(block, sheet, faces)
        else:
            if isinstance(before, Title) and isinstance(block, Paragraph):
                pieces.append(_BLANK._replace(keep=True))
            pieces += _block_pieces(block, sheet, faces)
        before = block
    again = _flush(document.again, _SUBTITLE, first, faces) if document.again else ()
    numbering = Numbering(document.first_page, centred=document.centred_numbers)
    return paginate(pieces, first, faces, numbering, again)


def _block_pieces(block: TextBlock, sheet: Sheet, faces: Faces) -> list[Piece]:
    match block:
        case Paragraph(text):
            pieces = _running(text, BODY, sheet, faces)
        case Heading(level, text):
            lines = _running(text, _HEADINGS[level], sheet, faces)
            pieces = [piece._replace(keep=True) for piece in lines]
        case Title():
            pieces = _title(block, sheet, faces)
        case Subtitle(text):
            set_text = set_lines(shape(text, _SUBTITLE, faces), sheet.room, spread=False)
            pieces = [_centred(line, _SUBTITLE, sheet) for line in set_text]
        case Mark(text):
            pieces = _flush(text, _HEADINGS[1], sheet, faces)
        case Addressee(text):
            pieces = [_BLANK, *_flush(f"{text}：", BODY, sheet, faces)]
        case AttachmentNote(names):
            pieces = _attachment_note(names, sheet, faces)
        case Signature():
            pieces = _signature(block, sheet, faces)
        case AttachmentStart(label, title):
            start = [Piece(0.0, turn=sheet), *_flush(label, _HEADINGS[1], sheet, faces)]
            pieces = [*start, _BLANK._replace(keep=True), *_title(title, sheet, faces)]
        case BlankLine() | RuledText() | SigningPlaces() | FormText() | SealPlace() | CoverName():
            pieces = form_pieces(block, sheet, faces)
        case BulletinHead():
            pieces = _bulletin_head(block, sheet, faces)
    return pieces


def _table(table: Table, before: Sequence[Piece], sheet: Sheet, faces: Faces) -> list[Piece]:
    used = TABLE_GAP
    for piece in reversed(before):
        if piece.turn is not None:
            break
        used += piece.height
    gap = Piece(TABLE_GAP, keep=True, blank=True)
    return [gap, *table_pieces(table, sheet, used % sheet.capacity, faces)]


def _line_piece(line: SetLine, style: Style, x: float, *, keep: bool = False) -> Piece:
    return Piece(PITCH, (place(line, style, x, baseline(style.size)),), keep=keep)


def _centred(line: SetLine, style: Style, sheet: Sheet, *, keep: bool = True) -> Piece:
    return _line_piece(line, style, (sheet.block_width - line.width) / 2, keep=keep)


def _flush(text: str, style: Style, sheet: Sheet, faces: Faces) -> list[Piece]:
    lines = set_lines(shape(text, style, faces), sheet.room)
    return [_line_piece(line, style, 0.0, keep=True) for line in lines]


def _running(text: str, style: Style, sheet: Sheet, faces: Faces) -> list[Piece]:
    lines = set_lines(shape(text, style, faces), sheet.room, sheet.room - _INDENT)
    return [
        _line_piece(line, style, 0.0 if number else _INDENT) for number, line in enumerate(lines)
    ]


def _title(title: Title, sheet: Sheet, faces: Faces) -> list[Piece]:
    lines: list[SetLine] = []
    for text in title_lines(title.parts, sheet.block_width, faces):
        shaped = shape(text, _TITLE, faces)
        lines += set_lines(shaped, sheet.block_width, spread=False)
    return [_centred(line, _TITLE, sheet) for line in lines]


def title_lines(parts: Sequence[str], width: float, faces: Faces) -> list[str]:
    """Return a title in as few lines as fit the width in points, broken only between its parts.

    Several lines grow or shrink from top to bottom by at least a character where the parts allow
    it, and as little as can be. A part wider than the width is first cut into pieces as even as
    the line breaker can make them.
    """
    parts = [piece for part in parts for piece in _title_pieces(part, width, faces)]
    widths = [sum(shape(part, _TITLE, faces).widths) for part in parts]
    if sum(widths) <= width:
        return ["".join(parts)]
    if len(parts) > _MOST_PARTS:
        return parts
    for count in range(2, len(parts) + 1):
        choices = []
        for cuts in combinations(range(1, len(parts)), count - 1):
            bounds = list(zip((0, *cuts), (*cuts, len(parts)), strict=True))
            sizes = [sum(widths[start:end]) for start, end in bounds]
            if max(sizes) <= width:
                steady = sizes in (sorted(sizes), sorted(sizes, reverse=True))
                even = max(sizes) - min(sizes)
                choices.append((not steady or even < _TITLE.size, even, bounds))
        if choices:
            return ["".join(parts[start:end]) for start, end in min(choices)[2]]
    return parts


def _title_pieces(part: str, width: float, faces: Faces) -> list[str]:
    shaped = shape(part, _TITLE, faces)
    whole = sum(shaped.widths)
    if whole <= width:
        return [part]
    even = whole / ceil(whole / width) + _TITLE.size
    return [line.text for line in set_lines(shaped, min(width, even), spread=False)]


def _attachment_note(names: tuple[str, ...], sheet: Sheet, faces: Faces) -> list[Piece]:
    word = set_line("附件：", BODY, faces)
    left = _INDENT + word.width
    pieces = [_BLANK._replace(keep=True)]
    for at, name in enumerate(names):
        label = set_line(attachment_label(names, at), BODY, faces)
        # A number's trailing blank is part of its width, so a second line hangs under the name.
        hang = left + label.width
        lines = set_lines(shape(name, BODY, faces), sheet.room - hang)
        placed = [_line_piece(line, BODY, hang, keep=True) for line in lines]
        before = _line_piece(label, BODY, left).runs
        if at == 0:
            before = _line_piece(word, BODY, _INDENT).runs + before
        pieces += [placed[0]._replace(runs=before + placed[0].runs), *placed[1:]]
    return pieces


def _signature(signature: Signature, sheet: Sheet, faces: Faces) -> list[Piece]:
    name, day = _signed_lines(signature, sheet, faces)
    name_x, day_x = signature_places(signature, sheet, faces)
    pieces = [_BLANK._replace(keep=True)]
    pieces += [_line_piece(line, BODY, name_x, keep=True) for line in name if line.text]
    pieces += [_line_piece(line, BODY, day_x, keep=True) for line in day]
    if signature.seal:
        return [*pieces, _BLANK]
    return [*pieces[:-1], pieces[-1]._replace(keep=False)]


def signature_places(signature: Signature, sheet: Sheet, faces: Faces) -> tuple[float, float]:
    """Return where name and date begin, in points from the left of the block.

    Without a seal the date starts two characters right of the name.
    """
    name, day = _signed_lines(signature, sheet, faces)
    name_width = max(line.width for line in name)
    day_width = max(line.width for line in day)
    if signature.seal:
        day_x = sheet.room - _SEAL_INDENT - day_width
        name_x = min(day_x + (day_width - name_width) / 2, sheet.room - name_width)
        return max(0.0, name_x), day_x
    name_x = sheet.room - _INDENT - max(name_width, _INDENT + day_width)
    return name_x, name_x + _INDENT


def _signed_lines(
    signature: Signature, sheet: Sheet, faces: Faces
) -> tuple[list[SetLine], list[SetLine]]:
    room = sheet.room - 4 * CHARACTER
    name, day = (
        set_lines(shape(text, BODY, faces), room, spread=False)
        for text in (signature.name, signature.day)
    )
    return name, day


def _pulled(pieces: list[Piece]) -> list[Piece]:
    """Return the pieces with the last lines held to what follows, so no signature stands alone."""
    held = list(pieces)
    lines = 0
    for at in range(len(held) - 1, -1, -1):
        if held[at].turn is not None:
            break
        held[at] = held[at]._replace(keep=True)
        lines += bool(held[at].runs)
        if lines == _PULLED_LINES:
            break
    return held


def _bars(chart: Bars, sheet: Sheet, faces: Faces) -> list[Piece]:
    """Return a line a bar, the longest as long as the line has room for."""
    names = [set_line(name, _BAR, faces) for name, _ in chart.bars]
    counts = [set_line(str(count), _BAR, faces) for _, count in chart.bars]
    left = max(name.width for name in names) + _BAR_GAP
    room = sheet.block_width - left - max(count.width for count in counts) - _BAR_GAP
    highest = max(count for _, count in chart.bars) or 1
    pieces = []
    for name, count, (_, number) in zip(names, counts, chart.bars, strict=True):
        end = left + room * number / highest
        y = baseline(_BAR.size, _BAR_PITCH)
        runs = (
            place(name, _BAR, left - _BAR_GAP - name.width, y),
            place(count, _BAR, end + _BAR_GAP, y),
        )
        middle = _BAR_PITCH / 2
        rule = Rule(left, middle, end, middle, _BAR_THICK)
        pieces.append(Piece(_BAR_PITCH, runs, (rule,) if number else (), keep=True))
    return [*pieces[:-1], pieces[-1]._replace(keep=False)]


def _bulletin_head(head: BulletinHead, sheet: Sheet, faces: Faces) -> list[Piece]:
    name = set_lines(shape(head.name, _BULLETIN, faces), sheet.block_width, spread=False)
    pieces = [
        Piece(
            2 * PITCH,
            (
                place(
                    line,
                    _BULLETIN,
                    (sheet.block_width - line.width) / 2,
                    baseline(_BULLETIN.size, 2 * PITCH),
                ),
            ),
            keep=True,
        )
        for line in name
    ]
    issue = set_lines(shape(head.issue, BODY, faces), sheet.room, spread=False)
    pieces += [_centred(line, BODY, sheet) for line in issue]
    day = set_line(head.day, BODY, faces)
    maker = set_lines(shape(head.maker, BODY, faces), sheet.room - day.width - CHARACTER)
    pieces += [_line_piece(line, BODY, 0.0, keep=True) for line in maker]
    right = place(day, BODY, sheet.room - day.width, baseline(BODY.size))
    last = pieces[-1]
    rule = Rule(0.0, PITCH, sheet.block_width, PITCH)
    pieces[-1] = last._replace(runs=(*last.runs, right), rules=(rule,))
    return [*pieces, _BLANK._replace(keep=True)]
