"""Field sheets: a list of doors printed for a walk, addresses only, with a number to type it back by.

A number is given once at printing and never again; a sheet that never came back stays listed.
"""

from datetime import date

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.kernel.ids import Id
from db.kernel.records import Ids, Record


class FieldSheet(Record):
    """A printed list of doors; `doors` keeps the printed order, `returned` the day it was typed in."""

    __tablename__ = "field_sheet"
    __table_args__ = (UniqueConstraint("number"), {"sqlite_with_rowid": False})
    undoable = False

    number: Mapped[int]
    title: Mapped[str]
    printed: Mapped[date]
    campaign: Mapped[Id | None]
    doors: Mapped[tuple[Id, ...]] = mapped_column(Ids("household"))
    returned: Mapped[date | None]
