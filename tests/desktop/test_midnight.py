"""A window that is left open overnight: every page is of the new day, and nothing typed is lost."""

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from db.kernel.clock import SetClock
from db.sample import PASSWORD
from db.trainings import TrainingDraft
from db.trainings.sessions import Person, add_training, join
from desktop import day
from desktop.widgets.entries import EntryField
from desktop.widgets.forms import DraftForm
from desktop.widgets.periods import PeriodBox
from desktop.window import Shell
from desktop.words import long_day
from tests.desktop.conftest import in_sight, press, settle
from tests.desktop.windows import Windows, inside, log_in

TODAY, TOMORROW = date(2026, 3, 23), date(2026, 3, 24)
ENTER = Qt.Key.Key_Return


def set_day(shell: Shell, to: date) -> None:
    """Let the ledger's clock stand in the morning of a day, as when the window was left alone."""
    shell.context.ledger.clock = SetClock(datetime(to.year, to.month, to.day, 8))  # noqa: DTZ001


def turn_to(qtbot: QtBot, shell: Shell, to: date) -> None:
    set_day(shell, to)
    shell.day.look()
    settle(qtbot, shell)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look at the clock sooner than a window does."""
    monkeypatch.setattr(day, "LOOK_EVERY_MS", 50)


def test_nobody_touches_it_and_today_is_of_the_new_day(
    qtbot: QtBot, impatient: None, shell: Shell
) -> None:
    later = TODAY + timedelta(days=40)
    assert shell._about.text().startswith(long_day(TODAY))
    late = shell._buttons["home"].accessibleName()
    set_day(shell, later)
    qtbot.waitUntil(lambda: shell._about.text().startswith(long_day(later)), timeout=5000)
    settle(qtbot, shell)
    home: Any = shell.page
    assert home._today.week.week.period.start == date(2026, 4, 27)
    assert shell._buttons["home"].accessibleName() != late, "what is overdue is counted anew"


def test_unlocking_in_the_morning_shows_the_morning(
    qtbot: QtBot, windows: Windows, folder: Path
) -> None:
    window = windows(folder)
    shell = inside(qtbot, window)
    window.lock()
    set_day(shell, TOMORROW)
    log_in(qtbot, window, PASSWORD)
    qtbot.waitUntil(lambda: not window.locked, timeout=20_000)
    settle(qtbot, shell)
    assert shell._about.text().startswith(long_day(TOMORROW))


def test_a_session_has_its_rate_on_its_day_wherever_it_is_shown(qtbot: QtBot, shell: Shell) -> None:
    ledger = shell.context.ledger
    made = ledger.write(add_training(TrainingDraft("夜里排的", TOMORROW))).value
    ledger.write(join(made, Person("李强", None), "present"))
    shell.context.routes.go("trainings", record=made)
    page: Any = in_sight(qtbot, shell)
    place = page._table.currentIndex().row()

    def cells() -> list[str]:
        return [page._sessions.index(place, at).data() for at in range(6)]

    assert cells()[4:] == ["", ""]
    # Not in sight as the day turns: it is read when it is next shown.
    shell.context.routes.go("home")
    settle(qtbot, shell)
    turn_to(qtbot, shell, TOMORROW)
    shell.context.routes.go("trainings")
    settle(qtbot, shell)
    assert cells()[4:] == ["1", "100.0%"]
    shell.context.routes.go("trainings", tab="calendar")
    grid = in_sight(qtbot, shell)._grid  # type: ignore[attr-defined]
    assert grid._today() == TOMORROW


def test_this_month_is_the_new_one_and_days_that_were_written_stay(
    qtbot: QtBot, shell: Shell
) -> None:
    set_day(shell, date(2026, 3, 31))
    pages: dict[tuple[str, str], str] = {
        ("visits", "records"): "本月", ("data", "exports"): "全部", ("points", "rewards"): "全部",
        ("points", "entries"): "今年", ("trainings", "certificates"): "今年",
        ("disputes", "numbers"): "今年", ("people", "hours"): "近一年",
    }  # fmt: skip
    boxes: dict[tuple[str, str], PeriodBox] = {}
    for (room, tab), name in pages.items():
        shell.context.routes.go(room, tab=tab)
        page = in_sight(qtbot, shell)
        (boxes[room, tab],) = page.findChildren(PeriodBox)
        assert boxes[room, tab].currentText() == name
    for at, words in ((("data", "exports"), "今天"), (("points", "rewards"), "3.2至3.5")):
        box = boxes[at]
        box.setEditText(words)
        field = box.lineEdit()
        assert field is not None
        field.editingFinished.emit()
    turn_to(qtbot, shell, date(2026, 4, 1))
    days = {tab: box.period for (_, tab), box in boxes.items()}
    ends = {tab: (of.start, of.end) for tab, of in days.items() if of is not None}
    first = date(2026, 4, 1)
    year = (date(2026, 1, 1), first)
    assert ends == {
        "records": (first, first), "exports": (first, first),
        "rewards": (date(2026, 3, 2), date(2026, 3, 5)),
        "entries": year, "certificates": year, "numbers": year,
        "hours": (date(2025, 4, 1), first),
    }  # fmt: skip
    shell.context.routes.go("visits", tab="records")
    records: Any = in_sight(qtbot, shell)
    assert records._query.period == days["records"]
    assert records._period.currentText() == "本月"


def test_on_monday_contact_is_counted_of_the_new_week(qtbot: QtBot, shell: Shell) -> None:
    shell.context.routes.go("people", tab="standing")
    page: Any = in_sight(qtbot, shell)
    assert page._at.start == TODAY
    turn_to(qtbot, shell, date(2026, 3, 30))
    assert page._answer.standing.period.start == date(2026, 3, 30)
    assert page._days.currentText() == "本周"
    # A week somebody went back to stays in sight.
    page._step(-1)
    settle(qtbot, shell)
    turn_to(qtbot, shell, date(2026, 3, 31))
    assert page._answer.standing.period.start == date(2026, 3, 23)
    assert page._days.currentText() == "上周"


@pytest.mark.parametrize(
    ("room", "tab"),
    [
        ("disputes", "list"), ("trainings", "list"), ("people", "volunteers"), ("points", "entries"),
        ("points", "rewards"), ("points", "fund"), ("admin", "campaigns"), ("admin", "post"),
        ("visits", "homes"), ("visits", "places"),
    ],
)  # fmt: skip
def test_what_is_being_typed_at_midnight_stays_where_it_is(
    qtbot: QtBot, shell: Shell, room: str, tab: str
) -> None:
    new = room != "admin"
    shell.context.routes.go(room, tab=tab, new=new)
    page: Any = in_sight(qtbot, shell)
    shell.activateWindow()
    if tab == "campaigns":
        page.begin_new()
    if tab == "post":
        page._form.setFocus(Qt.FocusReason.TabFocusReason)
    if tab in ("entries", "rewards"):
        page._form.setFocus(Qt.FocusReason.TabFocusReason)
        press(qtbot, shell, ENTER)
    settle(qtbot, shell)
    typing: Any = QApplication.focusWidget()
    QTest.keyClicks(typing, "12")
    text = typing.text()
    assert "12" in text
    turn_to(qtbot, shell, TOMORROW)
    assert QApplication.focusWidget() is typing
    assert typing.text() == text
    QTest.keyClicks(typing, "3")
    assert "123" in typing.text()


@pytest.mark.parametrize(
    ("room", "tab", "entry"),
    [
        ("disputes", "list", "registered"), ("trainings", "list", "day"),
        ("points", "entries", "day"), ("points", "rewards", "day"), ("points", "fund", "day"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("typed", ["", "8"])
def test_an_empty_form_offers_the_new_day(
    qtbot: QtBot, shell: Shell, room: str, tab: str, entry: str, typed: str
) -> None:
    """It kept yesterday, and the first record of the morning was saved with the wrong date."""
    shell.context.routes.go(room, tab=tab, new=True)
    page: Any = in_sight(qtbot, shell)
    shell.activateWindow()
    forms = (form for form in page.findChildren(DraftForm) if entry in form.inputs)
    form = next(form for form in forms if form.isVisible())
    assert form.typed(entry) == TODAY.isoformat()
    if typed:
        fields = [one for name, one in form.inputs.items() if name != entry]
        field: Any = next(one for one in fields if isinstance(one, EntryField))
        field.setFocus()
        QTest.keyClicks(field, typed)
    focus = QApplication.focusWidget()
    turn_to(qtbot, shell, TOMORROW)
    # What is being typed is of the day it was begun on.
    assert form.typed(entry) == (TODAY if typed else TOMORROW).isoformat()
    assert QApplication.focusWidget() is focus
    assert shell.context.ledger.unsaved() == {} or typed


def test_a_form_of_a_dispute_that_stood_open_is_of_the_new_day(qtbot: QtBot, shell: Shell) -> None:
    shell.context.routes.go("disputes", tab="list")
    page: Any = in_sight(qtbot, shell)
    page._panel.begin_fact("follow_up")
    settle(qtbot, shell)
    form = page._panel._writing.facts["follow_up"]
    assert form.typed("day") == TODAY.isoformat()
    turn_to(qtbot, shell, TOMORROW)
    assert form.isVisible()
    assert form.typed("day") == TOMORROW.isoformat()


def test_a_session_begun_on_a_day_of_the_calendar_stays_there(qtbot: QtBot, shell: Shell) -> None:
    shell.context.routes.go("trainings", tab="list", new=True, day=TODAY)
    page: Any = in_sight(qtbot, shell)
    turn_to(qtbot, shell, TOMORROW)
    assert page._form._form.typed("day") == TODAY.isoformat()
