"""The thirteen items a post may start from; the local rule replaces them.

They say no subsidy: what is paid stands in a local paper, and nobody should find a sum here that
nobody decided.
"""

from typing import Final

from db.points import POINT
from db.points.schemes import ItemDraft, SchemeDraft

NAME: Final = "群防群治积分办法"


def _item(
    kind: str, key: str, name: str, points: int, source: str | None = None,
    day: int | None = None, month: int | None = None, *, evidence: bool = False,
) -> ItemDraft:  # fmt: skip
    worth = points * POINT
    caps = [None if cap is None else cap * POINT for cap in (day, month)]
    return ItemDraft(
        kind=kind, key=key, name=name, points=worth, source=source, day_cap=caps[0],
        month_cap=caps[1], evidence=evidence, least=worth // 2, most=worth * 2,
    )  # fmt: skip


ITEMS: Final = (
    _item("base", "training", "参加培训例会", 2, "training"),
    _item("base", "visit", "入户宣传", 1, "visit", 10, 60),
    _item("base", "report", "信息上报", 1, None, 3, 20),
    _item("base", "duty", "巡防值守", 2, "duty", 4),
    _item("base", "ledger", "台账填写", 1, None, 1, 10),
    _item("result", "mediation", "参与调解纠纷", 5, "mediation"),
    _item("result", "hazard", "发现安全隐患", 3, "hazard"),
    _item("result", "follow", "跟踪整改", 2),
    _item("result", "fraud", "反诈劝阻", 5, evidence=True),
    _item("result", "advice", "合理化建议", 2, None, None, 6),
    _item("model", "honour", "获得表彰", 10, evidence=True),
    _item("model", "help", "帮扶邻里", 2, None, None, 10),
    _item("model", "emergency", "应急参与", 5),
)


def default_scheme() -> SchemeDraft:
    """Return the scheme of the thirteen items; communities may halve or double each."""
    return SchemeDraft(name=NAME, items=ITEMS)
