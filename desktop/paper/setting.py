"""Text set in a face: each character gets its place on the line.

Full-width marks give up their blank half where two of them meet and where that saves a line; a line
that falls short is spread evenly. Positions are what the PDF draws and what a preview may draw too.
"""

from collections.abc import Sequence
from typing import NamedTuple

from desktop.paper.breaking import CLOSING, OPENING, Filled, fill_lines, narrowest
from desktop.paper.fonts import Faces, Role

BODY_SIZE, BODY_TRACKING = 16.0, -0.21

# A line that would need more than a character between characters looks better left short.
_MOST_STRETCH = BODY_SIZE


class Style(NamedTuple):
    """A role at a size, with the space added behind each character; points."""

    role: Role
    size: float
    tracking: float = 0.0


class Run(NamedTuple):
    """Characters of one style on one baseline, `xs` giving the left side of each one's box.

    `cuts` is how much narrower each box is than its character's own, for marks set close; `turned`
    runs read from top to bottom of the page.
    """

    x: float
    y: float
    style: Style
    text: str
    xs: tuple[float, ...]
    cuts: tuple[float, ...]
    turned: bool = False


class SetLine(NamedTuple):
    """A line ready to be placed: its characters, where each stands, and its width in points."""

    text: str
    xs: tuple[float, ...]
    cuts: tuple[float, ...]
    width: float


class Shaped(NamedTuple):
    """A text measured in a style: each character's width, the blank it may still give up, and what
    it gave up already because two marks meet; points.
    """

    text: str
    widths: list[float]
    slacks: list[float]
    cuts: list[float]


BODY = Style("fangsong", BODY_SIZE, BODY_TRACKING)


def clean(text: str) -> str:
    """Return a text of one line: breaks and tabs as blanks, control characters left out."""
    if text.isprintable():
        return text
    spaced = (" " if c in "\t\n\r\v\f\x85\u2028\u2029" else c for c in text)
    return "".join(c for c in spaced if c >= " " and not "\x7f" <= c < "\xa0")


def shape(text: str, style: Style, faces: Faces) -> Shaped:
    """Return the text cleaned and measured in points, meeting marks already set close."""
    text = clean(text)
    role, size, tracking = style
    glyphs = [faces.glyph(role, character) for character in text]
    widths = [g.advance * size + tracking if g.advance else 0.0 for g in glyphs]
    slacks = [g.slack * size for g in glyphs]
    cuts = [0.0] * len(text)
    for at in range(1, len(text)):
        if not slacks[at]:
            continue
        before, after = text[at - 1], text[at]
        if before in CLOSING:
            cut = at - 1
        elif before in OPENING and after in OPENING:
            cut = at
        else:
            continue
        widths[cut] -= slacks[cut]
        cuts[cut], slacks[cut] = slacks[cut], 0.0
    return Shaped(text, widths, slacks, cuts)


def set_lines(
    shaped: Shaped, room: float, first_room: float | None = None, *, spread: bool = True
) -> list[SetLine]:
    """Return the lines of a paragraph, every one but the last spread to the room."""
    lines = fill_lines(shaped.text, shaped.widths, shaped.slacks, room, first_room)
    first = room if first_room is None else first_room
    return [
        _set_line(shaped, line, (first if number == 0 else room) if spread else line.width)
        for number, line in enumerate(lines)
    ]


def set_line(text: str, style: Style, faces: Faces) -> SetLine:
    """Return a text on one line, however long."""
    shaped = shape(text, style, faces)
    end = len(shaped.text)
    return _set_line(shaped, Filled(0, end, end, sum(shaped.widths), 0.0, last=True), 0.0)


def narrowest_text(shaped: Shaped) -> float:
    """Return the width in points below which a text is broken against the rules."""
    return narrowest(shaped.text, shaped.widths)


def place(line: SetLine, style: Style, x: float, y: float) -> Run:
    """Return the line drawn from x on the baseline y, both from the page's top left corner."""
    return Run(x, y, style, line.text, line.xs, line.cuts)


def _set_line(shaped: Shaped, line: Filled, room: float) -> SetLine:
    text = shaped.text[line.start : line.ink_end]
    widths = shaped.widths[line.start : line.ink_end]
    slacks = shaped.slacks[line.start : line.ink_end]
    cuts = shaped.cuts[line.start : line.ink_end]
    if line.squeeze and sum(slacks):
        share = min(1.0, line.squeeze / sum(slacks))
        cuts = [cut + slack * share for cut, slack in zip(cuts, slacks, strict=True)]
        widths = [width - slack * share for width, slack in zip(widths, slacks, strict=True)]
    gaps = _gaps(text, widths)
    spare = 0.0 if line.last else max(0.0, room - line.width)
    stretch = spare / max(1, sum(gaps))
    if stretch > _MOST_STRETCH:
        stretch = 0.0
    xs: list[float] = []
    x = 0.0
    for width, gap in zip(widths, gaps, strict=True):
        xs.append(x)
        x += width + (stretch if gap else 0.0)
    return SetLine(text, tuple(xs), tuple(cuts), x)


def _gaps(text: str, widths: Sequence[float]) -> list[bool]:
    """Tell behind which characters space may be added: never inside a number or a Latin word."""
    return [
        at + 1 < len(text)
        and bool(widths[at + 1])
        and not (_in_word(text[at]) and _in_word(text[at + 1]))
        and not (text[at] == text[at + 1] and text[at] in "—…")
        for at in range(len(text))
    ]


def _in_word(character: str) -> bool:
    return character.isascii() and character != " "
