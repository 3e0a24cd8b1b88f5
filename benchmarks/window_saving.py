"""Saving a visit by one key on the board, against a bare insert and commit on the same file.

The bare insert has a copy of its own, where no other connection's commits empty its cache.
"""

import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from statistics import median
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from benchmarks.measure import Row, Spent, compared, here, middle
from benchmarks.million import Million
from benchmarks.window_open import Busy, Painted, page_of, screens, settle
from db.kernel import cipher
from db.kernel.ids import new_id
from desktop.visits.page import VisitsPage
from desktop.window import Shell

RUNS = 30
FRAME_MS, MOST_BUSY_MS = 16.0, 100.0


def rows(made: Million) -> Iterator[Row]:
    """Yield what a saved visit costs, on a copy of the ledger."""
    with tempfile.TemporaryDirectory(dir=made.folder.parent) as place:
        ours, bare = (
            Path(shutil.copytree(made.folder, Path(place) / name)) for name in ("ours", "bare")
        )
        with screens(ours) as shell:
            yield from _saved(shell, bare / "ledger.db")


def _saved(shell: Shell, file: Path) -> Iterator[Row]:
    shell.context.routes.go("visits")
    settle(shell)
    one = _Key(shell)
    ours: list[Spent] = []
    bare: list[Spent] = []
    key = shell.context.ledger.core.key.subkey("ledger")
    with closing(cipher.connect(file, key, read_only=False)) as connection:
        insert = _insert(connection)
        for _ in range(RUNS):
            ours.append(one.press())
            bare.append(_after_a_pause(shell, insert))
    yield compared(
        "a visit saved by its key, committed and shown: a bare insert",
        middle(ours[1:]), middle(bare[1:]), 5,
    )  # fmt: skip
    for name, said, limit in (
        ("told of the commit to the cell painted, ms", one.after, FRAME_MS),
        ("window busy at one stretch while saving, most of all, ms", one.busy, MOST_BUSY_MS),
    ):
        told = max(said) if said is one.busy else median(said)
        yield Row(name, f"{told:.1f} (up to {max(said):.1f})", "", told, None, limit)


def _after_a_pause(shell: Shell, job: Callable[[], None]) -> Spent:
    """A key is pressed now and then, when the processor's caches hold other things."""
    settle(shell)
    return here(job)()


class _Key:
    """The key of an outcome pressed on the board, again and again."""

    def __init__(self, shell: Shell) -> None:
        page = page_of(shell)
        assert isinstance(page, VisitsPage)  # noqa: S101  it was just opened
        self._shell, self._page, self._board = shell, page, page._board
        self._painted, self._busy = Painted(self._board), Busy()
        self._told = 0.0
        self.after: list[float] = []
        self.busy: list[float] = []
        shell.context.background.changed.connect(self._committed)

    def press(self) -> Spent:
        """Press the key at a door that is left; return what it took until its cell was painted."""
        # Else the cursor's going on may scroll the door out of sight, which is then never painted.
        while not self._board.left or not self._whole_in_sight():
            QTest.keyClick(self._board, Qt.Key.Key_PageDown)
            settle(self._shell)
        self._board.setFocus()
        self._board.next_left()
        settle(self._shell)
        door = self._board.current
        assert door is not None  # noqa: S101  some are left
        self._busy.begin()
        spent = here(lambda: self._record(door.household))()
        self.after.append((time.perf_counter() - self._told) * 1000)
        self.busy.append(self._busy.longest * 1000)
        settle(self._shell)
        return spent

    def _whole_in_sight(self) -> bool:
        return self._board.visibleRegion().boundingRect() == self._board.rect()

    def _record(self, door: Any) -> None:
        self._painted.when(
            lambda: self._board._doors[door].state == "done",
            lambda: QTest.keyClick(self._board, Qt.Key.Key_1),
        )

    def _committed(self) -> None:
        self._told = time.perf_counter()


def _insert(connection: Any) -> Callable[[], None]:
    """Return what puts a visit at the next home and commits, with the window's own settings."""
    cursor = connection.execute("SELECT * FROM visit ORDER BY day DESC LIMIT 1")
    names = [column[0] for column in cursor.description]
    row = dict(zip(names, cursor.fetchone(), strict=True))
    if "id" not in row:
        sys.exit("a visit has no id")
    homes = connection.execute(
        "SELECT id FROM household ORDER BY building, id LIMIT 100"
    ).fetchall()
    following = (home for (home,) in homes)
    holes = ", ".join("?" * len(names))
    statement = f"INSERT INTO visit ({', '.join(names)}) VALUES ({holes})"  # noqa: S608

    def insert() -> None:
        values = {**row, "id": new_id(), "household": next(following)}
        connection.execute("BEGIN IMMEDIATE")
        connection.execute(statement, tuple(values.values()))
        connection.execute("COMMIT")

    return insert
