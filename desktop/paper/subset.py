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

from desktop.paper.face import (
    COMPONENT_MATRIX,
    COMPONENT_MORE,
    COMPONENT_SCALE,
    COMPONENT_TWO_SCALES,
    COMPONENT_WORDS,
    Face,
)

_MOST_SLOTS = 0xFFFF


def subset_file(face: Face, glyphs: Sequence[int]) -> bytes:
    """Return a TrueType file whose glyph n + 1 is `glyphs[n]` of the face; glyph 0 is empty.

    The same arguments give the same bytes. ValueError if a composite glyph asks for more parts than
    a file can number.
    """
    outlines, sources = _outlines(face, glyphs)
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
    if byteorder == "little":
        offsets.byteswap()
    tables = {
        "glyf": bytes(glyf) or b"\0",
        "head": bytes(head),
        "hhea": bytes(hhea),
        "hmtx": b"".join(pack(">Hh", *face.bearing(glyph)) for glyph in sources),
        "loca": offsets.tobytes(),
        "maxp": bytes(maxp),
    }
    for tag in ("cvt ", "fpgm", "prep"):
        if hinting := face.table(tag):
            tables[tag] = hinting
    return _assemble(tables)


def _outlines(face: Face, glyphs: Sequence[int]) -> tuple[list[bytes], list[int]]:
    """Return the outlines in slot order, parts of composites behind, and their glyphs."""
    sources = [0, *glyphs]
    slots: dict[int, int] = {}
    for slot, glyph in enumerate(sources):
        if slot:
            slots.setdefault(glyph, slot)
    outlines = [b""]
    for slot in range(1, _MOST_SLOTS + 1):
        if slot == len(sources):
            return outlines, sources
        outline = face.outline(sources[slot]) if sources[slot] else b""
        if len(outline) > 10 and outline[0] & 0x80:
            outline = _renumbered(outline, slots, sources)
        outlines.append(outline)
    raise ValueError("too many glyphs for one font file")


def _renumbered(outline: bytes, slots: dict[int, int], sources: list[int]) -> bytes:
    """Return a composite outline that names its parts by slot, giving new slots where needed."""
    changed, at, more = bytearray(outline), 10, True
    while more and at + 4 <= len(changed):
        flags, part = unpack_from(">HH", changed, at)
        if part not in slots:
            slots[part] = len(sources)
            sources.append(part)
        pack_into(">H", changed, at + 2, slots[part])
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
