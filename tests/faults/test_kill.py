"""kill -9 at any moment: what was told as saved is there, an import is whole or not there at all."""

import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from db import migrations
from db.backup import list_backups, verify
from db.ledger import Ledger
from db.sample import PASSWORD
from tests.conftest import ROOT, SAMPLE, morning
from tests.faults.harness import session_tasks
from tests.faults.harness.children import Child, Post
from tests.faults.harness.injecting import calls_of, inject
from tests.faults.harness.killing import Toll, kill_loop
from tests.faults.harness.tasks import open_and_close, write_on

SHORT, LONG, PARTS = 500, 2500, range(4)
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT), "POLICEPOST_PASSWORD": PASSWORD}
Recorder = Callable[[str, object], None]


def _nothing_lost(toll: Toll, kills: int) -> None:
    assert toll.losses == []
    assert toll.kills == kills
    assert toll.told > 2 * kills, "the writer must have come to write"


@pytest.mark.parametrize("seed", PARTS)
def test_nothing_told_as_saved_is_lost(
    post: Post, work: Path, seed: int, record_property: Recorder
) -> None:
    toll = kill_loop(write_on, post, work / "at", kills=SHORT, seed=seed)
    record_property("kills", toll.kills)
    record_property("commands told before a kill", toll.told)
    _nothing_lost(toll, SHORT)


@pytest.mark.long
@pytest.mark.parametrize("seed", PARTS)
def test_nothing_told_as_saved_is_lost_in_ten_thousand_deaths(
    post: Post, work: Path, seed: int, record_property: Recorder
) -> None:
    toll = kill_loop(write_on, post, work / "at", kills=LONG, seed=100 + seed)
    record_property("kills, long", toll.kills)
    record_property("commands told before a kill, long", toll.told)
    _nothing_lost(toll, LONG)


def test_nothing_is_lost_when_the_next_start_is_killed_too(post: Post, work: Path) -> None:
    _nothing_lost(kill_loop(write_on, post, work / "at", kills=100, then=open_and_close), 100)


def test_it_is_seen_when_a_command_is_no_transaction(post: Post, work: Path) -> None:
    assert kill_loop(write_on, post, work / "at", kills=400, mutant="no transaction").losses


def test_it_is_seen_when_saved_is_said_too_early(post: Post, work: Path) -> None:
    assert kill_loop(write_on, post, work / "at", kills=400, mutant="told too early").losses


def test_it_is_seen_when_the_mark_raises_a_false_alarm(post: Post, work: Path) -> None:
    losses = kill_loop(write_on, post, work / "at", kills=20, mutant="mark ahead").losses
    assert any("false alarm" in loss for loss in losses)


def test_a_backup_that_was_cut_off_is_swept_by_the_next(post: Post) -> None:
    stale = post.folder / "backups" / "0099-20260323-0830.partial"
    stale.mkdir(parents=True)
    (stale / "ledger.db").write_bytes(b"half")
    with post.open() as ledger:
        ledger.back_up("每日")
    assert not stale.exists()


def test_half_a_form_is_there_after_death(post: Post) -> None:
    """What was told as kept aside is there, or what was typed next; never half of it."""
    chance, told = random.Random(5), 0
    for _ in range(20):
        child = Child(session_tasks.type_on, post).go()
        assert child.hear() == "ready"
        time.sleep(chance.uniform(0, 0.05))
        child.kill()
        told = max([told, *child.rest()])
        child.end()
        with post.open() as ledger:
            kept = ledger.unsaved().get(session_tasks.FORM, {"n": 0, "字": ""})
        assert kept["n"] in {told, told + 1}
        assert len(kept["字"]) == kept["n"]
        told = kept["n"]
    assert told > 20


@pytest.mark.parametrize("fault", ["signal=KILL", "error=EIO", "error=ENOSPC"])
def test_an_old_ledger_is_brought_up_to_date_whole_or_not_at_all(work: Path, fault: str) -> None:
    """A fault at any write while the schema changes: the old version or the new one is there."""
    old = session_tasks.make_old(work / "old")
    first = old.at(shutil.copytree(old.folder, work / "first"))
    writes = calls_of(session_tasks.upgrade, first, work / "log")["pwrite64"]
    found = set()
    for n in range(1, writes + 1, max(1, writes // 25)):
        at = old.at(shutil.copytree(old.folder, work / str(n)))
        inject(session_tasks.upgrade, at, work / "log", "pwrite64", f"{fault}:when={n}")
        found.add(session_tasks.version(at))
        with at.open() as ledger:
            assert ledger.problems() == []
        made = list_backups(at.folder / "backups")
        assert made
        assert [said for one in made for said in verify(one.path, at.data_key())] == []
        shutil.rmtree(at.folder)
    assert found == {migrations.VERSIONS[0], migrations.LATEST}


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
