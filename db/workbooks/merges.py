"""Where an .ods merges cells: its reader does not tell, so content.xml is gone through once."""

from collections.abc import Mapping
from typing import IO, Final
from xml.parsers import expat

from db.workbooks.protocol import MOST_CELLS, MOST_COLUMNS, MOST_ROWS, Refused

Merge = tuple[tuple[int, int], tuple[int, int]]
"""First cell and last cell of a merged range, each as row and column counted from 0."""

_TABLE: Final = "urn:oasis:names:tc:opendocument:xmlns:table:1.0 "
_CHUNK: Final = 64 * 1024


def merges_of(content: IO[bytes]) -> list[list[Merge]]:
    """Return the ranges merged over several rows of each table in an .ods's content.xml.

    Refused if it is not well formed or has entities.
    """
    reader = _MergeReader()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.StartDoctypeDeclHandler = _refuse_doctype
    try:
        while chunk := content.read(_CHUNK):
            parser.Parse(chunk, False)  # noqa: FBT003  expat takes it by position only
        parser.Parse(b"", True)  # noqa: FBT003
    except (expat.ExpatError, ValueError) as error:
        raise Refused("damaged") from error
    return reader.tables


def _refuse_doctype(*_declaration: object) -> None:
    raise Refused("entity")


class _MergeReader:
    """Counts rows and columns of tables, with what is repeated; a table within a cell is skipped."""

    def __init__(self) -> None:
        self.tables: list[list[Merge]] = []
        self._depth = 0
        self._row = self._column = 0
        self._repeated = 1
        self._found = 0

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if not name.startswith(_TABLE):
            return
        kind = name.removeprefix(_TABLE)
        if kind == "table":
            self._depth += 1
            if self._depth == 1:
                self.tables.append([])
                self._row = 0
        elif self._depth == 1 and kind == "table-row":
            self._column = 0
            self._repeated = _count(attributes, "number-rows-repeated")
        elif self._depth == 1 and kind in ("table-cell", "covered-table-cell"):
            height = _count(attributes, "number-rows-spanned")
            width = _count(attributes, "number-columns-spanned")
            if height > 1 and self._row < MOST_ROWS and self._column < MOST_COLUMNS:
                self._found += 1
                if self._found > MOST_CELLS // 10:
                    raise Refused("cells")
                last = self._row + height - 1, self._column + width - 1
                self.tables[-1].append(((self._row, self._column), last))
            self._column += _count(attributes, "number-columns-repeated")

    def end(self, name: str) -> None:
        if name == _TABLE + "table":
            self._depth -= 1
        elif self._depth == 1 and name == _TABLE + "table-row":
            self._row += self._repeated


def _count(attributes: Mapping[str, str], name: str) -> int:
    return max(1, int(attributes.get(_TABLE + name, "1")))
