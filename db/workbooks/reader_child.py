"""The child process that parses a foreign workbook: bounded, and thrown away afterwards.

It gets the open file as its standard input, so it never opens a path, and answers on its standard
output with the frames of `db.workbooks.protocol`. A hostile file can take this process down and
nothing else.
"""

import os
import sys
from collections.abc import Iterator, Sequence
from typing import BinaryIO, Final

from db.workbooks.archives import Archive
from db.workbooks.bounds import bound_this_process
from db.workbooks.contents import kind_of
from db.workbooks.merges import Merge, merges_of
from db.workbooks.protocol import (
    MOST_CELLS,
    MOST_FILE_BYTES,
    MOST_FRAME,
    MOST_PAYLOAD,
    OpenSheet,
    Refused,
    Row,
    frame,
)
from db.workbooks.separated import read_separated
from db.workbooks.sheets import open_sheets

_INPUT, _OUTPUT = 0, 1
_ROWS_IN_A_FRAME: Final = 64


def main(arguments: Sequence[str]) -> int:
    """Read the workbook on standard input and write its frames; return the exit code.

    The only argument is the extension the file goes by, in small letters without its dot.
    """
    bound_this_process()
    answer = _Answer()
    try:
        with open(_INPUT, "rb", closefd=False) as file:
            for sheet in _sheets(file, arguments[0]):
                answer.send("sheet", sheet.name)
                for rows in answer.parts(sheet.rows):
                    answer.send("rows", rows)
        answer.send("end")
    except Refused as refused:
        answer.send("refused", refused.code, refused.detail[:100])
    except MemoryError:
        answer.send("refused", "memory", "")
    return 0


class _Answer:
    """Counts what is sent, so that the parent is never given more than was agreed."""

    def __init__(self) -> None:
        self._bytes = 0
        self._cells = 0

    def send(self, *content: object) -> None:
        data = frame(*content)
        if len(data) > MOST_FRAME or self._bytes + len(data) > MOST_PAYLOAD - MOST_FRAME:
            data = frame("refused", "cells", "")
        self._bytes += len(data)
        while data:
            data = data[os.write(_OUTPUT, data) :]

    def parts(self, rows: Iterator[Row]) -> Iterator[list[Row]]:
        """Yield rows some hundred at a time, without the blank ones at the end of the sheet."""
        part: list[Row] = []
        blank = 0
        for row in rows:
            if not row:
                blank += 1
                continue
            self._cells += len(row) + blank
            if self._cells > MOST_CELLS:
                raise Refused("cells")
            part.extend([] for _ in range(blank))
            part.append(row)
            blank = 0
            if len(part) >= _ROWS_IN_A_FRAME:
                yield part
                part = []
        if part:
            yield part


def _sheets(file: BinaryIO, extension: str) -> Iterator[OpenSheet]:
    data = file.read(MOST_FILE_BYTES + 1)
    if len(data) > MOST_FILE_BYTES:
        raise Refused("large")
    kind = kind_of(data)
    merges: Sequence[Sequence[Merge]] | None = None
    if kind == "zip":
        archive = Archive(data)
        kind = archive.kind
        if kind == "ods":
            merges = _merges(archive)
    if kind == "encrypted":
        raise Refused("encrypted")
    if extension == "csv" and kind in ("text", "unknown"):
        return iter([OpenSheet("", read_separated(data))])
    if kind != extension:
        raise Refused("other", kind)
    # The parser keeps the file in memory itself; it is read again rather than held twice.
    del data
    file.seek(0)
    return open_sheets(file, merges)


def _merges(archive: Archive) -> Sequence[Sequence[Merge]]:
    if not archive.merges_rows:
        return ()
    with archive.open("content.xml") as content:
        return merges_of(content)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
