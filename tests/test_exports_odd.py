"""Ledgers out that Excel's own rules, or a column for both sides, would have kept from coming in again."""

from datetime import date
from pathlib import Path

import pytest

from db.exports import ExportQuery, export
from db.kernel.clock import today
from db.ledger import Ledger
from desktop.paper.ledger_book import write_book
from tests.imports.books import book, bring_in, counts, seen


def _out(ledger: Ledger, path: Path, kind: str) -> Path:
    with ledger.read() as connection:
        made = export(connection, ExportQuery(kind, masked=False), today(ledger.clock))
    write_book(made, path)
    return path


@pytest.mark.parametrize("name", ["平安/幸福社区", "History", f"{'很长' * 16}社区"])
def test_a_community_that_can_be_no_sheets_name_goes_out(
    ledger: Ledger, tmp_path: Path, name: str
) -> None:
    """The export ended with a fault of ours, and nothing was written."""
    bring_in(
        ledger,
        book(tmp_path / "1.xlsx", 台账=[["社区", "楼栋", "房号", "姓名"], [name, 1, 101, "张三"]]),
    )
    one = book(tmp_path / "2.xlsx", 第一社区=[["楼栋", "房号", "姓名"], [1, 101, "李四"]])
    bring_in(ledger, one)
    path = _out(ledger, tmp_path / "3.xlsx", "households")
    assert counts(seen(ledger, path))["households"] == (0, 0, 2, 0, 0)


def test_two_on_one_side_go_out_where_both_sides_had_one_column(
    ledger: Ledger, tmp_path: Path
) -> None:
    """甲乙 against 丙 came in again as 甲 against 乙丙."""
    heads = ["登记日期", "纠纷类型", "甲方", "乙方"]
    line = [date(2026, 3, 1), "邻里", "张三、王五", "李四"]
    bring_in(ledger, book(tmp_path / "1.xlsx", 纠纷=[heads, line]))
    heads, line = ["登记日期", "纠纷类型", "双方当事人"], [date(2026, 3, 2), "邻里", "赵六、钱七"]
    bring_in(ledger, book(tmp_path / "2.xlsx", 纠纷=[heads, line]))
    path = _out(ledger, tmp_path / "3.xlsx", "disputes")
    assert counts(seen(ledger, path))["disputes"] == (0, 0, 2, 0, 0)


def test_a_session_without_a_place_comes_back_as_itself(ledger: Ledger, tmp_path: Path) -> None:
    """It was a second session, at the place 主讲人."""
    sheet = [
        ["反诈培训签到表"],
        ["时间：2026年3月12日"],
        ["序号", "姓名", "出勤"],
        [1, "何一", "到"],
    ]
    bring_in(ledger, book(tmp_path / "1.xlsx", 签到=sheet))
    path = _out(ledger, tmp_path / "2.xlsx", "trainings")
    assert counts(seen(ledger, path))["trainings"] == (0, 0, 1, 0, 0)
