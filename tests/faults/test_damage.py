"""Files damaged, swapped or written by a disk that lies: named, and never taken for good."""

import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from db.backup import list_backups, verify
from db.kernel.errors import LedgerDamaged
from db.ledger import Ledger
from db.sample import PASSWORD
from tests.conftest import POST, morning
from tests.faults.harness import file_tasks
from tests.faults.harness.children import Post
from tests.faults.harness.injecting import inject
from tests.faults.harness.looking import look
from tests.faults.harness.recording import content_of

Recorder = Callable[[str, object], None]


def _unseen(post: Post, flips: int, seed: int, *, deep: bool) -> list[int]:
    """Flip one bit of the ledger's file again and again; return the offsets that nothing showed."""
    path, chance = post.folder / "ledger.db", random.Random(seed)
    whole, unseen = path.read_bytes(), []
    for offset in chance.sample(range(len(whole)), flips):
        path.unlink()
        for log in post.folder.glob("ledger.db-*"):
            log.unlink()
        damaged = bytearray(whole)
        damaged[offset] ^= 1 << chance.randrange(8)
        path.write_bytes(damaged)
        if not look(post, deep=deep).wrong:
            unseen.append(offset)
    path.write_bytes(whole)
    return unseen


def test_every_flipped_bit_is_found(post: Post, record_property: Recorder) -> None:
    record_property("bits flipped, all found", 1000)
    assert _unseen(post, 1000, 1, deep=True) == []


@pytest.mark.long
@pytest.mark.parametrize("seed", range(10))
def test_every_one_of_ten_thousand_flipped_bits_is_found(
    post: Post, seed: int, record_property: Recorder
) -> None:
    record_property("bits flipped, all found, long", 1000)
    assert _unseen(post, 1000, 10 + seed, deep=True) == []


def test_it_is_seen_when_only_what_is_read_is_checked(post: Post) -> None:
    assert _unseen(post, 100, 2, deep=False)


def test_a_backup_with_any_bit_flipped_is_named(post: Post) -> None:
    with post.open() as ledger:
        made = ledger.back_up("每日").path
    chance = random.Random(3)
    for file in (made / "ledger.db", made / "manifest.json", made / "slots.json"):
        whole = file.read_bytes()
        for offset in chance.sample(range(len(whole)), 60):
            damaged = bytearray(whole)
            damaged[offset] ^= 1 << chance.randrange(8)
            file.write_bytes(damaged)
            assert verify(made, post.data_key()) != [], (file.name, offset)
        file.write_bytes(whole)
    assert verify(made, post.data_key()) == []


def test_another_posts_ledger_is_not_opened_and_nothing_is_written(
    post: Post, tmp_path: Path
) -> None:
    Ledger.create(tmp_path / "other", POST, PASSWORD, clock=morning())[0].close()
    shutil.copy(tmp_path / "other" / "ledger.db", post.folder / "ledger.db")
    before = content_of(post.folder)
    with pytest.raises(LedgerDamaged):
        Ledger.unlock(post.folder, PASSWORD, clock=morning())
    after = content_of(post.folder)
    changed = {str(path) for path in before | after if before.get(path) != after.get(path)}
    assert not {name for name in changed if name.startswith("ledger.db")}


def _on_a_lying_disk(post: Post, work: Path, mutant: str = "") -> tuple[int, int]:
    """Let single writes of a backup be told as done and not be; return how many were told good, and
    how many of those were not.
    """
    told = bad = 0
    for number in range(1, 40, 2):
        shutil.rmtree(work / "at", ignore_errors=True)
        at = post.at(shutil.copytree(post.folder, work / "at"))
        copy = at.folder / "backups" / "0001-20260323-0830.partial" / "ledger.db"
        lie = f"retval=4096:when={number}"
        inject(
            file_tasks.back_up_told, at, work / "log", "pwrite64", lie, paths=(copy,), mutant=mutant
        )
        for one in list_backups(at.folder / "backups"):
            told, bad = told + 1, bad + bool(verify(one.path, at.data_key()))
        assert look(at).wrong == (), "the ledger itself is never touched"
    return told, bad


def test_a_backup_a_disk_only_said_it_wrote_is_not_kept(post: Post, work: Path) -> None:
    assert _on_a_lying_disk(post, work)[1] == 0


def test_it_is_seen_when_backups_are_not_proved(post: Post, work: Path) -> None:
    assert _on_a_lying_disk(post, work, mutant="no verification")[1] > 0
