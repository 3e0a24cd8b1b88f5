"""Ten ugly but honest workbooks, as posts really keep them, and what must come of each."""

from datetime import date, time
from pathlib import Path

import openpyxl
import xlwt

from db.disputes import Conclusion, Dispute, DisputeParty
from db.ledger import Ledger
from db.people import Volunteer
from db.places import Building, Community, Household
from db.trainings import Attendance, Training
from db.visits import Visit
from tests.imports.books import HOMES, VISITS, book, bring_in, counts, home, rows, seen, tried
from tests.imports.hostile_archives import open_document


def _street(ledger: Ledger, tmp_path: Path, *rooms: object) -> None:
    bring_in(ledger, book(tmp_path / "户.xlsx", 台账=[HOMES, *(home(room) for room in rooms)]))


def test_1_a_village_has_groups_and_names_but_no_rooms(ledger: Ledger, tmp_path: Path) -> None:
    village = book(
        tmp_path / "村.xlsx",
        青山村=[
            ["青山村农户台账", None, None, None, None, None],
            ["序号", "村", "自然村", "村民小组", "户主姓名", "联系电话"],
            [1, "青山村", "东沟", "第三组", "马得福", 13800138001],
            [2, "青山村", "东沟", "3组", "马得宝", "0953-2012345"],
            [3, "青山村", "西坡", "一组", "马得福", None],
            ["合计", None, None, None, "3户", None],
        ],
    )
    made = bring_in(ledger, village)
    assert counts(made)["households"] == (3, 0, 0, 0, 0)
    assert rows(ledger, Community.name) == [("青山村",)]
    assert sorted(rows(ledger, Building.estate, Building.number, Building.rural)) == [
        ("东沟", "3", True), ("西坡", "1", True),
    ]  # fmt: skip
    assert counts(bring_in(ledger, village))["households"] == (0, 0, 3, 0, 0)


def test_2_a_whole_address_in_one_cell(ledger: Ledger, tmp_path: Path) -> None:
    _street(ledger, tmp_path, 401, 402, 403)
    visits = book(
        tmp_path / "访.xlsx",
        走访=[
            ["走访日期", "走访地址", "走访民警", "走访情况"],
            ["2026.3.16", "晨园3-1-401", "王英", "见到人"],
            ["2026年3月16日", "晨园小区3栋一单元402室", "王英、李四", "家中无人"],
            ["3/17/2026", "3号楼1单元403", "王英", "拒绝"],
        ],
    )
    made = bring_in(ledger, visits)
    assert sum(counts(made)["visits"][:1]) >= 2, [t for a in made.accounts for t in a.told]
    assert counts(made)["visits"][0] + counts(made)["visits"][4] == 3
    outcomes = {outcome for (outcome,) in rows(ledger, Visit.outcome)}
    assert {"met", "not_home"} <= outcomes


def test_3_text_with_tabs_in_utf_16_and_no_time(ledger: Ledger, tmp_path: Path) -> None:
    _street(ledger, tmp_path, 101, 102)
    lines = [
        "日期\t社区\t小区\t楼栋\t单元\t房号\t走访人\t结果",
        "2026-03-16\t第一社区\t晨园\t3\t1\t101\t王英\t见到人",
        "2026-03-16\t第一社区\t晨园\t3\t1\t102\t王英\t未遇",
    ]
    path = tmp_path / "访.csv"
    path.write_bytes("\r\n".join(lines).encode("utf-16"))
    assert counts(bring_in(ledger, path))["visits"] == (2, 0, 0, 0, 0)
    assert rows(ledger, Visit.at) == [(None,), (None,)]


def test_4_two_heading_rows_with_merged_groups(ledger: Ledger, tmp_path: Path) -> None:
    _street(ledger, tmp_path, 101)
    path = tmp_path / "访.xlsx"
    made = openpyxl.Workbook()
    sheet = made.active
    sheet.append(["2026年3月走访登记表"])
    sheet.append(["日期", "地址", None, None, None, "走访", None, "备注"])
    sheet.append([None, "小区", "楼栋", "单元", "房号", "时间", "结果", None])
    sheet.append([date(2026, 3, 16), "晨园", "3号楼", "1单元", 101, time(19, 40), "见到人", "灯坏"])
    for merged in ("A1:H1", "A2:A3", "B2:E2", "F2:G2", "H2:H3"):
        sheet.merge_cells(merged)
    made.save(path)
    assert counts(bring_in(ledger, path))["visits"] == (1, 0, 0, 0, 0)
    assert rows(ledger, Visit.at, Visit.outcome, Visit.note) == [(19 * 60 + 40, "met", "灯坏")]


def test_5_hidden_and_filtered_rows_count_like_others(ledger: Ledger, tmp_path: Path) -> None:
    path = tmp_path / "户.xlsx"
    made = openpyxl.Workbook()
    sheet = made.active
    for row in (HOMES, home(101), home(102), home(103)):
        sheet.append(row)
    sheet.auto_filter.ref = "A1:J4"
    sheet.row_dimensions[3].hidden = True
    sheet.column_dimensions["E"].hidden = True
    made.save(path)
    assert counts(bring_in(ledger, path))["households"] == (3, 0, 0, 0, 0)


def test_6_buildings_merged_down_and_full_width_digits(ledger: Ledger, tmp_path: Path) -> None:
    path = tmp_path / "户.xlsx"
    made = openpyxl.Workbook()
    sheet = made.active
    sheet.append(["社区", "小区", "楼栋", "单元", "房号", "居住人数"])
    sheet.append(["第一社区", "晨园小区", "３号楼", "一单元", "１０１", "３人"])
    sheet.append([None, None, None, None, "１０２", 2])
    sheet.append([None, None, None, "２单元", "201室", "４"])
    for merged in ("A2:A4", "B2:B4", "C2:C4", "D2:D3"):
        sheet.merge_cells(merged)
    made.save(path)
    assert counts(bring_in(ledger, path))["households"] == (3, 0, 0, 0, 0)
    assert sorted(rows(ledger, Household.unit, Household.room, Household.residents)) == [
        ("1", "101", 3), ("1", "102", 2), ("2", "201", 4),
    ]  # fmt: skip


def _ods_row(*cells: object) -> str:
    return (
        "<table:table-row>"
        + "".join(
            f'<table:table-cell office:value-type="string"><text:p>{cell}</text:p></table:table-cell>'
            for cell in cells
        )
        + "</table:table-row>"
    )


def test_7_an_open_document(ledger: Ledger, tmp_path: Path) -> None:
    _street(ledger, tmp_path, 101, 102)
    path = open_document(
        tmp_path / "访.ods",
        _ods_row("入户日期", "社区", "小区", "楼号", "单元", "室", "入户人员", "入户结果", "人数")
        + _ods_row("2026-03-16", "第一社区", "晨园", "3", "1", "101", "王英", "已入户", "2")
        + _ods_row("2026-03-16", "第一社区", "晨园", "3", "1", "102", "王英", "未入户", ""),
    )
    assert counts(bring_in(ledger, path))["visits"] == (2, 0, 0, 0, 0)


def test_8_a_cover_instructions_and_a_sheet_of_another_kind(ledger: Ledger, tmp_path: Path) -> None:
    path = book(
        tmp_path / "总表.xlsx",
        封面=[["示范派出所三号警务室"], ["二〇二六年"]],
        填表说明=[["1. 请按户填写。"], ["2. 电话可以不填。"]],
        走访=[VISITS, tried(101)],
        住户=[HOMES, home(101)],
    )
    made = bring_in(ledger, path)
    assert counts(made) == {"households": (1, 0, 0, 0, 0), "visits": (1, 0, 0, 0, 0)}


def test_9_an_old_workbook_of_disputes_with_other_words(ledger: Ledger, tmp_path: Path) -> None:
    path = tmp_path / "纠纷.xls"
    made = xlwt.Workbook()
    sheet = made.add_sheet("2026")
    table = [
        ["案件编号", "受理日期", "纠纷类别", "申请人", "被申请人", "调解员", "办结日期", "化解情况",
         "身份证号", "重点人员类别"],
        ["2026-001", "2026-03-01", "物业纠纷", "王五", "赵六、孙七", "李调解", "2026-03-05", "调解成功",
         "11010519491231002X", "金丝雀"],
        ["2026-002", "2026-03-02", "邻里纠纷", "钱八", "周九", "李调解", "", "正在办理", "", ""],
        ["2026-003", "2026-03-03", "外星纠纷", "吴十", "郑一", "李调解", "", "", "", ""],
    ]  # fmt: skip
    for at, row in enumerate(table):
        for column, cell in enumerate(row):
            sheet.write(at, column, cell)
    made.save(str(path))
    done = bring_in(ledger, path)
    assert counts(done)["disputes"] == (2, 0, 0, 0, 1)
    (account,) = done.accounts
    assert sorted(account.left_out_columns) == ["身份证号", "重点人员类别"]
    assert len(rows(ledger, Dispute.id)) == 2
    assert rows(ledger, Conclusion.outcome) == [("settled",)]
    assert len(rows(ledger, DisputeParty.id)) == 5
    with ledger.read() as connection:
        journal = connection.exec_driver_sql("SELECT group_concat(fields) FROM change").scalar_one()
    assert "金丝雀" not in journal
    assert "11010519491231002X" not in journal


def test_10_sign_in_sheets_below_one_another(ledger: Ledger, tmp_path: Path) -> None:
    bring_in(
        ledger,
        book(
            tmp_path / "名册.xlsx",
            名册=[
                ["社区", "姓名", "身份", "民族", "政治面貌"],
                ["第一社区", "张三", "联户长", "汉", "群众"],
                ["第一社区", "李四", "联户长", "汉", "群众"],
            ],
        ),
    )
    assert len(rows(ledger, Volunteer.id)) == 2
    path = book(
        tmp_path / "签到.xlsx",
        三月=[
            ["培训签到表"],
            ["培训主题：消防安全", None, "时间：2026年3月16日 19:30—21:00"],
            ["地点：第一社区会议室", None, "应到：5人"],
            ["序号", "姓名", "社区", "签到时间", "备注"],
            [1, "张三", "第一社区", "19:25", None],
            [2, "李四", "第一社区", None, "请假"],
            [3, "路过的人", "第一社区", "19:50", "迟到"],
            [],
            ["培训签到表"],
            ["培训主题：反诈宣传", None, "时间：2026年3月20日 19:30-20:30"],
            ["地点：第一社区会议室"],
            ["序号", "姓名", "社区", "签到时间", "备注"],
            [1, "张三", "第一社区", "19:31", None],
        ],
    )
    made = bring_in(ledger, path)
    assert counts(made)["trainings"] == (2, 0, 0, 0, 0), [a.to_json() for a in made.accounts]
    assert sorted(rows(ledger, Training.topic)) == [("反诈宣传",), ("消防安全",)]
    assert len(rows(ledger, Attendance.id)) == 4
    assert counts(seen(ledger, path))["trainings"] == (0, 0, 2, 0, 0)
