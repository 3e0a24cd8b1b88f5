"""What is timed of an import as ours, told as JSON: reading, preview and writing of a workbook.

Making the empty ledger is not part of it. Usage: import_ours.py WORKBOOK
"""

import sys
import tempfile
from pathlib import Path

from benchmarks.measure import tell
from db.imports import preview, read_files, write_import
from db.kernel.clock import today
from db.ledger import Ledger
from db.sample import PASSWORD, POST, sample_clock


def _run(workbook: Path) -> None:
    clock = sample_clock()
    with tempfile.TemporaryDirectory() as folder:
        ledger, _ = Ledger.create(Path(folder) / "ledger", POST, PASSWORD, clock=clock)
        with ledger:

            def job() -> None:
                books = read_files([workbook])
                with ledger.read() as connection:
                    made = preview(connection, books, today(clock))
                ledger.write(write_import(made))

            tell(job)


if __name__ == "__main__":
    _run(Path(sys.argv[1]))
