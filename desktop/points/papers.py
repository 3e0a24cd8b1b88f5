"""The papers of a month: lists to sign and to post, the summary, one person's own statement."""

from datetime import date
from typing import Final, NamedTuple

from sqlalchemy import Connection

from db.kernel.errors import UserError
from db.kernel.ids import Id
from db.points.sheet import Sheet
from db.points.statement import statement
from db.post import the_post
from desktop.paper.points_lists import notice, notice_book, sign_book, sign_lists
from desktop.paper.points_statement import statement_book, statement_paper
from desktop.paper.points_summary import summary_book, summary_paper
from desktop.paper_out import Leaving

SIGN, NOTICE, SUMMARY, STATEMENT = "sign", "notice", "summary", "statement"
# The summary has no names, the notice masked ones.
NAMED: Final = frozenset((SIGN, STATEMENT))
PAPERS: Final = {
    SIGN: "签领表", NOTICE: "公示表（遮名）", SUMMARY: "月度汇总", STATEMENT: "个人积分单",
}  # fmt: skip


class Wanted(NamedTuple):
    """Which paper of which month; `person` for a statement, `community` by name for one of its own.

    `day` is the last day a statement counts, as the sheet does.
    """

    kind: str
    sheet: Sheet
    day: date
    person: Id | None = None
    community: str = ""

    @property
    def title(self) -> str:
        """What it is called: 第六社区2026年3月签领表. The history has it, so it names no person."""
        return f"{self.community}{self.sheet.month.words}{PAPERS[self.kind]}"

    @property
    def file_name(self) -> str:
        """What its file is called, which may name the person it is for."""
        line = self.sheet.line(self.person) if self.person is not None else None
        return f"{line.name}{self.title}" if line is not None else self.title

    def made(self, connection: Connection) -> Leaving:
        """Return its papers and its workbook; UserError where there is nothing to put on it."""
        author, sheet = the_post(connection).name, _of(self.sheet, self.community)
        if self.kind == SIGN:
            papers = sign_lists(sheet, author=author)
            if not papers:
                raise UserError("这个月没有要发的补贴，没有签领表。")
            return Leaving(self.title, papers, sign_book(sheet), named=True)
        if self.kind == NOTICE:
            paper = notice(self.sheet, author=author, community=self.community)
            return Leaving(self.title, (paper,), notice_book(sheet))
        if self.kind == SUMMARY:
            paper = summary_paper(self.sheet, author=author)
            return Leaving(self.title, (paper,), summary_book(self.sheet))
        if self.person is None:
            raise UserError("请先选一个人。")
        said = statement(connection, self.person, sheet.month, sheet.month, self.day)
        papers = [statement_paper(said, author=author)]
        return Leaving(self.title, papers, statement_book(said), named=True)


def _of(sheet: Sheet, community: str) -> Sheet:
    if not community:
        return sheet
    return sheet._replace(lines=tuple(x for x in sheet.lines if x.community_name == community))
