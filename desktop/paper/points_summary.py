"""积分月度汇总: a month by community, by item and by occupation, in words and tables."""

from collections.abc import Mapping
from decimal import Decimal

from db.exports import Book, Value
from db.exports import Sheet as BookSheet
from db.figures.rates import percent
from db.kernel.dates import full_day
from db.people import OCCUPATION_NAMES
from db.points import CLASS_NAMES, points_text
from db.points.fairness import UNKNOWN, Fairness, Group, ItemShare, fairness
from db.points.sheet import Sheet
from desktop.paper.document import (
    Block,
    Column,
    Document,
    Heading,
    Mark,
    Paragraph,
    Row,
    Subtitle,
    Table,
    Title,
)
from desktop.paper.form_parts import sum_text
from desktop.paper.points_lists import DRAFT, number, yuan_cell
from desktop.paper.words import NOTHING, shares_foot

TITLE = "群防群治积分月度汇总"
GROUP_HEADS = ("人数", "有积分", "积分", "补贴（元）", "人均补贴")
ITEM_HEADS = ("类别", "项目", "次数", "积分", "占比", "补贴（元）")
COMMUNITY_NOTE = "积分计在当天所在的社区；人数和补贴计在月末所在的社区。"


def summary_paper(sheet: Sheet, *, author: str) -> Document:
    """Return a month's summary as a paper."""
    said = fairness(sheet)
    blocks: list[Block] = [
        *([] if sheet.closed else [Mark(DRAFT)]),
        Title((author, TITLE)),
        Subtitle(f"（{sheet.month.words}）"),
        Paragraph(sentence(sheet, said)),
        *(Paragraph(note) for note in sheet.notes),
        Heading(1, "一、各社区"),
        _groups("社区", said.by_community, said.whole, (COMMUNITY_NOTE,)),
        Heading(1, "二、各项目"),
        _items(said),
        Heading(1, "三、各职业"),
        _groups("职业", occupations(said), said.whole),
    ]
    return Document(TITLE, author, tuple(blocks))


def summary_book(sheet: Sheet) -> Book:
    """Return a month's summary as a workbook: communities, items, occupations."""
    said = fairness(sheet)
    title = f"{sheet.month.words}{TITLE}"
    above: tuple[tuple[Value, ...], ...] = () if sheet.closed else ((DRAFT,),)
    sheets = [
        BookSheet(
            f"各{head}", title, above, (head, *GROUP_HEADS[:-1]),
            [(name, *_cells(group)) for name, group in [*groups.items(), ("合计", said.whole)]],
        )
        for head, groups in (("社区", said.by_community), ("职业", occupations(said)))
    ]  # fmt: skip
    items: list[tuple[Value, ...]] = [
        (
            CLASS_NAMES[i.kind],
            i.name,
            i.times,
            number(i.points),
            share_of(i, said),
            yuan_cell(i.amount),
        )
        for i in said.items
    ]
    sheets.insert(1, BookSheet("各项目", title, above, ITEM_HEADS, items))
    return Book(TITLE, sheets)


def sentence(sheet: Sheet, said: Fairness) -> str:
    """Return the month in a few sentences, every number of them counted."""
    whole = said.whole
    text = (
        f"{sheet.month.words}在册{whole.people}人，{whole.earning}人有积分，"
        f"共{points_text(whole.points)}分，补贴{sum_text(whole.amount)}元。"
    )
    for budget in sheet.budgets:
        span = "全年" if budget.span == "year" else "本月"
        left = (
            f"还剩{sum_text(budget.left)}元"
            if budget.left >= 0
            else f"超出{sum_text(-budget.left)}元"
        )
        text += f"{budget.title}{span}预算{sum_text(budget.budget)}元，{left}。"
    if sheet.closed is not None:
        by = sheet.closed
        who = f"{by.prepared}提交、{by.approved}核准" if by.approved else f"{by.prepared}结账"
        text += f"{full_day(by.day)}由{who}。"
    return text


def occupations(said: Fairness) -> dict[str, Group]:
    """Return the groups by occupation under its Chinese word, in the order of the words."""
    names = {**OCCUPATION_NAMES, UNKNOWN: "没有写"}
    return {
        name: said.by_occupation[code] for code, name in names.items() if code in said.by_occupation
    }


def _groups(
    head: str, groups: Mapping[str, Group], whole: Group, notes: tuple[str, ...] = ()
) -> Table:
    columns = (Column(head, narrow=False), *(Column(name, "right") for name in GROUP_HEADS))
    rows = [Row((name, *_texts(group))) for name, group in groups.items()]
    return Table(columns, (*rows, Row(("合计", *_texts(whole)), "total")), notes)


def _items(said: Fairness) -> Table:
    left = ("类别", "项目")
    columns = tuple(
        Column(head, "left" if head in left else "right", narrow=head != "项目")
        for head in ITEM_HEADS
    )
    rows = [
        Row((
            CLASS_NAMES[item.kind], item.name, str(item.times), points_text(item.points),
            share_of(item, said), sum_text(item.amount),
        ))
        for item in said.items
    ]  # fmt: skip
    notes = []
    if said.besides:
        sign = "" if said.besides > 0 else "−"
        notes.append(f"另有以前月份更正{sign}{sum_text(abs(said.besides))}元，不分到项目。")
    foot = shares_foot(item.points for item in said.items) if _even(said) else None
    return Table(columns, tuple(rows), (*notes, *([foot] if foot else [])))


def _even(said: Fairness) -> bool:
    """Tell whether shares can be told: points are there, and none were taken."""
    return bool(said.items) and all(item.points >= 0 for item in said.items)


def share_of(item: ItemShare, said: Fairness) -> str:
    """Return an item's part of all points as a rate; — where an item took some, or there are none."""
    value = percent(item.points, said.whole.points) if _even(said) else None
    return NOTHING if value is None else f"{value}%"


def _texts(group: Group) -> tuple[str, ...]:
    average = NOTHING if group.each is None else sum_text(group.each)
    return (
        str(group.people), str(group.earning), points_text(group.points), sum_text(group.amount),
        average,
    )  # fmt: skip


def _cells(group: Group) -> tuple[int | Decimal, ...]:
    return (group.people, group.earning, number(group.points), yuan_cell(group.amount))
