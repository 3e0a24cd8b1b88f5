"""Rows whose file is older than a hand's change: named in the words people know, never in codes."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from db.disputes import Conclusion, Dispute
from db.disputes.life import ConclusionDraft, PerformanceDraft, conclude, perform
from db.disputes.numbers import give_number
from db.disputes.registering import change_dispute, registration
from db.imports.account import FileAccount
from db.imports.cells import written
from db.imports.headings import KINDS, Heading
from db.imports.plan import RowReader, Table
from db.ledger import Ledger
from db.people import Staff, Volunteer, VolunteerDraft
from db.people.roster import VolunteerPlace, change_volunteer
from db.places import Community, Household, HouseholdDraft, change_household
from db.trainings import Attendance, Training, TrainingDraft
from db.trainings.sessions import change_training
from db.visits import Visit
from tests.imports.books import HOMES, VISITS, book, bring_in, counts, home, seen, tried

DISPUTES = ["编号", "登记日期", "来源", "纠纷类型", "甲方", "乙方", "简要情况", "调解结果"]
PEOPLE = ["社区", "小区", "楼栋", "姓名", "身份"]


def stale(ledger: Ledger, file: Path) -> list[tuple[str, str]]:
    made = seen(ledger, file)
    return [(t.column, t.value) for a in made.accounts for t in a.told if t.fate == "stale"]


def only(ledger: Ledger, column: Any) -> Any:
    with ledger.read() as connection:
        return connection.execute(select(column)).scalar_one()


def test_a_result_concluded_by_hand_is_told_in_its_word(ledger: Ledger, tmp_path: Path) -> None:
    """原值 showed the code `open`."""
    line = "2026-0001 2026-02-10 走访发现 邻里纠纷 王英 李四 漏水 调解中".split()
    file = book(tmp_path / "1.xlsx", 台账=[DISPUTES, line])
    bring_in(ledger, file)
    ended = ConclusionDraft(day=date(2026, 3, 2), outcome="withdrawn", reason="双方自行和好")
    ledger.write(conclude(only(ledger, Dispute.id), ended))
    assert stale(ledger, file) == [("调解结果", "调解中")]


def test_a_home_changed_by_hand_is_told_in_its_word(ledger: Ledger, tmp_path: Path) -> None:
    file = book(tmp_path / "1.xlsx", 台账=[HOMES, home(101, 居住状态="出租", 户主姓名="王英")])
    bring_in(ledger, file)
    by_hand = HouseholdDraft(contact="王英", occupancy="empty")
    ledger.write(change_household(only(ledger, Household.id), by_hand))
    assert stale(ledger, file) == [("居住状态", "出租")]


def test_a_volunteer_changed_by_hand_is_told_in_their_word(ledger: Ledger, tmp_path: Path) -> None:
    """A building named in words is kept by its id; the file's own words are shown for it."""
    homes = book(tmp_path / "1.xlsx", 台账=[HOMES, home(101)])
    bring_in(ledger, homes)
    person = ["第一社区", "晨园", "3号楼", "王英", "联户长"]
    file = book(tmp_path / "2.xlsx", 名册=[PEOPLE, person])
    bring_in(ledger, file)
    place = VolunteerPlace(only(ledger, Community.id))
    draft = VolunteerDraft(name="王英", role="grid_member")
    ledger.write(change_volunteer(only(ledger, Volunteer.id), place, draft))
    assert sorted(stale(ledger, file)) == [("楼栋", "3号楼"), ("身份", "联户长")]


@pytest.mark.parametrize("kind", KINDS)
def test_every_code_is_told_in_the_word_an_export_writes(kind: str) -> None:
    ledger = KINDS[kind]
    heading = Heading(ledger, 0, 0, {}, {})
    reader = RowReader(
        Table("1.xlsx", "台账", heading, []), FileAccount("1.xlsx", kind), date(2026, 3, 16)
    )
    told = 0
    for name, field in ledger.fields.items():
        for code in set((field.choices or {}).values()) if field.kind == "choice" else ():
            assert reader.in_words(name, code) == written(field, code)
            told += 1
        if field.kind in ("time", "hours"):
            assert reader.in_words(name, 90) == str(written(field, 90))
    assert told


CONCLUDED = [*DISPUTES, "调解日期", "履行期限"]
LINE = "2026-0001 2026-02-10 走访发现 邻里纠纷 王英 李四 漏水".split()


def concluded(tmp_path: Path, result: str, *days: str) -> Path:
    line = [*LINE, result, *(days or (None, None))]
    return book(tmp_path / f"{result}.xlsx", 台账=[CONCLUDED, line])


def test_a_result_that_was_a_mistake_is_taken_back_by_its_file(
    ledger: Ledger, tmp_path: Path
) -> None:
    """It was counted as a change, and the dispute stayed settled."""
    settled = concluded(tmp_path, "调解成功", "2026-03-01", "2026-03-10")
    bring_in(ledger, settled)
    corrected = concluded(tmp_path, "调解中")
    assert counts(bring_in(ledger, corrected))["disputes"] == (0, 1, 0, 0, 0)
    assert how_many(ledger, Conclusion) == 0
    assert counts(seen(ledger, corrected))["disputes"] == (0, 0, 1, 0, 0)
    assert stale(ledger, corrected) == []
    bring_in(ledger, settled)
    assert only(ledger, Conclusion.due) == date(2026, 3, 10)


def test_a_result_that_a_hand_went_on_from_stays_and_is_told(
    ledger: Ledger, tmp_path: Path
) -> None:
    bring_in(ledger, concluded(tmp_path, "调解成功", "2026-03-01", "2026-03-10"))
    ledger.write(perform(only(ledger, Dispute.id), PerformanceDraft(date(2026, 3, 9))))
    corrected = concluded(tmp_path, "调解中")
    assert stale(ledger, corrected) == [("调解结果", "调解中")]
    assert counts(bring_in(ledger, corrected))["disputes"] == (0, 0, 1, 0, 0)
    assert how_many(ledger, Conclusion) == 1


BARE = [None, *"2026-02-10 走访发现 邻里纠纷 王英 李四 漏水 调解中".split()]


@pytest.mark.parametrize("given", [{"kind": "property"}, {"side_a": ("王瑛",)}, {}])
def test_a_dispute_without_a_number_is_known_as_it_came_in(
    ledger: Ledger, tmp_path: Path, given: dict[str, Any]
) -> None:
    """Put right by hand, or given a number at its first print, it came in from the old file again."""
    file = book(tmp_path / "1.xlsx", 台账=[DISPUTES, BARE])
    bring_in(ledger, file)
    dispute = only(ledger, Dispute.id)
    if given:
        with ledger.read() as connection:
            draft = registration(connection, dispute)
        assert draft is not None
        ledger.write(change_dispute(dispute, replace(draft, **given)))
    else:
        ledger.write(give_number(dispute))
    assert counts(bring_in(ledger, file))["disputes"] == (0, 0, 1, 0, 0)
    assert len(stale(ledger, file)) == len(given)


def test_a_row_without_a_number_is_none_that_has_one_in_the_file(
    ledger: Ledger, tmp_path: Path
) -> None:
    lines = [["2026-0001", *BARE[1:]], BARE]
    file = book(tmp_path / "1.xlsx", 台账=[DISPUTES, *lines])
    assert counts(bring_in(ledger, file))["disputes"] == (2, 0, 0, 0, 0)
    assert counts(seen(ledger, file))["disputes"] == (0, 0, 2, 0, 0)


ROSTER = ["社区", "姓名", "身份", "联系电话"]
WITH = [*VISITS, "同行联户长"]


def how_many(ledger: Ledger, record: Any) -> int:
    with ledger.read() as connection:
        return connection.execute(select(func.count(record.id))).scalar_one()


def came_along(tmp_path: Path, *, roster_first: bool, ledger: Ledger) -> tuple[Path, Path]:
    """Bring in two homes, a roster of 何一 and two visits with her; return the roster and the visits."""
    homes = [HOMES, home(101), home(102), home(201, 社区="第二社区")]
    bring_in(ledger, book(tmp_path / "h.xlsx", 台账=homes))
    line = ["第一社区", "何一", "联户长", "13800002001"]
    roster = book(tmp_path / "r.xlsx", 名册=[ROSTER, line])
    visits = book(tmp_path / "v.xlsx", 走访=[WITH, *([*tried(n), "何一"] for n in (101, 102))])
    for file in (roster, visits) if roster_first else (visits, roster):
        bring_in(ledger, file)
    return roster, visits


def test_visits_from_before_the_roster_come_in_once(ledger: Ledger, tmp_path: Path) -> None:
    """何一 was a colleague then and is a 联户长 now; the same file made every visit two."""
    _, visits = came_along(tmp_path, roster_first=False, ledger=ledger)
    assert counts(bring_in(ledger, visits))["visits"] == (0, 0, 2, 0, 0)


@pytest.mark.parametrize("roster_first", [True, False])
@pytest.mark.parametrize(("name", "place"), [("何依", "第一社区"), ("何一", "第二社区")])
def test_who_was_renamed_or_moved_by_hand_is_known_in_old_files(
    ledger: Ledger, tmp_path: Path, name: str, place: str, *, roster_first: bool
) -> None:
    roster, visits = came_along(tmp_path, roster_first=roster_first, ledger=ledger)
    with ledger.read() as connection:
        named = select(Community.id).where(Community.name == place)
        community = connection.execute(named).scalar_one()
    draft = VolunteerDraft(name=name, role="household_leader", phone="13800002001")
    moved = VolunteerPlace(community)
    staff = how_many(ledger, Staff)
    ledger.write(change_volunteer(only(ledger, Volunteer.id), moved, draft, date(2026, 3, 20)))
    assert counts(bring_in(ledger, visits))["visits"] == (0, 0, 2, 0, 0)
    what = ("姓名", "何一") if name == "何依" else ("社区", "第一社区")
    assert stale(ledger, roster) == [what]
    assert counts(bring_in(ledger, roster))["volunteers"] == (0, 0, 1, 0, 0)
    assert only(ledger, Volunteer.name) == name
    assert (how_many(ledger, Visit), how_many(ledger, Staff)) == (2, staff)
    other = book(tmp_path / "o.xlsx", 名册=[ROSTER, ["第一社区", "何一", "联户长", "13900002009"]])
    assert counts(seen(ledger, other))["volunteers"] == (1, 0, 0, 0, 0)


def test_a_session_put_right_by_hand_is_known_by_its_old_sheet(
    ledger: Ledger, tmp_path: Path
) -> None:
    """Place and topic changed, a name of its list too: the sheet brought session and person again."""
    roster, _ = came_along(tmp_path, roster_first=True, ledger=ledger)
    sheet = book(
        tmp_path / "s.xlsx",
        反诈=[
            ["反诈培训签到表"],
            ["时间：2026年3月12日 19:30", None, "地点：会议室"],
            ["序号", "姓名", "身份", "所属社区", "出勤"],
            [1, "何一", "联户长", "第一社区", "到"],
        ],
    )
    bring_in(ledger, sheet)
    right = TrainingDraft(
        topic="反诈宣传培训", day=date(2026, 3, 12), start=1170, place="二楼会议室"
    )
    ledger.write(change_training(only(ledger, Training.id), right))
    with ledger.read() as connection:
        named = select(Community.id).where(Community.name == "第一社区")
        place = VolunteerPlace(connection.execute(named).scalar_one())
    draft = VolunteerDraft(name="何依", role="household_leader", phone="13800002001")
    ledger.write(change_volunteer(only(ledger, Volunteer.id), place, draft))
    told = [("培训主题", "反诈培训"), ("地点", "会议室")]
    assert sorted(stale(ledger, sheet)) == sorted(told)
    assert counts(bring_in(ledger, sheet, roster))["trainings"] == (0, 0, 1, 0, 0)
    assert (how_many(ledger, Training), how_many(ledger, Attendance)) == (1, 1)
    assert only(ledger, Training.place) == "二楼会议室"


def test_a_sheet_that_names_no_lecturer_takes_none_away(ledger: Ledger, tmp_path: Path) -> None:
    roster, _ = came_along(tmp_path, roster_first=True, ledger=ledger)
    day = ["时间：2026年3月12日 19:30", None, "地点：会议室"]
    names = [["序号", "姓名", "身份", "所属社区", "出勤"], [1, "何一", "联户长", "第一社区", "到"]]
    taught = [["反诈培训签到表"], [*day, "主讲人：傅梅"], *names]
    bring_in(ledger, book(tmp_path / "a.xlsx", 反诈=taught))
    lecturers = only(ledger, Training.lecturers)
    assert len(lecturers) == 1
    bare = book(tmp_path / "b.xlsx", 反诈=[["反诈培训签到表"], day, *names])
    assert counts(bring_in(ledger, bare, roster))["trainings"] == (0, 0, 1, 0, 0)
    assert only(ledger, Training.lecturers) == lecturers
