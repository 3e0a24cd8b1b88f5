"""A process that writes visits one by one and tells each command as saved, to be killed at it."""

import sys
from datetime import date
from pathlib import Path

from sqlalchemy import select

from db.kernel.ids import id_text
from db.ledger import Ledger
from db.places import Household
from db.sample import PASSWORD
from db.visits.recording import VisitEntry, record_visits


def main(folder: str) -> None:
    """Write until killed, or until a person's error is told on the error output."""
    with Ledger.unlock(Path(folder), PASSWORD) as ledger:
        with ledger.read() as connection:
            doors = connection.execute(select(Household.id)).scalars().all()
        print("ready", flush=True)
        number = 0
        while True:
            number += 1
            entry = VisitEntry(date(2026, 3, 20), "met", people=1, note=f"第{number}次")
            done = ledger.write(record_visits([doors[number % len(doors)]], entry))
            print(id_text(done.value[0]), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
