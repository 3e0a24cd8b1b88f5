"""回收站: however much was deleted, all of it is listed, by kind too, and comes back."""

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from db.history import removed_counts
from db.history.words import WORDS
from db.kernel.ids import Id
from db.ledger import Ledger
from db.people import VolunteerDraft
from db.people.roster import VolunteerPlace, add_volunteer, remove_volunteer
from db.places import communities
from db.places.making import make_building, remove_households
from desktop.history.bin import EMPTY, WINDOW, BinPage
from desktop.widgets.tabs import TabbedPage
from desktop.window import Shell
from tests.builders import add_community
from tests.desktop.conftest import settle


def _bin(qtbot: QtBot, shell: Shell) -> BinPage:
    shell.context.routes.go("data", tab="bin")
    settle(qtbot, shell)
    assert isinstance(shell.page, TabbedPage)
    assert isinstance(shell.page.page, BinPage)
    return shell.page.page


def _homes(ledger: Ledger) -> tuple[Id, ...]:
    community = ledger.write(add_community("第三社区")).value
    return ledger.write(make_building(community, "晨园", "3", 5, 17, 6)).value.doors


def test_more_than_a_window_is_listed_to_its_end(
    qtbot: QtBot, small: Shell, ledger: Ledger
) -> None:
    doors = _homes(ledger)
    ledger.write(remove_households(doors))
    page = _bin(qtbot, small)
    assert len(page._model.rows) == WINDOW
    assert "共510条" in page._told.text()
    while page._model.canFetchMore(QModelIndex()):
        page._model.fetchMore(QModelIndex())
        settle(qtbot, small)
    assert {line.record for line in page._model.rows} == set(doors)
    assert len(page._model.rows) == 510


def test_a_kind_is_chosen_and_its_last_one_goes_back(
    qtbot: QtBot, small: Shell, ledger: Ledger
) -> None:
    doors = _homes(ledger)
    ledger.write(remove_households(doors[:3]))
    with ledger.read() as connection:
        place = VolunteerPlace(communities(connection)[0].id)
    who = ledger.write(add_volunteer(place, VolunteerDraft("赵敏", role="grid_leader"))).value
    ledger.write(remove_volunteer(who))
    page = _bin(qtbot, small)
    noun = WORDS["volunteer"].noun
    words = [page._kind.itemText(at) for at in range(page._kind.count())]
    assert words == ["全部类别", "住户　3", f"{noun}　1"]
    page._kind.setCurrentIndex(2)
    page._kind.activated.emit(2)
    settle(qtbot, small)
    assert [line.title for line in page._model.rows] == [page._model.rows[0].title]
    assert "赵敏" in page._model.rows[0].title
    assert "共4条，这一类1条" in page._told.text()
    page._table.setFocus()
    QTest.keyClick(page._table, Qt.Key.Key_Return)
    settle(qtbot, small)
    assert [one.entity for one in page._model.rows] == ["household"] * 3
    assert page._kind.currentData() is None
    small.undo()
    settle(qtbot, small)
    with ledger.read() as connection:
        assert [(one.noun, one.records) for one in removed_counts(connection)] == [
            ("住户", 3), (noun, 1),
        ]  # fmt: skip


def test_an_empty_bin_says_what_it_is_for(qtbot: QtBot, small: Shell) -> None:
    page = _bin(qtbot, small)
    assert page._table.empty == EMPTY
    assert page._told.text() == "", "said once"
    assert not page._back.isVisible()
    assert not page._kind.isVisible()
