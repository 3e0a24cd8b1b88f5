"""The sample post on its own day: a made-up sub-district's ledgers brought into a fresh ledger."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from db.imports import Preview, Progress, preview, read_files, write_import
from db.kernel.clock import Clock, SetClock, today
from db.kernel.workdays import Week
from db.ledger import Ledger
from db.post import PostDraft
from db.visits.campaigning import CampaignDraft, add_campaign

FILES = ("住户台账.xlsx", "联户长名册.xlsx", "走访记录.csv", "矛盾纠纷台账.xls", "培训签到.xlsx")
WEEK = Week(2026, 12)
PASSWORD = "policepost-demo-2026"  # noqa: S105  shown to everybody who runs the demo
POST = PostDraft(name="三号警务室", station="示范派出所", code="三号")
CAMPAIGN = CampaignDraft("全民反诈入户宣传", date(2026, 2, 23), date(2026, 3, 29))


def sample_clock() -> Clock:
    """Return a clock set to the sample's own morning, Monday 23 March 2026."""
    return SetClock(datetime(2026, 3, 23, 8, 30))  # noqa: DTZ001  the machine's own zone is meant


@dataclass(frozen=True)
class Sample:
    """The open sample ledger, its recovery code and the account of its import."""

    ledger: Ledger
    recovery_code: str
    made: Preview


def make_sample(folder: Path, sources: Path, progress: Progress | None = None) -> Sample:
    """Make the sample's ledger in an empty folder from the workbooks in `sources`."""
    clock = sample_clock()
    ledger, code = Ledger.create(folder, POST, PASSWORD, clock=clock)
    books = read_files([sources / name for name in FILES], _share(progress, 0.0, 0.3))
    with ledger.read() as connection:
        made = preview(connection, books, today(clock), progress=_share(progress, 0.3, 0.6))
    if progress:
        progress("写入台账", 0.6)
    ledger.write(write_import(made))
    ledger.write(add_campaign(CAMPAIGN))
    return Sample(ledger, code, made)


def _share(progress: Progress | None, start: float, end: float) -> Callable[[str, float], None]:
    def part(text: str, done: float) -> None:
        if progress:
            progress(text, start + (end - start) * done)

    return part
