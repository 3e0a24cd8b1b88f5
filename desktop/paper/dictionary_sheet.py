"""数据字典 on paper, for the wall: what the ledger keeps of people, why and for how long.

Source: PIPL art. 7 and 17 (the purpose, the kinds and the keeping time are told openly).
"""

from collections.abc import Sequence
from datetime import date

from db.dictionary import Entry
from db.kernel.dates import full_day
from desktop.paper.document import Column, Document, Paragraph, Row, Subtitle, Table, Title

TITLE = "数据字典和保存期限"
NEVER = (
    "本台账不记身份证号、民族、宗教、政治面貌、家庭关系、人像和车辆轨迹，也不给人贴标签；一户只记一个联系人。"
    "保存期满的由一人提出、另一人核准清除，姓名和写的话清除后不能恢复，次数和件数不变。本人可以到警务室要求清除。"
)


def dictionary_paper(lines: Sequence[Entry], *, author: str, made_on: date) -> Document:
    """Return the data dictionary as a paper of its own: a row for a noun and a keeping time."""
    columns = (
        Column("在哪里"), Column("记什么，用来做什么", narrow=False), Column("保存到什么时候", narrow=False),
    )  # fmt: skip
    said: dict[tuple[str, str], list[str]] = {}
    for line in lines:
        told = f"{'、'.join(line.labels)}：{line.purpose}"
        said.setdefault((line.noun, line.keep), []).append(told)
    rows = tuple(Row((noun, "；".join(told), keep)) for (noun, keep), told in said.items())
    head = (Title((TITLE,)), Subtitle(f"（{author}，{full_day(made_on)}）"), Paragraph(NEVER))
    return Document(TITLE, author, (*head, Table(columns, rows)), landscape=True)
