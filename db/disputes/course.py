"""What happens while a dispute is mediated: dated facts like the others, and the papers of its file."""

from datetime import date

from sqlalchemy import ForeignKey, Index, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from db.kernel.ids import Id
from db.kernel.records import Ids, Record


class MediationSession(Record):
    """A 调解 that was held; `at` is minutes since midnight, `result` settled, failed or continued.

    `volunteers` of the roster took part; `invited` are others, by name as the paper has them.
    """

    __tablename__ = "dispute_session"
    __table_args__ = (
        Index("ix_dispute_session_dispute", "dispute"),
        {"sqlite_with_rowid": False},
    )
    same_by = ("dispute", "day", "at")

    dispute: Mapped[Id] = mapped_column(ForeignKey("dispute.id"))
    day: Mapped[date]
    at: Mapped[int | None] = mapped_column(SmallInteger)
    place: Mapped[str | None]
    mediators: Mapped[tuple[Id, ...]] = mapped_column(Ids("staff"))
    recorder: Mapped[str | None]
    invited: Mapped[str | None]
    record: Mapped[str | None]
    result: Mapped[str]
    volunteers: Mapped[tuple[Id, ...] | None] = mapped_column(Ids("volunteer"))


class Extension(Record):
    """A 延期 that both sides agreed to in writing on a day: the month runs until another."""

    __tablename__ = "dispute_extension"
    __table_args__ = (
        Index("ix_dispute_extension_dispute", "dispute"),
        {"sqlite_with_rowid": False},
    )
    same_by = ("dispute", "day")

    dispute: Mapped[Id] = mapped_column(ForeignKey("dispute.id"))
    day: Mapped[date]
    until: Mapped[date]
    reason: Mapped[str | None]


class Report(Record):
    """A dispute at 重大 risk was reported on a day, and `told` says to whom."""

    __tablename__ = "dispute_report"
    __table_args__ = (Index("ix_dispute_report_dispute", "dispute"), {"sqlite_with_rowid": False})
    same_by = ("dispute", "day", "told")

    dispute: Mapped[Id] = mapped_column(ForeignKey("dispute.id"))
    day: Mapped[date]
    at: Mapped[int | None] = mapped_column(SmallInteger)
    told: Mapped[str]


class Closing(Record):
    """结案: the file was closed on a day."""

    __tablename__ = "dispute_closing"
    __table_args__ = (Index("ix_dispute_closing_dispute", "dispute"), {"sqlite_with_rowid": False})
    same_by = ("dispute", "day")

    dispute: Mapped[Id] = mapped_column(ForeignKey("dispute.id"))
    day: Mapped[date]
    note: Mapped[str | None]


class DisputePaper(Record):
    """What has become of one paper: when it was printed, when it was put in the file, its pages."""

    __tablename__ = "dispute_paper"
    __table_args__ = (Index("ix_dispute_paper_dispute", "dispute"), {"sqlite_with_rowid": False})
    same_by = ("dispute", "paper")

    dispute: Mapped[Id] = mapped_column(ForeignKey("dispute.id"))
    paper: Mapped[str]
    printed: Mapped[date | None]
    filed: Mapped[date | None]
    pages: Mapped[int | None] = mapped_column(SmallInteger)
