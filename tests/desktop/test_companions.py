"""同行: who of the roster came along, typed by name on the board and put right afterwards."""

from datetime import date
from itertools import islice

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot
from sqlalchemy import select

from db.compliance import contact_in_week
from db.kernel.ids import Id, new_id
from db.kernel.workdays import Week
from db.ledger import Ledger
from db.people import Volunteer
from db.people.roster import called
from db.places import Community, communities
from db.visits import Visit
from desktop.visits.companions import CompanionsField
from desktop.visits.page import VisitsPage
from desktop.visits.records import RecordsPage
from desktop.window import Shell
from tests.builders import rows_command, street
from tests.desktop.conftest import Open, settle
from tests.desktop.retyped import kept, shown

DAY = date(2026, 3, 23)


def _add(ledger: Ledger, name: str, place: Id, **more: object) -> Id:
    row = {"id": new_id(), "community": place, "name": name, "role": "household_leader", **more}
    ledger.write(rows_command(Volunteer, [row]))
    return Id(row["id"])


def _roster(ledger: Ledger) -> dict[str, Id]:
    with ledger.read() as connection:
        return called(connection, DAY)


def _places(ledger: Ledger) -> list[Id]:
    with ledger.read() as connection:
        return [line.id for line in communities(connection)]


def test_namesakes_are_told_apart_by_community_and_telephone(ledger: Ledger) -> None:
    street(ledger, communities=2, homes=1)
    first, second = _places(ledger)
    alone = _add(ledger, "何一", first)
    gone = _add(ledger, "何一", second, until=date(2025, 1, 1))
    here, there = _add(ledger, "李强", first), _add(ledger, "李强", second, phone="13800138021")
    twin = _add(ledger, "李强", second, phone="13800138022")
    assert _roster(ledger) == {
        "何一": alone,
        "何一（第2社区）": gone,
        "李强（第1社区）": here,
        "李强（第2社区）": min(there, twin),
        f"李强（第2社区{'8022' if there < twin else '8021'}）": max(there, twin),
    }


@pytest.fixture
def field(qtbot: QtBot, shell: Shell) -> CompanionsField:
    field = shown(qtbot, shell, VisitsPage, "visits")._door.entry._companions
    field.setFocus()
    settle(qtbot, shell)
    return field


def _type(field: CompanionsField, text: str) -> None:
    """Type what an input method hands over at once."""
    field.setText(text)
    field.textEdited.emit(text)


def _last(ledger: Ledger) -> tuple[Id, ...]:
    with ledger.read() as connection:
        asked = select(Visit.volunteers).where(Visit.day == DAY).order_by(Visit.id.desc())
        return next(iter(connection.execute(asked).scalars()))


def test_who_came_along_is_typed_on_the_board_and_counts_as_met(
    qtbot: QtBot, shell: Shell, field: CompanionsField
) -> None:
    ledger, board = shell.context.ledger, shown(qtbot, shell, VisitsPage, "visits")._board
    names = [*islice((name for name in _roster(ledger) if "（" not in name), 2)]
    _type(field, "、".join(names))
    board.setFocus()
    QTest.keyClick(board, Qt.Key.Key_1)
    settle(qtbot, shell)
    people = tuple(_roster(ledger)[name] for name in names)
    assert _last(ledger) == people
    with ledger.read() as connection:
        standing = contact_in_week(connection, Week.of(DAY), DAY)
    assert set(standing.kept) == set(people)
    # It stays for the next door, as who walks does.
    assert field.text() == "、".join(names)

    page = shown(qtbot, shell, RecordsPage, "visits", "records")
    assert page._model.rows[0].companions == tuple(names)
    page._table.selectRow(0)
    QTest.keyClick(page._table, Qt.Key.Key_F2)
    settle(qtbot, shell)
    editor = page._editor
    assert editor._form._companions.text() == "、".join(names)
    editor._form._companions.setText(names[1])
    editor.save()
    settle(qtbot, shell)
    assert _last(ledger) == people[1:]


def test_a_name_the_roster_lacks_or_has_twice_says_what_to_write(
    qtbot: QtBot, shell: Shell, field: CompanionsField
) -> None:
    ledger = shell.context.ledger
    for place in _places(ledger)[:2]:
        _add(ledger, "区丘", place)
    field.ask()
    settle(qtbot, shell)
    for text, said in (("无此人", "队伍里没有“无此人”"), ("区丘", "有2位“区丘”，请写成：区丘（")):
        field.setText(text)
        with pytest.raises(ValueError, match=said):
            field.value()
    with ledger.read() as connection:
        place = (
            connection.execute(select(Community.name).order_by(Community.rank)).scalars().first()
        )
    field.setText(f"区丘（{place}）")
    assert len(field.value()) == 1


def test_a_post_without_a_roster_is_told_so_and_not_asked_to_wait(
    qtbot: QtBot, small: Shell
) -> None:
    field = CompanionsField(small.context)
    qtbot.addWidget(field)
    field.setText("何一")
    with pytest.raises(ValueError, match="正在读"):
        field.value()
    settle(qtbot, small)
    with pytest.raises(ValueError, match="队伍里没有“何一”"):
        field.value()


def test_who_came_along_is_kept_over_a_crash(qtbot: QtBot, sample: Ledger, opened: Open) -> None:
    page = shown(qtbot, opened(), VisitsPage, "visits")
    name = next(iter(_roster(sample)))
    _type(page._door.entry._companions, name)
    kept(qtbot, sample, "走访")
    entry = shown(qtbot, opened(), VisitsPage, "visits")._door.entry
    assert entry._companions.text() == name
    assert entry._companions.value() == (_roster(sample)[name],)
