"""Reports: the weekly one, as paper or as its figures."""

import argparse
import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from db.disputes.facts import open_disputes
from db.figures.model import WeekFigures
from db.figures.week import clocks, week_figures
from db.kernel.clock import today
from db.kernel.errors import UserError
from db.kernel.files import write_atomically
from db.kernel.workdays import Week
from db.ledger import Ledger
from db.people import staff
from db.post import the_post
from db.trainings import untrained
from desktop.cli.opening import require_folder_of, unlocked
from desktop.paths import cache

if TYPE_CHECKING:
    from desktop.paper.document import Document

LISTS = ("未结纠纷", "未参训名单")


def weekly(arguments: argparse.Namespace) -> int:
    """Write the weekly report of a week."""
    week = Week.parse(arguments.week)
    kind = arguments.out.suffix.lower()
    if kind not in (".pdf", ".json"):
        raise UserError(f"周报可以写成 .pdf 或 .json，还不能写成“{kind or arguments.out.name}”。")
    require_folder_of(arguments.out)
    lists = [name for name in arguments.lists.replace("，", ",").split(",") if name]
    unknown = [name for name in lists if name not in LISTS]
    if unknown:
        raise UserError(f"没有叫“{unknown[0]}”的名单。可用：{'、'.join(LISTS)}。")
    with unlocked(arguments, write=False) as ledger:
        pages = write_weekly(ledger, week, arguments.out, arguments.campaign, lists)
        ledger.note("生成周报", f"{week} {kind[1:]}")
    print(f"周报已写到 {arguments.out}{f'，共{pages}页' if pages else ''}。")
    return 0


def write_weekly(
    ledger: Ledger,
    week: Week,
    out: Path,
    campaign: str | None = None,
    lists: Sequence[str] = (),
) -> int:
    """Write a week's report to a .json or .pdf file; return its pages (0 for JSON)."""
    with ledger.read() as connection:
        figures = week_figures(connection, week, campaign)
        if out.suffix.lower() == ".json":
            text = json.dumps(figures.to_json(), ensure_ascii=False, indent=1)
            write_atomically(out, f"{text}\n".encode())
            return 0
        made_on = today(ledger.clock)
        papers = _papers(connection, figures, week.period.end, made_on, lists)
    from desktop.paper.fonts import find_faces  # noqa: PLC0415
    from desktop.paper.pdf import write_pdf  # noqa: PLC0415

    return write_pdf(papers, out, faces=find_faces(cache()))


def _papers(
    connection: Connection, figures: WeekFigures, end: date, made_on: date, lists: Sequence[str]
) -> "list[Document]":
    from desktop.paper import internal  # noqa: PLC0415
    from desktop.paper.weekly import weekly_report  # noqa: PLC0415

    post = the_post(connection)
    papers = [
        weekly_report(
            figures, station=post.station, made_on=made_on, addressee=post.addressee or None
        )
    ]
    if "未结纠纷" in lists:
        names = {line.id: line.name for line in staff(connection)}
        lines = open_disputes(connection, end, clocks(connection))
        papers.append(
            internal.open_disputes_paper(lines, names, author=post.name, made_on=made_on, up_to=end)
        )
    if "未参训名单" in lists:
        missing = untrained(connection, end)
        papers.append(
            internal.untrained_paper(missing, author=post.name, made_on=made_on, up_to=end)
        )
    return papers
