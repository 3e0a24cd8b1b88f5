"""The power goes at any moment: of every disk that may be left, what was told as saved is on it."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.harness.children import Post, Task
from tests.faults.harness.looking import look
from tests.faults.harness.power import states_after
from tests.faults.harness.recording import record
from tests.faults.harness.tasks import write_and_checkpoint, write_some

# Together the short form looks at more than 20,000 disks, all different.
SHORT, LONG, MUTANT = 21, 60, 8
PARTS, SEEDS = range(2), range(10)
Recorder = Callable[[str, object], None]


def losses(
    task: Task, post: Post, work: Path, *, each: int, seed: int = 1, mutant: str = ""
) -> tuple[int, list[str]]:
    """Return how many disks were rebuilt and looked at, and the first losses found on them."""
    at = post.at(shutil.copytree(post.folder, work / "at"))
    recording = record(task, at, work / "log", mutant)
    states, found = 0, list[str]()
    for state in states_after(recording, each=each, seed=seed):
        states += 1
        found += look(post.at(state.lay(work / "disk"))).losses(set(state.told))
        if found:
            break
    return states, found


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize(("task", "fewest"), [(write_some, 3700), (write_and_checkpoint, 6300)])
def test_no_power_cut_loses_what_was_told(
    post: Post, work: Path, task: Task, fewest: int, part: int, record_property: Recorder
) -> None:
    states, found = losses(task, post, work, each=SHORT, seed=100 + part)
    record_property("power-loss states of the ledger", states)
    assert found == []
    assert states > fewest


@pytest.mark.long
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("task", [write_some, write_and_checkpoint])
def test_no_power_cut_of_two_hundred_thousand_loses_what_was_told(
    post: Post, work: Path, task: Task, seed: int, record_property: Recorder
) -> None:
    states, found = losses(task, post, work, each=LONG, seed=seed)
    assert found == []
    assert states > 8000
    record_property("power-loss states of the ledger, long", states)


@pytest.mark.parametrize("task", [write_some, write_and_checkpoint])
def test_it_is_seen_when_commits_are_not_waited_for(post: Post, work: Path, task: Task) -> None:
    assert losses(task, post, work, each=MUTANT, mutant="synchronous=NORMAL")[1]
