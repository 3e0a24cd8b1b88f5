"""Points in the window: a scheme adopted, entries by hand, doubts decided, a month closed and printed."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import TypeVar

import openpyxl
import pytest
from pypdf import PdfReader
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot
from sqlalchemy import select

from db.history import recent
from db.kernel.access import Role
from db.kernel.clock import SetClock
from db.kernel.errors import EnvironmentFault
from db.kernel.ids import Id, new_id
from db.kernel.workdays import Month
from db.ledger import Ledger
from db.people import Volunteer
from db.places import Community
from db.points.defaults import default_scheme
from db.points.entries import EntryDraft, add_entry
from db.points.frozen import closed_sheet
from db.points.rules import rules_of
from db.points.schemes import BandDraft, adopt_scheme
from db.points.statement import statement
from db.sample import PASSWORD
from db.trainings import Attendance, Training
from desktop.page import Page
from desktop.points import fairness
from desktop.points.doubts import DoubtsPage
from desktop.points.fairness import FairnessPage
from desktop.points.page import PointsPage
from desktop.points.papers import NOTICE, SIGN, STATEMENT
from desktop.points.scheme import SchemePage
from desktop.points.subsidy import bands_text, typed_bands
from desktop.rooms import shell_over
from desktop.settings import Settings
from desktop.theme import Theme
from desktop.widgets.tabs import TabbedPage
from desktop.window import Shell
from tests.builders import rows_command, street
from tests.desktop.conftest import press, settle

P = TypeVar("P", bound=Page)
FEBRUARY = Month(2026, 2)
ENTER = Qt.Key.Key_Return
BANDS = (BandDraft(0, "一般", 0), BandDraft(200, "良", 100_00))


def post_people(ledger: Ledger) -> list[Id]:
    street(ledger)
    with ledger.read() as connection:
        community = connection.execute(select(Community.id)).scalar_one()
    rows = [
        {"id": new_id(), "community": community, "name": name, "role": "household_leader",
         "occupation": job}
        for name, job in (("王芳", "retired"), ("李强", "employed"))
    ]  # fmt: skip
    ledger.write(rows_command(Volunteer, rows))
    training = {"id": new_id(), "topic": "反诈宣讲", "kind": "course", "day": date(2026, 2, 10)}
    ledger.write(rows_command(Training, [training]))
    here = {"training": training["id"], "name": "王芳", "status": "present"}
    ledger.write(rows_command(Attendance, [{"id": new_id(), "volunteer": rows[0]["id"], **here}]))
    return [row["id"] for row in rows]


def adopted(ledger: Ledger) -> None:
    ledger.write(adopt_scheme(replace(default_scheme(), bands=BANDS), date(2026, 1, 1)))


def shown_tab(qtbot: QtBot, shell: Shell, room: str, tab: str, kind: type[P], **what: object) -> P:
    shell.context.routes.go(room, tab=tab, **what)
    settle(qtbot, shell)
    page = shell.page
    assert isinstance(page, TabbedPage)
    shown = page.page
    assert isinstance(shown, kind)
    return shown


def test_the_built_in_scheme_is_changed_and_adopted(qtbot: QtBot, small: Shell) -> None:
    ledger = small.context.ledger
    post_people(ledger)
    empty = shown_tab(qtbot, small, "points", "month", PointsPage)
    assert not empty._start.isHidden()
    page = shown_tab(qtbot, small, "admin", "points", SchemePage)
    page._table.setFocus()
    press(qtbot, small, ENTER)
    page._item._points["points"].setText("2.5")
    page._item._take()
    assert page._draft.items[0].points == 250
    page._subsidy._bands.setText("一般 0 0\n良 2 100")
    page._since.setText("2026-1-1")
    page.adopt()
    settle(qtbot, small)
    month = shown_tab(qtbot, small, "points", "month", PointsPage, month=FEBRUARY)
    assert month._start.isHidden()
    assert [(line.name, line.points, line.amount) for line in month._model.rows] == [
        ("王芳", 250, 100_00),
        ("李强", 0, 0),
    ]


def test_bands_are_typed_as_lines() -> None:
    assert typed_bands("一般 0 0\n良　满2分 100元".replace("满", "")) == BANDS
    assert typed_bands(bands_text(BANDS)) == BANDS
    with pytest.raises(ValueError, match="看不懂"):
        typed_bands("优 很多 300")


def test_a_doubt_is_decided_with_a_reason(qtbot: QtBot, small: Shell) -> None:
    ledger = small.context.ledger
    people = post_people(ledger)
    adopted(ledger)
    by_hand = EntryDraft(day=date(2026, 2, 10), reason="参加了培训")
    ledger.write(add_entry(people[0], "training", by_hand))
    month = shown_tab(qtbot, small, "points", "month", PointsPage, month=FEBRUARY)
    assert month._state.text() == "还有1条疑点要核对"
    page = shown_tab(qtbot, small, "points", "doubts", DoubtsPage, month=FEBRUARY)
    assert [line.doubt.kind_name for line in page._model.rows] == ["一件事记两次"]
    page._table.setFocus()
    press(qtbot, small, "3", "同一场培训", ENTER)
    assert [line.state for line in page._model.rows] == ["部分不计"]
    month = shown_tab(qtbot, small, "points", "month", PointsPage, month=FEBRUARY)
    assert month._state.text() == "没有结账"
    assert month._model.rows[0].points == 200


def test_what_another_doubt_leaves_out_is_told_and_not_counted_again(
    qtbot: QtBot, small: Shell
) -> None:
    ledger = small.context.ledger
    people = post_people(ledger)
    adopted(ledger)
    # The second meets both others, which do not meet.
    for start in (600, 640, 680):
        hour = EntryDraft(day=date(2026, 2, 11), start=start, end=start + 60, reason="夜间巡防")
        ledger.write(add_entry(people[0], "duty", hour))
    page = shown_tab(qtbot, small, "points", "doubts", DoubtsPage, month=FEBRUARY)
    assert [box.accessibleName() for box in page._boxes] == [
        "2月11日“巡防值守”（10:00—11:00）　夜间巡防",
        "2月11日“巡防值守”（10:40—11:40）　夜间巡防",
    ]
    page._table.setFocus()
    press(qtbot, small, "3", "人在第一处", ENTER)
    assert [box.isEnabled() for box in page._boxes] == [False, True]
    assert page._boxes[0].accessibleName().endswith("（另一条疑点里已定不计）")
    press(qtbot, small, "1", "核实过", ENTER)
    assert [line.state for line in page._model.rows] == ["部分不计", "部分不计"]
    assert [len(line.doubt.decision.left_out) for line in page._model.rows] == [1, 0]  # type: ignore[union-attr]
    # A month without doubts has no form that decides them.
    page._turn(Month(2026, 1))
    settle(qtbot, small)
    assert page._side.isHidden()


@pytest.fixture
def second(
    qtbot: QtBot, ledger: Ledger, settings: Settings, theme: Theme
) -> Iterator[tuple[Shell, list[Id]]]:
    """The window of a second officer, who finds February handed over by the first."""
    people = post_people(ledger)
    adopted(ledger)
    ledger.add_account("李民警", "李民警", Role.OFFICER, "另一个足够长的口令 for two")
    shell = shell_over(ledger, settings, theme)
    shell.resize(1440, 900)
    shell.show()
    settle(qtbot, shell)
    page = shown_tab(qtbot, shell, "points", "month", PointsPage, month=FEBRUARY)
    page._table.setFocus()
    press(qtbot, shell, "g")
    assert page._closing._do.text() == "提交结账"
    press(qtbot, shell, ENTER)
    assert page._state.text() == "民警已提交，等另一个人核准"
    page.begin_closing()
    assert not page._closing._do.isVisible()
    shell.hide()
    shell.context.background.close()
    shell.deleteLater()
    ledger.close()
    other = Ledger.unlock(
        ledger.place.folder, "另一个足够长的口令 for two", user="李民警",
        clock=SetClock(datetime(2026, 3, 23, 9, 0)),  # noqa: DTZ001
    )  # fmt: skip
    after = shell_over(other, settings, theme)
    after.resize(1440, 900)
    after.show()
    settle(qtbot, after)
    yield after, people
    settle(qtbot, after)
    after.hide()
    after.context.background.close()
    after.deleteLater()
    assert other.problems() == []
    other.close()
    # The fixture of the ledger proves it once more.
    again = Ledger.unlock(ledger.place.folder, PASSWORD, user="民警")
    ledger.__dict__.update(again.__dict__)


def test_a_month_is_closed_by_two_and_its_papers_are_made(
    qtbot: QtBot, second: tuple[Shell, list[Id]], tmp_path: Path
) -> None:
    shell, _ = second
    ledger = shell.context.ledger
    page = shown_tab(qtbot, shell, "points", "month", PointsPage, month=FEBRUARY)
    page._table.setFocus()
    press(qtbot, shell, "g")
    assert page._closing._do.text() == "核准结账"
    qtbot.mouseClick(page._closing._do, Qt.MouseButton.LeftButton)
    settle(qtbot, shell)
    assert page._state.text() == "3月23日结账（民警提交，李民警核准）"
    with ledger.read() as connection:
        frozen = closed_sheet(connection, FEBRUARY)
    assert frozen is not None
    assert [(line.name, line.amount) for line in frozen.lines if line.amount] == [("王芳", 100_00)]
    sign, notice = tmp_path / "签领.xlsx", tmp_path / "公示.pdf"
    for kind, path in ((SIGN, sign), (NOTICE, notice)):
        page._paper.setCurrentIndex(page._paper.findData(kind))
        wanted = page._wanted()
        assert wanted is not None
        page._out.save_to(path, wanted.made)
        settle(qtbot, shell)
    cells = [c.value for row in openpyxl.load_workbook(sign).active.iter_rows() for c in row]
    assert {"王芳", "人民币（大写）壹佰元整", 100}.intersection(cells) >= {"王芳", 100}
    said = "".join(one.extract_text() for one in PdfReader(notice).pages)
    assert "王某" in said
    assert "王芳" not in said
    with ledger.read() as connection:
        assert [line.note for line in recent(connection, 0, 2)] == [
            "2026年2月公示表（遮名）",
            "2026年2月签领表",
        ]


def test_a_weight_is_tried_and_then_adopted(qtbot: QtBot, small: Shell) -> None:
    ledger = small.context.ledger
    post_people(ledger)
    adopted(ledger)
    shell = small
    page = shown_tab(qtbot, shell, "points", "fairness", FairnessPage)
    page._turn(FEBRUARY)
    settle(qtbot, shell)
    before = page._groups.rows[0].group.points
    page._worth.setText("4")
    page.attempt()
    settle(qtbot, shell)
    assert before == 200
    after = page._groups.rows[0].after
    assert after is not None
    assert after.points == 400
    assert [(c.name, c.points) for c in page._changes.rows] == [("王芳", 200)]
    assert "没有写进台账" in page._effect.text()
    page.adopt()
    settle(qtbot, shell)
    scheme = shown_tab(qtbot, shell, "admin", "points", SchemePage)
    assert [(w.item, w.points, w.since) for w in scheme._weights.rows] == [
        ("参加培训例会", 400, date(2026, 4, 1))
    ]


def test_shares_and_money_each_are_rounded_as_on_paper(qtbot: QtBot, small: Shell) -> None:
    ledger = small.context.ledger
    people = post_people(ledger)
    adopted(ledger)
    with ledger.read() as connection:
        community = connection.execute(select(Community.id)).scalar_one()
    third = {"id": new_id(), "community": community, "name": "赵敏", "role": "household_leader"}
    ledger.write(rows_command(Volunteer, [third]))
    # One half of a tenth goes up: 2 of 32 points are 6.25 %, written 6.3 %. 200 yuan of three are 66.67.
    for points, reason in ((1000, "一"), (1000, "二"), (1000, "三")):
        draft = EntryDraft(day=date(2026, 2, 11), points=points, reason=reason)
        ledger.write(add_entry(people[1], "emergency", draft))
    page = shown_tab(qtbot, small, "points", "fairness", FairnessPage)
    page._turn(FEBRUARY)
    settle(qtbot, small)
    shares = {line.name: line.share for line in page._items.rows}
    assert shares["参加培训例会"] == "6.3%"
    each = [c.heading for c in page._groups.columns].index("人均")
    assert page._groups.index(0, each).data() == "66.67"


def test_a_source_opens_from_the_persons_month(qtbot: QtBot, small: Shell) -> None:
    ledger = small.context.ledger
    post_people(ledger)
    adopted(ledger)
    page = shown_tab(qtbot, small, "points", "month", PointsPage, month=FEBRUARY)
    page._table.setFocus()
    press(qtbot, small, ENTER)
    press(qtbot, small, ENTER)
    assert small._title.text() == "培训"
    assert [b.text() for b in small.findChildren(QPushButton) if b.isChecked()][:1] == ["培训"]


def test_the_cursor_runs_over_people_and_only_the_last_is_asked_about(
    qtbot: QtBot, small: Shell
) -> None:
    ledger = small.context.ledger
    post_people(ledger)
    adopted(ledger)
    page = shown_tab(qtbot, small, "points", "month", PointsPage, month=FEBRUARY)
    rows = [line.name for line in page._model.rows]
    assert page._person._model.rows
    page._table.selectRow(rows.index("李强"))
    passed = page._sources
    page._table.selectRow(rows.index("王芳"))
    assert passed is not None
    assert passed.stopped
    settle(qtbot, small)
    with ledger.read() as connection:
        said = statement(connection, page._model.rows[0].volunteer, FEBRUARY, FEBRUARY)
    assert tuple(page._person._model.rows) == said.months[0].entries


def test_a_month_turned_to_before_the_first_is_read_stays(qtbot: QtBot, small: Shell) -> None:
    post_people(small.context.ledger)
    adopted(small.context.ledger)
    small.context.routes.go("points", tab="month")
    small.page.page._months._on()  # type: ignore[attr-defined]
    settle(qtbot, small)
    assert small.page.page.seen.sheet.month == Month(2026, 4)  # type: ignore[attr-defined]


def test_what_fails_in_a_trial_is_told_once(
    qtbot: QtBot, small: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    post_people(small.context.ledger)
    adopted(small.context.ledger)
    page = shown_tab(qtbot, small, "points", "fairness", FairnessPage)
    told: list[str] = []
    page.said.connect(told.append)
    monkeypatch.setattr(fairness, "tell", lambda _, error: told.append(str(error)))

    def fails(*_: object) -> None:
        raise EnvironmentFault("读不出来")

    monkeypatch.setattr(fairness, "what_if", fails)
    page._worth.setText("3")
    page.attempt()
    settle(qtbot, small)
    assert told == ["读不出来"]


def test_a_planned_session_brings_nothing_on_the_screen_or_on_paper(
    qtbot: QtBot, small: Shell, tmp_path: Path
) -> None:
    ledger = small.context.ledger
    people = post_people(ledger)
    adopted(ledger)
    planned = {"id": new_id(), "topic": "消防演练", "kind": "course", "day": date(2026, 3, 28)}
    ledger.write(rows_command(Training, [planned]))
    there = {"training": planned["id"], "name": "李强", "status": "present"}
    ledger.write(rows_command(Attendance, [{"id": new_id(), "volunteer": people[1], **there}]))
    page = shown_tab(qtbot, small, "points", "month", PointsPage, month=Month(2026, 3))
    assert [line.points for line in page._model.rows] == [0, 0]
    page._table.selectRow([line.name for line in page._model.rows].index("李强"))
    settle(qtbot, small)
    assert page._person._model.rows == []
    page._paper.setCurrentIndex(page._paper.findData(STATEMENT))
    wanted = page._wanted()
    assert wanted is not None
    page._out.save_to(tmp_path / "积分单.xlsx", wanted.made)
    settle(qtbot, small)
    sheet = openpyxl.load_workbook(tmp_path / "积分单.xlsx").active
    assert not any("消防演练" in str(c.value) for row in sheet.iter_rows() for c in row)
    fairness = shown_tab(qtbot, small, "points", "fairness", FairnessPage)
    fairness._turn(Month(2026, 3))
    settle(qtbot, small)
    assert fairness._groups.rows[0].group.points == 0


def test_a_communitys_own_scheme_is_ended(qtbot: QtBot, small: Shell) -> None:
    ledger = small.context.ledger
    post_people(ledger)
    adopted(ledger)
    page = shown_tab(qtbot, small, "admin", "points", SchemePage)
    assert not page._end.isVisible()
    with ledger.read() as connection:
        community = connection.execute(select(Community.id)).scalar_one()
    ledger.write(adopt_scheme(default_scheme(), date(2026, 2, 1), community=community))
    page.refresh()
    settle(qtbot, small)
    page._version.setCurrentIndex(1)
    page._version.activated.emit(1)
    assert page._end.isVisible()
    page._since.setText("2026-3-15")
    page._table.setFocus()
    press(qtbot, small, "s")
    with ledger.read() as connection:
        ended = {s.community: s.end for s in rules_of(connection).schemes}
    assert ended == {None: None, community: date(2026, 3, 14)}
    assert not page._end.isVisible()
