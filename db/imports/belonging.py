"""Which community a whole sheet belongs to, where no column says it row by row."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from db.imports.cells import plain
from db.imports.reader import Cell

_UNIT_LINE = re.compile(r"(?:填报单位|单位|社区名称|社区|村名|填报社区)[:：]\s*([^\s　:：]+)")
_COPIED = re.compile(r"\s*[(（]\d{1,2}[)）]$")
_COMMUNITY_NAME = re.compile(r"([^\s　×（(：:路道镇乡]{1,12}?(?:社区|村|居委会|村委会))")
# What a title or a file begins with before it names a place: 2026年3月, 2026年1-3月, 一季度.
_WHEN = re.compile(
    r"^[\s　_\-—]*(?:\d{2,4}年度?)?(?:[上下]半年|第?[一二三四1-4]季度)?"
    r"(?:\d{1,2}(?:[-—至]\d{1,2})?月份?)?(?:\d{1,2}日)?[\s　_\-—]*"
)
_STREETS = re.compile(r"街道|镇|乡|办事处")
# Behind a name that a file is called by; 社区民警 and the like are no place.
_FILED = r"(?=$|[\s　_\-—()（）\d]|住户|居民|村民|家庭|户|联户|网格|志愿|实有|人口|入户|走访|矛盾|纠纷|培训|签到|台账|名册|花名册)"
_OF_FILE = re.compile(rf"[^\s　×（(：:路道镇乡]{{2,12}}?(?:社区|村|居委会|村委会){_FILED}")


class Belonging(NamedTuple):
    """A community's name, "" if nothing says it; `guessed` where only a title may mean it, and
    `filed` where only the name of the file does.
    """

    community: str = ""
    guessed: bool = False
    filed: bool = False


def belonging(
    file: str, sheet: str, above: Sequence[Sequence[Cell]], known: Sequence[str]
) -> Belonging:
    """Return the community a sheet belongs to, told by the first of these that names one.

    The sheet's name, the 填报单位 line, a title, the name of the file (without its ending).
    """
    name = _COPIED.sub("", sheet)
    if name in known or _COMMUNITY_NAME.fullmatch(name):
        return Belonging(name)
    lines = [plain(cell) for row in above for cell in row if isinstance(cell, str)]
    for line in lines:
        match = _UNIT_LINE.search(line)
        if match and _COMMUNITY_NAME.fullmatch(match[1]):
            return Belonging(match[1])
    for line in lines:
        if community := _known_in(line, known):
            return Belonging(community)
    for line in lines:
        match = _COMMUNITY_NAME.search(_place_in(line))
        if match:
            return Belonging(match[1], guessed=True)
    if community := _known_in(file, known):
        return Belonging(community, guessed=True, filed=True)
    match = _OF_FILE.match(_place_in(file))
    return Belonging(match[0], guessed=True, filed=True) if match else Belonging()


def _known_in(line: str, known: Sequence[str]) -> str:
    """The known community that a line names, the longest where one's name stands in another's."""
    return max((name for name in known if name in line), key=len, default="")


def _place_in(line: str) -> str:
    return _WHEN.sub("", _STREETS.split(_WHEN.sub("", line))[-1])
