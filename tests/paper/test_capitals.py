"""Money in capitals: the examples of the rule itself, the traps, and every amount read back."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from desktop.paper.capitals import capitals

DIGITS = "零壹贰叁肆伍陆柒捌玖"
WORTH = {"拾": 10, "佰": 100, "仟": 1000}


@pytest.mark.parametrize(
    ("cents", "said"),
    [
        # 《正确填写票据和结算凭证的基本规定》, its own examples.
        (1_409_50, "壹仟肆佰零玖元伍角"),
        (6_007_14, "陆仟零柒元壹角肆分"),
        (1_680_32, "壹仟陆佰捌拾元叁角贰分"),
        (107_000_53, "壹拾万柒仟元伍角叁分"),
        (16_409_02, "壹万陆仟肆佰零玖元零贰分"),
        (325_04, "叁佰贰拾伍元零肆分"),
        # Zeros at the edges of a group of four.
        (10_500_00, "壹万零伍佰元整"),
        (10_000_00, "壹万元整"),
        (10_000_05, "壹万元零伍分"),
        (100_010_00, "壹拾万零壹拾元整"),
        (1_000_100_00, "壹佰万零壹佰元整"),
        (100_000_000_00, "壹亿元整"),
        (200_050_000_00, "贰亿零伍万元整"),
        (1_010_000_000_00, "壹拾亿壹仟万元整"),
        (100_000_001_00, "壹亿零壹元整"),
        # What a post pays.
        (0, "零元整"),
        (5, "伍分"),
        (50, "伍角"),
        (10_00, "壹拾元整"),
        (50_00, "伍拾元整"),
        (1_000_00, "壹仟元整"),
        (1_250_50, "壹仟贰佰伍拾元伍角"),
    ],
)
def test_the_rule_by_its_examples(cents: int, said: str) -> None:
    assert capitals(cents) == said


def read_back(said: str) -> int:
    """Return the 分 that the words say, by reading them digit by digit."""
    found = re.fullmatch(r"(?:(.+)元)?零?(?:(.)角)?(?:(.)分)?整?", said)
    assert found is not None, said
    whole, tenths, hundredths = found.groups()
    total, part, digit = 0, 0, 0
    for sign in whole or "":
        if sign in DIGITS:
            digit = DIGITS.index(sign)
        elif sign in WORTH:
            part, digit = part + digit * WORTH[sign], 0
        else:
            total, part, digit = (total + part + digit) * 10_000, 0, 0
            if sign == "亿" and "万" not in (whole or "").partition("亿")[2]:
                total *= 10_000
    cents = (total + part + digit) * 100
    return (
        cents
        + 10 * (DIGITS.index(tenths) if tenths else 0)
        + (DIGITS.index(hundredths) if hundredths else 0)
    )


@given(st.integers(min_value=0, max_value=10**14 - 1))
@example(10**14 - 1)
@example(10_000_000_00)
def test_every_amount_reads_back(cents: int) -> None:
    said = capitals(cents)
    assert read_back(said) == cents
    assert "零零" not in said
    assert said.endswith("整") == (cents % 100 == 0)
    assert not re.search("零[拾佰仟万亿]|[拾佰仟]{2}", said)


@pytest.mark.parametrize("cents", [-1, 10**14])
def test_what_no_paper_pays_is_refused(cents: int) -> None:
    with pytest.raises(ValueError, match="capitals"):
        capitals(cents)
