"""When a keeping time is over, who proposes and who confirms, and what is refused."""

import importlib
import pkgutil
from dataclasses import is_dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Text, event, select

import db
from db.dictionary import DRAFTS, dictionary
from db.erasing import erase
from db.erasure import DUE
from db.erasure.due import due
from db.erasure.lists import due_groups, erased_groups, waiting_proposals
from db.erasure.nouns import NOUNS
from db.erasure.proposing import confirm_erasure, propose_erasure, withdraw_erasure
from db.history import record_history, removed
from db.kernel.access import Role
from db.kernel.accounts import add_account, session_of
from db.kernel.clock import SetClock
from db.kernel.erasure import ERASED, WHOLE
from db.kernel.errors import AccessDenied, UserError
from db.kernel.fields import fields_of
from db.kernel.ids import Id, new_id
from db.kernel.journal import table_of
from db.kernel.records import Values, Words
from db.ledger import Ledger
from db.people import Volunteer
from db.places import Household, HouseholdDraft, change_household, set_occupancy
from db.places.making import remove_households
from tests.builders import street
from tests.erasure.canaries import CONTACTS, PAPER, PEOPLE, planted

# Plain words of a noun's tables: codes, ids and places of a street, of nobody.
PLAIN = {
    "household": {"unit", "room", "key", "occupancy"},
    "volunteer": {"role", "unit"},
    "attendance": {"role", "status"},
    "point_line": {"community_name", "role", "occupation", "grade", "standard"},
    "point_entry": {"item", "entity"},
    "point_decision": {"month", "kind", "claims", "left_out"},
    "reward": {"entity", "thing"},
    "review": {"grade"},
    "dispute": {"paper_number", "source", "kind", "risk"},
    "dispute_party": {"side", "kind"},
    "dispute_session": {"result"},
    "dispute_conclusion": {"outcome", "form", "destination", "answer"},
    "attachment": {"entity", "kind", "media"},
    "visit": {"outcome", "topics"},
}  # fmt: skip


def _at(day: date) -> SetClock:
    return SetClock(datetime(day.year, day.month, day.day, 9))  # noqa: DTZ001


def _due(ledger: Ledger, day: date) -> dict[str, int]:
    with ledger.read() as connection:
        return {entity: len(found) for entity, found in due(connection, day).items()}


@pytest.fixture
def doors(ledger: Ledger, tmp_path: Path) -> list[Id]:
    return planted(ledger, tmp_path)


def test_each_nouns_years_run_from_its_own_day(ledger: Ledger, doors: list[Id]) -> None:
    # Homes became empty, and five were taken out, on 2026-03-23; the person left the day before.
    assert _due(ledger, date(2028, 3, 21)) == {"attendance": 1}
    assert _due(ledger, date(2028, 3, 22)) == {"attendance": 1, "volunteer": 1}
    two_years = {"attendance": 2, "volunteer": 1, "household": len(doors)}
    assert _due(ledger, date(2028, 3, 23)) == two_years
    # The visit was on 2026-03-16, 结案 on 2026-03-18.
    assert _due(ledger, date(2031, 3, 15)) == two_years
    assert _due(ledger, date(2031, 3, 16)) == {**two_years, "visit": 1}
    assert _due(ledger, date(2031, 3, 18)) == {**two_years, "visit": 1, "dispute": 1}


def test_a_home_that_is_lived_in_again_is_not_due_and_begins_anew(
    ledger: Ledger, doors: list[Id]
) -> None:
    ledger.clock = _at(date(2027, 6, 1))
    ledger.write(set_occupancy(doors[:45], "occupied"))
    assert _due(ledger, date(2028, 6, 1))["household"] == 5, "those that were taken out"
    ledger.clock = _at(date(2028, 1, 1))
    ledger.write(set_occupancy(doors[:1], "invalid"))
    assert _due(ledger, date(2029, 12, 31))["household"] == 5
    assert _due(ledger, date(2030, 1, 1))["household"] == 6


def test_what_is_not_due_any_more_when_it_is_confirmed_stays(
    ledger: Ledger, doors: list[Id]
) -> None:
    ledger.clock = _at(date(2028, 6, 1))
    proposal = ledger.write(propose_erasure("household", doors[:2])).value
    ledger.write(set_occupancy(doors[:1], "occupied"))
    assert erase(ledger, proposal, PAPER).value.records == 1
    with ledger.read() as connection:
        asked = select(Household.contact).where(Household.id.in_(doors[:2])).order_by(Household.id)
        assert list(connection.execute(asked).scalars()) == [CONTACTS[0], None]


def test_one_account_alone_says_why_and_where_the_paper_lies(
    ledger: Ledger, doors: list[Id]
) -> None:
    ledger.clock = _at(date(2028, 6, 1))
    proposal = ledger.write(propose_erasure("household", doors[:2])).value
    with pytest.raises(UserError, match="签字的纸质单"):
        erase(ledger, proposal)
    with pytest.raises(UserError, match="请不要写"):
        erase(ledger, proposal, f"{CONTACTS[0]}本人签字")
    assert erase(ledger, proposal, PAPER).value.records == 2


def test_it_takes_two_and_the_second_needs_the_right(ledger: Ledger, doors: list[Id]) -> None:
    ledger.clock = _at(date(2028, 6, 1))
    ids = {}
    for name, role in (("辅警", Role.AUXILIARY), ("查阅", Role.READER), ("民警乙", Role.OFFICER)):
        ids[name] = ledger.write(add_account(new_id(), name, name, role)).value
    own = ledger.write(propose_erasure("household", doors[:2])).value
    with pytest.raises(UserError, match="两个人"):
        erase(ledger, own, PAPER)
    _become(ledger, ids["查阅"])
    for command in (propose_erasure("household", doors[2:4]), withdraw_erasure(own)):
        with pytest.raises(AccessDenied):
            ledger.write(command)
    _become(ledger, ids["辅警"])
    second = ledger.write(propose_erasure("volunteer", _left(ledger))).value
    with pytest.raises(AccessDenied):
        erase(ledger, own)
    with pytest.raises(AccessDenied):
        ledger.write(confirm_erasure(own))
    _become(ledger, ids["民警乙"])
    assert erase(ledger, own).value.records == 2
    erase(ledger, second)
    with ledger.read() as connection:
        lines = erased_groups(connection)
    assert {(e.words, e.why, e.proposed, e.confirmed) for e in lines} == {
        ("住户2户", "保存期满", "民警", "民警乙"),
        ("离任人员1人", "保存期满", "辅警", "民警乙"),
    }


def _become(ledger: Ledger, account: Id) -> None:
    with ledger.read() as connection:
        ledger.session = session_of(connection, account)


def _left(ledger: Ledger) -> list[Id]:
    with ledger.read() as connection:
        return list(connection.execute(select(Volunteer.id)).scalars())


def test_what_is_proposed_waits_once_and_can_be_taken_back(ledger: Ledger, doors: list[Id]) -> None:
    ledger.clock = _at(date(2028, 6, 1))
    before = _groups(ledger)["household"]
    proposal = ledger.write(propose_erasure("household", doors[:3])).value
    assert _groups(ledger)["household"] == before - 3
    with pytest.raises(UserError, match="正等核准"):
        ledger.write(propose_erasure("household", doors[2:5]))
    with ledger.read() as connection:
        (line,) = waiting_proposals(connection)
    assert (line.words, line.why, line.who) == ("住户3户", "保存期满", "民警")
    ledger.write(withdraw_erasure(proposal))
    assert _groups(ledger)["household"] == before
    with pytest.raises(UserError, match="已经不在了"):
        erase(ledger, proposal, PAPER)


def _groups(ledger: Ledger) -> dict[str, int]:
    with ledger.read() as connection:
        return {g.entity: len(g.records) for g in due_groups(connection, date(2028, 6, 1))}


def test_what_is_not_due_goes_only_on_a_persons_wish_and_not_while_it_is_needed(
    ledger: Ledger, doors: list[Id]
) -> None:
    with pytest.raises(UserError, match="还没有到期"):
        ledger.write(propose_erasure("household", doors[:1], DUE))
    with pytest.raises(UserError, match="请不要写"):
        ledger.write(propose_erasure("household", doors[:1], "request", f"{CONTACTS[0]}来电"))
    wish = ledger.write(propose_erasure("household", doors[:1], "request", "本人到室申请")).value
    assert erase(ledger, wish, PAPER).value.records == 1
    with ledger.read() as connection:
        assert "本人到室申请" not in str(
            connection.exec_driver_sql("SELECT fields FROM change").all()
        )
        shown = record_history(connection, "household", doors[0])
    words = {(change.label, change.new) for entry in shown for change in entry.changes}
    assert ("户主姓名", ERASED) in words
    assert not any(CONTACTS[0] in f"{c.old}{c.new}" for e in shown for c in e.changes)
    (who,) = _left(ledger)
    with ledger.read() as connection:
        assert connection.execute(select(Volunteer.name)).scalar() == PEOPLE[0]
    ledger.undo(_number(ledger, "人员离任"))
    with pytest.raises(UserError, match="先登记离任"):
        ledger.write(propose_erasure("volunteer", [who], "request"))


def _number(ledger: Ledger, action: str) -> int:
    from db.kernel.history import history  # noqa: PLC0415

    with ledger.read() as connection:
        return next(e.no for e in history(connection, 500) if e.action == action)


def test_what_was_erased_is_in_no_bin(ledger: Ledger, doors: list[Id]) -> None:
    with ledger.read() as connection:
        assert {line.entity for line in removed(connection)} >= {"household"}
    ledger.clock = _at(date(2028, 6, 1))
    erase(ledger, ledger.write(propose_erasure("household", doors[-5:])).value, PAPER)
    with ledger.read() as connection:
        assert not [line for line in removed(connection) if line.entity == "household"]


def test_a_home_taken_out_by_a_merge_is_due_too(ledger: Ledger) -> None:
    doors = street(ledger)
    ledger.write(change_household(doors[0], HouseholdDraft(contact="雀并户")))
    ledger.write(remove_households(doors[:1]))
    assert _due(ledger, date(2028, 3, 22)) == {}
    assert _due(ledger, date(2028, 3, 23)) == {"household": 1}


def _drafts() -> list[Any]:
    found = {}
    for module in pkgutil.walk_packages(db.__path__, "db."):
        if ".versions" not in module.name and not module.name.endswith(".env"):
            for thing in vars(importlib.import_module(module.name)).values():
                if isinstance(thing, type) and is_dataclass(thing) and fields_of(thing):
                    found[f"{thing.__module__}.{thing.__name__}"] = thing
    return list(found.values())


def test_no_entry_that_holds_a_persons_data_lacks_a_purpose() -> None:
    listed = {draft for _, draft in DRAFTS}
    for draft in _drafts():
        for name, field in fields_of(draft).items():
            where = f"{draft.__name__}.{name}"
            if field.kind in ("name", "names", "phone"):
                assert field.purpose, f"{where} needs a purpose and a keeping time"
            if field.purpose:
                assert field.keep, f"{where} has a purpose and no keeping time"
                assert draft in listed, f"{where} is not in the data dictionary"
    assert all(line.keep and line.purpose and line.labels for line in dictionary())


def test_every_text_of_a_nouns_tables_goes_or_is_plain() -> None:
    fields: dict[str, set[str]] = {}
    tables = {}
    for noun in NOUNS.values():
        for part in noun.parts:
            tables[part.record.__tablename__] = table_of(part.record)
            fields.setdefault(part.record.__tablename__, set()).update(part.fields)
    for name, table in tables.items():
        columns = {field.partition(".")[0] for field in fields[name]} - {WHOLE}
        assert columns <= set(table.c.keys())
        texts = {c.name for c in table.columns if isinstance(c.type, Text | Words | Values)}
        assert texts - columns == PLAIN.get(name, set()), name


def test_what_visits_tell_is_found_without_reading_every_visit(ledger: Ledger) -> None:
    """The home page asks it at every start; a post has a million visits after ten years."""
    with ledger.read() as connection:
        asked: list[tuple[str, Any]] = []
        event.listen(
            connection, "before_cursor_execute", lambda *told: asked.append((told[2], told[3]))
        )
        due(connection, date(2036, 3, 23))
        (visits,) = (one for one in asked if "FROM visit " in f"{one[0]} ".replace("\n", " "))
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {visits[0]}", visits[1]).all()
    assert [row[3] for row in plan] == ["SEARCH visit USING COVERING INDEX ix_visit_told (day<?)"]
