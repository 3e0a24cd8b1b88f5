"""A month of the sample against an independent count from its workbooks."""

import re
from collections import Counter
from datetime import date

import openpyxl

from db.ledger import Ledger
from db.points.closing import close_month
from db.points.fairness import fairness
from db.points.frozen import closed_sheet
from db.points.month import month_sheet
from db.points.schemes import adopt_scheme
from tests.conftest import SAMPLE
from tests.points.people import MARCH, PAPER, at, scheme

HERE = {
    "到",
    "迟到",
    "√",
    "出勤",
    "签到",
    "已到",
    "参加",
    "正常",
    "到场",
    "实到",
    "参训",
    "是",
    "晚到",
}


def attended() -> Counter[tuple[str, str]]:
    """How often each community and name was present or late in March, from the sign-in sheets."""
    roster = openpyxl.load_workbook(SAMPLE / "联户长名册.xlsx").worksheets[0]
    rows = roster.iter_rows(values_only=True)
    heads = list(next(rows))
    known = {(str(row[heads.index("社区")]), str(row[heads.index("姓名")])) for row in rows}
    counts: Counter[tuple[str, str]] = Counter()
    for sheet in openpyxl.load_workbook(SAMPLE / "培训签到.xlsx").worksheets:
        lines = [list(row) for row in sheet.iter_rows(values_only=True)]
        day = next(str(line[1]) for line in lines if line[0] == "培训时间")
        if not re.match(r"2026年3月", day):
            continue
        at_row = next(n for n, line in enumerate(lines) if line[0] == "序号")
        heads = lines[at_row]
        for line in lines[at_row + 1 :]:
            said = dict(zip(heads, line, strict=True))
            key = (str(said["所属社区"]), re.sub(r"\s", "", str(said["姓名"])))
            if str(said["出勤"]).strip() in HERE and key in known:
                counts[key] += 1
    return counts


def test_a_months_points_are_those_of_the_workbooks(sample: Ledger) -> None:
    sample.write(adopt_scheme(scheme(), date(2026, 3, 1)))
    at(sample, date(2026, 4, 2))
    with sample.read() as connection:
        seen = month_sheet(connection, MARCH)
    counted = attended()
    assert sum(counted.values()) > 150
    points = {
        (line.community_name, line.name): line.points for line in seen.sheet.lines if line.points
    }
    assert points == {key: 200 * times for key, times in counted.items()}
    assert seen.sheet.points == 200 * sum(counted.values())
    # 2 points are 合格 (30 yuan), 6 are 良好 (50.50).
    paid = sum(3000 if 200 <= 200 * n < 600 else 5050 for n in counted.values())
    assert seen.sheet.amount == paid
    assert (seen.doubts, seen.unplaced) == ((), ())
    sample.write(close_month(MARCH, PAPER))
    with sample.read() as connection:
        closed = closed_sheet(connection, MARCH)
    assert closed is not None
    assert closed.lines == seen.sheet.lines
    said = fairness(closed)
    assert said.whole.people == 1579
    assert {code: group.people for code, group in said.by_occupation.items()} == {
        "self_employed": 312, "employed": 650, "retired": 402, "none": 215,
    }  # fmt: skip
