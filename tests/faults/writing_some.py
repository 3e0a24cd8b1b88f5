"""A process that writes a few visits and tells each as saved; an error is told in one sentence."""

import sys
from datetime import date
from pathlib import Path

from sqlalchemy import select

from db.kernel.errors import PolicepostError
from db.kernel.ids import id_text
from db.ledger import Ledger
from db.places import Household
from db.sample import PASSWORD
from db.visits.recording import VisitEntry, record_visits


def main(folder: str) -> int:
    """Write six visits; stop at the first error."""
    try:
        with Ledger.unlock(Path(folder), PASSWORD) as ledger:
            with ledger.read() as connection:
                door = connection.execute(select(Household.id)).scalars().first()
            assert door is not None
            for number in range(6):
                entry = VisitEntry(date(2026, 3, 20), "met", people=1, note=f"第{number}次")
                print(id_text(ledger.write(record_visits([door], entry)).value[0]), flush=True)
    except PolicepostError as error:
        print(error, file=sys.stderr)
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
