"""Where lines of Chinese text may end, and how a line is filled.

Rules: no closing mark begins a line and no opening mark ends one; —— and …… are not parted; a
number keeps its sign and its unit; a Latin word stays whole. A text that cannot be broken within
these rules (a run of 200 digits) is broken inside the number or word, at last anywhere, so filling
always ends and never passes the width.
Source: GB/T 15834-2011 §5.1 (marks at line ends), CLREQ §3.1.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

FREE, SOFT, HARD = 0, 1, 2

NEVER_FIRST = frozenset("，。、；：！？）》〉」』”’】〕］｝〗％‰℃…—～·!),.:;?]}%°′″/／")
NEVER_LAST = frozenset("（《〈「『“‘【〔［｛〖([{￥¥$€£№/／")
CLOSING = frozenset("，。、；：！？）》〉」』”’】〕］｝〗")
OPENING = frozenset("（《〈「『“‘【〔［｛〖")

_SIGNS = frozenset("+-−±＋－第")
_LONG_UNITS = re.compile(
    r"(?<=\d)(?:个百分点|百分点|平方[米公里]+|立方米|人次|户次|件次|场次|小时|分钟|公里|公斤|千克"
    r"|[万亿千百][元户人次件份起场米]|[个]?(?:月|社区|网格|工作日))"
)
# Letters below this, ASCII and beyond, make up words that stay whole.
_LATIN_END = "\u0250"
_TOLERANCE = 0.01


class Filled(NamedTuple):
    """A line: text[start:end], its width with trailing blanks left out, and its last ink's end.

    `squeeze` is how much its marks must give up (0 when the line fits as it is); `last` tells the
    paragraph's last line, which is not spread.
    """

    start: int
    end: int
    ink_end: int
    width: float
    squeeze: float
    last: bool


def joints(text: str) -> bytearray:
    """Return how firmly each character holds to the one before it: FREE, SOFT or HARD.

    HARD are the rules for marks, SOFT those for numbers and words, which give way where a run is
    wider than a line. The first entry says nothing.
    """
    held = bytearray(len(text))
    for at in range(1, len(text)):
        held[at] = _joint(text[at - 1], text[at])
    for unit in _LONG_UNITS.finditer(text):
        for at in range(unit.start(), unit.end()):
            held[at] = max(held[at], SOFT)
    return held


def _joint(before: str, after: str) -> int:
    if before in NEVER_LAST or after in NEVER_FIRST or after == " ":
        return HARD
    if before == " ":
        return FREE
    if _attaches(after):
        return HARD
    in_word = before < _LATIN_END and after < _LATIN_END
    in_number = before.isdigit() and after.isalnum()
    signed = before in _SIGNS and after.isdigit()
    return SOFT if in_word or in_number or signed else FREE


def _attaches(character: str) -> bool:
    """Tell a combining mark or a variation selector, which belongs to the character before."""
    return (
        "\u0300" <= character <= "\u036f"
        or "\u200b" <= character <= "\u200f"
        or "\ufe00" <= character <= "\ufe0f"
        or "\U000e0100" <= character <= "\U000e01ef"
    )


def fill_lines(
    text: str,
    widths: Sequence[float],
    slacks: Sequence[float],
    room: float,
    first_room: float | None = None,
) -> list[Filled]:
    """Return the lines of a paragraph in order; together they hold every character of the text.

    `widths` and `slacks` give each character's width and how much of it is blank that may be given
    up, `room` the width of a line and `first_room` that of the first, all in points. No line is
    wider than its room unless a single character is.
    """
    first = room if first_room is None else first_room
    pieces = _pieces(widths, joints(text), min(room, first))
    lines: list[Filled] = []
    start = at = 0
    width = 0.0
    for end in pieces:
        limit = room if lines else first
        if at > start and width + _ink_width(text, widths, at, end) > limit + _TOLERANCE:
            over = width + _ink_width(text, widths, at, end) - limit
            spare = limit - _ink_width(text, widths, start, at)
            if over > min(sum(slacks[start:end]), spare) + _TOLERANCE:
                lines.append(_line(text, widths, start, at, limit))
                start, width = at, 0.0
        width += sum(widths[at:end])
        at = end
    lines.append(_line(text, widths, start, at, room if lines else first)._replace(last=True))
    return lines


def _line(text: str, widths: Sequence[float], start: int, end: int, limit: float) -> Filled:
    ink_end = _ink_end(text, start, end)
    width = sum(widths[start:ink_end])
    return Filled(start, end, ink_end, width, max(0.0, width - limit), last=False)


def _ink_end(text: str, start: int, end: int) -> int:
    while end > start and text[end - 1] == " ":
        end -= 1
    return end


def _ink_width(text: str, widths: Sequence[float], start: int, end: int) -> float:
    return sum(widths[start : _ink_end(text, start, end)])


def narrowest(text: str, widths: Sequence[float]) -> float:
    """Return the width of the widest part of a text that the rules keep together, in points."""
    held = joints(text)
    widest = piece = 0.0
    for at, width in enumerate(widths):
        piece = width if held[at] == FREE else piece + width
        widest = max(widest, piece)
    return widest


def _pieces(widths: Sequence[float], held: bytearray, room: float) -> list[int]:
    """Return where pieces end; what is wider than the room is parted against the rules."""
    ends: list[int] = []
    for start, end in _runs(held, 0, len(widths), FREE):
        if sum(widths[start:end]) <= room + _TOLERANCE:
            ends.append(end)
            continue
        for part_start, part_end in _runs(held, start, end, SOFT):
            if sum(widths[part_start:part_end]) <= room + _TOLERANCE:
                ends.append(part_end)
            else:
                ends.extend(range(part_start + 1, part_end + 1))
    return ends


def _runs(held: bytearray, start: int, end: int, loose: int) -> list[tuple[int, int]]:
    cuts = [at for at in range(start + 1, end) if held[at] <= loose]
    return list(zip([start, *cuts], [*cuts, end], strict=True)) if end > start else []
