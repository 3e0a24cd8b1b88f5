"""Small workbooks written for a test, and their import."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
from sqlalchemy import select

from db.imports import Preview, preview, read_files, write_import
from db.kernel.clock import today
from db.ledger import Ledger

Rows = Sequence[Sequence[Any]]
HOMES = [
    "社区",
    "小区",
    "楼栋",
    "单元",
    "房号",
    "居住状态",
    "户主姓名",
    "联系电话",
    "居住人数",
    "备注",
]
VISITS = ["日期", "时间", "社区", "小区", "楼栋", "单元", "房号", "走访人", "走访结果", "见到人数", "宣传主题", "发放资料", "备注"]  # fmt: skip


def book(path: Path, **sheets: Rows) -> Path:
    """Write a workbook of the given sheets."""
    made = openpyxl.Workbook()
    made.remove(made.active)
    for name, lines in sheets.items():
        sheet = made.create_sheet(name)
        for row in lines:
            sheet.append(list(row))
    made.save(path)
    return path


def home(room: object, **more: Any) -> list[Any]:
    """Return a row of HOMES in 晨园 3号楼 1单元."""
    said = {
        "社区": "第一社区",
        "小区": "晨园",
        "楼栋": "3号楼",
        "单元": "1单元",
        "房号": room,
        **more,
    }
    return [said.get(heading) for heading in HOMES]


def tried(
    room: object, outcome: str = "见到人", day: object = date(2026, 3, 16), **more: Any
) -> list[Any]:
    """Return a row of VISITS at a home of `home`."""
    said = {
        "日期": day, "社区": "第一社区", "小区": "晨园", "楼栋": "3", "单元": "1", "房号": room,
        "走访人": "王英", "走访结果": outcome, **more,
    }  # fmt: skip
    return [said.get(heading) for heading in VISITS]


def seen(ledger: Ledger, *paths: Path, **options: Any) -> Preview:
    """Preview files against a ledger."""
    books = read_files(paths)
    with ledger.read() as connection:
        return preview(connection, books, today(ledger.clock), **options)


def bring_in(ledger: Ledger, *paths: Path, **options: Any) -> Preview:
    """Import files; return the account."""
    made = seen(ledger, *paths, **options)
    ledger.write(write_import(made))
    return made


def counts(made: Preview) -> dict[str, tuple[int, ...]]:
    """Return added, changed, unchanged, duplicate, rejected by kind."""
    found: dict[str, tuple[int, ...]] = {}
    for account in made.accounts:
        new = tuple(account.counts.values())
        old = found.get(account.kind, (0,) * 5)
        found[account.kind] = tuple(a + b for a, b in zip(old, new, strict=True))
    return found


def rows(ledger: Ledger, *columns: Any) -> list[tuple[Any, ...]]:
    """Return what stands in columns of the ledger."""
    with ledger.read() as connection:
        return [tuple(row) for row in connection.execute(select(*columns))]
