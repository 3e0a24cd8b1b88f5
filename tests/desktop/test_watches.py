"""What stands on a screen is read again when it was written, whoever wrote it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from pytestqt.qtbot import QtBot
from sqlalchemy import event
from sqlalchemy.engine import Engine

from db.kernel.records import Record
from db.people import VolunteerDraft
from db.people.roster import VolunteerPlace, add_volunteer
from db.places import communities
from db.places.making import rename_community
from db.post import change_post, the_post
from desktop.people.volunteers import VolunteersPage
from desktop.rooms import ROOMS, TABS
from desktop.widgets.tabs import TabbedPage
from desktop.window import Shell
from tests.desktop.conftest import settle

NAMES = frozenset(mapper.class_.__tablename__ for mapper in Record.registry.mappers)


@contextmanager
def _asked() -> Iterator[set[str]]:
    """Collect the tables that are asked for meanwhile."""
    tables: set[str] = set()

    def note(*what: Any) -> None:
        tables.update(NAMES.intersection(re.findall(r"(?:FROM|JOIN|,)\s+([a-z_]+)", what[2])))

    event.listen(Engine, "before_cursor_execute", note)
    yield tables
    event.remove(Engine, "before_cursor_execute", note)


@pytest.mark.parametrize("room", [room.name for room in ROOMS])
def test_a_page_watches_every_table_that_it_asks_for(qtbot: QtBot, shell: Shell, room: str) -> None:
    ledger, unwatched = shell.context.ledger, {}
    # Without anybody to grade there are no facts to ask for.
    with ledger.read() as connection:
        place = VolunteerPlace(communities(connection)[0].id)
    ledger.write(add_volunteer(place, VolunteerDraft("李网格", role="grid_leader")))
    for tab in TABS.get(room, (None,)):
        shell.context.routes.go(room, **({"tab": tab.name} if tab else {}))
        settle(qtbot, shell)
        page = shell.page.page if isinstance(shell.page, TabbedPage) else shell.page
        with _asked() as tables:
            page.refresh()
            settle(qtbot, shell)
            if isinstance(page, VolunteersPage):
                # What somebody did is asked for where it stands.
                page._turn(1)
                settle(qtbot, shell)
        if missing := tables - page.watches:
            unwatched[type(page).__name__] = missing
    assert unwatched == {}


def test_another_name_stands_wherever_the_old_one_stood(qtbot: QtBot, shell: Shell) -> None:
    minutes: list[int] = []
    shell.locks_after.connect(minutes.append)
    with shell.context.ledger.read() as connection:
        post, community = the_post(connection), communities(connection)[0]
    write = shell.context.background.write
    write(shell, change_post(replace(post, name="新警务室", station="新派出所", lock_minutes=3)))
    write(shell, rename_community(community.id, "新社区"))
    settle(qtbot, shell)
    assert (shell._post.text(), shell._station.text()) == ("新警务室", "新派出所")
    assert minutes == [3]
    assert any(line.name == "新社区" for line in shell.page._today.communities)  # type: ignore[attr-defined]
