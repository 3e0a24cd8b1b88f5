"""What a sheet is and what its columns mean, told from its headings."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property, lru_cache

from db.disputes import DisputeDraft
from db.imports.cells import plain
from db.imports.reader import Cell
from db.kernel.fields import Field, fields_of
from db.kernel.text import squeeze
from db.people import VolunteerDraft
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
    "序号 编号 顺序号 序 NO NO. 行号 本人签名 签名 签字 签到 退回原因 是否完成".split()
)
_TOTALS = re.compile(r"^(合计|总计|小计|共计|累计|总数|本页合计|本月合计|统计)")
_FOOT = re.compile(
    r"^(填表人|制表|审核|填报人|负责人|注[:：]|说明[:：]|备注[:：]|填表日期|联系人[:：])"
)
_UNIT_LINE = re.compile(r"(?:填报单位|单位|社区名称|社区|村名|填报社区)[:：]\s*([^\s　:：]+)")
_COMMUNITY_NAME = re.compile(r"([^\s　×（(：:路道镇乡]{1,12}?(?:社区|村|居委会|村委会))")
HEADING_ROWS = 30


@dataclass(frozen=True)
class LedgerKind:
    """A kind of ledger: its columns, and what must be there to know it by.

    `needs` are alternatives of column sets, of which one must be complete.
    """

    code: str
    label: str
    fields: Mapping[str, Field]
    needs: tuple[frozenset[str], ...]


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
    with their indexes; `forbidden` those of them that may never be kept.
    """

    kind: LedgerKind
    first: int
    last: int
    columns: Mapping[str, int]
    texts: Mapping[int, str]
    left_out: Mapping[int, str] = field(default_factory=dict)
    forbidden: frozenset[int] = frozenset()

    @cached_property
    def meant(self) -> frozenset[int]:
        """The columns that say something: those taken in and those left out by name."""
        return frozenset(self.columns.values()) | frozenset(self.left_out)

    @property
    def shape(self) -> str:
        """What the headings are, for remembering a mapping: the texts in order."""
        return f"{self.kind.code}|{shape_of([t for _, t in sorted(self.texts.items())])}"


def shape_of(row: Sequence[Cell]) -> str:
    """Return a row of headings as one comparable text."""
    return "|".join(normal(plain(cell)) for cell in row if cell is not None and plain(cell))


@lru_cache(maxsize=8192)
def normal(text: str) -> str:
    """Return a heading for comparing: no blanks, marks or required-stars."""
    return re.sub(r"[*＊:：。．.、,，/／\-_]", "", squeeze(text)).upper()


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
def _every_name() -> frozenset[str]:
    """Every label and synonym: a row with fewer than two of them is no heading."""
    return frozenset(name for code in KINDS for name in _names(code))


def _candidates(code: str, text: str) -> list[tuple[float, str]]:
    """Fields a heading may mean, each with how far-fetched that is (0 = its very label)."""
    names = _names(code)
    exact = names.get(normal(text)) or names.get(_without_brackets(text))
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
    """Return which column holds which field, and how well they fit (higher is better)."""
    by_hand = {normal(heading): field for heading, field in mapping.items()}
    fields = KINDS[code].fields
    pairs: list[tuple[float, int, int, str]] = []
    order = {name: n for n, name in enumerate(fields)}
    for column, text in texts.items():
        chosen = by_hand.get(normal(text))
        if chosen is not None and chosen in fields:
            pairs.append((-1, order[chosen], column, chosen))
        elif not _FORBIDDEN.search(text):
            idle = normal(text) in _KNOWN_AND_IDLE
            pairs.extend(
                (far, order[f], column, f)
                for far, f in _candidates(code, text)
                if far < 2 or not idle
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


def _texts(rows: Sequence[Sequence[Cell]], first: int, last: int) -> dict[int, str]:
    texts: dict[int, str] = {}
    for row in rows[first : last + 1]:
        for column, cell in enumerate(row):
            if isinstance(cell, str) and plain(cell) and len(cell) <= 40:
                texts[column] = plain(cell)
    return texts


def find_heading(
    rows: Sequence[Sequence[Cell]],
    start: int = 0,
    kind: str | None = None,
    mapping: Mapping[str, str] | None = None,
) -> Heading | None:
    """Return the best heading among the first rows from `start`, None if no ledger is known by it.

    A heading may take two rows (地址 over 楼栋, 单元, 房号). `kind` forces the kind, `mapping` (heading
    text to field) comes before everything recognised.
    """
    best: tuple[int, bool, Heading] | None = None
    for first in range(start, min(len(rows), start + HEADING_ROWS)):
        for last in (first, first + 1):
            found = heading_at(rows, first, last, kind, mapping or {}) if last < len(rows) else None
            # Two rows are one heading only where they say more together than one alone.
            if found and (best is None or (found[0], first == last) > best[:2]):
                best = (found[0], first == last, found[1])
    return best[2] if best else None


def heading_at(
    rows: Sequence[Sequence[Cell]],
    first: int,
    last: int,
    kind: str | None,
    mapping: Mapping[str, str],
) -> tuple[int, Heading] | None:
    """Return the heading these rows make and its fit, None if they make none."""
    texts = _texts(rows, first, last)
    if len(texts) < 3 or (
        not mapping and sum(normal(t) in _every_name() for t in texts.values()) < 2
    ):
        return None
    best: tuple[int, Heading] | None = None
    for code in [kind] if kind else KINDS:
        columns, fit = assign(code, texts, mapping)
        known = KINDS[code]
        enough = any(need <= columns.keys() for need in known.needs)
        if not enough and not (kind and len(columns) >= 2):
            continue
        # Homes with a day and a visitor are visits that lack something; they must not pass for homes.
        if (
            code == "households"
            and not kind
            and {"day", "staff"} <= assign("visits", texts, {})[0].keys()
        ):
            continue
        if best is None or fit > best[0]:
            taken = set(columns.values())
            left = {
                c: t for c, t in texts.items()
                if c not in taken and normal(t) not in _KNOWN_AND_IDLE
            }  # fmt: skip
            forbidden = frozenset(c for c, t in left.items() if _FORBIDDEN.search(t))
            best = fit, Heading(known, first, last, columns, texts, left, forbidden)
    return best


def is_idle_row(row: Sequence[Cell], heading: Heading) -> bool:
    """Tell whether a row is none of the ledger's: blank, a total, a foot line, only a number."""
    filled = [
        c for c, v in enumerate(row) if v is not None and (v.__class__ is not str or v.strip())
    ]
    if not filled:
        return True
    first, *more = (squeeze(plain(row[c])) for c in filled[:2])
    if _TOTALS.match(first) or any(_TOTALS.match(text) for text in more):
        return True
    if _FOOT.match(first) and len(filled) <= 4:
        return True
    return heading.meant.isdisjoint(filled)


def community_of_sheet(name: str, above: Sequence[Sequence[Cell]], known: Sequence[str]) -> str:
    """Return the community a whole sheet belongs to, "" if nothing says so.

    Told by the sheet's name, else by the 填报单位 line, else by the title.
    """
    if name in known or _COMMUNITY_NAME.fullmatch(name):
        return name
    lines = [plain(cell) for row in above for cell in row if isinstance(cell, str)]
    for line in lines:
        match = _UNIT_LINE.search(line)
        if match and _COMMUNITY_NAME.fullmatch(match[1]):
            return match[1]
    for line in lines:
        for community in known:
            if community in line:
                return community
    for line in lines:
        tail = re.split(r"街道|镇|乡|办事处", line)[-1]
        match = _COMMUNITY_NAME.search(tail)
        if match:
            return match[1]
    return ""
