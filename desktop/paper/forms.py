"""Forms for a pen: blanks on ruled lines, texts on ruled lines, places to sign and thumb-print.

What the ledger knows stands on the lines; what it does not know is left for handwriting. Type is
smaller than a letter's and the lines 9 mm apart, so that a usual form fills one page.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from desktop.paper.document import (
    Blank,
    BlankLine,
    CoverName,
    FormBlock,
    FormText,
    RuledText,
    SealPlace,
    SigningPlaces,
)
from desktop.paper.fonts import Faces
from desktop.paper.setting import SetLine, Style, place, set_line, set_lines, shape
from desktop.paper.sheet import PITCH, Piece, Rule, Sheet, baseline

SIZE = 14.0
LINE = 25.5
_TEXT, _HEAD, _COVER = Style("fangsong", SIZE), Style("heiti", SIZE), Style("xiaobiaosong", 28.0)
_BASE = baseline(SIZE, LINE)
# The rule stands clear of the type's descent.
_RULE_AT = LINE - 3.5
_INDENT = 2 * SIZE
_GAP = SIZE / 2
_PAD = 2.0
_BEHIND = 4.0
# Near two centimetres, for a thumb.
_SIGNING = 2 * LINE
# Some 35 mm, for a name and a thumb.
LEAST_TO_SIGN = 7 * SIZE
_DAY_INSET = 4 * SIZE


def form_pieces(block: FormBlock, sheet: Sheet, faces: Faces) -> list[Piece]:
    """Return a form's block as lines."""
    match block:
        case BlankLine(blanks, keep):
            pieces = [piece._replace(keep=keep) for piece in _blanks(blanks, sheet, faces)]
        case RuledText(label, text, least):
            pieces = _ruled(f"{label}：" if label else "", text, least, sheet, faces)
        case SigningPlaces():
            pieces = _signing(block, sheet, faces)
        case FormText():
            pieces = _printed(block, sheet, faces)
        case SealPlace():
            pieces = _sealed(block, sheet, faces)
        case CoverName():
            pieces = _cover_name(block, sheet, faces)
    return pieces


def _cover_name(name: CoverName, sheet: Sheet, faces: Faces) -> list[Piece]:
    """Return the name centred; one that is wider than the page has a line for each of its parts."""
    room = sheet.block_width
    whole = set_line(name.text, _COVER, faces)
    lines = [whole]
    if whole.width > room:
        shaped = [shape(part, _COVER, faces) for part in name.parts]
        lines = [line for part in shaped for line in set_lines(part, room, spread=False)]
    height = 3 * PITCH / min(len(lines), 2)
    down = baseline(_COVER.size, height)
    runs = [place(line, _COVER, (room - line.width) / 2, down) for line in lines]
    return [Piece(height, (run,), keep=True) for run in runs]


def _blanks(blanks: Sequence[Blank], sheet: Sheet, faces: Faces) -> list[Piece]:
    """Return a line of blanks; what is too wide for its place has a line of its own, in its order.

    A name must stand before the sex and age that are its own, or they are read as another's.
    """
    if len(blanks) == 1:
        return _ruled(blanks[0].label, blanks[0].value, 1, sheet, faces)
    total = sum(blank.share for blank in blanks)
    runs, rules = [], []
    x = 0.0
    for at, blank in enumerate(blanks):
        width = sheet.block_width * blank.share / total
        label, value = (set_line(text, _TEXT, faces) for text in (blank.label, blank.value))
        gap = _GAP if blank is not blanks[-1] else 0.0
        start, end = x + label.width + _PAD, x + width - gap
        if start + value.width > end:
            parts = (blanks[:at], (blank,), blanks[at + 1 :])
            return [piece for part in parts if part for piece in _blanks(part, sheet, faces)]
        runs.append(place(label, _TEXT, x, _BASE))
        if value.text:
            runs.append(place(value, _TEXT, start + (end - start - value.width) / 2, _BASE))
        rules.append(Rule(start, _RULE_AT, end, _RULE_AT))
        x += width
    return [Piece(LINE, tuple(runs), tuple(rules))]


def _ruled(label: str, text: str, least: int, sheet: Sheet, faces: Faces) -> list[Piece]:
    """Return a text behind its label, each line ruled; what is left of `least` lines is empty."""
    set_label = set_line(label, _TEXT, faces)
    start = set_label.width + _PAD if label else 0.0
    behind = start + _BEHIND if label else 0.0
    room = sheet.block_width
    first, *others = text.split("\n")
    lines: list[tuple[SetLine, float]] = [
        (line, 0.0 if at else behind)
        for at, line in enumerate(set_lines(shape(first, _TEXT, faces), room, room - behind))
    ]
    for other in others:
        indented = set_lines(shape(other, _TEXT, faces), room, room - _INDENT)
        lines += [(line, 0.0 if at else _INDENT) for at, line in enumerate(indented)]
    pieces = []
    for at, (line, x) in enumerate(lines):
        runs = [place(line, _TEXT, x, _BASE)] if line.text else []
        if at == 0 and label:
            runs.insert(0, place(set_label, _TEXT, 0.0, _BASE))
        rule = Rule(0.0 if at else start, _RULE_AT, room, _RULE_AT)
        pieces.append(Piece(LINE, tuple(runs), (rule,)))
    empty = Piece(LINE, (), (Rule(0.0, _RULE_AT, room, _RULE_AT),))
    return pieces + [empty] * (least - len(pieces))


def _signing(block: SigningPlaces, sheet: Sheet, faces: Faces) -> list[Piece]:
    """Return the label on a line of its own where several sign, else beside the one place."""
    label = set_line(f"{block.label}：", _TEXT, faces)
    room, down, under = sheet.block_width, _BASE + LINE, _RULE_AT + LINE
    if block.places == ("",):
        rule = Rule(label.width + _PAD, under, room, under)
        return [Piece(_SIGNING, (place(label, _TEXT, 0.0, down),), (rule,), keep=True)]
    head = Piece(LINE, (place(label, _TEXT, 0.0, _BASE),), keep=True)
    pieces = [head] if block.label else []
    for row in signing_rows(block, room, lambda text: set_line(text, _TEXT, faces).width):
        *above, last = set_lines(shape(row.words[0], _TEXT, faces), room, room)
        if above or last.width > room - LEAST_TO_SIGN:
            lines = [*above, last]
            pieces += [Piece(LINE, (place(one, _TEXT, 0.0, _BASE),), keep=True) for one in lines]
            pieces.append(Piece(_SIGNING, (), (Rule(0.0, under, room, under),), keep=True))
            continue
        runs, rules = [], []
        for x, end, word in zip((0.0, *row.ends), row.ends, row.words, strict=False):
            set_word = set_line(word, _TEXT, faces)
            if word:
                runs.append(place(set_word, _TEXT, x, down))
            gap = _GAP if end < room else 0.0
            rules.append(Rule(x + set_word.width + _PAD, under, end - gap, under))
        pieces.append(Piece(_SIGNING, tuple(runs), tuple(rules), keep=True))
    return pieces


class SigningRow(NamedTuple):
    """Places side by side: the word before each, and where the room of each ends."""

    words: tuple[str, ...]
    ends: tuple[float, ...]


def signing_rows(
    block: SigningPlaces, room: float, width: Callable[[str], float]
) -> Iterator[SigningRow]:
    """Yield the places of a block as they stand: two a row where both leave room to sign.

    They meet in the middle unless one of the words needs more.
    """
    half = room / 2
    words = [f"{word}：" if word else "" for word in block.places]
    at = 0
    while at < len(words):
        pair = tuple(words[at : at + 2])
        needs = [width(word) + LEAST_TO_SIGN + _GAP for word in pair]
        spare = room - sum(needs)
        if len(pair) == 2 and spare >= 0:
            middle = half if max(needs) <= half else needs[0] + spare / 2
            yield SigningRow(pair, (middle, room))
            at += 2
            continue
        yield SigningRow(pair[:1], (half if needs[0] <= half else room,))
        at += 1


def _printed(block: FormText, sheet: Sheet, faces: Faces) -> list[Piece]:
    style = _HEAD if block.head else _TEXT
    indent = 0.0 if block.flush else _INDENT
    room = sheet.block_width
    lines = set_lines(shape(block.text, style, faces), room, room - indent)
    return [
        Piece(LINE, (place(line, style, 0.0 if at else indent, _BASE),), keep=block.head)
        for at, line in enumerate(lines)
    ]


def _sealed(block: SealPlace, sheet: Sheet, faces: Faces) -> list[Piece]:
    """Return the day at the right, under a seal's name with room above it; both stay together."""
    day, name = (set_line(text, _TEXT, faces) for text in (block.day, block.name))
    right = sheet.block_width - _DAY_INSET
    middle = right - max(day.width, name.width) / 2
    pieces = []
    if name.text:
        pieces.append(Piece(LINE, keep=True, blank=True))
        run = place(name, _TEXT, middle - name.width / 2, _BASE)
        pieces.append(Piece(LINE, (run,), keep=True))
    return [*pieces, Piece(LINE, (place(day, _TEXT, middle - day.width / 2, _BASE),))]
