"""kill -9 while backups are made and thinned out: what is offered afterwards is put back, and is whole."""

import random
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from db import attaching, backup
from db.attachments import Attachment
from db.kernel.errors import PolicepostError
from db.kernel.records import CommandRow
from db.ledger import Ledger
from db.restoring import restore_closed
from db.sample import PASSWORD
from tests.conftest import morning
from tests.faults.harness.children import Child, Post
from tests.faults.harness.file_tasks import PHOTO, write_and_back_up
from tests.faults.harness.looking import look

SHORT, LONG, A_DAY = 15, 100, 25
Recorder = Callable[[str, object], None]


@dataclass
class Told:
    """What children said was there: commands, photographs, and what each backup has to hold."""

    now: set[tuple[str, bytes]] = field(default_factory=set)
    held: dict[str, set[tuple[str, bytes]]] = field(default_factory=dict)
    last: str = ""

    def take(self, words: list[tuple[str, Any]]) -> None:
        """Take in what one child told before its death."""
        for what, which in words:
            if what == "backup":
                self.held[which], self.last = set(self.now), which
            else:
                self.now.add((what, which))


@dataclass
class Toll:
    """What came of the kills: backups put back, the commands and photographs in them, the losses."""

    restored: int = 0
    held: int = 0
    losses: list[str] = field(default_factory=list)


def _kills(post: Post, work: Path, kills: int, mutant: str = "") -> Toll:
    """Kill a child that backs up `kills` times; put the newest backup back after each."""
    chance, toll = random.Random(kills), Toll()
    for number in range(kills):
        if number % A_DAY == 0:
            shutil.rmtree(work, ignore_errors=True)
            at, told = post.at(shutil.copytree(post.folder, work / "post")), Told()
        told.take(_killed(at, chance.uniform(0, 0.5), mutant))
        toll.losses = [*_offered(at, told), *look(at).wrong]
        newest = next(iter(backup.list_backups(at.folder / "backups")), None)
        if newest is not None and not toll.losses:
            # Not told, but named: it was made after all that was told by then.
            expected = told.held.setdefault(newest.path.name, set(told.now))
            toll.losses = list(_put_back(newest.path, work / "fresh", expected))
            toll.restored, toll.held = toll.restored + 1, toll.held + len(expected)
        if toll.losses:
            break
    return toll


def _killed(post: Post, seconds: float, mutant: str) -> list[tuple[str, Any]]:
    child = Child(write_and_back_up, post, mutant).go()
    assert child.hear() == "ready"
    time.sleep(seconds)
    child.kill()
    told = child.rest()
    child.end()
    return told


def _offered(post: Post, told: Told) -> Iterator[str]:
    """Yield what is wrong with the backups a person may choose from."""
    folder = post.folder / "backups"
    listed = [info.path for info in backup.list_backups(folder)]
    yield from (f"{path.name} is offered" for path in listed if path.suffix)
    yield from (said for path in listed for said in backup.verify(path, post.data_key()))
    named = [path for _, path in backup.manifest.numbered(folder) if not path.suffix]
    yield from (
        f"{path.name} has its name and is not whole" for path in named if path not in listed
    )
    if told.last and told.last not in {path.name for path in listed}:
        yield f"{told.last} is lost"


def _put_back(newest: Path, fresh: Path, expected: set[tuple[str, bytes]]) -> Iterator[str]:
    """Put a backup back in an empty folder as a person does; yield what is wrong with that ledger."""
    shutil.rmtree(fresh, ignore_errors=True)
    try:
        with restore_closed(fresh, newest, "", PASSWORD, morning()).ledger as ledger:
            yield from ledger.problems()
            yield from (f"{what} {which.hex()} is lost" for what, which in expected - _in(ledger))
    except PolicepostError as error:
        yield str(error)


def _in(ledger: Ledger) -> set[tuple[str, bytes]]:
    """The commands of a ledger and the photographs that can be opened."""
    with ledger.read() as connection:
        commands = connection.execute(select(CommandRow.id)).scalars().all()
        attachments = connection.execute(select(Attachment.id)).scalars().all()
    opened = {one for one in attachments if attaching.content_of(ledger, one).startswith(PHOTO)}
    return {("command", one) for one in commands} | {("photograph", one) for one in opened}


def _all_restored(toll: Toll, kills: int) -> None:
    assert toll.losses == []
    # A child that is killed before its first backup leaves none to put back, once in a "day".
    assert toll.restored >= kills - kills // A_DAY - 1
    assert toll.held > kills, "the backups must have something in them"


def test_after_each_kill_the_newest_backup_is_put_back_whole(
    post: Post, work: Path, record_property: Recorder
) -> None:
    toll = _kills(post, work / "at", SHORT)
    record_property("backups put back after a kill", toll.restored)
    _all_restored(toll, SHORT)


@pytest.mark.long
def test_after_a_hundred_kills_the_newest_backup_is_put_back_whole(
    post: Post, work: Path, record_property: Recorder
) -> None:
    toll = _kills(post, work / "at", LONG)
    record_property("backups put back after a kill, long", toll.restored)
    _all_restored(toll, LONG)


@pytest.mark.parametrize("mutant", ["backup in place", "log left out"])
def test_it_is_seen_when_what_is_offered_is_not_whole(post: Post, work: Path, mutant: str) -> None:
    assert _kills(post, work / "at", SHORT, mutant).losses
