"""A merge by its changes: twice the package takes twice the time, the 400th site no more than the first.

Both against themselves in one run: the time for a change of a package of 2,000 visits against one of
8,000, and of the first laptops that join a post against the last of many.
"""

import shutil
import tempfile
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from benchmarks.measure import Row, Spent, compared, here, middle
from db.exchange.merging import have, merge
from db.exchange.packing import outgoing
from db.exchange.sites import renew
from db.kernel.access import Right
from db.kernel.ids import new_id
from db.kernel.journal import Command, Tx
from db.ledger import Ledger
from db.places import Building, Community, Household
from db.post import PostDraft
from db.sample import PASSWORD
from db.visits import Visit

SITES, HOMES, VISITS = 400, 400, 100
SMALL, LARGE = 2000, 8000


def rows(_: Path) -> Iterator[Row]:
    """Yield the two comparisons of docs/PERFORMANCE.md."""
    with tempfile.TemporaryDirectory() as folder:
        post, doors = post_of_one_street(Path(folder) / "post")
        copy = Path(folder) / "laptop"
        shutil.copytree(post.place.folder, copy, ignore=shutil.ignore_patterns("*.lock"))
        with Ledger.unlock(copy, PASSWORD) as laptop:
            # One laptop that takes a new id each time is as many sites to the post.
            times = [_timed(post, laptop, doors, VISITS, 7 * n) for n in range(SITES)]
            yield _row(
                "a change of the 400th site's package: of the first's", times[-20:], times[:20]
            )
            small = [_timed(post, laptop, doors, SMALL) for _ in range(5)]
            large = [_timed(post, laptop, doors, LARGE) for _ in range(5)]
            yield _row("a change of a package of 8,000: of one of 2,000", large, small)
        post.close()


def _row(name: str, ours: list[Spent], peer: list[Spent]) -> Row:
    return compared(name, middle(ours), middle(peer), 1.2)


def post_of_one_street(folder: Path) -> tuple[Ledger, list[bytes]]:
    ledger, _ = Ledger.create(folder, PostDraft(name="三号警务室", station="示范派出所"), PASSWORD)
    community, building = new_id(), new_id()
    doors = [new_id() for _ in range(HOMES)]

    def run(tx: Tx) -> None:
        tx.add(Community, [{"id": community, "name": "第一社区", "key": "第1", "rank": 1}])
        place = {"id": building, "community": community, "estate": "晨园", "number": "1"}
        tx.add(Building, [{**place, "rural": False, "key": "晨园/1"}])
        tx.add(
            Household,
            [
                {
                    "id": door, "community": community, "building": building, "unit": "1",
                    "room": str(n), "key": f"晨园/1/1/{n}", "occupancy": "occupied",
                }
                for n, door in enumerate(doors)
            ],
        )  # fmt: skip

    ledger.write(Command("样例", Right.WRITE, run))
    return ledger, doors


def _timed(post: Ledger, laptop: Ledger, doors: list[bytes], count: int, since: int = 0) -> Spent:
    """What one change costs of a package of so many visits by a site the post never met."""
    laptop.write(renew())
    day = date(2016, 3, 7) + timedelta(days=since)
    visits: list[dict[str, Any]] = [
        {
            "id": new_id(), "household": doors[n % len(doors)], "outcome": "met",
            "day": day + timedelta(days=n % 7), "note": new_id().hex()[:12],
        }
        for n in range(count)
    ]  # fmt: skip
    laptop.write(Command("样例", Right.WRITE, lambda tx: tx.add(Visit, visits)))
    with post.read() as connection:
        known = have(connection)
    with laptop.read() as connection:
        parcel = outgoing(connection, known).parcel
    spent = here(lambda: post.write(merge(parcel)))()
    return spent._replace(wall=spent.wall / count, cpu=spent.cpu / count)
