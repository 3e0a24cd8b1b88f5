"""Training sessions and who attended: the names on the list, present, late, on leave, absent."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, NamedTuple

from sqlalchemy import (
    Connection,
    ForeignKey,
    Index,
    SmallInteger,
    UniqueConstraint,
    case,
    exists,
    func,
    select,
)
from sqlalchemy.orm import Mapped, mapped_column

from db.kernel.fields import (
    KEEP_OFFICE,
    KEEP_SERVICE,
    KEEP_SESSION,
    Field,
    Problem,
    common_problems,
    entry,
)
from db.kernel.ids import Id
from db.kernel.records import Ids, Record, Values, Words
from db.kernel.workdays import Period, month_to
from db.people import Volunteer, serving

STATUSES: Final = {
    "到": "present", "出勤": "present", "已到": "present", "签到": "present", "参加": "present", "√": "present",
    "是": "present", "到场": "present", "实到": "present", "正常": "present", "参训": "present",
    "出席": "present",
    "迟到": "late", "晚到": "late",
    "请假": "leave", "事假": "leave", "病假": "leave", "公假": "leave", "已请假": "leave",
    "缺席": "absent", "未到": "absent", "缺勤": "absent", "旷课": "absent", "×": "absent", "X": "absent",
    "否": "absent", "未参加": "absent", "无故缺席": "absent", "未参训": "absent",
    "未签到": "absent", "未出席": "absent",
}  # fmt: skip
# A column that people sign in: who did was there.
SIGNATURES: Final = ("签名", "本人签名", "签字", "签名栏", "签到栏")
# Times to some, signatures to others.
SIGNED: Final = "签到"
KIND_NAMES: Final = {
    "course": "业务培训", "meeting": "例会", "exchange": "座谈交流", "drill": "演练",
}  # fmt: skip
STATUS_NAMES: Final = {"present": "到", "late": "迟到", "leave": "请假", "absent": "缺席"}
KINDS: Final = {
    "业务培训": "course", "培训": "course", "例会": "meeting", "工作例会": "meeting", "会议": "meeting",
    "座谈交流": "exchange", "座谈": "exchange", "座谈会": "exchange", "交流": "exchange",
    "演练": "drill", "演习": "drill",
}  # fmt: skip
HERE: Final = ("present", "late")
# A score of 100 at which somebody knows what was taught, where a session sets no other.
PASS_MARK: Final = 80
FULL_MARK: Final = 100
LONGEST: Final = 24 * 60


class Training(Record):
    """A session; `start` and `end` are minutes since midnight.

    `hours` are the hours it counts for, in minutes, where they are other than from start to end;
    `pass_mark` is None for the usual one. Sessions planned together share `series`.
    """

    __tablename__ = "training"
    __table_args__ = (Index("ix_training_day", "day"), {"sqlite_with_rowid": False})
    same_by = ("day", "start", "topic", "place")
    quiet = ("series", "imported")

    topic: Mapped[str]
    kind: Mapped[str]
    day: Mapped[date]
    start: Mapped[int | None] = mapped_column(SmallInteger)
    end: Mapped[int | None] = mapped_column(SmallInteger)
    place: Mapped[str | None]
    lecturers: Mapped[tuple[Id, ...]] = mapped_column(Ids("staff"))
    hours: Mapped[int | None] = mapped_column(SmallInteger)
    pass_mark: Mapped[int | None] = mapped_column(SmallInteger)
    series: Mapped[Id | None]
    note: Mapped[str | None]
    imported: Mapped[dict[str, Any] | None] = mapped_column(Values)


class Attendance(Record):
    """One name on a session's list: a volunteer of the roster, or a walk-in by name.

    `signed` is minutes since midnight, `reason` why somebody is on leave; `before` and `after` are
    the scores of a quiz out of 100. `walk_ins` are the names that were joined to this one, so that
    their workbook still finds them.
    """

    __tablename__ = "attendance"
    __table_args__ = (
        Index("ix_attendance_training", "training"),
        Index("ix_attendance_volunteer", "volunteer"),
        {"sqlite_with_rowid": False},
    )
    same_by = ("training", "volunteer", "name", "community")
    quiet = ("walk_ins", "imported")

    training: Mapped[Id] = mapped_column(ForeignKey("training.id"))
    volunteer: Mapped[Id | None] = mapped_column(ForeignKey("volunteer.id"))
    name: Mapped[str]
    community: Mapped[Id | None] = mapped_column(ForeignKey("community.id"))
    role: Mapped[str | None]
    status: Mapped[str]
    signed: Mapped[int | None] = mapped_column(SmallInteger)
    reason: Mapped[str | None]
    before: Mapped[int | None] = mapped_column(SmallInteger)
    after: Mapped[int | None] = mapped_column(SmallInteger)
    walk_ins: Mapped[tuple[str, ...] | None] = mapped_column(Words)
    imported: Mapped[dict[str, Any] | None] = mapped_column(Values)


class SignInSheet(Record):
    """A printed sign-in sheet; `people` keeps the printed order of the list, below it `blanks` lines.

    `returned` is the day it was typed back.
    """

    __tablename__ = "sign_in_sheet"
    __table_args__ = (UniqueConstraint("number"), {"sqlite_with_rowid": False})
    travels = False

    number: Mapped[int]
    training: Mapped[Id] = mapped_column(ForeignKey("training.id"))
    printed: Mapped[date]
    people: Mapped[tuple[Id, ...]] = mapped_column(Ids("attendance"))
    blanks: Mapped[int] = mapped_column(SmallInteger)
    returned: Mapped[date | None]


@dataclass(frozen=True)
class TrainingDraft:
    """The head of a sign-in sheet."""

    topic: str = entry(
        Field("培训主题", synonyms=("主题", "培训内容", "会议主题", "内容", "培训名称", "课程", "会议名称", "活动主题",
              "培训题目"), required=True, most=100), "")  # fmt: skip
    day: date | None = entry(
        Field("培训时间", kind="day", synonyms=("培训日期", "时间", "日期", "会议时间", "活动时间", "开课时间",
              "培训日", "会议日期"), required=True, near=True))  # fmt: skip
    start: int | None = entry(Field("开始时间", kind="time", synonyms=("开始", "起始时间")))
    end: int | None = entry(Field("结束时间", kind="time", synonyms=("结束", "截止时间")))
    place: str | None = entry(
        Field("地点", synonyms=("培训地点", "会议地点", "活动地点", "场所"), most=100)
    )
    lecturers: tuple[str, ...] = entry(
        Field("主讲人", kind="names", synonyms=("授课人", "讲师", "主持人", "培训人", "授课民警", "主讲", "授课老师"),
              most=40, purpose="培训的经办人", keep=KEEP_OFFICE), ())  # fmt: skip
    kind: str = entry(
        Field(
            "培训类别",
            kind="choice",
            synonyms=("培训形式", "类型", "形式", "培训方式"),
            choices=KINDS,
        ),
        "course",
    )
    hours: int | None = entry(
        Field("学时", kind="hours", synonyms=("课时", "培训学时", "培训课时"))
    )
    pass_mark: int = entry(Field("合格分", kind="count", most=FULL_MARK), PASS_MARK)
    note: str | None = entry(
        Field("培训记录", kind="prose", synonyms=("会议记录", "培训小结"), most=1000)
    )


@dataclass(frozen=True)
class AttendanceDraft:
    """A line of a sign-in sheet."""

    name: str = entry(
        Field("姓名", kind="name", synonyms=("参训人员", "参训人", "人员姓名", "签到人", "参会人员", "联户长",
              "联户长姓名"), required=True, most=40, purpose="培训签到", keep=KEEP_SESSION), "")  # fmt: skip
    role: str | None = entry(
        Field("身份", synonyms=("人员身份", "职务", "类别", "人员类别"), most=20)
    )
    community: str = entry(
        Field("所属社区", synonyms=("社区", "社区网格", "所属社区/网格", "所属网格", "单位", "社区名称", "所在社区",
              "村居", "所属村居")), "")  # fmt: skip
    signed: int | None = entry(Field("签到时间", kind="time", synonyms=("到场时间", "签到")))
    status: str = entry(
        Field("出勤", kind="choice", synonyms=("出勤情况", "考勤", "到会情况", "是否到场", "出勤状态", "参训情况",
              "是否参加", "到训情况", "签到情况", *SIGNATURES), choices=STATUSES), "")  # fmt: skip
    before: int | None = entry(
        Field("训前测试", kind="count", synonyms=("训前得分", "训前成绩", "训前分"), most=FULL_MARK,
              purpose="看培训的效果", keep=KEEP_SERVICE))  # fmt: skip
    after: int | None = entry(
        Field("训后测试", kind="count", synonyms=("训后得分", "训后成绩", "训后分"), most=FULL_MARK,
              purpose="看培训的效果", keep=KEEP_SERVICE))  # fmt: skip
    reason: str | None = entry(
        Field(
            "备注",
            synonyms=("请假原因", "原因", "请假事由", "说明", "缺勤原因"),
            most=200,
            purpose="请假和缺席的原因",
            keep=KEEP_SESSION,
        )
    )


def training_problems(
    draft: TrainingDraft, today: date, *, planned: bool = False
) -> Iterator[Problem]:
    """Yield what keeps a session from being stored; one that is planned may lie ahead."""
    yield from common_problems(draft)
    if draft.day and draft.day > today and not planned:
        yield Problem("day", "培训日期在今天以后")
    if draft.day and draft.day.year < 1990:
        yield Problem("day", "培训日期早得不合情理")
    if draft.start is not None and draft.end is not None and draft.end < draft.start:
        yield Problem("end", "结束时间早于开始时间")
    if draft.hours is not None and not 0 < draft.hours <= LONGEST:
        yield Problem("hours", "学时不合情理")


def attendance_problems(draft: AttendanceDraft) -> Iterator[Problem]:
    """Yield what keeps a name from being put on the list."""
    yield from common_problems(draft)
    if draft.status not in STATUS_NAMES:
        yield Problem("status", "出勤情况不认识" if draft.status else "缺少出勤情况")


def walk_in_key(community: Id | None, name: str) -> str:
    """Return how a walk-in's list knows them, once they were joined to somebody of the roster."""
    return f"{community.hex() if community else ''}/{name}"


def credited(start: int | None, end: int | None, hours: int | None) -> int | None:
    """Return the minutes a session counts for: its own hours, else from start to end; None unknown."""
    if hours is not None:
        return hours
    return end - start if start is not None and end is not None and end > start else None


class TrainingCount(NamedTuple):
    """Sessions of a period; expected = names on their lists, present = 到 + 迟到."""

    sessions: int
    expected: int
    present: int


def count_trainings(connection: Connection, period: Period) -> TrainingCount:
    """Count the sessions dated in the period and the names on their lists."""
    expected, present = connection.execute(
        select(
            func.count(),
            func.coalesce(func.sum(case((Attendance.status.in_(HERE), 1), else_=0)), 0),
        )
        .join(Training, Training.id == Attendance.training)
        .where(Training.day.between(period.start, period.end))
    ).one()
    return TrainingCount(len(sessions_behind(connection, period)), expected, present)


def sessions_behind(connection: Connection, period: Period) -> tuple[Id, ...]:
    """Return the sessions that `count_trainings` counts, and whose lists it counts."""
    dated = Training.day.between(period.start, period.end)
    return tuple(connection.execute(select(Training.id).where(dated)).scalars())


def _trained(period: Period) -> Any:
    return (
        exists()
        .where(Attendance.volunteer == Volunteer.id)
        .where(Attendance.status.in_(HERE))
        .where(Training.id == Attendance.training)
        .where(Training.day.between(period.start, period.end))
    )


def trained_in_month(connection: Connection, day: date) -> int:
    """Return how many volunteers in service on the day were present in its month up to it."""
    statement = select(func.count()).select_from(Volunteer)
    statement = statement.where(*serving(day), _trained(month_to(day)))
    return connection.execute(statement).scalar_one()


class VolunteersBehind(NamedTuple):
    """The people in service on a day, and of them those who trained in its month and the rest."""

    active: tuple[Id, ...]
    trained_this_month: tuple[Id, ...]
    untrained: tuple[Id, ...]


def volunteers_behind(connection: Connection, day: date) -> VolunteersBehind:
    """Return the volunteers behind the figures of a day, each once."""
    trained: dict[Id, bool] = dict(
        connection.execute(select(Volunteer.id, _trained(month_to(day))).where(*serving(day))).all()
    )
    return VolunteersBehind(
        tuple(trained),
        tuple(id_ for id_, here in trained.items() if here),
        tuple(id_ for id_, here in trained.items() if not here),
    )
