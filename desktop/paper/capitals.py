"""Money in capitals, as it stands on whatever is signed for: 壹万零伍佰元整.

Source: 《正确填写票据和结算凭证的基本规定》 (中国人民银行《支付结算办法》 annex 1): 整 after 元 only; one 零 for
any run of zeros between digits, and for an empty 角 before 分; after a 万 or a 元 that ends in zero the
零 may be left out before 仟 and 角, and is.
"""

from typing import Final

_DIGITS: Final = "零壹贰叁肆伍陆柒捌玖"
_IN_GROUP: Final = ("仟", "佰", "拾", "")
_GROUPS: Final = ("亿", "万", "")
_LIMIT: Final = 10**12 * 100


def capitals(cents: int) -> str:
    """Return an amount in 分 in capitals, without 人民币 before it.

    ValueError below zero and from a trillion yuan on: no such amount is paid on paper.
    """
    if not 0 <= cents < _LIMIT:
        raise ValueError(f"an amount that is not written in capitals: {cents}")
    yuan, tenths, hundredths = cents // 100, cents // 10 % 10, cents % 10
    said = f"{_whole(yuan)}元" if yuan or not cents else ""
    if not tenths and not hundredths:
        return f"{said}整"
    if tenths:
        said += f"{_DIGITS[tenths]}角"
    elif said:
        said += "零"
    return said + (f"{_DIGITS[hundredths]}分" if hundredths else "")


def _whole(yuan: int) -> str:
    if not yuan:
        return "零"
    said, gap = "", False
    digits = f"{yuan:012d}"
    for at, group in enumerate(_GROUPS):
        part = digits[at * 4 : at * 4 + 4]
        for digit, unit in zip(part, _IN_GROUP, strict=True):
            if digit == "0":
                gap = bool(said)
                continue
            said += ("零" if gap else "") + _DIGITS[int(digit)] + unit
            gap = False
        if int(part):
            said, gap = said + group, False
    return said
