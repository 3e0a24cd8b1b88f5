"""Run within a small disk that is full: a ledger is opened, looked at, and written once there is room.

Prints one line of JSON of what was seen. Started by tests/faults/test_small_disk.py.
"""

import json
import shutil
import sys
from pathlib import Path

from db.kernel.errors import PolicepostError
from db.kernel.history import history
from db.kernel.place import Place
from db.ledger import Ledger
from db.sample import PASSWORD
from desktop.access.opening import open_ledger

NOTED = "打印"


def main(template: Path, disk: Path, left: int) -> None:
    """Leave `left` bytes of room, open the ledger twice, make room, go on in the second session."""
    folder = shutil.copytree(template, disk / "post")
    for beside in ("ledger.db-shm", "ledger.db-wal"):
        (folder / beside).unlink(missing_ok=True)
    assert Place(folder).ledger.exists()
    ballast = disk / "ballast"
    ballast.write_bytes(bytes(max(shutil.disk_usage(disk).free - left, 0)))
    kept = list[PolicepostError]()
    with open_ledger(folder, "", PASSWORD, None) as ledger:
        # An error that is kept, as a report does, keeps the lock of what was not closed.
        assert ledger.session.user
    with open_ledger(folder, "", PASSWORD, None) as ledger:
        before, told = _count(ledger), ""
        try:
            while _count(ledger) < before + 100:
                ledger.note(NOTED)
        except PolicepostError as error:
            kept.append(error)
            told = f"{type(error).__name__}: {error}"
        full = _count(ledger)
        ballast.unlink()
        ledger.note(NOTED)
        seen = _count(ledger)
        whole = ledger.problems() == []
    said = {"told": told, "more": seen - full, "whole": whole}
    print(json.dumps(said, ensure_ascii=False))


def _count(ledger: Ledger) -> int:
    with ledger.read() as connection:
        return len(history(connection, 10_000))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
