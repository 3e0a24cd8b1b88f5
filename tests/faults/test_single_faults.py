"""Every single call to the disk fails or is the last one: what was told as saved is there."""

import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.harness.children import Post
from tests.faults.harness.injecting import KINDS, Outcome, calls_of, inject
from tests.faults.harness.looking import look, repeated
from tests.faults.harness.tasks import write_through_faults

CALLS = ("pwrite64", "fsync", "ftruncate", "unlink", "rename")
# A disk that is gone answers nothing, not even what is read.
DEAD = "pread64,pwrite64,fsync,fdatasync,ftruncate,unlink,rename"
SAVED = ("saved", "there")


def _problems(outcome: Outcome, at: Post) -> list[str]:
    """Return where the ledger is not what the person was told last of each command."""
    last = {one: word for one, word, _ in outcome.told if one and word != "untrue"}
    saved = {one for one, word in last.items() if word in SAVED}
    found = look(at)
    problems = found.losses(saved)
    problems += [f"{word}: {said}" for _, word, said in outcome.told if word == "untrue"]
    problems += [f"{repeated(at)} visits twice"] if repeated(at) else []
    if outcome.ended == -9:
        there = [one for one, word in last.items() if word == "not" and one in found.commands]
        problems += [f"{len(there)} told as not saved are there"] if there else []
    else:
        problems += [] if outcome.ended == 0 else [f"ended with {outcome.ended}"]
        problems += [] if saved and saved == set(last) else ["not all was saved after healing"]
    return problems


def _faults(
    post: Post, work: Path, call: str, kind: str, *, heal: bool = True, mutant: str = ""
) -> tuple[list[str], Counter[str], int]:
    """Put the kind of fault into the n-th call for every n; return what went wrong, all words, and how often."""
    clean = post.at(shutil.copytree(post.folder, work / "clean"))
    calls = calls_of(write_through_faults, clean, work / "log")
    wrong, words = [], Counter[str]()
    count = max(calls.get(one, 0) for one in call.split(","))
    for n in range(1, count + 1):
        shutil.rmtree(work / "at", ignore_errors=True)
        at = post.at(shutil.copytree(post.folder, work / "at"))
        fault = KINDS[kind].format(n=n)
        outcome = inject(
            write_through_faults, at, work / "log", call, fault, heal=heal, mutant=mutant
        )
        words.update(word for _, word, _ in outcome.told)
        wrong += [f"{call} {n}: {one}" for one in _problems(outcome, at)]
    return wrong, words, count


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("call", CALLS)
def test_a_fault_at_any_call_loses_nothing_that_was_told(
    post: Post, work: Path, call: str, kind: str, record_property: Callable[[str, object], None]
) -> None:
    wrong, words, runs = _faults(post, work, call, kind)
    record_property("runs with a fault at one call", runs)
    assert wrong == []
    assert kind == "killed" or words["saved"]


@pytest.mark.parametrize("kind", ["EIO", "EIO from then on"])
def test_what_a_disk_refused_is_after_a_crash_as_it_was_told(
    post: Post, work: Path, kind: str
) -> None:
    """The commit's own sync fails and the process dies: the record is there once or not at all."""
    wrong, words, _ = _faults(post, work, "fsync", kind, heal=False)
    assert wrong == []
    assert words["not"]


def test_a_disk_that_is_gone_is_told_and_work_goes_on_when_it_is_back(
    post: Post, work: Path
) -> None:
    wrong, words, _ = _faults(post, work, DEAD, "EIO from then on")
    assert wrong == []
    assert words["not"] + words["unknown"]


def test_it_is_seen_when_a_failed_commit_is_not_looked_up(post: Post, work: Path) -> None:
    found, _, _ = _faults(post, work, "fsync", "EIO from then on", heal=False, mutant="no look-up")
    assert [one for one in found if "told as not saved are there" in one]


def test_it_is_seen_when_a_second_try_is_another_step(post: Post, work: Path) -> None:
    found, _, _ = _faults(post, work, "fsync", "EIO from then on", mutant="no dedupe")
    assert [one for one in found if "visits twice" in one]
