"""What post offices write into cells: 第3栋, two telephones, a name with its telephone, sides in one column."""

from pathlib import Path

import pytest

from db.disputes import Dispute, DisputeParty
from db.imports.cells import CellError, read
from db.kernel.errors import UserError
from db.kernel.fields import fields_of
from db.ledger import Ledger
from db.people import Staff
from db.places import Building, Household, HouseholdDraft
from db.places.address import Address, building_part, parse_address, unit_part
from tests.imports.books import HOMES, book, bring_in, counts, home, rows

DISPUTE = ["编号", "登记日期", "纠纷类型", "甲方", "乙方", "调解人", "调解结果", "调解日期"]


def test_a_row_that_names_no_mediator_takes_none_away(ledger: Ledger, tmp_path: Path) -> None:
    """The later file left 调解人 blank, or had no such column, and the dispute had nobody."""
    line = ["2026-1", "2026-03-01", "邻里", "张三", "李四", "王英", "调解中", None]
    bring_in(ledger, book(tmp_path / "1.xlsx", 纠纷=[DISPUTE, line]))
    later = [*line[:5], None, "调解成功", "2026-03-05"]
    made = bring_in(ledger, book(tmp_path / "2.xlsx", 纠纷=[DISPUTE, later]))
    assert counts(made)["disputes"] == (0, 1, 0, 0, 0)
    assert rows(ledger, Dispute.mediators) == [(rows(ledger, Staff.id)[0],)]


def test_the_first_of_a_building_is_its_number() -> None:
    assert (building_part("第3栋"), unit_part("第二单元")) == ("3", "2")
    assert parse_address("晨园第3栋第2单元第403室") == Address("晨园", "3", "2", "403")
    assert parse_address("第一小区3栋401") == Address("第一小区", "3", "", "401")


def test_two_telephones_in_one_cell_are_kept(ledger: Ledger, tmp_path: Path) -> None:
    """The whole home was sent back, as both together are longer than a telephone."""
    line = home(101, 联系电话="13800000001 / 139 0000 0002")
    assert (
        counts(bring_in(ledger, book(tmp_path / "1.xlsx", 台账=[HOMES, line])))["households"][0]
        == 1
    )
    assert rows(ledger, Household.phone) == [("13800000001、13900000002",)]


def test_a_telephone_that_was_rounded_is_told_and_not_kept(ledger: Ledger, tmp_path: Path) -> None:
    path = tmp_path / "1.csv"
    heads, line = ",".join(HOMES), ",".join(str(c or "") for c in home(101, 联系电话="1.38E+10"))
    other = ",".join(str(c or "") for c in home(102, 联系电话='"=""0716-6688999"""'))
    path.write_text(f"{heads}\n{line}\n{other}\n", encoding="gb18030")
    made = bring_in(ledger, path)
    assert counts(made)["households"] == (2, 0, 0, 0, 0)
    assert any("1.38E+10" in note for note in made.accounts[0].notes)
    assert set(rows(ledger, Household.phone)) == {(None,), ("0716-6688999",)}
    with pytest.raises(CellError):
        read(fields_of(HouseholdDraft)["phone"], "1.3E+10")


def test_a_name_with_its_telephone_under_one_heading(ledger: Ledger, tmp_path: Path) -> None:
    heads = [
        "登记日期",
        "纠纷类型",
        "当事人（甲方）及联系方式",
        "当事人（乙方）及联系电话",
        "化解情况",
        "化解日期",
    ]
    line = ["2026-03-01", "邻里", "张三 13800000001", "李四", "化解不成", "2026-03-03"]
    bring_in(ledger, book(tmp_path / "1.xlsx", 纠纷=[heads, line]))
    found = set(rows(ledger, DisputeParty.side, DisputeParty.name, DisputeParty.phone))
    assert found == {("A", "张三", "13800000001"), ("B", "李四", None)}


def test_those_beside_a_column_of_the_other_side_are_one_side(
    ledger: Ledger, tmp_path: Path
) -> None:
    """Of 张三、王五 under 当事人 only the first was kept where 对方当事人 had a column too."""
    heads = ["登记日期", "纠纷类型", "当事人", "对方当事人", "简要情况"]
    path = book(
        tmp_path / "1.xlsx", 纠纷=[heads, ["2026-03-01", "邻里", "张三、王五", "李四", "漏水"]]
    )
    bring_in(ledger, path)
    found = sorted(rows(ledger, DisputeParty.side, DisputeParty.name))
    assert found == [("A", "张三"), ("A", "王五"), ("B", "李四")]


def test_the_temporary_file_of_an_open_workbook_is_told_apart(
    ledger: Ledger, tmp_path: Path
) -> None:
    path = tmp_path / "~$台账.xlsx"
    path.write_bytes(b"\x04user" + bytes(160))
    with pytest.raises(UserError, match=r"临时文件.*没有导入任何内容"):
        bring_in(ledger, path)


def test_who_wrote_a_ledger_down_is_none_of_its_rows(ledger: Ledger, tmp_path: Path) -> None:
    path = book(tmp_path / "1.xlsx", 台账=[HOMES, home(101), ["记录人：王英"]])
    assert counts(bring_in(ledger, path))["households"] == (1, 0, 0, 0, 0)
    assert len(rows(ledger, Building.id)) == 1
