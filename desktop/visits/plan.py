"""A building laid out: floors by doors, or lines of ten where floors are not known."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from db.coverage import DoorState
from db.kernel.ids import Id

LOOSE_COLUMNS: Final = 10


@dataclass(frozen=True)
class Place:
    """Where a door stands on the board: column and row of cells, and how many units are before."""

    column: int
    row: int
    unit: int


@dataclass(frozen=True)
class Plan:
    """A building laid out: a place for each door, the names of units and floors."""

    places: dict[Id, Place]
    units: list[tuple[str, int, int]]
    floors: list[tuple[str, int]]
    columns: int
    rows: int


def plan(doors: Sequence[DoorState]) -> Plan:
    """Lay doors out: units side by side, the top floor above; without floors, in lines of ten."""
    if any(door.floor is None for door in doors):
        return _loose(doors)
    floors = sorted({door.floor for door in doors if door.floor is not None}, reverse=True)
    row_of = {floor: row for row, floor in enumerate(floors)}
    places: dict[Id, Place] = {}
    units: list[tuple[str, int, int]] = []
    first = 0
    for number, unit in enumerate(dict.fromkeys(door.unit for door in doors)):
        taken: dict[int, int] = {}
        for door in doors:
            if door.unit != unit or door.floor is None:
                continue
            at = taken.get(door.floor, 0)
            taken[door.floor] = at + 1
            places[door.household] = Place(first + at, row_of[door.floor], number)
        wide = max(taken.values())
        units.append((f"{unit}单元" if unit else "", first, wide))
        first += wide
    names = [(f"{floor}层", row) for row, floor in enumerate(floors)]
    return Plan(places, units, names, first, len(floors))


def _loose(doors: Sequence[DoorState]) -> Plan:
    places = {
        door.household: Place(at % LOOSE_COLUMNS, at // LOOSE_COLUMNS, 0)
        for at, door in enumerate(doors)
    }
    columns = min(len(doors), LOOSE_COLUMNS)
    return Plan(places, [], [], columns, -(-len(doors) // LOOSE_COLUMNS))
