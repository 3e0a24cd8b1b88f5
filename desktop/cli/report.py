"""Reports: the weekly one, as paper or as its figures."""
# ruff: noqa: T201  this is where the program speaks

import argparse
import json
from datetime import date
from pathlib import Path

from db.disputes.facts import OpenDispute, open_disputes
from db.disputes.words import KIND_NAMES, RISK_NAMES
from db.figures import clocks, week_figures
from db.figures.model import WeekFigures
from db.kernel.clock import today
from db.kernel.errors import UserError
from db.kernel.files import write_atomically
from db.kernel.ids import Id
from db.kernel.workdays import Week
from db.ledger import Ledger
from db.people import OCCUPATION_NAMES, ROLE_NAMES, masked, staff
from db.post import PostDraft, the_post
from db.trainings import UntrainedLine, untrained
from desktop.cli.opening import unlocked
from desktop.paths import cache

LISTS = ("未结纠纷", "未参训名单")


def weekly(arguments: argparse.Namespace) -> int:
    """Write the weekly report of a week."""
    week = Week.parse(arguments.week)
    kind = arguments.out.suffix.lower()
    if kind not in (".pdf", ".json"):
        raise UserError(f"周报可以写成 .pdf 或 .json，还不能写成“{kind or arguments.out.name}”。")
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
    ledger: Ledger, week: Week, out: Path, campaign: str | None = None, lists: list[str] | None = None
) -> int:
    """Write a week's report to a .json or .pdf file; return its pages (0 for JSON)."""
    with ledger.read() as connection:
        figures = week_figures(connection, week, campaign)
        if out.suffix.lower() == ".json":
            text = json.dumps(figures.to_json(), ensure_ascii=False, indent=1)
            write_atomically(out, f"{text}\n".encode())
            return 0
        post = the_post(connection)
        end = week.period.end
        open_ones = (
            open_disputes(connection, end, clocks(connection)) if "未结纠纷" in (lists or []) else []
        )
        names = {line.id: line.name for line in staff(connection)}
        missing = untrained(connection, end) if "未参训名单" in (lists or []) else []
    return _paper(
        figures, post, today(ledger.clock), out, lists or [], (open_ones, names), missing
    )


def _paper(
    figures: WeekFigures,
    post: PostDraft,
    made_on: date,
    out: Path,
    lists: list[str],
    disputes: tuple[list[OpenDispute], dict[Id, str]],
    missing: list[UntrainedLine],
) -> int:
    from desktop.paper.fonts import find_faces  # noqa: PLC0415
    from desktop.paper.pdf import write_pdf  # noqa: PLC0415
    from desktop.paper.weekly import weekly_report  # noqa: PLC0415

    papers = [weekly_report(figures, station=post.station, made_on=made_on)]
    return write_pdf(papers, out, faces=find_faces(cache()))


_ = (KIND_NAMES, RISK_NAMES, ROLE_NAMES, OCCUPATION_NAMES, masked)
