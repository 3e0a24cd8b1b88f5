"""Ledgers kept elsewhere come in: recognised, previewed, written as one command, undone as one.

Several files of one call are read in the order their contents need one another (homes before
visits), whatever order they were named in.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import Connection

from db.imports.account import FileAccount
from db.imports.disputes import DisputePlanner
from db.imports.headings import KINDS
from db.imports.households import HouseholdPlanner
from db.imports.kept import remember_layouts
from db.imports.known import Known
from db.imports.mappings import Mappings
from db.imports.plan import Plan, RowReader, Table
from db.imports.reader import Cell, Workbook, read_workbook
from db.imports.tables import Recognised, recognise
from db.imports.trainings import TrainingPlanner
from db.imports.visits import VisitPlanner
from db.imports.volunteers import VolunteerPlanner
from db.kernel.access import Right
from db.kernel.errors import UserError
from db.kernel.journal import Command, Tx, head

Progress = Callable[[str, float], None]
ORDER = tuple(KINDS)


class Planner(Protocol):
    """What plans the rows of one kind."""

    def row(self, reader: RowReader, number: int, row: Sequence[Cell]) -> None:
        """Plan one row and account for it."""
        ...


@dataclass
class Preview:
    """An import worked out and not yet written: the account of every row, and the plan."""

    accounts: list[FileAccount]
    plan: Plan
    basis: int
    files: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the account as `import --json` prints it."""
        return {"files": [account.to_json() for account in self.accounts]}


def read_files(paths: Sequence[Path], progress: Progress | None = None) -> list[Workbook]:
    """Read every file of a call; UserError by the name of the first that cannot be read."""
    books = []
    for n, path in enumerate(paths):
        if progress:
            progress(f"读取 {path.name}", n / len(paths))
        books.append(read_workbook(path))
    return books


def preview(
    connection: Connection,
    books: Sequence[Workbook],
    today: date,
    *,
    kind: str | None = None,
    mapping: Mapping[str, str] | None = None,
    progress: Progress | None = None,
) -> Preview:
    """Work an import out against the ledger as it is; nothing is written.

    `kind` forces what the files are (a key of KINDS), `mapping` names columns by hand (heading text
    to field), both for every file. UserError, by file name, where a file is no ledger, the mapping
    names no field, or a column that may never be kept.
    """
    seen = recognise(connection, books, kind=kind, mapping=mapping)
    for file in seen:
        if file.nothing:
            raise UserError(
                f"没有认出“{file.book.path.name}”是哪种台账。请检查表头，或用 --kind 指明种类、"
                "用 --map 指明各列；没有导入任何内容。"
            )
    return work_out(connection, seen, today, progress)


def work_out(
    connection: Connection,
    seen: Sequence[Recognised],
    today: date,
    progress: Progress | None = None,
) -> Preview:
    """Work out what the ledgers that were found bring; what a person said of them is remembered."""
    plan = Plan()
    known = Known(connection, plan)
    mappings = Mappings(connection)
    found: list[tuple[Table, FileAccount]] = []
    accounts: list[FileAccount] = []
    for file in seen:
        by_kind: dict[str, FileAccount] = {}
        for table in file.tables:
            code = table.heading.kind.code
            if code not in by_kind:
                by_kind[code] = FileAccount(table.file, code)
                accounts.append(by_kind[code])
            found.append((table, by_kind[code]))
            _left_out(by_kind[code], table)
            if table.heading.by_hand:
                mappings.remember(plan, table.heading.shape, table.heading.by_hand)
        for note in file.notes if file.tables else ():
            accounts[-1].note(note)
    remember_layouts(connection, plan, [table for table, _ in found])
    rows = sum(len(table.rows) for table, _ in found) or 1
    done = 0
    for code in ORDER:
        of_kind = [(table, account) for table, account in found if table.heading.kind.code == code]
        if of_kind:
            if progress:
                progress(f"核对{KINDS[code].label}", done / rows)
            _plan_kind(code, of_kind, known, today)
            done += sum(len(table.rows) for table, _ in of_kind)
    no, _ = head(connection)
    return Preview(accounts, plan, no, tuple(str(file.book.path) for file in seen if file.tables))


def _plan_kind(
    code: str, tables: Sequence[tuple[Table, FileAccount]], known: Known, today: date
) -> None:
    if code == "trainings":
        _plan_trainings(tables, known, today)
        return
    planner: Planner
    if code == "households":
        planner = HouseholdPlanner(known)
    elif code == "volunteers":
        planner = VolunteerPlanner(known)
    elif code == "visits":
        planner = VisitPlanner(known)
    else:
        planner = DisputePlanner(known)
    for table, account in tables:
        reader = RowReader(table, account, today)
        if isinstance(planner, VolunteerPlanner | VisitPlanner):
            planner.prepare(reader)
        for number, row in table.rows:
            planner.row(reader, number, row)


def _plan_trainings(tables: Sequence[tuple[Table, FileAccount]], known: Known, today: date) -> None:
    planner = TrainingPlanner(known)
    for table, account in tables:
        reader = RowReader(table, account, today)
        if planner.start(reader, table):
            for number, row in table.rows:
                planner.row(reader, number, row)
    planner.finish()


def write_import(made: Preview) -> Command[None]:
    """Return the command that writes a preview, whole or not at all.

    UserError if the ledger has moved on since the preview was made.
    """

    def run(tx: Tx) -> None:
        no, _ = head(tx.connection)
        if no != made.basis:
            raise UserError("预览之后台账又有了改动，请重新预览再导入；没有导入任何内容。")
        made.plan.write(tx)

    files = "、".join(Path(name).name for name in dict.fromkeys(made.files))
    return Command("导入台账", Right.IMPORT, run, note=files)


def _left_out(account: FileAccount, table: Table) -> None:
    for _, text in sorted(table.heading.left_out.items()):
        if text not in account.left_out_columns:
            account.left_out_columns.append(text)
