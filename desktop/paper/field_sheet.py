"""走访单: the doors of a walk on paper, addresses only, with a number to type it back by.

It may be lost on the stairs, so nobody's name or telephone stands on it.
"""

from collections.abc import Sequence
from datetime import date

from db.kernel.dates import full_day
from desktop.paper.document import Column, Document, Row, Subtitle, Table, Title

RESULTS = ("见到", "未遇", "拒访", "电话", "留卡")


def field_sheet(
    number: int,
    title: str,
    doors: Sequence[str],
    *,
    post: str,
    printed: date,
) -> Document:
    """Return a sheet of the doors in their order; `doors` are addresses as people say them."""
    columns = (
        Column("序号", "right"),
        Column("地址"),
        *(Column(result, "centre") for result in RESULTS),
        Column("人数", "centre"),
        Column("时间", "centre"),
        Column("发现问题、备注", narrow=False),
    )
    blank = ("",) * (len(columns) - 2)
    rows = tuple(Row((str(at), door, *blank)) for at, door in enumerate(doors, 1))
    notes = (
        f"1. 在结果下打勾，写见到的人数和时间；回来后在“走访”里输入走访单编号{number}，按序号登记。",
        "2. 本单只有地址，用后交回警务室。",
    )
    head = Subtitle(f"（编号{number}，{title}，共{len(doors)}户，{full_day(printed)}打印）")
    table = Table(columns, rows, notes, by_hand=True)
    return Document(f"{post}走访单{number}", post, (Title(("入户走访单",)), head, table))
