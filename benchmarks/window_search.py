"""Ctrl+K over 100,000 keys: from a keystroke to the new list painted."""

import shutil
import tempfile
import time
from collections.abc import Iterator
from functools import partial
from itertools import cycle
from pathlib import Path
from statistics import median, quantiles

from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from sqlalchemy import func, select

from benchmarks.measure import Row
from benchmarks.million import Million
from benchmarks.window_open import Busy, Painted, screens, settle
from db.kernel.access import Right
from db.kernel.ids import new_id
from db.kernel.journal import Command, Tx
from db.kernel.records import SearchKey
from db.ledger import Ledger
from db.people import Volunteer
from db.places import Household
from db.sample import sample_clock
from desktop.window import Shell

KEYS = 100_000
LIMIT_MS, MOST_BUSY_MS = 50.0, 100.0
# A piece is a keystroke, of Chinese what an input method hands over at once.
TYPED: tuple[tuple[str, ...], ...] = (
    ("晨园", "3", "-", "2", "-", "4", "0", "1"), tuple("zhangwei"), tuple("wjg"), tuple("13915"),
    ("王", "建国"), ("李", "梅", " ", "晨园"), tuple("linli"), tuple("zhoubao"), ("没有", "这个人"),
)  # fmt: skip


def rows(made: Million) -> Iterator[Row]:
    """Yield what keystrokes take, on a copy of the ledger with more people than any post has."""
    with tempfile.TemporaryDirectory(dir=made.folder.parent) as place:
        folder = Path(shutil.copytree(made.folder, Path(place) / "copy"))
        held = _fill(folder, made.password)
        with screens(folder) as shell:
            yield from _typed(shell, held)


def _fill(folder: Path, password: str) -> int:
    """Add volunteers, named as the contacts of homes are, until there are so many keys."""
    count = select(func.count()).select_from(SearchKey)
    with Ledger.unlock(folder, password, clock=sample_clock()) as ledger:
        with ledger.read() as connection:
            missing = KEYS - connection.execute(count).scalar_one()
            known = connection.execute(
                select(Household.community, Household.contact, Household.phone).where(
                    Household.contact.is_not(None)
                )
            ).all()
        rows = [
            {"id": new_id(), "community": community, "name": name, "phone": phone, "role": "volunteer"}
            for _, (community, name, phone) in zip(range(missing), cycle(known), strict=False)
        ]  # fmt: skip

        def run(tx: Tx) -> None:
            tx.add(Volunteer, rows)

        ledger.write(Command("登记人员", Right.IMPORT, run))
        with ledger.read() as connection:
            held: int = connection.execute(count).scalar_one()
    return held


def _typed(shell: Shell, held: int) -> Iterator[Row]:
    finder = shell.finder
    painted = Painted(finder._list.viewport())
    busy = Busy()
    took: list[tuple[float, str]] = []
    for text in TYPED:
        finder.begin()
        settle(shell)
        for at, piece in enumerate(text):
            busy_before = busy.longest
            busy.longest = 0.0
            since = time.perf_counter()
            painted.when(lambda: shell.context.background.idle, partial(_type, piece))
            took.append(((time.perf_counter() - since) * 1000, "".join(text[: at + 1])))
            busy.longest = max(busy.longest, busy_before)
    times = [one for one, _ in took]
    high, worst = quantiles(times, n=20)[-1], max(took)
    yield Row(
        f"a keystroke over {held:,} keys to the new list, ms, 95 of 100",
        f"{high:.0f} (median {median(times):.0f}, most {worst[0]:.0f} at “{worst[1]}”)", "",
        high, None, LIMIT_MS,
    )  # fmt: skip
    told = busy.longest * 1000
    yield Row(
        "window busy at one stretch meanwhile, ms", f"{told:.0f}", "", told, None, MOST_BUSY_MS
    )


def _type(piece: str) -> None:
    field = QApplication.focusWidget()
    assert field is not None  # noqa: S101  the search took it
    if piece.isascii():
        QTest.keyClicks(field, piece)
    else:
        composed = QInputMethodEvent()
        composed.setCommitString(piece)
        QApplication.sendEvent(field, composed)
