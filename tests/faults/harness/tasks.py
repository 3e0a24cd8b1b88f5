"""What a child of the tests does: the program's own write path, telling each thing as it is saved."""

import contextlib
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from sqlalchemy import select

from db.kernel import engine
from db.kernel.errors import OutcomeUnknown, PolicepostError
from db.kernel.ids import Id
from db.kernel.journal import Command
from db.kernel.records import CommandRow
from db.ledger import Ledger
from db.places import Household
from db.visits.recording import VisitEntry, record_visits
from tests.faults.harness.children import Hear, Post, Tell

DAY = date(2026, 3, 20)
ROWS = 2


def doors(ledger: Ledger) -> Sequence[Id]:
    """Return the first doors of the ledger: each command of these tasks writes one visit to each."""
    with ledger.read() as connection:
        return connection.execute(select(Household.id).limit(ROWS)).scalars().all()


def visits(at: Sequence[Id], number: int) -> Command[Any]:
    """Return a command of `ROWS` visits."""
    return record_visits(
        at, VisitEntry(DAY, "met", people=1, note=f"第{number}次走访 " + "字" * 40)
    )


def write_on(post: Post, tell: Tell, hear: Hear) -> None:
    """Write until killed, telling the id of each command that was saved, and "ready" after the first.

    The first takes ten times as long as the others, as all it needs is made then.
    """
    with post.open() as ledger:
        at, number = doors(ledger), 0
        while True:
            number += 1
            command = visits(at, number)
            ledger.write(command)
            tell(command.id)
            if number == 1:
                tell("ready")


def open_and_close(post: Post, tell: Tell, hear: Hear) -> None:
    """Only open: what a killed session left is recovered here."""
    tell("ready")
    post.open().close()


def write_some(post: Post, tell: Tell, hear: Hear) -> None:
    """Two sessions of four commands, each told when saved."""
    for _ in range(2):
        with post.open() as ledger:
            at = doors(ledger)
            for number in range(4):
                command = visits(at, number)
                ledger.write(command)
                tell(command.id)


def write_and_checkpoint(post: Post, tell: Tell, hear: Hear) -> None:
    """Twelve commands, the log brought into the file in between, as an idle window does it."""
    with post.open() as ledger:
        at = doors(ledger)
        for number in range(12):
            command = visits(at, number)
            ledger.write(command)
            tell(command.id)
            if number % 3 == 2:
                engine.checkpoint(ledger.core.writer)


def write_through_faults(post: Post, tell: Tell, hear: Hear) -> None:
    """Save three commands as a person would: what was not saved is tried once more, as it was.

    Tells (id, "saved" | "there" | "not" | "unknown", words) of every try. After "healed?" it waits,
    tells what contradicts its words, tries all once more, saves another, and closes.
    """
    ledger, pending, last = None, [], dict[bytes, str]()
    with suppress_told(tell):
        ledger = post.open()
        at = doors(ledger)
        pending = [visits(at, number) for number in range(3)]
        for command in pending:
            last[command.id] = _saved(ledger, command, tell)
            if last[command.id] in {"not", "unknown"}:
                last[command.id] = _saved(ledger, command, tell)
    tell("healed?")
    hear()
    ledger = ledger or post.open()
    with ledger.read() as connection:
        there = set(connection.execute(select(CommandRow.id)).scalars())
    for one, word in last.items():
        if word != "unknown" and (one in there) != (word in {"saved", "there"}):
            tell((one, "untrue", f"told as {word}"))
    for command in (*pending, visits(doors(ledger), 99)):
        _saved(ledger, command, tell)
    ledger.close()


@contextlib.contextmanager
def suppress_told(tell: Tell) -> Iterator[None]:
    """End the block at an error that has words, and tell them."""
    try:
        yield
    except PolicepostError as error:
        tell((b"", "not", str(error)))


def _saved(ledger: Ledger, command: Command[Any], tell: Tell) -> str:
    word, said = "saved", ""
    try:
        ledger.write(command)
    except OutcomeUnknown as error:
        word, said = "saved" if "已经保存" in str(error) else "unknown", str(error)
    except PolicepostError as error:
        word, said = "there" if "已经做过" in str(error) else "not", str(error)
    tell((command.id, word, said))
    return word
