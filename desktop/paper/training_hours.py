"""参训时间 on paper and in words: who comes at what hour, and what follows for the next sessions."""

from collections.abc import Sequence
from datetime import date

from db.compliance.hours import BANDS, Band, Gap, Pair, Slot, Turnout
from db.compliance.suggested import LEAST_NAMES, LEAST_SESSIONS, Suggested
from db.figures.rates import percent
from db.kernel.dates import full_day
from db.kernel.workdays import WEEKDAYS
from db.people import OCCUPATION_NAMES
from desktop.paper.document import (
    Block,
    Column,
    Document,
    Heading,
    Paragraph,
    Row,
    Subtitle,
    Table,
    Title,
)
from desktop.paper.words import NOTHING, rate, tenths

BAND_NAMES: dict[Band, str] = {
    "working": "上班时间", "after": "工作日下班后", "weekend": "休息日", "unknown": "时间不明",
}  # fmt: skip
IN_WORK, FREE = "在职和个体私营", "退休和无业"
NO_WORD = "没有写"
COMPARED = 3


def hours_paper(
    gap: Gap, times: Sequence[Suggested], *, author: str, made_on: date, community: str = ""
) -> Document:
    """Return who came at what hour as a paper."""
    days = f"{full_day(gap.period.start)}至{full_day(gap.period.end)}"
    title = (community, "培训到训时间分析") if community else ("培训到训时间分析",)
    blocks: list[Block] = [
        Title(title),
        Subtitle(f"（{days}，{full_day(made_on)}制）"),
        *(Paragraph(said) for said in summary(gap)),
        Heading(1, "一、换个时间"),
        Paragraph(advice(times)),
    ]
    if gap.by_slot:
        blocks += [
            Heading(1, "二、各个时间"),
            _table([(slot_name(slot), pair) for slot, pair in gap.by_slot.items()]),
            Heading(1, "三、各种职业"),
            _by_occupation(gap),
        ]
    return Document("培训到训时间分析", author, tuple(blocks))


def summary(gap: Gap) -> list[str]:
    """Return the gap in a few sentences, every number of them counted."""
    whole = gap.whole
    if not whole.whole.expected:
        return ["这段时间没有名册上的人列在培训名单上。"]
    first = (
        f"{len(whole.whole.sessions)}场培训，名册上的人{_told(whole.whole)}。"
        f"{IN_WORK}{_told(whole.in_work)}；{FREE}{_told(whole.free)}{_apart(whole)}。"
    )
    parts = [
        f"{BAND_NAMES[band]}{len(pair.whole.sessions)}场，{IN_WORK}到训率{_rate(pair.in_work)}，"
        f"{FREE}{_rate(pair.free)}{_apart(pair)}"
        for band in BANDS
        if (pair := gap.by_band.get(band)) is not None
    ]
    if len(parts) == 1:
        (only,) = gap.by_band
        return [first, f"培训都在{BAND_NAMES[only]}，没有别的时间可以比。"]
    return [first, "；".join(parts) + "。"]


def advice(times: Sequence[Suggested]) -> str:
    """Return which time suits those who cannot come at others, and from how much it follows."""
    if not times:
        return (
            f"还说不出换什么时间好：要有两个时间各开过{LEAST_SESSIONS}场以上，"
            f"名单上各有{LEAST_NAMES}人次以上在别的时间缺过席或请过假。"
        )
    best, *others = times
    said = (
        f"在别的时间缺过席或请过假的人，{slot_name(best.slot)}的培训来得最多："
        f"据{len(best.sessions)}场，应到{best.expected}人次，实到{best.present}人次，"
        f"到训率{rate(percent(best.present, best.expected))}。"
    )
    told = [
        f"{slot_name(one.slot)}{rate(percent(one.present, one.expected))}（{len(one.sessions)}场）"
        for one in others[: COMPARED - 1]
    ]
    return said + (f"其次{'，'.join(told)}。" if told else "")


def slot_name(slot: Slot) -> str:
    """Return a time of the week in words: 星期三19时."""
    hour = "时间不明" if slot.hour is None else f"{slot.hour}时"
    return f"星期{WEEKDAYS[slot.weekday]}{hour}"


def _told(of: Turnout) -> str:
    return f"应到{len(of.expected)}人次，实到{len(of.present)}人次，到训率{_rate(of)}"


def _rate(of: Turnout) -> str:
    return rate(percent(len(of.present), len(of.expected)))


def _apart(pair: Pair) -> str:
    """Return the difference of the two rates as printed; nothing where one is missing."""
    rates = [percent(len(of.present), len(of.expected)) for of in (pair.in_work, pair.free)]
    if rates[0] is None or rates[1] is None:
        return ""
    apart = abs(tenths(rates[0]) - tenths(rates[1]))
    return f"，相差{apart // 10}.{apart % 10}个百分点" if apart else "，没有差别"


def _table(lines: Sequence[tuple[str, Pair]]) -> Table:
    heads = ("在职应到", "在职实到", "在职到训率", "退休应到", "退休实到", "退休到训率")
    columns = (Column("时间"), Column("场次", "right"), *(Column(head, "right") for head in heads))
    rows = tuple(
        Row((name, str(len(pair.whole.sessions)), *_cells(pair.in_work), *_cells(pair.free)))
        for name, pair in lines
    )
    return Table(columns, rows, (f"在职指{IN_WORK}，退休指{FREE}。",))


def _by_occupation(gap: Gap) -> Table:
    columns = (
        Column("职业", narrow=False), Column("应到", "right"), Column("实到", "right"),
        Column("到训率", "right"),
    )  # fmt: skip
    rows = [
        Row((OCCUPATION_NAMES.get(of, NO_WORD), *_cells(told)))
        for of, told in gap.by_occupation.items()
    ]
    return Table(columns, (*rows, Row(("合计", *_cells(gap.whole.whole)), "total")))


def _cells(of: Turnout) -> tuple[str, str, str]:
    if not of.expected:
        return NOTHING, NOTHING, NOTHING
    return str(len(of.expected)), str(len(of.present)), _rate(of)
