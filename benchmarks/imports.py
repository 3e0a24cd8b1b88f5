"""The 17,286-home workbook brought in, against openpyxl doing nothing but read it.

Ours reads it in its child process, checks every cell, makes search keys with pinyin, writes rows and
journal into an encrypted ledger and has them on the disk.
"""

from collections.abc import Iterator
from pathlib import Path

from benchmarks.measure import Row, child, compared, in_turn, telling
from desktop.paths import resources

RUNS = 7


def rows(_: Path) -> Iterator[Row]:
    """Yield the import against openpyxl's two ways to read."""
    workbook = resources() / "sample" / "住户台账.xlsx"
    ours, whole, lazily = in_turn(
        RUNS,
        telling(child("import_ours", workbook)),
        telling(child("import_openpyxl", workbook, "whole")),
        telling(child("import_openpyxl", workbook, "lazy")),
    )
    yield compared("import of 17,286 homes: openpyxl reading them", ours, whole, 1.0)
    yield compared("the same: openpyxl's read_only mode", ours, lazily)
