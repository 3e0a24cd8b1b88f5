"""People entered at two sites who are likely one: suggested, joined by a person, parted again."""

from typing import Any, NamedTuple

from sqlalchemy import Connection, or_, select

from db.kernel.access import Right
from db.kernel.erasure import ERASED
from db.kernel.errors import UserError
from db.kernel.history import hanging_rows
from db.kernel.ids import Id
from db.kernel.journal import Command, Tx, record_class, table_of
from db.kernel.records import Ids
from db.people import Volunteer
from db.places import Community
from db.points import PointLine

JOINED = "合并同一个人"


class LikelySame(NamedTuple):
    """Two volunteers who may be one person, and why: same telephone, or same building."""

    one: Id
    other: Id
    name: str
    community: str
    reason: str


def likely_same(connection: Connection) -> list[LikelySame]:
    """Return pairs of one name with one telephone, or in one building, that a person may join.

    Two that an import brought were told apart by their rosters and are not suggested.
    """
    one, other = Volunteer.__table__.alias("one"), Volunteer.__table__.alias("other")
    rows = connection.execute(
        select(
            one.c.id.label("one"), other.c.id.label("other"), one.c.name,
            Community.name.label("community"), (one.c.phone == other.c.phone).label("same_phone"),
        )
        .join(other, (other.c.name == one.c.name) & (other.c.id > one.c.id))
        .where(one.c.name != ERASED)
        .join(Community, Community.id == one.c.community)
        .where(or_(one.c.phone == other.c.phone, one.c.building == other.c.building))
        .where(or_(one.c.imported.is_(None), other.c.imported.is_(None)))
        .order_by(one.c.name, one.c.id)
    )  # fmt: skip
    return [
        LikelySame(r.one, r.other, r.name, r.community, "电话相同" if r.same_phone else "同一栋楼")
        for r in rows
    ]


def join_people(keep: Id, other: Id) -> Command[int]:
    """Return the command that makes two volunteers one; it answers how many records named the other.

    What `keep` leaves empty is filled from the other. Undoing the command parts them again.
    UserError if one is gone.
    """

    def run(tx: Tx) -> int:
        table = table_of(Volunteer)
        rows = {
            row["id"]: row
            for row in tx.connection.execute(
                select(table).where(table.c.id.in_([keep, other]))
            ).mappings()
        }
        if keep == other or len(rows) != 2:
            raise UserError("这两个人里有一个已经不在台账里了，没有合并。")
        _refuse_if_both_were_paid(tx, keep, other)
        moved = _name_instead(tx, keep, other)
        blanks: dict[str, Any] = {
            name: value
            for name, value in rows[other].items()
            if rows[keep][name] in (None, ()) and value not in (None, ())
        }
        if blanks:
            tx.change(Volunteer, {keep: blanks})
        tx.remove(Volunteer, [other])
        return moved

    return Command(JOINED, Right.WRITE, run)


def _refuse_if_both_were_paid(tx: Tx, keep: Id, other: Id) -> None:
    """A closed month has one line for each of them, and is never changed."""
    months = [
        set(
            tx.connection.execute(select(PointLine.month).where(PointLine.volunteer == v)).scalars()
        )
        for v in (keep, other)
    ]
    if months[0] & months[1]:
        raise UserError("这两个人在同一个已结账的月份里各有积分，结了账的不能改，没有合并。")


def _name_instead(tx: Tx, keep: Id, other: Id) -> int:
    """Let every record that names one name the other instead."""
    moved = 0
    for table, column, hanging in hanging_rows(tx.connection, Volunteer.__tablename__, [other]):
        ids = list(hanging)
        if not ids:
            continue
        rows = tx.connection.execute(select(table.c.id, column).where(table.c.id.in_(ids))).all()
        changes: dict[Id, dict[str, Any]] = {}
        for id_, value in rows:
            new: Any = keep
            if isinstance(column.type, Ids):
                new = tuple(dict.fromkeys(keep if v == other else v for v in value))
            changes[id_] = {column.name: new}
        moved += tx.change(record_class(table.name), changes)
    return moved
