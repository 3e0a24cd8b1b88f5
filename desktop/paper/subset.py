"""A TrueType file with only the glyphs a paper uses, for embedding under Identity-H.

Slots are given out in order, one per character even where two characters share a glyph, so that
each copies out of the PDF as it was typed. Slot 0, which PDF readers draw for a missing glyph, is
left empty, and so is every slot given to the face's own glyph 0: no paper can show a box.
Source: ISO 32000-1 §9.7.4, §9.9 (an embedded CIDFontType2 needs glyf, head, hhea, hmtx, loca, maxp
and the hinting tables where present; no cmap, name, OS/2 or post).
"""

from array import array
from collections.abc import Sequence
from struct import pack, pack_into, unpack_from
from sys import byteorder
from typing import NamedTuple

from desktop.paper.face import (
    COMPONENT_MATRIX,
    COMPONENT_MORE,
    COMPONENT_SCALE,
    COMPONENT_TWO_SCALES,
    COMPONENT_WORDS,
    Face,
)

_MOST_SLOTS = 0xFFFF
_WORDS_AND_OFFSETS = 0x0003


class Slot(NamedTuple):
    """A glyph as a paper uses it: its box made `trim` narrower, in the face's own units.

    The blank is taken from the left, so that the ink moves, where `leading` is set.
    """

    glyph: int
    trim: int = 0
    leading: bool = False


def subset_file(face: Face, slots: Sequence[Slot]) -> bytes:
    """Return a TrueType file whose glyph n + 1 is `slots[n]` of the face; glyph 0 is empty.

    The same arguments give the same bytes. ValueError if a composite glyph asks for more parts than
    a file can number.
    """
    outlines, sources = _outlines(face, slots)
    offsets, glyf = array("I", [0]), bytearray()
    for outline in outlines:
        glyf += outline
        glyf += b"\0" * (-len(glyf) % 4)
        offsets.append(len(glyf))
    head = bytearray(face.table("head"))
    pack_into(">L", head, 8, 0)
    pack_into(">h", head, 50, 1)
    hhea = bytearray(face.table("hhea"))
    pack_into(">H", hhea, 34, len(sources))
    maxp = bytearray(face.table("maxp"))
    pack_into(">H", maxp, 4, len(sources))
    if len(maxp) >= 32:
        parts, depth = unpack_from(">HH", maxp, 28)
        pack_into(">HH", maxp, 28, max(parts, 1), depth + 1)
    if byteorder == "little":
        offsets.byteswap()
    tables = {
        "glyf": bytes(glyf) or b"\0",
        "head": bytes(head),
        "hhea": bytes(hhea),
        "hmtx": b"".join(_metrics(face, slot) for slot in sources),
        "loca": offsets.tobytes(),
        "maxp": bytes(maxp),
    }
    for tag in ("cvt ", "fpgm", "prep"):
        if hinting := face.table(tag):
            tables[tag] = hinting
    return _assemble(tables)


def _metrics(face: Face, slot: Slot) -> bytes:
    advance, bearing = face.bearing(slot.glyph)
    moved = slot.trim if slot.leading else 0
    return pack(">Hh", max(0, advance - slot.trim), bearing - moved)


def _outlines(face: Face, slots: Sequence[Slot]) -> tuple[list[bytes], list[Slot]]:
    """Return the outlines in slot order, the parts of composites behind, and what fills each."""
    sources = [Slot(0), *slots]
    numbers: dict[int, int] = {}
    for number, slot in enumerate(sources):
        if number and not slot.leading:
            numbers.setdefault(slot.glyph, number)
    outlines = [b""]
    for number in range(1, _MOST_SLOTS + 1):
        if number == len(sources):
            return outlines, sources
        slot = sources[number]
        outline = face.outline(slot.glyph) if slot.glyph else b""
        if outline and slot.leading:
            outline = _moved(outline, slot, _number_of(slot.glyph, numbers, sources))
        elif len(outline) > 10 and outline[0] & 0x80:
            outline = _renumbered(outline, numbers, sources)
        outlines.append(outline)
    raise ValueError("too many glyphs for one font file")


def _number_of(glyph: int, numbers: dict[int, int], sources: list[Slot]) -> int:
    """Return the slot of a glyph as it is in the face, giving it a new one where it has none."""
    if glyph not in numbers:
        numbers[glyph] = len(sources)
        sources.append(Slot(glyph))
    return numbers[glyph]


def _moved(outline: bytes, slot: Slot, part: int) -> bytes:
    """Return a composite that is the part moved left by the slot's trim."""
    left, bottom, right, top = unpack_from(">4h", outline, 2)
    box = pack(">5h", -1, left - slot.trim, bottom, right - slot.trim, top)
    return box + pack(">HHhh", _WORDS_AND_OFFSETS, part, -slot.trim, 0)


def _renumbered(outline: bytes, numbers: dict[int, int], sources: list[Slot]) -> bytes:
    """Return a composite outline that names its parts by slot, giving new slots where needed."""
    changed, at, more = bytearray(outline), 10, True
    while more and at + 4 <= len(changed):
        flags, part = unpack_from(">HH", changed, at)
        pack_into(">H", changed, at + 2, _number_of(part, numbers, sources))
        at += 8 if flags & COMPONENT_WORDS else 6
        if flags & COMPONENT_SCALE:
            at += 2
        elif flags & COMPONENT_TWO_SCALES:
            at += 4
        elif flags & COMPONENT_MATRIX:
            at += 8
        more = bool(flags & COMPONENT_MORE)
    return bytes(changed)


def _assemble(tables: dict[str, bytes]) -> bytes:
    count = len(tables)
    power = count.bit_length() - 1
    search = 16 << power
    directory = bytearray(pack(">LHHHH", 0x00010000, count, search, power, count * 16 - search))
    offset, body = 12 + 16 * count, bytearray()
    for tag, content in sorted(tables.items()):
        padded = content + b"\0" * (-len(content) % 4)
        directory += pack(
            ">4sLLL", tag.encode("ascii"), _checksum(padded), offset + len(body), len(content)
        )
        if tag == "head":
            head_at = offset + len(body)
        body += padded
    file = directory + body
    pack_into(">L", file, head_at + 8, (0xB1B0AFBA - _checksum(bytes(file))) & 0xFFFFFFFF)
    return bytes(file)


def _checksum(padded: bytes) -> int:
    words = array("I", padded)
    if byteorder == "little":
        words.byteswap()
    return sum(words) & 0xFFFFFFFF
