"""Small ledgers written through the program's own commands, for tests that need a few rows."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from db.kernel.access import Right
from db.kernel.ids import Id, new_id
from db.kernel.journal import Command, Tx
from db.ledger import Ledger
from db.places import Building, Community, Household
from db.places.address import community_key
from db.places.making import add_communities
from db.visits import Visit

DAY = date(2026, 3, 16)


def rows_command(record: type[Any], rows: Sequence[dict[str, Any]]) -> Command[None]:
    """Return a command that adds the rows."""

    def run(tx: Tx) -> None:
        tx.add(record, rows)

    return Command("测试", Right.WRITE, run)


def street(ledger: Ledger, communities: int = 1, homes: int = 4) -> list[Id]:
    """Write communities with one building of `homes` doors each; return the doors' ids."""
    doors = []
    for n in range(1, communities + 1):
        community, building = new_id(), new_id()
        name = f"第{n}社区"
        ledger.write(
            rows_command(
                Community, [{"id": community, "name": name, "key": community_key(name), "rank": n}]
            )
        )
        place = {"id": building, "community": community, "estate": "晨园", "number": "1"}
        ledger.write(rows_command(Building, [{**place, "rural": False, "key": "晨园/1"}]))
        made = [
            {
                "id": new_id(),
                "community": community,
                "building": building,
                "unit": "1",
                "room": str(100 + door),
                "key": f"晨园/1/1/{100 + door}",
                "occupancy": "occupied",
            }
            for door in range(1, homes + 1)
        ]
        ledger.write(rows_command(Household, made))
        doors += [row["id"] for row in made]
    return doors


def visit(door: Id, outcome: str = "met", day: date = DAY, **more: Any) -> dict[str, Any]:
    """Return a visit's row."""
    return {"id": new_id(), "household": door, "day": day, "outcome": outcome, **more}


def add_visits(ledger: Ledger, rows: Sequence[dict[str, Any]]) -> int:
    """Write visits as one command; return its number."""
    return ledger.write(rows_command(Visit, rows)).no


def add_community(name: str) -> Command[Id]:
    """Return the command that adds one community; it answers with its id."""
    several = add_communities([name])
    return Command(several.action, several.right, lambda tx: several.run(tx)[0], several.note)
