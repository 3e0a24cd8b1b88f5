"""A disk that refuses while accounts and passwords change: what is told is so, and no name is burnt."""

import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from db.kernel.keys import Slots
from tests.faults.harness import account_tasks
from tests.faults.harness.children import Child, Post, Task
from tests.faults.harness.injecting import KINDS, calls_of, inject
from tests.faults.harness.recording import content_of

CALLS = ("pwrite64", "fsync", "rename")
MANY = 20


def _outcomes(task: Task, post: Post, work: Path, call: str, kind: str) -> list[Any]:
    """Return all that is told with the fault at the n-th call: at every one, of many at each third."""
    clean = post.at(shutil.copytree(post.folder, work / "clean"))
    count = calls_of(task, clean, work / "log").get(call, 0)
    told = []
    for n in range(1, count + 1, 3 if count > MANY else 1):
        shutil.rmtree(work / "at", ignore_errors=True)
        at = post.at(shutil.copytree(post.folder, work / "at"))
        outcome = inject(task, at, work / "log", call, KINDS[kind].format(n=n))
        assert outcome.ended == 0, (call, n)
        told += [(n, *one) for one in outcome.told]
    assert told
    return told


@pytest.mark.parametrize("kind", ["EIO", "ENOSPC"])
@pytest.mark.parametrize("call", CALLS)
def test_an_account_is_there_with_its_password_or_not_at_all(
    post: Post, work: Path, call: str, kind: str
) -> None:
    words = Counter[str]()
    for n, word, there, opens in _outcomes(account_tasks.add, post, work, call, kind):
        words[word] += 1
        assert word == "unknown" or there == (word != "not"), (call, n, word)
        assert opens or word == "not", (call, n, word)
    assert words["healed"]


@pytest.mark.parametrize("kind", ["EIO", "ENOSPC"])
@pytest.mark.parametrize("call", CALLS)
def test_a_closed_account_is_told_as_closed(post: Post, work: Path, call: str, kind: str) -> None:
    with post.open() as ledger:
        account_tasks.add_one(ledger)
    for n, word, opened, slot in _outcomes(account_tasks.close, post, work, call, kind):
        assert word in ("unknown", "half") or opened == (word == "not"), (call, n, word)
        assert slot == (word in ("not", "half")) or word == "unknown", (call, n, word)


@pytest.mark.parametrize("call", ["fsync", "rename"])
def test_the_password_in_force_is_the_one_that_was_told(post: Post, work: Path, call: str) -> None:
    words = Counter[str]()
    for n, word, new, told in _outcomes(account_tasks.change, post, work, call, "EIO"):
        words[word] += 1
        assert new == (word != "not"), (call, n, word)
        # Only the last rename, into a place the disk has taken it for, comes after it was told.
        assert told == new or call == "rename", (call, n, word)
    assert words["saved"]
    # The folder's own sync comes after the new password is in force.
    assert call == "rename" or words["unknown"]


@pytest.mark.parametrize("call", ["fsync", "rename"])
@pytest.mark.parametrize("task", [account_tasks.recover_one, account_tasks.renew_code])
def test_a_code_that_opens_is_always_in_somebodys_hand(
    post: Post, work: Path, call: str, task: Task
) -> None:
    slots = Slots.load(post.folder / "slots.json")
    (work / "code").write_text(slots.new_recovery(post.data_key()))
    slots.save(post.folder / "slots.json")
    words = Counter[str]()
    for n, word, opens in _outcomes(task, post, work, call, "EIO"):
        words[word] += 1
        assert opens, (call, n, word)
    assert words["saved"]
    assert call == "rename" or words["doubtful"] or words["unknown"]


@pytest.mark.parametrize(
    ("folder", "file", "other", "told"),
    [
        (0o000, 0o644, 0o644, ("没有权限打开", "没有权限打开", "没有权限打开")),
        (0o755, 0o000, 0o644, ("没有权限打开", "没有权限打开", "没有权限打开")),
        (0o755, 0o644, 0o000, ("没有权限打开", "没有权限打开", "没有权限打开")),
        (0o555, 0o444, 0o444, ("", "reader", "不让写入")),
    ],
)
def test_what_is_closed_to_a_user_is_told_as_that_and_left_as_it_is(
    post: Post, work: Path, folder: int, file: int, other: int, told: tuple[str, ...]
) -> None:
    """Another user's folder, file or key slots, and what may only be read: never "damaged"."""
    work.chmod(0o755)
    before = content_of(post.folder)
    for path in post.folder.iterdir():
        path.chmod(file if path.name == "ledger.db" else other)
    post.folder.chmod(folder)
    child = Child(account_tasks.look_as_another, post).go()
    words = child.rest()
    assert child.end() == 0
    post.folder.chmod(0o700)
    for path in post.folder.iterdir():
        path.chmod(0o600)
    assert content_of(post.folder) == before
    assert len(words) == len(told)
    for said, wanted in zip(words, told, strict=True):
        assert said == wanted or (wanted and wanted in said and said.endswith("。"))
