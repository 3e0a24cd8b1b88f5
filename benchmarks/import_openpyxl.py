"""What is timed of an import as the peer's, told as JSON: openpyxl gives every value once.

Usage: import_openpyxl.py WORKBOOK whole|lazy
"""

import sys
from pathlib import Path

import openpyxl

from benchmarks.measure import tell


def _run(workbook: Path, *, read_only: bool) -> None:
    def job() -> None:
        book = openpyxl.load_workbook(workbook, read_only=read_only)
        for sheet in book.worksheets:
            for row in sheet.iter_rows(values_only=True):
                for _ in row:
                    pass

    tell(job)


if __name__ == "__main__":
    _run(Path(sys.argv[1]), read_only=sys.argv[2] == "lazy")
