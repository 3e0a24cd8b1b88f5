"""Editions: reports as issued, stored with their figures so that the same paper prints again."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Connection, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, mapped_column

from db.figures.kinds import KINDS, kind_of
from db.figures.model import SpanFigures
from db.kernel.access import Right
from db.kernel.accounts import Account
from db.kernel.errors import UserError
from db.kernel.ids import Id, new_id
from db.kernel.journal import Command, Tx, head
from db.kernel.records import Record, Values, Words
from db.kernel.text import bad_characters, has_identity_number, tidy
from db.kernel.workdays import Span
from db.post import CENTRED, ROOM, the_post

KIND_NAMES = {name: kind.report for name, kind in KINDS.items()}
MOST_SENTENCES, MOST_CHARACTERS = 30, 1000


class Edition(Record):
    """A report issued: the `no`-th of its kind and period; a later one corrects it, with a reason.

    `kind` is a name of `KINDS`, `period` the span it tells of: `2026-03-18`, `2026-W12`, `2026-03`.
    `figures` is the JSON of docs/FIGURES.md, `problems` and `plans` the sentences as signed off.
    Under the name `paper` the JSON also keeps how it was printed, an `EditionPaper`.
    """

    __tablename__ = "edition"
    __table_args__ = (UniqueConstraint("kind", "period", "no"), {"sqlite_with_rowid": False})
    undoable = False
    travels = False

    kind: Mapped[str]
    period: Mapped[str]
    no: Mapped[int]
    issued: Mapped[date]
    account: Mapped[Id | None]
    reason: Mapped[str | None]
    figures: Mapped[dict[str, Any] | None] = mapped_column(Values)
    problems: Mapped[tuple[str, ...]] = mapped_column(Words)
    plans: Mapped[tuple[str, ...]] = mapped_column(Words)


@dataclass(frozen=True)
class EditionPaper:
    """What a paper says besides its figures and sentences, and how it is laid out."""

    station: str
    addressee: str | None = None
    seal: bool = False
    centred_numbers: bool = False
    feet: tuple[str, ...] = ()
    bulletin: str | None = None


class EditionLine(NamedTuple):
    """An edition as lists show it; `who` is the name of the account that issued it."""

    id: Id
    kind: str
    period: str
    no: int
    issued: date
    who: str
    reason: str | None

    @property
    def title(self) -> str:
        """The edition as people call it: 2026-W12 周报 第2版."""
        return f"{self.period} {KIND_NAMES[self.kind]} 第{self.no}版"


@dataclass(frozen=True)
class IssuedEdition:
    """Everything that prints the same paper again; the day on it is `line.issued`."""

    line: EditionLine
    figures: SpanFigures
    problems: tuple[str, ...]
    plans: tuple[str, ...]
    paper: EditionPaper


class FigureChange(NamedTuple):
    """A figure that is not what was issued; None where one of the two has no such figure.

    `path` is its place in the JSON of docs/FIGURES.md: ("visits", "by_outcome", "见到人").
    """

    path: tuple[str, ...]
    was: int | str | None
    now: int | str | None


def issue_edition(
    figures: SpanFigures,
    problems: Sequence[str],
    plans: Sequence[str],
    reason: str | None = None,
    *,
    feet: Sequence[str] = (),
) -> Command[EditionLine]:
    """Return the command that issues a report: its first edition, or a correction with a reason.

    Its kind and period are those of `figures`. The station, the addressee and how a report is
    printed are kept as the post has them now. An edition is never undone. UserError for a
    correction without a reason and for sentences that may not be kept.
    """
    kind, period = figures.kind, str(figures.span)

    def run(tx: Tx) -> EditionLine:
        sentences = [tuple(_sentences(some)) for some in (problems, plans, feet)]
        last = tx.connection.execute(
            select(func.max(Edition.no)).where(Edition.kind == kind.name, Edition.period == period)
        ).scalar()
        why = tidy(reason or "") or None
        if last and why is None:
            raise UserError("这一期已经签发过了。要更正，请写明更正原因再签发新的一版。")
        if why is not None:
            _refuse_unfit(why)
        post = the_post(tx.connection)
        own = (*sentences[2], _anchor(tx.connection))
        paper = EditionPaper(
            post.station,
            post.addressee or None,
            seal=post.seal_room == ROOM,
            centred_numbers=post.page_numbers == CENTRED,
            feet=own,
            bulletin=post.bulletin or None,
        )
        row = {
            "id": new_id(), "kind": kind.name, "period": period, "no": (last or 0) + 1,
            "issued": tx.today, "account": tx.account, "reason": why if last else None,
            "figures": {**figures.to_json(), "paper": asdict(paper)},
            "problems": sentences[0], "plans": sentences[1],
        }  # fmt: skip
        tx.add(Edition, [row])
        return _lines(tx.connection, Edition.id == row["id"])[0]

    return Command("签发报表", Right.ISSUE, run, note=f"{period} {kind.report}")


def _anchor(connection: Connection) -> str:
    """How far the journal went, on paper: whoever holds the paper can tell a ledger cut shorter."""
    no, mac = head(connection)
    code = mac.hex()[:12]
    return f"签发时台账记到第{no}号操作，校验码{code[:4]} {code[4:8]} {code[8:]}。"


def editions(
    connection: Connection, kind: str | None = None, period: str | None = None
) -> list[EditionLine]:
    """Return the editions of a kind and a period, or all: the latest period and edition first."""
    asked = [] if kind is None else [Edition.kind == kind]
    asked += [] if period is None else [Edition.period == period]
    return _lines(connection, *asked)


def edition(connection: Connection, id_: Id) -> IssuedEdition:
    """Return an edition with all that prints it again; UserError if there is none of that id."""
    line = next(iter(_lines(connection, Edition.id == id_)), None)
    if line is None:
        raise UserError("没有这一版报表。")
    figures, problems, plans = connection.execute(
        select(Edition.figures, Edition.problems, Edition.plans).where(Edition.id == id_)
    ).one()
    paper = {**figures["paper"], "feet": tuple(figures["paper"]["feet"])}
    return IssuedEdition(
        line, SpanFigures.from_json(figures), problems, plans, EditionPaper(**paper)
    )


def latest_edition(connection: Connection, span: Span) -> IssuedEdition | None:
    """Return what was issued last of a day, week or month; None if nothing was."""
    line = next(iter(editions(connection, kind_of(span).name, str(span))), None)
    return None if line is None else edition(connection, line.id)


def changed_since(connection: Connection, id_: Id, now: SpanFigures) -> list[FigureChange]:
    """Return the figures that are not what an edition says, in the order of docs/FIGURES.md.

    UserError if there is no such edition, or `now` is of another span.
    """
    issued = edition(connection, id_).figures
    if issued.span != now.span:
        raise UserError("两份数据不是同一期，不能比较。")
    was, here = dict(_flat(issued.to_json())), dict(_flat(now.to_json()))
    return [
        FigureChange(path, was.get(path), here.get(path))
        for path in dict.fromkeys([*here, *was])
        if was.get(path) != here.get(path)
    ]


def _lines(connection: Connection, *asked: Any) -> list[EditionLine]:
    rows = connection.execute(
        select(
            Edition.id, Edition.kind, Edition.period, Edition.no, Edition.issued,
            func.coalesce(Account.name, ""), Edition.reason,
        )
        .join(Account, Account.id == Edition.account, isouter=True)
        .where(*asked)
        .order_by(Edition.period.desc(), Edition.kind, Edition.no.desc())
    )  # fmt: skip
    return [EditionLine(*row) for row in rows]


def _sentences(texts: Sequence[str]) -> Iterator[str]:
    if len(texts) > MOST_SENTENCES:
        raise UserError(f"段落太多（超过{MOST_SENTENCES}段），没有签发。")
    for text in texts:
        said = tidy(text)
        _refuse_unfit(said)
        if said:
            yield said


def _refuse_unfit(text: str) -> None:
    if len(text) > MOST_CHARACTERS or bad_characters(text):
        raise UserError(f"有一段太长（超过{MOST_CHARACTERS}字）或有不能用的符号，没有签发。")
    if has_identity_number(text):
        raise UserError("文字里有身份证号码，报表不能保存，没有签发。")


def _flat(
    said: Mapping[str, Any], path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name, value in said.items():
        if isinstance(value, Mapping):
            yield from _flat(value, (*path, name))
        else:
            yield (*path, name), value
