"""Days and times of day, as people write them into a workbook."""

from datetime import date, datetime, time
from pathlib import Path

import pytest

from db.imports.cells import span_in
from db.ledger import Ledger
from db.visits import Visit
from tests.imports.books import HOMES, VISITS, book, bring_in, counts, home, rows, tried


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
     ("0930", 570), ("930", 570), ("晚七点", 1140), ("晚上七点半", 1170), ("下午三点一刻", 915), ("十九点三十", 1170),
     ("中午1点", 780), ("中午12点", 720), ("凌晨12点半", 30)],
)  # fmt: skip
def test_times_as_people_write_them(
    ledger: Ledger, tmp_path: Path, written: object, minutes: int | None
) -> None:
    bring_in(
        ledger,
        book(tmp_path / "h.xlsx", 台账=[HOMES, home(101)], 走访=[VISITS, tried(101, 时间=written)]),
    )
    assert rows(ledger, Visit.at) == [(minutes,)]


def test_twelve_at_night_is_asked_for_again(ledger: Ledger, tmp_path: Path) -> None:
    """It was read as noon; whether the night before or after is meant only who wrote it knows."""
    late = tried(101, 时间="晚上12点")
    made = bring_in(ledger, book(tmp_path / "h.xlsx", 台账=[HOMES, home(101)], 走访=[VISITS, late]))
    assert counts(made)["visits"] == (0, 0, 0, 0, 1)


@pytest.mark.parametrize(
    ("written", "span"),
    [("2026年3月18日 19:30-21:00", (1170, 1260)), ("3月18日晚七点半到九点", (1170, 1260)),
     ("三月十八日下午2点", (840, None)), ("3月18日中午11点半-1点", (690, 780)), ("2026年3月18日", (None, None))],
)  # fmt: skip
def test_spans_beside_a_day_as_people_write_them(
    written: str, span: tuple[int | None, int | None]
) -> None:
    assert span_in(written) == span
