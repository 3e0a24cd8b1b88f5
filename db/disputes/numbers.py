"""The running numbers of disputes: (2026)三号人调字第0007号.

A number is given once, when the first paper of a dispute is printed, by the ledger's first copy
only: two posts that give numbers apart would give the same one twice. What was given stands in a
book of its own that no undo touches, so that a number never goes to a second dispute.
"""

import re
from collections.abc import Iterator
from itertools import groupby, pairwise
from typing import Final, NamedTuple

from sqlalchemy import Connection, SmallInteger, UniqueConstraint, func, select
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
# Why a start is set higher, mostly: paper has those numbers.
ON_PAPER: Final = "纸上已经用过"
_RUNNING: Final = re.compile(r"(\d+)号?$")


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


class NumberSkipped(Record):
    """A run of a year's numbers that no dispute gets, because the start was set above it, and why."""

    __tablename__ = "number_skipped"
    travels = False

    year: Mapped[int] = mapped_column(SmallInteger)
    first: Mapped[int] = mapped_column(SmallInteger)
    last: Mapped[int] = mapped_column(SmallInteger)
    reason: Mapped[str]


class Gap(NamedTuple):
    """Numbers from `first` to `last` that no dispute has, and why; empty where nobody said.

    A single one that was `given` belonged to a dispute that is gone; the others never were.
    """

    first: int
    last: int
    reason: str
    given: bool


class YearNumbers(NamedTuple):
    """The numbers of a year: the first, how many are given, the next, and the gaps in their order."""

    year: int
    first: int
    given: int
    next: int
    gaps: tuple[Gap, ...]


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
    by_itself = _after_paper(connection, year)
    first = connection.execute(start).scalar() or by_itself
    given = connection.execute(
        select(NumberGiven.number, NumberGiven.reason, Dispute.id)
        .join(Dispute, Dispute.id == NumberGiven.dispute, isouter=True)
        .where(NumberGiven.year == year)
        .order_by(NumberGiven.number)
    ).all()
    last = max((row.number for row in given), default=0)
    gone = [Gap(r.number, r.number, r.reason or REMOVED, given=True) for r in given if r.id is None]
    following = max(first, last + 1)
    ends = [0, *(row.number for row in given), following]
    between = (range(one + 1, other) for one, other in pairwise(ends))
    # What paper used, even after our first was given, stands in the ledger as paper numbers.
    missing = [n for run in between for n in run if n >= by_itself]
    gaps = (*gone, *_explained(connection, year, missing))
    return YearNumbers(year, first, len(given) - len(gone), following, tuple(sorted(gaps)))


def numbered_years(connection: Connection) -> list[int]:
    """Return the years that have numbers or a start of their own, the latest first."""
    years = {
        year
        for table in (NumberGiven, NumberStart)
        for year in connection.execute(select(table.year).distinct()).scalars()
    }
    return sorted(years, reverse=True)


def set_first_number(year: int, first: int, reason: str = ON_PAPER) -> Command[None]:
    """Return the command that sets a year's first number; it may not touch what is given.

    `reason` is why the numbers left out by it are no dispute's.
    """

    def run(tx: Tx) -> None:
        if not 1 <= first <= MOST:
            raise UserError(f"起始编号请填1到{MOST}，没有保存。")
        said = _reason(reason)
        last = tx.connection.execute(
            select(func.max(NumberGiven.number)).where(NumberGiven.year == year)
        ).scalar()
        if last is not None and first <= last:
            raise UserError(f"{year}年已经编到第{last}号，没有保存。")
        start = select(NumberStart.id).where(NumberStart.year == year)
        found = tx.connection.execute(start).scalar()
        if found is None:
            tx.add(NumberStart, [{"id": new_id(), "year": year, "first": first}])
        else:
            tx.change(NumberStart, {found: {"first": first}})
        for gap in year_numbers(tx.connection, year).gaps:
            # Those before the last number have reasons of their own, if any.
            if gap.first > (last or 0) and not gap.reason:
                _explain_skipped(tx, year, gap.first, gap.last, said)

    return Command("设置纠纷起始编号", Right.SETTINGS, run, note=f"{year}年从第{first}号起")


def explain_gap(year: int, first: int, last: int, reason: str) -> Command[None]:
    """Return the command that says why no dispute has the numbers from first to last.

    UserError unless they are one gap: a number that was given, or a run or part of one that was not.
    """

    def run(tx: Tx) -> None:
        said = _reason(reason)
        gaps = year_numbers(tx.connection, year).gaps
        gone = any(gap.given and gap.first == first == last for gap in gaps)
        never = {n for gap in gaps if not gap.given for n in range(gap.first, gap.last + 1)}
        if gone:
            given = select(NumberGiven.id).where(
                NumberGiven.year == year, NumberGiven.number == first
            )
            tx.change(NumberGiven, {tx.connection.execute(given).scalar_one(): {"reason": said}})
        elif first <= last and never.issuperset(range(first, last + 1)):
            _explain_skipped(tx, year, first, last, said)
        else:
            raise UserError(f"{year}年{run_words(first, last)}不是缺号，没有保存。")

    return Command("说明缺号", Right.WRITE, run, note=f"{year}年{run_words(first, last)}")


def run_words(first: int, last: int) -> str:
    """Return a run of numbers in words: 第0038号, 第0041—0059号."""
    return f"第{first:04d}号" if first == last else f"第{first:04d}—{last:04d}号"


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


def _reason(typed: str) -> str:
    said = tidy(typed)
    if not said or len(said) > MOST_REASON or not said.isprintable():
        raise UserError(f"缺号的原因请写1到{MOST_REASON}字，没有保存。")
    return said


def _explain_skipped(tx: Tx, year: int, first: int, last: int, reason: str) -> None:
    """Say why a run was skipped; of numbers explained before it is the word said last."""
    same = select(NumberSkipped.id).where(
        NumberSkipped.year == year, NumberSkipped.first == first, NumberSkipped.last == last
    )
    found = tx.connection.execute(same).scalar()
    tx.remove(NumberSkipped, [found] if found is not None else [])
    run = {"year": year, "first": first, "last": last, "reason": reason}
    tx.add(NumberSkipped, [{"id": new_id(), **run}])


def _explained(connection: Connection, year: int, missing: list[int]) -> Iterator[Gap]:
    """Yield numbers that were never given as runs of one reason each."""
    reasons: dict[int, str] = {}
    rows = select(NumberSkipped.__table__).where(NumberSkipped.year == year)
    for row in connection.execute(rows.order_by(NumberSkipped.id)):
        reasons.update(dict.fromkeys(range(row.first, row.last + 1), row.reason))
    # Neighbours keep their distance from their place in the list.
    runs = groupby(enumerate(missing), lambda one: (one[1] - one[0], reasons.get(one[1], "")))
    for (_, reason), run in runs:
        numbers = [number for _, number in run]
        yield Gap(numbers[0], numbers[-1], reason, given=False)


def _after_paper(connection: Connection, year: int) -> int:
    """The number after the highest an imported ledger used that year; 1 where it used none.

    Of a number in full, 三号人调字第0037号, its last digits are the running one; what no year can
    reach (a file's or a telephone's) is none.
    """
    used = connection.execute(select(Dispute.paper_number).where(Dispute.paper_year == year))
    found = (_RUNNING.search(number or "") for number in used.scalars())
    running = (int(match[1]) for match in found if match)
    return max((number for number in running if number <= MOST), default=0) + 1
