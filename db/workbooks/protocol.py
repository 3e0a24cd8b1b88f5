"""What the reading child and its parent agree on: limits, refusals, and frames on the pipe.

A frame is four bytes of length, big-endian, and that much JSON: a list that begins with its kind.
`["sheet", name]` opens a sheet, `["rows", rows]` adds rows to it, `["end"]` closes the workbook,
`["refused", code, detail]` ends it instead. JSON has no way to run anything, whatever a child that
was taken over may send. A cell is text, a number, true, false or null; a day or a time is a list of
a letter (d, s, t for date, datetime, time) and its ISO form.
"""

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import orjson

MIB: Final = 2**20
MOST_SECONDS: Final = 60
# What the child may map above what its interpreter has mapped already (some 25 MiB). 200,000 rows
# of ten columns need 190 MiB; the program and its child together stay below 300 MiB.
MOST_MEMORY: Final = 208 * MIB
MOST_FILE_BYTES: Final = 20 * MIB
MOST_ENTRIES: Final = 2_000
MOST_INFLATED: Final = 200 * MIB
MOST_RATIO: Final = 200
MOST_ROWS: Final = 200_000
MOST_COLUMNS: Final = 200
MOST_CELLS: Final = 2_400_000
MOST_SHEETS: Final = 500
# Excel's own limit of a cell; a longer text is a fault of the file or an attack.
MOST_CHARACTERS: Final = 32_767
MOST_FRAME: Final = 8 * MIB
MOST_PAYLOAD: Final = 96 * MIB

_HEAD = struct.Struct(">I")


Coded = str | int | float | bool | list[str] | None
Row = list[Coded]


@dataclass(frozen=True)
class OpenSheet:
    """A sheet's name and its rows from row 1 and column A, read as they are asked for."""

    name: str
    rows: Iterator[Row]


class Refused(Exception):
    """The workbook is not read: a code of `db.imports.refusals`, and what the sentence names."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail


class Broken(Exception):
    """The pipe brought something that is no frame."""


def frame(*content: object) -> bytes:
    """Return a frame ready to write."""
    body = orjson.dumps(content)
    return _HEAD.pack(len(body)) + body


def frames(read: Callable[[int], bytes]) -> Iterator[list[Any]]:
    """Yield the frames that `read(n)` brings, to the end of the pipe; Broken for anything else."""
    total = 0
    while head := read(_HEAD.size):
        if len(head) < _HEAD.size:
            raise Broken("a frame is cut off")
        (length,) = _HEAD.unpack(head)
        total += length
        if length > MOST_FRAME or total > MOST_PAYLOAD:
            raise Broken("more than was agreed")
        body = read(length)
        if len(body) < length:
            raise Broken("a frame is cut off")
        try:
            content = orjson.loads(body)
        except orjson.JSONDecodeError as error:
            raise Broken("a frame is no JSON") from error
        if not isinstance(content, list) or not content or not isinstance(content[0], str):
            raise Broken("a frame has no kind")
        yield content
