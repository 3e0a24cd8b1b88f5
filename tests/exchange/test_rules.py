"""The rule of fields, removals and likeness, each as two or three people meet it."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from db.exchange.deciding import Choice, decide, open_conflicts
from db.exchange.merging import merge
from db.exchange.people import join_people, likely_same
from db.exchange.sites import renew
from db.kernel.access import Role
from db.kernel.accounts import account_names, accounts, add_account
from db.kernel.errors import UserError
from db.kernel.history import record_history
from db.kernel.ids import Id, new_id
from db.kernel.journal import table_of
from db.ledger import Ledger
from db.people import Volunteer
from db.places import Building, Community, Household
from db.visits import Visit
from tests.builders import add_visits, rows_command, street, visit
from tests.exchange.histories import command
from tests.exchange.sites import (
    Copying,
    HandClock,
    bring,
    digest_of,
    exchange_fully,
    parcel_for,
    to_decide,
)


def _set(ledger: Ledger, home: Id, **fields: Any) -> None:
    ledger.write(command(lambda tx: tx.change(Household, {home: fields})))


def _home(ledger: Ledger, home: Id) -> dict[str, Any] | None:
    with ledger.read() as connection:
        row = connection.execute(
            select(table_of(Household)).where(Household.id == home)
        ).mappings().first()  # fmt: skip
    return dict(row) if row else None


def _contact(ledger: Ledger, home: Id) -> Any:
    row = _home(ledger, home)
    return row and row["contact"]


def _count(ledger: Ledger, record: Any) -> int:
    with ledger.read() as connection:
        return connection.execute(select(func.count()).select_from(table_of(record))).scalar_one()


def _later(*ledgers: Ledger, **by: float) -> None:
    for ledger in ledgers:
        assert isinstance(ledger.clock, HandClock)
        ledger.clock.move(timedelta(**by))


@pytest.fixture
def shared(copies: Copying) -> tuple[list[Ledger], list[Id]]:
    """Three sites that know the same four homes."""
    ledgers = copies(3)
    doors = street(ledgers[0])
    exchange_fully(ledgers, rounds=1)
    return ledgers, doors


Shared = tuple[list[Ledger], list[Id]]


def test_different_fields_of_one_home_both_stay_and_nobody_is_asked(shared: Shared) -> None:
    (a, b, _), (home, *_) = shared
    _set(a, home, contact="甲")
    _set(b, home, phone="13800000001")
    exchange_fully([a, b])
    for ledger in (a, b):
        row = _home(ledger, home)
        assert row is not None
        assert (row["contact"], row["phone"]) == ("甲", "13800000001")
        assert to_decide(ledger) == set()


def test_the_same_value_twice_is_no_conflict(shared: Shared) -> None:
    (a, b, _), (home, *_) = shared
    _set(a, home, contact="甲")
    _set(b, home, contact="甲")
    exchange_fully([a, b])
    assert to_decide(a) == to_decide(b) == set()


def test_one_field_set_apart_is_asked_once_and_the_choice_travels(shared: Shared) -> None:
    (a, b, c), (home, *_) = shared
    _set(a, home, contact="甲")
    _later(b, hours=1)
    _set(b, home, contact="乙")
    exchange_fully([a, b, c])
    for ledger in (a, b, c):
        assert _contact(ledger, home) == "乙"
        assert {(e, f) for e, _, f in to_decide(ledger)} == {("household", "contact")}
    with a.read() as connection:
        (conflict,) = open_conflicts(connection)
    (difference,) = conflict.differences
    assert [side.value for side in difference.sides] == ["乙", "甲"]
    assert all(side.site and side.who and side.wall for side in difference.sides)
    # Even the value that stands has to travel as a decision.
    a.write(decide([Choice("household", home, "contact", "乙")]))
    exchange_fully([a, b, c])
    for ledger in (a, b, c):
        assert _contact(ledger, home) == "乙"
        assert to_decide(ledger) == set()
    with pytest.raises(UserError, match="已经有人定过"):
        b.write(decide([Choice("household", home, "contact", "甲")]))


def test_what_was_set_in_knowledge_of_the_other_wins_whatever_the_clocks_say(
    shared: Shared,
) -> None:
    """A site three years ahead would win for three years by time alone."""
    (a, b, c), (home, *_) = shared
    _later(b, days=1100)
    _set(b, home, contact="乙")
    bring(b, a)
    _set(a, home, contact="甲")
    exchange_fully([a, b, c])
    assert {_contact(ledger, home) for ledger in (a, b, c)} == {"甲"}
    assert to_decide(c) == set()


def test_a_value_set_and_taken_back_yields_to_the_one_who_meant_it(shared: Shared) -> None:
    (a, b, _), (home, *_) = shared
    _set(a, home, contact="甲")
    _later(b, hours=1)
    done = b.write(command(lambda tx: tx.change(Household, {home: {"contact": "乙"}})))
    b.undo(done.no)
    exchange_fully([a, b])
    assert _contact(a, home) == _contact(b, home) == "甲"
    assert to_decide(a) == set()


def test_a_removal_that_had_not_seen_an_edit_is_asked(shared: Shared) -> None:
    (a, b, _), (home, other, *_) = shared
    a.write(command(lambda tx: tx.remove(Household, [home, other])))
    _set(b, home, contact="乙")
    exchange_fully([a, b])
    for ledger in (a, b):
        assert _contact(ledger, home) == "乙"
        assert _home(ledger, other) is None
        assert to_decide(ledger) == {("household", home, "*")}
    b.write(decide([Choice("household", home, "*", value=False)]))
    exchange_fully([a, b])
    assert _home(a, home) is None
    assert to_decide(a) == set()


def test_keeping_what_another_removed_is_decided_once(shared: Shared) -> None:
    (a, b, c), (home, *_) = shared
    a.write(command(lambda tx: tx.remove(Household, [home])))
    _set(b, home, contact="乙")
    exchange_fully([a, b, c])
    c.write(decide([Choice("household", home, "*", value=True)]))
    exchange_fully([a, b, c])
    for ledger in (a, b, c):
        assert _contact(ledger, home) == "乙"
        assert to_decide(ledger) == set()


def test_two_removals_are_one(shared: Shared) -> None:
    (a, b, _), (home, *_) = shared
    for ledger in (a, b):
        ledger.write(command(lambda tx: tx.remove(Household, [home])))
    exchange_fully([a, b])
    assert _home(a, home) is None
    assert to_decide(a) == set()


def test_a_home_that_was_visited_elsewhere_stays(shared: Shared) -> None:
    (a, b, _), (home, *_) = shared
    a.write(command(lambda tx: tx.remove(Household, [home])))
    add_visits(b, [visit(home)])
    bring(b, a)
    assert _home(a, home) is not None
    assert _count(a, Visit) == 1
    exchange_fully([a, b])
    assert digest_of(a) == digest_of(b)
    with pytest.raises(UserError, match="还要用到它"):
        a.write(decide([Choice("household", home, "*", value=False)]))


def test_visits_never_ask_and_the_later_edit_stands(shared: Shared) -> None:
    (a, b, _), (home, *_) = shared
    tried = visit(home)
    add_visits(a, [tried])
    exchange_fully([a, b], rounds=1)
    a.write(command(lambda tx: tx.change(Visit, {tried["id"]: {"note": "甲"}})))
    _later(b, hours=1)
    b.write(command(lambda tx: tx.change(Visit, {tried["id"]: {"note": "乙"}})))
    exchange_fully([a, b])
    with a.read() as connection:
        assert connection.execute(select(Visit.note)).scalars().all() == ["乙"]
    assert to_decide(a) == to_decide(b) == set()


def test_one_address_made_twice_is_one_home_under_both_ids(copies: Copying) -> None:
    a, b = copies(2)
    here, there = street(a), street(b)
    add_visits(a, [visit(here[0])])
    add_visits(b, [visit(there[0], "refused")])
    exchange_fully([a, b])
    for ledger in (a, b):
        assert (_count(ledger, Community), _count(ledger, Building)) == (1, 1)
        assert (_count(ledger, Household), _count(ledger, Visit)) == (4, 2)
    assert digest_of(a) == digest_of(b)
    # Each site goes on calling it by its own id, and the other understands.
    assert _home(a, here[0])
    assert _home(b, there[0])
    _set(b, there[0], contact="乙")
    bring(b, a)
    assert _contact(a, here[0]) == "乙"


def test_two_like_visits_of_one_site_stay_two(copies: Copying) -> None:
    a, b = copies(2)
    (door,) = street(a, homes=1)
    exchange_fully([a, b], rounds=1)
    add_visits(a, [visit(door), visit(door)])
    add_visits(b, [visit(door), visit(door)])
    exchange_fully([a, b])
    assert _count(a, Visit) == _count(b, Visit) == 2
    add_visits(a, [visit(door)])
    exchange_fully([a, b])
    assert _count(a, Visit) == _count(b, Visit) == 3


def test_a_building_renamed_here_and_a_home_added_there_keep_one_address(shared: Shared) -> None:
    (a, b, _), (home, *_) = shared
    row = _home(a, home)
    assert row is not None

    def rename(tx: Any) -> None:
        tx.change(Building, {row["building"]: {"number": "9", "key": "晨园/9"}})
        homes = tx.connection.execute(select(Household.id, Household.key)).all()
        tx.change(Household, {h.id: {"key": h.key.replace("/1/", "/9/", 1)} for h in homes})

    a.write(command(rename))
    new = {**row, "id": new_id(), "room": "999", "key": "晨园/1/1/999"}
    b.write(rows_command(Household, [new]))
    exchange_fully([a, b])
    for ledger in (a, b):
        made = _home(ledger, new["id"])
        assert made is not None
        assert made["key"] == "晨园/9/1/999"


def test_people_of_one_name_are_only_suggested_and_can_be_parted(copies: Copying) -> None:
    a, b = copies(2)
    street(a)
    exchange_fully([a, b], rounds=1)
    with a.read() as connection:
        community = connection.execute(select(Community.id)).scalar_one()
    person = {"community": community, "name": "张三", "role": "volunteer", "phone": "13800000001"}
    one, other = new_id(), new_id()
    a.write(rows_command(Volunteer, [{**person, "id": one}]))
    b.write(rows_command(Volunteer, [{**person, "id": other, "note": "会修锁"}]))
    exchange_fully([a, b])
    assert _count(a, Volunteer) == 2
    with a.read() as connection:
        (likely,) = likely_same(connection)
    assert {likely.one, likely.other} == {one, other}
    done = a.write(join_people(one, other))
    exchange_fully([a, b])
    assert _count(b, Volunteer) == 1
    a.undo(done.no)
    exchange_fully([a, b])
    assert _count(b, Volunteer) == 2


def test_history_names_who_did_it_elsewhere_and_their_account_opens_nothing(
    copies: Copying,
) -> None:
    a, b = copies(2)

    clerk = new_id()
    b.write(add_account(clerk, "小王", "王", Role.AUXILIARY))
    (door,) = street(b, homes=1)
    bring(b, a)
    with a.read() as connection:
        assert clerk not in {line.id for line in accounts(connection)}
        assert account_names(connection)[clerk] == "王"
        (entry,) = record_history(connection, Household, door)
        assert entry.action == "测试"


def test_a_foreign_command_is_undone_here_and_the_undo_travels(shared: Shared) -> None:
    (a, b, _), (home, *_) = shared
    _set(b, home, contact="乙")
    bring(b, a)
    with a.read() as connection:
        entry = record_history(connection, Household, home)[-1]
    a.undo(entry.no)
    bring(a, b)
    assert _contact(b, home) is None


def test_a_restored_copy_lives_on_as_another_site_and_gets_back_what_it_lost(
    copies: Copying,
) -> None:
    """Its own later commands come back from the others under the id it had."""
    a, b = copies(2)
    (first, second, *_) = street(a)
    bring(a, b)
    before = copies.copy_of(a.place.folder, renewed=False)
    _set(a, first, contact="甲")
    bring(a, b)
    before.write(renew())
    _set(before, second, contact="乙")
    exchange_fully([before, b])
    assert _contact(before, first) == _contact(b, first) == "甲"
    assert _contact(b, second) == "乙"
    assert digest_of(before) == digest_of(b)


def test_a_copied_ledger_that_goes_on_as_the_same_site_is_found_out(copies: Copying) -> None:
    a, b = copies(2)
    (home, *_) = street(a)
    twin = copies.copy_of(a.place.folder, renewed=False)
    _set(a, home, contact="甲")
    _set(twin, home, contact="乙")
    bring(a, b)
    before = digest_of(b)

    with pytest.raises(UserError, match="整个复制过"):
        b.write(merge(parcel_for(twin, {})))
    assert digest_of(b) == before
