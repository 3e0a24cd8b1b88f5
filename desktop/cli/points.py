"""Points by command: adopt a scheme, look at a month, write its papers. Closing is the window's."""

import argparse
from dataclasses import replace
from datetime import date

from sqlalchemy import Connection

from db.exports import Book
from db.imports.cells import CellError, day_in
from db.kernel.clock import today
from db.kernel.errors import UserError
from db.kernel.ids import Id
from db.kernel.money import short_yuan
from db.kernel.workdays import Month
from db.leaving import leave
from db.people.lists import VolunteerQuery, volunteers
from db.places import communities
from db.points import points_text
from db.points.closing import obstacles
from db.points.defaults import default_scheme
from db.points.frozen import closed_sheet
from db.points.month import month_sheet
from db.points.schemes import BandDraft, adopt_scheme
from db.points.sheet import Sheet
from db.points.statement import statement
from db.post import the_post
from desktop.cli.opening import require_folder_of, unlocked
from desktop.paper.document import Document
from desktop.paths import cache

_MOST_NAMES = 10_000
# The other papers have masked names, or none.
_NAMED = frozenset(("签领表", "明细"))


def adopt(arguments: argparse.Namespace) -> int:
    """Adopt the thirteen items from a day, with what is paid for points."""
    draft = replace(
        default_scheme(),
        bands=tuple(_band(text) for text in arguments.band),
        per_point=None if arguments.per_point is None else _hundredths(arguments.per_point),
    )
    try:
        start = day_in(arguments.start)
    except CellError as error:
        raise UserError(f"开始日期“{arguments.start}”不对：{error}。") from None
    if start is None:
        raise UserError(f"开始日期“{arguments.start}”看不懂，请写成 2026-03-01 的样子。")
    with unlocked(arguments, write=True) as ledger:
        with ledger.read() as connection:
            place = _community(connection, arguments.community)
        ledger.write(adopt_scheme(draft, start, community=place, reason=arguments.reason))
    print(f"从{start}起采用“{draft.name}”，{len(draft.items)}个项目。")
    return 0


def show(arguments: argparse.Namespace) -> int:
    """List a month: who has points, what is paid, what keeps it from closing."""
    month = Month.parse(arguments.month)
    with unlocked(arguments, write=False) as ledger, ledger.read() as connection:
        sheet, more = _sheet(connection, month, today(ledger.clock))
    for line in sheet.lines:
        if line.points or line.amount or line.corrections:
            said = (line.community_name, line.name, f"{points_text(line.points)}分",
                    line.grade or "", f"{short_yuan(line.amount)}元", line.remark)  # fmt: skip
            print("  ".join(part for part in said if part))
    state = "已结账" if sheet.closed else "未结账"
    points, amount = points_text(sheet.points), short_yuan(sheet.amount)
    print(f"{month.words}（{state}）共{points}分，补贴{amount}元。")
    for note in more:
        print(note)
    return 0


def paper(arguments: argparse.Namespace) -> int:
    """Write a paper of a month as PDF or as a workbook."""
    month = Month.parse(arguments.month)
    kind = arguments.out.suffix.lower()
    if kind not in (".pdf", ".xlsx"):
        raise UserError(f"可以写成 .pdf 或 .xlsx，不能写成“{kind or arguments.out.name}”。")
    require_folder_of(arguments.out)
    with unlocked(arguments, write=False) as ledger:
        with ledger.read() as connection:
            papers, book = _papers(connection, arguments, month, today(ledger.clock))
        named = arguments.kind in _NAMED
        told = f"{month} {arguments.kind} {kind[1:]}"
        leave(ledger, "生成积分表", told, named=named, workbook=kind == ".xlsx")
        if kind == ".xlsx":
            from desktop.paper.ledger_book import write_book  # noqa: PLC0415

            write_book(book, arguments.out)
        else:
            from desktop.paper.fonts import find_faces  # noqa: PLC0415
            from desktop.paper.pdf import write_pdf  # noqa: PLC0415

            write_pdf(papers, arguments.out, faces=find_faces(cache()))
    print(f"{arguments.kind}已写到 {arguments.out}。")
    return 0


def _papers(
    connection: Connection, arguments: argparse.Namespace, month: Month, day: date
) -> tuple[list[Document], Book]:
    from desktop.paper import points_lists, points_statement, points_summary  # noqa: PLC0415

    author = the_post(connection).name
    if arguments.kind == "明细":
        who = _volunteer(connection, arguments.name, arguments.community)
        said = statement(connection, who, month, month, day)
        written = points_statement.statement_paper(said, author=author)
        return [written], points_statement.statement_book(said)
    sheet, _ = _sheet(connection, month, day)
    if arguments.kind == "公示表":
        place = arguments.community or ""
        _community(connection, arguments.community)
        posted = points_lists.notice(sheet, author=author, community=place)
        return [posted], points_lists.notice_book(sheet, community=place)
    if arguments.kind == "汇总表":
        summed = points_summary.summary_paper(sheet, author=author)
        return [summed], points_summary.summary_book(sheet)
    lists = points_lists.sign_lists(sheet, author=author)
    if not lists:
        raise UserError(f"{month.words}没有要发的补贴，没有签领表。")
    return lists, points_lists.sign_book(sheet)


def _sheet(connection: Connection, month: Month, day: date) -> tuple[Sheet, list[str]]:
    closed = closed_sheet(connection, month)
    if closed is not None:
        return closed, []
    seen = month_sheet(connection, month, day)
    doubts = [
        f"疑点：{person.name} {doubt.text}"
        for doubt in seen.undecided
        if (person := seen.recount.basis.people.get(doubt.volunteer))
    ]
    return seen.sheet, [*seen.sheet.notes, *doubts, *obstacles(connection, seen, day)]


def _volunteer(connection: Connection, name: str | None, community: str | None) -> Id:
    if not name:
        raise UserError("请用 --name 写明是谁的明细。")
    place = _community(connection, community)
    query = VolunteerQuery(community=place, text=name)
    found = [p for p in volunteers(connection, query, limit=_MOST_NAMES) if p.name == name]
    if not found:
        raise UserError(f"队伍里没有“{name}”。")
    if len(found) > 1:
        raise UserError(f"队伍里有{len(found)}位“{name}”，请用 --community 写明社区。")
    return found[0].id


def _community(connection: Connection, name: str | None) -> Id | None:
    if name is None:
        return None
    known = {line.name: line.id for line in communities(connection)}
    if name not in known:
        raise UserError(f"台账里没有叫“{name}”的社区。已有：{'、'.join(known)}。")
    return known[name]


def _band(text: str) -> BandDraft:
    parts = text.replace("：", ":").split(":")
    if len(parts) != 3 or not parts[1].strip():
        raise UserError(f"--band 要写成 分:等次:元，如 60:优秀:200；“{text}”不是。")
    return BandDraft(_hundredths(parts[0]), parts[1].strip(), _hundredths(parts[2]))


def _hundredths(text: str) -> int:
    """Return a number with at most two decimals as hundredths, exactly."""
    whole, _, rest = text.strip().partition(".")
    if (
        not (whole.isdecimal() and whole.isascii())
        or len(rest) > 2
        or not (rest or "0").isdecimal()
    ):
        raise UserError(f"“{text}”不是数，请写成 12 或 12.50 的样子。")
    return int(whole) * 100 + int(rest.ljust(2, "0"))
