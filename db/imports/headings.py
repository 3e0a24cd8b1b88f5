"""What a sheet is and what its columns mean, told from its headings."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property, lru_cache

from db.disputes import DisputeDraft
from db.kernel.fields import Field, fields_of
from db.kernel.text import squeeze
from db.people import ROLES, VolunteerDraft
from db.places import AddressDraft, HouseholdDraft
from db.trainings import AttendanceDraft, TrainingDraft
from db.visits import VisitDraft

_ADDRESS = fields_of(AddressDraft)
_FORBIDDEN = re.compile(
    r"身份证|证件号|公民身份|身份号码|证号|民族|族别|宗教|信仰|政治面貌|党员|党派|与户主关系|家庭关系|家庭成员|"
    r"亲属|配偶|子女|父母|监护关系|血型|指纹|人脸|照片|相片|头像|虹膜|DNA|车牌|车辆|号牌|轨迹|行踪|出行|"
    r"重点人|重点对象|关注对象|关注人员|管控|前科|吸毒|涉毒|精神病|精神障碍|上访|信访人|线人|耳目|举报|情报|"
    r"风险人员|人员风险|危险等级|人员标签|标签|刑满|社区矫正|矫正对象|户籍|籍贯|出生|婚姻状况|学历|文化程度|"
    r"银行卡|账号|收入|微信号|QQ"
)
_KNOWN_AND_IDLE = frozenset(
    "序号 编号 顺序号 序 NO NO. 行号 本人签名 签名 签字 签到 签退 签退时间 退回原因 是否完成".split()
)
# A title that calls what follows a list of people who serve, and not what they do or whom they serve.
_ROSTER = re.compile(
    rf"({'|'.join(sorted(ROLES, key=len, reverse=True))})"
    r"[^:：]{0,8}(?:名册|名单|通讯录|登记表|信息表|一览表|台账)"
)
_NO_ROSTER = re.compile(
    r"(?<!联)(?<!中心)户(?!长)|居民|村民|签到|培训|走访|纠纷|巡防|活动|服务|积分|补贴|考评|奖励"
)
_BESIDE = re.compile(r"[及和与、/]\s*(?:联系电话|联系方式|电话|手机号?码?)$")
_NUMBERS = frozenset("序号 顺序号 序 NO NO. 行号 编号".split())


@dataclass(frozen=True)
class LedgerKind:
    """A kind of ledger: its columns, and what must be there to know it by.

    `needs` are alternatives of column sets, of which one must be complete.
    """

    code: str
    label: str
    fields: Mapping[str, Field]
    needs: tuple[frozenset[str], ...]

    @property
    def least(self) -> frozenset[str]:
        """The columns without which no row can be read, even where a person says the kind."""
        return frozenset.intersection(*self.needs)


def _sets(*alternatives: str) -> tuple[frozenset[str], ...]:
    return tuple(frozenset(a.split()) for a in alternatives)


_VISIT_FIELDS = {
    **_ADDRESS,
    "contact": fields_of(HouseholdDraft)["contact"],
    **fields_of(VisitDraft),
}
KINDS: dict[str, LedgerKind] = {
    kind.code: kind
    for kind in (
        LedgerKind(
            "households",
            "住户台账",
            {**_ADDRESS, **fields_of(HouseholdDraft)},
            tuple(
                frozenset((door, said))
                for door in ("room", "whole", "group")
                for said in ("occupancy", "contact", "phone", "residents")
            ),
        ),
        LedgerKind(
            "volunteers",
            "联户长名册",
            {
                **{n: f for n, f in _ADDRESS.items() if n != "room"},
                **fields_of(VolunteerDraft),
            },
            _sets("name role", "name since", "name occupation phone"),
        ),
        LedgerKind(
            "visits",
            "走访记录",
            _VISIT_FIELDS,
            _sets(
                "day outcome room",
                "day outcome whole",
                "day outcome contact",
                "day outcome building",
            ),
        ),
        LedgerKind(
            "disputes",
            "矛盾纠纷台账",
            fields_of(DisputeDraft),
            _sets(
                "registered kind side_a",
                "registered kind parties",
                "registered side_a side_b",
                "registered kind brief",
                "registered kind result",
            ),
        ),
        LedgerKind(
            "trainings",
            "培训签到",
            {**fields_of(TrainingDraft), **fields_of(AttendanceDraft)},
            _sets("name status", "name signed"),
        ),
    )
}


@dataclass(frozen=True)
class Heading:
    """A recognised heading: `columns` maps field to column index (from 0).

    `first` and `last` are its row indexes; `left_out` names the columns that are not taken in,
    with their indexes; `forbidden` gives, for those of them that may never be kept, the word that
    says so; `by_hand` is what a person said of these headings, now or before (see `keys_of`).
    """

    kind: LedgerKind
    first: int
    last: int
    columns: Mapping[str, int]
    texts: Mapping[int, str]
    left_out: Mapping[int, str] = field(default_factory=dict)
    forbidden: Mapping[int, str] = field(default_factory=dict)
    by_hand: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def meant(self) -> frozenset[int]:
        """The columns that say something: those taken in and those left out by name."""
        return frozenset(self.columns.values()) | frozenset(self.left_out)

    @property
    def shape(self) -> str:
        """What the headings are, for remembering a mapping: the kind, and the texts in order."""
        return f"{self.kind.code}|{shape_of(self.texts)}"


def shape_of(texts: Mapping[int, str]) -> str:
    """Return headings in their order as one comparable text."""
    return "|".join(normal(text) for _, text in sorted(texts.items()))


@lru_cache(maxsize=8192)
def normal(text: str) -> str:
    """Return a heading for comparing: no blanks, marks or required-stars."""
    return re.sub(r"[*＊:：。．.、,，/／\-_]", "", squeeze(text)).upper()


@lru_cache(maxsize=8192)
def refused(text: str) -> str:
    """Return the word for which a column may never be kept (domain.md, 2), "" if it may."""
    found = _FORBIDDEN.search(normal(text))
    return found[0] if found else ""


def keys_of(texts: Mapping[int, str]) -> dict[int, str]:
    """Return what a mapping calls each heading: its text, with #2 where that stands there again."""
    keys: dict[int, str] = {}
    met: dict[str, int] = {}
    for column, text in sorted(texts.items()):
        times = met[normal(text)] = met.get(normal(text), 0) + 1
        keys[column] = text if times == 1 else f"{text}#{times}"
    return keys


@lru_cache(maxsize=8192)
def _without_brackets(text: str) -> str:
    return normal(re.sub(r"[(（\[【].*?[)）\]】]", "", squeeze(text)))


@cache
def _names(code: str) -> dict[str, list[tuple[float, str]]]:
    """The words of a kind's fields, each with how far-fetched it is: synonyms in their order."""
    names: dict[str, list[tuple[float, str]]] = {}
    for name, declared in KINDS[code].fields.items():
        names.setdefault(normal(declared.label), []).append((0, name))
        for place, synonym in enumerate(declared.synonyms):
            names.setdefault(normal(synonym), []).append((1 + place / 100, name))
    return names


@cache
def every_name() -> frozenset[str]:
    """Every label and synonym: a row with fewer than two of them is no heading."""
    return frozenset(name for code in KINDS for name in _names(code))


def known_names(texts: Iterable[str]) -> int:
    """Return how many of these texts are a label or synonym of some ledger's field."""
    return sum(normal(text) in every_name() for text in texts)


def of_session(text: str) -> bool:
    """Tell whether a heading says something of a whole session, such as 主讲人, and of none of its names."""
    meant = {name for _, name in _names("trainings").get(normal(text), ())}
    return bool(meant) and meant <= fields_of(TrainingDraft).keys()


def _candidates(code: str, text: str) -> list[tuple[float, str]]:
    """Fields a heading may mean, each with how far-fetched that is (0 = its very label)."""
    names = _names(code)
    exact = names.get(normal(text)) or names.get(_without_brackets(text))
    if not exact and (alone := _BESIDE.sub("", text)) != text:
        # 当事人（甲方）及联系方式 is a name with its telephone.
        exact = names.get(normal(alone))
    if exact:
        return exact
    word = _without_brackets(text)
    close = [
        (3 + len(word) - len(known), field)
        for known, fields in names.items()
        if len(known) >= 2
        and (
            (word.endswith(known) and len(known) * 3 >= len(word))
            or (word.startswith(known) and len(known) > 2 and len(known) * 2 >= len(word))
        )
        for _, field in fields
    ]
    return sorted(close)


def assign(
    code: str, texts: Mapping[int, str], mapping: Mapping[str, str]
) -> tuple[dict[str, int], int]:
    """Return which column holds which field, and how well they fit (higher is better).

    `mapping` says so for headings by their keys or texts, with "" for a column to be left out. What
    may never be kept is left out whatever it says.
    """
    said = said_by_hand(texts, mapping)
    fields = KINDS[code].fields
    pairs: list[tuple[float, int, int, str]] = []
    order = {name: n for n, name in enumerate(fields)}
    for column, text in texts.items():
        chosen = said.get(column)
        if refused(text) or chosen == "":
            continue
        if chosen is not None and chosen in fields:
            pairs.append((-1, order[chosen], column, chosen))
            continue
        idle = is_idle(text)
        pairs.extend(
            (far, order[f], column, f) for far, f in _candidates(code, text) if far < 2 or not idle
        )
    columns: dict[str, int] = {}
    taken: set[int] = set()
    fit = 0
    for far, _, column, name in sorted(pairs):
        if name not in columns and column not in taken:
            columns[name] = column
            taken.add(column)
            fit += 4 if far < 2 else 2
    if code == "visits" and "day" not in columns and "at" in columns:
        columns["day"] = columns.pop("at")
    return columns, fit


def said_by_hand(texts: Mapping[int, str], mapping: Mapping[str, str]) -> dict[int, str]:
    """What a mapping says of these headings, by column."""
    by_hand = {normal(heading): field for heading, field in mapping.items()}
    found = {
        column: by_hand.get(normal(key), by_hand.get(normal(texts[column])))
        for column, key in (keys_of(texts) if by_hand else {}).items()
    }
    return {column: field for column, field in found.items() if field is not None}


def role_of_roster(title: str) -> str:
    """Return the role of those a title lists (第一社区网格员名册), "" if it is no roster's title."""
    found = None if _NO_ROSTER.search(squeeze(title)) else _ROSTER.search(squeeze(title))
    return ROLES[found[1]] if found else ""


def is_number(text: str) -> bool:
    """Tell whether a heading is for the running number of a row."""
    return normal(text) in _NUMBERS


def is_idle(text: str) -> bool:
    """Tell whether a heading says nothing to keep and nothing to miss, such as 序号."""
    return normal(text) in _KNOWN_AND_IDLE
