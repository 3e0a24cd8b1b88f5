"""The rules in force: which scheme counts where and when, and what an item is worth there."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import Connection, select

from db.kernel.ids import Id
from db.kernel.workdays import Period
from db.places import Community
from db.points import PointBand, PointItem, PointScheme, PointWeight, scheme_title


class Item(NamedTuple):
    """An item of a scheme; see `PointItem`."""

    id: Id
    kind: str
    key: str
    name: str
    points: int
    day_cap: int | None
    month_cap: int | None
    evidence: bool
    negative: bool
    source: str | None
    least: int | None
    most: int | None


class Band(NamedTuple):
    """From so many points: the grade and what is paid, in 分."""

    points: int
    grade: str
    amount: int


class Weight(NamedTuple):
    """What a community made an item worth from a day on."""

    id: Id
    item: Id
    community: Id
    since: date
    points: int


class Scheme(NamedTuple):
    """A version of the rules with its items and bands, the highest band first."""

    id: Id
    community: Id | None
    community_name: str | None
    name: str
    version: int
    start: date
    end: date | None
    per_point: int | None
    floor: int | None
    cap: int | None
    budget: int | None
    span: str | None
    reduces: bool
    reason: str | None
    items: tuple[Item, ...]
    bands: tuple[Band, ...]

    @property
    def title(self) -> str:
        """The scheme as people call it: 群防群治积分办法 第2版."""
        return scheme_title(self.name, self.version)

    def holds(self, day: date) -> bool:
        """Tell whether it is in force that day."""
        return self.start <= day and (self.end is None or day <= self.end)

    def item(self, key: str) -> Item | None:
        """Return the item of a key."""
        return next((item for item in self.items if item.key == key), None)

    @property
    def pays(self) -> bool:
        """Tell whether it says what is paid."""
        return bool(self.per_point or any(band.amount for band in self.bands) or self.floor)


class Rules:
    """All schemes and weights of a ledger; read once for a count."""

    def __init__(self, schemes: Sequence[Scheme], weights: Iterable[Weight] = ()) -> None:
        self.schemes = tuple(schemes)
        self.weights = tuple(sorted(weights, key=lambda w: (w.since, w.id)))
        self._found: dict[tuple[Id, date], Scheme | None] = {}

    def at(self, community: Id, day: date) -> Scheme | None:
        """Return the scheme that counts there that day; a community's own before that for all."""
        if (community, day) not in self._found:
            held = [s for s in self.schemes if s.holds(day) and s.community in (None, community)]
            best = min(held, key=lambda s: s.community is None, default=None)
            self._found[community, day] = best
        return self._found[community, day]

    def item(self, community: Id, day: date, key: str) -> Item | None:
        """Return the item that counts there that day under a key."""
        scheme = self.at(community, day)
        return scheme.item(key) if scheme else None

    def item_from(self, community: Id, day: date, source: str) -> Item | None:
        """Return the item that a kind of participation brings by itself there that day."""
        scheme = self.at(community, day)
        items = scheme.items if scheme else ()
        return next((item for item in items if item.source == source), None)

    def during(self, period: Period) -> list[Scheme]:
        """Return the versions that are in force on any day of a period."""
        return [
            s
            for s in self.schemes
            if s.start <= period.end and (s.end is None or s.end >= period.start)
        ]

    def weight(self, item: Item, community: Id, day: date) -> Weight | None:
        """Return the community's own weight of an item in force that day; None where it has none."""
        own = [w for w in self.weights if w.item == item.id and w.community == community]
        return next((w for w in reversed(own) if w.since <= day), None)

    def worth(self, item: Item, community: Id, day: date) -> int:
        """Return what an item is worth there that day."""
        weight = self.weight(item, community, day)
        return item.points if weight is None else weight.points


def scheme_list(connection: Connection) -> list[Scheme]:
    """Return all versions of all schemes: for all first, then by community; the latest first."""
    items: dict[Id, list[Item]] = {}
    columns = [getattr(PointItem, name) for name in Item._fields]
    asked = select(PointItem.scheme, *columns).order_by(PointItem.rank, PointItem.id)
    for scheme, *row in connection.execute(asked):
        items.setdefault(scheme, []).append(Item(*row))
    bands: dict[Id, list[Band]] = {}
    columns = [getattr(PointBand, name) for name in Band._fields]
    for scheme, *row in connection.execute(
        select(PointBand.scheme, *columns).order_by(PointBand.points.desc())
    ):
        bands.setdefault(scheme, []).append(Band(*row))
    columns = [
        Community.name if name == "community_name" else getattr(PointScheme, name)
        for name in Scheme._fields[:-2]
    ]
    rows = connection.execute(
        select(*columns)
        .join(Community, Community.id == PointScheme.community, isouter=True)
        .order_by(
            PointScheme.community.is_not(None), Community.rank, Community.id,
            PointScheme.start.desc(),
        )
    )  # fmt: skip
    return [
        Scheme._make((*row, tuple(items.get(row.id, ())), tuple(bands.get(row.id, ()))))
        for row in rows
    ]


def rules_of(connection: Connection) -> Rules:
    """Return the rules as they stand in the ledger."""
    columns = [getattr(PointWeight, name) for name in Weight._fields]
    weights = [Weight(*row) for row in connection.execute(select(*columns))]
    return Rules(scheme_list(connection), weights)
