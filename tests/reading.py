"""What stands in a ledger, for tests to compare."""

from typing import Any

from sqlalchemy import select

from db.kernel import proofs
from db.ledger import Ledger
from db.places.lists import HouseholdQuery, HouseholdRow, households


def digest(ledger: Ledger) -> str:
    """Return the digest over every row."""
    with ledger.read() as connection:
        return proofs.digest(connection)


def listed(ledger: Ledger, **asked: Any) -> list[HouseholdRow]:
    """Return the homes a list shows."""
    with ledger.read() as connection:
        return households(connection, HouseholdQuery(**asked), 0, 10_000)


def rows_of(ledger: Ledger, record: Any, *columns: Any) -> list[Any]:
    """Return columns of a table's rows."""
    with ledger.read() as connection:
        return list(connection.execute(select(*columns).select_from(record)).all())
