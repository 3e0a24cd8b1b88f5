"""Reports of a day, a week or a month, as paper or as their figures."""

import argparse
import json
import re
from collections.abc import Sequence
from pathlib import Path

from db.figures.kinds import KINDS as REPORTS
from db.figures.kinds import kind_of
from db.kernel.clock import today
from db.kernel.errors import UserError
from db.kernel.files import write_atomically
from db.kernel.workdays import Span
from db.leaving import leave
from db.ledger import Ledger
from desktop.cli.opening import require_folder_of, unlocked
from desktop.paths import cache
from desktop.reports.making import LISTS, NAMED, count, internal_lists, report
from desktop.reports.writing import KINDS as PAPERS
from desktop.reports.writing import write_papers

KINDS = (*PAPERS, ".json")


def report_of(arguments: argparse.Namespace) -> int:
    """Write the report of one span."""
    of = REPORTS[arguments.report]
    span = of.of.parse(arguments.span)
    kind = arguments.out.suffix.lower()
    if kind not in KINDS:
        known = "、".join(KINDS)
        raise UserError(f"{of.report}可以写成 {known}，不能写成“{kind or arguments.out.name}”。")
    require_folder_of(arguments.out)
    lists = [name for name in re.split(r"[,，、\s]", arguments.lists) if name]
    unknown = [name for name in lists if name not in LISTS]
    if unknown:
        raise UserError(f"没有叫“{unknown[0]}”的名单。可用：{'、'.join(LISTS)}。")
    with unlocked(arguments, write=False) as ledger:
        pages = write_report(ledger, span, arguments.out, arguments.campaign, lists)
    print(f"{of.report}已写到 {arguments.out}{f'，共{pages}页' if pages else ''}。")
    return 0


def write_report(
    ledger: Ledger,
    span: Span,
    out: Path,
    campaign: str | None = None,
    lists: Sequence[str] = (),
) -> int:
    """Write a span's report to a file of one of `KINDS`, which stands in the history before; return its pages
    (0 where it has none).
    """
    kind = out.suffix.lower()
    with ledger.read() as connection:
        counted = count(connection, span, campaign, today(ledger.clock))
        named = kind != ".json" and not NAMED.isdisjoint(lists)
        told = f"{span} {kind[1:]}"
        leave(ledger, f"生成{kind_of(span).report}", told, named=named, workbook=kind == ".xlsx")
        if kind == ".json":
            text = json.dumps(counted.figures.to_json(), ensure_ascii=False, indent=1)
            write_atomically(out, f"{text}\n".encode())
            return 0
        papers = [report(counted), *internal_lists(connection, counted, lists)]
    from desktop.paper.fonts import find_faces  # noqa: PLC0415  paper loads when it is wanted

    return write_papers(papers, out, find_faces(cache()))
