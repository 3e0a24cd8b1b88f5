"""A foreign workbook read into plain sheets, or refused by name in one Chinese sentence.

What parses the file runs in a child process with little memory and little time; this module starts
it, and takes nothing from it unchecked.
"""

import contextlib
import os
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from db.imports.refusals import refusal
from db.kernel.errors import UserError
from db.workbooks.protocol import (
    MOST_CELLS,
    MOST_CHARACTERS,
    MOST_COLUMNS,
    MOST_FILE_BYTES,
    MOST_ROWS,
    MOST_SECONDS,
    MOST_SHEETS,
    Broken,
    Refused,
    frames,
)

Cell = str | int | float | bool | date | datetime | time | None
CHILD_SWITCH = "--read-workbook"
READ = frozenset(("xlsx", "xls", "ods", "csv"))
_KNOWN_AND_REFUSED = {
    "xlsm": "macros",
    "xltm": "macros",
    "xlam": "macros",
    "xlsb": "binary",
    "et": "wps",
    "ett": "wps",
    "wps": "wps",
}
_ROOT = Path(__file__).resolve().parents[2]
_START = (
    "import sys; sys.path.append(sys.argv[1]); "
    "from db.workbooks.reader_child import main; sys.exit(main(sys.argv[2:]))"
)
_MOST_REMEMBERED = 100_000


@dataclass(frozen=True)
class Sheet:
    """A sheet's cells from row 1 and column A: `rows[i]` is row i + 1; what is blank is None.

    Rows are as long as their last filled cell, and end with the last filled row.
    """

    name: str
    rows: list[list[Cell]]


@dataclass(frozen=True)
class Workbook:
    """A foreign workbook as it was read; a .csv is one sheet without a name."""

    path: Path
    sheets: list[Sheet]


def read_workbook(path: Path, *, seconds: float = MOST_SECONDS) -> Workbook:
    """Read a .xlsx, .xls, .ods or .csv of up to 20 MiB within so many seconds.

    Formulas give their stored value, cells in error None, whole numbers int. A range merged over
    several rows gives its value to all its cells. Hidden sheets and rows are like others. UserError
    names the file and says why it cannot be read.
    """
    try:
        extension = _extension(path)
        with os.fdopen(_open(path), "rb") as file:
            return Workbook(path, _read(file.fileno(), extension, seconds))
    except Refused as refused:
        raise UserError(refusal(path, refused.code, refused.detail)) from None


def child_command(extension: str) -> list[str]:
    """Return how the reading child is started: by this interpreter, or by the frozen program.

    A frozen program must call `db.workbooks.reader_child.main(sys.argv[2:])` before anything else
    when its first argument is CHILD_SWITCH, and exit with what that returns.
    """
    if getattr(sys, "frozen", False):
        return [sys.executable, CHILD_SWITCH, extension]
    return [sys.executable, "-I", "-c", _START, str(_ROOT), extension]


def _extension(path: Path) -> str:
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError, ValueError):
        raise Refused("missing") from None
    except OSError:
        raise Refused("unreadable") from None
    if stat.S_ISDIR(mode):
        raise Refused("folder")
    if not stat.S_ISREG(mode):
        raise Refused("device")
    if path.name.startswith("~$"):
        raise Refused("lock")
    extension = path.suffix.lower().removeprefix(".")
    if extension not in READ:
        raise Refused(_KNOWN_AND_REFUSED.get(extension, "extension"), extension)
    return extension


def _open(path: Path) -> int:
    """Open a regular file without ever waiting for it, should a pipe take its place meanwhile."""
    flags = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        descriptor = os.open(path, flags)
    except OSError:
        raise Refused("unreadable") from None
    about = os.fstat(descriptor)
    problem = None
    if not stat.S_ISREG(about.st_mode):
        problem = "device"
    elif about.st_size == 0:
        problem = "empty"
    elif about.st_size > MOST_FILE_BYTES:
        problem = "large"
    if problem:
        os.close(descriptor)
        raise Refused(problem)
    return descriptor


def _read(descriptor: int, extension: str, seconds: float) -> list[Sheet]:
    process = subprocess.Popen(
        child_command(extension),
        stdin=descriptor,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    )
    too_late = threading.Event()

    def end() -> None:
        too_late.set()
        process.kill()

    clock = threading.Timer(seconds, end)
    clock.start()
    sheets: list[Sheet] | None = None
    try:
        assert process.stdout is not None  # noqa: S101  it was asked for above
        with contextlib.suppress(Broken):
            sheets = _sheets(frames(process.stdout.read))
    finally:
        # Whatever went wrong, the child is gone before this returns.
        clock.cancel()
        clock.join()
        process.kill()
        code = process.wait()
        if process.stdout is not None:
            process.stdout.close()
    if sheets is not None:
        return sheets
    raise Refused("slow" if too_late.is_set() else _ended_by(code))


def _ended_by(code: int) -> str:
    """Return why a child ended without an answer: an allocation that fails aborts it."""
    out_of_memory = {-6, -9, 3, 0xC0000017, 0xC000012D, 0xC0000409}
    return "memory" if code in out_of_memory else "damaged"


def _sheets(incoming: Iterator[list[Any]]) -> list[Sheet]:
    """Take the child's frames; Refused as the child says, Broken if it keeps to no rule."""
    sheets: list[Sheet] = []
    known: dict[str, str] = {}
    cells = 0
    for kind, *content in incoming:
        match kind, content:
            case "sheet", [str() as name] if len(sheets) < MOST_SHEETS:
                sheets.append(Sheet(name[:255], []))
            case "rows", [list() as rows] if sheets:
                taken = [_row(row, known) for row in rows]
                cells += sum(map(len, taken)) + len(taken)
                sheets[-1].rows.extend(taken)
                if cells > 2 * MOST_CELLS or len(sheets[-1].rows) > MOST_ROWS:
                    raise Broken("more than was agreed")
            case "end", []:
                return sheets
            case "refused", [str() as code, str() as detail]:
                raise Refused(code, detail)
            case _:
                raise Broken("no frame of this protocol")
    raise Broken("the answer has no end")


def _row(row: Any, known: dict[str, str]) -> list[Cell]:
    if not isinstance(row, list) or len(row) > MOST_COLUMNS:
        raise Broken("a row is no row")
    cells: list[Cell] = []
    for cell in row:
        kind = cell.__class__
        if kind is str:
            text = known.get(cell)
            if text is None:
                text = _text(cell)
                # Words repeat down a column: each is kept once.
                if len(known) < _MOST_REMEMBERED:
                    known[cell] = text
            cells.append(text or None)
        elif kind is list:
            cells.append(_moment(cell))
        elif kind is dict:
            raise Broken("a cell is no cell")
        else:
            cells.append(cell)
    return cells


def _text(text: str) -> str:
    if len(text) > MOST_CHARACTERS:
        raise Refused("long")
    # A zero cannot be typed into a cell, and no field of a ledger may hold one.
    return text.replace("\x00", "")


_MOMENTS: dict[str, Callable[[str], date | time]] = {
    "d": date.fromisoformat,
    "s": datetime.fromisoformat,
    "t": time.fromisoformat,
}


def _moment(coded: list[Any]) -> Cell:
    match coded:
        case [str() as letter, str() as text] if letter in _MOMENTS:
            try:
                return _MOMENTS[letter](text)
            except ValueError as error:
                raise Broken("a cell is no date") from error
        case _:
            raise Broken("a cell is no cell")
