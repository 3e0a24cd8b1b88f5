"""Columns shown and put right by hand: for the tables meant and no others, and never the forbidden."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, select

from db.imports import read_files, work_out, write_import
from db.imports.layouts import Layout, layouts_of
from db.imports.tables import Chosen, Recognised, recognise
from db.kernel.clock import today
from db.kernel.errors import UserError
from db.ledger import Ledger
from db.people import Volunteer
from db.places import Household
from db.visits import Visit
from tests.imports.books import HOMES, Rows, book, bring_in, counts, home
from tests.imports.books import seen as seen_again

ODD = ["谁家", "哪个小区", "几号楼", "哪单元", "几零几", "啥时候", "见着没", "身份证号"]
ODD_FIELDS = {
    "哪个小区": "estate", "几号楼": "building", "哪单元": "unit", "几零几": "room",
    "啥时候": "day", "见着没": "outcome", "谁家": "contact",
}  # fmt: skip


def odd(*rooms: int) -> Rows:
    lines = [["王英", "晨园", "3", "1", room, "2026-03-16", "见到人", "1101"] for room in rooms]
    return [["某村走访情况"], ODD, *lines]


def looked(
    ledger: Ledger, *paths: Path, chosen: dict[str, Chosen] | None = None
) -> tuple[list[Recognised], list[Layout]]:
    with ledger.read() as connection:
        seen = recognise(connection, read_files(paths), chosen=chosen)
    return seen, layouts_of(seen)


def put_right(layout: Layout, code: str, fields: dict[str, str]) -> Layout:
    layout = layout.as_kind(code)
    for seen in layout.columns:
        if seen.text in fields:
            layout = layout.with_field(seen.column, fields[seen.text])
    return layout


def written(ledger: Ledger, path: Path, layouts: Sequence[Layout]) -> int:
    """Import a file by what was chosen; return the number of the command."""
    seen, _ = looked(ledger, path, chosen={one.shape: one.chosen for one in layouts})
    with ledger.read() as connection:
        made = work_out(connection, seen, today(ledger.clock))
    return ledger.write(write_import(made)).no


def visits(ledger: Ledger) -> int:
    with ledger.read() as connection:
        return connection.execute(select(func.count()).select_from(Visit)).scalar_one()


def test_a_file_nobody_can_tell_is_named_by_hand_once(ledger: Ledger, tmp_path: Path) -> None:
    bring_in(ledger, book(tmp_path / "0.xlsx", 住户=[HOMES, home(101), home(102)]))
    file = book(tmp_path / "1.xlsx", 表=odd(101))
    seen, (layout,) = looked(ledger, file)
    assert seen[0].nothing
    assert (layout.kind, layout.places[0].row) == ("", 2)
    assert layout.lacking
    made = put_right(layout, "visits", ODD_FIELDS)
    assert made.lacking == ""
    no = written(ledger, file, [made])
    assert visits(ledger) == 1
    second = seen_again(ledger, book(tmp_path / "2.xlsx", 表=odd(102)))
    assert counts(second)["visits"] == (1, 0, 0, 0, 0)
    ledger.undo(no)
    assert looked(ledger, file)[0][0].nothing, "what was remembered goes with its import"


def test_what_is_said_of_one_table_goes_for_no_other(ledger: Ledger, tmp_path: Path) -> None:
    """Two files call the same column 门; only in the one it was said of does it mean the room."""
    head = ["社区", "小区", "楼栋", "单元", "门", "户主姓名"]
    line = ["第一社区", "晨园", "3", "1", "101", "王英"]
    one = book(tmp_path / "1.xlsx", 台账=[head, line])
    other = book(tmp_path / "2.xlsx", 台账=[[*head, "联系电话", "房号"], [*line, "", "202"]])
    _, layouts = looked(ledger, one, other)
    unclear = next(one for one in layouts if not one.kind)
    made = put_right(unclear, "households", {"门": "room"})
    _, again = looked(ledger, one, other, chosen={made.shape: made.chosen})
    fields = {len(one.columns): {c.text: c.field for c in one.columns} for one in again}
    assert fields[6]["门"] == "room"
    assert (fields[8]["门"], fields[8]["房号"]) == ("", "room")


def test_a_forbidden_column_is_neither_shown_nor_to_be_had(ledger: Ledger, tmp_path: Path) -> None:
    file = book(tmp_path / "1.xlsx", 表=odd(101))
    _, (layout,) = looked(ledger, file)
    at = next(c.column for c in layout.columns if c.text == "身份证号")
    made = put_right(layout, "visits", ODD_FIELDS).with_field(at, "note")
    kept = next(c for c in made.columns if c.column == at)
    assert (kept.field, kept.samples, bool(kept.refused)) == ("", (), True)
    assert "身份证号" not in made.chosen.columns
    with pytest.raises(UserError, match=r"身份证号.*不收"):
        looked(ledger, file, chosen={made.shape: Chosen("visits", {"身份证号": "note"})})


def test_a_word_over_columns_forbids_those_under_it(ledger: Ledger, tmp_path: Path) -> None:
    over = ["住址", None, None, None, None, "户主", "家庭成员", None]
    under = ["社区", "小区", "楼栋", "单元", "房号", "户主姓名", "姓名", "电话"]
    line = ["第一社区", "晨园", "3", "1", "101", "王英", "王小英", "13800138000"]
    _, (layout,) = looked(ledger, book(tmp_path / "1.xlsx", 台账=[over, under, line]))
    refused = {c.text for c in layout.columns if c.refused}
    assert refused == {"姓名", "电话"}
    assert not any(c.field for c in layout.columns if c.refused)


def test_two_headings_alike_are_told_apart(ledger: Ledger, tmp_path: Path) -> None:
    head = ["小区", "楼栋", "单元", "房号", "姓名", "姓名"]
    line = ["晨园", "3", "1", "101", "王英", "李明"]
    file = book(tmp_path / "1.xlsx", 台账=[head, line])
    _, (layout,) = looked(ledger, file)
    assert [c.key for c in layout.columns][-2:] == ["姓名", "姓名#2"]
    made = layout.as_kind("households").with_field(5, "contact")
    _, (again,) = looked(ledger, file, chosen={made.shape: made.chosen})
    assert [c.field for c in again.columns][-2:] == ["", "contact"]


def test_a_table_can_be_left_out(ledger: Ledger, tmp_path: Path) -> None:
    file = book(tmp_path / "1.xlsx", 要=[HOMES, home(101)], 不要=[HOMES[1:], home(102)[1:]])
    _, layouts = looked(ledger, file)
    out = next(one for one in layouts if one.places[0].sheet == "不要").as_nothing()
    written(ledger, file, [out])
    with ledger.read() as connection:
        assert connection.execute(select(Household.room)).scalars().all() == ["101"]
    seen, layouts = looked(ledger, file, chosen={out.shape: out.chosen})
    assert "“不要”" in seen[0].notes[0]
    assert [one.left_out for one in layouts] == [False, True]


def test_the_newer_word_stands(ledger: Ledger, tmp_path: Path) -> None:
    """Headings once said to be visits are later said to be homes: the first is forgotten."""
    bring_in(ledger, book(tmp_path / "0.xlsx", 住户=[HOMES, home(101), home(102)]))
    file = book(tmp_path / "1.xlsx", 表=odd(101))
    _, (layout,) = looked(ledger, file)
    written(ledger, file, [put_right(layout, "visits", ODD_FIELDS)])
    homes = {h: f for h, f in ODD_FIELDS.items() if f not in ("day", "outcome")}
    written(ledger, file, [put_right(replace(layout, kind=""), "households", homes)])
    _, (now,) = looked(ledger, file)
    assert now.kind == "households"


FIRST_ROWS = [
    ("households", "序号 社区 片区 地址 户主姓名 联系电话 备注", "1 第一社区 晨园小区 晨园3-1-101 张三 13800002001"),
    ("disputes", "编号 登记日期 纠纷类型 辖区 甲方 乙方 简要情况 调解结果 备注", "001 2026-02-10 邻里 第一社区 王英 李四 漏水 调解中"),
    ("visits", "日期 网格 地址 走访人 走访结果 备注", "2026-03-10 第一社区 晨园3-1-102 王英 见到人"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "head", "line"), FIRST_ROWS)
@pytest.mark.parametrize("numbers", [True, False])
def test_the_first_row_of_data_is_no_second_heading(
    ledger: Ledger, tmp_path: Path, kind: str, head: str, line: str, *, numbers: bool
) -> None:
    """晨园小区 under a heading nobody knows made its row one more of headings, and it was gone."""
    bring_in(ledger, book(tmp_path / "0.xlsx", 住户=[HOMES, home(102)]))
    row = [int(c) if numbers and c.isdecimal() else c for c in line.split()]
    file = book(tmp_path / "1.xlsx", 第一社区=[head.split(), row])
    assert sum(counts(seen_again(ledger, file))[kind]) == 1


def test_nothing_of_a_forbidden_column_is_kept_as_a_heading(ledger: Ledger, tmp_path: Path) -> None:
    """A person's number was named as a column left out, and their health was kept as a heading."""
    head = "序号 社区 片区 地址 户主姓名 身份证号 健康状况 备注".split()
    line = "1 第一社区 晨园小区 晨园3-1-101 张三 11010119900307123X 金丝雀".split()
    made = bring_in(ledger, book(tmp_path / "1.xlsx", 台账=[head, line]))
    assert made.accounts[0].left_out_columns == ["片区", "身份证号", "健康状况"]
    with ledger.read() as connection:
        journal = connection.exec_driver_sql("SELECT group_concat(fields) FROM change").scalar_one()
    assert "金丝雀" not in journal
    assert "11010119900307123X" not in journal


ROSTERS = [
    ("第一社区联户长名册", "序号 姓名 联系电话 家庭住址", "1 何一 13800002001 晨园3-1-101", "household_leader"),
    ("第一社区网格员名册", "序号 姓名 联系电话 楼栋 房号 负责户数", "1 何一 13800002001 晨园3号楼 101 11", "grid_member"),
    ("联户长信息登记表", "序号 社区 楼栋 单元 姓名 联系电话", "1 第一社区 晨园3号楼 1单元 何一 13800002001", "household_leader"),
]  # fmt: skip


@pytest.mark.parametrize(("title", "head", "line", "role"), ROSTERS)
@pytest.mark.parametrize("over", [True, False])
def test_a_roster_with_addresses_is_no_ledger_of_homes(
    ledger: Ledger, tmp_path: Path, title: str, head: str, line: str, role: str, *, over: bool
) -> None:
    """By its title, or its sheet's name; else those who serve became householders at their homes."""
    bring_in(ledger, book(tmp_path / "0.xlsx", 住户=[HOMES, home(101, 户主姓名="张三")]))
    rows = [[title]] if over else []
    sheet = "第一社区" if over else title
    made = bring_in(
        ledger, book(tmp_path / "1.xlsx", **{sheet: [*rows, head.split(), line.split()]})
    )
    assert counts(made) == {"volunteers": (1, 0, 0, 0, 0)}
    with ledger.read() as connection:
        assert connection.execute(select(Household.contact)).scalar_one() == "张三"
        assert connection.execute(select(Volunteer.name, Volunteer.role)).one() == ("何一", role)


@pytest.mark.parametrize("title", ["联户长联系户台账", "第一社区住户台账", "网格员：王英"])
def test_homes_stay_homes_whoever_looks_after_them(
    ledger: Ledger, tmp_path: Path, title: str
) -> None:
    rows: Rows = [
        [title],
        ["序号", "姓名", "联系电话", "家庭住址"],
        [1, "张三", None, "晨园3-1-101"],
    ]
    assert counts(seen_again(ledger, book(tmp_path / "1.xlsx", 第一社区=rows))).keys() == {
        "households"
    }
