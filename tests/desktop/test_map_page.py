"""一张图 and the choice of a campaign: the same count as everywhere, and the way to the board."""

from datetime import date, timedelta
from typing import Any

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from db.coverage import building_progress, coverage
from db.kernel.ids import Id
from db.places import communities
from db.progress import campaign_of
from db.visits import CampaignLine, campaigns
from db.visits.campaigning import CampaignDraft, add_campaign
from desktop.visits.map import MapPage
from desktop.visits.page import VisitsPage
from desktop.window import Shell
from tests.desktop.conftest import press, settle


def opened(qtbot: QtBot, shell: Shell, tab: str) -> Any:
    shell.context.routes.go("visits", tab=tab)
    settle(qtbot, shell)
    return shell.page.page  # type: ignore[attr-defined]


def add(shell: Shell, name: str, start: date, end: date, *places: str) -> CampaignLine:
    ledger = shell.context.ledger
    with ledger.read() as connection:
        ids: tuple[Id, ...] = tuple(c.id for c in communities(connection) if c.name in places)
    ledger.write(add_campaign(CampaignDraft(name, start, end, ids)))
    with ledger.read() as connection:
        return next(line for line in campaigns(connection) if line.name == name)


def pick(qtbot: QtBot, shell: Shell, box: Any, campaign: Id) -> None:
    box.setCurrentIndex([box.itemData(n) for n in range(box.count())].index(campaign))
    box.activated.emit(box.currentIndex())
    settle(qtbot, shell)


def test_every_building_is_a_tile_and_leads_to_its_board(qtbot: QtBot, shell: Shell) -> None:
    page: MapPage = opened(qtbot, shell, "map")
    day = shell.context.today
    with shell.context.ledger.read() as connection:
        lines = building_progress(connection, campaign_of(connection, day), day)
    assert list(page._map._lines) == lines
    tiles = page._map._lay().tiles
    assert len(tiles) == len(lines)
    assert not any(a.intersects(b) for n, a in enumerate(tiles) for b in tiles[n + 1 : n + 40])
    page._map.setFocus()
    press(qtbot, shell, Qt.Key.Key_Down, Qt.Key.Key_Right)
    current = page._map.current
    assert current is not None
    assert current.estate != lines[0].estate
    assert current.label in page._foot.text()
    press(qtbot, shell, Qt.Key.Key_Return)
    board = shell.page.page  # type: ignore[attr-defined]
    assert isinstance(board, VisitsPage)
    assert board._middle.name == current.label


def test_down_and_up_lead_back(qtbot: QtBot, shell: Shell) -> None:
    page: MapPage = opened(qtbot, shell, "map")
    seen = [page._map.current]
    for _ in range(400):
        press_at = page._map._next(Qt.Key.Key_Down)
        assert press_at is not None
        if page._map._lines[press_at] == seen[-1]:
            break
        page._map._current = page._map._lines[press_at].building
        seen.append(page._map.current)
    assert seen[-1] is not None
    assert seen[-1].community == page._map._lines[-1].community, "the last line is reached"


def test_a_past_campaign_is_counted_to_its_end(qtbot: QtBot, shell: Shell) -> None:
    day = shell.context.today
    end = day - timedelta(days=10)
    past = add(shell, "春节防火", date(2026, 2, 1), end, "第六社区")
    page: MapPage = opened(qtbot, shell, "map")
    pick(qtbot, shell, page._campaign, past.id)
    with shell.context.ledger.read() as connection:
        counted = coverage(connection, past, end)
    shown = page._map._lines
    assert sum(line.done for line in shown) == sum(line.done for line in counted) > 0
    assert {line.community_name for line in shown if line.base} == {"第六社区"}
    page._community.setCurrentIndex(page._community.findText("第七社区"))
    page._community.activated.emit(page._community.currentIndex())
    assert {line.community_name for line in page._map._lines} == {"第七社区"}
    homes = opened(qtbot, shell, "doors")
    pick(qtbot, shell, homes._campaign, past.id)
    assert f"应访{sum(line.base for line in counted):,}户" in homes._foot.text()


def test_the_board_offers_only_what_its_visits_count_for(qtbot: QtBot, shell: Shell) -> None:
    day = shell.context.today
    past = add(shell, "春节防火", date(2026, 2, 1), day - timedelta(days=10))
    board: VisitsPage = opened(qtbot, shell, "board")
    assert not board._campaigns.isVisible()
    other = add(shell, "防溺水", day, day + timedelta(days=30), "第七社区")
    board.refresh()
    settle(qtbot, shell)
    offered = [board._campaigns.itemData(n) for n in range(board._campaigns.count())]
    assert other.id in offered
    assert past.id not in offered
    first = next(line for line in offered if line != other.id)
    pick(qtbot, shell, board._campaigns, first)
    assert board._campaign is not None
    assert board._campaign.id == first
    assert any(line.done for line in board._lines)
