"""Change words: the absolute number first, never a fall above 100 %, nothing against nothing."""

import re
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.figures.rates import percent
from desktop.paper.words import (
    against,
    change,
    rate,
    rate_against,
    rate_change,
    shares_foot,
    signed,
    signed_rate,
    swing,
)

COUNTS = st.integers(0, 10**7)


@given(COUNTS, st.integers(1, 10**7))
def test_percent_is_half_up_of_the_exact_decimal(part: int, whole: int) -> None:
    exact = (Decimal(part) * 100 / Decimal(whole)).quantize(Decimal("0.1"), ROUND_HALF_UP)
    assert percent(part, whole) == str(exact)


def test_percent_keeps_the_zero_rounds_half_up_and_knows_no_rate_over_nothing() -> None:
    assert percent(1, 2) == "50.0"
    assert percent(1, 2000) == "0.1"  # 0.05 exactly; a float would say 0.1 or 0.0 by chance
    assert percent(9, 80) == "11.3"  # 11.25
    assert percent(0, 0) is None
    with pytest.raises(ValueError, match="negative"):
        percent(-1, 3)


@pytest.mark.parametrize(
    ("now", "last", "unit", "said"),
    [
        (2, 15, "起", "减少13起，下降86.7%"),
        (15, 2, "起", "增加13起，上升650.0%"),
        (7, 7, "起", "持平"),
        (0, 0, "件", "持平"),
        (8, 0, "件", "上期为0，增加8件"),
        (0, 8, "件", "减少8件，下降100.0%"),
        (2015, 2121, "户", "减少106户，下降5.0%"),
    ],
)
def test_changes_as_the_rules_word_them(now: int, last: int, unit: str, said: str) -> None:
    assert change(now, last, unit) == said


@given(COUNTS, COUNTS)
def test_a_change_never_falls_above_a_hundred_and_names_the_number_first(
    now: int, last: int
) -> None:
    said = change(now, last, "件")
    percentages = re.findall(r"(上升|下降)(\d+\.\d)%", said)
    if not percentages:
        assert last in (now, 0)
        return
    (word, value), number = percentages[0], said.index(str(abs(now - last)))
    assert (word == "下降") == (now < last)
    assert word == "上升" or Decimal(value) <= 100
    assert number < said.index("%")


def test_a_clause_names_the_period_it_compares_with() -> None:
    assert against(8, 10, "件", "上周") == "比上周减少2件，下降20.0%"
    assert against(8, 8, "件", "前一日") == "与前一日持平"
    assert against(8, 0, "件", "上月") == "上期为0，增加8件"
    assert against(13, 19, "件", "周初") == "比周初减少6件，下降31.6%"


def test_rates_differ_by_percentage_points_of_the_printed_values() -> None:
    assert rate_change("96.0", "92.0") == "提高4.0个百分点"
    assert rate_change("92.0", "96.0") == "下降4.0个百分点"
    assert rate_change("92.0", "92.0") == "持平"
    assert rate_change("92.0", None) is None
    assert rate_against("43.8", "35.1", "上周") == "比上周提高8.7个百分点"
    assert rate_against("43.8", "43.8", "上月") == "与上月持平"


@given(st.integers(0, 1000), st.integers(0, 1000))
def test_the_difference_of_rates_adds_back_to_the_printed_rate(one: int, other: int) -> None:
    now, last = f"{one // 10}.{one % 10}", f"{other // 10}.{other % 10}"
    cell = signed_rate(now, last).replace("−", "-")
    assert Decimal(last) + Decimal(cell) == Decimal(now)


def test_cells() -> None:
    assert (signed(15, 2), signed(2, 15), signed(2, 2)) == ("+13", "−13", "0")
    assert (swing(2, 15), swing(15, 2), swing(1, 1), swing(3, 0)) == (
        "下降86.7%",
        "上升650.0%",
        "持平",
        "上期为0",
    )
    assert (rate(None), rate("43.8"), signed_rate("1.0", "1.4")) == ("—", "43.8%", "−0.4")


def test_shares_that_do_not_add_up_are_owned_up_to() -> None:
    assert shares_foot([1, 1, 1]) == "各项占比四舍五入，合计为99.9%。"
    assert shares_foot([1, 1, 1, 1, 1, 1, 1]) == "各项占比四舍五入，合计为100.1%。"
    assert shares_foot([1, 1]) is None
    assert shares_foot([0, 0]) is None
