"""Thinning out old backups without ever counting on a damaged one."""

import contextlib
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Final

from db.backup.making import OtherWindow, alone
from db.backup.manifest import PARTIAL, BackupInfo, collect_unnamed, file_problems, list_backups
from db.kernel.errors import EnvironmentFault, UserError
from db.kernel.files import move

DAYS: Final = 7
WEEKS: Final = 4
MONTHS: Final = 6
FEWEST: Final = 2


def _kept(newest_first: list[BackupInfo]) -> set[Path]:
    """Return the backups the rule keeps: the newest of each of the last days, weeks and months."""
    periods: list[tuple[int, Callable[[date], object]]] = [
        (DAYS, lambda day: day),
        (WEEKS, lambda day: day.isocalendar()[:2]),
        (MONTHS, lambda day: (day.year, day.month)),
    ]
    kept = {info.path for info in newest_first[:FEWEST]}
    for most, period in periods:
        seen: set[object] = set()
        for info in newest_first:
            this = period(info.when.date())
            if this not in seen and len(seen) < most:
                seen.add(this)
                kept.add(info.path)
    return kept


def rotate(folder: Path) -> list[Path]:
    """Thin out a folder's backups; return those removed.

    Kept, of each ledger, are 7 days, 4 weeks and 6 months, and never fewer than 2, counting only
    backups whose files are still what they were when they were proved. A damaged one is neither
    counted nor removed: a person should look at it. Nothing is removed while another window makes a
    backup here, which thins out itself. UserError if nothing there is whole; EnvironmentFault if some
    could not be removed, all others were.
    """
    with contextlib.suppress(OtherWindow), alone(folder, patience=0):
        return _thinned(folder)
    return []


def _thinned(folder: Path) -> list[Path]:
    found = list_backups(folder)
    good = [info for info in found if not file_problems(info)]
    if found and not good:
        raise UserError("这里的备份都损坏了，一个也没有删。请马上另做一个备份，并检查磁盘。")
    removed, failed = [], list[EnvironmentFault]()
    for ledger in {info.ledger for info in good}:
        own = [info for info in good if info.ledger == ledger]
        kept = _kept(own)
        for info in own:
            if info.path not in kept:
                try:
                    _remove(info.path)
                    removed.append(info.path)
                except EnvironmentFault as fault:
                    failed.append(fault)
    if removed:
        collect_unnamed(folder)
    if failed:
        raise failed[0]
    return sorted(removed)


def _remove(path: Path) -> None:
    # Renamed first, so that a removal cut short never leaves half a backup under a good name.
    doomed = path.with_name(path.name + PARTIAL)
    try:
        move(path, doomed)
        shutil.rmtree(doomed)
    except OSError as error:
        raise EnvironmentFault(
            f"旧备份 {path.name} 删不掉，别的都在。请检查“{path.parent}”的权限和磁盘。"
        ) from error
