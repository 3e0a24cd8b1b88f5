"""培训证明: what one person attended in a period, for who needs to show it; it carries the whole name."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from db.kernel.dates import full_day
from db.kernel.text import hours_text
from db.kernel.workdays import Period
from db.trainings import HERE, KIND_NAMES, STATUS_NAMES
from db.trainings.attended import Attended
from desktop.paper.document import (
    Column,
    Document,
    Paragraph,
    Row,
    Signature,
    Table,
    Title,
)
from desktop.paper.words import NOTHING


class Holder(NamedTuple):
    """Whom a certificate is for: name, what they are, where they serve."""

    name: str
    role: str
    community: str


def certificate(
    holder: Holder,
    period: Period,
    sessions: Sequence[Attended],
    *,
    station: str,
    post: str,
    made_on: date,
) -> Document:
    """Return the certificate: how many sessions and hours, then each; only those attended stand there."""
    came = [one for one in sessions if one.status in HERE]
    minutes = sum(one.minutes or 0 for one in came)
    unknown = sum(one.minutes is None for one in came)
    hours = f"，计{hours_text(minutes)}学时" if minutes else ""
    said = (
        f"兹证明{holder.name}（{holder.community}{holder.role}）"
        f"在{full_day(period.start)}至{full_day(period.end)}期间，"
        f"参加{station}{post}组织的培训{len(came)}次{hours}。情况如下："
    )
    rows = [
        Row((
            str(at), one.day.isoformat(), one.topic, KIND_NAMES.get(one.kind, ""),
            NOTHING if one.minutes is None else hours_text(one.minutes), STATUS_NAMES[one.status],
        ))
        for at, one in enumerate(came, 1)
    ]  # fmt: skip
    rows.append(Row(("", "", "合计", f"{len(came)}次", hours_text(minutes), ""), "total"))
    columns = (
        Column("序号", "right"), Column("日期"), Column("培训主题", narrow=False), Column("类别"),
        Column("学时", "right"), Column("出勤"),
    )  # fmt: skip
    notes = (f"有{unknown}次没有记时间，没有计入学时。",) if unknown else ()
    blocks = (
        Title(("培训证明",)),
        Paragraph(said),
        Table(columns, tuple(rows), notes),
        Paragraph("特此证明。"),
        Signature(f"{station}{post}", full_day(made_on), seal=True),
    )
    return Document(f"培训证明 {holder.name}", post, blocks, first_page=0)
