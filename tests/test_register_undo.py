"""Any steps in the registers of homes, people and the post, undone in reverse, leave no trace."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from db.disputes.handover import staff_leaves
from db.history import bring_back, removed
from db.kernel import proofs
from db.kernel.errors import UserError
from db.kernel.ids import Id, new_id
from db.kernel.journal import Command, Done
from db.ledger import Ledger
from db.people import Staff, Volunteer, VolunteerDraft
from db.people.colleagues import StaffDraft, add_staff, change_staff
from db.people.roster import (
    VolunteerPlace,
    add_volunteer,
    change_volunteer,
    leave_volunteers,
    remove_volunteer,
)
from db.places import (
    AddressDraft,
    Building,
    Community,
    HouseholdDraft,
    change_household,
    communities,
    set_occupancy,
)
from db.places.lists import HouseholdQuery, HouseholdRow, households
from db.places.making import (
    add_building,
    add_household,
    make_building,
    order_communities,
    remove_households,
    rename_community,
)
from db.places.moving import (
    merge_households,
    rename_building,
    rename_household,
    split_household,
)
from db.post import PostDraft, change_post, remove_day_off, set_day_off
from db.visits.sheets import print_sheet
from tests.builders import add_community, add_visits, rows_command, street, visit

MONDAY = date(2026, 3, 16)


class Register:
    """The commands of the registers, each made from a number, on what the ledger holds then."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger

    def homes(self) -> list[HouseholdRow]:
        """Return all homes."""
        with self.ledger.read() as connection:
            return households(connection, HouseholdQuery())

    def home(self, n: int) -> HouseholdRow:
        """Return one of the homes."""
        return self._one(self.homes(), n)

    def one(self, column: Any, n: int) -> Id:
        """Return one of the ids of a table."""
        with self.ledger.read() as connection:
            return self._one(list(connection.execute(select(column).order_by(column)).scalars()), n)

    @staticmethod
    def _one(some: list[Any], n: int) -> Any:
        if not some:
            raise UserError("没有可选的。")
        return some[n % len(some)]

    def gone(self, n: int) -> Command[int]:
        """Return the command that brings one of the deleted rows back."""
        with self.ledger.read() as connection:
            line = self._one(removed(connection), n)
        return bring_back(line.entity, line.record)

    def address(self, n: int) -> AddressDraft:
        """Return one of a few addresses, so that they are often taken."""
        return AddressDraft(unit="1", room=str(101 + n % 6))

    def place(self, n: int) -> VolunteerPlace:
        """Return the unit of one of the homes."""
        home = self.home(n)
        return VolunteerPlace(home.community, home.building, home.unit)


def _order(register: Register, n: int) -> Command[None]:
    with register.ledger.read() as connection:
        ids = [line.id for line in communities(connection)]
    return order_communities(ids[n % len(ids) :] + ids[: n % len(ids)])


STEPS: dict[str, Callable[[Register, int], Command[Any]]] = {
    "community": lambda _, n: add_community(f"第{n}社区"),
    "community name": lambda r, n: rename_community(r.one(Community.id, n), f"第{n % 7}社区"),
    "community order": _order,
    "building": lambda r, n: add_building(r.one(Community.id, n), "东苑", str(n % 4)),
    "whole building": lambda r, n: make_building(
        r.one(Community.id, n), "东苑", str(n % 4), 1, 2, 2
    ),
    "home": lambda r, n: add_household(
        None, r.address(n), HouseholdDraft(contact=f"人{n}"), building=r.home(n).building
    ),
    "occupancy": lambda r, n: set_occupancy(
        [home.id for home in r.homes()[n % 3 :]], ("empty", "shop")[n % 2]
    ),
    "entries": lambda r, n: change_household(r.home(n).id, HouseholdDraft(contact=f"人{n % 3}")),
    "rename": lambda r, n: rename_household(
        r.home(n).id, r.address(n), building=r.home(n).building
    ),
    "building name": lambda r, n: rename_building(r.one(Building.id, n), "东苑", str(n % 5)),
    "merge": lambda r, n: merge_households(r.home(n).id, r.home(n // 2).id),
    "split": lambda r, n: split_household(r.home(n).id, [f"{n % 5}A", f"{n % 5}B"]),
    "remove": lambda r, n: remove_households([r.home(n).id]),
    "bring back": lambda r, n: r.gone(n),
    "sheet": lambda r, n: print_sheet("一栋", [home.id for home in r.homes()[n % 4 :]], None),
    "join": lambda r, n: add_volunteer(r.place(n), VolunteerDraft(name=f"人{n % 5}")),
    "volunteer": lambda r, n: change_volunteer(
        r.one(Volunteer.id, n), r.place(n), VolunteerDraft(name=f"改{n % 3}", role="guard")
    ),
    "leave": lambda r, n: leave_volunteers((r.one(Volunteer.id, n),), MONDAY + timedelta(days=n)),
    "strike off": lambda r, n: remove_volunteer(r.one(Volunteer.id, n)),
    "staff": lambda _, n: add_staff(StaffDraft(f"民警{n % 4}")),
    "staff name": lambda r, n: change_staff(r.one(Staff.id, n), StaffDraft(f"民警{n % 4}")),
    "staff leaves": lambda r, n: staff_leaves(r.one(Staff.id, n), MONDAY, r.one(Staff.id, n + 1)),
    "post": lambda _, n: change_post(PostDraft("三号警务室", f"第{n % 3}派出所")),
    "day off": lambda _, n: set_day_off(MONDAY + timedelta(days=n % 5), works=bool(n % 2)),
    "day on": lambda _, n: remove_day_off(MONDAY + timedelta(days=n % 5)),
}


def digest(ledger: Ledger) -> str:
    with ledger.read() as connection:
        return proofs.digest(connection)


@settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=st.lists(st.tuples(st.sampled_from(sorted(STEPS)), st.integers(0, 40)), max_size=14))
def test_any_steps_undone_in_reverse_give_the_digest_before(
    ledger: Ledger, steps: list[tuple[str, int]]
) -> None:
    register = Register(ledger)
    if not register.homes():
        doors = street(ledger, communities=2, homes=4)
        add_visits(ledger, [visit(doors[0]), visit(doors[1])])
    before = digest(ledger)
    done: list[Done[Any]] = []
    for what, n in steps:
        try:
            done.append(ledger.write(STEPS[what](register, n)))
        except UserError:
            continue
    for step in reversed(done):
        if step.touched:
            ledger.undo(step.no)
    assert digest(ledger) == before
    with ledger.read() as connection:
        assert removed(connection) == []


def test_each_step_does_something(ledger: Ledger) -> None:
    """Guards the property above: a step that is always refused would prove nothing."""
    street(ledger, communities=2, homes=6)
    register = Register(ledger)
    idle = set()
    ledger.write(rows_command(Staff, [{"id": new_id(), "name": name} for name in "甲乙"]))
    for what, step in STEPS.items():
        for n in range(41):
            try:
                if ledger.write(step(register, n)).touched:
                    break
            except UserError:
                continue
        else:
            idle.add(what)
    assert idle == set()
