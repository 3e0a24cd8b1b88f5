"""The demonstration: the sample post on its own day, from its workbooks to the week's report."""

import argparse
import json
import shutil
from pathlib import Path

from db.kernel.clock import SystemClock
from db.kernel.errors import UserError
from db.kernel.lock import LedgerLock
from db.opening import lock_note
from db.sample import PASSWORD, WEEK, make_sample
from desktop.cli.asked import OpenWindow
from desktop.cli.data import tell
from desktop.cli.opening import Bar
from desktop.cli.report import write_report
from desktop.paper.rejected import write_rejected
from desktop.paths import has_screen, resources

MARK = "demo.json"
# The lock stays: it is held while the rest goes.
_LEDGER_FILES = (
    "ledger.db", "ledger.db-wal", "ledger.db-shm", "ledger.part", "slots.json", "throttle.json", "throttle.lock",
    "anchor", "blobs", "erased.json", "unsent.json", "raise", "raise.lock", "backups",
)  # fmt: skip


def demo(arguments: argparse.Namespace) -> int | OpenWindow:
    """Make the sample ledger afresh, bring its workbooks in and print the week."""
    out: Path = arguments.out
    report, figures = out / "工作周报2026年第12周.pdf", out / "工作周报2026年第12周.json"
    rejected = out / "退回的行.xlsx"
    _clear(out, (report.name, figures.name, rejected.name))
    out.mkdir(parents=True, exist_ok=True)
    (out / MARK).write_text(json.dumps({"demo": "policepost"}), encoding="utf-8")
    bar = Bar()
    sample = make_sample(out, resources() / "sample", bar)
    with sample.ledger as ledger:
        bar("生成周报", 0.95)
        pages = write_report(ledger, WEEK, report)
        write_report(ledger, WEEK, figures)
    bar.end()
    tell(sample.made)
    written = write_rejected(sample.made.accounts, rejected)
    print()
    print(f"演示台账：{out}（登录名 民警，密码 {PASSWORD}）")
    print(f"恢复码：{sample.recovery_code}")
    print(f"周报：{report}（{pages}页）")
    print(f"数据：{figures}")
    print(f"退回的{written}行：{rejected}")
    if arguments.no_window:
        return 0
    if not has_screen():
        print("这里没有屏幕，不打开窗口。")
        return 0
    return OpenWindow(out, PASSWORD, own_day=True)


def _clear(out: Path, papers: tuple[str, ...]) -> None:
    """Take an older demonstration away that nobody has open; anything else is left alone.

    UserError where a window has it open, or what is there was not made by a demonstration.
    """
    if not (out / MARK).exists():
        if (out / "ledger.db").exists():
            raise UserError(f"“{out}”里有一个不是演示用的台账，没有动它。请换一个文件夹。")
        if own := next((name for name in papers if (out / name).exists()), None):
            raise UserError(f"“{out}”里有一个不是演示写的“{own}”，没有动它。请换一个文件夹。")
        return
    with LedgerLock(out) as lock:
        lock.acquire(lock_note(SystemClock()))
        for name in (*_LEDGER_FILES, *papers):
            path = out / name
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
