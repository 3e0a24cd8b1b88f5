"""How wide the columns of a table are: whole words first, then the room that was meant for them."""

from collections.abc import Sequence
from math import ceil

# A column of long sentences leaves room for the others.
_MOST = 3


def spread(
    meant: Sequence[int], needed: Sequence[int], least: Sequence[int], room: int
) -> list[int]:
    """Return the columns' widths, in pixels.

    `meant` is what each is planned for, `needed` what its widest words take. Where the room is
    short a column gives up what it does not need; what is free goes to words that would be cut,
    the shortest lack first, then back to the planned widths. Where not even the planned words have
    room, columns are narrowed towards `least` as far as that spares scrolling.
    """
    widths = [min(pair) for pair in zip(meant, needed, strict=True)]
    free = room - sum(widths)
    spare = [max(width - low, 0) for width, low in zip(widths, least, strict=True)]
    if free < 0 and sum(spare) >= -free:
        part = -free / sum(spare)
        return [width - ceil(of * part) for width, of in zip(widths, spare, strict=True)]
    whole = [min(need, _MOST * plan) for plan, need in zip(meant, needed, strict=True)]
    for at in sorted(range(len(widths)), key=lambda at: whole[at] - widths[at]):
        more = max(min(whole[at] - widths[at], free), 0)
        widths[at] += more
        free -= more
    back = [max(plan - width, 0) for plan, width in zip(meant, widths, strict=True)]
    if free > 0 and sum(back) > 0:
        part = min(free / sum(back), 1)
        widths = [width + int(more * part) for width, more in zip(widths, back, strict=True)]
    return widths
