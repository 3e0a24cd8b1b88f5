"""任职经历: what a volunteer was, where and when; roles and communities that change keep their days.

The volunteer's own row says what somebody is now; each `VolunteerTerm` what they were before. A
change with a day closes the term until the day before; without a day it is a mistake put right.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, func, select

from db.kernel.access import Right
from db.kernel.errors import UserError
from db.kernel.fields import Field, Problem, common_problems, entry, fit_or_refuse
from db.kernel.ids import Id, new_id
from db.kernel.journal import Command, Tx
from db.kernel.workdays import ONE_DAY
from db.people import ROLE_NAMES, ROLES, Volunteer, VolunteerTerm
from db.people.service import began
from db.places import Community

GONE: Final = "这个人已经不在名册里了，没有改动。"
Row = Mapping[str, Any]


@dataclass(frozen=True)
class TermDraft:
    """An earlier role as it is typed; its community stands beside it."""

    role: str = entry(Field("身份", kind="choice", choices=ROLES), "household_leader")
    since: date | None = entry(Field("开始日期", kind="day"))
    until: date | None = entry(Field("结束日期", kind="day", required=True))


class Term(NamedTuple):
    """A role in a community; `id` and `until` are None for the one of now, unless they left."""

    id: Id | None
    community: Id
    community_name: str
    role: str
    since: date | None
    until: date | None

    @property
    def role_name(self) -> str:
        """The role in Chinese."""
        return ROLE_NAMES[self.role]


def term_problems(draft: TermDraft, today: date) -> Iterator[Problem]:
    """Yield what keeps an earlier role from being stored."""
    yield from common_problems(draft)
    if draft.role not in ROLE_NAMES:
        yield Problem("role", "身份不认识")
    if draft.until and draft.until > today:
        yield Problem("until", "结束日期在今天以后；现在的身份在上面的表里改")
    if draft.since and draft.until and draft.until < draft.since:
        yield Problem("until", "结束日期早于开始日期")


def closed_term(row: Row, last_end: date | None, until: date) -> dict[str, Any] | None:
    """Return the term that a volunteer's row stands for, ended on a day; None if it never began."""
    since = began(row["since"], last_end)
    if since is not None and since > until:
        return None
    return {
        "id": new_id(), "volunteer": row["id"], "community": row["community"],
        "role": row["role"], "since": since, "until": until,
    }  # fmt: skip


def turned(
    row: Row, fields: dict[str, Any], last_end: date | None, today: date
) -> dict[str, Any] | None:
    """Return the term that a workbook's new values end, if they do; `fields` are what will change.

    Another role holds from today. A day of joining after the day of leaving is somebody who came
    back: the day of leaving belongs to the term.
    """
    left, back = row["until"], fields.get("since")
    if left is not None and back is not None and back > left:
        fields.setdefault("until", None)
        return closed_term(row, last_end, left)
    if "role" in fields and left is None:
        return closed_term(row, last_end, today - ONE_DAY)
    return None


def last_ends(connection: Connection, volunteers: Iterable[Id] | None = None) -> dict[Id, date]:
    """Return when the last earlier role of each volunteer ended, for those who had one."""
    asked = select(VolunteerTerm.volunteer, func.max(VolunteerTerm.until))
    if volunteers is not None:
        asked = asked.where(VolunteerTerm.volunteer.in_(list(volunteers)))
    return dict(connection.execute(asked.group_by(VolunteerTerm.volunteer)).all())


def close_term(tx: Tx, volunteer: Row, day: date) -> None:
    """End the role that a volunteer's row stands for the day before; UserError if it began later."""
    last_end = last_ends(tx.connection, [volunteer["id"]]).get(volunteer["id"])
    if volunteer["until"] is not None and day > volunteer["until"]:
        raise UserError("这个人那天已经离任，没有保存。请先再聘。")
    made = closed_term(volunteer, last_end, day - ONE_DAY)
    if made is None:
        since = began(volunteer["since"], last_end)
        raise UserError(f"现在的身份从{since}开始，改任要在那以后，没有保存。")
    tx.add(VolunteerTerm, [made])


def rejoin(volunteers: Sequence[Id], day: date) -> Command[None]:
    """Return the command that takes people who left back into service from a day.

    What they were until they left stays as an earlier role. UserError if one of them has not left,
    or left later than the day before.
    """

    def run(tx: Tx) -> None:
        if day > tx.today:
            raise UserError("再聘日期在今天以后，没有保存。")
        rows = volunteer_rows(tx, volunteers)
        ends = last_ends(tx.connection, volunteers)
        terms: list[dict[str, Any]] = []
        changes: dict[Id, dict[str, Any]] = {}
        for row in rows:
            left = row["until"]
            if left is None:
                raise UserError(f"{row['name']}没有离任，不用再聘，没有保存。")
            if day <= left:
                raise UserError(f"{row['name']}{left}才离任，再聘要在那以后，没有保存。")
            changes[row["id"]] = {"until": None}
            # Back on the very next day nobody was away.
            if day > left + ONE_DAY:
                term = closed_term(row, ends.get(row["id"]), left)
                terms += [term] if term is not None else []
                changes[row["id"]]["since"] = day
        tx.add(VolunteerTerm, terms)
        tx.change(Volunteer, changes)

    return Command("人员再聘", Right.WRITE, run, note=_note([day.isoformat()], volunteers))


def add_term(volunteer: Id, community: Id, draft: TermDraft) -> Command[Id]:
    """Return the command that writes down an earlier role; UserError where it overlaps another."""

    def run(tx: Tx) -> Id:
        made = new_id()
        values = _values(tx, volunteer, community, draft, None)
        tx.add(VolunteerTerm, [{"id": made, "volunteer": volunteer, **values}])
        return made

    return Command("登记任职经历", Right.WRITE, run)


def change_term(term: Id, community: Id, draft: TermDraft) -> Command[None]:
    """Return the command that puts an earlier role right."""

    def run(tx: Tx) -> None:
        asked = select(VolunteerTerm.volunteer).where(VolunteerTerm.id == term)
        volunteer = tx.connection.execute(asked).scalar()
        if volunteer is None:
            raise UserError("这段经历已经不在了，没有改动。")
        tx.change(VolunteerTerm, {term: _values(tx, volunteer, community, draft, term)})

    return Command("修改任职经历", Right.WRITE, run)


def remove_term(term: Id) -> Command[None]:
    """Return the command that takes out an earlier role entered by mistake."""

    def run(tx: Tx) -> None:
        tx.remove(VolunteerTerm, [term])

    return Command("删除任职经历", Right.WRITE, run)


def terms_of(connection: Connection, volunteer: Id) -> list[Term]:
    """Return what a volunteer was, the latest first; the first is what they are now or were last."""
    rows = connection.execute(
        select(
            VolunteerTerm.id, VolunteerTerm.community, Community.name, VolunteerTerm.role,
            VolunteerTerm.since, VolunteerTerm.until,
        )
        .join(Community, Community.id == VolunteerTerm.community)
        .where(VolunteerTerm.volunteer == volunteer)
        .order_by(VolunteerTerm.until.desc(), VolunteerTerm.id)
    )  # fmt: skip
    before = [Term(*row) for row in rows]
    now = connection.execute(
        select(Volunteer.community, Community.name, Volunteer.role, Volunteer.since, Volunteer.until)
        .join(Community, Community.id == Volunteer.community)
        .where(Volunteer.id == volunteer)
    ).first()  # fmt: skip
    if now is None:
        return []
    last_end = before[0].until if before else None
    return [Term(None, now[0], now[1], now[2], began(now[3], last_end), now[4]), *before]


def volunteer_rows(tx: Tx, volunteers: Sequence[Id]) -> list[Row]:
    """Return the rows of volunteers; UserError if one is gone."""
    asked = select(Volunteer.__table__).where(Volunteer.id.in_(volunteers))
    rows: list[Row] = [dict(row) for row in tx.connection.execute(asked).mappings()]
    if len(rows) < len(set(volunteers)) or not rows:
        raise UserError(GONE)
    return rows


def _note(words: Sequence[str], volunteers: Sequence[Id]) -> str:
    many = [f"{len(volunteers)}人"] if len(volunteers) > 1 else []
    return " ".join((*many, *words))


def _values(
    tx: Tx, volunteer: Id, community: Id, draft: TermDraft, own: Id | None
) -> dict[str, Any]:
    fit = fit_or_refuse(draft, term_problems, tx.today)
    there = select(Community.id).where(Community.id == community)
    if tx.connection.execute(there).first() is None:
        raise UserError("请选择社区，没有保存。")
    (row,) = volunteer_rows(tx, [volunteer])
    since, until = fit.since or date.min, fit.until or tx.today
    if until > (row["until"] or tx.today):
        raise UserError("这段经历比离任还晚，没有保存。")
    others = tx.connection.execute(
        select(VolunteerTerm.since, VolunteerTerm.until).where(
            VolunteerTerm.volunteer == volunteer, VolunteerTerm.id != (own or b"")
        )
    )
    for other_since, other_until in others:
        if (other_since or date.min) <= until and since <= other_until:
            raise UserError(f"和到{other_until}的那段经历重叠，没有保存。")
    return {
        "community": community, "role": fit.role, "since": fit.since, "until": fit.until,
    }  # fmt: skip
