"""Whose a row is where its community is not in a column, and what a row sent back keeps of its table."""

from pathlib import Path

import openpyxl
import pytest

from db.imports.belonging import Belonging, belonging
from db.ledger import Ledger
from db.people import Volunteer
from db.places import Community
from db.visits import Visit
from desktop.paper.rejected import write_rejected
from tests.imports.books import HOMES, VISITS, book, bring_in, counts, home, rows, seen, tried


@pytest.mark.parametrize(
    ("sheet", "heads", "row"),
    [
        ("走访", ["日期", "社区", "楼栋", "单元", "房号", "走访结果"], ["第九社区", 3, 1, 101]),
        ("第九社区", ["日期", "楼栋", "单元", "房号", "走访结果"], [3, 1, 101]),
        ("走访", ["日期", "地址", "走访结果"], ["第九社区3号楼1单元101"]),
    ],
)
def test_a_visit_in_a_community_nobody_knows_is_no_other_ones(
    ledger: Ledger, tmp_path: Path, sheet: str, heads: list[str], row: list[object]
) -> None:
    """It was stored at the door of the same number in the community that the ledger had."""
    bring_in(ledger, book(tmp_path / "1.xlsx", 台账=[HOMES, home(101)]))
    lines = [heads, ["2026-03-16", *row, "见到人"]]
    made = bring_in(ledger, book(tmp_path / "2.xlsx", **{sheet: lines}))
    assert counts(made)["visits"] == (0, 0, 0, 0, 1)
    assert "第九社区" in made.accounts[0].told[0].reason
    assert rows(ledger, Visit.id) == []


def test_a_title_that_means_no_community_keeps_no_visit_out(ledger: Ledger, tmp_path: Path) -> None:
    bring_in(ledger, book(tmp_path / "1.xlsx", 台账=[HOMES, home(101)]))
    heads = [VISITS[0], *VISITS[3:]]
    line = [said for heading, said in zip(VISITS, tried(101), strict=True) if heading in heads]
    sheet = [["派出所社区民警走访记录"], heads, line]
    assert counts(bring_in(ledger, book(tmp_path / "2.xlsx", 三月=sheet)))["visits"][0] == 1


def test_a_street_before_a_community_in_a_column_makes_no_second_one(
    ledger: Ledger, tmp_path: Path
) -> None:
    bring_in(ledger, book(tmp_path / "1.xlsx", 台账=[HOMES, home(101)]))
    again = book(tmp_path / "2.xlsx", 台账=[HOMES, home(101, 社区="朝阳街道第一社区")])
    assert counts(bring_in(ledger, again))["households"] == (0, 0, 1, 0, 0)
    assert rows(ledger, Community.name) == [("第一社区",)]


def test_the_name_of_a_file_says_whose_its_rows_are(ledger: Ledger, tmp_path: Path) -> None:
    """Every row of 晨光社区住户台账.xlsx was sent back, as no cell names a community."""
    sheet = [["楼栋", "单元", "房号", "姓名"], [1, 1, 101, "张三"]]
    for name in ("晨光", "东湖"):
        made = bring_in(ledger, book(tmp_path / f"2026年{name}社区住户台账.xlsx", Sheet1=sheet))
        assert counts(made)["households"] == (1, 0, 0, 0, 0)
        assert any("按文件名" in note for note in made.accounts[0].notes)
    assert sorted(rows(ledger, Community.name)) == [("东湖社区",), ("晨光社区",)]
    other = book(tmp_path / "社区民警住户台账.xlsx", Sheet1=sheet)
    assert counts(seen(ledger, other))["households"] == (0, 0, 0, 0, 1)


def test_the_longer_of_two_known_names_is_meant() -> None:
    known = ("新村社区", "创新村社区")
    assert belonging("1", "Sheet1", [["创新村社区走访"]], known) == Belonging("创新村社区")
    assert belonging("1", "Sheet1", [["2026年3月中心村住户"]], ()).community == "中心村"


def test_a_row_of_a_roster_comes_back_with_what_its_title_said(
    ledger: Ledger, tmp_path: Path
) -> None:
    """Without the title nobody could tell the workbook of rows sent back, nor the role."""
    sheet = [
        ["第一社区网格员名册"],
        ["序号", "姓名", "电话"],
        [1, "何一", 13800002001],
        [2, None, 13800002002],
    ]
    made = bring_in(ledger, book(tmp_path / "1.xlsx", Sheet1=sheet))
    back = tmp_path / "退回.xlsx"
    assert write_rejected(made.accounts, back) == 1
    mended = openpyxl.load_workbook(back)
    columns = {cell.value: cell.column for cell in mended.worksheets[0][1]}
    mended.worksheets[0].cell(2, columns["姓名"], "何二")
    mended.save(back)
    assert counts(bring_in(ledger, back))["volunteers"] == (1, 0, 0, 0, 0)
    assert {role for (role,) in rows(ledger, Volunteer.role)} == {"grid_member"}


def test_a_building_under_another_heading_links_and_what_is_not_understood_is_told(
    ledger: Ledger, tmp_path: Path
) -> None:
    """所在楼栋单元 was taken for the unit alone, and lost without a word."""
    bring_in(ledger, book(tmp_path / "1.xlsx", 台账=[HOMES, home(101)]))
    sheet = [
        ["社区", "姓名", "身份", "所在楼栋单元"],
        ["第一社区", "何一", "联户长", "晨园3号楼1单元"],
        ["第一社区", "何二", "联户长", "东边那一片"],
    ]
    made = bring_in(ledger, book(tmp_path / "2.xlsx", 名册=sheet))
    assert counts(made)["volunteers"] == (2, 0, 0, 0, 0)
    linked = {
        n: (b is not None, u)
        for n, b, u in rows(ledger, Volunteer.name, Volunteer.building, Volunteer.unit)
    }
    assert linked == {"何一": (True, "1"), "何二": (False, None)}
    assert any("东边那一片" in note for note in made.accounts[0].notes)
