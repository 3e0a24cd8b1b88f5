"""The plan of an import: what it will write, worked out before anything is written."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from db.imports.account import FileAccount, RejectedRow, Told, safe_value
from db.imports.cells import CellError, NoYearError, day_in, looks_dated, read, with_year, written
from db.imports.headings import Heading
from db.imports.reader import Cell
from db.kernel.fields import Field, Problem
from db.kernel.ids import Id
from db.kernel.journal import Tx
from db.kernel.records import Record

_DOOR = frozenset({"estate", "building", "unit", "room", "group", "whole"})
_DATED = "地址被Excel变成了日期，请把这一列设成“文本”格式再填一次"


@dataclass
class Plan:
    """Rows to add, fields to change and rows to take out, by table."""

    adds: dict[type[Record], dict[Id, dict[str, Any]]] = field(default_factory=dict)
    changes: dict[type[Record], dict[Id, dict[str, Any]]] = field(default_factory=dict)
    removals: dict[type[Record], list[Id]] = field(default_factory=dict)

    def add(self, record: type[Record], row: dict[str, Any]) -> None:
        """Plan a new row."""
        self.adds.setdefault(record, {})[row["id"]] = row

    def change(self, record: type[Record], id_: Id, fields: Mapping[str, Any]) -> None:
        """Plan new values of a row, whether stored or itself planned."""
        planned = self.adds.get(record, {}).get(id_)
        if planned is not None:
            planned.update(fields)
        else:
            self.changes.setdefault(record, {}).setdefault(id_, {}).update(fields)

    def remove(self, record: type[Record], id_: Id) -> None:
        """Plan to take a stored row out that nothing refers to."""
        self.removals.setdefault(record, []).append(id_)

    @property
    def empty(self) -> bool:
        """Tell whether nothing would be written."""
        return not any(any(of.values()) for of in (self.adds, self.changes, self.removals))

    def write(self, tx: Tx) -> None:
        """Write the plan through a command's hand, parents first."""
        order = {table.name: n for n, table in enumerate(Record.metadata.sorted_tables)}
        for record in sorted(self.adds, key=lambda r: order[r.__tablename__]):
            tx.add(record, list(self.adds[record].values()))
        for record, rows in self.changes.items():
            tx.change(record, rows)
        for record, ids in self.removals.items():
            tx.remove(record, ids)


@dataclass
class Table:
    """One ledger found in a sheet: its heading and its data rows, by their number in the sheet."""

    file: str
    sheet: str
    heading: Heading
    rows: list[tuple[int, Sequence[Cell]]]
    community: str = ""
    # Whether its community is only what a title may mean, or only what the file is called by.
    guessed: bool = False
    filed: bool = False
    above: Sequence[Sequence[Cell]] = ()
    # What its title says, for days written without one.
    year: int | None = None


class RowReader:
    """Reads the rows of a table into drafts' values and keeps the account of each row."""

    def __init__(self, table: Table, account: FileAccount, today: date) -> None:
        self.table = table
        self.account = account
        self.today = today
        # What a row says by its place: its sheet's community, its session. A rejected row that is
        # mended in a workbook of its own needs it in columns.
        self.context: dict[str, Cell] = {}
        if table.community and not {"community", "whole"} & table.heading.columns.keys():
            self.context["社区"] = table.community
            if table.filed:
                account.note(
                    f"表里没有写社区，按文件名算作{table.community}；不对请在表里加上“社区”一列"
                )
        self._columns = table.heading.columns
        # Words repeat down a column; True == 1 and 1 == 1.0, which every reader takes alike.
        self._read: dict[str, dict[Cell, Any]] = {name: {} for name in self._columns}
        self._fields = {
            name: (column, table.heading.kind.fields[name])
            for name, column in table.heading.columns.items()
        }
        days = (name for name, of in table.heading.kind.fields.items() if of.kind == "day")
        self._first_day = next(days, "")
        self._row: Sequence[Cell] = ()

    def has(self, name: str) -> bool:
        """Tell whether the table has a column for the field."""
        return name in self._columns

    def values(self, number: int, row: Sequence[Cell]) -> dict[str, Any] | None:
        """Return the row's values by field; None if a cell cannot be read (the row is rejected)."""
        found: dict[str, Any] = {}
        yearless: dict[str, Cell] = {}
        width = len(row)
        self._row = row
        for name, (column, declared) in self._fields.items():
            cell = row[column] if column < width else None
            if cell is None:
                continue
            known = self._read[name]
            try:
                value = (
                    known[cell]
                    if cell in known
                    else known.setdefault(cell, _read(name, declared, cell))
                )
            except NoYearError:
                yearless[name] = cell
                continue
            except CellError as error:
                if declared.kind == "phone":
                    # A home or a person can do without it.
                    self.account.note(str(error))
                    continue
                self.reject(number, row, name, str(error))
                return None
            if value is not None and value != ():
                found[name] = value
        for name, cell in yearless.items():
            day = self._day_after(found, name, cell)
            if day is None:
                self.reject(number, row, name, str(NoYearError()))
                return None
            found[name] = day
        return found

    def _day_after(self, found: Mapping[str, Any], name: str, cell: Cell) -> date | None:
        """A day without its year: the next such day after the row's first one, which begins it all."""
        begun = found.get(self._first_day)
        if begun is None:
            return None
        for year in (begun.year, begun.year + 1):
            try:
                day = day_in(with_year(cell, year))
            except CellError:
                continue
            if day is not None and day >= begun:
                label = self.label(self._first_day)
                self.account.note(f"{self.label(name)}没有写年份的，按{label}往后推算")
                return day
        return None

    def reject(self, number: int, row: Sequence[Cell], name: str, reason: str) -> None:
        """Account the row as rejected, naming the column at fault."""
        heading = self.table.heading
        column = self._columns.get(name)
        value = safe_value(row[column]) if column is not None and column < len(row) else ""
        text = heading.texts.get(column, "") if column is not None else ""
        self.account.count("rejected")
        label = text or self._label(name)
        self.tell("rejected", number, label, value, reason)
        self.send_back(number, row, reason)

    def send_back(self, number: int, row: Sequence[Cell], reason: str) -> None:
        """Put the row among those that can be mended in a workbook of their own."""
        heading = self.table.heading
        kept = [c for c in sorted(heading.texts) if c not in heading.forbidden]
        self.account.rejected_rows.append(
            RejectedRow(
                self.table.sheet,
                (*self.context, *(heading.texts[c] for c in kept)),
                (
                    *self.context.values(),
                    *(self._keepable(row[c]) if c < len(row) else None for c in kept),
                ),
                f"第{number}行：{reason}",
            )
        )

    def problem(self, number: int, row: Sequence[Cell], problems: Iterator[Problem]) -> bool:
        """Reject the row for its first problem; tell whether there was one."""
        first = next(problems, None)
        if first is None:
            return False
        self.reject(number, row, first.field, first.reason)
        return True

    def duplicate(self, number: int, reason: str) -> None:
        """Account the row as met twice in this call."""
        self.account.count("duplicate")
        self.tell("duplicate", number, "", "", reason)

    def tell(self, fate: str, number: int, column: str, value: str, reason: str) -> None:
        """Name a row to the person."""
        self.account.told.append(Told(fate, self.table.sheet, number, column, value, reason))

    def label(self, name: str) -> str:
        """Return the heading a field stands under in this table, or its own label."""
        column = self._columns.get(name)
        return self.table.heading.texts.get(column, "") if column is not None else self._label(name)

    def in_words(self, name: str, value: Any) -> str:
        """Return a field's value of the row last read as people write it, never as it is stored."""
        if isinstance(value, bytes):
            # The id of what the cell names: only the file has its name.
            column = self._columns.get(name, len(self._row))
            return safe_value(self._row[column]) if column < len(self._row) else ""
        declared = self.table.heading.kind.fields.get(name)
        said = value if declared is None else written(declared, value)
        return "" if said is None else str(said)

    def _label(self, name: str) -> str:
        declared = self.table.heading.kind.fields.get(name)
        return declared.label if declared else ""

    @staticmethod
    def _keepable(cell: Cell) -> Cell:
        said = safe_value(cell)
        return said if said.startswith("（身份证号码") else cell


def _read(name: str, declared: Field, cell: Cell) -> Any:
    if name in _DOOR and looks_dated(cell):
        raise CellError(_DATED)
    return read(declared, cell)


def merge_values(
    reader: RowReader,
    number: int,
    current: Mapping[str, Any],
    last: Mapping[str, Any] | None,
    given: Mapping[str, Any],
    shown: Mapping[str, Any],
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return (fields to change, values last imported) for a row that is in the ledger already.

    `given` are the file's values, `current` the ledger's, `last` those last imported, `shown` how
    the file's values read. A blank never erases; a value equal to the one last imported is stale,
    the hand edit made since stays and the row is named.
    """
    remembered = dict(last or {})
    fields: dict[str, Any] = {}
    for name, value in given.items():
        plain = _remembered(value)
        if current[name] != value:
            if remembered.get(name) == plain:
                reason = "台账里已经手工改过，文件里还是上次导入的旧值，保留手工改的"
                said = reader.in_words(name, shown.get(name, ""))
                reader.tell("stale", number, reader.label(name), said, reason)
                continue
            fields[name] = value
        remembered[name] = plain
    return fields, remembered


def _remembered(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, tuple):
        return [_remembered(v) for v in value]
    return value


def remember(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return a file's values in the form they are remembered in."""
    return {name: _remembered(value) for name, value in given.items()}
