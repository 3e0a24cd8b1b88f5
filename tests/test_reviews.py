"""Reviews of grid leaders: one grade for two months, with facts that other queries count."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from db.agenda import AgendaItem, agenda
from db.coverage import coverage
from db.disputes import Dispute
from db.disputes.course import MediationSession
from db.history import record_history
from db.kernel.errors import UserError
from db.kernel.ids import Id, new_id
from db.kernel.workdays import Period
from db.ledger import Ledger
from db.participation import taken_part
from db.people import Volunteer, VolunteerDraft
from db.people.roster import VolunteerPlace, add_volunteer, change_volunteer, leave_volunteers
from db.places import Building, Community
from db.reviews import (
    ReviewDraft,
    TwoMonths,
    graded,
    people,
    remove_review,
    review,
    terms,
    unreviewed,
)
from db.reviews.facts import Area, past, review_rows
from db.trainings import Attendance, Training
from db.visits import CampaignLine
from tests.builders import add_visits, rows_command, street, visit

TODAY = date(2026, 3, 23)
SPRING = TwoMonths(2026, 2)
WINTER = SPRING.before
GOOD = ReviewDraft("good", "每周到岗，调解成功两件")


@given(st.dates(date(1990, 1, 1), date(2099, 12, 31)))
def test_every_day_lies_in_one_two_months_and_they_follow_each_other(day: date) -> None:
    term = TwoMonths.of(day)
    assert day in term.period
    assert 1 <= term.number <= 6
    assert term.before.period.end + timedelta(days=1) == term.period.start
    assert TwoMonths.of(term.period.end) == term == TwoMonths.of(term.period.start)
    assert term.period.end.month - term.period.start.month == 1


def test_two_months_are_told_as_people_say_them() -> None:
    assert [str(term) for term in terms(TODAY, 3)] == [
        "2026年3—4月", "2026年1—2月", "2025年11—12月",
    ]  # fmt: skip
    assert WINTER.period == Period(date(2026, 1, 1), date(2026, 2, 28))


@pytest.fixture
def doors(ledger: Ledger) -> list[Id]:
    """Two communities with one building of four homes each."""
    return street(ledger, communities=2)


@pytest.fixture
def leaders(ledger: Ledger, doors: list[Id]) -> tuple[Id, Id]:
    """A grid leader of a building, one of a whole community; a 联户长 is nobody to be graded."""
    with ledger.read() as connection:
        first, second = connection.execute(select(Community.id).order_by(Community.rank)).scalars()
        building = connection.execute(
            select(Building.id).where(Building.community == first)
        ).scalar_one()
    ledger.write(add_volunteer(VolunteerPlace(first), VolunteerDraft("李强")))
    grid = "grid_leader"
    one = ledger.write(
        add_volunteer(VolunteerPlace(first, building), VolunteerDraft("王芳", role=grid))
    ).value
    other = ledger.write(add_volunteer(VolunteerPlace(second), VolunteerDraft("赵敏", role=grid)))
    return one, other.value


def test_one_person_has_one_grade_for_two_months(ledger: Ledger, leaders: tuple[Id, Id]) -> None:
    made = ledger.write(review(leaders[0], SPRING, GOOD))
    changed = ledger.write(review(leaders[0], SPRING, ReviewDraft("fair", "三月没有到岗")))
    ledger.write(review(leaders[0], WINTER, GOOD))
    assert made.value == changed.value
    with ledger.read() as connection:
        found = graded(connection, leaders[0])
        told = record_history(connection, "review", made.value)
        assert [p.name for p in unreviewed(connection, SPRING)] == ["赵敏"]
    assert [(one.term, one.grade_name) for one in found] == [(SPRING, "一般"), (WINTER, "好")]
    assert {c.label: (c.old, c.new) for c in told[0].changes}["等次"] == ("好", "一般")
    ledger.undo(changed.no)
    with ledger.read() as connection:
        assert graded(connection, leaders[0])[0].grade_name == "好"
    ledger.write(remove_review(leaders[0], SPRING))
    with ledger.read() as connection:
        assert [one.term for one in graded(connection, leaders[0])] == [WINTER]
    with pytest.raises(UserError, match="还没有考评"):
        ledger.write(remove_review(leaders[0], SPRING))


@pytest.mark.parametrize(
    ("draft", "reason"),
    [
        (ReviewDraft("good", " "), "缺少理由"),
        (ReviewDraft(None, "好"), "缺少等次"),
        (ReviewDraft("best", "好"), "等次不认识"),
    ],
)
def test_what_is_no_grade_is_refused(
    ledger: Ledger, leaders: tuple[Id, Id], draft: ReviewDraft, reason: str
) -> None:
    with pytest.raises(UserError, match=reason):
        ledger.write(review(leaders[0], SPRING, draft))


def test_only_who_served_is_graded_and_only_what_has_begun(
    ledger: Ledger, leaders: tuple[Id, Id]
) -> None:
    with pytest.raises(UserError, match="还没有开始"):
        ledger.write(review(leaders[0], TwoMonths(2026, 3), GOOD))
    ledger.write(review(leaders[1], SPRING, GOOD))
    ledger.write(leave_volunteers((leaders[0],), date(2026, 2, 10)))
    with pytest.raises(UserError, match="不是在任的网格长"):
        ledger.write(review(leaders[0], SPRING, GOOD))
    ledger.write(review(leaders[0], WINTER, GOOD))
    # Whoever has a grade stays on the list of those two months, whenever they left.
    ledger.write(leave_volunteers((leaders[1],), date(2026, 2, 10)))
    with ledger.read() as connection:
        assert [p.name for p in people(connection, SPRING)] == ["赵敏"]
        assert [p.name for p in people(connection, WINTER)] == ["王芳", "赵敏"]
        assert [p.name for p in people(connection, WINTER, "zm")] == ["赵敏"]


def test_who_is_graded_goes_by_the_role_of_those_days(
    ledger: Ledger, leaders: tuple[Id, Id]
) -> None:
    one, other = leaders
    with ledger.read() as connection:
        first, second = connection.execute(select(Community.id).order_by(Community.rank)).scalars()
    # 王芳 became a 网格员 of the second community in February, 李强 a grid leader in March.
    moved = VolunteerDraft("王芳", role="grid_member")
    ledger.write(change_volunteer(one, VolunteerPlace(second), moved, date(2026, 2, 10)))
    ledger.write(leave_volunteers((other,), date(2025, 12, 31)))
    with ledger.read() as connection:
        third = connection.execute(
            select(Volunteer.id).where(Volunteer.name == "李强")
        ).scalar_one()
    risen = VolunteerDraft("李强", role="grid_leader")
    ledger.write(change_volunteer(third, VolunteerPlace(first), risen, date(2026, 3, 1)))
    with ledger.read() as connection:
        assert [p.name for p in people(connection, SPRING)] == ["李强"]
        (led,) = people(connection, WINTER)
        assert (led.name, led.community, led.building) == ("王芳", first, None)
        assert [p.name for p in unreviewed(connection, WINTER.before)] == ["王芳", "赵敏"]
    assert [item[1] for item in items(ledger, TODAY)] == ["2026年1—2月 网格长考评 还有1人"]
    ledger.write(review(one, WINTER, GOOD))
    with pytest.raises(UserError, match="不是在任的网格长"):
        ledger.write(review(one, SPRING, GOOD))


def test_the_facts_are_those_that_others_count(
    ledger: Ledger, doors: list[Id], leaders: tuple[Id, Id]
) -> None:
    one, other = leaders
    march = date(2026, 3, 10)
    gone = [
        visit(doors[0], day=march, volunteers=(one,)),
        visit(doors[0], day=march, volunteers=(one, other)),
        visit(doors[1], day=march, outcome="not_home"),
        visit(doors[2], day=date(2026, 2, 27), volunteers=(one,)),
        visit(doors[4], day=march),
        visit(doors[5], day=march),
    ]
    add_visits(ledger, gone)
    training, dispute = new_id(), new_id()
    head = {"id": training, "topic": "反诈宣讲", "kind": "course", "day": march}
    ledger.write(rows_command(Training, [head]))
    listed = [
        {"id": new_id(), "training": training, "volunteer": who, "name": name, "status": status}
        for who, name, status in ((one, "王芳", "late"), (other, "赵敏", "leave"))
    ]
    ledger.write(rows_command(Attendance, listed))
    ledger.write(rows_command(Dispute, [{"id": dispute, "registered": march, "kind": "property"}]))
    session = {"id": new_id(), "dispute": dispute, "day": march, "result": "settled"}
    ledger.write(rows_command(MediationSession, [{**session, "volunteers": (other,)}]))
    with ledger.read() as connection:
        rows = review_rows(connection, SPRING, TODAY)
        told = past(connection, rows[1])
    assert [
        (r.name, r.count("visit"), r.count("training"), r.count("mediation"), r.area) for r in rows
    ] == [
        ("王芳", 2, 1, 0, Area("晨园1号楼", 4, 1)),
        ("赵敏", 1, 0, 1, Area("第2社区", 4, 2)),
    ]
    assert sorted(text for _, text in told.deeds) == ["晨园1号楼1单元101 见到人", "物业纠纷"]


def test_the_facts_of_the_sample_agree_with_participation_and_coverage(sample: Ledger) -> None:
    with sample.read() as connection:
        community, building = connection.execute(
            select(Community.id, Building.id)
            .join(Building, Building.community == Community.id)
            .order_by(Community.rank, Building.key)
            .limit(1)
        ).one()
    place = VolunteerPlace(community, building)
    who = sample.write(add_volunteer(place, VolunteerDraft("欧阳网格", role="grid_leader"))).value
    sample.write(
        add_volunteer(VolunteerPlace(community), VolunteerDraft("李网格", role="grid_leader"))
    )
    term = TwoMonths.of(TODAY)
    over = CampaignLine(
        b"", "", term.period.start, TODAY, (), 3, refusal_closes=True, phone_closes=False
    )
    with sample.read() as connection:
        rows = {row.name: row for row in review_rows(connection, term, TODAY)}
        whole = next(
            line for line in coverage(connection, over, TODAY) if line.community == community
        )
        mine = taken_part(connection, Period(term.period.start, TODAY), who)
    assert rows["李网格"].area == Area(whole.name, whole.base, whole.done)
    assert 0 < rows["欧阳网格"].area.base < whole.base
    assert list(rows["欧阳网格"].deeds) == mine == []


def items(ledger: Ledger, day: date) -> list[AgendaItem]:
    with ledger.read() as connection:
        return [item for item in agenda(connection, day) if item.kind == "考评"]


def test_reviews_are_due_once_the_two_months_are_over(
    ledger: Ledger, leaders: tuple[Id, Id]
) -> None:
    (never,) = items(ledger, TODAY)
    assert never[:4] == ("考评", "2026年1—2月 网格长考评 还有2人", "还没有考评过", "soon")
    assert (never.entity, never.record) == ("review", leaders[0])
    ledger.write(review(leaders[0], WINTER, GOOD))
    assert [item[1:4] for item in items(ledger, date(2026, 3, 2))] == [
        ("2026年1—2月 网格长考评 还有1人", "还剩8天", "soon")
    ]
    assert [item[2:4] for item in items(ledger, date(2026, 3, 10))] == [("今天到期", "today")]
    assert [item[2:4] for item in items(ledger, TODAY)] == [("逾期13天", "late")]
    ledger.write(review(leaders[1], WINTER, GOOD))
    assert items(ledger, TODAY) == []
