"""Line breaking: the text is kept, the rules for marks and numbers hold, and it always ends."""

import re
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from desktop.paper.breaking import NEVER_FIRST, NEVER_LAST, fill_lines
from desktop.paper.fonts import Faces, find_faces
from desktop.paper.setting import BODY, set_lines, shape
from desktop.paper.sheet import CHARACTER

ROOM = 28 * CHARACTER


@pytest.fixture(scope="module")
def faces() -> Faces:
    return find_faces(None, machine=False)


def broken(text: str, room: float) -> list[str]:
    widths = [0.5 if c.isascii() else 1.0 for c in text]
    slacks = [0.5 if c in "，。、；：“”（）《》" else 0.0 for c in text]
    return [text[line.start : line.end] for line in fill_lines(text, widths, slacks, room)]


CHINESE = st.text("本周走访户次纠纷登记社区，。、；：！？（）《》“”——……%·第", max_size=120)
NUMBERS = st.sampled_from(
    ["2820次", "43.8%", "8.7个百分点", "−5", "+12", "3月16日", "第12周", "12,345.6元", "3.5万元"]
)
WORDS = st.sampled_from(["APP", "e-mail", "GB/T", "Wi-Fi 6", " "])
MIXED = st.lists(CHINESE | NUMBERS | WORDS, max_size=20).map("".join)


@given(MIXED, st.integers(12, 40))
@example("，" * 200, 12)
@example("1" * 200, 12)
@example("（" * 50 + "一" + "）" * 50, 12)
@example("", 12)
def test_every_text_is_kept_and_fits(text: str, room: int) -> None:
    lines = fill_lines(
        text, [0.5 if c.isascii() else 1.0 for c in text], [0.0] * len(text), float(room)
    )
    assert "".join(text[line.start : line.end] for line in lines) == text
    assert all(line.width - line.squeeze <= room + 0.02 for line in lines)
    assert all(line.squeeze == 0 for line in lines)


@given(st.text(max_size=300), st.integers(2, 40))
def test_any_text_at_all_comes_to_an_end_and_is_kept(text: str, room: int) -> None:
    assert "".join(broken(text, float(room))) == text


@given(st.lists(st.sampled_from("走访户纠纷") | NUMBERS | WORDS, max_size=40), st.data())
def test_marks_numbers_and_words_stay_where_they_belong(parts: list[str], data: object) -> None:
    draw = data.draw  # type: ignore[attr-defined]
    marks = draw(st.lists(st.sampled_from(["，", "。", "）", "（", "”", "“", "……", "——", ""])))
    text = "".join(part + (marks[at] if at < len(marks) else "") for at, part in enumerate(parts))
    # Long runs of marks cannot obey; these have at most one mark after each part.
    lines = [line.rstrip(" ") for line in broken(text, 28.0)]
    for before, after in pairwise(lines):
        if before and after:
            assert after[0] not in NEVER_FIRST or _run_too_long(text)
            assert before[-1] not in NEVER_LAST or _run_too_long(text)


def _run_too_long(text: str) -> bool:
    return any(len(run) > 20 for run in re.findall(r"[^走访户纠纷 ]+", text))


@pytest.mark.parametrize(
    ("kept", "room"),
    [
        ("2820次", 14.0),
        ("43.8%", 14.0),
        ("8.7个百分点", 14.0),
        ("−5", 14.0),
        ("3月", 14.0),
        ("16日", 14.0),
        ("第12周", 14.0),
        ("Police", 14.0),
        ("……", 14.0),
        ("——", 14.0),
        ("（2820次）", 14.0),
        ("77人次", 14.0),
    ],
)
def test_what_belongs_together_is_not_parted_at_any_place(kept: str, room: float) -> None:
    for filler in range(16):
        text = "本" * filler + kept + "周" * 20
        assert any(kept in line for line in broken(text, room)), filler


def test_dates_may_part_only_behind_the_dash() -> None:
    for filler in range(28):
        lines = broken("本" * filler + "3月16日—3月22日" + "周" * 30, 14.0)
        assert not any(line.startswith("—") for line in lines)
        assert all(re.fullmatch(r"(?:[^\d]|\d+[月日])*", line) for line in lines), lines


def test_a_run_of_digits_wider_than_a_line_is_cut_and_stays_inside(faces: Faces) -> None:
    lines = set_lines(shape("1" * 200, BODY, faces), ROOM)
    assert "".join(line.text for line in lines) == "1" * 200
    assert all(line.width <= ROOM + 0.01 for line in lines)
    assert len(lines) <= 5


def test_twenty_eight_characters_make_a_line_and_full_lines_reach_the_edge(faces: Faces) -> None:
    lines = set_lines(shape("警" * 57, BODY, faces), ROOM)
    assert [len(line.text) for line in lines] == [28, 28, 1]
    text = "本周走访2015户，见到5485人，发放资料2968份；" * 6
    for line in set_lines(shape(text, BODY, faces), ROOM)[:-1]:
        assert line.width == pytest.approx(ROOM, abs=0.02)


def test_marks_that_meet_are_set_close_and_quotes_take_a_full_box(faces: Faces) -> None:
    apart = sum(shape("（字，字", BODY, faces).widths)
    close = sum(shape("字），（字", BODY, faces).widths) - CHARACTER
    assert apart == pytest.approx(4 * CHARACTER)
    assert close == pytest.approx(4 * CHARACTER - 16.0, abs=0.8)
    kai = BODY._replace(role="kaiti")
    assert sum(shape("字“字”字", kai, faces).widths) == pytest.approx(5 * CHARACTER)


def test_control_characters_leave_no_mark_and_breaks_become_blanks(faces: Faces) -> None:
    assert shape("张\x00三\n李\t四", BODY, faces).text == "张三 李 四"
