"""Normalising: two writings of one thing meet, and names are never changed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.kernel import text
from db.kernel.pinyin import search_key
from db.people import masked

CHINESE = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), min_size=1, max_size=6)


@given(st.text(max_size=60))
def test_tidy_and_squeeze_are_stable(raw: str) -> None:
    assert text.tidy(text.tidy(raw)) == text.tidy(raw)
    assert text.squeeze(text.squeeze(raw)) == text.squeeze(raw)


@given(CHINESE)
def test_names_keep_every_character(name: str) -> None:
    assert text.tidy_name(f"  {name[0]} {name[1:]}　") == name


def test_rare_and_compatibility_characters_of_names_stay() -> None:
    # NFKC would turn 﨑 and 凞 variants into other characters: a name on a form would be wrong.
    for name in ("﨑山", "𠮷田", "王㐂", "〇二"):
        assert text.tidy_name(name) == name


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("二", 2),
        ("十", 10),
        ("十二", 12),
        ("二十", 20),
        ("一百零三", 103),
        ("二〇二六", 2026),
        ("第", None),
    ],
)
def test_chinese_numbers(written: str, value: int | None) -> None:
    assert text.chinese_number(written) == value


@given(st.integers(1, 99))
def test_chinese_numbers_up_to_99(value: int) -> None:
    digits = "零一二三四五六七八九"
    tens, ones = divmod(value, 10)
    written = (
        ("" if tens < 2 else digits[tens]) + ("十" if tens else "") + (digits[ones] if ones else "")
    )
    assert text.chinese_number(written) == value


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("175 3236 5191", "17532365191"),
        ("+86 13800138000", "13800138000"),
        ("０１０-６２３４５６７８", "010-62345678"),
        ("0991-1234567", "0991-1234567"),
        ("96110", "96110"),
        ("没有", None),
        ("138", None),
    ],
)
def test_telephones(written: str, number: str | None) -> None:
    assert text.telephone(written) == number


@pytest.mark.parametrize(
    ("written", "numbers"),
    [
        ("175 3236 5191", "17532365191"),
        ("13800138000/0991-1234567", "13800138000、0991-1234567"),
        ("13800138000 13900139000", "13800138000、13900139000"),
        ("13800138000，儿子", None),
        ("", None),
    ],
)
def test_several_telephones(written: str, numbers: str | None) -> None:
    assert text.telephones(written) == numbers


def test_identity_numbers_are_seen_wherever_they_stand() -> None:
    assert text.has_identity_number("证号11010519900307888X，已核")
    assert text.has_identity_number("１１０１０５１９９００３０７８８８Ｘ")
    assert not text.has_identity_number("13800138000 13900139000")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("曾国藩", ("zengguofan", "zgf")),
        ("单雄信", ("shanxiongxin", "danxiongxin", "sxx")),
        ("万俟雨", ("moqiyu", "mqy")),
        ("尉迟恭", ("yuchigong", "ycg")),
        ("仇英", ("qiuying", "chouying")),
        ("吕布", ("lvbu", "lb")),
    ],
)
def test_surnames_are_found_in_every_reading(name: str, words: tuple[str, ...]) -> None:
    found = search_key((name,), ("13800138000",)).split()
    assert set(words) <= set(found)
    assert name in found
    assert "13800138000" in found


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("王五", "王某"),
        ("王小五", "王某某"),
        ("欧阳修", "欧阳某"),
        ("欧阳小修", "欧阳某某"),
        ("Li Lei", "L."),
        ("𠮷田", "𠮷某"),
    ],
)
def test_masking(name: str, shown: str) -> None:
    assert masked(name) == shown
