"""Days and times of day, as people write them into a workbook."""

from datetime import date, datetime, time
from pathlib import Path

import pytest

from db.ledger import Ledger
from db.visits import Visit
from tests.imports.books import HOMES, VISITS, book, bring_in, home, rows, tried


@pytest.mark.parametrize(
    "written",
    ["2026.3.5", "2026/3/5", "2026-03-05", "2026年3月5日", "２０２６年３月５日", "20260305", 20260305, 46086, "46086",
     date(2026, 3, 5), datetime.fromisoformat("2026-03-05 09:30"), "2026-03-05 09:30", "二〇二六年三月五日", "2026. 3. 5", "26.3.5"],
)  # fmt: skip
def test_days_as_people_write_them(ledger: Ledger, tmp_path: Path, written: object) -> None:
    bring_in(
        ledger,
        book(tmp_path / "h.xlsx", 台账=[HOMES, home(101)], 走访=[VISITS, tried(101, day=written)]),
    )
    assert rows(ledger, Visit.day) == [(date(2026, 3, 5),)]


@pytest.mark.parametrize(
    ("written", "minutes"),
    [("19:30", 1170), ("19：30", 1170), ("19点30分", 1170), ("晚上7点半", 1170), ("下午3:05", 905),
     (time(19, 30), 1170), (0.8125, 1170), ("19时", 1140), ("上午", None), (1930, 1170),
     ("0930", 570), ("930", 570), ("晚七点", 1140), ("晚上七点半", 1170), ("下午三点一刻", 915), ("十九点三十", 1170)],
)  # fmt: skip
def test_times_as_people_write_them(
    ledger: Ledger, tmp_path: Path, written: object, minutes: int | None
) -> None:
    bring_in(
        ledger,
        book(tmp_path / "h.xlsx", 台账=[HOMES, home(101)], 走访=[VISITS, tried(101, 时间=written)]),
    )
    assert rows(ledger, Visit.at) == [(minutes,)]
