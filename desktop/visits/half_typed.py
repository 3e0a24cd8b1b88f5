"""Sheets that are being typed back: their lines, kept until the whole sheet is saved."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from db.kernel.ids import Id
from db.visits import OUTCOME_NAMES
from db.visits.recording import VisitEntry
from db.visits.sheets import OpenSheet, Sheet, SheetDoor


@dataclass
class TypedDoor:
    """A line of a sheet being typed back: the door, and the visit if one was written there."""

    number: int
    door: SheetDoor
    entry: VisitEntry | None = field(default=None)

    @property
    def words(self) -> str:
        """What was typed, in words."""
        if self.entry is None:
            return ""
        people = f" {self.entry.people}人" if self.entry.people else ""
        return OUTCOME_NAMES[self.entry.outcome] + people


class HalfTyped:
    """The visits typed of each sheet by its number, put down half way or cut off by a crash."""

    def __init__(self) -> None:
        self._sheets: dict[int, dict[Id, VisitEntry]] = {}

    def keep(self, number: int, lines: Sequence[TypedDoor]) -> None:
        """Remember what is typed of a sheet."""
        typed = {line.door.household: line.entry for line in lines if line.entry is not None}
        if typed:
            self._sheets[number] = typed
        else:
            self.forget(number)

    def forget(self, number: int) -> None:
        """Remember nothing of a sheet: it is saved."""
        self._sheets.pop(number, None)

    def of(self, sheet: Sheet) -> list[TypedDoor]:
        """Return a sheet's lines in the printed order, with what was typed of them."""
        typed = self._sheets.get(sheet.number, {})
        return [
            TypedDoor(n, door, typed.get(door.household)) for n, door in enumerate(sheet.doors, 1)
        ]

    def words(self, sheet: OpenSheet) -> str:
        """Say how far a sheet that is out was typed."""
        typed = len(self._sheets.get(sheet.number, ()))
        return f"填了{typed}户，没有登记" if typed else "还没有登记"

    def entries(self) -> dict[str, Any] | None:
        """Return all of it as plain values, None if there is nothing."""
        kept = {
            str(number): {door.hex(): _plain(entry) for door, entry in typed.items()}
            for number, typed in self._sheets.items()
        }
        return kept or None

    def take_back(self, kept: Mapping[str, Mapping[str, Any]]) -> None:
        """Take in what `entries` returned before a crash."""
        for number, typed in kept.items():
            self._sheets.setdefault(
                int(number), {Id(bytes.fromhex(d)): _entry(e) for d, e in typed.items()}
            )


def _plain(entry: VisitEntry) -> dict[str, Any]:
    return {
        **asdict(entry), "day": entry.day.isoformat(), "volunteers": [v.hex() for v in entry.volunteers]
    }  # fmt: skip


def _entry(kept: Mapping[str, Any]) -> VisitEntry:
    return VisitEntry(
        **{
            **kept,
            "day": date.fromisoformat(kept["day"]),
            "staff": tuple(kept["staff"]),
            "topics": tuple(kept["topics"]),
            "volunteers": tuple(Id(bytes.fromhex(v)) for v in kept["volunteers"]),
        }
    )
