"""Keys of addresses, which follow from their parts: two sites may have changed the parts apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from db.exchange.settling import Fields
from db.kernel.ids import id_from_text
from db.kernel.records import Record
from db.places import Building, Household
from db.places.address import Address

if TYPE_CHECKING:
    from db.exchange.planning import Outcome, Planner


def key_that_follows(planner: Planner, record: type[Record], outcome: Outcome) -> str | None:
    """Return the key that what a record will be gives it; None for what has no address."""
    row, apart = outcome.after, outcome.settled is not None
    if row is None or record not in (Household, Building):
        return None
    if record is Household:
        building = planner.row_after(Building, id_from_text(row["building"]))
        return home_key(row, building, apart=apart)
    key: str = row["key"]
    return building_key(row) if apart else key


def building_key(row: Fields) -> str:
    """Return the key that a building's estate and number give."""
    return Address(
        estate=row.get("estate", ""), building=row.get("number", ""), group=bool(row.get("rural"))
    ).building_key


def home_key(row: Fields, building: Fields | None, *, apart: bool) -> str:
    """Return the key of a home in its building; its own where nothing speaks against it.

    `apart` tells that two sites changed the home without knowing of each other.
    """
    key: str = row["key"]
    if building is None:
        return key
    stem, _, last = key.rpartition("/")
    at, _, unit = stem.rpartition("/")
    if apart:
        unit = row.get("unit", "")
        last = row.get("room") or last
    return f"{building['key']}/{unit}/{last}" if apart or at != building["key"] else key
