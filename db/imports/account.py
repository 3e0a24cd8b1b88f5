"""The account of an import: where every row of every file ended, and why."""

from dataclasses import dataclass, field
from typing import Any, Literal

from db.imports.cells import shown
from db.imports.reader import Cell
from db.kernel.text import has_identity_number

# The heading under which a workbook of rows sent back tells why.
REASON = "退回原因"
Fate = Literal["added", "changed", "unchanged", "duplicate", "rejected"]


@dataclass(frozen=True)
class Told:
    """A row that the person should hear of: rejected, met twice, or with a stale value.

    `row` counts from 1 as in the sheet, `column` is the heading; a value that must never be kept is
    not in `value`.
    """

    fate: str
    sheet: str
    row: int
    column: str
    value: str
    reason: str

    def to_json(self) -> dict[str, Any]:
        """Return the line as `import --json` prints it."""
        return {
            "sheet": self.sheet,
            "row": self.row,
            "column": self.column,
            "value": self.value,
            "reason": self.reason,
            "fate": self.fate,
        }


@dataclass(frozen=True)
class RejectedRow:
    """A rejected row with its cells, to be mended in a workbook: heading texts and their cells."""

    sheet: str
    headings: tuple[str, ...]
    cells: tuple[Cell, ...]
    reason: str


@dataclass
class FileAccount:
    """The rows of one kind in one file."""

    file: str
    kind: str
    counts: dict[Fate, int] = field(
        default_factory=lambda: {
            "added": 0,
            "changed": 0,
            "unchanged": 0,
            "duplicate": 0,
            "rejected": 0,
        }
    )
    left_out_columns: list[str] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    names: dict[str, list[str]] = field(default_factory=dict)
    rejected_rows: list[RejectedRow] = field(default_factory=list)

    def count(self, fate: Fate) -> None:
        """Count a row that ended so."""
        self.counts[fate] += 1

    def note(self, text: str) -> None:
        """Say something once that is no row's fate, such as a doubtful reading."""
        if text not in self.doubts:
            self.doubts.append(text)

    def name(self, what: str, name: str) -> None:
        """Name somebody or something the import met for the first time."""
        self.names.setdefault(what, []).append(name)

    @property
    def notes(self) -> list[str]:
        """What the person should know besides the rows."""
        return [
            *(f"{what}{len(names)}个：{'、'.join(names)}" for what, names in self.names.items()),
            *self.doubts,
        ]

    def to_json(self) -> dict[str, Any]:
        """Return the account as `import --json` prints it."""
        return {
            "file": self.file,
            "kind": self.kind,
            **{str(fate): n for fate, n in self.counts.items()},
            "left_out_columns": self.left_out_columns,
            "rows": [line.to_json() for line in self.told],
            "notes": self.notes,
        }


def safe_value(cell: Cell) -> str:
    """Return a cell for the account, without what must never be kept."""
    text = shown(cell)
    return "（身份证号码，不保存）" if has_identity_number(text) else text[:80]
