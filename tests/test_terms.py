"""Roles and service over time: each change keeps its days, whoever makes it, and can be put right."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from db.compliance.hours import attendance_gap
from db.history.words import labels
from db.kernel.errors import UserError
from db.kernel.ids import Id
from db.kernel.workdays import Period
from db.ledger import Ledger
from db.people import Volunteer, VolunteerDraft, VolunteerTerm, serving
from db.people.answering import answering, share_out, who_answers
from db.people.lists import VolunteerQuery, volunteers
from db.people.roster import (
    VolunteerPlace,
    add_volunteer,
    change_volunteer,
    leave_volunteers,
    remove_volunteer,
    volunteers_by_name,
)
from db.people.service import Place, services
from db.people.terms import (
    TermDraft,
    add_term,
    change_term,
    rejoin,
    remove_term,
    terms_of,
)
from db.places.making import make_building
from db.trainings import TrainingDraft
from db.trainings.sessions import Person, add_training
from db.trainings.sessions import join as join_list
from db.trainings.walk_ins import walk_ins
from tests.builders import add_community
from tests.imports.books import book, bring_in

TODAY = date(2026, 3, 23)
JOINED = date(2025, 1, 6)


@pytest.fixture
def here(ledger: Ledger) -> Id:
    return ledger.write(add_community("第三社区")).value


@pytest.fixture
def there(ledger: Ledger, here: Id) -> Id:
    return ledger.write(add_community("第五社区")).value


def join(ledger: Ledger, community: Id, name: str = "仇霞", **more: Any) -> Id:
    draft = VolunteerDraft(name=name, **{"since": JOINED, **more})
    return ledger.write(add_volunteer(VolunteerPlace(community), draft)).value


def turn(ledger: Ledger, who: Id, community: Id, role: str, day: date | None) -> int:
    draft = VolunteerDraft(name="仇霞", role=role, since=JOINED)
    return ledger.write(change_volunteer(who, VolunteerPlace(community), draft, day)).no


def told(ledger: Ledger, who: Id) -> list[tuple[str, str, date | None, date | None]]:
    with ledger.read() as connection:
        return [
            (term.community_name, term.role_name, term.since, term.until)
            for term in terms_of(connection, who)
        ]


def in_service(ledger: Ledger, day: date) -> set[Id]:
    with ledger.read() as connection:
        return set(connection.execute(select(Volunteer.id).where(*serving(day))).scalars())


def test_who_becomes_something_else_keeps_both_with_their_days(
    ledger: Ledger, here: Id, there: Id
) -> None:
    who = join(ledger, here)
    assert told(ledger, who) == [("第三社区", "联户长", JOINED, None)]
    turn(ledger, who, here, "grid_leader", date(2025, 7, 1))
    moved = turn(ledger, who, there, "grid_leader", date(2026, 1, 1))
    assert told(ledger, who) == [
        ("第五社区", "网格长", date(2026, 1, 1), None),
        ("第三社区", "网格长", date(2025, 7, 1), date(2025, 12, 31)),
        ("第三社区", "联户长", JOINED, date(2025, 6, 30)),
    ]
    with ledger.read() as connection:
        served = services(connection)[who]
    assert [served.on(day) for day in (date(2025, 6, 30), date(2025, 7, 1), date(2026, 1, 1))] == [
        Place(here, "household_leader"), Place(here, "grid_leader"), Place(there, "grid_leader"),
    ]  # fmt: skip
    assert in_service(ledger, date(2025, 3, 1)) == {who}
    ledger.undo(moved)
    assert told(ledger, who)[0] == ("第三社区", "网格长", date(2025, 7, 1), None)


def test_a_session_stands_with_the_community_its_people_then_served_in(
    ledger: Ledger, here: Id, there: Id
) -> None:
    who = join(ledger, here)
    day = date(2026, 3, 18)
    made = ledger.write(add_training(TrainingDraft("反诈宣讲", day, 1170))).value
    ledger.write(join_list(made, Person("仇霞", who)))
    ledger.write(join_list(made, Person("仇霞")))
    turn(ledger, who, there, "household_leader", date(2026, 3, 20))
    month = Period(date(2026, 3, 1), TODAY)
    with ledger.read() as connection:
        gaps = [attendance_gap(connection, month, place).whole.whole for place in (here, there)]
        (walk_in,) = walk_ins(connection)
    assert [gap.present for gap in gaps] == [(who,), ()]
    # The list is of the community of then, so its namesake is the one.
    assert [one.sure for one in walk_in.likely] == [True]


def test_a_mistake_put_right_leaves_no_term(ledger: Ledger, here: Id) -> None:
    who = join(ledger, here)
    turn(ledger, who, here, "guard", None)
    assert told(ledger, who) == [("第三社区", "保安", JOINED, None)]
    # A day given where nothing changed means nothing.
    turn(ledger, who, here, "guard", date(2025, 5, 1))
    assert len(told(ledger, who)) == 1


def test_a_role_cannot_begin_before_the_one_it_follows(ledger: Ledger, here: Id) -> None:
    who = join(ledger, here)
    turn(ledger, who, here, "grid_leader", date(2025, 7, 1))
    for day, why in (
        (date(2025, 7, 1), "从2025-07-01开始"), (date(2025, 2, 1), "从2025-07-01开始"),
        (TODAY + timedelta(days=1), "今天以后"),
    ):  # fmt: skip
        with pytest.raises(UserError, match=why):
            turn(ledger, who, here, "guard", day)
    with pytest.raises(UserError, match="早于聘任"):
        ledger.write(leave_volunteers((who,), date(2025, 6, 1)))
    assert len(told(ledger, who)) == 2


@pytest.mark.parametrize("typed_since", [None, JOINED])
def test_nobody_leaves_before_the_role_of_now_began(
    ledger: Ledger, here: Id, typed_since: date | None
) -> None:
    who = join(ledger, here, since=None)
    turn(ledger, who, here, "grid_leader", date(2026, 3, 1))
    as_now = VolunteerDraft(name="仇霞", role="grid_leader", since=typed_since)
    early = replace(as_now, until=date(2026, 2, 28))
    with pytest.raises(UserError, match="早于现在身份开始的2026-03-01"):
        ledger.write(change_volunteer(who, VolunteerPlace(here), early))
    ledger.write(
        change_volunteer(who, VolunteerPlace(here), replace(early, until=date(2026, 3, 1)))
    )
    back = replace(early, role="volunteer")
    ledger.write(change_volunteer(who, VolunteerPlace(here), as_now))
    with pytest.raises(UserError, match="早于现在身份开始的2026-03-10"):
        ledger.write(change_volunteer(who, VolunteerPlace(here), back, date(2026, 3, 10)))


def test_who_leaves_and_comes_back_was_away_between(ledger: Ledger, here: Id) -> None:
    one, two, stays = (join(ledger, here, name) for name in ("仇霞", "单雄", "朴秀东"))
    ledger.write(leave_volunteers([one, two], date(2025, 6, 30)))
    assert in_service(ledger, date(2025, 7, 1)) == {stays}
    ledger.write(rejoin([one], date(2025, 7, 1)))
    assert told(ledger, one) == [("第三社区", "联户长", JOINED, None)]
    back = ledger.write(rejoin([two], date(2026, 1, 5))).no
    assert told(ledger, two) == [
        ("第三社区", "联户长", date(2026, 1, 5), None),
        ("第三社区", "联户长", JOINED, date(2025, 6, 30)),
    ]
    assert in_service(ledger, date(2025, 6, 30)) == {one, two, stays}
    assert in_service(ledger, date(2025, 12, 1)) == {one, stays}
    assert in_service(ledger, date(2026, 1, 5)) == {one, two, stays}
    with ledger.read() as connection:
        assert volunteers_by_name(connection, ["单雄"], date(2025, 3, 1)) == (two,)
        gone = volunteers(connection, VolunteerQuery(gone=date(2025, 8, 1)))
    assert gone == []
    for day, why in ((date(2026, 2, 1), "没有离任"), (TODAY + timedelta(days=1), "今天以后")):
        with pytest.raises(UserError, match=why):
            ledger.write(rejoin([two], day))
    ledger.undo(back)
    with pytest.raises(UserError, match="才离任"):
        ledger.write(rejoin([two], date(2025, 6, 30)))
    with ledger.read() as connection:
        (left,) = volunteers(connection, VolunteerQuery(gone=TODAY))
    assert left.id == two


def test_several_leave_or_none(ledger: Ledger, here: Id) -> None:
    early, late = join(ledger, here), join(ledger, here, "单雄", since=date(2026, 3, 1))
    with pytest.raises(UserError, match="单雄的离任日期早于"):
        ledger.write(leave_volunteers([early, late], date(2026, 2, 1)))
    assert in_service(ledger, TODAY) == {early, late}


def test_earlier_roles_are_written_down_put_right_and_taken_out(
    ledger: Ledger, here: Id, there: Id
) -> None:
    who = join(ledger, here)
    draft = TermDraft("guard", date(2024, 1, 1), date(2024, 12, 31))
    term = ledger.write(add_term(who, there, draft)).value
    assert in_service(ledger, date(2024, 5, 1)) == {who}
    for since, until, why in (
        (date(2024, 12, 31), date(2025, 1, 3), "重叠"), (None, date(2024, 1, 1), "重叠"),
        (date(2025, 1, 2), date(2025, 1, 1), "早于开始"), (None, None, "缺少结束日期"),
        (None, TODAY + timedelta(days=1), "今天以后"),
    ):  # fmt: skip
        with pytest.raises(UserError, match=why):
            ledger.write(add_term(who, here, TermDraft("guard", since, until)))
    ledger.write(change_term(term, here, TermDraft("volunteer", None, date(2024, 6, 30))))
    assert told(ledger, who)[1] == ("第三社区", "平安志愿者", None, date(2024, 6, 30))
    assert in_service(ledger, date(2024, 7, 1)) == set()
    ledger.write(remove_term(term))
    assert told(ledger, who) == [("第三社区", "联户长", JOINED, None)]
    with pytest.raises(UserError, match="已经不在"):
        ledger.write(change_term(term, here, draft))
    assert set(labels("volunteer_term")) == {"volunteer", "community", "role", "since", "until"}


def test_an_entry_made_by_mistake_goes_with_its_terms(ledger: Ledger, here: Id) -> None:
    who = join(ledger, here)
    turn(ledger, who, here, "guard", date(2025, 7, 1))
    ledger.write(remove_volunteer(who))
    with ledger.read() as connection:
        assert connection.execute(select(VolunteerTerm.id)).all() == []


ROSTER = ["姓名", "身份", "社区", "聘任日期", "离任日期"]


def test_a_workbook_with_another_role_keeps_the_old_one(
    ledger: Ledger, here: Id, tmp_path: Path
) -> None:
    first = [ROSTER, ["仇霞", "联户长", "第三社区", "2025-01-06", None]]
    bring_in(ledger, book(tmp_path / "甲.xlsx", 名册=first))
    second = [ROSTER, ["仇霞", "网格长", "第三社区", "2025-01-06", None]]
    made = bring_in(ledger, book(tmp_path / "乙.xlsx", 名册=second))
    (account,) = made.accounts
    assert any("原来是联户长，记到2026-03-22为止" in note for note in account.notes)
    with ledger.read() as connection:
        who = connection.execute(select(Volunteer.id)).scalar_one()
    wanted = [
        ("第三社区", "网格长", TODAY, None),
        ("第三社区", "联户长", JOINED, TODAY - timedelta(days=1)),
    ]
    assert told(ledger, who) == wanted
    # The same file again, and the older one whose role is stale or given again.
    bring_in(ledger, book(tmp_path / "丙.xlsx", 名册=second))
    assert told(ledger, who) == wanted


def test_a_workbook_with_a_later_day_of_joining_is_somebody_who_came_back(
    ledger: Ledger, here: Id, tmp_path: Path
) -> None:
    first = [ROSTER, ["仇霞", "联户长", "第三社区", "2025-01-06", "2025-06-30"]]
    bring_in(ledger, book(tmp_path / "甲.xlsx", 名册=first))
    second = [ROSTER, ["仇霞", "网格长", "第三社区", "2026-01-05", None]]
    bring_in(ledger, book(tmp_path / "乙.xlsx", 名册=second))
    with ledger.read() as connection:
        who = connection.execute(select(Volunteer.id)).scalar_one()
    assert told(ledger, who) == [
        ("第三社区", "网格长", date(2026, 1, 5), None),
        ("第三社区", "联户长", JOINED, date(2025, 6, 30)),
    ]
    assert in_service(ledger, date(2025, 9, 1)) == set()


def test_who_has_too_few_homes_and_which_unit_has_nobody(ledger: Ledger, here: Id) -> None:
    building = ledger.write(make_building(here, "晨园", "3", 3, 3, 4)).value.building
    for name, unit in (("仇霞", "1"), ("单雄", "2"), ("朴秀东", "2")):
        place = VolunteerPlace(here, building, unit)
        ledger.write(add_volunteer(place, VolunteerDraft(name=name)))
    join(ledger, here, "查英")
    join(ledger, here, "保安甲", role="guard")
    with ledger.read() as connection:
        found = answering(connection, TODAY)
        named = {v.id: v.name for v in volunteers(connection, VolunteerQuery())}
        units = who_answers(connection, TODAY)
    assert {named[of]: homes for of, homes in found.homes.items()} == {
        "仇霞": 12, "单雄": 6, "朴秀东": 6, "查英": 0,
    }  # fmt: skip
    assert [unit.unit for unit in found.nobody] == ["3"]
    assert (found.units, found.left) == (3, 12)
    assert [named[of] for of in found.of("right")] == ["仇霞"]
    assert {named[of] for of in found.of("few")} == {"单雄", "朴秀东", "查英"}
    second = next(unit for unit in units if unit.unit == "2")
    one = second.leaders[0]
    ledger.write(share_out(second, second.leaders[1].homes, one.volunteer))
    with ledger.read() as connection:
        assert answering(connection, TODAY).homes[one.volunteer] == 12


SPANS = st.lists(st.tuples(st.integers(2, 40), st.integers(1, 40)), min_size=1, max_size=6)


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(spans=SPANS, turns=st.lists(st.booleans(), min_size=6, max_size=6))
def test_service_is_the_days_between_joining_and_leaving(
    ledger: Ledger, spans: list[tuple[int, int]], turns: list[bool]
) -> None:
    """However often somebody leaves, comes back and becomes something else."""
    done: list[int] = []
    try:
        made = ledger.write(add_community("第七社区"))
        done.append(made.no)
        day, served = date(2025, 1, 1), set[date]()
        who: Id | None = None
        for (length, away), turning in zip(spans, turns, strict=False):
            if who is None:
                draft = VolunteerDraft(name="仇霞", since=day)
                joined = ledger.write(add_volunteer(VolunteerPlace(made.value), draft))
                who = joined.value
                done.append(joined.no)
            else:
                done.append(ledger.write(rejoin([who], day)).no)
            if turning:
                row = _row(ledger, who)
                other = "guard" if row.role != "guard" else "volunteer"
                draft = VolunteerDraft(name="仇霞", role=other, since=row.since)
                at = day + timedelta(days=length // 2)
                place = VolunteerPlace(made.value)
                done.append(ledger.write(change_volunteer(who, place, draft, at)).no)
            last = day + timedelta(days=length - 1)
            served |= {day + timedelta(days=n) for n in range(length)}
            done.append(ledger.write(leave_volunteers((who,), last)).no)
            day = last + timedelta(days=1 + away)
        for n in range((day - date(2025, 1, 1)).days + 3):
            at = date(2025, 1, 1) + timedelta(days=n)
            assert (who in in_service(ledger, at)) == (at in served)
        terms = told(ledger, who)  # type: ignore[arg-type]
        covered = [
            since + timedelta(days=n)
            for _, _, since, until in terms
            if since is not None and until is not None
            for n in range((until - since).days + 1)
        ]
        assert sorted(covered) == sorted(served)
    finally:
        for no in reversed(done):
            ledger.undo(no)


def _row(ledger: Ledger, who: Id) -> Any:
    with ledger.read() as connection:
        return connection.execute(
            select(Volunteer.role, Volunteer.since).where(Volunteer.id == who)
        ).one()
