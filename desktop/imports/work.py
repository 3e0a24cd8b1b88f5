"""What the import page has done off the window's thread: read, compare, back up; and its words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from db.imports import Preview, read_files, work_out
from db.imports.account import FileAccount, Told
from db.imports.layouts import Layout, layouts_of
from db.imports.reader import Workbook
from db.imports.tables import Chosen, Recognised, recognise
from db.kernel.clock import today
from db.kernel.errors import UserError
from db.ledger import Ledger
from db.places.lists import any_home
from desktop.background import Progress


@dataclass(frozen=True)
class Looked:
    """Files that were read, what their columns were taken for, and what bringing them in would do.

    `chosen` is what the person has said of tables by their shape; `made` is None while a file is
    none of the ledgers known, or no table is wanted.
    """

    books: list[Workbook]
    layouts: list[Layout]
    chosen: Mapping[str, Chosen]
    unknown: tuple[str, ...]
    made: Preview | None


@dataclass(frozen=True)
class ToldLine:
    """A row of a file the person should hear of."""

    file: str
    told: Told


def look(ledger: Ledger, paths: Sequence[Path], progress: Progress) -> Looked:
    """Read files and work out what they bring; nothing is written."""
    books = read_files(paths, lambda text, done: progress(text, done * 0.6))
    return look_again(ledger, books, {}, progress)


def look_again(
    ledger: Ledger, books: list[Workbook], chosen: Mapping[str, Chosen], progress: Progress
) -> Looked:
    """Work out files that were read by what a person says of tables of each shape.

    UserError, by file name, where no row of a file could be a heading.
    """
    progress("认表头", 0.6)
    with ledger.read() as connection:
        seen = recognise(connection, books, chosen=chosen)
        layouts = layouts_of(seen)
        unknown = _unknown(seen, layouts)
        made = None
        if not unknown and any(file.tables for file in seen):
            made = work_out(
                connection,
                seen,
                today(ledger.clock),
                lambda text, done: progress(text, 0.6 + done * 0.4),
            )
    return Looked(books, layouts, chosen, unknown, made)


def back_up(ledger: Ledger, progress: Progress) -> None:
    """Back the ledger up before an import, if it holds anything."""
    with ledger.read() as connection:
        seen = any_home(connection)
    if seen:
        progress("备份", 0.1)
        ledger.back_up("导入前")


def told_lines(made: Preview) -> list[ToldLine]:
    """Return the rows to hear of, those sent back first."""
    lines = [ToldLine(Path(a.file).name, told) for a in made.accounts for told in a.told]
    order = {"rejected": 0, "duplicate": 1}
    return sorted(lines, key=lambda line: order.get(line.told.fate, 2))


def told_of(account: FileAccount, fate: str) -> int:
    """Return how many rows of a file ended so; of sign-in sheets the names, not the sessions."""
    return sum(told.fate == fate for told in account.told)


def summary(made: Preview) -> str:
    """Return in one line what an import brings."""
    added, changed = (sum(a.counts[fate] for a in made.accounts) for fate in ("added", "changed"))
    rejected, *others = (
        (word, sum(told_of(a, fate) for a in made.accounts))
        for fate, word in (("rejected", "退回"), ("duplicate", "重复"), ("stale", "保留手工改的"))
    )
    if added or changed or not made.plan.empty:
        first = [("新增", added), ("更改", changed), rejected]
        said = "，".join(f"{word}{n}" for word, n in first)
    else:
        said = "没有新内容，台账里都有了" + (f"，退回{rejected[1]}" if rejected[1] else "")
    return said + "".join(f"，{word}{n}" for word, n in others if n)


def _unknown(seen: Sequence[Recognised], layouts: Sequence[Layout]) -> tuple[str, ...]:
    shown = {place.file for layout in layouts for place in layout.places}
    nothing = [file.book.path for file in seen if file.nothing]
    for path in nothing:
        if str(path) not in shown:
            raise UserError(
                f"“{path.name}”里没有像表头的一行，认不出是哪种台账。请检查文件；没有导入任何内容。"
            )
    return tuple(path.name for path in nothing)
