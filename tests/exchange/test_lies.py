"""A paired site whose every word could be said, and is not true: taken in whole, or refused at once."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from db.exchange.incoming import Change
from db.exchange.merging import Parcel, merge
from db.kernel.errors import UserError
from db.kernel.ids import Id, id_text, new_id
from db.kernel.journal import ADDED, CHANGED
from db.ledger import Ledger
from db.people import Staff
from db.places import Building, Household
from tests.builders import rows_command, street
from tests.exchange.sites import Copying, bring, known_to, parcel_for

KEY = "晨园/1/1/109"


@pytest.fixture
def two(copies: Copying) -> tuple[Ledger, Ledger]:
    """Two copies that know one street."""
    one, other = copies(2)
    street(one, homes=1)
    bring(one, other)
    return one, other


def _add_home(ledger: Ledger) -> Id:
    with ledger.read() as connection:
        building = connection.execute(select(Building)).one()
    home = {
        "id": new_id(), "community": building.community, "building": building.id, "unit": "1",
        "room": "109", "key": KEY, "occupancy": "occupied",
    }  # fmt: skip
    ledger.write(rows_command(Household, [home]))
    return home["id"]


def _also(parcel: Parcel, *changes: Change) -> Parcel:
    """The parcel with more changes in its last command."""
    *before, last = parcel.commands
    return replace(parcel, commands=[*before, last._replace(changes=(*last.changes, *changes))])


def test_homes_called_one_building_are_refused_not_joined_for_ever(
    two: tuple[Ledger, Ledger],
) -> None:
    one, other = two
    theirs, ours = _add_home(one), _add_home(other)
    said = {"entity": "building", "one": id_text(theirs), "other": id_text(ours)}
    parcel = parcel_for(one, known_to(other))
    with pytest.raises(UserError, match="自相矛盾"):
        other.write(merge(_also(parcel, Change(ADDED, "record_alias", new_id(), said))))
    bring(one, other)


def test_a_home_that_is_also_a_person_is_refused(two: tuple[Ledger, Ledger]) -> None:
    one, other = two
    home = _add_home(one)
    parcel = parcel_for(one, known_to(other))
    with pytest.raises(UserError, match="自相矛盾"):
        other.write(merge(_also(parcel, Change(ADDED, "staff", home, {"name": "张三"}))))
    bring(one, other)


def test_a_person_who_is_also_a_home_of_the_same_package_is_refused(
    two: tuple[Ledger, Ledger],
) -> None:
    """Whichever is written last, the one would take the other's search key along."""
    one, other = two
    person = new_id()
    one.write(rows_command(Staff, [{"id": person, "name": "张三"}]))
    parcel = parcel_for(one, known_to(other))
    with pytest.raises(UserError, match="自相矛盾"):
        other.write(merge(_also(parcel, Change("-", "household", person, {}))))
    bring(one, other)


def test_a_home_changed_before_it_was_made_is_taken_in(two: tuple[Ledger, Ledger]) -> None:
    one, other = two
    home = _add_home(one)
    parcel = parcel_for(one, known_to(other))
    (last,) = parcel.commands
    moved = Change(CHANGED, "household", home, {"key": ["晨园/1/1/108", KEY]})
    other.write(merge(replace(parcel, commands=[last._replace(changes=(moved, *last.changes))])))
    with other.read() as connection:
        assert connection.execute(select(Household.id).where(Household.key == KEY)).scalar() == home
