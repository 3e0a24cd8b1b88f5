"""What the ledger knows already, looked up while an import is planned.

Names found or made during planning are known at once to the later files of the same call.
"""

from datetime import date
from functools import cached_property
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from db.imports.account import FileAccount
from db.imports.plan import Plan
from db.kernel.history import former_keys, former_values
from db.kernel.ids import Id, new_id
from db.people import Staff, Volunteer
from db.people.colleagues import former_staff_names
from db.people.terms import last_ends
from db.places import Building, Community, Household, HouseholdAlias
from db.places.address import Address, community_key, without_street

DoorKey = tuple[Id, str]


class Door(NamedTuple):
    """A household as address look-ups see it."""

    id: Id
    community: Id
    estate: str
    building: str
    unit: str
    room: str


class Known:
    """The ledger's names and doors, and what this import adds to them."""

    def __init__(self, connection: Connection, plan: Plan) -> None:
        self.connection = connection
        self.plan = plan

    @cached_property
    def communities(self) -> dict[str, Id]:
        """Communities by comparable name, by the names they had before too."""
        former = former_values(self.connection, Community, "key")
        now = self.connection.execute(select(Community.key, Community.id))
        return former | {r.key: r.id for r in now}

    @cached_property
    def community_names(self) -> dict[Id, str]:
        """Communities' names as shown."""
        rows = self.connection.execute(select(Community.id, Community.name))
        return {r.id: r.name for r in rows}

    def community(self, name: str) -> Id | None:
        """Return the community called so, the only one there is for an empty name, else None.

        A street or town before its name tells no other one.
        """
        if name:
            found = self.communities.get(community_key(name))
            return found or self.communities.get(community_key(without_street(name)))
        return next(iter(self.community_names)) if len(self.community_names) == 1 else None

    def community_in_address(self, name: str) -> str:
        """Return a community as an address has it, without its street unless it is known with it."""
        return name if community_key(name) in self.communities else without_street(name)

    def make_community(self, name: str, account: FileAccount) -> Id:
        """Return the community called so, planned anew if the ledger has none."""
        found = self.communities.get(community_key(name))
        if found is None:
            found = new_id()
            key = community_key(name)
            rank = len(self.community_names) + 1
            self.plan.add(Community, {"id": found, "name": name, "key": key, "rank": rank})
            self.communities[key] = found
            self.community_names[found] = name
            account.name("新社区", name)
        return found

    @cached_property
    def buildings(self) -> dict[DoorKey, Id]:
        """Buildings by community and key, by the keys they had before too."""
        columns = select(Building.community, Building.key, Building.id)
        rows = self.connection.execute(columns).all()
        of = {r.id: r.community for r in rows}
        former = former_values(self.connection, Building, "key")
        before = {(of[id_], key): id_ for key, id_ in former.items()}
        return before | {(r.community, r.key): r.id for r in rows}

    def building(self, community: Id, address: Address) -> Id | None:
        """Return the building of an address, None if the ledger has none."""
        return self.buildings.get((community, address.building_key))

    def make_building(self, community: Id, address: Address) -> Id:
        """Return the building of an address, planned anew if the ledger has none."""
        key = (community, address.building_key)
        found = self.buildings.get(key)
        if found is None:
            found = new_id()
            self.buildings[key] = found
            self.plan.add(
                Building,
                {
                    "id": found,
                    "community": community,
                    "estate": address.estate,
                    "number": address.building,
                    "rural": address.group,
                    "key": key[1],
                },
            )
        return found

    @cached_property
    def households(self) -> dict[DoorKey, dict[str, Any]]:
        """Household rows by community and key, former keys too."""
        rows = self.connection.execute(select(Household.__table__)).mappings()
        found = {(r["community"], r["key"]): dict(r) for r in rows}
        by_id = {row["id"]: row for row in found.values()}
        for alias in self.connection.execute(select(HouseholdAlias.__table__)).mappings():
            found.setdefault((alias["community"], alias["key"]), by_id[alias["household"]])
        return found

    @cached_property
    def by_contact(self) -> dict[tuple[Id, str], list[dict[str, Any]]]:
        """Households without a room, by building and contact."""
        found: dict[tuple[Id, str], list[dict[str, Any]]] = {}
        for row in self.households.values():
            if not row["room"] and row["contact"]:
                found.setdefault((row["building"], row["contact"]), []).append(row)
        return found

    @cached_property
    def doors(self) -> dict[tuple[str, str], list[Door]]:
        """Doors by building and room alone, for addresses that leave parts out."""
        found: dict[tuple[str, str], list[Door]] = {}
        for (community, key), row in self.households.items():
            estate, building, unit, room = key.split("/", 3)
            door = Door(row["id"], community, estate, building, unit, room)
            found.setdefault((building, room), []).append(door)
        return found

    def door(self, community: Id | None, address: Address) -> Id | None:
        """Return the household at an address, None if there is none or more than one.

        Parts that the address leaves out (community, estate, unit) may be anything.
        """
        if community is not None:
            exact = self.households.get((community, address.key))
            if exact is not None:
                return exact["id"]  # type: ignore[no-any-return]
        estate, building, unit, room = address.key.split("/", 3)
        if not room:
            return None
        fitting = {
            door.id
            for door in self.doors.get((building, room), [])
            if (community is None or door.community == community)
            and (not estate or door.estate == estate)
            and (not unit or door.unit == unit)
        }
        return fitting.pop() if len(fitting) == 1 else None

    @cached_property
    def _staff(self) -> dict[str, Id]:
        now = self.connection.execute(select(Staff.name, Staff.id).order_by(Staff.id.desc()))
        return former_staff_names(self.connection) | {r.name: r.id for r in now}

    @cached_property
    def people(self) -> dict[Id, str]:
        """Names of the colleagues and volunteers that the ledger has."""
        asked = select(Staff.id, Staff.name), select(Volunteer.id, Volunteer.name)
        return {r.id: r.name for one in asked for r in self.connection.execute(one)}

    def colleague(self, name: str) -> Id | None:
        """Return the colleague called so, now or before, None if there is none."""
        return self._staff.get(name)

    def staff(self, names: tuple[str, ...], account: FileAccount) -> tuple[Id, ...]:
        """Return the ids of colleagues; who is unknown becomes staff without an account."""
        ids = []
        for name in names:
            found = self._staff.get(name)
            if found is None:
                found = new_id()
                self._staff[name] = found
                self.plan.add(Staff, {"id": found, "name": name})
                account.name("新工作人员", name)
            ids.append(found)
        return tuple(ids)

    @cached_property
    def volunteers(self) -> dict[tuple[Id, str], list[dict[str, Any]]]:
        """Volunteers by community and name; several where people share a name."""
        found: dict[tuple[Id, str], list[dict[str, Any]]] = {}
        order = select(Volunteer.__table__).order_by(Volunteer.id)
        for row in self.connection.execute(order).mappings():
            found.setdefault((row["community"], row["name"]), []).append(dict(row))
        return found

    @cached_property
    def _former_volunteers(self) -> dict[tuple[Any, ...], Id]:
        return former_keys(self.connection, Volunteer, "community", "name")

    def volunteers_called(self, community: Id | None, name: str) -> list[dict[str, Any]]:
        """Return who is called so in a community, else who was before a renaming or a move."""
        now = self.volunteers.get((community, name), []) if community else []
        former = None if now else self._former_volunteers.get((community, name))
        if former is None:
            return now
        return [row for alike in self.volunteers.values() for row in alike if row["id"] == former]

    @cached_property
    def term_ends(self) -> dict[Id, date]:
        """When the last earlier role of each volunteer ended."""
        return last_ends(self.connection)

    def name_of(self, community: Id) -> str:
        """Return a community's name."""
        return self.community_names[community]
