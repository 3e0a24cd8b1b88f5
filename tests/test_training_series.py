"""Sessions that repeat: their days, planned at once, changed and taken out alone or with those that follow."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.kernel.errors import UserError
from db.ledger import Ledger
from db.people import VolunteerDraft
from db.people.roster import VolunteerPlace, add_volunteer
from db.trainings import TrainingDraft
from db.trainings.lists import trainings
from db.trainings.series import (
    MOST_SESSIONS,
    change_following,
    following,
    places_in_series,
    plan_series,
    remove_following,
    rhythms,
    series_days,
)
from db.trainings.sessions import Expected, add_training, change_training, training_draft
from tests.builders import add_community

FIRST_TUESDAY = date(2026, 3, 3)
DRAFT = TrainingDraft("例会", FIRST_TUESDAY, 1170, 1260, "会议室", ("杨思豪",), "meeting")


def said(days: tuple[date, ...]) -> list[str]:
    return [f"{day.month}.{day.day}" for day in days]


@pytest.mark.parametrize(
    ("first", "rhythm", "days"),
    [
        (FIRST_TUESDAY, "nth", ["3.3", "4.7", "5.5", "6.2"]),
        (FIRST_TUESDAY, "week", ["3.3", "3.10", "3.17", "3.24"]),
        (FIRST_TUESDAY, "fortnight", ["3.3", "3.17", "3.31", "4.14"]),
        (date(2026, 3, 27), "nth", ["3.27", "4.24", "5.22", "6.26"]),
        (date(2026, 3, 27), "last", ["3.27", "4.24", "5.29", "6.26"]),
        (date(2026, 1, 31), "day", ["1.31", "2.28", "3.31", "4.30"]),
        (date(2026, 11, 10), "nth", ["11.10", "12.8", "1.12", "2.9"]),
    ],
)
def test_the_days_of_a_series(first: date, rhythm: str, days: list[str]) -> None:
    assert said(series_days(first, rhythm, 4)) == days


def test_a_rhythm_is_said_as_people_say_it() -> None:
    assert rhythms(FIRST_TUESDAY)["nth"] == "每月第一个周二"
    assert "last" not in rhythms(FIRST_TUESDAY)
    fifth = rhythms(date(2026, 3, 31))
    assert fifth["last"] == "每月最后一个周二"
    assert "nth" not in fifth


@given(st.dates(date(2000, 1, 1), date(2090, 1, 1)), st.integers(2, MOST_SESSIONS))
def test_every_rhythm_gives_days_in_order_from_the_first(first: date, count: int) -> None:
    for rhythm in rhythms(first):
        days = series_days(first, rhythm, count)
        assert days[0] == first
        assert len(days) == count
        assert list(days) == sorted(set(days))
        if rhythm != "day":
            assert {day.weekday() for day in days} == {first.weekday()}


@pytest.mark.parametrize(("rhythm", "count"), [("last", 3), ("week", 1), ("week", 27)])
def test_what_is_no_series_is_refused(rhythm: str, count: int) -> None:
    with pytest.raises(UserError):
        series_days(FIRST_TUESDAY, rhythm, count)


def planned(ledger: Ledger) -> list[bytes]:
    place = ledger.write(add_community("第三社区")).value
    for name, until in (("仇霞", None), ("王芳", date(2026, 3, 20))):
        draft = VolunteerDraft(name, until=until)
        ledger.write(add_volunteer(VolunteerPlace(place), draft))
    days = series_days(FIRST_TUESDAY, "nth", 4)
    return list(ledger.write(plan_series(DRAFT, days, Expected())).value)


def days_and_topics(ledger: Ledger) -> list[tuple[date, str, int | None]]:
    with ledger.read() as connection:
        return [(t.day, t.topic, t.start) for t in reversed(trainings(connection))]


def test_a_series_is_planned_in_one_step_and_lists_who_serves_on_each_day(ledger: Ledger) -> None:
    made = planned(ledger)
    with ledger.read() as connection:
        assert places_in_series(connection) == {id_: (n, 4) for n, id_ in enumerate(made, 1)}
        expected = [t.expected for t in reversed(trainings(connection))]
    assert expected == [2, 1, 1, 1]


def test_one_session_is_changed_alone(ledger: Ledger) -> None:
    made = planned(ledger)
    ledger.write(change_training(made[1], replace(DRAFT, day=date(2026, 4, 8), start=540, end=600)))
    assert days_and_topics(ledger) == [
        (date(2026, 3, 3), "例会", 1170),
        (date(2026, 4, 8), "例会", 540),
        (date(2026, 5, 5), "例会", 1170),
        (date(2026, 6, 2), "例会", 1170),
    ]


def test_a_change_goes_on_to_those_that_follow_and_never_carries_the_note(ledger: Ledger) -> None:
    made = planned(ledger)
    before = days_and_topics(ledger)
    with ledger.read() as connection:
        own = training_draft(connection, made[1])
    assert own is not None
    assert own.day is not None
    changed = replace(own, day=own.day + timedelta(days=1), topic="月例会", note="讲了反诈")
    done = ledger.write(change_following(made[1], changed))
    assert done.value == 3
    assert days_and_topics(ledger) == [
        (date(2026, 3, 3), "例会", 1170),
        (date(2026, 4, 8), "月例会", 1170),
        (date(2026, 5, 6), "月例会", 1170),
        (date(2026, 6, 3), "月例会", 1170),
    ]
    with ledger.read() as connection:
        notes = [training_draft(connection, id_).note for id_ in made[1:]]  # type: ignore[union-attr]
    assert notes == ["讲了反诈", None, None]
    ledger.undo(done.no)
    assert days_and_topics(ledger) == before


def test_a_weekly_series_moves_a_week_on_without_running_into_itself(ledger: Ledger) -> None:
    days = series_days(FIRST_TUESDAY, "week", 3)
    made = ledger.write(plan_series(DRAFT, days)).value
    ledger.write(change_following(made[0], replace(DRAFT, day=days[1])))
    assert [day for day, _, _ in days_and_topics(ledger)] == [
        day + timedelta(days=7) for day in days
    ]


def test_those_that_follow_are_taken_out_with_their_lists(ledger: Ledger) -> None:
    made = planned(ledger)
    before = days_and_topics(ledger)
    done = ledger.write(remove_following(made[2]))
    assert done.value == 2
    assert len(days_and_topics(ledger)) == 2
    ledger.undo(done.no)
    assert days_and_topics(ledger) == before


def test_a_session_of_no_series_is_changed_and_taken_out_alone(ledger: Ledger) -> None:
    days = [FIRST_TUESDAY + timedelta(days=7 * at) for at in range(3)]
    made = [
        ledger.write(add_training(replace(DRAFT, topic=topic, day=day))).value
        for topic, day in zip("甲乙丙", days, strict=True)
    ]
    with ledger.read() as connection:
        assert following(connection, made[0]) == (made[0],)
    changed = replace(DRAFT, topic="丁", day=days[0] + timedelta(days=1), start=900)
    assert ledger.write(change_following(made[0], changed)).value == 1
    assert days_and_topics(ledger) == [
        (days[0] + timedelta(days=1), "丁", 900), (days[1], "乙", 1170), (days[2], "丙", 1170),
    ]  # fmt: skip
    assert ledger.write(remove_following(made[0])).value == 1
    assert [topic for _, topic, _ in days_and_topics(ledger)] == ["乙", "丙"]


def test_a_session_that_stands_in_the_way_of_a_series_is_told(ledger: Ledger) -> None:
    ledger.write(add_training(replace(DRAFT, day=date(2026, 4, 7))))
    with pytest.raises(UserError, match="没有重复登记"):
        ledger.write(plan_series(DRAFT, series_days(FIRST_TUESDAY, "nth", 3)))
    assert len(days_and_topics(ledger)) == 1
