"""The recovery code: typed from paper, so every slip is found and named."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.kernel.errors import UserError
from db.kernel.keys import DataKey, Slots, WrongSecretError
from db.kernel.recovery import code_of_secret, new_code, secret_of_code

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
SECRET = bytes(range(7, 27))


def test_a_code_has_eight_groups_of_five_and_is_never_the_same() -> None:
    code = new_code()
    assert [len(group) for group in code.split("-")] == [5] * 8
    assert set(code) <= set(ALPHABET + "-")
    assert code != new_code()


@given(st.binary(min_size=20, max_size=20), st.sampled_from(["-", " ", "", "－", " — ", "\n"]))
def test_a_code_reads_back_however_it_is_typed(secret: bytes, between: str) -> None:
    code = code_of_secret(secret).lower().replace("-", between).replace("0", "o")
    assert secret_of_code(code.replace("1", "l")) == secret
    assert secret_of_code(code.replace("1", "I")) == secret


def test_every_single_wrong_character_is_found_and_its_group_named() -> None:
    code = code_of_secret(SECRET)
    for at, right in enumerate(code):
        if right == "-":
            continue
        for wrong in set(ALPHABET) - {right}:
            with pytest.raises(UserError, match=f"的第{at // 6 + 1}组有错"):
                secret_of_code(code[:at] + wrong + code[at + 1 :])


@given(st.binary(min_size=20, max_size=20))
def test_neighbours_swapped_are_found(secret: bytes) -> None:
    code = code_of_secret(secret)
    for at in range(len(code) - 1):
        one, two = code[at : at + 2]
        if "-" in (one, two) or one == two:
            continue
        with pytest.raises(UserError, match=f"第{at // 6 + 1}组"):
            secret_of_code(code[:at] + two + one + code[at + 2 :])


def test_groups_in_the_wrong_order_are_found() -> None:
    groups = code_of_secret(SECRET).split("-")
    groups[1], groups[4] = groups[4], groups[1]
    with pytest.raises(UserError, match="第2组、第5组"):
        secret_of_code("-".join(groups))


@pytest.mark.parametrize("typed", ["", "abc", "密码", "0" * 39, "-".join(["00000"] * 9)])
def test_a_code_of_the_wrong_length_says_how_long_it_is(typed: str) -> None:
    with pytest.raises(UserError, match="8组"):
        secret_of_code(typed)


def test_a_missing_character_names_its_group() -> None:
    groups = code_of_secret(SECRET).split("-")
    groups[2] = groups[2][:-1]
    with pytest.raises(UserError, match="的第3组有错"):
        secret_of_code("-".join(groups))


def test_only_the_newest_code_of_this_ledger_opens_it() -> None:
    key = DataKey.new()
    slots = Slots.new("0f" * 16)
    with pytest.raises(UserError, match="没有设恢复码"):
        slots.unlock_recovery(new_code())
    first = slots.new_recovery(key)
    assert slots.unlock_recovery(first).subkey("ledger") == key.subkey("ledger")
    second = slots.new_recovery(key)
    again = Slots.from_bytes(slots.to_bytes())
    assert again.unlock_recovery(second.lower()).subkey("ledger") == key.subkey("ledger")
    for code in (first, new_code()):
        with pytest.raises(WrongSecretError, match="恢复码"):
            again.unlock_recovery(code)
    with pytest.raises(UserError, match="有错") as slip:
        again.unlock_recovery(("1" if second[0] == "0" else "0") + second[1:])
    assert not isinstance(slip.value, WrongSecretError)
