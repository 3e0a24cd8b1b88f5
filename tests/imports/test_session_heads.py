"""Sign-in sheets as posts keep them: heads left open or in one cell, sheets below one another, 签到 signed."""

from datetime import date
from pathlib import Path

import pytest

from db.ledger import Ledger
from db.people import Staff
from db.trainings import Attendance, Training
from tests.imports.books import book, bring_in, counts, rows, seen


def _sheet(topic: str, day: str, names: str, numbers: type | None) -> list[list[object]]:
    heads = ["姓名", "身份", "签到时间", "出勤"]
    lines: list[list[object]] = [[name, "联户长", None, "到"] for name in names]
    if numbers:
        heads = ["序号", *heads]
        lines = [[numbers(n), *line] for n, line in enumerate(lines, 1)]
    return [[f"{topic}培训签到表"], [f"时间：{day}"], list(heads), *lines]


@pytest.mark.parametrize("numbers", [None, str, int])
def test_names_without_numbers_stay_with_their_sheet(
    ledger: Ledger, tmp_path: Path, numbers: type | None
) -> None:
    """Those of the first sheet were lost, and one became the topic of the second."""
    first = _sheet("反诈", "2026年3月12日", "甲乙", numbers)
    walk_in = [None, "丙", "联户长", None, "到"] if numbers else ["丙", "联户长", None, "到"]
    second = _sheet("消防", "2026年3月19日", "丁戊", numbers)
    foot: list[object] = ["记录人：王英"]
    path = book(tmp_path / "1.xlsx", 签到=[*first, walk_in, foot, [], *second])
    assert counts(bring_in(ledger, path))["trainings"] == (2, 0, 0, 0, 0)
    assert set(rows(ledger, Training.topic)) == {("反诈培训",), ("消防培训",)}
    assert sorted(rows(ledger, Attendance.name)) == sorted((n,) for n in "甲乙丙丁戊")
    assert counts(seen(ledger, path))["trainings"] == (0, 0, 2, 0, 0)


def test_a_head_left_open_takes_no_label_for_its_value(ledger: Ledger, tmp_path: Path) -> None:
    """A session without a place went out, and came in again as another one at 主讲人."""
    sheet = [
        ["反诈培训签到表"],
        ["培训时间", "2026年3月12日 19:30"],
        ["地点", None, None, "主讲人", "王英"],
        ["序号", "姓名", "出勤"],
        [1, "何一", "到"],
    ]
    bring_in(ledger, book(tmp_path / "1.xlsx", 签到=sheet))
    assert rows(ledger, Training.place) == [(None,)]
    assert rows(ledger, Staff.name) == [("王英",)]


def test_several_labels_in_one_cell(ledger: Ledger, tmp_path: Path) -> None:
    """A sheet was sent back for its missing day."""
    said = "主题：禁毒宣传　时间：2026.3.12 14:30；地点：广场 主讲人：王英"
    sheet = [["签到表"], [said], ["序号", "姓名", "出勤"], [1, "何一", "到"]]
    bring_in(ledger, book(tmp_path / "1.xlsx", 签到=sheet))
    found = rows(ledger, Training.topic, Training.day, Training.start, Training.place)
    assert found == [("禁毒宣传", date(2026, 3, 12), 14 * 60 + 30, "广场")]
    assert rows(ledger, Staff.name) == [("王英",)]


def test_a_label_right_above_a_running_number_is_no_heading(ledger: Ledger, tmp_path: Path) -> None:
    """主讲 over 序号 was read as a column of lecturers, and who taught was lost."""
    sheet = [
        ["反诈培训签到表"],
        ["时间", "2026年3月12日"],
        ["主讲", "王英", "应到", "1人"],
        ["序号", "姓名", "身份", "出勤"],
        [1, "何一", "联户长", "到"],
    ]
    bring_in(ledger, book(tmp_path / "1.xlsx", 签到=sheet))
    assert rows(ledger, Staff.name) == [("王英",)]


def test_a_column_signed_under_its_name_is_no_time(ledger: Ledger, tmp_path: Path) -> None:
    """Who signed under 签到 was sent back, as a signature is no time."""
    head = [["反诈培训签到表"], ["时间：2026年3月12日"], ["序号", "姓名", "签到", "备注"]]
    names = [[1, "何一", "何一"], [2, "何二", None, "请假"], [3, "何三", "√"], [4, "何四", None]]
    bring_in(ledger, book(tmp_path / "1.xlsx", 签到=[*head, *names]))
    assert dict(rows(ledger, Attendance.name, Attendance.status)) == {
        "何一": "present", "何二": "leave", "何三": "present", "何四": "absent",
    }  # fmt: skip


def test_a_column_of_times_stays_one(ledger: Ledger, tmp_path: Path) -> None:
    head = [["反诈培训签到表"], ["时间：2026年3月12日"], ["序号", "姓名", "签到"]]
    bring_in(
        ledger, book(tmp_path / "1.xlsx", 签到=[*head, [1, "何一", "19:25"], [2, "何二", None]])
    )
    assert dict(rows(ledger, Attendance.name, Attendance.signed)) == {"何一": 1165, "何二": None}
