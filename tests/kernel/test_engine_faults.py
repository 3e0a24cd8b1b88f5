"""Faults under the ledger: damage is always seen, a full disk loses nothing, kills lose nothing."""

import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from db.kernel import cipher, engine
from db.kernel.errors import EnvironmentFault, LedgerDamaged, OutcomeUnknown, UserError

ROOT = Path(__file__).parents[2]
KEY = bytes(range(32))
PAGE = 4096


def start(script: str, *arguments: str) -> subprocess.Popen[str]:
    """Start Python on a script that finds `path` and KEY made."""
    head = (
        "import sys; from pathlib import Path; from db.kernel import engine\n"
        "KEY = bytes(range(32)); path = Path(sys.argv[1])\n"
    )
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-c", head + script, *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return a closed ledger of about thirty pages."""
    file = tmp_path / "ledger.db"
    engine.create(file, KEY)
    connection = engine.connect(file, KEY, read_only=False)
    connection.execute("CREATE TABLE row (id INTEGER PRIMARY KEY, name TEXT)")
    connection.execute("CREATE INDEX ix ON row (name)")
    connection.execute("BEGIN IMMEDIATE")
    connection.executemany(
        "INSERT INTO row VALUES (?, ?)", [(n, f"名字{n}" * 4) for n in range(1000)]
    )
    connection.execute("COMMIT")
    connection.close()
    return file


@pytest.fixture
def writer(path: Path) -> Iterator[Engine]:
    connected = engine.open_writer(path, KEY)
    yield connected
    connected.dispose()


def is_whole(path: Path) -> bool:
    """Say whether a file opens and every check finds it whole."""
    connected = engine.open_writer(path, KEY)
    try:
        return not engine.integrity(connected)
    except (DBAPIError, cipher.dbapi2.Error, LedgerDamaged):
        return False
    finally:
        connected.dispose()


def test_a_bit_flipped_anywhere_is_found(path: Path, tmp_path: Path) -> None:
    whole = path.read_bytes()
    assert is_whole(path)
    copy = tmp_path / "flipped.db"
    for offset in random.Random(20260323).sample(range(len(whole)), 100):
        data = bytearray(whole)
        data[offset] ^= 1 << offset % 8
        copy.write_bytes(data)
        assert not is_whole(copy), offset


@pytest.mark.parametrize("lost", ["a byte", "a page", "half", "all but 100 bytes"])
def test_a_file_cut_short_is_found(path: Path, lost: str) -> None:
    size = path.stat().st_size
    left = {"a byte": size - 1, "a page": size - PAGE, "half": size // 2}.get(lost, 100)
    os.truncate(path, left)
    assert not is_whole(path)


def test_pages_in_each_others_place_are_found(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[5 * PAGE : 6 * PAGE], data[9 * PAGE : 10 * PAGE] = (
        data[9 * PAGE : 10 * PAGE],
        data[5 * PAGE : 6 * PAGE],
    )
    path.write_bytes(data)
    assert not is_whole(path)


def test_a_row_that_points_nowhere_is_named(path: Path, writer: Engine) -> None:
    migrating = engine.open_for_migration(path, KEY)
    with migrating.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE child (row INTEGER REFERENCES row)")
        connection.exec_driver_sql("INSERT INTO child VALUES (99999)")
    migrating.dispose()
    assert engine.integrity(writer) == ["有1行指向不存在的内容（child）"]


def test_a_full_disk_loses_nothing_and_says_so(path: Path) -> None:
    connection = engine.connect(path, KEY, read_only=False, guarded=False)
    pages = connection.execute("PRAGMA page_count").fetchone()[0]
    connection.execute(f"PRAGMA max_page_count={pages + 2}")
    saved = list(range(1000))

    def fill() -> None:
        for n in range(1000, 9000):
            connection.execute("INSERT INTO row VALUES (?, ?)", (n, "长" * 500))
            saved.append(n)

    with pytest.raises(cipher.dbapi2.OperationalError) as failed:
        fill()
    told = engine.translate(failed.value)
    assert isinstance(told, EnvironmentFault)
    assert "磁盘满了" in str(told)
    assert connection.execute("SELECT count(*) FROM row").fetchone()[0] == len(saved)
    connection.execute("PRAGMA max_page_count=100000")
    connection.execute("INSERT INTO row VALUES (9999, '又有空间了')")
    connection.close()
    assert is_whole(path)


def test_a_disk_that_refuses_at_the_last_moment_leaves_the_outcome_unknown(path: Path) -> None:
    """What the commit wrote may have arrived: the program must look it up, never save again."""
    script = """
import resource, signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
from sqlalchemy.exc import DBAPIError
writer = engine.open_writer(path, KEY)
with writer.begin() as connection:
    connection.exec_driver_sql("INSERT INTO row VALUES (5000, 'told as saved')")
resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192))
try:
    with writer.begin() as connection:
        connection.exec_driver_sql("INSERT INTO row VALUES (5001, 'never told as saved')")
except DBAPIError as error:
    print(type(engine.translate(error)).__name__)
"""
    child = start(script, str(path))
    out, _ = child.communicate(timeout=30)
    assert out.strip() == OutcomeUnknown.__name__
    assert is_whole(path)
    connection = engine.connect(path, KEY, read_only=True)
    found = {row[0] for row in connection.execute("SELECT id FROM row WHERE id >= 5000")}
    connection.close()
    assert 5000 in found


def test_waiting_for_another_writer_ends_in_a_sentence(path: Path) -> None:
    connections = [engine.connect(path, KEY, read_only=False, guarded=False) for _ in range(2)]
    connections[1].execute("PRAGMA busy_timeout=50")
    connections[0].execute("BEGIN IMMEDIATE")
    with pytest.raises(cipher.dbapi2.OperationalError) as failed:
        connections[1].execute("BEGIN IMMEDIATE")
    told = engine.translate(failed.value)
    assert isinstance(told, UserError)
    assert "别的窗口" in str(told)
    for connection in connections:
        connection.close()


def test_a_writer_that_reads_first_is_not_refused_after_anothers_commit(path: Path) -> None:
    """A deferred transaction would fail here at once, whatever the time to wait."""
    one, two = engine.open_writer(path, KEY), engine.open_writer(path, KEY)
    add = "INSERT INTO row SELECT max(id) + 1, ? FROM row"

    def beside() -> None:
        with two.begin() as connection:
            connection.exec_driver_sql(add, ("乙",))

    other = threading.Thread(target=beside)
    with one.begin() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM row").scalar() == 1000
        other.start()
        time.sleep(0.2)
        connection.exec_driver_sql(add, ("甲",))
    other.join()
    with one.begin() as connection:
        last = connection.exec_driver_sql("SELECT name FROM row WHERE id >= 1000 ORDER BY id")
        assert last.scalars().all() == ["甲", "乙"]
    one.dispose()
    two.dispose()


def test_two_processes_write_a_thousand_rows_each(path: Path) -> None:
    script = """
writer = engine.open_writer(path, KEY)
for n in range(1000):
    with writer.begin() as connection:
        connection.exec_driver_sql("INSERT INTO row VALUES (?, 'x')", (int(sys.argv[2]) + n,))
writer.dispose()
"""
    with start(script, str(path), "10000") as one, start(script, str(path), "20000") as two:
        assert (one.wait(60), two.wait(60)) == (0, 0)
    connection = engine.connect(path, KEY, read_only=True)
    count = connection.execute("SELECT count(*) FROM row WHERE id >= 10000").fetchone()[0]
    connection.close()
    assert count == 2000
    assert is_whole(path)


def test_a_killed_writer_loses_no_row_it_told_as_saved(path: Path) -> None:
    script = """
writer = engine.open_writer(path, KEY)
first = int(sys.argv[2])
for n in range(first, first + 100000):
    with writer.begin() as connection:
        connection.exec_driver_sql("INSERT INTO row VALUES (?, 'one')", (2 * n,))
        connection.exec_driver_sql("INSERT INTO row VALUES (?, 'two')", (2 * n + 1,))
    print(n, flush=True)
"""
    chance = random.Random(7)
    for run in range(1, 6):
        with start(script, str(path), str(run * 1_000_000)) as child:
            assert child.stdout is not None
            told = [int(child.stdout.readline())]
            time.sleep(chance.random() * 0.05)
            child.kill()
            told += [int(line) for line in child.stdout.read().split("\n")[:-1]]
        connection = engine.connect(path, KEY, read_only=False)
        saved = [
            row[0]
            for row in connection.execute(
                "SELECT id / 2 FROM row WHERE id >= ? GROUP BY id / 2 HAVING count(*) = 2",
                (run * 2_000_000,),
            )
        ]
        rows = connection.execute(
            "SELECT count(*) FROM row WHERE id >= ?", (run * 2_000_000,)
        ).fetchone()[0]
        connection.close()
        assert set(told) <= set(saved)
        assert rows == 2 * len(saved)
    assert is_whole(path)


def test_a_medium_nobody_can_write_to_is_read_but_not_past_a_log(path: Path) -> None:
    """A log that cannot be read beside the file would silently take the last rows away."""
    script = """
import os
os.chmod(path.parent, 0o555)
if os.getuid() == 0:
    os.setgid(65534)
    os.setuid(65534)
try:
    connection = engine.connect(path, KEY, read_only=True)
    print(connection.execute("SELECT count(*) FROM row").fetchone()[0])
except Exception as error:
    print(type(engine.translate(error)).__name__, engine.translate(error))
"""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        medium = folder / "ledger.db"
        medium.write_bytes(path.read_bytes())
        medium.chmod(0o444)
        log = folder / "ledger.db-wal"
        try:
            for content, expected in ((None, "1000"), (b"\x37\x7f\x06\x82" * 999, None)):
                folder.chmod(0o755)
                if content is not None:
                    log.write_bytes(content)
                out, _ = start(script, str(medium)).communicate(timeout=30)
                if expected is None:
                    assert out.startswith("EnvironmentFault")
                    assert "拷到本机硬盘" in out
                else:
                    assert out.strip() == expected
        finally:
            folder.chmod(0o755)
