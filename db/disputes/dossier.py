"""卷宗: the papers of a dispute's file, which of them it needs, and what has become of each.

Printing is not having: a paper is in the file when it was signed and put there. When what it tells
of happens again it is still to be made (`refile` of course.py).
Source: the order of a 人民调解卷宗 as docs/DOMAIN.md gives it.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from typing import Final, Literal, NamedTuple

from sqlalchemy import Connection, select

from db.disputes.case import Case
from db.disputes.course import DisputePaper
from db.disputes.life import ENDING_PAPERS
from db.kernel.access import Right
from db.kernel.errors import UserError
from db.kernel.ids import Id, new_id
from db.kernel.journal import Command, Tx

State = Literal["none", "printed", "filed"]
STATE_NAMES: Final[Mapping[State, str]] = {"none": "未做", "printed": "已打印", "filed": "已签入卷"}
MOST_PAGES: Final = 999


class Paper(NamedTuple):
    """A paper of the file: its place in the order, its name, whether the program can print it."""

    code: str
    place: int
    name: str
    printable: bool = True


# 3, 6, 9 and 11's decision come from outside: they are ticked. The two without a number of their
# own stand behind the paper they belong to.
PAPERS: Final = (
    Paper("application", 1, "受理登记表"),
    Paper("rights", 2, "权利义务告知书"),
    Paper("identity", 3, "身份证明", printable=False),
    Paper("authority", 4, "授权委托书"),
    Paper("inquiry", 5, "调查记录"),
    Paper("evidence", 6, "证据材料", printable=False),
    Paper("session", 7, "调解记录"),
    Paper("extension", 7, "延期同意书"),
    Paper("agreement", 8, "协议书"),
    Paper("referral", 8, "移送函"),
    Paper("performance", 9, "履行凭证", printable=False),
    Paper("follow_up", 10, "回访记录"),
    Paper("confirmation", 11, "司法确认材料"),
    Paper("explanation", 12, "卷宗情况说明"),
    Paper("back", 13, "封底"),
)  # fmt: skip
_BY_CODE: Final = {paper.code: paper for paper in PAPERS}
_ALWAYS: Final = frozenset(("application", "rights", "identity", "back"))


class PaperLine(NamedTuple):
    """A paper of one dispute's file; `needed` by the law or by what has happened."""

    paper: Paper
    name: str
    needed: bool
    state: State
    pages: int | None
    on: date | None


def dossier(connection: Connection, case: Case) -> tuple[PaperLine, ...]:
    """Return every paper of a dispute's file in the order of the file."""
    rows = connection.execute(select(DisputePaper.__table__).where(DisputePaper.dispute == case.id))
    there = {row.paper: row for row in rows}
    needed = set(needed_papers(case))
    lines = []
    for paper in PAPERS:
        row = there.get(paper.code)
        state: State = "none"
        if row is not None and (row.filed or row.printed):
            state = "filed" if row.filed else "printed"
        lines.append(
            PaperLine(
                paper, paper_name(case, paper.code), paper.code in needed, state,
                row.pages if row is not None else None,
                (row.filed or row.printed) if row is not None else None,
            )
        )  # fmt: skip
    return tuple(lines)


def needed_papers(case: Case) -> Iterator[str]:
    """Yield the papers the file must have as the dispute stands."""
    yield from _ALWAYS
    if any(party.of.agent for party in case.parties):
        yield "authority"
    if case.sessions or case.outcome not in ("withdrawn", "referred"):
        yield "session"
    if case.extensions:
        yield "extension"
    if case.outcome in ENDING_PAPERS:
        # Of a failure or withdrawal no paper of its own says why the file ends there.
        yield ENDING_PAPERS[case.outcome]
    if case.performed:
        yield "performance"
    if case.follow_ups:
        yield "follow_up"


def missing(lines: Sequence[PaperLine]) -> list[str]:
    """Return the names of the papers a file needs and has not."""
    return [line.name for line in lines if line.needed and line.state != "filed"]


def paper_name(case: Case, code: str) -> str:
    """Return what a paper is called in this dispute's file."""
    if code == "application" and case.source == "party":
        return "申请书"
    if code == "agreement" and case.form == "oral":
        return "口头协议登记表"
    return _BY_CODE[code].name


def mark_printed(dispute: Id, pages: Mapping[str, int]) -> Command[None]:
    """Return the command that tells papers were printed today, with the pages of each."""

    def run(tx: Tx) -> None:
        _set(tx, dispute, {code: {"printed": tx.today, "pages": n} for code, n in pages.items()})

    return Command("打印卷宗文书", Right.WRITE, run, note=_names(pages))


def put_in_file(dispute: Id, papers: Collection[str], pages: int | None = None) -> Command[None]:
    """Return the command that tells papers were signed and put in the file today."""

    def run(tx: Tx) -> None:
        if pages is not None and not 1 <= pages <= MOST_PAGES:
            raise UserError(f"页数请填1到{MOST_PAGES}，没有保存。")
        counted = {} if pages is None else {"pages": pages}
        _set(tx, dispute, {code: {"filed": tx.today, **counted} for code in papers})

    return Command("文书签入卷", Right.WRITE, run, note=_names(papers))


def take_from_file(dispute: Id, paper: str) -> Command[None]:
    """Return the command that tells a paper is not in the file: as printed as it was before."""

    def run(tx: Tx) -> None:
        _set(tx, dispute, {paper: {"filed": None}})

    return Command("文书取出卷", Right.WRITE, run, note=_names((paper,)))


def _names(papers: Collection[str]) -> str:
    return "、".join(paper.name for paper in PAPERS if paper.code in papers)


def _set(tx: Tx, dispute: Id, wanted: Mapping[str, Mapping[str, object]]) -> None:
    if any(code not in _BY_CODE for code in wanted):
        raise UserError("没有这种文书，没有保存。")
    rows = tx.connection.execute(
        select(DisputePaper.id, DisputePaper.paper).where(DisputePaper.dispute == dispute)
    )
    there = {row.paper: row.id for row in rows}
    tx.change(DisputePaper, {there[c]: dict(v) for c, v in wanted.items() if c in there})
    tx.add(
        DisputePaper,
        [
            {"id": new_id(), "dispute": dispute, "paper": code, **values}
            for code, values in wanted.items()
            if code not in there
        ],
    )
