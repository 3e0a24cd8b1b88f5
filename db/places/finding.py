"""Which door an address means: the one rule that adding, renaming, merging and splitting share."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple, TypeAlias

from sqlalchemy import Column, Connection, select

from db.kernel.errors import UserError
from db.kernel.ids import Id, new_id
from db.kernel.journal import Tx, chunks
from db.kernel.text import squeeze
from db.places import AddressDraft, Building, Community, Household, HouseholdAlias
from db.places.address import (
    Address,
    community_key,
    group_part,
    parse_address,
    room_part,
    unit_part,
    written_address,
)

MOST_CHARACTERS = 40
Changes: TypeAlias = dict[Id, dict[str, Any]]


class Found(NamedTuple):
    """The home at an address; `former` tells that the address is one it had before."""

    household: Id
    former: bool


def home_at(connection: Connection, community: Id, key: str) -> Found | None:
    """Return the home whose key, now or formerly, this is; None if there is none."""
    now = select(Household.id).where(Household.community == community, Household.key == key)
    if (row := connection.execute(now).first()) is not None:
        return Found(row.id, former=False)
    before = select(HouseholdAlias.household).where(
        HouseholdAlias.community == community, HouseholdAlias.key == key
    )
    row = connection.execute(before).first()
    return None if row is None else Found(row.household, former=True)


def written_door(
    connection: Connection, community: Id | None, draft: AddressDraft, building: Id | None = None
) -> tuple[Id, Address]:
    """Return (community, address) of a door as a form has it.

    With `building` the draft needs only unit and room. A community named in the draft goes before
    `community`. UserError if the address is not understood or its community is not in the ledger.
    """
    if building is not None:
        return _inside(connection, building, draft)
    named, address = written_address(
        draft.estate, draft.building, draft.unit, draft.room, draft.group, draft.whole
    )
    name = draft.community or named
    if name:
        row = connection.execute(
            select(Community.id).where(Community.key == community_key(name))
        ).first()
        if row is None:
            raise UserError("台账里没有这个社区，没有保存。请先在“走访、社区楼栋”里加上。")
        community = row.id
    if community is None:
        raise UserError("请选择社区，没有保存。")
    if address is None:
        raise UserError("地址看不懂，没有保存。请分开填写楼栋、单元和房号。")
    if not address.building and not any(c.isdigit() for c in address.room):
        raise UserError("缺少楼栋或组，没有保存。")
    return community, storable(address)


def storable(address: Address) -> Address:
    """Return the address; UserError if a part of it is too long or would break its key."""
    parts = (address.estate, address.building, address.unit, address.room)
    if any("/" in part or not part.isprintable() for part in parts):
        raise UserError("地址里有不能用的符号（如“/”），没有保存。")
    if any(len(part) > MOST_CHARACTERS for part in parts):
        raise UserError(f"地址的一部分太长（超过{MOST_CHARACTERS}字），没有保存。")
    return address


def _inside(connection: Connection, building: Id, draft: AddressDraft) -> tuple[Id, Address]:
    row = connection.execute(
        select(Building.community, Building.estate, Building.number, Building.rural).where(
            Building.id == building
        )
    ).first()
    if row is None:
        raise UserError("这栋楼已经不在台账里了，没有保存。")
    unit, room = unit_part(draft.unit), room_part(draft.room)
    if not draft.unit and not row.rural and "-" in squeeze(draft.room):
        whole = parse_address(f"{row.number}-{squeeze(draft.room)}")
        if whole is not None and whole.building == row.number:
            unit, room = whole.unit, whole.room
    return row.community, storable(Address(row.estate, row.number, unit, room, group=row.rural))


def building_address(estate: str, number: str, *, rural: bool) -> Address:
    """Return a building's address from its parts as typed; UserError without a number."""
    short = group_part(number) if rural else ""
    _, address = written_address(estate, "" if rural else number, group=short)
    whole_door = address is not None and (address.unit or address.room)
    if address is None or whole_door or re.search(r"^$|单元|-", address.building):
        raise UserError("楼栋（组）的编号看不懂，没有保存。请填写如“3”或“3号楼”。")
    return storable(address)


def building_of(tx: Tx, community: Id, address: Address) -> Id:
    """Return the building of an address; it is added where the ledger has none."""
    row = tx.connection.execute(
        select(Building.id).where(
            Building.community == community, Building.key == address.building_key
        )
    ).first()
    if row is not None:
        return bytes(row.id)
    made = new_id()
    place = {"id": made, "community": community, "estate": address.estate}
    of = {"number": address.building, "rural": address.group, "key": address.building_key}
    tx.add(Building, [{**place, **of}])
    return made


def free_key(connection: Connection, community: Id, address: Address) -> str:
    """Return the key of a new door: its address, or the next running 户号 where it has no room.

    UserError if a home has this address, or had it before.
    """
    if not address.room:
        n = 1
        while home_at(connection, community, f"{address.key}户{n}") is not None:
            n += 1
        return f"{address.key}户{n}"
    found = home_at(connection, community, address.key)
    if found is not None and found.former:
        raise UserError("这是另一户的曾用地址，没有保存。请先核对是不是同一户。")
    if found is not None:
        raise UserError("这个地址的住户已经在台账里了，没有重复登记。")
    return address.key


def door_text(estate: str, number: str, unit: str | None, key: str, *, rural: bool) -> str:
    """Return a stored door as a person reads it: 晨园3号楼2单元401, 东沟3组户7."""
    place = Address(estate, number, unit or "", group=rural)
    return replace(place, room=key.removeprefix(place.key)).text


def in_lists(
    connection: Connection, column: Column[Any], rows: Sequence[Id], into: Mapping[Id, Id | None]
) -> Changes:
    """Return the lists of homes in those rows with some named otherwise, or with None no more."""
    found = [
        (id_, [into.get(one, one) for one in named])
        for some in chunks(rows)
        for id_, named in connection.execute(
            select(column.table.c.id, column).where(column.table.c.id.in_(some))
        )
    ]
    return {
        id_: {column.name: tuple(dict.fromkeys(one for one in named if one is not None))}
        for id_, named in found
    }
