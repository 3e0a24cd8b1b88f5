"""S, faults at single calls to the disk: the n-th write, sync, cut, removal or rename fails or kills."""

import contextlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.faults.harness.children import Child, Post, Task
from tests.faults.harness.tracing import COUNTED, let_go, traced

KINDS = {
    "killed": "signal=KILL:when={n}",
    "EIO": "error=EIO:when={n}",
    "EIO from then on": "error=EIO:when={n}+",
    "ENOSPC": "error=ENOSPC:when={n}",
    "ENOSPC from then on": "error=ENOSPC:when={n}+",
}


@dataclass(frozen=True)
class Outcome:
    """What a child told under a fault, and how it ended (0 well, negative: killed)."""

    told: list[Any]
    ended: int


def inject(
    task: Task,
    post: Post,
    log: Path,
    call: str,
    fault: str,
    *,
    paths: tuple[Path, ...] = (),
    heal: bool = True,
    mutant: str = "",
) -> Outcome:
    """Run a task with one of strace's faults (`error=EIO:when=3`) in a call; `paths` narrow it.

    When the task says "healed?" the fault is taken away and it is told to go on; without `heal` it
    is killed then.
    """
    child = Child(task, post, mutant)
    only = [option for path in paths for option in ("-P", str(path))]
    told: list[Any] = []
    with traced(
        child.pid, log, *only, "-e", f"trace={call}", "-e", f"inject={call}:{fault}"
    ) as tracer:
        child.go()
        with contextlib.suppress(EOFError):
            while True:
                word = child.hear()
                if word != "healed?":
                    told.append(word)
                elif heal:
                    let_go(tracer)
                    child.say("go on")
                else:
                    child.kill()
    return Outcome(told, child.end())


def calls_of(task: Task, post: Post, log: Path) -> dict[str, int]:
    """Return how often a task makes each call to the disk, until it says "healed?"."""
    child = Child(task, post)
    with traced(child.pid, log, "-e", f"trace={','.join(COUNTED)}") as tracer:
        child.go()
        with contextlib.suppress(EOFError):
            while True:
                if child.hear() == "healed?":
                    let_go(tracer)
                    child.say("go on")
    assert child.end() == 0
    lines = log.read_text().splitlines()
    found = {call: sum(f" {call}(" in line for line in lines) for call in COUNTED}
    return {call: count for call, count in found.items() if count}
