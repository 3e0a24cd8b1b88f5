"""Commands that bring data in: import, campaign."""

import argparse
from datetime import date
from pathlib import Path

from db.imports import Preview, preview, read_files, write_import
from db.imports.cells import CellError, day_in
from db.imports.headings import KINDS
from db.kernel.clock import today
from db.kernel.errors import UserError
from db.places import communities
from db.places.lists import any_home
from db.visits import campaigns
from db.visits.campaigning import CampaignDraft, add_campaign
from desktop.cli.opening import Bar, print_json, require_folder_of, unlocked

_SHOWN = 12


def import_files(arguments: argparse.Namespace) -> int:
    """Bring workbooks in: preview, write, account for every row."""
    mapping = dict(_pair(text) for text in arguments.map)
    if arguments.rejected is not None:
        require_folder_of(arguments.rejected)
    bar = Bar()
    books = read_files(arguments.files, bar)
    with unlocked(arguments, write=not arguments.dry_run) as ledger:
        with ledger.read() as connection:
            seen = any_home(connection)
            made = preview(
                connection,
                books,
                today(ledger.clock),
                kind=arguments.kind,
                mapping=mapping,
                progress=bar,
            )
        done = None
        if not arguments.dry_run and not made.plan.empty:
            if seen:
                ledger.back_up("导入前")
            bar("写入台账", 0.9)
            done = ledger.write(write_import(made))
    bar.end()
    written = 0
    if arguments.rejected is not None:
        from desktop.paper.rejected import write_rejected  # noqa: PLC0415

        written = write_rejected(made.accounts, arguments.rejected)
    if arguments.json:
        print_json(made.to_json())
        return 0
    tell(made)
    if arguments.dry_run:
        print("这是预览，没有写入。")
    elif done is None:
        print("没有新内容，台账没有改动。")
    else:
        print(f"已写入，这是第{done.no}号操作；要整个撤销：policepost undo {done.no}")
    if written:
        print(f"退回的{written}行在 {arguments.rejected}，改好后可以再导入。")
    return 0


def tell(made: Preview) -> None:
    """Print the account of an import for a person."""
    for account in made.accounts:
        counts = account.counts
        print(
            f"{Path(account.file).name}（{KINDS[account.kind].label}）：新增{counts['added']}，"
            f"更改{counts['changed']}，不变{counts['unchanged']}，重复{counts['duplicate']}，"
            f"退回{counts['rejected']}"
        )
        if account.left_out_columns:
            print(f"  未收入的列：{'、'.join(account.left_out_columns)}")
        _some(account.notes, "说明")
        lines = [
            f"{t.sheet} 第{t.row}行{'，' + t.column if t.column else ''}"
            f"{'“' + t.value + '”' if t.value else ''}：{t.reason}"
            for t in sorted(account.told, key=lambda t: t.fate != "rejected")
        ]
        _some(lines, "")


def _some(lines: list[str], head: str) -> None:
    for line in lines[:_SHOWN]:
        print(f"  {head + '：' if head else ''}{line}")
    if len(lines) > _SHOWN:
        print(f"  ……还有{len(lines) - _SHOWN}条，用 --json 看全部")


def _pair(text: str) -> tuple[str, str]:
    heading, equals, name = text.rpartition("=")
    if not equals or not heading or not name:
        raise UserError(f"--map 要写成 表头=栏目，如 门牌号=room；“{text}”不是。")
    return heading.strip(), name.strip()


def _day(text: str, label: str) -> date:
    try:
        found = day_in(text)
    except CellError as error:
        raise UserError(f"{label}“{text}”不对：{error}。") from None
    if found is None:
        raise UserError(f"{label}“{text}”看不懂，请写成 2026-02-23 的样子。")
    return found


def campaign_add(arguments: argparse.Namespace) -> int:
    """Set a campaign."""
    named = [name for group in arguments.community for name in group]
    with unlocked(arguments, write=True) as ledger:
        with ledger.read() as connection:
            known = {line.name: line.id for line in communities(connection)}
        unknown = [name for name in named if name not in known]
        if unknown:
            raise UserError(f"台账里没有叫“{unknown[0]}”的社区。已有：{'、'.join(known)}。")
        ledger.write(
            add_campaign(
                CampaignDraft(
                    name=arguments.name.strip(),
                    start=_day(arguments.start, "开始日期"),
                    end=_day(arguments.end, "结束日期"),
                    communities=tuple(known[name] for name in named),
                    topics=tuple(arguments.topic),
                    tries=arguments.tries,
                    refusal_closes=not arguments.refusal_stays_open,
                    phone_closes=arguments.phone_closes,
                )
            )
        )
    print(f"已设立走访任务“{arguments.name}”。")
    return 0


def campaign_list(arguments: argparse.Namespace) -> int:
    """List the campaigns, the latest begun first."""
    with unlocked(arguments, write=False) as ledger, ledger.read() as connection:
        names = {line.id: line.name for line in communities(connection)}
        for c in campaigns(connection):
            where = "、".join(names[i] for i in c.communities) or "全部社区"
            print(f"{c.name}  {c.start} 至 {c.end}  {where}  未遇{c.tries}次算尽责")
    return 0
