"""The rules of an import, each on a ledger of a few rows."""

from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from db.disputes import Conclusion, Dispute, DisputeParty
from db.disputes.facts import dispute_facts
from db.kernel.errors import UserError
from db.ledger import Ledger
from db.people import Staff, Volunteer, staff
from db.people.colleagues import StaffDraft, change_staff
from db.places import Household, communities
from db.places.making import rename_community
from db.trainings import Attendance, Training
from db.visits import Visit
from desktop.paper.rejected import write_rejected
from tests.imports.books import HOMES, VISITS, book, bring_in, counts, home, rows, seen, tried


def test_a_changed_cell_changes_and_a_blank_never_erases(ledger: Ledger, tmp_path: Path) -> None:
    first = book(
        tmp_path / "1.xlsx", 台账=[HOMES, home(101, 户主姓名="王英", 联系电话=13800138000)]
    )
    bring_in(ledger, first)
    second = book(
        tmp_path / "2.xlsx",
        台账=[HOMES, home("101室", 户主姓名="王英", 联系电话=None, 居住人数="３人")],
    )
    made = bring_in(ledger, second)
    assert counts(made)["households"] == (0, 1, 0, 0, 0)
    assert rows(ledger, Household.phone, Household.residents) == [("13800138000", 3)]


def test_a_home_missing_from_a_later_file_stays(ledger: Ledger, tmp_path: Path) -> None:
    bring_in(ledger, book(tmp_path / "1.xlsx", 台账=[HOMES, home(101), home(102)]))
    bring_in(ledger, book(tmp_path / "2.xlsx", 台账=[HOMES, home(101, 户主姓名="李四")]))
    assert len(rows(ledger, Household.id)) == 2


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"居住人数": -1}, "负数"),
        ({"居住人数": 1000}, "不合情理"),
        ({"居住人数": "很多"}, "不是数字"),
        ({"居住状态": "火星"}, "不认识"),
        ({"备注": "身份证11010519900307888X"}, "身份证"),
        ({"房号": None}, "没有房号"),
        ({"楼栋": None, "单元": None, "房号": "不知道"}, "缺少楼栋"),
        ({"户主姓名": "王" * 60}, "太长"),
        ({"户主姓名": "王\u202e英"}, "控制字符"),
    ],
)
def test_bad_homes_are_rejected_with_their_reason(
    ledger: Ledger, tmp_path: Path, given: dict[str, Any], reason: str
) -> None:
    bad = home(**{"room": 101, **given}) if "房号" not in given else home(given["房号"], **given)
    made = bring_in(ledger, book(tmp_path / "1.xlsx", 台账=[HOMES, home(102), bad]))
    assert counts(made)["households"] == (1, 0, 0, 0, 1)
    told = made.accounts[0].told[0]
    assert reason in told.reason
    assert told.row == 3
    assert "11010519900307888X" not in told.value


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"day": "2026-02-30"}, "没有这一天"),
        ({"day": "2036-03-01"}, "今天以后"),
        ({"day": "二月三日"}, "没有年份"),
        ({"day": None}, "缺少日期"),
        ({"outcome": "不知道"}, "不认识"),
        ({"outcome": None}, "缺少走访结果"),
        ({"见到人数": -3}, "负数"),
        ({"时间": "25:00"}, "时间"),
        ({"room": 999}, "晨园3号楼1单元999”这一户"),
    ],
)
def test_bad_visits_are_rejected_and_mended_ones_come_in(
    ledger: Ledger, tmp_path: Path, given: dict[str, Any], reason: str
) -> None:
    bring_in(ledger, book(tmp_path / "h.xlsx", 台账=[HOMES, home(101)]))
    made = bring_in(
        ledger, book(tmp_path / "v.xlsx", 走访=[VISITS, tried(**{"room": 101, **given})])
    )
    assert counts(made)["visits"] == (0, 0, 0, 0, 1)
    assert reason in made.accounts[0].told[0].reason
    back = tmp_path / "退回.xlsx"
    assert write_rejected(made.accounts, back) == 1
    mended = openpyxl.load_workbook(back)
    sheet = mended.worksheets[0]
    columns = {cell.value: cell.column for cell in sheet[1]}
    good = dict(zip(VISITS, tried(101), strict=True))
    for heading, value in good.items():
        sheet.cell(2, columns[heading], value)
    sheet.cell(2, columns["见到人数"], 2)
    sheet.cell(2, columns["时间"], "19:30")
    mended.save(back)
    assert counts(bring_in(ledger, back))["visits"] == (1, 0, 0, 0, 0)


def test_two_tries_on_one_day_are_two_and_only_equal_rows_are_one(
    ledger: Ledger, tmp_path: Path
) -> None:
    file = book(
        tmp_path / "h.xlsx",
        台账=[HOMES, home(101)],
        走访=[VISITS, tried(101, "未遇"), tried(101, 见到人数=2), tried(101, 见到人数=2)],
    )
    assert counts(bring_in(ledger, file))["visits"] == (2, 0, 0, 1, 0)


def test_visitors_become_staff_once(ledger: Ledger, tmp_path: Path) -> None:
    file = book(
        tmp_path / "h.xlsx",
        台账=[HOMES, home(101), home(102)],
        走访=[VISITS, tried(101, 走访人="王英、李 四"), tried(102, 走访人="李四 王英")],
    )
    bring_in(ledger, file)
    assert sorted(rows(ledger, Staff.name)) == [("李四",), ("王英",)]
    assert {len(staff) for (staff,) in rows(ledger, Visit.staff)} == {2}


def test_namesakes_are_told_apart_by_telephone(ledger: Ledger, tmp_path: Path) -> None:
    head = ["社区", "姓名", "身份", "职业类别", "联系电话"]
    people = [
        ["第一社区", "王英", "联户长", "在职", "13800138000"],
        ["第一社区", "王英", "联户长", "退休", "13900139000"],
        ["第一社区", "李四", "联户长", "教师", "13700137000"],
    ]
    made = bring_in(ledger, book(tmp_path / "1.xlsx", 名册=[head, *people]))
    assert counts(made)["volunteers"] == (3, 0, 0, 0, 0)
    people[2][4] = "13600136000"
    people[1][3] = "无业"
    made = bring_in(ledger, book(tmp_path / "2.xlsx", 名册=[head, *people]))
    assert counts(made)["volunteers"] == (0, 2, 1, 0, 0)
    found = dict(rows(ledger, Volunteer.phone, Volunteer.occupation))
    assert found == {"13800138000": "employed", "13900139000": "none", "13600136000": "other"}


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("个体经营", "self_employed"),
        ("已退休", "retired"),
        ("企业职工", "employed"),
        ("务工", "other"),
    ],
)
def test_an_occupation_in_a_longer_word_is_no_other(
    ledger: Ledger, tmp_path: Path, word: str, code: str
) -> None:
    roster = [["社区", "姓名", "身份", "职业"], ["第一社区", "何一", "联户长", word]]
    made = bring_in(ledger, book(tmp_path / "1.xlsx", 名册=roster))
    assert rows(ledger, Volunteer.occupation) == [(code,)]
    assert len([n for n in made.accounts[0].notes if "按“其他”登记" in n]) == (code == "other")


def test_a_mapping_by_hand_is_used_and_remembered(ledger: Ledger, tmp_path: Path) -> None:
    head = ["社区", "小区", "楼栋", "单元", "大门", "户主姓名"]
    line = ["第一社区", "晨园", "3", "1", "101", "王英"]
    file = book(tmp_path / "1.xlsx", 台账=[head, line])
    with pytest.raises(UserError, match=r"1\.xlsx"):
        seen(ledger, file)
    bring_in(ledger, file, kind="households", mapping={"大门": "room"})
    line[4] = "102"
    made = bring_in(ledger, book(tmp_path / "2.xlsx", 台账=[head, line]))
    assert counts(made)["households"] == (1, 0, 0, 0, 0)
    assert [room for (room,) in rows(ledger, Household.room)] == ["101", "102"]


def test_an_unknown_mapping_is_a_mistake(ledger: Ledger, tmp_path: Path) -> None:
    file = book(tmp_path / "1.xlsx", 台账=[HOMES, home(101)])
    with pytest.raises(UserError, match="栏目"):
        seen(ledger, file, mapping={"房号": "dragon"})


DISPUTES = ["编号", "登记日期", "来源", "纠纷类型", "甲方", "甲方电话", "乙方", "乙方电话", "简要情况", "风险等级", "调解人",
            "调解日期", "调解结果", "协议形式", "履行期限", "履行情况", "移送去向", "回访日期", "回访结果"]  # fmt: skip


def dispute(number: str | None = "2026-0001", **more: Any) -> list[Any]:
    said = {
        "编号": number, "登记日期": date(2026, 2, 10), "来源": "走访发现", "纠纷类型": "邻里纠纷", "甲方": "王英",
        "乙方": "李四、赵六", "风险等级": "一般", "调解人": "张三", "调解结果": "调解中", **more,
    }  # fmt: skip
    return [said.get(heading) for heading in DISPUTES]


def test_a_dispute_grows_with_its_ledger(ledger: Ledger, tmp_path: Path) -> None:
    bring_in(ledger, book(tmp_path / "1.xlsx", 台账=[DISPUTES, dispute()]))
    done = dispute(
        调解结果="调解成功",
        调解日期="2026.2.20",
        协议形式="书面",
        履行期限="2026.3.1",
        履行情况="履行中",
    )
    made = bring_in(ledger, book(tmp_path / "2.xlsx", 台账=[DISPUTES, done]))
    assert counts(made)["disputes"] == (0, 1, 0, 0, 0)
    assert rows(ledger, Conclusion.outcome, Conclusion.performed) == [("settled", False)]
    done = dispute(
        **dict(zip(DISPUTES[9:], done[9:], strict=True))
        | {"履行情况": "已履行", "回访日期": "2026-03-02"}
    )
    bring_in(ledger, book(tmp_path / "3.xlsx", 台账=[DISPUTES, done]))
    assert rows(ledger, Conclusion.performed, Conclusion.due) == [(True, date(2026, 3, 1))]
    with ledger.read() as connection:
        facts = dispute_facts(connection)[0]
    assert facts.follow_ups == [date(2026, 3, 2)]
    assert sorted(rows(ledger, DisputeParty.side, DisputeParty.name)) == [
        ("A", "王英"), ("B", "李四"), ("B", "赵六"),
    ]  # fmt: skip
    assert rows(ledger, Dispute.paper_year, Dispute.paper_number) == [(2026, "0001")]


def test_disputes_without_numbers_are_known_by_day_kind_and_sides(
    ledger: Ledger, tmp_path: Path
) -> None:
    file = book(tmp_path / "1.xlsx", 台账=[DISPUTES, dispute(None), dispute(None, 甲方="孙七")])
    assert counts(bring_in(ledger, file))["disputes"] == (2, 0, 0, 0, 0)
    assert counts(seen(ledger, file))["disputes"] == (0, 0, 2, 0, 0)


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"纠纷类型": "外星"}, "不认识"),
        ({"登记日期": "2036-1-1"}, "今天以后"),
        ({"调解结果": "调解成功"}, "没有调解日期"),
        ({"调解结果": "天知道"}, "不认识"),
        ({"调解日期": "2026-02-01"}, "早于登记"),
        ({"甲方": None, "乙方": None}, "没有当事人"),
    ],
)
def test_bad_disputes_are_rejected(
    ledger: Ledger, tmp_path: Path, given: dict[str, Any], reason: str
) -> None:
    made = bring_in(ledger, book(tmp_path / "1.xlsx", 台账=[DISPUTES, dispute(**given)]))
    assert counts(made)["disputes"] == (0, 0, 0, 0, 1)
    assert reason in made.accounts[0].told[0].reason


def test_a_dispute_comes_in_without_a_source_or_a_risk_nobody_knows(
    ledger: Ledger, tmp_path: Path
) -> None:
    lines = [dispute(来源="信访"), dispute("2026-0002", 风险等级="红色")]
    made = bring_in(ledger, book(tmp_path / "1.xlsx", 台账=[DISPUTES, *lines]))
    assert counts(made)["disputes"] == (2, 0, 0, 0, 0)
    found = rows(ledger, Dispute.paper_number, Dispute.source, Dispute.risk)
    assert sorted(found) == [("0001", None, "ordinary"), ("0002", "visit", None)]
    notes = "；".join(made.accounts[0].notes)
    assert "来源“信访”不认识" in notes
    assert "风险等级“红色”不认识" in notes


SHEET = [
    ["培训签到表"],
    ["培训主题", "反诈"],
    ["培训时间", "2026年3月11日 19:30-21:00"],
    ["地点", "第一社区会议室", None, "主讲人", "傅梅"],
    ["应到", 9, None, "实到", 1],
    ["序号", "姓名", "身份", "所属社区", "签到时间", "出勤", "备注"],
]


def test_a_sign_in_sheet_with_walk_ins_and_a_wrong_head_count(
    ledger: Ledger, tmp_path: Path
) -> None:
    roster = [["社区", "姓名", "身份", "联系电话"], ["第一社区", "王英", "联户长", "13800138000"]]
    names = [
        [1, "王英", "联户长", "第一社区", "19:21", "到", None],
        [2, "路人", "联户长", "第一社区", None, "请假", "家中有事"],
        [3, "王英", "联户长", "第一社区", "19:21", "到", None],
        [4, "无名", "联户长", "第一社区", None, "也许", None],
    ]
    file = book(tmp_path / "1.xlsx", 名册=roster, 签到=[*SHEET, *names])
    made = bring_in(ledger, file)
    assert counts(made)["trainings"] == (1, 0, 0, 0, 0)
    account = next(a for a in made.accounts if a.kind == "trainings")
    assert sorted((t.fate, t.row) for t in account.told) == [("duplicate", 9), ("rejected", 10)]
    assert any("应到9人" in note for note in account.notes), account.notes
    assert any("路人" in note for note in account.notes)
    assert rows(ledger, Training.start, Training.end, Training.topic) == [(1170, 1260, "反诈")]
    linked = {
        name: volunteer is not None
        for name, volunteer in rows(ledger, Attendance.name, Attendance.volunteer)
    }
    assert linked == {"王英": True, "路人": False}
    again = seen(ledger, file)
    assert counts(again)["trainings"] == (0, 0, 1, 0, 0)


def test_a_rejected_name_of_a_sign_in_sheet_comes_back_mended(
    ledger: Ledger, tmp_path: Path
) -> None:
    names = [
        [1, "王英", "联户长", "第一社区", None, "到", None],
        [2, "李四", "联户长", "第一社区", None, "也许", None],
    ]
    made = bring_in(ledger, book(tmp_path / "1.xlsx", 签到=[*SHEET, *names]))
    back = tmp_path / "退回.xlsx"
    assert write_rejected(made.accounts, back) == 1
    mended = openpyxl.load_workbook(back)
    sheet = mended.worksheets[0]
    columns = {cell.value: cell.column for cell in sheet[1]}
    sheet.cell(2, columns["出勤"], "缺席")
    mended.save(back)
    assert counts(bring_in(ledger, back))["trainings"] == (0, 1, 0, 0, 0)
    assert sorted(rows(ledger, Attendance.name, Attendance.status)) == [
        ("李四", "absent"),
        ("王英", "present"),
    ]


@pytest.mark.parametrize("said", ["2026年2月30日", "2026年4月12日 19:30", None])
@pytest.mark.parametrize("flat", [True, False])
def test_names_under_a_bad_head_come_back_with_it(
    ledger: Ledger, tmp_path: Path, said: str | None, *, flat: bool
) -> None:
    """One line told of the sheet, and its names were in no workbook to mend."""
    names = [[n, f"何{n}", "联户长", "第一社区", None, "到", None] for n in (1, 2)]
    sheet = [[c if c != SHEET[2][1] else said for c in line] for line in SHEET]
    if flat:
        head = ["培训主题", "培训时间", "地点", "姓名", "所属社区", "出勤"]
        sheet, names = (
            [head],
            [["反诈", said, "会议室", f"何{n}", "第一社区", "到"] for n in (1, 2)],
        )
    made = bring_in(ledger, book(tmp_path / "1.xlsx", 签到=[*sheet, *names]))
    back = tmp_path / "退回.xlsx"
    assert write_rejected(made.accounts, back) == 2
    mended = openpyxl.load_workbook(back)
    columns = {cell.value: cell.column for cell in mended.worksheets[0][1]}
    for row in (2, 3):
        mended.worksheets[0].cell(row, columns["培训时间"], "2026年3月11日 19:30-21:00")
    mended.save(back)
    assert counts(bring_in(ledger, back))["trainings"] == (1, 0, 0, 0, 0)
    assert rows(ledger, Training.topic, Training.start) == [("反诈", 19 * 60 + 30)]
    assert sorted(rows(ledger, Attendance.name)) == [("何1",), ("何2",)]


def test_an_old_workbook_is_understood_after_a_renaming(ledger: Ledger, tmp_path: Path) -> None:
    homes = book(tmp_path / "1.xlsx", 台账=[HOMES, home(101)])
    visits = book(tmp_path / "2.xlsx", 台账=[VISITS, tried(101)])
    bring_in(ledger, homes, visits)
    with ledger.read() as connection:
        (place,) = communities(connection)
        (colleague,) = staff(connection)
    ledger.write(rename_community(place.id, "新一社区"))
    ledger.write(change_staff(colleague.id, StaffDraft("王瑛")))
    made = bring_in(ledger, homes, visits)
    assert counts(made) == {"households": (0, 0, 1, 0, 0), "visits": (0, 0, 1, 0, 0)}


def test_a_room_written_with_a_stroke_keeps_visits_coming_in(
    ledger: Ledger, tmp_path: Path
) -> None:
    bring_in(ledger, book(tmp_path / "1.xlsx", 台账=[HOMES, home("401/402"), home(101)]))
    made = bring_in(ledger, book(tmp_path / "2.xlsx", 台账=[VISITS, tried(101), tried(999)]))
    assert counts(made)["visits"] == (1, 0, 0, 0, 1)
