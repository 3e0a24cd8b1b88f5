"""Points (积分) and subsidy (补贴) of volunteers: what each did, what it is worth, paid without a dispute.

- `rules`: schemes as they stand, who counts by which (`scheme_list`, `Rules`); `schemes`: the
  commands that adopt a version and re-weight an item; `defaults`: the thirteen items.
- `entries`: entries by hand. What comes by itself (visits, trainings, mediations) is counted from
  db.participation and stored nowhere until its month is closed.
- `month`: `month_sheet`, the open month counted anew, with `doubts` a person decides (`decide`).
- `closing`: `propose_closing` and `close_month`, which freeze a month; `frozen`: `closed_sheet`,
  the same rows as they were frozen; `corrections`: what late records change, booked by name in the
  next month.
- `fairness`: by occupation, community and item, and what another weight would do; `statement`: all
  of one volunteer's entries.

Points are int hundredths of a point, money is int 分; nothing is a float.
"""

from datetime import date
from typing import Any, Final

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, SmallInteger, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.kernel.ids import Id
from db.kernel.records import KEY, Ids, Lettered, Record, Values, Words

# Points are counted in hundredths.
POINT: Final = 100
CLASS_NAMES: Final = {"base": "基础工作", "result": "工作成效", "model": "模范引领"}
# What brings points by itself; hazards found and duty done when those are kept.
SOURCE_NAMES: Final = {
    "training": "培训出勤", "visit": "同行走访", "mediation": "参与调解", "hazard": "发现隐患", "duty": "巡防值守",
}  # fmt: skip
SPAN_NAMES: Final = {"month": "每月", "year": "每年"}


class PointScheme(Record):
    """A version of the rules, from `start` to `end` (open where None); no community means all.

    `per_point`, `floor`, `cap` and `budget` are 分; where the month's sum passes the budget,
    `reduces` pays everybody less in proportion.
    """

    __tablename__ = "point_scheme"
    same_by = ("name", "start", "version", "community")

    community: Mapped[Id | None] = mapped_column(ForeignKey("community.id"))
    name: Mapped[str]
    version: Mapped[int] = mapped_column(SmallInteger)
    start: Mapped[date]
    end: Mapped[date | None]
    per_point: Mapped[int | None] = mapped_column(Integer)
    floor: Mapped[int | None] = mapped_column(Integer)
    cap: Mapped[int | None] = mapped_column(Integer)
    budget: Mapped[int | None] = mapped_column(BigInteger)
    span: Mapped[str | None]
    reduces: Mapped[bool]
    reason: Mapped[str | None]


class PointItem(Record):
    """What earns points under a scheme; `key` is the same through its versions.

    A community may re-weight it between `least` and `most`; without them nobody may.
    """

    __tablename__ = "point_item"
    __table_args__ = (UniqueConstraint("scheme", "key"), {"sqlite_with_rowid": False})
    same_by = ("scheme", "key")
    quiet = ("rank",)

    scheme: Mapped[Id] = mapped_column(ForeignKey("point_scheme.id"))
    rank: Mapped[int] = mapped_column(SmallInteger)
    kind: Mapped[str]
    key: Mapped[str]
    name: Mapped[str]
    points: Mapped[int] = mapped_column(Integer)
    day_cap: Mapped[int | None] = mapped_column(Integer)
    month_cap: Mapped[int | None] = mapped_column(Integer)
    evidence: Mapped[bool]
    negative: Mapped[bool]
    source: Mapped[str | None]
    least: Mapped[int | None] = mapped_column(Integer)
    most: Mapped[int | None] = mapped_column(Integer)


class PointBand(Record):
    """From so many points in a month: the grade, and the subsidy in 分."""

    __tablename__ = "point_band"
    __table_args__ = (UniqueConstraint("scheme", "points"), {"sqlite_with_rowid": False})
    same_by = ("scheme", "points")

    scheme: Mapped[Id] = mapped_column(ForeignKey("point_scheme.id"))
    points: Mapped[int] = mapped_column(Integer)
    grade: Mapped[str]
    amount: Mapped[int] = mapped_column(Integer)


class PointWeight(Record):
    """自主赋分: what an item is worth in a community from a day on."""

    __tablename__ = "point_weight"
    __table_args__ = (UniqueConstraint("item", "community", "since"), {"sqlite_with_rowid": False})
    same_by = ("item", "community", "since")

    item: Mapped[Id] = mapped_column(ForeignKey("point_item.id"))
    community: Mapped[Id] = mapped_column(ForeignKey("community.id"))
    since: Mapped[date]
    points: Mapped[int] = mapped_column(Integer)


class PointEntry(Record):
    """An entry by hand: so many times of an item, or points given outright.

    `start` and `end` are minutes since midnight. `entity` and `record` name the source it stands
    for, which then is not counted by itself.
    """

    __tablename__ = "point_entry"
    __table_args__ = (Index("ix_point_entry_day", "day"), {"sqlite_with_rowid": False})
    same_by = (
        "volunteer", "item", "day", "start", "end", "times", "points", "reason", "evidence", "entity",
        "record",
    )  # fmt: skip
    quiet = ("account",)

    volunteer: Mapped[Id] = mapped_column(ForeignKey("volunteer.id"))
    item: Mapped[str]
    day: Mapped[date]
    start: Mapped[int | None] = mapped_column(SmallInteger)
    end: Mapped[int | None] = mapped_column(SmallInteger)
    times: Mapped[int] = mapped_column(SmallInteger)
    points: Mapped[int | None] = mapped_column(Integer)
    reason: Mapped[str]
    evidence: Mapped[str | None]
    entity: Mapped[str | None]
    record: Mapped[Id | None] = mapped_column(KEY)
    account: Mapped[Id | None] = mapped_column(KEY)


class PointDecision(Record):
    """What a person decided of a doubt: of the claims it is about, those that are left out."""

    __tablename__ = "point_decision"
    __table_args__ = (Index("ix_point_decision_month", "month"), {"sqlite_with_rowid": False})
    same_by = ("month", "volunteer", "kind", "claims")
    quiet = ("account", "decided")

    month: Mapped[str]
    volunteer: Mapped[Id] = mapped_column(ForeignKey("volunteer.id"))
    kind: Mapped[str]
    claims: Mapped[tuple[str, ...]] = mapped_column(Lettered)
    left_out: Mapped[tuple[str, ...]] = mapped_column(Lettered)
    reason: Mapped[str]
    account: Mapped[Id | None] = mapped_column(KEY)
    decided: Mapped[date]


class PointProposal(Record):
    """A month handed over to be closed by somebody else; `digest` is of its figures then."""

    __tablename__ = "point_proposal"
    __table_args__ = (UniqueConstraint("month"), {"sqlite_with_rowid": False})
    travels = False

    month: Mapped[str]
    digest: Mapped[str]
    note: Mapped[str | None]
    account: Mapped[Id | None] = mapped_column(KEY)
    proposed: Mapped[date]


class PointMonth(Record):
    """A closed month: its sums and who closed it. It names the rules it was counted by.

    `owing` are earlier months with money still to be taken back: there was not enough to take.
    """

    __tablename__ = "point_month"
    __table_args__ = (UniqueConstraint("month"), {"sqlite_with_rowid": False})
    same_by = ("month",)
    asked = False
    frozen = True
    undoable = False

    month: Mapped[str]
    closed: Mapped[date]
    prepared: Mapped[Id | None] = mapped_column(KEY)
    prepared_name: Mapped[str]
    approved: Mapped[Id | None] = mapped_column(KEY)
    approved_name: Mapped[str | None]
    paper: Mapped[str | None]
    note: Mapped[str | None]
    people: Mapped[int] = mapped_column(Integer)
    points: Mapped[int] = mapped_column(BigInteger)
    amount: Mapped[int] = mapped_column(BigInteger)
    schemes: Mapped[tuple[Id, ...]] = mapped_column(Ids("point_scheme"))
    weights: Mapped[tuple[Id, ...]] = mapped_column(Ids("point_weight"))
    owing: Mapped[tuple[str, ...]] = mapped_column(Words)


class PointLine(Record):
    """A volunteer in a closed month, as they were then.

    `points` are of the month's own entries. `due` is what the rule gives for them, `own` what of it
    is paid (less where the budget reduces), `amount` the same with corrections of earlier months.
    """

    __tablename__ = "point_line"
    __table_args__ = (
        UniqueConstraint("month", "volunteer"),
        Index("ix_point_line_volunteer", "volunteer"),
        {"sqlite_with_rowid": False},
    )
    same_by = ("month", "volunteer")
    asked = False
    frozen = True
    undoable = False

    month: Mapped[Id] = mapped_column(ForeignKey("point_month.id"))
    volunteer: Mapped[Id] = mapped_column(ForeignKey("volunteer.id"))
    name: Mapped[str]
    community: Mapped[Id] = mapped_column(ForeignKey("community.id"))
    community_name: Mapped[str]
    role: Mapped[str]
    occupation: Mapped[str | None]
    scheme: Mapped[Id | None] = mapped_column(ForeignKey("point_scheme.id"))
    points: Mapped[int] = mapped_column(Integer)
    grade: Mapped[str | None]
    standard: Mapped[str]
    due: Mapped[int] = mapped_column(Integer)
    own: Mapped[int] = mapped_column(Integer)
    amount: Mapped[int] = mapped_column(Integer)


class PointShare(Record):
    """What one item brought a volunteer in a closed month, in the community they then belonged to.

    `entries` are its sources, each with its day, times and points.
    """

    __tablename__ = "point_share"
    __table_args__ = (Index("ix_point_share_line", "line"), {"sqlite_with_rowid": False})
    same_by = ()
    asked = False
    frozen = True
    undoable = False

    line: Mapped[Id] = mapped_column(ForeignKey("point_line.id"))
    item: Mapped[str]
    name: Mapped[str]
    kind: Mapped[str]
    community: Mapped[Id] = mapped_column(ForeignKey("community.id"))
    community_name: Mapped[str]
    times: Mapped[int] = mapped_column(Integer)
    points: Mapped[int] = mapped_column(Integer)
    cut: Mapped[int] = mapped_column(Integer)
    entries: Mapped[dict[str, Any] | None] = mapped_column(Values)


class PointCorrection(Record):
    """A difference of an earlier closed month, booked in a later one: points of an item, or money.

    A row with an item holds points and what its sources now are; one without holds `amount` in 分.
    """

    __tablename__ = "point_correction"
    __table_args__ = (Index("ix_point_correction_line", "line"), {"sqlite_with_rowid": False})
    same_by = ()
    asked = False
    frozen = True
    undoable = False

    line: Mapped[Id] = mapped_column(ForeignKey("point_line.id"))
    of: Mapped[str]
    item: Mapped[str | None]
    name: Mapped[str | None]
    kind: Mapped[str | None]
    community: Mapped[Id | None] = mapped_column(ForeignKey("community.id"))
    community_name: Mapped[str | None]
    times: Mapped[int] = mapped_column(Integer)
    points: Mapped[int] = mapped_column(Integer)
    amount: Mapped[int] = mapped_column(Integer)
    reason: Mapped[str]
    entries: Mapped[dict[str, Any] | None] = mapped_column(Values)


def scheme_title(name: str, version: int) -> str:
    """Return a scheme as people call it: 群防群治积分办法 第2版."""
    return f"{name} 第{version}版"


def points_text(points: int) -> str:
    """Return points as a person reads them: 12, 1.5, -0.25."""
    whole, rest = divmod(abs(points), POINT)
    said = f"{whole}.{rest:02d}".rstrip("0").rstrip(".") if rest else str(whole)
    return f"-{said}" if points < 0 else said
