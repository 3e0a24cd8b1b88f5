"""Copies of a ledger that exchange what they did, without files between them."""

import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine, select

from db import exchanging
from db.exchange.deciding import open_conflicts
from db.exchange.digest import canonical_digest
from db.exchange.merging import MERGED, Parcel, have, merge
from db.exchange.packing import outgoing
from db.exchange.sites import peers, renew
from db.exchange.tables import KnownAs
from db.kernel.ids import Id
from db.kernel.keys import DataKey, Slots
from db.kernel.lock import LedgerLock
from db.kernel.place import Place
from db.kernel.records import CommandRow
from db.ledger import Ledger
from db.sample import PASSWORD

START = datetime(2026, 3, 23, 8, 30)  # noqa: DTZ001


class HandClock:
    """A clock that stands until it is moved."""

    def __init__(self, start: datetime = START) -> None:
        self._now = start.astimezone()

    def now(self) -> datetime:
        """Return the moment it stands at."""
        return self._now

    def move(self, by: timedelta) -> None:
        """Let time go by, also backwards."""
        self._now += by


class Copying:
    """Opens copies of one ledger, each living on as a site of its own, without stretching a password."""

    def __init__(self, template: Path, folder: Path) -> None:
        account, key = Slots.load(template / "slots.json").unlock(None, PASSWORD)
        self._account, self._secret = bytes.fromhex(account), bytes(key.open_copy())
        self._template, self._folder = template, folder
        self._made = 0
        self._words: Engine | None = None
        self.open: list[Ledger] = []

    def __call__(self, count: int) -> list[Ledger]:
        """Return so many new copies."""
        return [self.copy_of(self._template) for _ in range(count)]

    def copy_of(self, folder: Path, *, renewed: bool = True) -> Ledger:
        """Return a copy of a folder's ledger as a site of its own; the clock is its own too."""
        self._made += 1
        to = self._folder / f"copy{self._made}"
        shutil.copytree(folder, to, ignore=shutil.ignore_patterns("*.lock"))
        ledger = self.opened(to)
        if renewed:
            ledger.write(renew())
        return ledger

    def opened(self, folder: Path) -> Ledger:
        """Return the ledger of a folder open."""
        lock = LedgerLock(folder)
        lock.acquire("test")
        ledger = Ledger(Place(folder), self.key(), self._account, HandClock(), lock)
        self._share_words(ledger)
        self.open.append(ledger)
        return ledger

    def key(self) -> DataKey:
        """Return the key of all copies."""
        return DataKey(bytearray(self._secret))

    def kept(self, ledger: Ledger) -> Path:
        """Return a copy of a ledger's file as it is now."""
        ledger.rest()
        self._made += 1
        return shutil.copy(ledger.place.ledger, self._folder / f"kept{self._made}.db")

    def closed(self, ledger: Ledger) -> Path:
        """Close one of the copies and return its folder."""
        self.open.remove(ledger)
        ledger.close()
        return ledger.place.folder

    def lost(self, ledger: Ledger, kept: Path) -> Ledger:
        """Return a ledger opened again after an older file of it was put in its place."""
        folder = self.closed(ledger)
        (folder / "ledger.db-wal").unlink(missing_ok=True)
        shutil.copy(kept, folder / "ledger.db")
        return self.opened(folder)

    def _share_words(self, ledger: Ledger) -> None:
        """Let all copies compile each statement once: apart they spend half their time on that."""
        first = self._words = self._words or ledger.core.readers
        for engine in (ledger.core.readers, ledger.core.writer):
            engine.dialect = engine.pool._dialect = first.dialect
            engine._compiled_cache = first._compiled_cache

    def close(self, *, proved: bool = True) -> None:
        """Prove all copies against their journals and close them."""
        for ledger in self.open:
            if proved:
                assert ledger.problems() == []
            ledger.close()
            shutil.rmtree(ledger.place.folder)
        self.open.clear()


@dataclass
class Pair:
    """Two paired ledgers and the stick between them."""

    post: Ledger
    laptop: Ledger
    stick: Path

    def send(self, sender: Ledger) -> Path:
        """Return a package from one of the two for the other."""
        with sender.read() as connection:
            (peer,) = peers(connection)
        return exchanging.pack(sender, peer, self.stick).path

    def both_ways(self) -> None:
        """Let each have what the other did."""
        exchanging.merge_file(self.laptop, self.send(self.post))
        exchanging.merge_file(self.post, self.send(self.laptop))
        exchanging.merge_file(self.laptop, self.send(self.post))


def parcel_for(sender: Ledger, known: dict[Id, int]) -> Parcel:
    """Return what a sender has beyond what a receiver is known to have."""
    with sender.read() as connection:
        return outgoing(connection, known).parcel


def known_to(ledger: Ledger) -> dict[Id, int]:
    """Return the last command of each site that a ledger has."""
    with ledger.read() as connection:
        return have(connection)


def bring(sender: Ledger, receiver: Ledger) -> None:
    """Let one ledger take in what another knows."""
    receiver.write(merge(parcel_for(sender, known_to(receiver))))


def exchange_fully(ledgers: list[Ledger], rounds: int = 3) -> None:
    """Let everybody take in what everybody knows, until nothing is left to tell."""
    for _ in range(rounds):
        for receiver in ledgers:
            for sender in ledgers:
                if sender is not receiver:
                    bring(sender, receiver)


def exchange_by_one(ledgers: list[Ledger], rounds: int = 2) -> None:
    """The same by way of the first: it hears all the others, then they hear it."""
    first, *others = ledgers
    for _ in range(rounds):
        for other in others:
            bring(other, first)
        for other in others:
            bring(first, other)


def digest_of(ledger: Ledger) -> str:
    """Return the digest that equal ledgers share."""
    with ledger.read() as connection:
        return canonical_digest(connection)


def done_in(ledger: Ledger) -> set[Id]:
    """Return the commands a ledger knows, but for the merges themselves."""
    with ledger.read() as connection:
        rows = connection.execute(select(CommandRow.id).where(CommandRow.action != MERGED))
        return set(rows.scalars())


def to_decide(ledger: Ledger) -> set[tuple[str, Id, str]]:
    """Return what is to decide, each record under the least of its ids."""
    with ledger.read() as connection:
        least: dict[Id, Id] = {}
        for theirs, ours in connection.execute(select(KnownAs.theirs, KnownAs.ours)):
            least[ours] = min(least.get(ours, ours), theirs)
        return {
            (conflict.entity, least.get(conflict.record, conflict.record), difference.field)
            for conflict in open_conflicts(connection)
            for difference in conflict.differences
        }
