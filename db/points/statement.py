"""Everything that brought one volunteer points in a period, with its source: what a dispute is settled by."""

from datetime import date
from typing import NamedTuple

from sqlalchemy import Connection, select

from db.kernel.errors import UserError
from db.kernel.ids import Id
from db.kernel.workdays import Month, Period
from db.participation import DEED_NAMES
from db.people import ROLE_NAMES, Volunteer
from db.places import Community
from db.points.claims import entity_of, record_of, source_abouts, source_texts
from db.points.frozen import closed_months, frozen_lines
from db.points.month import month_sheet
from db.points.sheet import Line

GONE = "（原记录已删除）"
SOURCE_NAMES = {
    "visit": DEED_NAMES["visit"], "attendance": DEED_NAMES["training"],
    "dispute_session": DEED_NAMES["mediation"], "point_entry": "手工登记",
}  # fmt: skip


class StatementEntry(NamedTuple):
    """One source: what it is, and what it counted for; `why` where it does not count whole.

    `about` is what the record belongs to: the home, the training, the dispute.
    """

    day: date
    item: str
    source: str
    text: str
    entity: str
    record: Id
    about: Id | None
    times: int
    asked: int
    points: int
    why: str


class StatementMonth(NamedTuple):
    """A month of the statement; `closed` tells that it is as it was frozen."""

    month: Month
    closed: bool
    line: Line
    entries: tuple[StatementEntry, ...]


class Statement(NamedTuple):
    """A volunteer's points over whole months."""

    name: str
    role: str
    community: str
    period: Period
    months: tuple[StatementMonth, ...]


def statement(
    connection: Connection, volunteer: Id, first: Month, last: Month, up_to: date | None = None
) -> Statement:
    """Return a volunteer's points from month to month: closed ones as frozen, others as they stand
    up to a day.

    UserError if the person is gone.
    """
    person = connection.execute(
        select(Volunteer.name, Volunteer.role, Community.name)
        .join(Community, Community.id == Volunteer.community)
        .where(Volunteer.id == volunteer)
    ).first()
    if person is None:
        raise UserError("这个人已经不在名册里了。")
    closed = {one.month: one.id for one in closed_months(connection)}
    months = []
    at = first
    while at <= last:
        if at in closed:
            lines = frozen_lines(connection, closed[at], volunteer)
        else:
            line = month_sheet(connection, at, up_to).sheet.line(volunteer)
            lines = () if line is None else (line,)
        if lines:
            entries = line_sources(connection, lines[0])
            months.append(StatementMonth(at, at in closed, lines[0], entries))
        at = at.after
    name, role, community = person
    period = Period(first.period.start, last.period.end)
    return Statement(name, ROLE_NAMES[role], community, period, tuple(months))


def line_sources(connection: Connection, line: Line) -> tuple[StatementEntry, ...]:
    """Return every source of a line of a month's list, by its day."""
    keys = [entry.key for share in line.shares for entry in share.entries]
    texts = source_texts(connection, keys)
    abouts = source_abouts(connection, [(entity_of(key), record_of(key)) for key in keys])
    found = [
        StatementEntry(
            entry.day, share.name, SOURCE_NAMES[entity_of(entry.key)],
            texts.get(entry.key) or GONE, entity_of(entry.key), record_of(entry.key),
            abouts.get(record_of(entry.key)),
            entry.times, entry.asked, entry.points, entry.why,
        )
        for share in line.shares
        for entry in share.entries
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda entry: entry.day))
