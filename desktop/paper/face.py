"""One TrueType face, read glyph by glyph from a mapped file.

Nothing is parsed ahead: opening a face reads its table directory, a look-up reads a few bytes. That
makes a 30 MB face as quick as a small one and leaves nothing to keep in a cache.
Source: OpenType 1.9 (cmap formats 4 and 12, hmtx, loca, glyf, name, OS/2).
"""

from array import array
from bisect import bisect_right
from mmap import ACCESS_READ, mmap
from pathlib import Path
from struct import error as struct_error
from struct import unpack_from
from sys import byteorder

COMPONENT_WORDS, COMPONENT_SCALE, COMPONENT_MORE = 0x0001, 0x0008, 0x0020
COMPONENT_TWO_SCALES, COMPONENT_MATRIX = 0x0040, 0x0080
_TRUETYPE = (0x00010000, 0x74727565)
_COLLECTION = 0x74746366
_NEEDED = ("cmap", "glyf", "head", "hhea", "hmtx", "loca", "maxp", "name")


class FaceUnreadable(Exception):
    """The file holds no TrueType outlines that may and can be put into a PDF."""


class Face:
    """A face whose tables were found; every read is checked against the file's end."""

    def __init__(self, path: Path, index: int = 0) -> None:
        """Open face `index` of a .ttf or .ttc; FaceUnreadable if it cannot serve."""
        self.path, self.index = path, index
        try:
            with path.open("rb") as file:
                self._data = mmap(file.fileno(), 0, access=ACCESS_READ)
            self._tables = self._directory()
            self._measures()
            self._choose_cmap()
        except (OSError, ValueError, struct_error, IndexError, UnicodeDecodeError) as fault:
            raise FaceUnreadable(f"face {index} of a font file: {type(fault).__name__}") from fault

    def glyph(self, code: int) -> int:
        """Return the glyph of a character, 0 where the face has none."""
        at = bisect_right(self._starts, code) - 1
        if at < 0 or code > self._ends[at]:
            return 0
        found = self._glyph_in(at, code)
        return found if found < self.glyph_count else 0

    def advance(self, glyph: int) -> float:
        """Return how far a glyph moves the pen, in em."""
        return self.bearing(glyph)[0] / self.units

    def bearing(self, glyph: int) -> tuple[int, int]:
        """Return advance and left side bearing in the face's own units."""
        glyph = min(glyph, self.glyph_count - 1)
        full = min(glyph, self._full_metrics - 1)
        (advance,) = unpack_from(">H", self._data, self._hmtx + full * 4)
        if glyph < self._full_metrics:
            at = self._hmtx + glyph * 4 + 2
        else:
            at = self._hmtx + self._full_metrics * 4 + (glyph - self._full_metrics) * 2
        return int(advance), int(unpack_from(">h", self._data, at)[0])

    def has_ink(self, glyph: int) -> bool:
        """Tell whether a glyph draws anything."""
        start, end = self._span(glyph)
        return end > start

    def outline(self, glyph: int) -> bytes:
        """Return a glyph's record of the glyf table, empty where it draws nothing."""
        start, end = self._span(glyph)
        return self._data[self._glyf + start : self._glyf + end]

    def ink(self, glyph: int) -> tuple[float, float, float, float]:
        """Return left, bottom, right and top of a glyph's ink, in em; zeros where it has none."""
        outline = self.outline(glyph)
        if len(outline) < 10:
            return 0.0, 0.0, 0.0, 0.0
        left, bottom, right, top = unpack_from(">4h", outline, 2)
        return left / self.units, bottom / self.units, right / self.units, top / self.units

    def table(self, tag: str) -> bytes:
        """Return a whole table, empty where the face has none."""
        offset, length = self._tables.get(tag, (0, 0))
        return self._data[offset : offset + length]

    def _directory(self) -> dict[str, tuple[int, int]]:
        start, (version,) = 0, unpack_from(">L", self._data, 0)
        if version == _COLLECTION:
            (count,) = unpack_from(">L", self._data, 8)
            if not 0 <= self.index < count:
                raise FaceUnreadable("no such face in the collection")
            (start,) = unpack_from(">L", self._data, 12 + 4 * self.index)
            (version,) = unpack_from(">L", self._data, start)
        if version not in _TRUETYPE:
            raise FaceUnreadable("no TrueType outlines")
        tables: dict[str, tuple[int, int]] = {}
        for number in range(unpack_from(">H", self._data, start + 4)[0]):
            tag, _, offset, length = unpack_from(">4sLLL", self._data, start + 12 + 16 * number)
            if offset + length > len(self._data):
                raise FaceUnreadable("a table passes the end of the file")
            tables[tag.decode("latin-1")] = (offset, length)
        if missing := [tag for tag in _NEEDED if tag not in tables]:
            raise FaceUnreadable(f"no table {missing[0]}")
        return tables

    def _measures(self) -> None:
        data, tables = self._data, self._tables
        head = tables["head"][0]
        self.units: int = unpack_from(">H", data, head + 18)[0]
        self.box: tuple[int, int, int, int] = unpack_from(">4h", data, head + 36)
        (self._long_offsets,) = unpack_from(">h", data, head + 50)
        self.ascent, self.descent = unpack_from(">2h", data, tables["hhea"][0] + 4)
        self._full_metrics: int = unpack_from(">H", data, tables["hhea"][0] + 34)[0]
        self.glyph_count: int = unpack_from(">H", data, tables["maxp"][0] + 4)[0]
        self._hmtx, self._loca = tables["hmtx"][0], tables["loca"][0]
        self._glyf = tables["glyf"][0]
        metrics = self._full_metrics * 4 + (self.glyph_count - self._full_metrics) * 2
        offsets = (self.glyph_count + 1) * (4 if self._long_offsets else 2)
        if not self.units or not 0 < self._full_metrics <= self.glyph_count:
            raise FaceUnreadable("measures out of range")
        if metrics > tables["hmtx"][1] or offsets > tables["loca"][1]:
            raise FaceUnreadable("a table is cut short")
        if "OS/2" in tables:
            (licence,) = unpack_from(">H", data, tables["OS/2"][0] + 8)
            if licence & 0x000F == 0x0002 or licence & 0x0300:
                raise FaceUnreadable("the face's licence forbids putting a part into a document")

    def _choose_cmap(self) -> None:
        base, _ = self._tables["cmap"]
        best, chosen, chosen_format = 0, 0, 0
        for number in range(unpack_from(">H", self._data, base + 2)[0]):
            platform, encoding, offset = unpack_from(">HHL", self._data, base + 4 + 8 * number)
            (form,) = unpack_from(">H", self._data, base + offset)
            if platform not in (0, 3) or form not in (4, 12):
                continue
            if platform == 3 and encoding not in (1, 10):
                continue
            if form > best:
                best, chosen, chosen_format = form, base + offset, form
        if not best:
            raise FaceUnreadable("no Unicode character map")
        if chosen_format == 12:
            self._read_groups(chosen)
        else:
            self._read_segments(chosen)

    def _read_groups(self, at: int) -> None:
        (count,) = unpack_from(">L", self._data, at + 12)
        groups = self._numbers("I", at + 16, count * 3)
        self._starts, self._ends, self._glyphs = groups[0::3], groups[1::3], groups[2::3]
        self._ranges: array[int] | None = None

    def _read_segments(self, at: int) -> None:
        count = unpack_from(">H", self._data, at + 6)[0] // 2
        step = count * 2
        self._ends = self._numbers("H", at + 14, count)
        self._starts = self._numbers("H", at + 16 + step, count)
        self._glyphs = self._numbers("H", at + 16 + 2 * step, count)
        self._ranges = self._numbers("H", at + 16 + 3 * step, count)
        self._ranges_at = at + 16 + 3 * step

    def _glyph_in(self, at: int, code: int) -> int:
        if self._ranges is None:
            return self._glyphs[at] + code - self._starts[at]
        if not self._ranges[at]:
            return (code + self._glyphs[at]) & 0xFFFF
        place = self._ranges_at + 2 * at + self._ranges[at] + 2 * (code - self._starts[at])
        if place + 2 > len(self._data):
            return 0
        found = int(unpack_from(">H", self._data, place)[0])
        return (found + self._glyphs[at]) & 0xFFFF if found else 0

    def _numbers(self, kind: str, at: int, count: int) -> "array[int]":
        numbers = array(kind)
        size = count * numbers.itemsize
        if at + size > len(self._data):
            raise FaceUnreadable("the character map passes the end of the file")
        numbers.frombytes(self._data[at : at + size])
        if byteorder == "little":
            numbers.byteswap()
        return numbers

    def _span(self, glyph: int) -> tuple[int, int]:
        if glyph >= self.glyph_count:
            return 0, 0
        if self._long_offsets:
            start, end = unpack_from(">2L", self._data, self._loca + 4 * glyph)
        else:
            start, end = (2 * at for at in unpack_from(">2H", self._data, self._loca + 2 * glyph))
        return (start, end) if start < end <= self._tables["glyf"][1] else (0, 0)


def face_names(path: Path) -> list[list[str]]:
    """Return for each face of a font file its family, full and PostScript names in any language.

    An empty list where the file is no TrueType font; nothing is raised.
    """
    try:
        return [_names(Face(path, index).table("name")) for index in range(_face_count(path))]
    except (FaceUnreadable, OSError, struct_error):
        return []


def postscript_name(face: Face) -> str:
    """Return a name for the face that PDF accepts: printable ASCII without delimiters."""
    for name in _names(face.table("name"), only=6):
        plain = "".join(c for c in name if c.isascii() and (c.isalnum() or c in "-_"))
        if plain:
            return plain
    return "Face"


def _face_count(path: Path) -> int:
    with path.open("rb") as file:
        start = file.read(12)
    version, count = unpack_from(">L4xL", start)
    return min(int(count), 64) if version == _COLLECTION else 1


def _names(table: bytes, only: int | None = None) -> list[str]:
    wanted = (only,) if only is not None else (1, 4, 6, 16)
    count, strings = unpack_from(">2xHH", table)
    found = []
    for number in range(count):
        platform, _, _, kind, length, offset = unpack_from(">6H", table, 6 + 12 * number)
        if kind not in wanted:
            continue
        raw = table[strings + offset : strings + offset + length]
        found.append(raw.decode("latin-1" if platform == 1 else "utf-16-be", "replace"))
    return found
