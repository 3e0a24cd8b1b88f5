"""Sheets for a pen: the doors of a walk, the sign-in sheet of a session, the forms of a mediation.

Those with a number are entered in the ledger, so that they can be typed back by it.
"""

import argparse
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection

from db.coverage import building_progress, door_states
from db.disputes.case import blank_case
from db.imports.cells import CellError, day_in
from db.kernel.clock import today
from db.kernel.errors import UserError
from db.kernel.ids import Id
from db.kernel.journal import Command
from db.kernel.text import squeeze
from db.kernel.workdays import Period
from db.leaving import leave
from db.ledger import Ledger
from db.progress import campaign_of
from db.trainings.lists import TrainingRow, attendance, trainings_on
from db.trainings.sheets import print_sheet as print_sign_in
from db.visits import CampaignLine, campaigns
from db.visits.sheets import print_sheet
from desktop.cli.opening import require_folder_of, unlocked
from desktop.paper.document import Document
from desktop.paths import cache
from desktop.trainings.making import BLANK_LINES, SPARE_LINES, sign_in_paper
from desktop.visits.making import walk_paper

T = TypeVar("T")


def doors(arguments: argparse.Namespace) -> int:
    """Write the doors left in a building as a numbered sheet."""
    _require_pdf(arguments.out)
    with unlocked(arguments, write=True) as ledger:
        day = today(ledger.clock)
        with ledger.read() as connection:
            campaign = _campaign(connection, arguments.campaign, day)
            building, label = _building(connection, campaign, arguments, day)
            states = door_states(connection, campaign, day, building=building)
        left = [door.household for door in states if door.left]
        if not left:
            raise UserError(f"{label}没有剩下要走访的户，没有打印。")
        line, pages = _numbered(
            ledger,
            print_sheet(label, left, campaign.id or None),
            lambda connection, line: walk_paper(connection, line, day),
            arguments.out,
        )
    print(f"第{line.number}号走访单（{label}，{len(left)}户）已写到 {arguments.out}，共{pages}页。")
    return 0


def sign_in(arguments: argparse.Namespace) -> int:
    """Write a session's sign-in sheet, filled with its list or blank, with its number."""
    _require_pdf(arguments.out)
    with unlocked(arguments, write=True) as ledger:
        with ledger.read() as connection:
            session = _session(connection, arguments.session)
            people = [] if arguments.blank else attendance(connection, session.id)
        ids = [row.id for row in people]
        usual = BLANK_LINES if arguments.blank else SPARE_LINES
        lines = usual if arguments.lines is None else arguments.lines
        command = print_sign_in(session.id, ids, lines)
        number, pages = _numbered(ledger, command, sign_in_paper, arguments.out)
    print(
        f"第{number}号签到表（{session.day} {session.topic}）已写到 {arguments.out}，共{pages}页。"
    )
    return 0


def form(arguments: argparse.Namespace) -> int:
    """Write forms of a mediation empty, for handwriting: those named, or all."""
    from desktop.paper.dispute_file import blank_papers  # noqa: PLC0415
    from desktop.paper.fonts import find_faces  # noqa: PLC0415

    _require_pdf(arguments.out)
    with unlocked(arguments, write=False) as ledger:
        with ledger.read() as connection:
            every = blank_papers(blank_case(connection), find_faces(cache()))
        wanted = [_form(every, name) for name in arguments.name] or every
        leave(ledger, "打印空白表格", "、".join(arguments.name), named=False)
        pages = _write(wanted, arguments.out)
    print(f"{len(wanted)}种空白表格已写到 {arguments.out}，共{pages}页。")
    return 0


def _require_pdf(out: Path) -> None:
    if out.suffix.lower() != ".pdf":
        raise UserError(f"单子写成 .pdf，不能写成“{out.name}”。什么也没有做。")
    require_folder_of(out)


def _numbered(
    ledger: Ledger, command: Command[T], paper: Callable[[Connection, T], Document], out: Path
) -> tuple[T, int]:
    """Give a number and write its paper; a number whose paper could not be written is taken back."""
    done = ledger.write(command)
    try:
        with ledger.read() as connection:
            return done.value, _write([paper(connection, done.value)], out)
    except Exception:
        ledger.undo(done.no)
        raise


def _campaign(connection: Connection, name: str | None, day: date) -> CampaignLine:
    if name is None:
        return campaign_of(connection, day)
    found = next((line for line in campaigns(connection) if line.name == name), None)
    if found is None:
        raise UserError(f"没有叫“{name}”的走访任务。")
    return found


def _building(
    connection: Connection, campaign: CampaignLine, arguments: argparse.Namespace, day: date
) -> tuple[Id, str]:
    """Return the building that is meant, and what it is called."""
    wanted, place = squeeze(arguments.building), arguments.community
    alike = [
        line
        for line in building_progress(connection, campaign, day)
        if (place is None or line.community_name == place) and squeeze(line.label) == wanted
    ]
    if not alike:
        raise UserError(f"台账里没有“{arguments.building}”这栋楼。请写成 晨园3号楼 的样子。")
    if len(alike) > 1:
        places = "、".join(line.community_name for line in alike)
        raise UserError(
            f"有{len(alike)}栋“{arguments.building}”（{places}），请用 --community 指明。"
        )
    return alike[0].building, alike[0].label


def _session(connection: Connection, text: str) -> TrainingRow:
    """Return the session of a day, or of a day and a part of its topic."""
    said, _, topic = text.strip().partition(" ")
    try:
        day = day_in(said)
    except CellError as error:
        raise UserError(f"日期“{said}”不对：{error}。") from None
    if day is None:
        raise UserError(f"日期“{said}”看不懂，请写成 2026-03-20 或 “2026-03-20 反诈”。")
    alike = [one for one in trainings_on(connection, Period(day, day)) if topic in one.topic]
    if not alike:
        raise UserError(f"{day}没有这样的培训。")
    if len(alike) > 1:
        topics = "、".join(one.topic for one in alike)
        raise UserError(f"{day}有{len(alike)}场培训（{topics}），请在日期后面写主题。")
    return alike[0]


def _form(every: Sequence[Document], name: str) -> Document:
    exact = [one for one in every if one.title == name]
    alike = exact or [one for one in every if name in one.title]
    if len(alike) != 1:
        titles = "、".join(one.title for one in every)
        raise UserError(f"不知道“{name}”是哪一种表格。可用：{titles}。")
    return alike[0]


def _write(papers: Sequence[Document], out: Path) -> int:
    from desktop.paper.fonts import find_faces  # noqa: PLC0415
    from desktop.paper.pdf import write_pdf  # noqa: PLC0415

    return write_pdf(papers, out, faces=find_faces(cache()))
