"""网格长考评表: the grades of two months, each beside the facts it rests on."""

from collections import Counter
from collections.abc import Sequence
from datetime import date

from db.figures.rates import percent
from db.kernel.dates import full_day
from db.reviews import GRADE_NAMES, TwoMonths
from db.reviews.facts import ReviewRow
from desktop.paper.document import (
    Blank,
    BlankLine,
    Column,
    Document,
    Row,
    Subtitle,
    Table,
    Title,
)
from desktop.paper.words import rate

COUNTED_BY = (
    "培训为到场次数，走访为同去次数，调解为参加次数。见到户为所负责楼栋（没有写楼栋的为全社区）期内见到人"
    "的户，每户一次；应访户不含空户和无效户。"
)
NO_GRADE = "未考评"


def review_sheet(
    rows: Sequence[ReviewRow], term: TwoMonths, *, author: str, made_on: date
) -> Document:
    """Return the review of two months with its facts, as it is signed."""
    columns = (
        Column("序号", "right"),
        Column("姓名"),
        Column("社区"),
        Column("负责"),
        Column("培训", "right"),
        Column("走访", "right"),
        Column("调解", "right"),
        Column("见到户", "right"),
        Column("应访户", "right"),
        Column("进度", "right"),
        Column("上期"),
        Column("等次"),
        Column("理由", narrow=False),
    )
    lines = tuple(Row(_cells(at, row)) for at, row in enumerate(rows, 1))
    signed = BlankLine(tuple(Blank(who) for who in ("考评人", "负责人")))
    return Document(
        "网格长考评表",
        author,
        (
            Title(("网格长考评表",)),
            Subtitle(f"（{term}，{author}，{full_day(made_on)}制）"),
            Table(columns, lines, (f"{grades_told(rows)}。", COUNTED_BY)),
            signed,
        ),
        landscape=True,
    )


def grades_told(rows: Sequence[ReviewRow]) -> str:
    """Return how many have which grade: 好2人、一般1人、未考评3人."""
    counts = Counter(row.person.grade for row in rows)
    named = [(word, counts[code]) for code, word in GRADE_NAMES.items()]
    told = [f"{word}{count}人" for word, count in (*named, (NO_GRADE, counts[None])) if count]
    return "、".join(told) or "没有网格长"


def _cells(at: int, row: ReviewRow) -> tuple[str, ...]:
    person, area = row.person, row.area
    return (
        str(at),
        person.name,
        person.community_name,
        area.name if person.building is not None else "全社区",
        str(row.count("training")),
        str(row.count("visit")),
        str(row.count("mediation")),
        str(area.met),
        str(area.base),
        rate(percent(area.met, area.base)),
        GRADE_NAMES.get(row.last or "", "—"),
        GRADE_NAMES.get(person.grade or "", NO_GRADE),
        person.reason,
    )
