"""The running numbers of disputes: (2026)三号人调字第0007号.

A number is given once, when the first paper of a dispute is printed, by the ledger's first copy
only: two posts that give numbers apart would give the same one twice. What was given stands in a
book of its own that no undo touches, so that a number never goes to a second dispute.
"""

from itertools import pairwise
from typing import NamedTuple

from sqlalchemy import Connection, SmallInteger, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from db.disputes import Dispute
from db.kernel.access import Right
from db.kernel.errors import UserError
from db.kernel.ids import Id, new_id
from db.kernel.journal import Command, Tx
from db.kernel.records import KEY, Record
from db.kernel.text import tidy
from db.post import Post, is_first_copy

MOST = 9999
MOST_REASON = 60
REMOVED = "登记有误，已删除"


class NumberStart(Record):
    """The first number of a year, where paper has already used those before it."""

    __tablename__ = "number_start"
    __table_args__ = (UniqueConstraint("year"), {"sqlite_with_rowid": False})
    travels = False

    year: Mapped[int] = mapped_column(SmallInteger)
    first: Mapped[int] = mapped_column(SmallInteger)


class NumberGiven(Record):
    """A number once given to a dispute, which may be gone since; then `reason` says why."""

    __tablename__ = "number_given"

    undoable = False
    travels = False

    year: Mapped[int] = mapped_column(SmallInteger)
    number: Mapped[int] = mapped_column(SmallInteger)
    dispute: Mapped[Id] = mapped_column(KEY)
    reason: Mapped[str | None]


class YearNumbers(NamedTuple):
    """The numbers of a year: the first, how many are given, the next, and those no dispute has.

    `gaps` were given to a dispute that is gone, each with its reason; `skipped` are the runs, first
    and last, that were never given because the start was set higher later on.
    """

    year: int
    first: int
    given: int
    next: int
    gaps: tuple[tuple[int, str], ...]
    skipped: tuple[tuple[int, int], ...] = ()


def number_text(code: str, year: int | None, number: int | None) -> str:
    """Return a number as papers carry it; empty before one is given."""
    return f"({year}){code}人调字第{number:04d}号" if year and number else ""


def short_number(
    given_year: int | None, given: int | None, paper_year: int | None, paper: str | None
) -> str:
    """Return a dispute's number as lists show it: its own, else the paper one; empty for none."""
    if given_year and given:
        return f"{given_year}-{given:04d}"
    return f"{paper_year}-{paper}" if paper_year and paper else paper or ""


def year_numbers(connection: Connection, year: int) -> YearNumbers:
    """Return what is known of a year's numbers."""
    start = select(NumberStart.first).where(NumberStart.year == year)
    first = connection.execute(start).scalar() or _after_paper(connection, year)
    given = connection.execute(
        select(NumberGiven.number, NumberGiven.reason, Dispute.id)
        .join(Dispute, Dispute.id == NumberGiven.dispute, isouter=True)
        .where(NumberGiven.year == year)
        .order_by(NumberGiven.number)
    ).all()
    last = max((row.number for row in given), default=0)
    gaps = tuple((row.number, row.reason or REMOVED) for row in given if row.id is None)
    following = max(first, last + 1)
    used = [row.number for row in given]
    skipped = tuple(
        (one + 1, other - 1) for one, other in pairwise([*used, following]) if other > one + 1
    )
    return YearNumbers(year, first, len(given) - len(gaps), following, gaps, skipped)


def set_first_number(year: int, first: int) -> Command[None]:
    """Return the command that sets a year's first number; it may not touch what is given."""

    def run(tx: Tx) -> None:
        if not 1 <= first <= MOST:
            raise UserError(f"起始编号请填1到{MOST}，没有保存。")
        now = year_numbers(tx.connection, year)
        if (now.given or now.gaps) and first < now.next:
            raise UserError(f"{year}年已经编到第{now.next - 1}号，没有保存。")
        start = select(NumberStart.id).where(NumberStart.year == year)
        found = tx.connection.execute(start).scalar()
        if found is None:
            tx.add(NumberStart, [{"id": new_id(), "year": year, "first": first}])
        else:
            tx.change(NumberStart, {found: {"first": first}})

    return Command("设置纠纷起始编号", Right.SETTINGS, run, note=f"{year}年从第{first}号起")


def explain_gap(year: int, number: int, reason: str) -> Command[None]:
    """Return the command that says why no dispute has a number that was given."""

    def run(tx: Tx) -> None:
        said = tidy(reason)
        if not said or len(said) > MOST_REASON or not said.isprintable():
            raise UserError(f"缺号的原因请写1到{MOST_REASON}字，没有保存。")
        if number not in dict(year_numbers(tx.connection, year).gaps):
            raise UserError(f"{year}年第{number}号不是缺号，没有保存。")
        given = select(NumberGiven.id).where(NumberGiven.year == year, NumberGiven.number == number)
        tx.change(NumberGiven, {tx.connection.execute(given).scalar_one(): {"reason": said}})

    return Command("说明缺号", Right.WRITE, run, note=f"{year}年第{number}号")


def give_number(dispute: Id) -> Command[str]:
    """Return the command that numbers a dispute, if it has none yet; it answers with the number.

    The year is that of its registration. UserError on a copy that gives no numbers.
    """

    def run(tx: Tx) -> str:
        row = tx.connection.execute(
            select(Dispute.registered, Dispute.given_year, Dispute.given_number).where(
                Dispute.id == dispute
            )
        ).first()
        if row is None:
            raise UserError("这件纠纷已经不在台账里了，没有编号。")
        code = post_code(tx.connection)
        if row.given_number:
            return number_text(code, row.given_year, row.given_number)
        if not gives_numbers(tx.connection):
            raise UserError(
                "这份台账不编号：只在建立台账的那台电脑上编号，免得重号。空白表格照样可以打印。"
            )
        year = row.registered.year
        number = year_numbers(tx.connection, year).next
        if number > MOST:
            raise UserError(f"{year}年的编号已经用完（{MOST}），没有编号。")
        tx.change(Dispute, {dispute: {"given_year": year, "given_number": number}})
        given = {"year": year, "number": number, "dispute": dispute}
        tx.add(NumberGiven, [{"id": new_id(), **given}])
        return number_text(code, year, number)

    return Command("纠纷编号", Right.WRITE, run)


def gives_numbers(connection: Connection) -> bool:
    """Tell whether this copy of the ledger is the one that gives numbers."""
    return is_first_copy(connection)


def post_code(connection: Connection) -> str:
    """Return the code of the post that stands in its numbers."""
    return str(connection.execute(select(Post.code)).scalar() or "")


def _after_paper(connection: Connection, year: int) -> int:
    """The number after the highest an imported ledger used that year; 1 where it used none."""
    used = connection.execute(select(Dispute.paper_number).where(Dispute.paper_year == year))
    return max((int(n) for n in used.scalars() if n and n.isdecimal()), default=0) + 1
