"""Copies of a ledger that exchange what they did, without files between them."""

from datetime import datetime, timedelta

from db.exchange.merging import Parcel, have, merge
from db.exchange.packing import outgoing
from db.kernel.ids import Id
from db.ledger import Ledger


class HandClock:
    """A clock that stands until it is moved."""

    def __init__(self, start: datetime) -> None:
        self._now = start.astimezone()

    def now(self) -> datetime:
        """Return the moment it stands at."""
        return self._now

    def move(self, by: timedelta) -> None:
        """Let time go by, also backwards."""
        self._now += by


def parcel_of(sender: Ledger, since: dict[Id, int] | None = None) -> Parcel:
    """Return all that a ledger knows, or what came after `since`."""
    with sender.read() as connection:
        made = outgoing(connection, b"\0" * 16, b"\0" * 16).parcel
    if not since:
        return made
    kept = [c for c in made.commands if c.seq > since.get(c.site, 0)]
    return Parcel(
        made.site, made.name, {s: min(since.get(s, 0), n) for s, n in made.upto.items()},
        made.upto, made.whole, kept, {},
    )  # fmt: skip


def bring(sender: Ledger, receiver: Ledger) -> None:
    """Let one ledger take in what another knows."""
    with receiver.read() as connection:
        known = have(connection)
    parcel = parcel_of(sender, known)
    own = [c for c in parcel.commands if c.site != receiver._site]
    receiver.write(merge(Parcel(**{**parcel.__dict__, "commands": own})))
