"""K, the kill loop: a child is killed at a random moment, and what it had told must be there."""

import random
import shutil
import time
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.harness.children import Child, Post, Task
from tests.faults.harness.looking import look

A_DAY = 100


@dataclass
class Toll:
    """What a kill loop came to."""

    kills: int = 0
    told: int = 0
    losses: list[str] = field(default_factory=list)


def kill_loop(
    task: Task,
    post: Post,
    work: Path,
    *,
    kills: int,
    seed: int = 1,
    within: float = 0.05,
    then: Task | None = None,
    mutant: str = "",
) -> Toll:
    """Kill a child that writes `kills` times, at 0 to `within` seconds after it is ready.

    `then` is a second task killed within the same time after each: recovery of a killed session.
    The ledger goes on from kill to kill; every `A_DAY` kills begin with a fresh copy. Stops at the
    first loss.
    """
    chance, toll = random.Random(seed), Toll()
    at, told = post, set[bytes]()
    for number in range(kills):
        if number % A_DAY == 0:
            shutil.rmtree(work, ignore_errors=True)
            at, told = post.at(shutil.copytree(post.folder, work)), set()
        new, stopped = _killed(task, at, chance.uniform(0, within), mutant)
        told.update(new)
        if then:
            for _ in range(chance.randint(1, 3)):
                stopped += _killed(then, at, chance.uniform(0, within / 4), mutant)[1]
        toll.kills, toll.told = toll.kills + 1, toll.told + len(new)
        # Only looking at every other death lets a session recover what the one before left hot.
        if number % 2 or number == kills - 1 or stopped:
            toll.losses = look(at, deep=number % 10 == 9 or number == kills - 1).losses(told)
            toll.losses += stopped
        if toll.losses:
            break
    return toll


def _killed(task: Task, post: Post, seconds: float, mutant: str) -> tuple[list[bytes], list[str]]:
    """Return what a child told before its death, and that it ended by itself if it did."""
    child, told = Child(task, post, mutant).go(), list[bytes]()
    try:
        while (word := child.hear()) != "ready":
            told.append(word)
    except EOFError:
        child.end()
        return told, ["a start ended by itself: what it found on the disk stopped it"]
    time.sleep(seconds)
    child.kill()
    told += child.rest()
    child.end()
    return told, []
