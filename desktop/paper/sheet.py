"""The sheet of GB/T 9704-2012 in points, and the pieces a paper is laid out from.

Positions are measured from the top left corner of the page, y downwards; a run's y is its baseline.
"""

from typing import NamedTuple

from desktop.paper.setting import BODY_SIZE, BODY_TRACKING, Run, Style

MM = 72 / 25.4
SHORT_SIDE, LONG_SIDE = 210 * MM, 297 * MM
TOP, LEFT = 37 * MM, 28 * MM
BLOCK_WIDTH, BLOCK_HEIGHT = 156 * MM, 225 * MM
PITCH = 28.95
CHARACTER = BODY_SIZE + BODY_TRACKING
LINES, CHARACTERS = 22, 28
LANDSCAPE_LINES, LANDSCAPE_CHARACTERS = 15, 39
NUMBER_FROM_TOP = 269 * MM
NUMBER_STYLE = Style("songti", 14.0)
RULE_WIDTH = 0.5


class Sheet(NamedTuple):
    """A page to be filled: its size, where its text block lies, and how much the block takes.

    `room` is the width of running text, `block_width` that of tables, `capacity` the height.
    """

    width: float
    height: float
    left: float
    top: float
    block_width: float
    room: float
    capacity: float


UPRIGHT = Sheet(
    SHORT_SIDE, LONG_SIDE, LEFT, TOP, BLOCK_WIDTH, CHARACTERS * CHARACTER, LINES * PITCH
)
# A form of a file has more room, and its number at the top outside, where files are stamped.
FORM_TOP = 27 * MM
FORM = Sheet(SHORT_SIDE, LONG_SIDE, LEFT, FORM_TOP, BLOCK_WIDTH, BLOCK_WIDTH, 243 * MM)
FORM_NUMBER_FROM_TOP = 18 * MM
# A landscape page is an upright one turned to the left, so its block starts where the upright
# block's bottom margin (35 mm) is.
LANDSCAPE = Sheet(
    LONG_SIDE,
    SHORT_SIDE,
    LONG_SIDE - TOP - BLOCK_HEIGHT,
    LEFT,
    BLOCK_HEIGHT,
    LANDSCAPE_CHARACTERS * CHARACTER,
    LANDSCAPE_LINES * PITCH,
)


class Rule(NamedTuple):
    """A straight line between two points, so thick; a bar of a chart is a very thick one."""

    x1: float
    y1: float
    x2: float
    y2: float
    width: float = RULE_WIDTH


class Piece(NamedTuple):
    """What is never cut: a line or a table row, with marks placed from its own top left corner.

    `keep` holds it on the page of the piece that follows. `head` is repeated above it when it
    starts a page. `blank` pieces vanish at a page's top. `turn` opens a page of that sheet.
    """

    height: float
    runs: tuple[Run, ...] = ()
    rules: tuple[Rule, ...] = ()
    keep: bool = False
    blank: bool = False
    head: "Piece | None" = None
    turn: Sheet | None = None


class Page(NamedTuple):
    """A finished page: everything on it, with its place on the page."""

    width: float
    height: float
    runs: tuple[Run, ...]
    rules: tuple[Rule, ...]


def baseline(size: float, height: float = PITCH) -> float:
    """Return how far below the top of a line's cell the baseline of centred type lies, in points.

    Chinese type fills its em from 0.12 below the baseline to 0.88 above.
    """
    return (height - size) / 2 + 0.88 * size
