"""积分明细: everything that brought one volunteer points, each with its source, to be read and signed."""

from db.exports import Book, Value
from db.exports import Sheet as BookSheet
from db.kernel.dates import full_day
from db.kernel.money import short_yuan
from db.points import points_text
from db.points.statement import Statement, StatementEntry, StatementMonth
from desktop.paper.document import (
    Block,
    Column,
    Document,
    Heading,
    Paragraph,
    Row,
    SigningPlaces,
    Subtitle,
    Table,
    Title,
)
from desktop.paper.points_lists import number

TITLE = "积分明细"
HEADS = ("日期", "项目", "来源", "内容", "次数", "应计", "实计", "说明")
_RIGHT = ("次数", "应计", "实计")
_FIGURES = "一二三四五六七八九"


def statement_paper(said: Statement, *, author: str) -> Document:
    """Return a volunteer's statement as a paper with a place to sign."""
    days = f"{full_day(said.period.start)}至{full_day(said.period.end)}"
    blocks: list[Block] = [
        Title((TITLE,)),
        Subtitle(f"（{said.name}　{said.role}　{said.community}）"),
        Paragraph(f"{days}，{summary(said)}"),
    ]
    for at, month in enumerate(said.months, 1):
        state = "已结账" if month.closed else "未结账，还会变"
        blocks.append(Heading(1, f"{_numeral(at)}、{month.month.words}（{state}）"))
        blocks += _month(month)
    blocks.append(SigningPlaces("本人核对后签名", ("",)))
    return Document(f"{said.name}{TITLE}", author, tuple(blocks), landscape=True)


def statement_book(said: Statement) -> Book:
    """Return a statement as a workbook, a sheet for each month."""
    sheets = []
    for month in said.months:
        rows: list[tuple[Value, ...]] = [
            (e.day, e.item, e.source, e.text, e.times, number(e.asked), number(e.points), e.why)
            for e in month.entries
        ]
        rows += [
            (None, c.name, "更正", c.of.words, c.times or None, None, number(c.points), c.reason)
            for c in month.line.corrections
        ]
        above = ((f"{said.name}　{said.role}　{said.community}",), (_sums(month),))
        title = f"{month.month.words}{TITLE}"
        sheets.append(BookSheet(str(month.month), title, above, HEADS, rows))
    return Book(f"{said.name}{TITLE}", sheets)


def summary(said: Statement) -> str:
    """Return the whole statement in one sentence."""
    points = sum(month.line.points for month in said.months)
    corrected = sum(month.line.corrected for month in said.months)
    amount = sum(month.line.amount for month in said.months)
    more = f"（另有以前月份更正{points_text(corrected)}分）" if corrected else ""
    return f"共积{points_text(points)}分{more}，补贴{short_yuan(amount)}元。"


def _numeral(number: int) -> str:
    """Return a number as headings have it: 十, 十二, 二十; from a hundred on in figures."""
    tens, ones = divmod(number, 10)
    if tens > 9:
        return str(number)
    return (
        (_FIGURES[tens - 1] if tens > 1 else "")
        + ("十" if tens else "")
        + (_FIGURES[ones - 1] if ones else "")
    )


def _month(month: StatementMonth) -> list[Block]:
    blocks: list[Block] = []
    if month.entries:
        columns = tuple(
            Column(head, "right" if head in _RIGHT else "left", narrow=head not in ("内容", "说明"))
            for head in HEADS
        )
        line = month.line
        total = ("合计", "", "", "", "", "", points_text(line.points), "")
        rows = (*(_row(entry) for entry in month.entries), Row(total, "total"))
        blocks.append(Table(columns, rows))
    if month.line.corrections:
        columns = (
            Column("更正的月份"), Column("项目"), Column("积分", "right"),
            Column("金额（元）", "right"), Column("原因", narrow=False),
        )  # fmt: skip
        rows = tuple(
            Row((
                c.of.words, c.name, points_text(c.points) if c.points else "",
                short_yuan(c.amount) if c.amount else "", c.reason,
            ))
            for c in month.line.corrections
        )  # fmt: skip
        blocks.append(Table(columns, rows))
    blocks.append(Paragraph(_sums(month)))
    return blocks


def _sums(month: StatementMonth) -> str:
    line = month.line
    parts = [f"本月积{points_text(line.points)}分" if month.entries else "本月没有积分记录"]
    if line.standard:
        parts.append(f"标准：{line.standard}")
    parts.append(f"补贴{short_yuan(line.amount)}元")
    if line.remark:
        parts.append(line.remark)
    return "，".join(parts) + "。"


def _row(entry: StatementEntry) -> Row:
    return Row(
        (
            entry.day.isoformat(), entry.item, entry.source, entry.text, str(entry.times),
            points_text(entry.asked), points_text(entry.points), entry.why,
        )
    )  # fmt: skip
