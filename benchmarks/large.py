"""The large ledger, 1,000,000 visits with their journal: size, unlocking, coverage, the report."""

import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

from argon2.low_level import Type, hash_secret_raw
from sqlalchemy import Connection, event, func, select

from benchmarks.measure import Row, compared, here, in_turn, process
from benchmarks.million import LONG_CAMPAIGN, SAMPLE_DAY, VISITS, Million, million
from db.agenda import agenda
from db.coverage import coverage, door_states
from db.kernel import cipher
from db.kernel.keys import KEY_BYTES, LANES, MEMORY_KIB, PASSES, SALT_BYTES
from db.ledger import Ledger
from db.progress import progress
from db.sample import CAMPAIGN, PASSWORD, WEEK
from db.this_week import week_so_far, weekly_households
from db.visits import CampaignLine, Visit, campaigns
from desktop.paths import resources

UNLOCK_RUNS = 9
COVERAGE_RUNS = 15
REPORT_RUNS = 5
MOST_MIB = 600.0
HOME_SECONDS = 0.5
_MIB = 2**20
Question = Callable[[Connection, CampaignLine, date], Sequence[Any]]


def rows(cache: Path) -> Iterator[Row]:
    """Yield everything measured on the large ledger; it is made in `cache` where it is not."""
    made = million(cache)
    yield from _size(made)
    yield from _unlocking(made)
    with Ledger.unlock(made.folder, made.password, write=False) as ledger:
        for name in (CAMPAIGN.name, LONG_CAMPAIGN.name):
            yield from _coverage(ledger, made, name)
    yield from _report(made)


def _size(made: Million) -> Iterator[Row]:
    mib = made.size / _MIB
    with Ledger.unlock(made.folder, made.password, write=False) as ledger, ledger.read() as asked:
        held = asked.execute(select(func.count()).select_from(Visit)).scalar_one()
    if held != VISITS:
        sys.exit(f"the large ledger holds {held:,} visits, not {VISITS:,}: take its folder away")
    yield Row(f"ledger file, {held:,} visits, MiB", f"{mib:,.0f}", "", mib, None, MOST_MIB)


def _unlocking(made: Million) -> Iterator[Row]:
    def unlock(then: Callable[[Connection], object] | None = None) -> None:
        with Ledger.unlock(made.folder, made.password, write=False) as ledger:
            if then is not None:
                with ledger.read() as connection:
                    then(connection)

    def derive() -> None:
        secret = PASSWORD.encode()
        hash_secret_raw(secret, bytes(SALT_BYTES), PASSES, MEMORY_KIB, LANES, KEY_BYTES, Type.ID)

    def home(connection: Connection) -> None:
        agenda(connection, SAMPLE_DAY, progress(connection, SAMPLE_DAY))
        week_so_far(connection, SAMPLE_DAY)
        weekly_households(connection, SAMPLE_DAY)

    opened, shown, key = in_turn(
        UNLOCK_RUNS, here(unlock), here(lambda: unlock(home)), here(derive)
    )
    for name, spent in (("unlocking", opened), ("unlocking and all the home page asks", shown)):
        beyond = spent.wall - key.wall
        yield Row(
            f"{name}, seconds beyond Argon2id", f"{beyond:.3f} s", f"Argon2id {key.wall:.3f} s",
            beyond, spent.cpu - key.cpu, HOME_SECONDS,
        )  # fmt: skip


def _coverage(ledger: Ledger, made: Million, name: str) -> Iterator[Row]:
    """Yield one campaign's coverage, and the states of all doors, against their bare statements."""
    # The peer is the same file with the same key, opened without our engine.
    key = ledger.core.key.subkey("ledger")
    with (
        ledger.read() as connection,
        closing(cipher.connect(made.folder / "ledger.db", key, read_only=True)) as bare,
    ):
        campaign = next(c for c in campaigns(connection) if c.name == name)
        day = min(SAMPLE_DAY, campaign.end)
        span = f"over {(day - campaign.start).days + 1:,} days"
        for question, what in (
            (coverage, "coverage"),
            (door_states, "states of all doors, unpainted"),
        ):
            yield _against_bare(
                f"{what}, {span}: its bare SQL", connection, bare, question, campaign, day
            )


def _against_bare(
    name: str,
    connection: Connection,
    bare: Any,
    question: Question,
    campaign: CampaignLine,
    day: date,
) -> Row:
    def ask() -> Sequence[Any]:
        return question(connection, campaign, day)

    statement, values = statement_of(connection, ask)

    def ask_bare() -> list[Any]:
        found: list[Any] = bare.execute(statement, values).fetchall()
        return found

    if ask_bare() != [tuple(line) for line in ask()]:
        sys.exit(f"{name}: not the same answer")
    ours, peer = in_turn(COVERAGE_RUNS, here(ask), here(ask_bare))
    return compared(name, ours, peer, 1.5)


def statement_of(connection: Connection, ask: Callable[[], object]) -> tuple[str, tuple[Any, ...]]:
    """Return the one statement a question sends, with its values."""
    sent: list[tuple[str, Any]] = []

    def keep(*told: Any) -> None:
        _, _, said, values, *_ = told
        if said != "BEGIN":
            sent.append((said, tuple(values)))

    event.listen(connection, "before_cursor_execute", keep)
    ask()
    event.remove(connection, "before_cursor_execute", keep)
    if len(sent) != 1:
        sys.exit(f"a question sent {len(sent)} statements")
    return sent[0]


def _report(made: Million) -> Iterator[Row]:
    workbook = resources() / "sample" / "矛盾纠纷台账.xls"
    with tempfile.TemporaryDirectory(dir=made.folder.parent) as folder:
        place = Path(folder).absolute()
        # It notes the report by the machine's own clock, which lies after the sample's: the window
        # opened later on the same ledger would speak of a clock set back.
        ledger = shutil.copytree(made.folder, place / "ledger")
        ours = process(
            [
                sys.executable, "-m", "desktop", "report", "weekly", "--week", str(WEEK),
                "--data", ledger, "--out", place / "report.pdf",
            ],
            {"POLICEPOST_PASSWORD": made.password},
        )  # fmt: skip
        office = process(
            [
                "soffice", f"-env:UserInstallation={(place / 'profile').as_uri()}", "--headless",
                "--convert-to", "pdf", "--outdir", place, workbook,
            ]
        )  # fmt: skip
        mine, theirs = in_turn(REPORT_RUNS, ours, office)
        for paper in (place / "report.pdf", place / f"{workbook.stem}.pdf"):
            if not paper.exists():
                sys.exit(f"{paper.name} was not written")
    yield compared(
        "`report weekly`, whole command: LibreOffice, disputes to PDF", mine, theirs, 0.7
    )
