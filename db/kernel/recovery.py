"""The recovery code: 160 random bits a person can write down, type in and be told where they erred.

Eight groups of four characters, each with a check character of its own (Damm's scheme over 32
symbols: every single wrong character and every swap of neighbours is found), started differently
in each group, so groups in the wrong order are found too.
"""

import os
import re
import unicodedata
from collections.abc import Sequence
from typing import Final

from db.kernel.errors import UserError

SECRET_BYTES: Final = 20
GROUPS: Final = 8
_VALUES: Final = 4
# Crockford's Base32: no I, L, O, U, so that no two characters look alike on paper.
_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LOOKALIKES: Final = str.maketrans("OIL", "011")
_REDUCTION: Final = 0b100101


def _check_value(values: Sequence[int], group: int) -> int:
    state = group + 1
    for value in values:
        state = (state ^ value) << 1
        if state > 31:
            state ^= _REDUCTION
    return state


def code_of_secret(secret: bytes) -> str:
    """Return the code of 20 bytes, printed as XXXXC-XXXXC-... with C the check character."""
    number = int.from_bytes(secret, "big")
    groups = []
    for group in range(GROUPS):
        bits = number >> 20 * (GROUPS - 1 - group)
        values = [bits >> 5 * (_VALUES - 1 - n) & 31 for n in range(_VALUES)]
        values.append(_check_value(values, group))
        groups.append("".join(_ALPHABET[v] for v in values))
    return "-".join(groups)


def new_code() -> str:
    """Return a new random code."""
    return code_of_secret(os.urandom(SECRET_BYTES))


def _groups(code: str) -> list[str]:
    text = unicodedata.normalize("NFKC", code).upper().translate(_LOOKALIKES)
    parts = [part for part in re.split(r"[\W_]+", text) if part]
    if len(parts) == GROUPS:
        return parts
    joined = "".join(parts)
    length = _VALUES + 1
    if len(joined) != GROUPS * length:
        raise UserError(
            f"恢复码应有{GROUPS}组，每组{length}个字符，现在一共{len(joined)}个字符。请对照纸上再输一次。"
        )
    return [joined[at : at + length] for at in range(0, len(joined), length)]


def secret_of_code(code: str) -> bytes:
    """Return the 20 bytes of a typed code; blanks, dashes, case, O for 0 and I for 1 do not matter.

    UserError naming the groups with a typing error.
    """
    number = 0
    wrong: list[int] = []
    for group, text in enumerate(_groups(code)):
        values = [_ALPHABET.find(c) for c in text]
        if (
            len(values) != _VALUES + 1
            or min(values) < 0
            or _check_value(values[:-1], group) != values[-1]
        ):
            wrong.append(group + 1)
            continue
        for value in values[:-1]:
            number = number << 5 | value
    if wrong:
        named = "、".join(f"第{n}组" for n in wrong)
        raise UserError(f"恢复码的{named}有错，什么也没有改动。请对照纸上再输一次。")
    return number.to_bytes(SECRET_BYTES, "big")
