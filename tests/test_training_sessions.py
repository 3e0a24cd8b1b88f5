"""Sessions entered by hand: who is expected, who came, who walked in."""

from collections import Counter
from datetime import date, timedelta

import pytest

from db.kernel.errors import UserError
from db.kernel.ids import Id
from db.kernel.workdays import Period
from db.ledger import Ledger
from db.people import VolunteerDraft
from db.people.roster import VolunteerPlace, add_volunteer, leave_volunteers
from db.trainings import TrainingDraft, count_trainings, trained_in_month
from db.trainings.lists import AttendanceRow, attendance
from db.trainings.sessions import (
    Expected,
    Person,
    add_training,
    change_training,
    expect,
    join,
    mark,
    remove_training,
    take_off,
    training_draft,
)
from tests.builders import add_community

TODAY = date(2026, 3, 23)
DRAFT = TrainingDraft("反诈宣讲", date(2026, 3, 20), 1170, 1260, "会议室", ("杨思豪",), "meeting")
DAY = Period(date(2026, 3, 20), date(2026, 3, 20))


@pytest.fixture
def roster(ledger: Ledger) -> tuple[Id, Id]:
    """Two communities: three people in the first, one of whom left, and one in the second."""
    first, second = (ledger.write(add_community(name)).value for name in ("第三社区", "第四社区"))
    for name, role in (
        ("仇霞", "household_leader"),
        ("王芳", "household_leader"),
        ("李强", "guard"),
    ):
        made = ledger.write(add_volunteer(VolunteerPlace(first), VolunteerDraft(name, role=role)))
        if name == "李强":
            ledger.write(leave_volunteers((made.value,), date(2026, 3, 1)))
    ledger.write(
        add_volunteer(VolunteerPlace(second), VolunteerDraft("王芳", role="household_leader"))
    )
    return first, second


def listed(ledger: Ledger, training: Id) -> list[AttendanceRow]:
    with ledger.read() as connection:
        return attendance(connection, training)


def test_a_session_is_read_back_as_it_was_typed(ledger: Ledger) -> None:
    made = ledger.write(add_training(DRAFT)).value
    with ledger.read() as connection:
        assert training_draft(connection, made) == DRAFT


def test_everybody_in_service_of_a_community_is_expected_once(
    ledger: Ledger, roster: tuple[Id, Id]
) -> None:
    made = ledger.write(add_training(DRAFT, Expected((roster[0],)))).value
    assert [(row.name, row.status) for row in listed(ledger, made)] == [
        ("仇霞", "absent"),
        ("王芳", "absent"),
    ]
    assert ledger.write(expect(made, Expected(status="present"))).value == 1
    assert Counter(row.status for row in listed(ledger, made)) == {"absent": 2, "present": 1}


def test_marks_and_walk_ins_are_what_the_figures_count(
    ledger: Ledger, roster: tuple[Id, Id]
) -> None:
    made = ledger.write(add_training(DRAFT, Expected((roster[0],)))).value
    people = listed(ledger, made)
    ledger.write(mark([people[0].id], "late"))
    ledger.write(mark([people[1].id], "leave", "上班"))
    ledger.write(join(made, Person("赵六")))
    with ledger.read() as connection:
        assert count_trainings(connection, DAY) == (1, 3, 2)
        assert trained_in_month(connection, TODAY) == 1
    reasons = {row.name: (row.reason, row.on_roster) for row in listed(ledger, made)}
    assert reasons == {"仇霞": (None, True), "王芳": ("上班", True), "赵六": (None, False)}
    ledger.write(mark([people[1].id], "present"))
    ledger.write(take_off([row.id for row in listed(ledger, made) if row.name == "赵六"]))
    with ledger.read() as connection:
        assert count_trainings(connection, DAY) == (1, 2, 2)


def test_a_session_may_be_planned_but_not_entered_twice(ledger: Ledger) -> None:
    ahead = TrainingDraft("演练", TODAY + timedelta(days=5), 540)
    made = ledger.write(add_training(ahead)).value
    with pytest.raises(UserError, match="没有重复登记"):
        ledger.write(add_training(ahead))
    ledger.write(change_training(made, TrainingDraft("演练", TODAY + timedelta(days=6), 540)))
    ledger.write(add_training(ahead))


@pytest.mark.parametrize(
    ("draft", "reason"),
    [
        (TrainingDraft("", TODAY), "缺少培训主题"),
        (TrainingDraft("课", None), "缺少培训时间"),
        (TrainingDraft("课", TODAY, 600, 540), "结束时间早于"),
    ],
)
def test_a_session_that_may_not_be_stored_says_why(
    ledger: Ledger, draft: TrainingDraft, reason: str
) -> None:
    with pytest.raises(UserError, match=reason):
        ledger.write(add_training(draft))


def test_a_person_is_on_a_list_once(ledger: Ledger) -> None:
    made = ledger.write(add_training(DRAFT)).value
    ledger.write(join(made, Person("赵六")))
    with pytest.raises(UserError, match="已经在名单上"):
        ledger.write(join(made, Person("赵 六")))


def test_a_session_removed_takes_its_list_along_and_undo_brings_both_back(
    ledger: Ledger, roster: tuple[Id, Id]
) -> None:
    made = ledger.write(add_training(DRAFT, Expected())).value
    gone = ledger.write(remove_training(made)).no
    with ledger.read() as connection:
        assert count_trainings(connection, DAY) == (0, 0, 0)
    ledger.undo(gone)
    assert len(listed(ledger, made)) == 3
