"""Editions: reports as issued, stored with their figures so that the same paper prints again."""

from datetime import date
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.kernel.ids import Id
from db.kernel.records import Record, Values, Words


class Edition(Record):
    """A report issued: the `no`-th of its kind and period; a later one corrects it, with a reason.

    `figures` is the JSON of docs/FIGURES.md, `problems` and `plans` the sentences as signed off.
    """

    __tablename__ = "edition"
    __table_args__ = (UniqueConstraint("kind", "period", "no"), {"sqlite_with_rowid": False})
    undoable = False

    kind: Mapped[str]
    period: Mapped[str]
    no: Mapped[int]
    issued: Mapped[date]
    account: Mapped[Id | None]
    reason: Mapped[str | None]
    figures: Mapped[dict[str, Any] | None] = mapped_column(Values)
    problems: Mapped[tuple[str, ...]] = mapped_column(Words)
    plans: Mapped[tuple[str, ...]] = mapped_column(Words)
