"""Sticks that fail or lie while a package is written: no package that was not told of, nothing noted as sent."""

import contextlib
import errno
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from db import exchanging
from db.exchange import sites
from db.exchange.sites import peers
from db.kernel import journal
from db.kernel.errors import EnvironmentFault, PolicepostError
from db.visits import Visit
from tests.builders import add_visits, street, visit
from tests.exchange.quarter import rows_of
from tests.exchange.sites import Copying, Pair, digest_of

CALLS = ("open", "fsync", "replace", "unlink")


def _lies_in(folder: Path, given: object) -> bool:
    """Whether a call is about the folder or what lies in it, by path or by descriptor."""
    where: object = Path(f"/proc/self/fd/{given}").readlink() if isinstance(given, int) else given
    return folder in (Path(str(where)), *Path(str(where)).parents)


class BadStick:
    """Lets the calls to a stick fail from the n-th on; `calls` counts them."""

    def __init__(self, folder: Path, after: int, number: int) -> None:
        self._folder, self._after, self._number = folder, after, number
        self.calls = 0

    def failing(self, real: Callable[..., Any]) -> Callable[..., Any]:
        """Return a call that fails as the stick does."""

        def call(first: Any, *given: Any, **more: Any) -> Any:
            if _lies_in(self._folder, first):
                self.calls += 1
                if self.calls >= self._after:
                    raise OSError(self._number, os.strerror(self._number))
            return real(first, *given, **more)

        return call


@contextlib.contextmanager
def put_in(stick: BadStick) -> Iterator[None]:
    """Let the stick fail for as long as it is in."""
    with pytest.MonkeyPatch.context() as patched:
        for name in CALLS:
            patched.setattr(os, name, stick.failing(getattr(os, name)))
        yield


def _sent(pair: Pair) -> tuple[int, str | None]:
    with pair.post.read() as connection:
        (line,) = peers(connection)
    return line.packed, line.packed_at


@pytest.mark.parametrize("number", [errno.EIO, errno.ENOSPC, errno.ENODEV])
def test_a_stick_that_fails_at_any_call_leaves_no_package_and_a_repeat_works(
    pair: Pair, number: int
) -> None:
    add_visits(pair.post, [visit(door) for door in street(pair.post)])
    before, folder = _sent(pair), pair.stick
    failed = unknown = 0
    for after in range(1, 100):
        stick = BadStick(folder, after, number)
        try:
            with put_in(stick):
                pair.send(pair.post)
            break
        except PolicepostError as error:
            told = str(error)
            # A full stick is not to be taken for the ledger's own full disk.
            assert "满了" not in told or str(folder) in told
        failed += 1
        assert _sent(pair) == before
        for path in folder.glob("*.tzpack"):
            # The name could not be taken back: then it is said.
            assert "不知道" in told
            unknown += 1
            path.unlink()
    assert failed >= 5
    # When the folder itself does not open for its sync, or does not take it.
    assert unknown == 2
    assert _sent(pair) != before
    (made,) = folder.glob("*.tzpack")
    exchanging.merge_file(pair.laptop, made)
    assert digest_of(pair.laptop) == digest_of(pair.post)


def test_a_folder_that_cannot_be_made_to_last_takes_the_package_back(pair: Pair) -> None:
    before, real = _sent(pair), os.fsync

    def fsync(descriptor: int) -> None:
        if Path(f"/proc/self/fd/{descriptor}").readlink() == pair.stick:
            raise OSError(errno.EIO, "Input/output error")
        real(descriptor)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(os, "fsync", fsync)
        with pytest.raises(EnvironmentFault, match="没有存上"):
            pair.send(pair.post)
    assert list(pair.stick.glob("*.tzpack*")) == []
    assert _sent(pair) == before
    exchanging.merge_file(pair.laptop, pair.send(pair.post))


@contextlib.contextmanager
def keeping_nothing(folder: Path) -> Iterator[None]:
    """A stick of which only the system's memory is good: once that is given up, zeros are read."""
    real = os.posix_fadvise

    def given_up(descriptor: int, *rest: int) -> None:
        real(descriptor, *rest)
        if _lies_in(folder, descriptor):
            path = Path(f"/proc/self/fd/{descriptor}").readlink()
            path.write_bytes(bytes(path.stat().st_size))

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(os, "posix_fadvise", given_up)
        yield


def test_a_stick_that_keeps_nothing_is_found_by_package_and_backup(
    pair: Pair, tmp_path: Path
) -> None:
    second = tmp_path / "second"
    before = _sent(pair)
    with keeping_nothing(pair.stick), pytest.raises(EnvironmentFault, match="容量是假的"):
        pair.send(pair.post)
    assert list(pair.stick.glob("*.tzpack*")) == []
    assert _sent(pair) == before
    with keeping_nothing(second), pytest.raises(PolicepostError, match="没有留下这个备份"):
        pair.post.back_up("每日", second)
    assert not list(second.glob("0*"))


def test_a_package_takes_no_other_ones_place(copies: Copying, tmp_path: Path) -> None:
    """Two posts of one name, and one stick that goes to the station from both."""
    one, other, station = copies(3)
    card = exchanging.make_card(station, tmp_path / "所.json", "派出所")
    packages = []
    for post in (one, other):
        own = exchanging.make_card(post, tmp_path / "室.json", "警务室")
        post.write(sites.pair(card, card.fingerprint))
        station.write(sites.pair(own, own.fingerprint))
        street(post)
        with post.read() as connection:
            (peer,) = peers(connection)
        packages.append(exchanging.pack(post, peer, tmp_path).path)
    for package in packages:
        assert exchanging.merge_file(station, package).no


def test_a_package_before_a_restore_is_not_written_over_after_it(
    pair: Pair, copies: Copying
) -> None:
    doors = street(pair.post)
    kept = copies.kept(pair.post)
    add_visits(pair.post, [visit(door) for door in doors])
    before = pair.send(pair.post)
    pair.post = copies.lost(pair.post, kept)
    exchanging.merge_file(pair.laptop, pair.send(pair.post))
    exchanging.merge_file(pair.laptop, before)
    exchanging.merge_file(pair.post, pair.send(pair.laptop))
    assert digest_of(pair.post) == digest_of(pair.laptop)
    assert rows_of(pair.post, Visit) == len(doors)


def test_a_package_the_ledger_cannot_note_is_taken_away_again(pair: Pair) -> None:
    real = exchanging._give_name

    def then_full(part: Path, path: Path) -> None:
        real(part, path)
        patched.setattr(journal, "run", full)

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    before = _sent(pair)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(exchanging, "_give_name", then_full)
        with pytest.raises(EnvironmentFault, match="没有存上"):
            pair.send(pair.post)
    assert list(pair.stick.glob("*.tzpack*")) == []
    assert _sent(pair) == before
    exchanging.merge_file(pair.laptop, pair.send(pair.post))
