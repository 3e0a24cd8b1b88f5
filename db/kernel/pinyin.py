"""Pinyin of names, and the search key that every findable record carries.

A key holds the words as written, their pinyin and initials in every reading, telephones and
addresses, in lower case; a search looks for its own text anywhere in it.
"""

import os
from collections.abc import Iterable
from functools import lru_cache
from itertools import islice, product
from unicodedata import normalize

from db.kernel.text import squeeze

# Phrases are for running text; names are read character by character, and loading them is slow.
os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")

_READINGS_KEPT = 8
_SURNAMES = {
    "单": "shan", "曾": "zeng", "仇": "qiu", "区": "ou", "查": "zha", "解": "xie", "盖": "ge",
    "朴": "piao", "任": "ren", "华": "hua", "翟": "zhai", "乐": "yue", "员": "yun", "召": "shao",
    "宓": "mi", "折": "she", "繁": "po", "尉": "wei", "牟": "mu", "种": "chong", "秘": "bi",
    "冼": "xian", "缪": "miao", "覃": "qin", "黑": "he", "洗": "xian", "阚": "kan", "谌": "chen",
    "隗": "wei", "晟": "cheng", "过": "guo", "能": "nai", "谢": "xie", "重": "chong", "石": "shi",
    "藏": "zang", "葛": "ge", "宁": "ning", "万": "wan", "长": "chang", "都": "du", "车": "che",
    "大": "da", "卜": "bu", "那": "na", "祭": "zhai", "哈": "ha", "佴": "nai",
    "逄": "pang", "句": "gou", "麻": "ma", "盛": "sheng", "行": "xing", "应": "ying", "干": "gan",
    "术": "zhu", "於": "yu", "俱": "ju", "柏": "bai", "薄": "bo", "褚": "chu", "莘": "shen",
}  # fmt: skip
COMPOUND_SURNAMES = frozenset(
    (
        "欧阳 司马 上官 诸葛 夏侯 东方 皇甫 尉迟 公孙 慕容 令狐 宇文 长孙 司徒 "
        "司空 万俟 澹台 濮阳 淳于 单于 太史 申屠 轩辕 钟离 独孤 南宫 西门 呼延 "
        "端木 拓跋 赫连 百里 东郭 闻人 贺兰 第五 公冶 宗政 鲜于 闾丘 司寇 仉督 "
        "子车 颛孙 巫马 公西 漆雕 乐正 壤驷 公良 夹谷 宰父 谷梁 段干 东门 南门 "
        "羊舌 微生 梁丘 左丘"
    ).split()
)
_COMPOUND_READINGS = {
    "万俟": ("mo", "qi"), "尉迟": ("yu", "chi"), "单于": ("chan", "yu"), "澹台": ("tan", "tai"),
    "长孙": ("zhang", "sun"), "乐正": ("yue", "zheng"), "拓跋": ("tuo", "ba"), "宰父": ("zai", "fu"),
    "夹谷": ("jia", "gu"), "子车": ("zi", "ju"), "仉督": ("zhang", "du"), "令狐": ("ling", "hu"),
}  # fmt: skip


@lru_cache(maxsize=30_000)
def readings(character: str) -> tuple[str, ...]:
    """Return every reading of a character without tones, the commonest first; itself if it has none.

    ü is written v, as input methods have it.
    """
    from pypinyin.pinyin_dict import pinyin_dict  # noqa: PLC0415  loads when a name is first spelt

    marked = pinyin_dict.get(ord(character))
    if marked is None:
        return (character.lower(),)
    plain = (
        "".join(c for c in normalize("NFD", r).replace("u\u0308", "v") if "a" <= c <= "z")
        for r in marked.split(",")
    )
    return tuple(dict.fromkeys(p for p in plain if p)) or (character.lower(),)


def _name_readings(name: str) -> tuple[tuple[str, ...], ...]:
    surname: tuple[str, ...] = ()
    if len(name) > 2 and name[:2] in COMPOUND_SURNAMES:
        surname = _COMPOUND_READINGS.get(name[:2], ())
    elif name[0] in _SURNAMES:
        surname = (_SURNAMES[name[0]],)
    options = [
        tuple(dict.fromkeys((*surname[at : at + 1], *readings(character))))
        for at, character in enumerate(name)
    ]
    return tuple(islice(product(*options), _READINGS_KEPT * 4))


@lru_cache(maxsize=50_000)
def pinyin_words(name: str) -> str:
    """Return the pinyin and the initials of a name in its readings, parted by blanks."""
    if not name or name.isascii():
        return ""
    spelt = _name_readings(name)
    full = dict.fromkeys("".join(syllables) for syllables in spelt[:_READINGS_KEPT])
    initials = dict.fromkeys("".join(s[0] for s in syllables) for syllables in spelt)
    return " ".join((*full, *initials))


def search_key(names: Iterable[str | None], plain: Iterable[str | None] = ()) -> str:
    """Return the key under which a record is found.

    `names` are found by characters, pinyin and initials; `plain` (telephones, addresses, numbers)
    by their characters only. Each word stands between blanks, the first and the last too, so that
    its beginning and its end can be asked for; nothing to be found by is an empty text.
    """
    parts: list[str] = []
    for name in names:
        if name:
            squeezed = squeeze(name)
            parts += (squeezed.lower(), pinyin_words(squeezed))
    parts.extend(squeeze(p).lower() for p in plain if p)
    words = " ".join(p for p in parts if p)
    return f" {words} " if words else ""
