"""The figures of docs/RELIABILITY.md that are times: backups, commits, the cipher's cost, starts, packages.

A ledger of some 100 MiB and one of 200 are made anew each time, through the program's own write path.
"""

import shutil
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final

from sqlcipher3 import dbapi2

from benchmarks.exchange import post_of_one_street
from benchmarks.measure import Row, Spent, compared, here, in_turn
from db import exchanging
from db.exchange import sites
from db.exchange.sites import renew
from db.kernel import cipher, engine, proofs
from db.kernel.access import Right
from db.kernel.files import new_private_file
from db.kernel.ids import Id, new_id
from db.kernel.journal import Command, Tx
from db.ledger import Ledger
from db.sample import PASSWORD
from db.visits import Visit
from db.visits.recording import VisitEntry, record_visits

DAY: Final = date(2026, 3, 16)
_MIB: Final = 2**20
HALF, ALL = 212_000, 424_000
COMMITS, BESIDE = 1000, 0.02
BARE_ROWS, BARE_COMMITS = 120_000, 300
SMALL, LARGE, A_COMMAND = 10_000, 500_000, 100


def rows(_: Path) -> Iterator[Row]:
    """Yield everything measured; each line says its own limit."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        ledger, doors = post_of_one_street(place / "post")
        with ledger:
            _fill(ledger, doors, HALF)
            yield from _commits(ledger, doors)
            yield from _backup(ledger, doors)
            yield from _audit(ledger)
            yield from _cipher_cost(ledger, place)
            _fill(ledger, doors, ALL - HALF)
            yield from _unlocking(ledger)
            yield from _unclean(ledger, doors, place / "killed")
        shutil.rmtree(place / "killed")
        yield from _packages(place)


def _fill(ledger: Ledger, doors: list[Id], count: int, a_command: int = 5000) -> None:
    """Write so many visits, each with a note as long as people write them."""
    for begin in range(0, count, a_command):
        made: list[dict[str, Any]] = [
            {
                "id": new_id(), "household": doors[n % len(doors)], "outcome": "met",
                "day": DAY - timedelta(days=n % 2000), "note": f"第{n}次，家里都好，讲了防诈骗",
            }
            for n in range(begin, min(count, begin + a_command))
        ]  # fmt: skip
        ledger.write(Command("样例", Right.WRITE, partial(_add, rows=made)))


def _add(tx: Tx, rows: list[dict[str, Any]]) -> None:
    tx.add(Visit, rows)


def _size(ledger: Ledger) -> float:
    ledger.rest()
    return ledger.place.ledger.stat().st_size / _MIB


def _write_one(ledger: Ledger, doors: list[Id], n: int) -> float:
    """Seconds from the key to the commit told, for one visit."""
    command = record_visits([doors[n % len(doors)]], VisitEntry(DAY, "met", note=f"{n}"))
    begin = time.perf_counter()
    ledger.write(command)
    return time.perf_counter() - begin


def _seconds(
    name: str, seconds: float, limit: float, more: str = "", cpu: float | None = None
) -> Row:
    told = f"{seconds:.2f} s" if seconds >= 1 else f"{seconds * 1000:.1f} ms"
    by_cpu = "" if cpu is None else f" ({cpu:.2f})"
    return Row(name, f"{told}{by_cpu}{more}", "", seconds, cpu, limit)


def _commits(ledger: Ledger, doors: list[Id]) -> Iterator[Row]:
    spent = sorted(_write_one(ledger, doors, n) for n in range(COMMITS))
    middle = statistics.median(spent)
    yield _seconds(
        f"one visit saved, s, 99 of 100 of {COMMITS:,}", spent[int(0.99 * COMMITS)], 0.05,
        f" (median {middle * 1000:.1f} ms)",
    )  # fmt: skip


def _backup(ledger: Ledger, doors: list[Id]) -> Iterator[Row]:
    mib, stalls, over = _size(ledger), list[float](), threading.Event()
    spent = list[Spent]()

    def back_up() -> None:
        begin, worked = time.perf_counter(), time.thread_time()
        ledger.back_up("测量")
        spent.append(Spent(time.perf_counter() - begin, time.thread_time() - worked))
        over.set()

    thread = threading.Thread(target=back_up)
    thread.start()
    while not over.is_set():
        stalls.append(_write_one(ledger, doors, len(stalls)))
        time.sleep(BESIDE)
    thread.join()
    name = f"backup of {mib:.0f} MiB, proved, while visits are saved"
    yield _seconds(f"{name}, s", spent[0].wall, 5.0, cpu=spent[0].cpu)
    yield _seconds(f"{name}: the longest of {len(stalls)} commits, s", max(stalls), 0.1)


def _audit(ledger: Ledger) -> Iterator[Row]:
    with ledger.read() as connection:
        count = connection.exec_driver_sql(
            "SELECT (SELECT count(*) FROM command) + (SELECT count(*) FROM change)"
        ).scalar_one()
        spent = here(lambda: proofs.chain_problems(connection, ledger.core.journal_key))()
    per_second = count / spent.wall
    yield Row(
        f"seconds for 50,000 rows of the journal, {count:,} proved",
        f"{50_000 / per_second:.2f} s ({per_second:,.0f} rows/s)",
        "", 50_000 / per_second, 50_000 / (count / spent.cpu), 1.0,
    )  # fmt: skip


def _cipher_cost(ledger: Ledger, folder: Path) -> Iterator[Row]:
    """The same library, settings and rows, with a key and without one."""
    with ledger.read() as connection:
        taken = connection.exec_driver_sql(
            "SELECT command, n, entity, record, fields FROM change LIMIT ?", (BARE_ROWS,)
        ).fetchall()
    rows = [tuple(row) for row in taken]
    keyed, plain = (_bare(folder / name, rows, key) for name, key in _kinds())

    def scan(open_it: Callable[[], Any]) -> Callable[[], None]:
        def run() -> None:
            one = open_it()
            one.execute("SELECT sum(length(fields)) FROM change").fetchone()
            one.close()

        return run

    def commits(open_it: Callable[[], Any]) -> Callable[[], None]:
        one = open_it()
        one.execute("PRAGMA synchronous=EXTRA")

        def run() -> None:
            for n in range(BARE_COMMITS):
                one.execute("BEGIN IMMEDIATE")
                one.execute("INSERT INTO change VALUES (0, ?, 'x', x'00', ?)", (n, "字" * 60))
                one.execute("COMMIT")

        return run

    ours, peer = in_turn(5, here(commits(keyed)), here(commits(plain)))
    yield compared(f"{BARE_COMMITS} commits with a key: without", ours, peer, 2.0)
    ours, peer = in_turn(9, here(scan(keyed)), here(scan(plain)))
    yield compared(
        f"reading {BARE_ROWS:,} rows from a cold cache with a key: without", ours, peer, 5.0
    )


def _kinds() -> tuple[tuple[str, bytes], tuple[str, bytes]]:
    return ("keyed.db", b"k" * 32), ("plain.db", b"")


def _bare(path: Path, rows: list[tuple[Any, ...]], key: bytes) -> Callable[[], Any]:
    new_private_file(path)

    def open_it() -> Any:
        if key:
            return cipher.keyed(path, key, "mode=rw")
        return dbapi2.connect(str(path), isolation_level=None)

    one = open_it()
    one.execute("PRAGMA journal_mode=WAL").fetchall()
    one.execute("CREATE TABLE change (command, n, entity, record, fields)")
    one.execute("BEGIN")
    one.executemany("INSERT INTO change VALUES (?, ?, ?, ?, ?)", rows)
    one.execute("COMMIT")
    one.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    one.close()
    return open_it


def _unlocking(ledger: Ledger) -> Iterator[Row]:
    mib = _size(ledger)

    def unlock() -> None:
        Ledger.unlock(ledger.place.folder, PASSWORD, write=False).close()

    (spent,) = in_turn(7, here(unlock))
    yield _seconds(
        f"password to the ledger of {mib:.0f} MiB open, Argon2id with it, s",
        spent.wall,
        1.0,
        cpu=spent.cpu,
    )


def _unclean(ledger: Ledger, doors: list[Id], to: Path) -> Iterator[Row]:
    """A copy as a kill leaves it: the log full, the anchor not told of an end."""
    mib = _size(ledger)
    for n in range(500):
        _write_one(ledger, doors, n)
    shutil.copytree(ledger.place.folder, to, ignore=shutil.ignore_patterns("*.lock", "backups"))
    begin, worked = time.perf_counter(), time.process_time()
    with Ledger.unlock(to, PASSWORD) as killed:
        _write_one(killed, doors, 0)
        usable = Spent(time.perf_counter() - begin, time.process_time() - worked)
        with killed.read() as connection:
            if engine.quick_problems(connection):
                raise SystemExit("the copy of a killed ledger is damaged")
        proved = Spent(time.perf_counter() - begin, time.process_time() - worked)
    name = f"start after a kill, {mib:.0f} MiB"
    yield _seconds(
        f"{name}, password to the first visit saved, s", usable.wall, 5.0, cpu=usable.cpu
    )
    yield _seconds(f"{name}, and SQLite's quick check done, s", proved.wall, 5.0, cpu=proved.cpu)


def _packages(folder: Path) -> Iterator[Row]:
    """Package files as they lie on a stick: verified, backed up before, merged in one transaction."""
    post, doors = post_of_one_street(folder / "one")
    shutil.copytree(post.place.folder, folder / "two", ignore=shutil.ignore_patterns("*.lock"))
    with post, Ledger.unlock(folder / "two", PASSWORD) as laptop:
        laptop.write(renew())
        stick = folder / "stick"
        stick.mkdir()
        mine, theirs = (
            exchanging.make_card(of, stick / f"{n}.json", f"第{n}处")
            for n, of in enumerate((post, laptop))
        )
        post.write(sites.pair(theirs, theirs.fingerprint))
        laptop.write(sites.pair(mine, mine.fingerprint, numbers_there=True))
        for count, each, limit in ((SMALL, 1, 10.0), (LARGE, A_COMMAND, 600.0)):
            _fill(laptop, doors, count, each)
            with laptop.read() as connection:
                (peer,) = sites.peers(connection)
            path = exchanging.pack(laptop, peer, stick).path
            spent = here(partial(exchanging.merge_file, post, path))()
            yield _seconds(
                f"a package of {count:,} visits in {count // each:,} commands merged, s",
                spent.wall, limit, cpu=spent.cpu,
            )  # fmt: skip
            path = exchanging.pack(post, _only_peer(post), stick).path
            exchanging.merge_file(laptop, path)


def _only_peer(ledger: Ledger) -> Any:
    with ledger.read() as connection:
        (peer,) = sites.peers(connection)
    return peer
