"""Pieces put on pages: filled from the top, held together where they ask for it, numbered."""

from collections.abc import Sequence
from typing import NamedTuple

from desktop.paper.fonts import Faces
from desktop.paper.setting import Run, place, set_line
from desktop.paper.sheet import (
    BLOCK_WIDTH,
    FORM,
    FORM_NUMBER_FROM_TOP,
    LANDSCAPE,
    LEFT,
    LONG_SIDE,
    NUMBER_FROM_TOP,
    NUMBER_STYLE,
    Page,
    Piece,
    Rule,
    Sheet,
)

_ROUNDING = 0.05
_DASH_HEIGHT = 0.38


class Numbering(NamedTuple):
    """The number of the first page, 0 for none on any, and whether it stands in the middle."""

    first: int = 1
    centred: bool = False


def paginate(
    pieces: Sequence[Piece],
    first: Sheet,
    faces: Faces,
    numbering: Numbering | None = None,
    again: Sequence[Piece] = (),
) -> list[Page]:
    """Return the pages the pieces fill, at least one, each with its number; `again` heads all but
    the first.

    A piece that must stay with the next one goes to that one's page, unless the pieces held
    together fill more than a page.
    """
    numbered = numbering or Numbering()
    pages: list[Page] = []
    sheet, on_page = first, _Filling(first)

    def turn_page() -> _Filling:
        pages.append(on_page.finished(len(pages), numbered, faces))
        return _Filling(sheet, again)

    for piece in pieces:
        if piece.turn is not None:
            sheet = piece.turn
            on_page = turn_page() if on_page.pieces else _Filling(sheet)
            continue
        if not on_page.takes(piece):
            moved = on_page.give_up()
            on_page = turn_page()
            for held in moved:
                on_page.add(held)
            if not on_page.takes(piece):
                on_page = turn_page()
        on_page.add(piece)
    if on_page.pieces or not pages:
        pages.append(on_page.finished(len(pages), numbered, faces))
    return pages


class _Filling:
    """A page being filled."""

    def __init__(self, sheet: Sheet, again: Sequence[Piece] = ()) -> None:
        self.sheet = sheet
        self.pieces: list[Piece] = []
        self.height = 0.0
        self._again = again

    def takes(self, piece: Piece) -> bool:
        return not self.pieces or self.height + piece.height <= self.sheet.capacity + _ROUNDING

    def add(self, piece: Piece) -> None:
        if not self.pieces:
            if piece.blank:
                return
            for line in self._again:
                self._put(line)
            if piece.head is not None:
                self._put(piece.head)
        self._put(piece)

    def give_up(self) -> list[Piece]:
        """Take off and return the pieces that must stand with the one that follows."""
        at = len(self.pieces)
        while at > 0 and self.pieces[at - 1].keep:
            at -= 1
        if at == 0:
            return []
        moved = self.pieces[at:]
        del self.pieces[at:]
        self.height = sum(piece.height for piece in self.pieces)
        return moved

    def finished(self, before: int, numbering: Numbering, faces: Faces) -> Page:
        """Return the page; `before` are those of the document in front of it."""
        sheet = self.sheet
        runs: list[Run] = []
        rules: list[Rule] = []
        y = sheet.top
        for piece in self.pieces:
            runs += [run._replace(x=run.x + sheet.left, y=run.y + y) for run in piece.runs]
            rules += [
                Rule(r.x1 + sheet.left, r.y1 + y, r.x2 + sheet.left, r.y2 + y, r.width)
                for r in piece.rules
            ]
            y += piece.height
        if numbering.first:
            number = numbering.first + before
            runs.append(_page_number(number, sheet, faces, centred=numbering.centred))
        return Page(sheet.width, sheet.height, tuple(runs), tuple(rules))

    def _put(self, piece: Piece) -> None:
        self.pieces.append(piece)
        self.height += piece.height


def _page_number(number: int, sheet: Sheet, faces: Faces, *, centred: bool) -> Run:
    """Return "— 1 —": odd pages at the right, even ones at the left, one character in.

    The dashes stand 269 mm from the top. On a landscape page the number is where it would be on the
    upright sheet, which is the landscape one turned to the left. A form has the bare number at its
    upper outer corner.
    """
    said = str(number) if sheet is FORM else f"— {number} —"
    line = set_line(said, NUMBER_STYLE, faces)
    inset = NUMBER_STYLE.size
    x = LEFT + inset if number % 2 == 0 else LEFT + BLOCK_WIDTH - inset - line.width
    if centred:
        x = LEFT + (BLOCK_WIDTH - line.width) / 2
    if sheet is FORM:
        x = LEFT if number % 2 == 0 else LEFT + BLOCK_WIDTH - line.width
        return place(line, NUMBER_STYLE, x, FORM_NUMBER_FROM_TOP)
    y = NUMBER_FROM_TOP + _DASH_HEIGHT * NUMBER_STYLE.size
    if sheet is not LANDSCAPE:
        return place(line, NUMBER_STYLE, x, y)
    return place(line, NUMBER_STYLE, LONG_SIDE - y, x)._replace(turned=True)
