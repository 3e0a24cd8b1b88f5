"""What the import page has done off the window's thread: read, compare, back up, write."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from db.imports import Preview, preview, read_files, write_import
from db.imports.account import Told
from db.imports.reader import Workbook
from db.kernel.clock import today
from db.kernel.journal import Done
from db.ledger import Ledger
from desktop.background import Progress


@dataclass(frozen=True)
class Looked:
    """Files that were read, and what bringing them in would do."""

    books: list[Workbook]
    made: Preview


@dataclass(frozen=True)
class ToldLine:
    """A row of a file the person should hear of."""

    file: str
    told: Told


def look(ledger: Ledger, paths: Sequence[Path], progress: Progress) -> Looked:
    """Read files and work out what they bring; nothing is written."""
    books = read_files(paths, lambda text, done: progress(text, done * 0.6))
    return look_again(ledger, books, None, {}, progress)


def look_again(
    ledger: Ledger,
    books: list[Workbook],
    kind: str | None,
    mapping: Mapping[str, str],
    progress: Progress,
) -> Looked:
    """Work out the same files once more with columns named by hand."""
    with ledger.read() as connection:
        made = preview(
            connection,
            books,
            today(ledger.clock),
            kind=kind,
            mapping=mapping,
            progress=lambda text, done: progress(text, 0.6 + done * 0.4),
        )
    return Looked(books, made)


def bring_in(ledger: Ledger, looked: Looked, progress: Progress) -> Done[None]:
    """Back the ledger up if it holds anything, and write the preview as one command."""
    if ledger.has_rows():
        progress("备份", 0.1)
        ledger.back_up("导入前")
    progress("写入台账", 0.5)
    return ledger.write(write_import(looked.made))


def told_lines(made: Preview) -> list[ToldLine]:
    """Return the rows to hear of, those sent back first."""
    lines = [ToldLine(Path(a.file).name, told) for a in made.accounts for told in a.told]
    order = {"rejected": 0, "duplicate": 1}
    return sorted(lines, key=lambda line: order.get(line.told.fate, 2))
