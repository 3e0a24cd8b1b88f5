"""The history of a record in words, and the recycle bin: what was deleted and how it comes back."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from db.history import GONE, Entry, Removed, bring_back, recent, record_history, removed, touched
from db.history.words import WORDS, labels, value_text
from db.imports.mappings import ImportMapping
from db.kernel import proofs
from db.kernel.errors import UserError
from db.kernel.ids import Id, new_id
from db.kernel.journal import record_class, table_of
from db.kernel.records import Values
from db.ledger import Ledger
from db.people import Staff
from db.places import (
    AddressDraft,
    Household,
    HouseholdAlias,
    HouseholdDraft,
    change_household,
    communities,
    set_occupancy,
)
from db.places.lists import HouseholdQuery, households
from db.places.making import (
    add_household,
    make_building,
    remove_building,
    remove_households,
)
from db.places.moving import merge_households, rename_household
from db.visits import Visit, change_visit
from db.visits.recording import remove_visits
from tests.builders import add_community, add_visits, rows_command, street, visit


def digest(ledger: Ledger) -> str:
    with ledger.read() as connection:
        return proofs.digest(connection)


def told(ledger: Ledger, entity: str, record: Id) -> list[Entry]:
    with ledger.read() as connection:
        return record_history(connection, entity, record)


def bin_of(ledger: Ledger, offset: int = 0, limit: int = 50) -> list[Removed]:
    with ledger.read() as connection:
        return removed(connection, offset, limit)


def test_a_homes_history_reads_in_words(ledger: Ledger) -> None:
    (door,) = street(ledger, homes=1)
    ledger.write(change_household(door, HouseholdDraft(contact="仇霞", residents=3)))
    done = ledger.write(set_occupancy([door], "rented"))
    ledger.undo(done.no)
    latest, rented, edited, made = told(ledger, "household", door)
    assert (latest.action, rented.undone, edited.undone) == ("撤销", True, False)
    assert rented.changes == (("居住状态", "常住", "出租"),)
    assert rented.note == "改为出租"
    assert edited.changes == (("户主姓名", "", "仇霞"), ("居住人数", "", "3"))
    assert (edited.who, edited.when.astimezone().date()) == ("民警", date(2026, 3, 23))
    said = {change.label: change.new for change in made.changes}
    assert said == {"社区": "第1社区", "楼栋": "晨园1号楼", "单元": "1", "房号": "101", "居住状态": "常住"}  # fmt: skip


def test_a_step_tells_what_it_did_to_each_record(ledger: Ledger) -> None:
    doors = street(ledger, homes=3)
    done = ledger.write(set_occupancy(doors, "rented"))
    gone = ledger.write(remove_households(doors[:1]))
    with ledger.read() as connection:
        told, first = touched(connection, done.no), touched(connection, done.no, 2)
        (removed_one,) = (t for t in touched(connection, gone.no) if t.entity == "household")
    assert [(t.record, t.did, t.noun) for t in told] == [(d, "修改", "住户") for d in doors]
    assert [tuple(told[1].changes[0])] == [("居住状态", "常住", "出租")]
    assert first == told[:2]
    assert (removed_one.did, removed_one.title) == ("删除", told[0].title)
    assert ("居住状态", "出租", "") in [tuple(c) for c in removed_one.changes]


def test_ids_read_as_names_and_codes_as_words(ledger: Ledger) -> None:
    first, second = street(ledger, homes=2)
    colleague = new_id()
    ledger.write(rows_command(Staff, [{"id": colleague, "name": "王英"}]))
    row = visit(first, at=8 * 60 + 5, staff=(colleague,), topics=("反诈", "消防"), people=2)
    add_visits(ledger, [row])
    ledger.write(change_visit(row["id"], {"household": second, "outcome": "refused"}))
    changed, made = told(ledger, "visit", row["id"])
    assert set(changed.changes) == {
        ("住户", "晨园1号楼1单元101", "晨园1号楼1单元102"), ("走访结果", "见到人", "拒访"),
    }  # fmt: skip
    said = {change.label: change.new for change in made.changes}
    assert (said["时间"], said["走访人"], said["宣传主题"]) == ("08:05", "王英", "反诈、消防")


def test_what_an_id_stood_for_is_told_after_it_is_gone(ledger: Ledger) -> None:
    keep, gone = street(ledger, homes=2)
    row = visit(gone)
    add_visits(ledger, [row])
    ledger.write(merge_households(keep, gone))
    moved = told(ledger, "visit", row["id"])[0]
    assert moved.changes == (("住户", f"晨园1号楼1单元102{GONE}", "晨园1号楼1单元101"),)


def test_what_the_program_keeps_for_itself_is_no_line(ledger: Ledger) -> None:
    (door,) = street(ledger, homes=1)
    ledger.write(
        rows_command(
            ImportMapping, [{"id": new_id(), "shape": "households|a", "columns": {"a": "room"}}]
        )
    )
    before = told(ledger, "household", door)

    def remember(tx: Any) -> None:
        tx.change(Household, {door: {"imported": {"contact": "甲"}}})

    command = rows_command(Household, [])
    ledger.write(type(command)("导入台账", command.right, remember))
    assert told(ledger, "household", door) == before


def test_every_table_and_every_column_a_person_enters_has_its_words() -> None:
    entities = {record.__tablename__ for record in proofs.record_classes()}
    assert set(WORDS) == entities
    for entity in entities:
        table = table_of(record_class(entity))
        hidden = {"id", "key", "shape", "blob", "secret"}
        # Which copy of the ledger: ids that mean something to the program only.
        hidden |= {"site", "ledger", "recipient", "home", "by", "one", "other"}
        # A rewarded matter's record: its kind and the matter's words say it.
        hidden |= {"source"} if entity == "reward" else set()
        columns = {c.name for c in table.columns if not isinstance(c.type, Values)} - hidden
        assert columns - set(labels(entity)) == set(), entity


def test_every_sample_value_has_words(sample: Ledger) -> None:
    def name_of(entity: str, _: Id) -> str:
        return entity

    with sample.read() as connection:
        for entity in WORDS:
            table = table_of(record_class(entity))
            for row in connection.execute(select(table).limit(200)).mappings():
                assert WORDS[entity].title(dict(row), name_of)
                for column in labels(entity):
                    said = value_text(entity, column, row[column], name_of)
                    assert said.isprintable(), (entity, column)


def test_the_whole_history_comes_in_windows(ledger: Ledger) -> None:
    street(ledger)
    with ledger.read() as connection:
        everything = recent(connection)
        assert recent(connection, 1, 2) == everything[1:3]
    assert everything[-1].action == "新增账号"
    assert everything[0].who == "民警"


def test_deleted_rows_are_in_the_bin_and_come_back(ledger: Ledger) -> None:
    doors = street(ledger, homes=3)
    rows = [visit(doors[0]), visit(doors[0], "refused")]
    add_visits(ledger, rows)
    before = digest(ledger)
    ledger.write(remove_visits([rows[0]["id"]]))
    ledger.write(remove_households([doors[2]]))
    home, tried = bin_of(ledger)
    assert (home.noun, home.title, home.who) == ("住户", "晨园1号楼1单元103", "民警")
    assert (tried.noun, tried.title) == ("走访", "2026-03-16 晨园1号楼1单元101 见到人")
    assert bin_of(ledger, 1, 1) == [tried]
    for line in (home, tried):
        assert ledger.write(bring_back(line.entity, line.record)).value == 1
    assert digest(ledger) == before
    assert bin_of(ledger) == []
    with pytest.raises(UserError, match="没有这一条"):
        ledger.write(bring_back("household", home.record))


def test_a_home_comes_back_with_its_former_addresses(ledger: Ledger) -> None:
    (door,) = street(ledger, homes=1)
    building = told_building(ledger, door)
    ledger.write(rename_household(door, AddressDraft(unit="1", room="105"), building=building))
    before = digest(ledger)
    ledger.write(remove_households([door]))
    assert [line.entity for line in bin_of(ledger)] == ["household"]
    assert ledger.write(bring_back("household", door)).value == 2
    assert digest(ledger) == before


def told_building(ledger: Ledger, door: Id) -> Id:
    with ledger.read() as connection:
        rows = households(connection, HouseholdQuery())
    return next(row.building for row in rows if row.id == door)


def test_what_took_its_place_keeps_a_home_out(ledger: Ledger) -> None:
    first, second = street(ledger, homes=2)
    building = told_building(ledger, first)
    ledger.write(remove_households([first]))
    again = ledger.write(
        add_household(None, AddressDraft(unit="1", room="101"), HouseholdDraft(), building=building)
    )
    with pytest.raises(UserError, match="新的登记"):
        ledger.write(bring_back("household", first))
    ledger.undo(again.no)
    ledger.write(rename_household(second, AddressDraft(unit="1", room="101"), building=building))
    ledger.write(rename_household(second, AddressDraft(unit="1", room="102"), building=building))
    with pytest.raises(UserError, match="曾用地址"):
        ledger.write(bring_back("household", first))


def test_what_it_hangs_on_must_be_there(ledger: Ledger) -> None:
    ledger.write(add_community("第三社区"))
    with ledger.read() as connection:
        community = communities(connection)[0].id
    made = ledger.write(make_building(community, "晨园", "3", 1, 1, 1)).value
    ledger.write(remove_households(made.doors))
    ledger.write(remove_building(made.building))
    with pytest.raises(UserError, match="先恢复那一条"):
        ledger.write(bring_back("household", made.doors[0]))
    ledger.write(bring_back("building", made.building))
    ledger.write(bring_back("household", made.doors[0]))


def test_undone_and_merged_rows_are_not_in_the_bin(ledger: Ledger) -> None:
    doors = street(ledger, homes=3)
    number = add_visits(ledger, [visit(doors[0])])
    ledger.undo(number)
    ledger.write(merge_households(doors[0], doors[1]))
    assert bin_of(ledger) == []
    deleted = ledger.write(remove_households([doors[2]]))
    undone = ledger.undo(deleted.no)
    assert bin_of(ledger) == []
    ledger.undo(undone.no)
    assert [line.record for line in bin_of(ledger)] == [doors[2]]
    with pytest.raises(UserError):
        ledger.write(bring_back("day_off", doors[2]))


def test_deleted_again_is_listed_once_by_the_last_time(ledger: Ledger) -> None:
    (door,) = street(ledger, homes=1)
    ledger.write(remove_households([door]))
    ledger.write(bring_back("household", door))
    last = ledger.write(remove_households([door]))
    assert [line.no for line in bin_of(ledger)] == [last.no]
    back = ledger.write(bring_back("household", door))
    ledger.undo(back.no)
    assert [line.no for line in bin_of(ledger)] == [last.no]


def test_no_alias_is_left_without_its_home(ledger: Ledger) -> None:
    (door,) = street(ledger, homes=1)
    building = told_building(ledger, door)
    ledger.write(rename_household(door, AddressDraft(unit="1", room="105"), building=building))
    ledger.write(remove_households([door]))
    with ledger.read() as connection:
        assert connection.execute(select(HouseholdAlias.id)).all() == []
        assert connection.execute(select(Visit.id)).all() == []
