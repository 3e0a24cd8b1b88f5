"""Keys of addresses, which follow from their parts: two sites may have changed the parts apart."""

from db.exchange.settling import Fields
from db.places.address import Address


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
