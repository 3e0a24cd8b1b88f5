"""A small closed ledger for the faults, and a folder in memory to wear it out in."""

import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from db.ledger import Ledger
from db.sample import PASSWORD
from tests.builders import street
from tests.conftest import morning
from tests.faults.harness.children import Post


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Add up what the tests counted, for docs/RELIABILITY.md."""
    figures = Counter[str]()
    for report in terminalreporter.getreports("passed"):
        figures.update(dict(report.user_properties))
    for name, figure in sorted(figures.items()):
        terminalreporter.write_line(f"{figure:>9,}  {name}")


MEMORY = Path("/dev/shm")  # noqa: S108  where there is one; nothing here needs it to be


@pytest.fixture
def work() -> Iterator[Path]:
    """A folder whose syncs cost nothing: a crash is made by the harness, not by the disk."""
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as name:
        yield Path(name)


@pytest.fixture(scope="session")
def _small(_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Post:
    folder = shutil.copytree(_template, tmp_path_factory.mktemp("small") / "post")
    with Ledger.unlock(folder, PASSWORD, clock=morning()) as ledger:
        street(ledger, homes=4)
    return Post.of(folder)


@pytest.fixture
def post(_small: Post, work: Path) -> Post:
    """A closed ledger of one street, of this test alone."""
    return _small.at(shutil.copytree(_small.folder, work / "post"))
