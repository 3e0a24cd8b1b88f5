"""积分和补贴 as lists: the 签领表 people sign, and the masked 公示表.

Source: the columns of the 签领表 as docs/DOMAIN.md words them; names are whole on a list that the
named person signs, masked on what is posted.
"""

from collections.abc import Sequence
from decimal import Decimal
from itertools import groupby

from db.exports import Book, Value
from db.exports import Sheet as BookSheet
from db.people import ROLE_NAMES, masked
from db.points import points_text
from db.points.sheet import Line, Sheet
from desktop.paper.capitals import capitals
from desktop.paper.document import (
    Blank,
    BlankLine,
    Block,
    Column,
    Document,
    FormText,
    Mark,
    Paragraph,
    Row,
    Subtitle,
    Table,
    Title,
)
from desktop.paper.form_parts import sum_text

# How many characters a pen needs for a name.
_TO_SIGN = 6.0
SIGN_TITLE = "群防群治补贴签领表"
NOTICE_TITLE = "群防群治积分和补贴公示表"
DRAFT = "未结账，不作领取依据"
SIGN_HEADS = (
    "序号",
    "姓名",
    "身份",
    "期间",
    "积分",
    "标准",
    "金额（元）",
    "大写",
    "领取签名",
    "备注",
)
NOTICE_HEADS = ("序号", "姓名", "身份", "社区", "积分", "等次", "补贴（元）")
NOTICE_NOTES = (
    "姓名已隐去。积分是当月的；金额含以前月份的更正。",
    "对本人积分有异议的，可到警务室查看自己的积分明细。",
)


def sign_lists(sheet: Sheet, *, author: str) -> list[Document]:
    """Return the lists to sign, one for each community whose volunteers are paid, in their order."""
    return [
        _sign_list(sheet, place, mine, author) for place, mine in _by_community(_paid(sheet.lines))
    ]


def sign_book(sheet: Sheet) -> Book:
    """Return the lists to sign as a workbook, a sheet for each community."""
    sheets = []
    for place, mine in _by_community(_paid(sheet.lines)):
        rows: list[tuple[Value, ...]] = [
            (at, line.name, ROLE_NAMES[line.role], sheet.month.words, number(line.points),
             line.standard, yuan_cell(line.amount), capitals(line.amount), None, line.remark)
            for at, line in enumerate(mine, 1)
        ]  # fmt: skip
        total = sum(line.amount for line in mine)
        rows.append(
            (None, "合计", None, None, number(sum(line.points for line in mine)), None,
             yuan_cell(total), capitals(total), None, None)
        )  # fmt: skip
        title = f"{place}{sheet.month.words}{SIGN_TITLE}"
        sheets.append(BookSheet(place, title, _above(sheet), SIGN_HEADS, rows))
    return Book(SIGN_TITLE, sheets)


def notice(sheet: Sheet, *, author: str, community: str = "") -> Document:
    """Return the list to post: who has points or is paid, names masked; of one community or of all."""
    lines = [line for line in _shown(sheet.lines) if community in ("", line.community_name)]
    heads = NOTICE_HEADS if not community else tuple(h for h in NOTICE_HEADS if h != "社区")
    blocks: list[Block] = [
        *_draft(sheet),
        Title((author, NOTICE_TITLE)),
        Subtitle(f"（{f'{community}　' if community else ''}{sheet.month.words}）"),
        Paragraph(f"现将本月的群防群治积分和补贴公示如下，有异议的请在公示期内向{author}提出。"),
        BlankLine((Blank("公示时间", "　　　　年　　月　　日至　　　　年　　月　　日"),)),
        Table(_columns(heads), _notice_rows(lines, heads), NOTICE_NOTES),
    ]
    return Document(f"{community}{NOTICE_TITLE}", author, tuple(blocks))


def notice_book(sheet: Sheet, *, community: str = "") -> Book:
    """Return the list to post as a workbook; of one community or of all."""
    shown = [line for line in _shown(sheet.lines) if community in ("", line.community_name)]
    rows: list[tuple[Value, ...]] = [
        (at, masked(line.name), ROLE_NAMES[line.role], line.community_name, number(line.points),
         line.grade, yuan_cell(line.amount))
        for at, line in enumerate(shown, 1)
    ]  # fmt: skip
    points, amount = sum(line.points for line in shown), sum(line.amount for line in shown)
    rows.append((None, "合计", None, None, number(points), None, yuan_cell(amount)))
    title = f"{community}{sheet.month.words}{NOTICE_TITLE}"
    return Book(NOTICE_TITLE, [BookSheet("公示", title, _above(sheet), NOTICE_HEADS, rows)])


def number(points: int) -> int | Decimal:
    """Return points as a cell that Excel adds up."""
    exact = Decimal(points) / 100
    return int(exact) if exact == int(exact) else exact


def yuan_cell(amount: int) -> Decimal:
    """Return an amount in 分 as a cell in yuan that Excel adds up."""
    return Decimal(amount) / 100


def _sign_list(sheet: Sheet, place: str, mine: Sequence[Line], author: str) -> Document:
    total = sum(line.amount for line in mine)
    rows = [
        Row((
            str(at), line.name, ROLE_NAMES[line.role], sheet.month.words,
            points_text(line.points), line.standard, sum_text(line.amount),
            capitals(line.amount), "", line.remark,
        ))
        for at, line in enumerate(mine, 1)
    ]  # fmt: skip
    points = points_text(sum(line.points for line in mine))
    rows.append(
        Row(("", "合计", f"{len(mine)}人", "", points, "", sum_text(total), "", ""), "total")
    )
    closed = sheet.closed
    blocks: list[Block] = [
        *_draft(sheet),
        Title((author, SIGN_TITLE)),
        Subtitle(f"（{place}　{sheet.month.words}）"),
        Table(_columns(SIGN_HEADS), tuple(rows), by_hand=True),
        FormText(f"金额合计（大写）：人民币{capitals(total)}", flush=True),
        BlankLine(
            (
                Blank("制表", closed.prepared if closed else ""),
                Blank("核准", (closed.approved or "") if closed else ""),
                Blank("发放人"),
                Blank("发放日期"),
            )
        ),
    ]
    return Document(f"{place}{SIGN_TITLE}", author, tuple(blocks), landscape=True)


def _notice_rows(lines: Sequence[Line], heads: Sequence[str]) -> tuple[Row, ...]:
    said = [
        {
            "序号": str(at), "姓名": masked(line.name), "身份": ROLE_NAMES[line.role],
            "社区": line.community_name, "积分": points_text(line.points),
            "等次": line.grade or "", "补贴（元）": sum_text(line.amount),
        }
        for at, line in enumerate(lines, 1)
    ]  # fmt: skip
    total = {
        "姓名": "合计", "身份": f"{len(lines)}人",
        "积分": points_text(sum(line.points for line in lines)),
        "补贴（元）": sum_text(sum(line.amount for line in lines)),
    }  # fmt: skip
    rows = [Row(tuple(line[head] for head in heads)) for line in said]
    return (*rows, Row(tuple(total.get(head, "") for head in heads), "total"))


def _columns(heads: Sequence[str]) -> tuple[Column, ...]:
    right = {"序号", "积分", "金额（元）", "补贴（元）"}
    wide = {"领取签名", "备注", "社区"}
    return tuple(
        Column(
            head,
            "right" if head in right else "left",
            narrow=head not in wide,
            room=_TO_SIGN if head == "领取签名" else 0.0,
        )
        for head in heads
    )


def _paid(lines: Sequence[Line]) -> list[Line]:
    return [line for line in lines if line.amount > 0]


def _shown(lines: Sequence[Line]) -> list[Line]:
    return [line for line in lines if line.points or line.amount or line.corrections]


def _by_community(lines: Sequence[Line]) -> list[tuple[str, list[Line]]]:
    return [
        (place, list(mine)) for place, mine in groupby(lines, key=lambda line: line.community_name)
    ]


def _draft(sheet: Sheet) -> list[Block]:
    return [] if sheet.closed else [Mark(DRAFT)]


def _above(sheet: Sheet) -> tuple[tuple[str, ...], ...]:
    return () if sheet.closed else ((DRAFT,),)
