"""The large ledger: the sample post after ten years of work, 1,000,000 visits with their journal.

Everything comes in through the doors the program itself uses. Ten years of weeks before the
sample's own are made of the sample's visits, moved to other days and other homes of the same
community: a sheet brought in as one command, and forty visits typed one by one. Then the sample's
own month is imported as it stands.
"""

import hashlib
import json
import shutil
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from db.imports import Preview, preview, read_files, write_import
from db.kernel.access import Right
from db.kernel.clock import SetClock
from db.kernel.ids import Id, new_id
from db.kernel.journal import Command, Tx
from db.ledger import Ledger
from db.places import OUTSIDE_EVERY_BASE, Household
from db.proving import prove_tables
from db.sample import CAMPAIGN, PASSWORD, POST
from db.visits import Visit
from db.visits.campaigning import CampaignDraft, add_campaign
from desktop.paths import resources

VISITS = 1_000_000
TYPED_A_WEEK = 40
SAMPLE_DAY = date(2026, 3, 23)
SAMPLE_START = date(2026, 2, 23)
WEEKS = 518
LONG_CAMPAIGN = CampaignDraft(
    "十年走访", SAMPLE_START - timedelta(weeks=WEEKS), CAMPAIGN.end - timedelta(days=1)
)
_STEP = 7919
_MARK = "made.json"


@dataclass(frozen=True)
class Million:
    """Where the large ledger lies, and its password."""

    folder: Path
    password: str = PASSWORD

    @property
    def size(self) -> int:
        """Bytes of the ledger's file with its log."""
        return sum(path.stat().st_size for path in self.folder.glob("ledger.db*"))


def million(cache: Path) -> Million:
    """Return the large ledger in the folder `cache`; it is made there if it is not, in minutes."""
    folder = cache / "million"
    mark = folder / _MARK
    if mark.exists() and json.loads(mark.read_text("utf-8")) == _recipe():
        return Million(folder)
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    _make(folder)
    mark.write_text(json.dumps(_recipe()), encoding="utf-8")
    return Million(folder)


def _recipe() -> dict[str, str]:
    """What the ledger was made from: another schema or another recipe makes it anew."""
    root = resources().parent
    read = (Path(__file__), *sorted((root / "db" / "migrations" / "versions").glob("*.py")))
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in read}


def _make(folder: Path) -> None:
    start = LONG_CAMPAIGN.start
    ledger, _ = Ledger.create(folder, POST, PASSWORD, clock=_morning(start))
    with ledger:
        homes = _plan(ledger, "住户台账.xlsx", "联户长名册.xlsx")
        ledger.write(write_import(homes))
        own = _plan(ledger, "走访记录.csv").plan
        visits = list(own.adds.pop(Visit).values())
        ledger.write(Command("登记人员", Right.IMPORT, own.write))
        ledger.write(add_campaign(LONG_CAMPAIGN))
        rows = _visits(visits, list(homes.plan.adds[Household].values()))
        missing = VISITS - len(visits)
        for number in range(WEEKS):
            monday = start + timedelta(weeks=number)
            ledger.clock = _morning(monday + timedelta(days=7))
            wanted = missing * (number + 1) // WEEKS - missing * number // WEEKS
            _week(ledger, monday, [next(rows) for _ in range(wanted)])
            _tell(number + 1)
        ledger.clock = _morning(SAMPLE_DAY)
        rest = _plan(ledger, "走访记录.csv", "矛盾纠纷台账.xls", "培训签到.xlsx")
        ledger.write(write_import(rest))
        ledger.write(add_campaign(CAMPAIGN))
        # As on any day but one of the month: else the window proves it while it is measured. It is
        # dated before the sample's morning, as what is dated after it counts as never done.
        if ledger.prove_chain(_go_on) or prove_tables(ledger, _go_on):
            sys.exit("the large ledger does not agree with its journal")


def _plan(ledger: Ledger, *names: str) -> Preview:
    books = read_files([resources() / "sample" / name for name in names])
    with ledger.read() as connection:
        return preview(connection, books, SAMPLE_DAY)


def _visits(
    sample: Sequence[dict[str, Any]], homes: Sequence[dict[str, Any]]
) -> Iterator[dict[str, Any]]:
    """Yield the sample's visits without end, each at the next home of its community in turn.

    The step is a prime, so that neighbouring visits are not at neighbouring doors.
    """
    community_of: dict[Id, Id] = {}
    doors: dict[Id, list[Id]] = {}
    for home in homes:
        community_of[home["id"]] = home["community"]
        if home.get("occupancy") not in OUTSIDE_EVERY_BASE:
            doors.setdefault(home["community"], []).append(home["id"])
    turn = dict.fromkeys(doors, 0)
    while True:
        for visit in sample:
            community = community_of[visit["household"]]
            turn[community] += _STEP
            at = turn[community] % len(doors[community])
            yield {**visit, "household": doors[community][at]}


def _week(ledger: Ledger, monday: date, rows: list[dict[str, Any]]) -> None:
    placed = []
    for row in rows:
        day = monday + timedelta(days=row["day"].weekday())
        placed.append({**row, "id": new_id(), "day": day})
    typed, sheet = placed[:TYPED_A_WEEK], placed[TYPED_A_WEEK:]

    def add(tx: Tx, rows: Sequence[dict[str, Any]]) -> None:
        tx.add(Visit, rows)

    for row in typed:
        ledger.write(Command("登记走访", Right.WRITE, partial(add, rows=[row])))
    note = f"走访记录{monday.isoformat()}.csv"
    ledger.write(Command("导入台账", Right.IMPORT, partial(add, rows=sheet), note=note))


def _morning(day: date) -> SetClock:
    return SetClock(datetime(day.year, day.month, day.day, 7, 30))  # noqa: DTZ001  the machine's own zone is meant


def _go_on() -> None:
    """Take each step of a proof to its end."""


def _tell(done: int) -> None:
    end = "\n" if done == WEEKS else ""
    sys.stderr.write(f"\rmaking the ledger of 1,000,000 visits: week {done} of {WEEKS}{end}")
    sys.stderr.flush()
