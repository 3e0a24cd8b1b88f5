"""Contact and training: the sample's figures equal a count of its workbooks' own rows, random
ledgers equal a naive count, and what follows from too few is not said.
"""

from collections import defaultdict
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db.agenda import agenda
from db.compliance import (
    contact_in_week,
    trained_in_month,
)
from db.compliance.hours import (
    FREE,
    IN_WORK,
    Seat,
    Slot,
    WorkingHours,
    attendance_gap,
    working_hours,
)
from db.compliance.suggested import LEAST_NAMES, LEAST_SESSIONS, suggested
from db.compliance.untrained import untrained
from db.disputes import Dispute
from db.disputes.course import MediationSession
from db.kernel.ids import Id, new_id
from db.kernel.workdays import Period, Week, month_of
from db.ledger import Ledger
from db.people import Volunteer
from db.people.roster import leave_volunteers
from db.people.terms import TermDraft, add_term
from db.post import PostDraft, change_post, set_day_off
from db.trainings import HERE, Attendance, Training
from desktop.paper.document import plain_text
from desktop.paper.internal import uncontacted_paper
from desktop.paper.training_hours import advice, hours_paper
from tests.builders import add_visits, rows_command, street, visit

TODAY = date(2026, 3, 23)
MARCH = month_of(TODAY)
ALL_DAYS = Period(date(2026, 2, 1), TODAY)


def people(ledger: Ledger, *occupations: str | None, **more: Any) -> list[Id]:
    street(ledger, homes=1)
    with ledger.read() as connection:
        place = connection.exec_driver_sql("SELECT id FROM community").scalar_one()
    rows = [
        {
            "id": new_id(), "community": place, "name": f"人{at}", "role": "household_leader",
            "occupation": occupation, **more,
        }
        for at, occupation in enumerate(occupations)
    ]  # fmt: skip
    ledger.write(rows_command(Volunteer, rows))
    return [row["id"] for row in rows]


def session(ledger: Ledger, day: date, start: int | None, marks: dict[Id, str], **more: Any) -> Id:
    made = new_id()
    head = {"id": made, "topic": f"{day}{start}", "kind": "course", "day": day, "start": start}
    ledger.write(rows_command(Training, [head]))
    ledger.write(
        rows_command(
            Attendance,
            [
                {
                    "id": new_id(),
                    "training": made,
                    "volunteer": of,
                    "name": "人",
                    "status": how,
                    **more,
                }
                for of, how in marks.items()
            ],
        )
    )
    return made


def test_anything_taken_part_in_is_a_contact_and_only_in_its_week(ledger: Ledger) -> None:
    walked, sat, mediated, absent, nobody = people(ledger, *["retired"] * 5)
    with ledger.read() as connection:
        door = connection.exec_driver_sql("SELECT id FROM household").scalar_one()
    monday = date(2026, 3, 16)
    add_visits(ledger, [visit(door, "not_home", monday, volunteers=(walked, walked))])
    session(ledger, date(2026, 3, 22), 1170, {sat: "late", absent: "absent"})
    dispute = new_id()
    ledger.write(
        rows_command(Dispute, [{"id": dispute, "registered": monday, "kind": "neighbour"}])
    )
    held = {"id": new_id(), "dispute": dispute, "day": date(2026, 3, 18), "result": "continued"}
    ledger.write(rows_command(MediationSession, [{**held, "volunteers": (mediated,)}]))
    with ledger.read() as connection:
        standing = contact_in_week(connection, Week(2026, 12), TODAY)
        before = contact_in_week(connection, Week(2026, 11), TODAY)
        after = contact_in_week(connection, Week(2026, 13), TODAY)
    assert set(standing.kept) == {walked, sat, mediated}
    assert set(standing.lacking) == {absent, nobody}
    assert before.kept == after.kept == ()
    assert after.period == Period(TODAY, TODAY)
    last = {line.volunteer: line.last for line in after.lines}
    assert last == {
        walked: monday, sat: date(2026, 3, 22), mediated: date(2026, 3, 18), absent: None, nobody: None,
    }  # fmt: skip
    paper = plain_text(uncontacted_paper(standing, author="室", made_on=TODAY))
    assert "人3\t退休\t—" in paper
    assert "人0" not in paper


def test_community_and_role_are_those_of_the_day(ledger: Ledger) -> None:
    (moved,) = people(ledger, "retired", since=date(2025, 1, 1))
    with ledger.read() as connection:
        here = connection.exec_driver_sql("SELECT id FROM community").scalar_one()
    ledger.write(add_term(moved, here, TermDraft("guard", date(2025, 1, 1), date(2026, 3, 10))))
    with ledger.read() as connection:
        (before,) = contact_in_week(connection, Week(2026, 10), TODAY).lines
        (now,) = contact_in_week(connection, Week(2026, 12), TODAY).lines
    assert (before.role, now.role) == ("guard", "household_leader")


def test_why_somebody_is_untrained(ledger: Ledger) -> None:
    ledger.write(change_post(PostDraft("室", "所", work_from=600, work_to=1110)))
    at_work, evening, leave, unlisted, planned, retired = people(
        ledger, "employed", "self_employed", "employed", "none", "retired", "retired"
    )
    # Friday at ten is in working hours there, at half past nine it is not yet.
    friday = date(2026, 3, 20)
    session(ledger, friday, 600, {at_work: "absent", evening: "absent", retired: "absent"})
    session(ledger, friday, 570, {evening: "absent", leave: "leave"}, reason="家中有事")
    session(ledger, date(2026, 3, 27), 1170, {planned: "absent"})
    with ledger.read() as connection:
        found = {
            one.line.volunteer: (one.reason, one.told)
            for one in untrained(connection, TODAY, working_hours(connection))
        }
    assert found == {
        at_work: ("hours", "缺席1场，都在上班时间"),
        evening: ("absent", "缺席2场"),
        leave: ("leave", "请假1场（家中有事）"),
        unlisted: ("unlisted", "没有列入本月的名单"),
        planned: ("planned", "已列入3月27日的培训"),
        retired: ("absent", "缺席1场"),
    }


def test_the_months_end_tells_how_many_are_untrained(ledger: Ledger) -> None:
    one, two = people(ledger, "retired", "retired")
    session(ledger, date(2026, 3, 20), 1170, {one: "present"})

    def told(day: date) -> list[tuple[str, str, str]]:
        with ledger.read() as connection:
            return [
                (item.text, item.remark, item.urgency)
                for item in agenda(connection, day)
                if item.entity == "untrained"
            ]

    assert told(date(2026, 3, 26)) == []
    assert told(date(2026, 3, 27)) == [("本月还有1人没有参训", "本月还剩4天", "soon")]
    assert told(date(2026, 3, 31)) == [("本月还有1人没有参训", "今天是本月最后一天", "today")]
    session(ledger, date(2026, 3, 27), 1170, {two: "late"})
    assert told(date(2026, 3, 31)) == []


def test_the_bands_follow_the_posts_hours_and_its_days_off(ledger: Ledger) -> None:
    (one,) = people(ledger, "employed")
    ledger.write(set_day_off(date(2026, 3, 14), works=True))
    ledger.write(set_day_off(date(2026, 3, 18), works=False))
    for day, start in (
        (date(2026, 3, 16), 510), (date(2026, 3, 16), 1049), (date(2026, 3, 16), 1050),
        (date(2026, 3, 14), 600), (date(2026, 3, 15), 600), (date(2026, 3, 18), 600),
        (date(2026, 3, 17), None), (date(2026, 3, 15), None),
    ):  # fmt: skip
        session(ledger, day, start, {one: "present"})
    with ledger.read() as connection:
        bands = {
            band: len(pair.whole.sessions)
            for band, pair in attendance_gap(connection, ALL_DAYS).by_band.items()
        }
    assert bands == {"working": 3, "after": 1, "weekend": 3, "unknown": 1}
    # The same sessions where people begin two hours later.
    ledger.write(change_post(PostDraft("室", "所", work_from=630, work_to=1170)))
    with ledger.read() as connection:
        later = attendance_gap(connection, ALL_DAYS)
    # 8:30 and the worked Saturday's 10:00 are before it now, 17:30 still in it.
    assert {band: len(pair.whole.sessions) for band, pair in later.by_band.items()} == {
        "working": 2, "after": 2, "weekend": 3, "unknown": 1,
    }  # fmt: skip


MARKS = st.lists(
    st.tuples(
        st.integers(0, 4),
        st.integers(0, 20),
        st.sampled_from(["present", "late", "leave", "absent"]),
    ),
    max_size=30,
    unique_by=lambda mark: mark[:2],
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(marks=MARKS, left=st.sets(st.integers(0, 4)))
def test_standing_and_gap_equal_a_naive_count(
    ledger: Ledger, marks: list[tuple[int, int, str]], left: set[int]
) -> None:
    done: list[int] = []
    try:
        occupations = ("employed", "self_employed", "retired", "none", "student")
        ids = _five(ledger, done, occupations)
        first = date(2026, 3, 2)
        by_day: dict[int, dict[Id, str]] = defaultdict(dict)
        for who, day, how in marks:
            by_day[day][ids[who]] = how
        for day, those in by_day.items():
            done.append(_session(ledger, first + timedelta(days=day), those))
        if left:
            gone = ledger.write(leave_volunteers([ids[at] for at in left], date(2026, 3, 10)))
            done.append(gone.no)
        with ledger.read() as connection:
            month = trained_in_month(connection, MARCH, TODAY)
            week = contact_in_week(connection, Week(2026, 11), TODAY)
            gap = attendance_gap(connection, Period(first, TODAY))
        staying = {id_ for at, id_ in enumerate(ids) if at not in left}
        here = [(ids[who], first + timedelta(days=day)) for who, day, how in marks if how in HERE]
        assert set(month.kept) == {who for who, _ in here} & staying
        assert set(month.active) == staying
        assert (
            set(week.kept) == {who for who, day in here if Week.of(day) == Week(2026, 11)} & staying
        )
        of = dict(zip(ids, occupations, strict=True))
        for group, told in ((IN_WORK, gap.whole.in_work), (FREE, gap.whole.free)):
            assert len(told.expected) == sum(of[ids[who]] in group for who, _, _ in marks)
            assert len(told.present) == sum(of[who] in group for who, _ in here)
        whole = gap.whole.whole
        assert sum(len(pair.whole.expected) for pair in gap.by_slot.values()) == len(whole.expected)
        assert sum(len(pair.whole.expected) for pair in gap.by_band.values()) == len(marks)
    finally:
        for no in reversed(done):
            ledger.undo(no)


def _five(ledger: Ledger, done: list[int], occupations: tuple[str, ...]) -> list[Id]:
    with ledger.read() as connection:
        place = connection.exec_driver_sql("SELECT id FROM community").scalar()
    if place is None:
        street(ledger, homes=1)
        return _five(ledger, done, occupations)
    rows = [
        {"id": new_id(), "community": place, "name": f"人{at}", "role": "guard", "occupation": of}
        for at, of in enumerate(occupations)
    ]
    done.append(ledger.write(rows_command(Volunteer, rows)).no)
    return [row["id"] for row in rows]


def _session(ledger: Ledger, day: date, marks: dict[Id, str]) -> int:
    def names(tx: Any) -> None:
        made = new_id()
        tx.add(Training, [{"id": made, "topic": "题", "kind": "course", "day": day, "start": 1170}])
        tx.add(
            Attendance,
            [
                {"id": new_id(), "training": made, "volunteer": of, "name": "人", "status": how}
                for of, how in marks.items()
            ],
        )

    command = rows_command(Training, [])
    return ledger.write(command.__class__("测试", command.right, names)).no


def _seat(training: int, slot: Slot, who: int, *, here: bool) -> Seat:
    return Seat(bytes([training]), slot, "after", bytes([who]), "employed", here)


EVENING, SATURDAY = Slot(2, 19), Slot(5, 10)


def _past(sessions: int, names: int) -> list[Seat]:
    """Everyone misses every Wednesday evening and the first Saturday, and comes on the others."""
    return [
        seat
        for at in range(sessions)
        for who in range(names)
        for seat in (
            _seat(at, EVENING, who, here=False),
            _seat(100 + at, SATURDAY, who, here=at > 0),
        )
    ]


def test_a_time_that_brought_those_who_could_not_come_is_told_with_what_it_follows_from() -> None:
    best, _ = suggested(_past(3, 10))
    assert (best.slot, len(best.sessions), best.expected, best.present) == (SATURDAY, 3, 30, 20)
    said = advice(suggested(_past(3, 10)))
    assert "星期六10时的培训来得最多：据3场，应到30人次，实到20人次，到训率66.7%" in said


@pytest.mark.parametrize(("sessions", "names"), [(LEAST_SESSIONS - 1, 30), (3, 6), (0, 0)])
def test_nothing_is_said_from_too_few(sessions: int, names: int) -> None:
    assert sessions < LEAST_SESSIONS or sessions * names < LEAST_NAMES
    assert suggested(_past(sessions, names)) == []


def test_a_time_with_nothing_to_compare_it_with_is_not_suggested() -> None:
    assert suggested([seat for seat in _past(5, 20) if seat.slot == EVENING]) == []
    # Who never missed anything at another time tells nothing of those who did.
    steady = [
        _seat(at, slot, who, here=True)
        for at in range(4)
        for slot in (EVENING, SATURDAY)
        for who in range(20)
    ]
    assert suggested(steady) == []


@given(st.permutations(_past(3, 8)))
def test_the_order_of_sessions_changes_no_suggestion(seats_: list[Seat]) -> None:
    (best, _) = suggested(seats_)
    assert (best.slot, best.expected, best.present) == (SATURDAY, 24, 16)


@given(
    st.dates(date(2026, 1, 1), date(2026, 12, 31)),
    st.integers(0, 1439),
    st.integers(0, 700),
    st.integers(1, 700),
)
def test_every_hour_of_every_day_lies_in_one_band(
    day: date, at: int, start: int, length: int
) -> None:
    hours = WorkingHours(start, start + length, {date(2026, 3, 14): True})
    band = hours.band(day, at)
    assert (band == "working") == hours.within(day, at)
    worked = day.weekday() < 5 or day == date(2026, 3, 14)
    assert (band == "weekend") == (not worked)


def test_the_paper_of_hours_has_every_number(sample: Ledger) -> None:
    with sample.read() as connection:
        gap = attendance_gap(connection, ALL_DAYS)
    paper = plain_text(hours_paper(gap, [], author="室", made_on=TODAY))
    assert "合计\t300\t227\t75.7%" in paper
    assert "星期三19时\t3\t94\t58\t61.7%\t51\t50\t98.0%" in paper
