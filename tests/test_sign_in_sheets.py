"""Sign-in sheets: a number once, the list in the printed order, typed back in one step; scores and 知晓率."""

from datetime import date, datetime

import pytest

from db.agenda import agenda
from db.kernel import proofs
from db.kernel.clock import SetClock
from db.kernel.errors import UserError
from db.kernel.ids import Id
from db.kernel.workdays import Period
from db.ledger import Ledger
from db.people import VolunteerDraft
from db.people.roster import VolunteerPlace, add_volunteer
from db.trainings import TrainingDraft
from db.trainings.attended import attended
from db.trainings.lists import AttendanceRow, attendance, training
from db.trainings.quiz import knowing
from db.trainings.sessions import (
    Expected,
    add_training,
    enter,
    join_many,
    mark,
    mark_rest,
    remove_training,
    take_off,
)
from db.trainings.sheets import Marked, WroteIn, open_sheets, print_sheet, return_sheet, sheet
from tests.builders import add_community
from tests.conftest import morning

TODAY = date(2026, 3, 23)
DAY = date(2026, 3, 20)
DRAFT = TrainingDraft("反诈宣讲", DAY, 1170, 1260, "会议室")
NAMES = ("仇霞", "李强", "王芳", "赵六")


@pytest.fixture
def held(ledger: Ledger) -> Id:
    """A session with four people of a community expected."""
    place = ledger.write(add_community("第三社区")).value
    for name in NAMES:
        ledger.write(add_volunteer(VolunteerPlace(place), VolunteerDraft(name)))
    return ledger.write(add_training(DRAFT, Expected())).value


def rows(ledger: Ledger, held: Id) -> list[AttendanceRow]:
    with ledger.read() as connection:
        return attendance(connection, held)


def digest(ledger: Ledger) -> str:
    with ledger.read() as connection:
        return proofs.digest(connection)


def test_a_sheet_keeps_its_order_and_its_line_numbers(ledger: Ledger, held: Id) -> None:
    ids = [row.id for row in rows(ledger, held)]
    printed = [ids[2], ids[0], ids[3]]
    first = ledger.write(print_sheet(held, printed, 5)).value
    assert (first, ledger.write(print_sheet(held, ids, 0)).value) == (1, 2)
    ledger.write(take_off([ids[0]]))
    with ledger.read() as connection:
        found = sheet(connection, 1)
        assert sheet(connection, 3) is None
    assert found is not None
    assert [(p.place, p.row.name) for p in found.people] == [(1, "王芳"), (3, "赵六")]
    assert (found.blanks, found.printed, found.training.topic) == (5, TODAY, "反诈宣讲")


def test_a_number_is_never_given_twice(ledger: Ledger, held: Id) -> None:
    done = ledger.write(print_sheet(held, [], 20))
    ledger.undo(done.no)
    assert ledger.write(print_sheet(held, [], 20)).value == 2


def test_a_sheet_needs_lines_and_people_of_the_list(ledger: Ledger, held: Id) -> None:
    gone = [row.id for row in rows(ledger, held)][:1]
    ledger.write(take_off(gone))
    for people, blanks in (([], 0), (gone, 0), ([], 999)):
        with pytest.raises(UserError):
            ledger.write(print_sheet(held, people, blanks))


def test_typing_back_is_one_step_and_leaves_what_nobody_typed(ledger: Ledger, held: Id) -> None:
    ids = {row.name: row.id for row in rows(ledger, held)}
    ledger.write(mark([ids["赵六"]], "late"))
    number = ledger.write(print_sheet(held, list(ids.values()), 3)).value
    before = digest(ledger)
    done = ledger.write(
        return_sheet(
            number,
            [
                Marked(ids["仇霞"], "present", 1168),
                Marked(ids["王芳"], "leave", reason="上班"),
            ],
            [WroteIn("钱七")],
        )
    )
    assert done.value == 3
    said = {row.name: (row.status, row.signed, row.reason) for row in rows(ledger, held)}
    assert said == {
        "仇霞": ("present", 1168, None),
        "李强": ("absent", None, None),
        "王芳": ("leave", None, "上班"),
        "赵六": ("late", None, None),
        "钱七": ("present", None, None),
    }
    with ledger.read() as connection:
        assert open_sheets(connection, TODAY) == []
    with pytest.raises(UserError, match="已经登记过"):
        ledger.write(return_sheet(number, []))
    ledger.undo(done.no)
    assert digest(ledger) == before


def test_what_does_not_fit_the_sheet_is_refused_and_nothing_written(
    ledger: Ledger, held: Id
) -> None:
    ids = [row.id for row in rows(ledger, held)]
    number = ledger.write(print_sheet(held, ids[:2], 1)).value
    before = digest(ledger)
    for wrong, lines, wrote_in, said in (
        (9, [], [], "没有第9号"),
        (number, [Marked(ids[3], "present")], [], "不在第1号"),
        (number, [Marked(ids[0], "gone")], [], "不认识"),
        (number, [Marked(ids[0], "present")], [WroteIn("")], "缺少姓名"),
        (number, [], [WroteIn("钱七"), WroteIn("钱七")], "已经在名单上"),
    ):
        with pytest.raises(UserError, match=said):
            ledger.write(return_sheet(wrong, lines, wrote_in))
        assert digest(ledger) == before


def test_a_sheet_that_never_came_back_and_a_roll_nobody_called_are_due(
    ledger: Ledger, held: Id
) -> None:
    ledger.clock = SetClock(datetime(2026, 3, 18, 9))  # noqa: DTZ001
    ledger.write(print_sheet(held, [row.id for row in rows(ledger, held)], 0))
    with ledger.read() as connection:
        assert agenda(connection, date(2026, 3, 19)) == []
        due = [(item.kind, item.text, item.remark) for item in agenda(connection, TODAY)]
    assert due == [
        ("点名", "3月20日 反诈宣讲", "名单上4人，还没有点名"),
        ("签到表", "第1号签到表 反诈宣讲", "过了3天，还没有登记"),
    ]
    ledger.clock = morning()
    ledger.write(return_sheet(1, [Marked(rows(ledger, held)[0].id, "present")]))
    with ledger.read() as connection:
        assert agenda(connection, TODAY) == []


def test_a_sheet_is_not_typed_back_before_the_session(ledger: Ledger, held: Id) -> None:
    ledger.clock = SetClock(datetime(2026, 3, 19, 9))  # noqa: DTZ001
    ledger.write(print_sheet(held, [], 10))
    with pytest.raises(UserError, match="还没有开"):
        ledger.write(return_sheet(1, []))


def test_a_session_taken_out_takes_its_sheets_along(ledger: Ledger, held: Id) -> None:
    ledger.write(print_sheet(held, [], 10))
    before = digest(ledger)
    done = ledger.write(remove_training(held))
    ledger.undo(done.no)
    assert digest(ledger) == before


def test_present_by_default_marks_the_rest_and_never_an_exception(ledger: Ledger, held: Id) -> None:
    ids = {row.name: row.id for row in rows(ledger, held)}
    ledger.write(mark([ids["王芳"]], "leave", "生病"))
    ledger.write(mark([ids["李强"]], "absent", "电话不通"))
    assert ledger.write(mark_rest(held, "present")).value == 2
    assert {row.name: row.status for row in rows(ledger, held)} == {
        "仇霞": "present", "李强": "absent", "王芳": "leave", "赵六": "present",
    }  # fmt: skip
    assert ledger.write(mark_rest(held, "absent")).value == 2


def test_several_names_are_marked_on_the_list_or_put_there(ledger: Ledger, held: Id) -> None:
    assert ledger.write(join_many(held, ["钱七", "王芳", "钱 七"])).value == 2
    said = {row.name: (row.status, row.on_roster) for row in rows(ledger, held)}
    assert said["王芳"] == ("present", True)
    assert said["钱七"] == ("present", False)
    assert len(said) == len(NAMES) + 1


def test_the_rate_of_those_who_know_is_among_those_with_a_score(ledger: Ledger, held: Id) -> None:
    ids = {row.name: row.id for row in rows(ledger, held)}
    # Nobody has come yet, so a score is a slip of the keys.
    ledger.write(enter(ids["李强"], "after", 100))
    with ledger.read() as connection:
        assert knowing(connection, held) is None
    ledger.write(mark([ids[name] for name in ("仇霞", "王芳", "赵六")], "present"))
    for name, before, after in (("仇霞", 80, 100), ("王芳", 79, 80), ("赵六", 0, None)):
        ledger.write(enter(ids[name], "before", before))
        if after is not None:
            ledger.write(enter(ids[name], "after", after))
    with ledger.read() as connection:
        assert knowing(connection, held) == (80, 3, 1, 2, 2)
    with pytest.raises(UserError, match="大得不合情理"):
        ledger.write(enter(ids["仇霞"], "after", 101))


def test_who_has_a_time_of_signing_in_has_come(ledger: Ledger, held: Id) -> None:
    ids = {row.name: row.id for row in rows(ledger, held)}
    ledger.write(mark([ids["李强"]], "leave", "加班"))
    ledger.write(mark([ids["王芳"]], "late"))
    for name in ("仇霞", "李强", "王芳"):
        ledger.write(enter(ids[name], "signed", 1165))
    ledger.write(mark_rest(held, "absent"))
    assert {row.name: (row.status, row.signed, row.reason) for row in rows(ledger, held)} == {
        "仇霞": ("present", 1165, None),
        "李强": ("present", 1165, None),
        "王芳": ("late", 1165, None),
        "赵六": ("absent", None, None),
    }
    ledger.write(enter(ids["仇霞"], "signed", None))
    assert rows(ledger, held)[0].status == "present"
    planned = ledger.write(add_training(TrainingDraft("演练", date(2026, 3, 30)))).value
    ledger.write(join_many(planned, ["钱七"], "absent"))
    (ahead,) = rows(ledger, planned)
    with pytest.raises(UserError, match="还没有开"):
        ledger.write(enter(ahead.id, "signed", 540))


def test_a_session_may_set_its_own_pass_mark_and_hours(ledger: Ledger) -> None:
    draft = TrainingDraft("应急演练", DAY, 540, 600, hours=90, pass_mark=60)
    made = ledger.write(add_training(draft)).value
    ledger.write(join_many(made, ["钱七"]))
    with ledger.read() as connection:
        (row,) = attendance(connection, made)
        found = training(connection, made)
    ledger.write(enter(row.id, "after", 60))
    with ledger.read() as connection:
        assert knowing(connection, made) == (60, 0, 0, 1, 1)
    assert found is not None
    assert found.minutes == 90


def test_what_a_person_attended_is_told_with_its_hours(ledger: Ledger, held: Id) -> None:
    row = rows(ledger, held)[0]
    assert row.volunteer is not None
    ledger.write(mark([row.id], "late"))
    with ledger.read() as connection:
        (one,) = attended(connection, row.volunteer, Period(DAY, DAY))
        assert attended(connection, row.volunteer, Period(TODAY, TODAY)) == []
    assert (one.topic, one.minutes, one.status) == ("反诈宣讲", 90, "late")
