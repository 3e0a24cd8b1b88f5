"""Habits of those who keep lists on paper first: two lists abreast, days without a year, signatures."""

from datetime import date, time
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sqlalchemy import select

from db.disputes import Conclusion, DisputeParty
from db.imports.cells import CellError, day_in, read, with_year
from db.imports.ticked import without_ticks
from db.kernel.fields import fields_of
from db.kernel.records import ChangeRow
from db.ledger import Ledger
from db.people import Volunteer, VolunteerDraft
from db.places import Building, Community, Household
from db.places.address import parse_address
from db.trainings import Attendance, Training
from db.visits import Visit
from tests.imports.books import HOMES, book, bring_in, counts, home, rows, seen

HEAD = ["序号", "姓名", "身份", "电话", "签名", "备注"]


def _sheet(path: Path, *lines: list[Any]) -> Path:
    return book(
        path,
        反诈=[
            ["第一社区联户长反诈培训签到表"],
            ["时间：2026年3月12日 19：30", None, None, "地点：社区会议室"],
            *lines,
        ],
    )


def test_two_lists_abreast_are_one_sign_in_sheet(ledger: Ledger, tmp_path: Path) -> None:
    path = _sheet(
        tmp_path / "签到.xlsx",
        HEAD + HEAD,
        [1, "何一", "联户长", 13800002001, "何一", None, 4, "何四", "联户长", None, None, "请假（外出）"],
        [2, "何二", "网格长", 13800002002, "√", None, 5, "何五", "联户长", None, "缺席", None],
        [3, "何三", "联户长", None, "何三", "迟到", 6, "何六", "联户长", None, None, None],
    )  # fmt: skip
    assert counts(bring_in(ledger, path))["trainings"] == (1, 0, 0, 0, 0)
    assert rows(ledger, Training.day, Training.start, Training.place) == [
        (date(2026, 3, 12), 19 * 60 + 30, "社区会议室")
    ]
    assert dict(rows(ledger, Attendance.name, Attendance.status)) == {
        "何一": "present", "何二": "present", "何三": "present", "何四": "leave",
        "何五": "absent", "何六": "absent",
    }  # fmt: skip
    assert counts(bring_in(ledger, path))["trainings"] == (0, 0, 1, 0, 0)


def test_a_list_signed_on_paper_only_does_not_tell_who_was_there(
    ledger: Ledger, tmp_path: Path
) -> None:
    path = _sheet(
        tmp_path / "空.xlsx", HEAD, [1, "何一", "联户长"], [2, "何二", "联户长", None, None, "请假"]
    )
    made = bring_in(ledger, path)
    assert rows(ledger, Attendance.name, Attendance.status) == [("何二", "leave")]
    assert [(t.row, t.reason) for t in made.accounts[0].told] == [(4, "缺少出勤情况")]


def test_homes_abreast_come_in_with_the_row_they_stand_in(ledger: Ledger, tmp_path: Path) -> None:
    three = ["楼栋", "房号", "户主"]
    path = book(
        tmp_path / "户.xlsx",
        第一社区=[three * 3, ["3", "101", "张一", "3", "201", "张二", "3", "301", "张三"],
              ["3", "102", "李一", None, None, None, None, None, "李三"]],
    )  # fmt: skip
    made = bring_in(ledger, path)
    assert counts(made)["households"] == (4, 0, 0, 0, 1)
    assert sorted(rows(ledger, Household.room)) == [("101",), ("102",), ("201",), ("301",)]
    assert [(t.row, t.reason) for t in made.accounts[0].told] == [(3, "缺少楼栋或组")]


def test_a_word_over_its_own_column_is_read_with_it(ledger: Ledger, tmp_path: Path) -> None:
    path = tmp_path / "户.xlsx"
    made = openpyxl.Workbook()
    sheet = made.active
    assert sheet is not None
    for line in (
        ["序号", "小区", "地址", None, None, "户主信息", None],
        [None, "名称", "楼号", "单元", "门牌", "姓名", "联系电话"],
        [1, "晨园", "1号楼", "一单元", "101", "张三", "138 0000 1234"],
        [2, None, "1栋", "1", "102室", "李四", None],
    ):
        sheet.append(line)
    for merged in ("A1:A2", "C1:E1", "F1:G1"):
        sheet.merge_cells(merged)
    sheet.title = "第一社区"
    made.save(path)
    done = bring_in(ledger, path)
    assert sorted(rows(ledger, Building.estate, Building.number)) == [("", "1"), ("晨园", "1")]
    assert any("一列空着的，按没有小区登记" in note for note in done.accounts[0].notes)


def test_the_titles_year_goes_for_days_without_one(ledger: Ledger, tmp_path: Path) -> None:
    bring_in(ledger, book(tmp_path / "户.xlsx", 台账=[HOMES, home(401), home(402), home(403)]))
    lines = [
        ["时间", "户址", "走访情况", "入户人"],
        ["3月5日上午", "晨园3-1-401", "见到户主", "王英"],
        ["3月6日 19:30", "晨园3-1-402", "家中无人", "王英"],
        ["三月九号", "晨园3-1-403", "已宣传", "王英"],
    ]
    titled = book(tmp_path / "访.xlsx", 走访=[["2026年3月走访登记"], *lines])
    bare = book(tmp_path / "无题.xlsx", 走访=lines)
    refused = bring_in(ledger, bare)
    assert {t.reason for t in refused.accounts[0].told} == {"日期没有年份"}
    assert counts(bring_in(ledger, titled))["visits"] == (3, 0, 0, 0, 0)
    assert sorted(rows(ledger, Visit.day, Visit.at, Visit.outcome), key=str) == [
        (date(2026, 3, 5), None, "met"), (date(2026, 3, 6), 1170, "not_home"),
        (date(2026, 3, 9), None, "met"),
    ]  # fmt: skip
    assert counts(bring_in(ledger, titled))["visits"] == (0, 0, 3, 0, 0)
    two = book(tmp_path / "两年.xlsx", 走访=[["2025年12月至2026年3月走访登记"], *lines])
    assert counts(seen(ledger, two))["visits"] == (0, 0, 0, 0, 3)


def test_a_later_day_of_a_row_may_leave_its_year_out(ledger: Ledger, tmp_path: Path) -> None:
    heads = [
        "受理时间",
        "纠纷类型",
        "甲方",
        "乙方",
        "纠纷简要情况",
        "调解员",
        "调解结果",
        "结案时间",
    ]
    path = book(
        tmp_path / "纠纷.xlsx",
        台账=[heads,
            ["2025-12-30", "邻里噪音", "张三", "李四", "噪音", "王英", "达成协议", "1月8日"],
            ["2026-3-3", "婚姻家庭", "王五", "赵六", "琐事", "王英", "调解成功", "3月8日"],
            ["3月4日", "物业", "周九", "物业公司", "停车", "王英", "调解成功", "2026-3-8"]],
    )  # fmt: skip
    made = bring_in(ledger, path)
    assert counts(made)["disputes"] == (2, 0, 0, 0, 1)
    assert sorted(rows(ledger, Conclusion.day)) == [(date(2026, 1, 8),), (date(2026, 3, 8),)]
    assert "结案时间没有写年份的，按受理时间往后推算" in made.accounts[0].notes


@pytest.mark.parametrize(
    ("written", "since"),
    [
        ("2025.6", date(2025, 6, 1)), ("2025年1月", date(2025, 1, 1)), ("2024", date(2024, 1, 1)),
        (2024, date(2024, 1, 1)), (2025.6, date(2025, 6, 1)), ("2025.10", date(2025, 10, 1)),
        ("2025年3月5日", date(2025, 3, 5)),
    ],
)  # fmt: skip
def test_a_month_of_appointment_is_its_first_day(
    ledger: Ledger, tmp_path: Path, written: object, since: date
) -> None:
    heads = ["姓名", "职务", "所属社区", "聘用时间"]
    bring_in(
        ledger, book(tmp_path / "册.xlsx", 名册=[heads, ["何一", "联户长", "第一社区", written]])
    )
    assert rows(ledger, Volunteer.since) == [(since,)]


def test_a_number_that_may_be_two_months_is_not_guessed() -> None:
    field = fields_of(VolunteerDraft)["since"]
    for written in (2025.1, "2025.13", "大约2025年"):
        with pytest.raises(CellError):
            read(field, written)
    # Nothing but the day of appointment is taken roughly.
    with pytest.raises(CellError):
        read(fields_of(VolunteerDraft)["until"], "2025.6")


def test_a_year_is_put_before_nothing_but_a_day() -> None:
    assert [with_year(cell, 2026) for cell in ("3.5", "见到", 3.5, None, "2025.3.5")] == [
        "2026年3.5", "见到", 3.5, None, "2025.3.5",
    ]  # fmt: skip
    assert day_in(with_year("十二月三十一日", 2026)) == date(2026, 12, 31)


@pytest.mark.parametrize("written", ["晨园3栋2单元6层601", "晨园3号楼2单元6楼601室"])
def test_the_floor_in_an_address_says_nothing_more(written: str) -> None:
    found = parse_address(written)
    assert found is not None
    assert found.key == "晨园/3/2/601"
    assert parse_address("晨园3栋2单元6层") is None


STREETS = [
    ("朝阳街道第一社区晨园3号楼1单元101", "第一社区"), ("某市某区朝阳街道办事处第一社区晨园3-1-101", "第一社区"),
    ("东新乡第一社区晨园3-1-101", "第一社区"), ("城镇社区晨园3-1-101", "城镇社区"),
    ("镇北社区晨园3-1-101", "镇北社区"),
]  # fmt: skip


@pytest.mark.parametrize(("written", "community"), STREETS)
def test_the_street_before_a_community_is_no_part_of_its_name(
    ledger: Ledger, tmp_path: Path, written: str, community: str
) -> None:
    """A second community of the whole name was made, with every home in it once more."""
    bring_in(ledger, book(tmp_path / "1.xlsx", 台账=[HOMES, home(101, 社区=community)]))
    line = [["详细地址", "户主姓名", "居住状态"], [written, "张三", "常住"]]
    made = bring_in(ledger, book(tmp_path / "2.xlsx", 台账=line))
    assert counts(made)["households"] == (0, 1, 0, 0, 0)
    assert rows(ledger, Community.name) == [(community,)]
    again = book(
        tmp_path / "3.xlsx", 走访=[["日期", "地址", "走访结果"], ["2026-03-16", written, "未遇"]]
    )
    assert counts(bring_in(ledger, again))["visits"] == (1, 0, 0, 0, 0)


@pytest.mark.parametrize("cell", [date(2026, 3, 2), "2026/3/2", "2026-03-02 00:00:00", time(3, 2)])
def test_an_address_that_became_a_date_is_sent_back(
    ledger: Ledger, tmp_path: Path, cell: Any
) -> None:
    """3-2 typed into a workbook is the second of March there, and was 2026号楼 here."""
    names = {cell: "张三", "3-2": "李四", "2001-1-301": "王五"}
    lines = [["地址", "户主姓名", "居住状态"], *([at, who, "常住"] for at, who in names.items())]
    made = bring_in(ledger, book(tmp_path / "1.xlsx", 第一社区=lines))
    assert counts(made)["households"] == (2, 0, 0, 0, 1)
    assert [(t.row, t.column) for t in made.accounts[0].told] == [(2, "地址")]
    assert "日期" in made.accounts[0].told[0].reason
    assert sorted(rows(ledger, Building.number)) == [("2001",), ("3",)]


def test_a_community_known_with_its_street_keeps_it(ledger: Ledger, tmp_path: Path) -> None:
    name = "朝阳镇第一社区"
    bring_in(ledger, book(tmp_path / "1.xlsx", 台账=[HOMES, home(101, 社区=name)]))
    line = [["详细地址", "户主姓名", "居住状态"], [f"{name}晨园3-1-101", "张三", "常住"]]
    bring_in(ledger, book(tmp_path / "2.xlsx", 台账=line))
    assert rows(ledger, Community.name) == [(name,)]


def test_a_sides_telephone_beside_its_name_is_no_party(ledger: Ledger, tmp_path: Path) -> None:
    heads = ["排查时间", "纠纷类别", "申请人及电话", "被申请人及电话", "纠纷简要", "化解情况"]
    path = book(
        tmp_path / "化解.xlsx",
        台账=[["2026年3月化解登记"], heads,
            ["3月2日", "邻里", "张三 13800001234", "李四、李五 0953-2012345", "漏水", "化解中"]],
    )  # fmt: skip
    assert counts(bring_in(ledger, path))["disputes"] == (1, 0, 0, 0, 0)
    assert sorted(rows(ledger, DisputeParty.side, DisputeParty.name, DisputeParty.phone)) == [
        ("A", "张三", "13800001234"), ("B", "李五", None), ("B", "李四", "0953-2012345"),
    ]  # fmt: skip
    assert rows(ledger, Conclusion.day) == []


def test_a_column_that_asks_whether_a_home_is_empty_is_answered(
    ledger: Ledger, tmp_path: Path
) -> None:
    lines = [
        ["房屋地址", "产权人", "是否空置"],
        ["晨园1-1-101", "冯一", "否"],
        ["晨园1-1-102", "冯二", "是"],
    ]
    path = book(tmp_path / "户.xlsx", **{"第一社区 (2)": lines})
    assert counts(bring_in(ledger, path))["households"] == (2, 0, 0, 0, 0)
    assert sorted(rows(ledger, Household.room, Household.occupancy, Household.contact)) == [
        ("101", "occupied", "冯一"), ("102", "empty", "冯二"),
    ]  # fmt: skip
    assert rows(ledger, Community.name) == [("第一社区",)]


def test_columns_to_tick_are_read_as_the_word_over_them(ledger: Ledger, tmp_path: Path) -> None:
    bring_in(ledger, book(tmp_path / "户.xlsx", 台账=[HOMES, home(401), home(402), home(403)]))
    path = tmp_path / "访.xlsx"
    made = openpyxl.Workbook()
    sheet = made.active
    assert sheet is not None
    for line in (
        ["入户走访台账"],
        ["日期", "户址", "是否在家", None, "宣传内容", None, None, "走访人"],
        [None, None, "在家", "不在家", "反诈", "消防", "禁毒", None],
        ["2026-03-10", "晨园3-1-401", "√", None, "√", "√", None, "王英"],
        ["2026-03-11", "晨园3-1-402", None, "√", None, None, None, "王英"],
        ["2026-03-11", "晨园3-1-403", None, None, "√", None, None, "王英"],
    ):
        sheet.append(line)
    for merged in ("A1:H1", "C2:D2", "E2:G2"):
        sheet.merge_cells(merged)
    made.save(path)
    done = bring_in(ledger, path)
    assert counts(done)["visits"] == (2, 0, 0, 0, 1)
    assert [(t.row, t.reason) for t in done.accounts[0].told] == [(6, "缺少走访结果")]
    assert sorted(rows(ledger, Visit.outcome, Visit.topics)) == [
        ("met", ("反诈", "消防")), ("not_home", ()),
    ]  # fmt: skip


def test_outcomes_with_nothing_over_them_are_ticked_too(ledger: Ledger, tmp_path: Path) -> None:
    bring_in(ledger, book(tmp_path / "户.xlsx", 台账=[HOMES, home(401), home(402), home(403)]))
    lines = [
        ["日期", "户址", "见到人", "未遇", "拒访", "人数"],
        ["2026-03-10", "晨园3-1-401", 1, None, None, 1],
        ["2026-03-10", "晨园3-1-402", None, "✓", None, 1],
        ["2026-03-10", "晨园3-1-403", None, None, "√", 1],
    ]
    assert counts(bring_in(ledger, book(tmp_path / "访.xlsx", 走访=lines)))["visits"][0] == 3
    assert sorted(rows(ledger, Visit.outcome)) == [("met",), ("not_home",), ("refused",)]
    # A word among the ticks: then they are not ticks, and nothing is guessed.
    lines[1][2] = "见到两人"
    assert without_ticks(lines) is lines


def test_no_tick_and_no_word_above_brings_in_what_may_never_be_kept(
    ledger: Ledger, tmp_path: Path
) -> None:
    path = tmp_path / "户.xlsx"
    made = openpyxl.Workbook()
    sheet = made.active
    assert sheet is not None
    sheet.title = "第一社区"
    for line in (
        ["房屋地址", "户主", "说明", "备注", None, None],
        [None, None, "民族", "党员", "低保", "重点人员"],
        ["晨园1-1-101", "冯一", "回族", "√", None, "√"],
        ["晨园1-1-102", "冯二", "汉族", None, "√", None],
    ):
        sheet.append(line)
    sheet.merge_cells("D1:F1")
    made.save(path)
    done = bring_in(ledger, path)
    assert counts(done)["households"][0] == 2
    assert rows(ledger, Household.note) == [(None,), (None,)]
    with ledger.read() as connection:
        journal = str(connection.execute(select(ChangeRow.fields)).scalars().all())
    assert not [word for word in ("回族", "汉族", "党员", "重点") if word in journal]
    assert {"说明", "备注"} <= set(done.accounts[0].left_out_columns)
