"""A full disk and a dying one: plain words, nothing lost, and work goes on once there is space."""

import os
import resource
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from db.ledger import Ledger
from db.sample import PASSWORD
from tests.builders import street
from tests.conftest import ROOT, morning

ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT), "POLICEPOST_PASSWORD": PASSWORD}
WRITE_AND_GO_ON = """
import resource, sys
from datetime import date
from pathlib import Path
from sqlalchemy import func, select
from db.kernel.errors import EnvironmentFault
from db.ledger import Ledger
from db.places import Household
from db.sample import PASSWORD
from db.visits import Visit
from db.visits.recording import VisitEntry, record_visits
folder, limit = Path(sys.argv[1]), int(sys.argv[2])
import signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
entry = VisitEntry(date(2026, 3, 20), "met", people=1, note="字" * 400)
with Ledger.unlock(folder, PASSWORD) as ledger:
    with ledger.read() as connection:
        doors = connection.execute(select(Household.id)).scalars().all()
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
    saved = 0
    try:
        while True:
            ledger.write(record_visits(doors, entry))
            saved += len(doors)
    except EnvironmentFault as fault:
        print(fault)
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    ledger.write(record_visits(doors, entry))
    saved += len(doors)
    with ledger.read() as connection:
        assert connection.execute(select(func.count()).select_from(Visit)).scalar_one() == saved
    assert ledger.problems() == []
    print(saved)
"""


@pytest.fixture
def folder(_template: Path, tmp_path: Path) -> Path:
    post = shutil.copytree(_template, tmp_path / "post")
    with Ledger.unlock(post, PASSWORD, clock=morning()) as ledger:
        street(ledger, homes=20)
    return post


def test_a_full_disk_is_told_and_the_same_window_works_on(folder: Path) -> None:
    limit = (folder / "ledger.db").stat().st_size + 200_000
    done = subprocess.run(
        [sys.executable, "-c", WRITE_AND_GO_ON, str(folder), str(limit)],
        cwd=ROOT, env=ENVIRONMENT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    told, saved = done.stdout.split("\n")[:2]
    assert "磁盘" in told
    assert int(saved) > 20, "some were saved before the disk was full"


def test_a_command_on_a_full_disk_ends_with_the_machines_fault(folder: Path) -> None:
    def no_room() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))

    done = subprocess.run(
        [sys.executable, "-m", "desktop", "backup", "--data", str(folder)],
        cwd=ROOT, env=ENVIRONMENT, capture_output=True, text=True, check=False,
        preexec_fn=no_room,
    )  # fmt: skip
    assert done.returncode == 3
    assert "Traceback" not in done.stderr
    with Ledger.unlock(folder, PASSWORD, clock=morning()) as ledger:
        assert ledger.problems() == []
