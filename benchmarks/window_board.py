"""The screens of all 17,286 doors, from the click to painted, against the one statement they ask.

The statement is the count of every building's doors; it is run bare on the same file.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from statistics import median, quantiles
from typing import Any

from PySide6.QtWidgets import QScrollArea, QWidget

from benchmarks.large import statement_of
from benchmarks.measure import Row, compared, here, middle
from benchmarks.million import LONG_CAMPAIGN, SAMPLE_DAY, Million
from benchmarks.window_open import Busy, Painted, page_of, screens, settle
from db.coverage import building_progress
from db.kernel import cipher
from db.sample import CAMPAIGN
from db.visits import CampaignLine, campaigns
from desktop.rooms import shell_over
from desktop.visits.map import MapPage
from desktop.window import Shell

RUNS, FRAMES = 15, 60
LIMIT, FRAME_MS, MOST_BUSY_MS = 1.5, 16.0, 100.0
TABS = (("map", "一张图"), ("board", "board"))


def rows(made: Million) -> Iterator[Row]:
    """Yield both screens over both campaigns, the first look at them, and their frames."""
    with screens(made.folder) as shell:
        key = shell.context.ledger.core.key.subkey("ledger")
        with closing(cipher.connect(made.folder / "ledger.db", key, read_only=True)) as bare:
            with shell.context.ledger.read() as connection:
                known = {line.name: line for line in campaigns(connection)}
            busy = Busy()
            for name in (CAMPAIGN.name, LONG_CAMPAIGN.name):
                for tab, title in TABS:
                    yield from _counted(shell, bare, known[name], tab, title, busy)
            yield from _first_looks(shell, bare, known[CAMPAIGN.name])
            yield Row(
                "window busy at one stretch while it counts and paints, ms",
                f"{busy.longest * 1000:.0f}", "", busy.longest * 1000, None, MOST_BUSY_MS,
            )  # fmt: skip
        yield from _frames(shell)


def _counted(
    shell: Shell, bare: Any, campaign: CampaignLine, tab: str, title: str, busy: Busy
) -> Iterator[Row]:
    """Yield a screen there is already: its tab chosen after something was written elsewhere."""
    ask = _bare(shell, bare, campaign)
    shell.context.routes.go("visits", tab=tab)
    page: Any = page_of(shell)
    page._wanted_campaign = page._wanted = campaign.id
    settle(shell)
    shown = _Shown(page)
    ours, theirs = [], []
    for run in range(RUNS + 1):
        shell.context.routes.go("home")
        settle(shell)
        shell.page.window().setFocus()
        busy_before, busy.longest = busy.longest, 0.0
        mine = here(lambda: shown.by(lambda: _look_again(shell, tab)))()
        busy.longest = max(busy_before, busy.longest)
        settle(shell)
        other = here(ask)()
        if run:
            ours.append(mine)
            theirs.append(other)
    days = (min(SAMPLE_DAY, campaign.end) - campaign.start).days + 1
    name = f"{title} of all doors, click to painted, over {days:,} days: its bare SQL"
    yield compared(name, middle(ours), middle(theirs), LIMIT)


def _look_again(shell: Shell, tab: str) -> None:
    shell.context.routes.go("visits", tab=tab)
    page_of(shell).refresh()


def _first_looks(shell: Shell, bare: Any, campaign: CampaignLine) -> Iterator[Row]:
    """Yield the first look of a day, when the screen itself has yet to be made."""
    ask = _bare(shell, bare, campaign)
    window: Any = shell.window()
    for tab, title in TABS:
        ours, theirs = [], []
        for _ in range(RUNS // 3):
            context = shell.context
            other = shell_over(context.ledger, context.settings, context.theme)
            window._stack.addWidget(other)
            window._stack.setCurrentWidget(other)
            settle(other)
            ours.append(here(partial(_first, other, tab))())
            theirs.append(here(ask)())
            settle(other)
            other.context.background.close()
            window._stack.removeWidget(other)
            other.deleteLater()
        yield compared(
            f"{title}, the first look, the screen made for it: the same",
            middle(ours),
            middle(theirs),
        )
    window._stack.setCurrentWidget(shell)


def _first(shell: Shell, tab: str) -> None:
    shell.context.routes.go("visits", tab=tab)
    page = page_of(shell)
    _Shown(page).by(lambda: None)


class _Shown:
    """A screen of doors and when it has been painted with a new count."""

    def __init__(self, page: Any) -> None:
        self._page = page
        widget: QWidget = page._map if isinstance(page, MapPage) else page._board
        self._painted = Painted(widget)

    def by(self, does: Callable[[], object]) -> None:
        """Do something that leads to a new count, and wait until it stands painted."""
        before = self._altered()
        self._painted.when(lambda: self._content is not before, does)

    @property
    def _content(self) -> Any:
        page = self._page
        return page._map._lines if isinstance(page, MapPage) else page._board._doors

    def _altered(self) -> Any:
        """Let what is shown be older than what is counted; return it, of a new screen as it is."""
        page = self._page
        if not page._lines:
            return self._content
        first, *others = page._lines
        page._lines = [first._replace(done=first.done + 1), *others]
        if isinstance(page, MapPage):
            page._map._lines = page._lines
        else:
            (home, door), *rest = page._board._doors.items()
            page._board._doors = {home: door._replace(tries=door.tries + 1), **dict(rest)}
        return self._content


def _bare(shell: Shell, bare: Any, campaign: CampaignLine) -> Callable[[], object]:
    with shell.context.ledger.read() as connection:
        statement, values = statement_of(
            connection, lambda: building_progress(connection, campaign, SAMPLE_DAY)
        )
    return lambda: bare.execute(statement, values).fetchall()


def _frames(shell: Shell) -> Iterator[Row]:
    """Yield what one frame costs while the screens are scrolled, and painted whole."""
    for tab, title in TABS:
        shell.context.routes.go("visits", tab=tab)
        settle(shell)
        page: Any = page_of(shell)
        area: QScrollArea = page._scroll if isinstance(page, MapPage) else page._middle.area
        bar = area.verticalScrollBar()
        spent = []
        for at in range(FRAMES):
            bar.setValue(round(bar.maximum() * at / FRAMES) if bar.maximum() else 0)
            since = time.perf_counter()
            area.widget().repaint()
            spent.append((time.perf_counter() - since) * 1000)
        high = quantiles(spent, n=20)[-1]
        yield Row(
            f"a frame of {title}, painted whole, ms, 95 of 100",
            f"{high:.1f} (median {median(spent):.1f})", "", high, None, FRAME_MS,
        )  # fmt: skip
