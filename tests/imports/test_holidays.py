"""The table of holidays typed from the yearly notice comes in, or says why it does not."""

from datetime import date
from pathlib import Path

import pytest

from db.disputes.facts import clocks
from db.imports.holidays import read_holidays
from db.kernel.errors import UserError
from db.ledger import Ledger
from db.post import announced_days_off, days_off, take_days_off, years_with_days_off
from tests.imports.books import book

HEAD = ["节日", "日期", "安排"]


def test_a_table_comes_in_by_its_own_headings(ledger: Ledger, tmp_path: Path) -> None:
    rows = [
        ["2027年节假日安排"], HEAD, ["元旦", "2027年1月1日", "放假"], ["元旦", date(2027, 1, 4), "休息"],
        ["元旦", "2027.1.9", "调休上班"], [], ["春节", "2027-02-08", "放假"], ["平常", "2027-03-01", "上班"],
    ]  # fmt: skip
    lines = read_holidays(book(tmp_path / "节假日.xlsx", 安排=rows))
    assert [(line.day.isoformat(), line.works, line.name) for line in lines] == [
        ("2027-01-01", False, "元旦"), ("2027-01-04", False, "元旦"), ("2027-01-09", True, "元旦"),
        ("2027-02-08", False, "春节"),
    ]  # fmt: skip
    assert ledger.write(take_days_off(lines)).value == 4
    again = ledger.write(take_days_off(lines))
    assert again.value == 0
    with ledger.read() as connection:
        assert days_off(connection, 2027) == lines
        assert clocks(connection).knows(2027)
        assert clocks(connection).conclude_by(date(2026, 12, 1)) == date(2027, 1, 5)


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ([["名单"], ["张三"]], "没有认出节假日"),
        ([HEAD, ["元旦", "下个月", "放假"]], "第2行的日期看不懂"),
        ([HEAD, ["元旦", "2027-01-01", "也许"]], "第2行看不懂是上班还是休息"),
    ],
)
def test_a_table_that_cannot_be_read_is_refused_whole(
    tmp_path: Path, rows: list[list[str]], why: str
) -> None:
    with pytest.raises(UserError, match=why):
        read_holidays(book(tmp_path / "表.xlsx", 表=rows))


def test_years_the_program_knows_are_filled_up(ledger: Ledger) -> None:
    assert announced_days_off([]) == []
    assert announced_days_off([2100]) == []
    lines = announced_days_off([2024])
    assert {line.day.year for line in lines} == {2024}
    ledger.write(take_days_off(lines))
    with ledger.read() as connection:
        assert 2024 in years_with_days_off(connection)
