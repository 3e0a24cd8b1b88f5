"""Volunteers who come, change and leave."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain, count
from typing import Any

from sqlalchemy import Connection, and_, select

from db.kernel.access import Right
from db.kernel.errors import UserError
from db.kernel.fields import fit_or_refuse
from db.kernel.history import hanging_rows
from db.kernel.ids import Id, new_id
from db.kernel.journal import Command, Tx
from db.kernel.text import tidy_name
from db.people import Volunteer, VolunteerDraft, VolunteerTerm, serving, volunteer_problems
from db.people.service import began
from db.people.terms import close_term, last_ends, volunteer_rows
from db.places import Building, Community
from db.places.address import Address, unit_part
from db.places.finding import storable


@dataclass(frozen=True)
class VolunteerPlace:
    """Where a volunteer serves: a community, and for a 联户长 the building and unit of the homes."""

    community: Id
    building: Id | None = None
    unit: str | None = None


def add_volunteer(place: VolunteerPlace, draft: VolunteerDraft) -> Command[Id]:
    """Return the command that puts a person on the roster.

    UserError for a draft that may not be stored, or a person of the same community, name and
    telephone: a workbook could not tell the two apart.
    """

    def run(tx: Tx) -> Id:
        made = new_id()
        tx.add(Volunteer, [{"id": made, **_values(tx, place, draft, None)}])
        return made

    return Command("新增人员", Right.WRITE, run)


def change_volunteer(
    volunteer: Id, place: VolunteerPlace, draft: VolunteerDraft, from_day: date | None = None
) -> Command[None]:
    """Return the command that sets a volunteer's entries and place to the form's.

    With `from_day` another role or community holds from that day, and what it was until then stays
    with its days (`db.people.terms`); without, the entry was a mistake. UserError, as when adding,
    if that day lies ahead or before the role of now, or if the service would end before it.
    """

    def run(tx: Tx) -> None:
        values = _values(tx, place, draft, volunteer)
        (row,) = volunteer_rows(tx, [volunteer])
        since = began(values["since"], last_ends(tx.connection, [volunteer]).get(volunteer))
        other = any(row[name] != values[name] for name in ("role", "community"))
        if from_day is not None and other:
            if from_day > tx.today:
                raise UserError("改任日期在今天以后，没有保存。")
            close_term(tx, {**row, "since": values["since"]}, from_day)
            since = from_day
        if since and values["until"] and values["until"] < since:
            raise UserError(f"离任日期早于现在身份开始的{since}，没有保存。")
        tx.change(Volunteer, {volunteer: values})

    moved = "" if from_day is None else f"{from_day.isoformat()}起"
    return Command("修改人员", Right.WRITE, run, note=moved)


def leave_volunteers(volunteers: Sequence[Id], day: date) -> Command[None]:
    """Return the command that ends the service of several; UserError, naming who, if it began later."""

    def run(tx: Tx) -> None:
        ends = last_ends(tx.connection, volunteers)
        for row in volunteer_rows(tx, volunteers):
            since = began(row["since"], ends.get(row["id"]))
            if since is not None and day < since:
                raise UserError(f"{row['name']}的离任日期早于聘任日期，没有保存。")
        tx.change(Volunteer, {id_: {"until": day} for id_ in volunteers})

    many = f"{len(volunteers)}人 " if len(volunteers) > 1 else ""
    return Command("人员离任", Right.WRITE, run, note=f"{many}{day.isoformat()}")


def remove_volunteer(volunteer: Id) -> Command[None]:
    """Return the command that takes out an entry made by mistake; who served leaves instead.

    Their earlier roles go with it. UserError, telling how many, if visits or attendance name the
    person.
    """

    def run(tx: Tx) -> None:
        volunteer_rows(tx, [volunteer])
        terms: list[Id] = []
        hanging = 0
        for table, _, rows in hanging_rows(tx.connection, "volunteer", [volunteer]):
            if table.name == VolunteerTerm.__tablename__:
                terms += rows
            else:
                hanging += len(list(rows))
        if hanging:
            raise UserError(
                f"这个人名下有{hanging}条走访或培训，不能删除，什么都没有改动。请改为登记离任。"
            )
        tx.remove(VolunteerTerm, terms)
        tx.remove(Volunteer, [volunteer])

    return Command("删除人员", Right.WRITE, run)


def volunteers_by_name(connection: Connection, names: Sequence[str], day: date) -> tuple[Id, ...]:
    """Return the ids of the roster's people by name, in order; those who served on the day first.

    UserError for a name the roster does not have, or has twice among those who served.
    """
    wanted = list(dict.fromkeys(name for name in map(tidy_name, names) if name))
    rows = connection.execute(
        select(Volunteer.id, Volunteer.name, and_(*serving(day)).label("served"))
        .where(Volunteer.name.in_(wanted))
        .order_by(Volunteer.id)
    ).all()
    found = []
    for name in wanted:
        alike = [row for row in rows if row.name == name]
        served = [row for row in alike if row.served]
        if not alike:
            raise UserError(f"队伍里没有“{name}”，没有保存。请先在“队伍、人员”里加上。")
        if len(served) > 1:
            raise UserError(f"队伍里有{len(served)}位“{name}”，没有保存。请先把姓名写得能分清。")
        found.append((served or alike)[0].id)
    return tuple(found)


def roster_names(connection: Connection) -> list[str]:
    """Return the names on the roster, each once."""
    asked = select(Volunteer.name).distinct().order_by(Volunteer.name)
    return list(connection.execute(asked).scalars())


def called(connection: Connection, day: date) -> dict[str, Id]:
    """Return everyone of the roster by what tells them apart, by name.

    The name alone for the only one in service on the day who has it, else with the community and,
    where that is not enough, the last digits of the telephone: 李强（第一社区）, 李强（第一社区8021）.
    """
    serves = and_(*serving(day)).label("serves")
    rows = connection.execute(
        select(Volunteer.id, Volunteer.name, Volunteer.phone, Community.name.label("place"), serves)
        .join(Community, Community.id == Volunteer.community)
        .order_by(serves.desc(), Volunteer.name, Community.rank, Volunteer.id)
    ).all()
    serving_names = Counter(row.name for row in rows if row.serves)
    names = Counter(row.name for row in rows)
    found: dict[str, Id] = {}
    for row in rows:
        alone = serving_names[row.name] == 1 if row.serves else names[row.name] == 1
        told = chain(("", (row.phone or "")[-4:]), count(2))
        ways = chain((row.name,) if alone else (), (f"{row.name}（{row.place}{t}）" for t in told))
        found[next(way for way in ways if way not in found)] = row.id
    return dict(sorted(found.items()))


def volunteer_names(connection: Connection, ids: Collection[Id]) -> Mapping[Id, str]:
    """Return the names of the roster's people by id."""
    rows = connection.execute(
        select(Volunteer.id, Volunteer.name).where(Volunteer.id.in_(set(ids)))
    )
    return {row.id: row.name for row in rows}


def _values(tx: Tx, place: VolunteerPlace, draft: VolunteerDraft, own: Id | None) -> dict[str, Any]:
    fit = fit_or_refuse(draft, volunteer_problems, tx.today)
    there = select(Community.id).where(Community.id == place.community)
    if tx.connection.execute(there).first() is None:
        raise UserError("请选择社区，没有保存。")
    if place.building is not None:
        inside = select(Building.id).where(
            Building.id == place.building, Building.community == place.community
        )
        if tx.connection.execute(inside).first() is None:
            raise UserError("选的楼栋不在这个社区，没有保存。")
    alike = select(Volunteer.id).where(
        Volunteer.community == place.community,
        Volunteer.name == fit.name,
        Volunteer.phone.is_(None) if fit.phone is None else Volunteer.phone == fit.phone,
        Volunteer.id != (own or b""),
    )
    if tx.connection.execute(alike).first() is not None:
        raise UserError("这个社区已经有同名、同电话的人，没有重复登记。")
    entries = {name: getattr(fit, name) for name in VolunteerDraft.__dataclass_fields__}
    unit = unit_part(place.unit) if place.building is not None and place.unit else None
    storable(Address(unit=unit or ""))
    where = {"community": place.community, "building": place.building, "unit": unit}
    return {**where, **entries}
