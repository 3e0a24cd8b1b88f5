"""Work off the window's thread: answers come once, in order, and never to who is gone."""

from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtCore import QObject, QThread
from pytestqt.qtbot import QtBot
from sqlalchemy import Connection, text

from db.kernel.access import Right
from db.kernel.errors import UserError
from db.kernel.journal import Command, Tx
from db.ledger import Ledger
from db.places import set_occupancy
from desktop.background import Background, Progress
from tests.builders import street


@pytest.fixture
def background(qtbot: QtBot, ledger: Ledger) -> Iterator[Background]:
    made = Background(ledger)
    yield made
    made.close()


def test_an_answer_comes_in_the_windows_thread(qtbot: QtBot, background: Background) -> None:
    owner, found = QObject(), []

    def question(connection: Connection) -> tuple[int, bool]:
        away = QThread.currentThread() is not owner.thread()
        return connection.execute(text("SELECT 40 + 2")).scalar_one(), away

    background.ask(owner, question, lambda a: found.append((a, QThread.currentThread())))
    qtbot.waitUntil(lambda: bool(found))
    assert found == [((42, True), owner.thread())]


def test_a_command_tells_what_changed(qtbot: QtBot, background: Background, ledger: Ledger) -> None:
    doors, owner, told = street(ledger), QObject(), []
    background.changed.connect(lambda done: told.append(("changed", done.touched)))
    background.write(
        owner, set_occupancy(doors[:1], "empty"), lambda d: told.append(("then", d.value))
    )
    qtbot.waitUntil(lambda: len(told) == 2)
    assert told == [("changed", {"household": (doors[0],)}), ("then", 1)]


def test_what_a_form_saves_is_carried_out_once_until_the_answer_has_come(
    qtbot: QtBot, background: Background
) -> None:
    ran: list[str] = []

    def saves(name: str) -> Command[None]:
        def run(tx: Tx) -> None:
            ran.append(name)
            if name == "bad":
                raise UserError("不行")

        return Command("试", Right.WRITE, run)

    owner, other, told = QObject(), QObject(), []
    for name in ("bad", "bad again"):
        background.write(owner, saves(name), failed=lambda _: told.append("failed"), once=b"1")
    background.write(owner, saves("of another record"), once=b"2")
    background.write(other, saves("of another form"), once=b"1")
    background.write(owner, saves("no form's"))
    qtbot.waitUntil(lambda: background.idle)
    assert ran == ["bad", "of another record", "of another form", "no form's"]
    # A failure lets one save again, and so does what comes of an answer.
    again: list[str] = []

    def then(_: object) -> None:
        background.write(owner, saves("third"), lambda _: again.append("third"), once=b"1")

    background.write(owner, saves("second"), then, once=b"1")
    qtbot.waitUntil(lambda: again == ["third"])
    assert (told, ran[4:]) == (["failed"], ["second", "third"])


def test_an_error_comes_to_who_asked_or_else_to_the_window(
    qtbot: QtBot, background: Background
) -> None:
    def refuse(tx: Tx) -> None:
        raise UserError("不行")

    owner, mine, windows = QObject(), [], []
    background.failed.connect(windows.append)
    background.write(owner, Command("试", Right.WRITE, refuse), failed=mine.append)
    background.write(owner, Command("试", Right.WRITE, refuse))
    qtbot.waitUntil(lambda: bool(mine and windows))
    assert [str(e) for e in (*mine, *windows)] == ["不行", "不行"]


def test_who_is_gone_gets_no_answer(qtbot: QtBot, background: Background) -> None:
    import shiboken6  # noqa: PLC0415

    owner, told = QObject(), []
    background.ask(owner, lambda _: 1, told.append)
    shiboken6.delete(owner)
    qtbot.waitUntil(lambda: background.idle)
    assert told == []


def test_long_work_is_stopped_at_its_next_step(qtbot: QtBot, background: Background) -> None:
    owner, steps, told = QObject(), [], []

    def job(progress: Progress) -> str:
        for step in range(1000):
            progress("数", step / 1000)
            QThread.msleep(2)
        return "done"

    ticket = background.errand(owner, job, told.append)
    ticket.progress.connect(lambda words, done: steps.append((words, done)))
    qtbot.waitUntil(lambda: len(steps) > 2)
    ticket.stop()
    qtbot.waitUntil(lambda: background.idle)
    assert told == []
    assert len(steps) < 1000


def test_closing_waits_for_what_is_being_written(qtbot: QtBot, ledger: Ledger) -> None:
    doors, background, told = street(ledger), Background(ledger), []
    background.write(QObject(), set_occupancy(doors, "empty"), told.append)
    background.close()

    def empty(connection: Connection) -> Any:
        return connection.execute(
            text("SELECT count(*) FROM household WHERE occupancy = 'empty'")
        ).scalar_one()

    with ledger.read() as connection:
        assert empty(connection) in (0, len(doors))
