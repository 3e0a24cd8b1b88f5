"""Reports: the weekly one, as paper or as its figures."""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

from db.kernel.clock import today
from db.kernel.errors import UserError
from db.kernel.files import write_atomically
from db.kernel.workdays import Week
from db.ledger import Ledger
from desktop.cli.opening import require_folder_of, unlocked
from desktop.paths import cache
from desktop.reports.making import LISTS, count, internal_lists, report
from desktop.reports.writing import KINDS as PAPERS
from desktop.reports.writing import write_papers

KINDS = (*PAPERS, ".json")


def weekly(arguments: argparse.Namespace) -> int:
    """Write the weekly report of a week."""
    week = Week.parse(arguments.week)
    kind = arguments.out.suffix.lower()
    if kind not in KINDS:
        known = "、".join(KINDS)
        raise UserError(f"周报可以写成 {known}，不能写成“{kind or arguments.out.name}”。")
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
    """Write a week's report to a file of one of `KINDS`; return its pages (0 where it has none)."""
    with ledger.read() as connection:
        counted = count(connection, week, campaign, today(ledger.clock))
        if out.suffix.lower() == ".json":
            text = json.dumps(counted.figures.to_json(), ensure_ascii=False, indent=1)
            write_atomically(out, f"{text}\n".encode())
            return 0
        papers = [report(counted), *internal_lists(connection, counted, lists)]
    from desktop.paper.fonts import find_faces  # noqa: PLC0415  paper loads when it is wanted

    return write_papers(papers, out, find_faces(cache()))
