"""Addresses as people write them, and the key that makes two writings one door.

Key of a door within its community: estate / building / unit / room, each normalised: widths folded,
the words 号楼 栋 幢 座, 单元 门, 室 号 taken off, Chinese numerals as digits, leading zeros dropped
unless letters follow. In the country the estate is the 自然村 and the building the 组.
"""

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from db.kernel.text import chinese_number, squeeze

_BUILDING = re.compile(r"(号楼|号院|栋楼|栋|幢|座|#楼|#|楼|号)$")
_UNIT = re.compile(r"(号单元|单元|门洞|门|单)$")
_ROOM = re.compile(r"(号房|室|号|房|户)$")
_ESTATE = re.compile(r"(住宅小区|小区|自然村)$")
_COMMUNITY = re.compile(
    r"(社区居民委员会|社区居委会|居民委员会|居委会|社区|村民委员会|村委会|行政村|村)$"
)
_STREET = r"(?:(?!社区)\D){2,24}?(?:街道办事处|街道|镇|乡)"
_BEGINS = re.compile(rf"((?:{_STREET})?.{{1,12}}?(?:社区|村委会|行政村))(.*)")
_OF_STREET = re.compile(rf"^{_STREET}(?=.{{2,12}}(?:社区|村委会|行政村)$)")
_ORDINAL = re.compile(r"第([零〇一二三四五六七八九两十百]+)")
_NUMBER = r"(?:\d+[A-Za-z]?|[A-Za-z]\d*|[一二三四五六七八九十]+)"
_COUNTED = re.compile(rf"第(?={_NUMBER})")
_DASH = r"[-－—–_/、·.]"
_PLAIN = re.compile(rf"({_NUMBER}){_DASH}({_NUMBER}){_DASH}({_NUMBER})(?:室|号|户)?")
_SHORT = re.compile(rf"({_NUMBER}){_DASH}({_NUMBER})(?:室|号|户)?")
_SPOKEN = re.compile(
    rf"({_NUMBER})(?:号楼|号院|栋楼|栋|幢|座|#楼|#|楼){_DASH}?"
    rf"(?:({_NUMBER})(?:单元{_DASH}?|号门|门洞|门|{_DASH}))?"
    # The floor says nothing that the room does not.
    rf"(?:{_NUMBER}(?:层|楼){_DASH}?(?={_NUMBER}))?({_NUMBER})?(?:号房|室|号|房|户)?"
)
_STARTS = re.compile(rf"(?<![\dA-Za-z]){_NUMBER}(?=号|栋|幢|座|#|楼|组|队|村民小组|小组|{_DASH})")
_GROUP = re.compile(rf"({_NUMBER})(?:村民小组|小组|组|队|社)(?:({_NUMBER})(?:号|户)?)?")


@dataclass(frozen=True)
class Address:
    """A door in its parts, normalised; `group` is a 组 of a village and stands for the building."""

    estate: str = ""
    building: str = ""
    unit: str = ""
    room: str = ""
    group: bool = False

    @property
    def key(self) -> str:
        """The parts joined; equal for two writings of one door."""
        building = f"{self.building}组" if self.group else self.building
        return f"{estate_key(self.estate)}/{building}/{self.unit}/{self.room}"

    @property
    def building_key(self) -> str:
        """The key of the building within its community."""
        return self.key.rsplit("/", 2)[0]

    @property
    def text(self) -> str:
        """The address as a person reads it: 晨园3号楼2单元401."""
        return self.building_text + (f"{self.unit}单元" if self.unit else "") + self.room

    @property
    def building_text(self) -> str:
        """The building as a person reads it: 晨园3号楼, 东沟3组."""
        if not self.building:
            return self.estate
        return f"{self.estate}{self.building}{'组' if self.group else '号楼'}"


def _number(text: str) -> str:
    value = chinese_number(text)
    if value is not None:
        return str(value)
    return (text.lstrip("0") or "0") if text.isascii() and text.isdecimal() else text.upper()


def _counted(text: str) -> str:
    """The text with 第3栋 as 3栋."""
    return _COUNTED.sub("", text) if "第" in text else text


@lru_cache(maxsize=4096)
def building_part(text: str) -> str:
    """Return a building's number: 3号楼 = ３栋 = 三幢 = 3."""
    return _number(_BUILDING.sub("", _counted(squeeze(text))))


@lru_cache(maxsize=4096)
def unit_part(text: str) -> str:
    """Return a unit's number: 2单元 = 二单元 = 2."""
    return _number(_UNIT.sub("", _counted(squeeze(text))))


@lru_cache(maxsize=16_384)
def room_part(text: str) -> str:
    """Return a room's number: 401室 = ０401 = 401; 04A keeps its zero, as letters follow."""
    return _number(_ROOM.sub("", _counted(squeeze(text))))


@lru_cache(maxsize=4096)
def group_part(text: str) -> str:
    """Return the number of a 组: 第三组 = 3组 = 三村民小组 = 3."""
    plain = re.sub(r"(村民小组|小组|组|队|社)$", "", squeeze(text).removeprefix("第"))
    return _number(plain)


@lru_cache(maxsize=4096)
def estate_key(text: str) -> str:
    """Return an estate's name for comparing: 晨园小区 = 晨园."""
    name = squeeze(text).upper()
    short = _ESTATE.sub("", name)
    return short if len(short) >= 2 else name


@lru_cache(maxsize=1024)
def community_key(text: str) -> str:
    """Return a community's name for comparing: 第六社区居委会 = 第6社区 = 第六."""
    name = squeeze(text).upper()
    short = _COMMUNITY.sub("", name)
    name = short if len(short) >= 2 else name
    return _ORDINAL.sub(lambda m: f"第{chinese_number(m[1])}", name)


@lru_cache(maxsize=65_536)
def parse_address(text: str) -> Address | None:
    """Return the door written in one cell, None if it is not understood.

    Reads 晨园3-2-401, 晨园小区3栋二单元401室, 3栋2单元4层401, 3号楼2单元401, 东沟3组12号, 3-401.
    """
    written = squeeze(text)
    for start in _STARTS.finditer(written):
        estate = written[: start.start()].rstrip("-,，").removesuffix("第")
        if found := _door(estate, written[start.start() :]):
            return found
    return None


def _door(estate: str, rest: str) -> Address | None:
    rest = _counted(rest)
    if match := _GROUP.fullmatch(rest):
        room = _number(match[2]) if match[2] else ""
        return Address(estate, _number(match[1]), "", room, group=True)
    if match := _PLAIN.fullmatch(rest) or _SPOKEN.fullmatch(rest):
        building, unit, room = (_number(part) if part else "" for part in match.groups())
        return Address(estate, building, unit, room)
    if match := _SHORT.fullmatch(rest):
        return Address(estate, _number(match[1]), "", _number(match[2]))
    return None


@lru_cache(maxsize=65_536)
def from_parts(estate: str, building: str, unit: str, room: str, group: str) -> Address | None:
    """Return the door written in columns apart, None if a part is not understood.

    A column may hold more than its own part, such as 晨园3号楼 under 楼栋 or 3-2-401 under 房号.
    """
    if group:
        return Address(squeeze(estate), group_part(group), "", room_part(room), group=True)
    if room and not building and not unit and (whole := parse_address(room)):
        return replace(whole, estate=whole.estate or squeeze(estate))
    if unit and not building and not room and (whole := parse_address(unit)):
        return replace(whole, estate=whole.estate or squeeze(estate))
    if building and re.search(r"单元|组|队|-", squeeze(building)):
        whole = parse_address(building + ("" if not room else f"-{room_part(room)}"))
        if whole is not None:
            return replace(whole, estate=whole.estate or squeeze(estate))
    number = building_part(building)
    name = squeeze(estate)
    named = re.fullmatch(r"(\D{2,})(\d+[A-Za-z]?)", number)
    if named and (not name or estate_key(named[1]) == estate_key(name)):
        name, number = name or named[1], _number(named[2])
    return Address(name, number, unit_part(unit), room_part(room))


def written_address(
    estate: str = "",
    building: str = "",
    unit: str = "",
    room: str = "",
    group: str = "",
    whole: str = "",
) -> tuple[str, Address | None]:
    """Return (community named in it, door) of an address in one column or several.

    The door is None if a part is not understood; `whole` counts where no part says more.
    """
    if whole and not (building or room or group):
        community, rest = community_in(whole)
        found = parse_address(rest)
        if found is not None and not found.estate and estate:
            found = replace(found, estate=squeeze(estate))
        return community, found
    return "", from_parts(estate, building, unit, room, group)


def address_of_key(key: str) -> Address:
    """Return the door that `Address.key` was made of; a running 户号 stands as the room.

    A room may hold a stroke itself, as workbooks write 401/402.
    """
    estate, building, unit, room = key.split("/", 3)
    return Address(estate, building.removesuffix("组"), unit, room, group=building.endswith("组"))


@lru_cache(maxsize=4096)
def floor_of(room: str) -> int | None:
    """Return the floor a room's number tells: 401 is on 4, 1203 on 12, 0302 on 3; else None."""
    match = re.match(r"(\d{1,2})(\d{2})(?:\D|$)", room)
    return int(match[1]) if match and int(match[1]) else None


def community_in(text: str) -> tuple[str, str]:
    """Return (community, rest) of an address that begins with its community, else ("", text)."""
    match = _BEGINS.match(squeeze(text))
    return (match[1], match[2]) if match else ("", text)


def without_street(community: str) -> str:
    """Return a community's name without the street or town before it: 朝阳街道第一社区 = 第一社区.

    A name that begins like one (城镇社区, 新乡社区) stays whole.
    """
    return _OF_STREET.sub("", community)
