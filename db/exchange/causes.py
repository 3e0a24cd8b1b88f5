"""Who had seen what: whether one change was made in the knowledge of another.

Each merge says up to which command of the sender its site had seen (`SiteSeen`); so does every
later command of that site. Time alone cannot tell: a clock may be years off.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import NamedTuple

from sqlalchemy import Connection, select

from db.exchange.tables import SiteSeen
from db.kernel.ids import Id


class Sight(NamedTuple):
    """A row of `SiteSeen`."""

    by: Id
    at: int
    site: Id
    upto: int
    whole: bool


class Causes:
    """What each site had seen by each of its commands; looked up when it is first asked."""

    def __init__(self, sights: Callable[[], Iterable[Sight]]) -> None:
        self._sights = sights
        self._loaded = False
        self._seen: dict[tuple[Id, int], dict[Id, int]] = {}

    def _load(self) -> None:
        self._loaded = True
        self._direct: dict[Id, dict[Id, list[tuple[int, int, bool]]]] = defaultdict(
            lambda: defaultdict(list)
        )
        for by, at, site, upto, whole in sorted(self._sights()):
            rows = self._direct[by][site]
            # An old package may come late: what was seen before it stays seen.
            rows.append((at, max(upto, rows[-1][1]) if rows else upto, whole))
        self._merged_at = {
            by: sorted({at for rows in sites.values() for at, _, _ in rows})
            for by, sites in self._direct.items()
        }

    def saw(self, later: tuple[Id, int, int], earlier: tuple[Id, int, int]) -> bool:
        """Tell whether the change `later` was made by a site that had seen `earlier`.

        Each is (site, its command, place in the command).
        """
        if later[0] == earlier[0]:
            return later[1:] > earlier[1:]
        return earlier[1] <= self._by(later[0], later[1]).get(earlier[0], 0)

    def _by(self, site: Id, seq: int) -> dict[Id, int]:
        if not self._loaded:
            self._load()
        merges = self._merged_at.get(site, [])
        key = (site, bisect_right(merges, seq))
        found = self._seen.get(key)
        if found is None:
            found = self._seen[key] = self._followed(site, seq) if key[1] else {}
        return found

    def _followed(self, site: Id, seq: int) -> dict[Id, int]:
        seen: dict[Id, int] = {}
        followed: dict[Id, int] = {}
        waiting = [(site, seq)]
        while waiting:
            here, upto = waiting.pop()
            if upto <= followed.get(here, 0):
                continue
            followed[here] = upto
            for other, rows in self._direct.get(here, {}).items():
                at = bisect_right(rows, (upto, 1 << 62, True)) - 1
                if at < 0:
                    continue
                _, known, whole = rows[at]
                seen[other] = max(seen.get(other, 0), known)
                if whole:
                    waiting.append((other, known))
        return seen


def sights(connection: Connection) -> list[Sight]:
    """Return every merge this copy knows of."""
    columns = (SiteSeen.by, SiteSeen.at, SiteSeen.site, SiteSeen.upto, SiteSeen.whole)
    return [Sight(*row) for row in connection.execute(select(*columns))]
