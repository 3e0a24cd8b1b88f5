"""A merge that is killed, finds no room or cannot read its package is whole or has not happened."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from db.exchange.digest import canonical_digest
from db.kernel import proofs
from tests.builders import add_visits, street, visit
from tests.exchange.conftest import paired
from tests.exchange.sites import Copying
from tests.faults.harness.children import Post
from tests.faults.harness.injecting import KINDS, calls_of, inject
from tests.faults.harness.merge_tasks import PACKAGE, WHOLE, merge_told

CALLS = ("pwrite64", "fsync", "unlink", "rename", "ftruncate")
DISTURBED = ("killed", "ENOSPC", "ENOSPC from then on", "EIO from then on")
# What a package is read by: each call fails once, or the stick is gone from then on.
READS = ("read", "pread64", "lseek", "openat")


@pytest.fixture
def laptop(_template: Path, tmp_path: Path, work: Path) -> Post:
    """A closed ledger, beside it a package of a post it is paired with."""
    copies = Copying(_template, tmp_path)
    one, other = copies(2)
    pair = paired(one, other, tmp_path / "stick")
    doors = street(one)
    pair.both_ways()
    add_visits(one, [visit(door, note=f"第{n}次") for n in range(40) for door in doors])
    add_visits(other, [visit(doors[0], "refused")])
    package = pair.send(one)
    of = Post.of(_template)
    for ledger in copies.open:
        ledger.close()
    folder = shutil.copytree(other.place.folder, work / "clean" / "post")
    shutil.copy(package, folder.parent / PACKAGE)
    return Post(folder, of.key, of.account)


@pytest.fixture
def fresh(laptop: Post, work: Path) -> Callable[[], Post]:
    """Gives an untouched copy of ledger and package."""

    def copy() -> Post:
        shutil.rmtree(work / "at", ignore_errors=True)
        return laptop.at(shutil.copytree(laptop.folder.parent, work / "at") / "post")

    return copy


def _digests(post: Post) -> tuple[str, str]:
    """Return the digest equal copies share and that of all rows; the ledger is proved on the way."""
    with post.open() as ledger:
        assert ledger.problems() == []
        with ledger.read() as connection:
            return canonical_digest(connection), proofs.digest(connection)


def _merged_after(post: Post) -> str:
    """Merge with nothing in the way; return the digest equal copies share."""
    told: list[object] = []
    merge_told(post, told.append, lambda: None)
    assert told[0] == WHOLE
    return _digests(post)[0]


def _disturb(fresh: Callable[[], Post], work: Path, call: str, kind: str, most: int | None) -> int:
    """Disturb a merge at each of its calls, or at `most` spread over them; return at how many."""
    before = _digests(fresh())
    whole = _merged_after(fresh())
    assert whole != before[0]
    count = calls_of(merge_told, fresh(), work / "log").get(call, 0)
    at_calls = range(1, count + 1, max(1, count // most) if most else 1)
    for n in at_calls:
        at = fresh()
        outcome = inject(merge_told, at, work / "log", call, KINDS[kind].format(n=n))
        found = _digests(at)
        assert found[0] in (before[0], whole), (call, n, outcome)
        if found[0] == before[0]:
            assert WHOLE not in outcome.told
            assert found == before, (call, n, outcome)
        assert _merged_after(at) == whole, (call, n, outcome)
    return len(at_calls)


@pytest.mark.parametrize("kind", DISTURBED)
@pytest.mark.parametrize("call", CALLS)
def test_a_merge_is_whole_or_has_not_happened(
    fresh: Callable[[], Post],
    work: Path,
    call: str,
    kind: str,
    record_property: Callable[[str, object], None],
) -> None:
    tried = _disturb(fresh, work, call, kind, 4)
    record_property(f"merges disturbed at a call ({kind})", tried)


@pytest.mark.long
@pytest.mark.parametrize("kind", DISTURBED)
@pytest.mark.parametrize("call", CALLS)
def test_a_merge_disturbed_at_every_call(
    fresh: Callable[[], Post],
    work: Path,
    call: str,
    kind: str,
    record_property: Callable[[str, object], None],
) -> None:
    tried = _disturb(fresh, work, call, kind, None)
    record_property(f"merges disturbed at a call ({kind})", tried)


@pytest.mark.parametrize("kind", ["EIO", "EIO from then on"])
def test_a_package_that_is_half_read_changes_nothing(
    fresh: Callable[[], Post],
    work: Path,
    kind: str,
    record_property: Callable[[str, object], None],
) -> None:
    before = _digests(fresh())
    whole = _merged_after(fresh())
    refused = 0
    for call in READS:
        for n in range(1, 4):
            at = fresh()
            package = at.folder.parent / PACKAGE
            fault = KINDS[kind].format(n=n)
            outcome = inject(merge_told, at, work / "log", call, fault, paths=(package,))
            found = _digests(at)
            if WHOLE in outcome.told:
                assert found[0] == whole
                continue
            assert outcome.ended == 0, (call, n, outcome)
            assert found == before, (call, n, outcome)
            assert _merged_after(at) == whole
            refused += 1
    assert refused
    record_property("packages half read", refused)
