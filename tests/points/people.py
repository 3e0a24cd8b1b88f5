"""A small post with volunteers and a scheme, for the tests of points."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from db.kernel.access import Role
from db.kernel.clock import SetClock
from db.kernel.ids import Id, new_id
from db.kernel.workdays import Month
from db.ledger import Ledger
from db.people import Volunteer
from db.places import Community
from db.points.closing import close_month
from db.points.defaults import default_scheme
from db.points.entries import EntryDraft, Source, add_entry
from db.points.frozen import closed_sheet
from db.points.month import OpenMonth, month_sheet
from db.points.schemes import BandDraft, SchemeDraft, adopt_scheme
from db.points.sheet import Line, Sheet
from db.trainings import Attendance, Training
from db.visits import Visit
from tests.builders import rows_command, street, visit

MARCH, APRIL, MAY = Month(2026, 3), Month(2026, 4), Month(2026, 5)
BANDS = (BandDraft(200, "合格", 3000), BandDraft(600, "良好", 5050), BandDraft(1000, "优秀", 8000))
SECOND = "policepost-second-2026"
PAPER = "只有一个账号，签字单在三号档案盒"


def at(ledger: Ledger, day: date) -> None:
    """Set the ledger's clock to nine in the morning of a day."""
    ledger.clock = SetClock(datetime(day.year, day.month, day.day, 9))  # noqa: DTZ001


def scheme(**changes: Any) -> SchemeDraft:
    """Return the thirteen items with bands, changed as said."""
    return replace(default_scheme(), **{"bands": BANDS, **changes})


def with_item(draft: SchemeDraft, key: str, **changes: Any) -> SchemeDraft:
    """Return a scheme with one item changed."""
    items = tuple(replace(i, **changes) if i.key == key else i for i in draft.items)
    return replace(draft, items=items)


class Post:
    """Two communities of one building each, three volunteers in the first and one in the second."""

    def __init__(self, ledger: Ledger, draft: SchemeDraft | None = None) -> None:
        self.ledger = ledger
        self.doors = street(ledger, communities=2, homes=30)
        with ledger.read() as connection:
            asked = select(Community.id).order_by(Community.rank)
            self.first, self.second = connection.execute(asked).scalars().all()
        places = (self.first, self.first, self.first, self.second)
        rows = [
            {
                "id": new_id(), "community": place, "name": f"联户{n}", "role": "household_leader",
                "occupation": ("employed", "retired")[n % 2],
            }
            for n, place in enumerate(places)
        ]  # fmt: skip
        ledger.write(rows_command(Volunteer, rows))
        self.one, self.two, self.three, self.other = (row["id"] for row in rows)
        self.scheme = ledger.write(adopt_scheme(draft or scheme(), date(2026, 3, 1))).value
        at(ledger, date(2026, 4, 2))

    def visits(self, who: Id, *days: date, **more: Any) -> list[Id]:
        """Let somebody come along to a door on each of these days."""
        rows = [
            visit(self.doors[n % 30], day=day, volunteers=(who,), **more)
            for n, day in enumerate(days)
        ]
        self.ledger.write(rows_command(Visit, rows))
        return [row["id"] for row in rows]

    def session(self, day: date, *who: Id, start: int = 570, end: int = 660) -> list[Id]:
        """Let people attend a session; return the attendances."""
        made = new_id()
        head = {"id": made, "topic": "反诈", "kind": "course", "day": day}
        self.ledger.write(rows_command(Training, [{**head, "start": start, "end": end}]))
        rows = [
            {"id": new_id(), "training": made, "volunteer": one, "name": "甲", "status": "present"}
            for one in who
        ]
        self.ledger.write(rows_command(Attendance, rows))
        return [row["id"] for row in rows]

    def by_hand(
        self, who: Id, item: str, day: date, source: Source | None = None, **more: Any
    ) -> Id:
        """Enter points by hand."""
        draft = EntryDraft(day=day, **{"reason": "登记", **more})
        return self.ledger.write(add_entry(who, item, draft, source)).value

    def seen(self, month: Month = MARCH) -> OpenMonth:
        """Return the month as it stands."""
        with self.ledger.read() as connection:
            return month_sheet(connection, month)

    def line(self, who: Id, month: Month = MARCH) -> Line:
        """Return a volunteer's line of a month that is open."""
        line = self.seen(month).sheet.line(who)
        assert line is not None
        return line

    def close(self, month: Month = MARCH) -> Sheet:
        """Close a month on the second day of the next, alone; return it as it was frozen."""
        at(self.ledger, month.after.period.start.replace(day=2))
        self.ledger.write(close_month(month, PAPER))
        return self.closed(month)

    def closed(self, month: Month = MARCH) -> Sheet:
        """Return a closed month."""
        with self.ledger.read() as connection:
            sheet = closed_sheet(connection, month)
        assert sheet is not None
        return sheet


@contextmanager
def second(ledger: Ledger, role: Role = Role.OFFICER) -> Iterator["Post"]:
    """Give the writer's place to a second account for a while."""
    if not any(line.user == "二号" for line in ledger.accounts()):
        ledger.add_account("二号", "二号民警", role, SECOND)
    assert ledger.core.lock is not None
    ledger.core.lock.release()
    with Ledger.unlock(ledger.place.folder, SECOND, user="二号", clock=ledger.clock) as other:
        post = Post.__new__(Post)
        post.ledger = other
        yield post
    ledger.core.lock.acquire("测试")


def points_by_item(line: Line) -> dict[str, int]:
    """Return a line's points by item."""
    found: dict[str, int] = {}
    for share in line.shares:
        found[share.item] = found.get(share.item, 0) + share.points
    return found
