"""Addresses: writings of one door have one key, doors apart keep theirs apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.places.address import community_key, from_parts, parse_address

SMALL = st.integers(1, 99)


@given(SMALL, SMALL, SMALL, st.integers(1, 9))
def test_one_door_has_one_key_however_it_is_written(b: int, u: int, floor: int, n: int) -> None:
    room = f"{floor}0{n}"
    wide = str.maketrans("0123456789", "０１２３４５６７８９")
    keys = {
        found.key
        for written in (
            f"晨园{b}-{u}-{room}",
            f"晨园小区{b}号楼{u}单元{room}室",
            f"晨园{b}栋{u}单元{room}",
            f"晨园 {b}幢 {u}单元 {room}号".translate(wide),
        )
        if (found := parse_address(written))
    }
    for building in (str(b), f"{b}号楼", f"{b}栋".translate(wide)):
        for unit in (str(u), f"{u}单元"):
            for door in (room, f"0{room}", f"{room}室"):
                found = from_parts("晨园", building, unit, door, "")
                assert found is not None
                keys.add(found.key)
    assert keys == {f"晨园/{b}/{u}/{room}"}


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("晨园小区3栋二单元401室", "晨园/3/2/401"),
        ("3号楼2单元401", "/3/2/401"),
        ("东沟自然村3组12号", "东沟/3组//12"),
        ("幸福路12号3号楼2单元401", "幸福路12号/3/2/401"),
        ("A座-1201", "/A//1201"),
        ("十五号楼1门101", "/15/1/101"),
        ("不知道在哪", None),
        ("", None),
    ],
)
def test_addresses_in_one_cell(written: str, key: str | None) -> None:
    found = parse_address(written)
    assert (found.key if found else None) == key


@pytest.mark.parametrize(
    ("parts", "key"),
    [
        (("", "晨园3号楼", "", "401", ""), "晨园/3//401"),
        (("", "3号楼2单元", "", "401室", ""), "/3/2/401"),
        (("晨园", "", "", "3-2-401", ""), "晨园/3/2/401"),
        (("晨园", "3", "1", "04A", ""), "晨园/3/1/04A"),
        (("东沟", "", "", "", "第三组"), "东沟/3组//"),
    ],
)
def test_columns_that_hold_more_or_less_than_their_own_part(
    parts: tuple[str, str, str, str, str], key: str
) -> None:
    found = from_parts(*parts)
    assert found is not None
    assert found.key == key


def test_communities_meet_under_their_common_names() -> None:
    assert (
        len({community_key(n) for n in ("第六社区", "第6社区", "第六社区居委会", " 第六 社区")})
        == 1
    )
    assert community_key("第六社区") != community_key("第十六社区")
