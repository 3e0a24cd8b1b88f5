"""Real ledgers for the tests, what tests counted, and the proof that each journal gives its tables."""

import filecmp
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import cache
from pathlib import Path

import pytest
from argon2 import low_level

from db.kernel.clock import SetClock
from db.ledger import Ledger
from db.post import PostDraft
from db.sample import PASSWORD, make_sample

# Windows are tested without a screen; set before Qt is loaded.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = ROOT / "resources" / "sample"
MEMORY = Path("/dev/shm")  # noqa: S108  where there is one; nothing here needs it to be
POST = PostDraft(name="三号警务室", station="示范派出所", code="三号")


def morning() -> SetClock:
    """The sample's own day."""
    return SetClock(datetime(2026, 3, 23, 8, 30))  # noqa: DTZ001


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Add up what the tests counted, for docs/RELIABILITY.md."""
    figures = Counter[str]()
    for report in terminalreporter.getreports("passed"):
        figures.update(dict(report.user_properties))
    for name, figure in sorted(figures.items()):
        terminalreporter.write_line(f"{figure:>9,}  {name}")


@pytest.fixture(scope="session", autouse=True)
def _stretched_once() -> Iterator[None]:
    """Stretch a password once for each salt: Argon2id costs 0.2 CPU seconds, at thousands of log-ins."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(low_level, "hash_secret_raw", cache(low_level.hash_secret_raw))
        yield


@pytest.fixture
def proven() -> Iterator[Callable[[Ledger], Ledger]]:
    """Take ledgers under watch: each is proved against its journal when the test ends."""
    watched: list[Ledger] = []

    def watch(ledger: Ledger) -> Ledger:
        watched.append(ledger)
        return ledger

    yield watch
    for ledger in watched:
        assert ledger.problems() == []
        ledger.close()


def _proved(ledger: Ledger) -> Path:
    """Prove a template once, for all its copies, and close it."""
    assert ledger.problems() == []
    ledger.close()
    return ledger.place.root


@pytest.fixture(scope="session")
def _template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("template") / "ledger"
    return _proved(Ledger.create(folder, POST, PASSWORD, clock=morning())[0])


@pytest.fixture(scope="session")
def _sample_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _proved(make_sample(tmp_path_factory.mktemp("sample") / "ledger", SAMPLE).ledger)


def _copy(template: Path, to: Path) -> Iterator[Ledger]:
    """Open a copy; it is proved at the end if a byte of it was written, which costs two seconds."""
    shutil.copytree(template, to)
    with Ledger.unlock(to, PASSWORD, clock=morning()) as ledger:
        yield ledger
        file = ledger.place.ledger
        log = file.with_name(f"{file.name}-wal")
        written = log.exists() and log.stat().st_size
        if written or not filecmp.cmp(file, template / file.name, shallow=False):
            assert ledger.problems() == []


@pytest.fixture
def ledger(_template: Path, tmp_path: Path) -> Iterator[Ledger]:
    """An empty ledger of the sample post."""
    yield from _copy(_template, tmp_path / "ledger")


@pytest.fixture
def sample(_sample_template: Path, tmp_path: Path) -> Iterator[Ledger]:
    """The whole sample sub-district."""
    yield from _copy(_sample_template, tmp_path / "sample")


@pytest.fixture
def work() -> Iterator[Path]:
    """A folder whose syncs cost nothing: a crash is made by the harness, not by the disk."""
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as name:
        yield Path(name)
