"""Walk-ins joined to the roster: who they may be, one line a person, and the workbook that still finds them."""

from datetime import date
from pathlib import Path

import pytest

from db.imports import Preview, preview, read_files, write_import
from db.kernel.errors import UserError
from db.kernel.ids import Id
from db.kernel.workdays import Period
from db.ledger import Ledger
from db.people import VolunteerDraft
from db.people.roster import VolunteerPlace, add_volunteer
from db.trainings import TrainingDraft, count_trainings, trained_in_month
from db.trainings.lists import AttendanceRow, attendance
from db.trainings.sessions import Expected, Person, add_training, join, join_many, mark
from db.trainings.walk_ins import join_roster, walk_ins
from tests.builders import add_community
from tests.imports.books import book

TODAY = date(2026, 3, 23)
DAY = date(2026, 3, 20)
DRAFT = TrainingDraft("反诈宣讲", DAY, 1170)


@pytest.fixture
def roster(ledger: Ledger) -> dict[str, Id]:
    """王芳 in two communities, 仇霞 and 周敏 in the first, 李强 who left before the session."""
    first, second = (ledger.write(add_community(name)).value for name in ("第三社区", "第四社区"))
    people = {
        "王芳3": (first, VolunteerDraft("王芳")),
        "仇霞": (first, VolunteerDraft("仇霞")),
        "王芳4": (second, VolunteerDraft("王芳")),
        "李强": (second, VolunteerDraft("李强", until=date(2026, 3, 1))),
        "周敏": (first, VolunteerDraft("周敏")),
    }
    return {
        name: ledger.write(add_volunteer(VolunteerPlace(place), draft)).value
        for name, (place, draft) in people.items()
    } | {"第三社区": first, "第四社区": second}


def listed(ledger: Ledger, training: Id) -> list[AttendanceRow]:
    with ledger.read() as connection:
        return attendance(connection, training)


def suggested(ledger: Ledger) -> list[tuple[str, list[tuple[str, str, bool]]]]:
    with ledger.read() as connection:
        found = walk_ins(connection)
    return [
        (one.name, [(likely.community, likely.why, likely.sure) for likely in one.likely])
        for one in found
    ]


def test_namesakes_are_suggested_those_of_the_list_s_community_first(
    ledger: Ledger, roster: dict[str, Id]
) -> None:
    made = ledger.write(add_training(DRAFT)).value
    ledger.write(join(made, Person("周敏", roster["周敏"])))
    ledger.write(join_many(made, ["王芳", "仇霞", "李强", "没有这人"]))
    assert dict(suggested(ledger)) == {
        "仇霞": [("第三社区", "同名，本场多是这个社区的", True)],
        "李强": [("第四社区", "同名，那天不在岗", False)],
        "没有这人": [],
        "王芳": [
            ("第三社区", "同名，本场多是这个社区的", True),
            ("第四社区", "同名", False),
        ],
    }


def test_a_name_heard_wrong_is_suggested_by_its_sound_in_its_community(
    ledger: Ledger, roster: dict[str, Id], tmp_path: Path
) -> None:
    brought_in(ledger, sheet(tmp_path / "1.xlsx", ("王方", "第三社区", "到")))
    assert suggested(ledger) == [("王方", [("第三社区", "同社区同音", False)])]


def test_joined_to_the_roster_a_walk_in_counts_as_trained_and_on_the_list(
    ledger: Ledger, roster: dict[str, Id]
) -> None:
    made = ledger.write(add_training(DRAFT)).value
    walk_in = ledger.write(join(made, Person("王芳"))).value
    with ledger.read() as connection:
        assert trained_in_month(connection, TODAY) == 0
    done = ledger.write(join_roster([(walk_in, roster["王芳4"])]))
    with ledger.read() as connection:
        assert trained_in_month(connection, TODAY) == 1
        assert count_trainings(connection, Period(DAY, DAY)) == (1, 1, 1)
    (row,) = listed(ledger, made)
    assert (row.name, row.community, row.on_roster) == ("王芳", "第四社区", True)
    assert suggested(ledger) == []
    ledger.undo(done.no)
    assert [row.on_roster for row in listed(ledger, made)] == [False]


def test_who_was_on_the_list_already_keeps_one_line(ledger: Ledger, roster: dict[str, Id]) -> None:
    made = ledger.write(add_training(DRAFT, Expected((roster["第四社区"],)))).value
    on_list = next(row for row in listed(ledger, made) if row.volunteer == roster["王芳4"])
    ledger.write(mark([on_list.id], "leave", "上班"))
    walk_in = ledger.write(join(made, Person("王芳"), "late")).value
    ledger.write(join_roster([(walk_in, roster["王芳4"])]))
    rows = [row for row in listed(ledger, made) if row.name == "王芳"]
    assert [(row.status, row.reason, row.on_roster) for row in rows] == [("late", None, True)]
    with pytest.raises(UserError, match="已经变了"):
        ledger.write(join_roster([(walk_in, roster["王芳4"])]))


def test_several_are_joined_at_once_and_undone_at_once(
    ledger: Ledger, roster: dict[str, Id]
) -> None:
    made = ledger.write(add_training(DRAFT)).value
    ids = [ledger.write(join(made, Person(name))).value for name in ("王芳", "仇霞")]
    done = ledger.write(join_roster(list(zip(ids, (roster["王芳3"], roster["仇霞"]), strict=True))))
    assert all(row.on_roster for row in listed(ledger, made))
    ledger.undo(done.no)
    assert not any(row.on_roster for row in listed(ledger, made))


def sheet(path: Path, *rows: tuple[str, str, str]) -> Path:
    head = [["培训主题：反诈宣讲"], ["培训时间：2026年3月20日 19:30"], ["姓名", "社区", "出勤"]]
    return book(path, 签到=[*head, *map(list, rows)])


def brought_in(ledger: Ledger, *files: Path) -> Preview:
    with ledger.read() as connection:
        made = preview(connection, read_files(files), TODAY)
    if not made.plan.empty:
        ledger.write(write_import(made))
    return made


def test_a_workbook_brought_in_again_finds_who_was_joined(
    ledger: Ledger, roster: dict[str, Id], tmp_path: Path
) -> None:
    file = sheet(tmp_path / "1.xlsx", ("王方", "第三社区", "到"), ("仇霞", "第三社区", "缺席"))
    brought_in(ledger, file)
    with ledger.read() as connection:
        (one,) = walk_ins(connection)
    ledger.write(join_roster([(one.id, one.likely[0].volunteer)]))
    again = brought_in(ledger, file)
    assert again.plan.empty
    assert [row.name for row in listed(ledger, one.training)] == ["仇霞", "王芳"]


def test_a_name_joined_to_somebody_on_the_same_sheet_is_not_brought_in_twice(
    ledger: Ledger, roster: dict[str, Id], tmp_path: Path
) -> None:
    file = sheet(tmp_path / "1.xlsx", ("王芳", "第三社区", "缺席"), ("王方", "第三社区", "到"))
    brought_in(ledger, file)
    with ledger.read() as connection:
        (one,) = walk_ins(connection)
    ledger.write(join_roster([(one.id, roster["王芳3"])]))
    for _ in range(2):
        brought_in(ledger, file)
        rows = listed(ledger, one.training)
        assert [(row.name, row.status) for row in rows] == [("王芳", "present")]
