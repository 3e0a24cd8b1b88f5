"""kill -9 at any moment: what was told as saved is there, an import is whole or not there at all."""

import random
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from db import migrations
from db.backup import list_backups, verify
from db.exports import rows
from db.kernel import proofs
from tests.faults.harness import session_tasks
from tests.faults.harness.children import Child, Post
from tests.faults.harness.injecting import calls_of, inject
from tests.faults.harness.killing import Toll, kill_loop
from tests.faults.harness.tasks import open_and_close, write_on
from tests.faults.harness.tracing import traced
from tests.imports.books import HOMES, book, home

SHORT, LONG, PARTS = 500, 2500, range(4)
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


# How often each kind of call is disturbed while an old ledger is brought up to date.
SAMPLED = {"pwrite64": 12, "fsync": 4, "ftruncate": 2, "unlink": 2, "rename": 2}


@pytest.mark.parametrize(
    ("fault", "after"), [("signal=KILL", 0), ("error=EIO", 1 / 3), ("error=ENOSPC", 2 / 3)]
)
def test_an_old_ledger_is_brought_up_to_date_whole_or_not_at_all(
    work: Path, fault: str, after: float
) -> None:
    """A fault at calls of each kind while the schema changes: the old version or the new one is there.

    `after` is by what part of a step the three faults stand apart, so that they fall on other calls.
    """
    old = session_tasks.make_old(work / "old")
    first = old.at(shutil.copytree(old.folder, work / "first"))
    calls = calls_of(session_tasks.upgrade, first, work / "log")
    assert calls.keys() >= SAMPLED.keys()
    found = set()
    for call, runs in SAMPLED.items():
        for run in range(runs):
            at = old.at(shutil.copytree(old.folder, work / "at"))
            n = 1 + int((run + after) * calls[call] / runs)
            inject(session_tasks.upgrade, at, work / "log", call, f"{fault}:when={n}")
            found.add(session_tasks.version(at))
            with at.open() as ledger:
                assert ledger.problems() == [], (call, n)
            made = list_backups(at.folder / "backups")
            assert made
            assert [said for one in made for said in verify(one.path, at.data_key())] == [], (
                call,
                n,
            )
            shutil.rmtree(at.folder)
    assert found == {migrations.VERSIONS[0], migrations.LATEST}


def _killed_importing(post: Post, log: Path, kill: str) -> list[str]:
    """Import in a child that is killed at a call of its writing; return what it told."""
    child = Child(session_tasks.bring_in, post).go()
    told = [child.hear()]
    with traced(child.pid, log, "-e", "trace=pwrite64,fsync", "-e", f"inject={kill}"):
        told += child.say("go on").rest()
    assert child.end() == -9
    return told


def _imported(post: Post) -> tuple[str, list[Any]]:
    """Import with nothing in the way; return what is there then, as `_content` does."""
    told: list[str] = []
    session_tasks.bring_in(post, told.append, lambda: None)
    assert told == ["read", "written"]
    return _content(post)


def _content(post: Post) -> tuple[str, list[Any]]:
    """Return the digest of all rows, and what the homes say without their ids."""
    with post.open() as ledger:
        assert ledger.problems() == []
        with ledger.read() as connection:
            return proofs.digest(connection), rows.lines_of(connection, "households", None, None)


def test_an_import_is_whole_or_not_there(_template: Path, work: Path) -> None:  # noqa: PT019
    """Killed amid its writes, at its commit and when all is told; imported again it is there once."""
    homes = [home(room, 备注="字" * 40) for room in range(1, 201)]
    book(work / session_tasks.BOOK, 台账=[HOMES, *homes])
    empty = Post.of(_template)

    def fresh() -> Post:
        shutil.rmtree(work / "post", ignore_errors=True)
        return empty.at(shutil.copytree(empty.folder, work / "post"))

    before, (_, whole) = _content(fresh()), _imported(fresh())
    assert len(whole) == len(homes)
    found = []
    # Some 160 writes go to the log, the third sync waits for them, and some 80 more bring them in.
    for kill in (
        "pwrite64:signal=KILL:when=80",
        "fsync:signal=KILL:when=3",
        "pwrite64:signal=KILL:when=200",
    ):
        told = _killed_importing(at := fresh(), work / "log", kill)
        there = _content(at)
        assert there[1] == whole or (there, told) == (before, ["read"]), "half of it is there"
        again = _imported(at)
        assert again[1] == whole
        assert again[0] == there[0] or there == before, "what is there is not brought in again"
        found.append((len(told), there == before))
    assert found == [(1, True), (1, False), (2, False)]
