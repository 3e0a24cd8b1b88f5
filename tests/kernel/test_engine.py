"""The encrypted file's engines: set as they should be, closed to what they should not do."""

import logging
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from db.kernel import cipher, engine
from db.kernel.errors import LedgerDamaged, PolicepostError, UserError

KEY = bytes(range(32))
SCHEMA = (
    "CREATE TABLE command (no INTEGER PRIMARY KEY, mac BLOB NOT NULL)",
    "CREATE TABLE change (command INT, n INT, fields TEXT, PRIMARY KEY (command, n)) WITHOUT ROWID",
    "CREATE TABLE home (id INTEGER PRIMARY KEY, name TEXT UNIQUE)",
    "CREATE TABLE person (id INTEGER PRIMARY KEY, home INTEGER REFERENCES home ON DELETE CASCADE)",
    "INSERT INTO command VALUES (1, x'aa')",
    "INSERT INTO change VALUES (1, 0, '{}')",
    "INSERT INTO home VALUES (1, '甲'), (2, '乙')",
    "INSERT INTO person VALUES (1, 1), (2, 2)",
)


def run(connected: Engine, *statements: str) -> None:
    with connected.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return a ledger under a name that a careless URI would cut short."""
    folder = tmp_path / "三号 警务室 #1?mode=memory%20😀"
    folder.mkdir()
    file = folder / "ledger.db"
    engine.create(file, KEY)
    return file


@pytest.fixture
def readers(path: Path) -> Iterator[Engine]:
    connected = engine.open_readers(path, KEY)
    yield connected
    connected.dispose()


@pytest.fixture
def writer(path: Path) -> Iterator[Engine]:
    connected = engine.open_writer(path, KEY)
    run(connected, *SCHEMA)
    yield connected
    connected.dispose()


def test_what_is_written_is_read_by_the_others_at_once(writer: Engine, readers: Engine) -> None:
    with readers.connect() as connection:
        assert connection.execute(text("SELECT name FROM home ORDER BY id")).scalars().all() == [
            "甲",
            "乙",
        ]
    run(writer, "INSERT INTO home VALUES (3, '丙')")
    with readers.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM home")).scalar() == 3


def test_every_connection_is_set_as_the_rules_say(writer: Engine, readers: Engine) -> None:
    common = {
        "journal_mode": "wal", "synchronous": 3, "foreign_keys": 1, "secure_delete": 1,
        "trusted_schema": 0, "cell_size_check": 1, "recursive_triggers": 1, "mmap_size": 0,
        "temp_store": 2, "busy_timeout": 10000,
        "application_id": 0x4A575354, "cipher_log_level": "NONE",
    }  # fmt: skip
    for connected, more in (
        (
            writer,
            {
                "wal_autocheckpoint": 1000, "journal_size_limit": 2**24, "query_only": 0,
                "cache_size": -32000,
            },
        ),
        (readers, {"query_only": 1, "cache_size": -12000}),
    ):  # fmt: skip
        with connected.connect() as connection:
            for name, expected in (common | more).items():
                assert connection.exec_driver_sql(f"PRAGMA {name}").scalar() == expected, name


def test_the_file_is_encrypted_and_private_whatever_the_umask(tmp_path: Path) -> None:
    for umask in (0o000, 0o777):
        old = os.umask(umask)
        try:
            file = tmp_path / f"{umask}.db"
            engine.create(file, KEY)
            connected = engine.open_writer(file, KEY)
            run(
                connected, "CREATE TABLE canary (name TEXT)", "INSERT INTO canary VALUES ('渡渡鸟')"
            )
        finally:
            os.umask(old)
        log = file.with_name(file.name + "-wal")
        for made in (file, log, file.with_name(file.name + "-shm")):
            assert stat.S_IMODE(made.stat().st_mode) == 0o600
        for made in (file, log):
            data = made.read_bytes()
            assert "渡渡鸟".encode() not in data
            assert b"canary" not in data
            assert b"SQLite format 3" not in data
        connected.dispose()


def test_a_name_that_is_taken_is_never_made_anew(path: Path) -> None:
    before = path.read_bytes()
    with pytest.raises(UserError, match="已经有一个台账"):
        engine.create(path, KEY)
    assert path.read_bytes() == before


def test_opening_never_makes_a_file(tmp_path: Path) -> None:
    for open_one in (engine.open_writer, engine.open_readers, engine.open_for_migration):
        connected = open_one(tmp_path / "none.db", KEY)
        with pytest.raises(DBAPIError) as failed:
            connected.connect()
        assert isinstance(engine.translate(failed.value), PolicepostError)
        connected.dispose()
    assert list(tmp_path.iterdir()) == []


FORBIDDEN = (
    "ATTACH 'x.db' AS x KEY ''",
    "SELECT load_extension('x')",
    "SELECT sqlcipher_export('x')",
    "PRAGMA writable_schema=ON",
    "PRAGMA Writable_Schema=ON",
    "PRAGMA rekey='x'",
    "PRAGMA trusted_schema=ON",
    "PRAGMA query_only=OFF",
    "PRAGMA foreign_keys=OFF",
    "PRAGMA synchronous=OFF",
    "UPDATE command SET mac = x'bb'",
    "UPDATE change SET fields = ''",
    "DELETE FROM command",
    "DELETE FROM change WHERE command = 1",
    "DROP TABLE change",
    "ALTER TABLE command RENAME TO other",
    "ALTER TABLE change ADD COLUMN more",
)


@pytest.mark.parametrize("statement", FORBIDDEN)
def test_the_guard_denies(writer: Engine, readers: Engine, statement: str) -> None:
    """A bug or a typed statement must not copy rows out in the clear or rewrite the journal."""
    for connected in (writer, readers):
        with pytest.raises(DBAPIError, match="not authorized"):
            run(connected, statement)
    with readers.connect() as connection:
        assert connection.exec_driver_sql("SELECT mac FROM command").scalar() == b"\xaa"
        assert connection.exec_driver_sql("SELECT fields FROM change").scalar() == "{}"


def test_a_copy_by_vacuum_is_denied(path: Path, writer: Engine) -> None:
    connection = engine.connect(path, KEY, read_only=False)
    for statement in ("VACUUM", "VACUUM INTO 'x.db'"):
        with pytest.raises(cipher.dbapi2.DatabaseError, match="authoriz"):
            connection.execute(statement)
    connection.close()


def test_a_copy_without_a_key_gets_nothing(path: Path, writer: Engine, tmp_path: Path) -> None:
    connection = engine.connect(path, KEY, read_only=False)
    plain = cipher.dbapi2.connect(str(tmp_path / "plain.db"))
    with pytest.raises(cipher.dbapi2.OperationalError):
        connection.backup(plain)
    plain.close()
    connection.close()
    assert (tmp_path / "plain.db").read_bytes() == b""


def test_maintenance_lifts_the_guard_and_puts_it_back(writer: Engine) -> None:
    erase = "UPDATE change SET fields = ''"
    with writer.begin() as connection:
        with engine.maintenance(connection):
            connection.exec_driver_sql(erase)
        with pytest.raises(DBAPIError, match="not authorized"):
            connection.exec_driver_sql(erase)
    with pytest.raises(RuntimeError), writer.begin() as connection, engine.maintenance(connection):
        raise RuntimeError
    with pytest.raises(DBAPIError, match="not authorized"):
        run(writer, erase)


@pytest.mark.parametrize(
    "statement",
    ["INSERT INTO home VALUES (9, '丁')", "DELETE FROM person", "CREATE TABLE t (a)",
     "CREATE TEMP TABLE t (a)"],
)  # fmt: skip
def test_readers_cannot_write(writer: Engine, readers: Engine, statement: str) -> None:
    with pytest.raises(DBAPIError) as failed:
        run(readers, statement)
    assert "只能看" in str(engine.translate(failed.value))


def test_a_migration_may_rebuild_a_table_without_losing_what_hangs_on_it(
    path: Path, writer: Engine
) -> None:
    """With references checked, dropping the old table would delete its people by cascade."""
    migrating = engine.open_for_migration(path, KEY)
    run(
        migrating,
        "CREATE TABLE home_new (id INTEGER PRIMARY KEY, name TEXT UNIQUE, more TEXT)",
        "INSERT INTO home_new SELECT id, name, '' FROM home",
        "DROP TABLE home",
        "ALTER TABLE home_new RENAME TO home",
        "ALTER TABLE change ADD COLUMN more TEXT",
    )
    migrating.dispose()
    with writer.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM person").scalar() == 2
    assert engine.integrity(writer) == []


def test_a_failed_transaction_leaves_nothing(writer: Engine, readers: Engine) -> None:
    with pytest.raises(IntegrityError):
        run(writer, "INSERT INTO home VALUES (3, '丙')", "INSERT INTO home VALUES (3, '丁')")
    with readers.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM home").scalar() == 2


def test_a_reader_sees_one_state_for_as_long_as_it_reads(writer: Engine, readers: Engine) -> None:
    with readers.connect() as connection:
        count = text("SELECT count(*) FROM home")
        assert connection.execute(count).scalar() == 2
        run(writer, "INSERT INTO home VALUES (3, '丙')")
        assert connection.execute(count).scalar() == 2


def test_errors_and_logs_hold_neither_values_nor_the_key(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    connected = engine.open_writer(path, KEY)
    run(connected, *SCHEMA)
    insert = text("INSERT INTO home VALUES (:id, :name)")
    with pytest.raises(IntegrityError) as failed, connected.begin() as connection:
        connection.execute(insert, [{"id": 1, "name": "张三的秘密"}])
    told = engine.translate(failed.value)
    everything = (
        f"{failed.value} {failed.value!r} {told} {connected.url} {connected!r} {caplog.text}"
    )
    assert "张三" not in everything
    assert KEY.hex() not in everything
    assert "没有存上" in str(told)
    connected.dispose()


def test_traces_of_sql_do_not_see_the_key(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    real = cipher.dbapi2.connect

    def traced(*args: object, **options: object) -> cipher.Connection:
        seen.append(repr((args, options)))
        connection = real(*args, **options)
        connection.set_trace_callback(seen.append)
        return connection

    monkeypatch.setattr(cipher.dbapi2, "connect", traced)
    engine.connect(path, KEY, read_only=True).close()
    assert any("application_id" in statement for statement in seen)
    assert not any(KEY.hex() in statement.lower() for statement in seen)


def test_another_key_and_another_program_are_told_apart_from_success(
    path: Path, writer: Engine
) -> None:
    with pytest.raises(cipher.dbapi2.DatabaseError) as failed:
        engine.connect(path, bytes(32), read_only=True)
    assert isinstance(engine.translate(failed.value), LedgerDamaged)
    free = engine.connect(path, KEY, read_only=False, guarded=False)
    free.execute("PRAGMA application_id=1")
    free.close()
    with pytest.raises(LedgerDamaged, match="不是本程序的台账"):
        engine.connect(path, KEY, read_only=True)


def test_a_wiped_key_opens_nothing_any_more(path: Path) -> None:
    """The engine holds the key by reference, so wiping it after disposing closes the ledger."""
    key = bytearray(KEY)
    connected = engine.open_readers(path, key)
    connected.connect().close()
    connected.dispose()
    key[:] = bytes(32)
    with pytest.raises(DBAPIError):
        connected.connect()
    connected.dispose()


def test_a_checkpoint_empties_the_log(path: Path, writer: Engine) -> None:
    log = path.with_name(path.name + "-wal")
    assert log.stat().st_size > 0
    assert engine.checkpoint(writer)
    assert log.stat().st_size == 0
    assert engine.integrity(writer) == []


def test_an_old_library_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cipher.sqlcipher3, "sqlite_version_info", (3, 53, 2))
    with pytest.raises(PolicepostError, match="版本太旧"):
        engine.connect(path, KEY, read_only=True)
