"""The window on 1,000,000 visits: its start, the home page, doors, search, saving and memory.

Each part runs in processes of its own, so that none is warmed by another.
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measure import Row, child, compared, in_turn, process, said, telling
from benchmarks.million import Million, million
from db.ledger import Ledger
from db.sample import PASSWORD, POST, sample_clock

START_RUNS, HOME_RUNS = 15, 7
START_LIMIT, HOME_SECONDS = 2.0, 0.5
MOST_MIB, MOST_TIMES_EMPTY = 250.0, 1.3


def rows(cache: Path) -> Iterator[Row]:
    """Yield everything measured of the window; the large ledger is made in `cache` if need be."""
    made = million(cache)
    yield from _start(made)
    yield from _home(made)
    for part in ("board", "search", "saving"):
        yield from (Row(*row) for row in said(child("window_part", part, made.folder)))
    with tempfile.TemporaryDirectory(dir=made.folder.parent) as place:
        empty = Path(place) / "empty"
        Ledger.create(empty, POST, PASSWORD, clock=sample_clock())[0].close()
        yield from _memory(made, empty)


def _start(made: Million) -> Iterator[Row]:
    offscreen = {"QT_QPA_PLATFORM": "offscreen"}
    ours, bare = in_turn(
        START_RUNS,
        process(child("window_start_child", "ours", made.folder), offscreen),
        process(child("window_start_child", "bare"), offscreen),
    )
    yield compared("start, process to the log-in painted: a bare window", ours, bare, START_LIMIT)


def _home(made: Million) -> Iterator[Row]:
    ours, key = in_turn(
        HOME_RUNS,
        telling(child("window_home_child", "ours", made.folder)),
        telling(child("window_home_child", "key")),
    )
    beyond = ours.wall - key.wall
    yield Row(
        "password entered to the home page painted, seconds beyond Argon2id",
        f"{beyond:.3f} s", f"Argon2id {key.wall:.3f} s",
        beyond, ours.cpu - key.cpu, HOME_SECONDS,
    )  # fmt: skip


def _memory(made: Million, empty: Path) -> Iterator[Row]:
    """Two processes, because memory once given is not always given back."""
    (home, walked), (_, bare) = (
        said(child("window_memory_child", folder)) for folder in (made.folder, empty)
    )
    yield Row(
        "memory of the open window, at its home page, MiB", f"{home:.0f}", "", home, None, MOST_MIB
    )
    yield Row(
        "memory with every screen opened once, MiB", f"{walked:.0f}", "", walked, None, MOST_MIB
    )
    yield Row("the same: the empty ledger's", f"{walked:.0f} MiB", f"{bare:.0f} MiB",
              walked / bare, None, MOST_TIMES_EMPTY)  # fmt: skip
