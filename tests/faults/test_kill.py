"""kill -9 at any moment: what was told as saved is there, an import is whole or not there at all."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import select

from db.backup import list_backups
from db.kernel.ids import id_from_text
from db.ledger import Ledger
from db.sample import PASSWORD
from db.visits import Visit
from tests.builders import street
from tests.conftest import ROOT, SAMPLE, morning

SHORT, LONG = 25, 2000
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT), "POLICEPOST_PASSWORD": PASSWORD}


@pytest.fixture
def folder(_template: Path, tmp_path: Path) -> Path:
    """A ledger with a few doors, closed."""
    post = shutil.copytree(_template, tmp_path / "post")
    with Ledger.unlock(post, PASSWORD, clock=morning()) as ledger:
        street(ledger, homes=20)
    return post


def _killed_while_writing(folder: Path, seconds: float) -> list[str]:
    """Let a process write for a while, kill it, and return what it had told as saved."""
    writer = subprocess.Popen(
        [sys.executable, "-m", "tests.faults.writing", str(folder)],
        cwd=ROOT, env=ENVIRONMENT, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert writer.stdout is not None
    assert writer.stdout.readline() == "ready\n"
    time.sleep(seconds)
    writer.send_signal(signal.SIGKILL)
    told, _ = writer.communicate()
    # A last line without its end was never told to anybody.
    return [line for line in told.split("\n")[:-1] if line]


def _rounds(folder: Path, rounds: int) -> None:
    chance, saved = random.Random(1), set()
    for _ in range(rounds):
        saved.update(_killed_while_writing(folder, chance.uniform(0.0, 0.12)))
        with Ledger.unlock(folder, PASSWORD, clock=morning()) as ledger:
            assert ledger.problems() == []
            with ledger.read() as connection:
                there = set(connection.execute(select(Visit.id)).scalars())
        missing = {id_ for id_ in saved if id_from_text(id_) not in there}
        assert missing == set()
    assert len(saved) > rounds, "the writer must have come to write"


def test_nothing_told_as_saved_is_lost(folder: Path) -> None:
    _rounds(folder, SHORT)


@pytest.mark.long
def test_nothing_told_as_saved_is_lost_in_two_thousand_deaths(folder: Path) -> None:
    _rounds(folder, LONG)


def _killed(folder: Path, seconds: float, *arguments: str) -> None:
    command = subprocess.Popen(
        [sys.executable, "-m", "desktop", *arguments, "--data", str(folder)],
        cwd=ROOT, env=ENVIRONMENT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    time.sleep(seconds)
    command.kill()
    command.wait()


def test_an_import_is_whole_or_not_there(_template: Path, tmp_path: Path) -> None:  # noqa: PT019
    found = set()
    for number, seconds in enumerate((0.9, 1.4, 1.8, 2.2, 2.6, 3.2)):
        post = shutil.copytree(_template, tmp_path / str(number))
        _killed(post, seconds, "import", str(SAMPLE / "住户台账.xlsx"))
        with Ledger.unlock(post, PASSWORD, clock=morning()) as ledger:
            assert ledger.problems() == []
            with ledger.read() as connection:
                homes = connection.exec_driver_sql("SELECT count(*) FROM household").scalar_one()
        found.add(homes)
    assert found <= {0, 17286}


def test_a_backup_that_was_cut_off_counts_as_none(_sample_template: Path, tmp_path: Path) -> None:  # noqa: PT019
    post = shutil.copytree(_sample_template, tmp_path / "full")
    for seconds in (0.5, 0.8, 1.1):
        _killed(post, seconds, "backup")
    with Ledger.unlock(post, PASSWORD, clock=morning()) as ledger:
        for info in list_backups(post / "backups"):
            assert ledger.check_backup(info.path) == []
        made = ledger.back_up("之后")
        assert ledger.check_backup(made.path) == []
        assert ledger.problems() == []
