"""One connection to an encrypted file: keyed, set as we want it, and checked that it took.

Everything here is measured in docs/RELIABILITY.md. Python's own SQLite is never loaded:
two copies of the library in one process would break each other's locks.
"""

import contextlib
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeAlias

import sqlcipher3
from sqlcipher3 import dbapi2

from db.kernel.errors import EnvironmentFault, LedgerDamaged, UserError
from db.kernel.files import can_write, new_private_file, require_content, sync_directory

# The library has no types; a connection is what sqlcipher3.dbapi2.connect returns.
Connection: TypeAlias = Any
Key: TypeAlias = bytes | bytearray

APPLICATION_ID: Final = 0x4A575354
JOURNAL_TABLES: Final = frozenset({"command", "change"})
BUSY_SECONDS: Final = 10
# Negative: in KiB, as the library wants it. Several readers stand open; one holds 100,000 search keys, which
# are read at each letter typed. What is read once is as fast with less.
CACHE_KIB: Final = -32000
READER_CACHE_KIB: Final = -12000
# The first SQLite with the WAL-reset and FTS5 fixes, the first SQLCipher built on it.
_OLDEST_SQLITE: Final = (3, 53, 3)
_OLDEST_CIPHER: Final = (4, 17)

_COMMON: Final = (
    ("synchronous", "EXTRA", 3),
    ("foreign_keys", "ON", 1),
    ("secure_delete", "ON", 1),
    ("trusted_schema", "OFF", 0),
    ("cell_size_check", "ON", 1),
    ("recursive_triggers", "ON", 1),
    ("mmap_size", "0", 0),
    ("temp_store", "MEMORY", 2),
    ("busy_timeout", str(BUSY_SECONDS * 1000), BUSY_SECONDS * 1000),
)
_WRITER: Final = (
    ("wal_autocheckpoint", "1000", 1000),
    ("journal_size_limit", "16777216", 2**24),
    ("cache_size", str(CACHE_KIB), CACHE_KIB),
)
_READER: Final = (
    ("query_only", "ON", 1),
    ("cache_size", str(READER_CACHE_KIB), READER_CACHE_KIB),
)
_FIXED_PRAGMAS: Final = frozenset(
    {name for name, _, _ in (*_COMMON, *_WRITER, *_READER)}
    | {"journal_mode", "application_id", "ignore_check_constraints"}
)
_FORBIDDEN_PRAGMAS: Final = frozenset({"writable_schema", "key", "rekey", "hexkey", "hexrekey"})
_FORBIDDEN_FUNCTIONS: Final = frozenset({"load_extension", "sqlcipher_export"})
_ATTACHING: Final = frozenset({dbapi2.SQLITE_ATTACH, dbapi2.SQLITE_DETACH})
_REWRITING: Final = frozenset(
    {dbapi2.SQLITE_UPDATE, dbapi2.SQLITE_DELETE, dbapi2.SQLITE_DROP_TABLE}
)
_NO_ROOM: Final = frozenset({dbapi2.SQLITE_IOERR, dbapi2.SQLITE_FULL})
# The least the library needs for its index of the log.
_INDEX: Final = 32 * 1024
# How SQLite's check names an index whose entries are not those of its table, and a tree that is not sound.
_OF_INDEX: Final = re.compile(r"\bindex (\S+)$")
_OF_TREE: Final = re.compile(r"\bTree (\d+) ")
_HEX: Final = tuple(f"{n:02x}".encode() for n in range(256))

LOG_UNREAD: Final = (
    "台账旁边有没收完的日志（ledger.db-wal），放它的地方又不能写入：这样打开会少掉最后几步操作，所以没有打开，"
    "什么也没有改动。请把整个台账文件夹拷到本机硬盘，从那里打开。"
)
LOG_WITHOUT_ROOM: Final = (
    "磁盘满了或出错，台账旁边没收完的日志（ledger.db-wal）读不了，所以台账没有打开，什么也没有改动。"
    "请腾出空间再打开。"
)
NOT_OURS: Final = "这个文件不是本程序的台账，没有打开，什么也没有改动。请核对文件夹。"


class Passing(dbapi2.Connection):  # type: ignore[misc]
    """A connection for one look at the file as it lies: it does not see what is written meanwhile."""


def check_library(connection: Connection) -> None:
    """Raise EnvironmentFault if the cipher's library is older than the faults we know it had."""
    found = str(connection.execute("PRAGMA cipher_version").fetchone()[0])
    numbers = tuple(int(n) for n in found.split(maxsplit=1)[0].split(".")[:2])
    if sqlcipher3.sqlite_version_info < _OLDEST_SQLITE or numbers < _OLDEST_CIPHER:
        raise EnvironmentFault("加密库的版本太旧，会损坏台账，所以没有打开。请重新安装本程序。")


def guard(
    action: int,
    first: str | None,
    second: str | None,
    _database: str | None,
    _trigger: str | None,
) -> int:
    """Say whether a statement may be prepared: the authorizer of every ordinary connection.

    Denied are other files, extensions, the schema's own table, changing what was set at opening,
    and rewriting the journal.
    """
    denied = (
        action in _ATTACHING
        or (action == dbapi2.SQLITE_FUNCTION and second in _FORBIDDEN_FUNCTIONS)
        or (action in _REWRITING and first in JOURNAL_TABLES)
        or (action == dbapi2.SQLITE_ALTER_TABLE and second in JOURNAL_TABLES)
    )
    if action == dbapi2.SQLITE_PRAGMA and first is not None:
        name = first.lower()
        denied = name in _FORBIDDEN_PRAGMAS or (second is not None and name in _FIXED_PRAGMAS)
    return int(dbapi2.SQLITE_DENY if denied else dbapi2.SQLITE_OK)


def _set(connection: Connection, name: str, value: str, expected: object) -> None:
    connection.execute(f"PRAGMA {name}={value}").fetchall()
    found = connection.execute(f"PRAGMA {name}").fetchone()
    if found is None or found[0] != expected:
        raise EnvironmentFault(
            f"加密库没有接受设置 {name}，台账没有打开，内容都在。请重新安装本程序。"
        )


def keyed(
    path: Path, key: Key, query: str, kind: type[Connection] = dbapi2.Connection
) -> Connection:
    """Return a connection with its key set and nothing read yet; `query` is the URI's, as mode=rw.

    The key goes in by a call, not by SQL, so no log or trace can see it (docs/RELIABILITY.md, V5).
    """
    connection = dbapi2.connect(
        f"{path.absolute().as_uri()}?{query}",
        uri=True,
        timeout=BUSY_SECONDS,
        isolation_level=None,
        check_same_thread=False,
        factory=kind,
    )
    try:
        check_library(connection)
        _set(connection, "cipher_log_level", "NONE", "NONE")
        # cipher_memory_security stays off: locking every allocation made bulk writes 12 times
        # slower; the library keeps its keys in locked memory without it.
        literal = bytearray(b"x'")
        for byte in key:
            literal += _HEX[byte]
        literal += b"'"
        connection.set_key(literal)
        literal[:] = bytes(len(literal))
    except BaseException:
        connection.close()
        raise
    return connection


def opened(
    path: Path, key: Key, query: str, kind: type[Connection] = dbapi2.Connection
) -> Connection:
    """Return a keyed connection whose first page was read; LedgerDamaged if it is not ours or is empty."""
    with contextlib.suppress(OSError):
        require_content(path.lstat())
    connection = keyed(path, key, query, kind)
    try:
        if connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
            raise LedgerDamaged(NOT_OURS)
    except BaseException:
        connection.close()
        raise
    return connection


def _configure(connection: Connection, *, read_only: bool, foreign_keys: bool) -> None:
    if not read_only:
        mode = connection.execute("PRAGMA journal_mode=WAL").fetchone()[0]
        if mode != "wal":
            _set(connection, "journal_mode", "TRUNCATE", "truncate")
    for name, value, expected in (*_COMMON, *(_READER if read_only else _WRITER)):
        if name == "foreign_keys" and not foreign_keys:
            _set(connection, name, "OFF", 0)
        else:
            _set(connection, name, value, expected)


def _has(path: Path, ending: str, least: int = 1) -> bool:
    log = path.with_name(path.name + ending)
    return log.exists() and log.stat().st_size >= least


def _open_read_only(path: Path, key: Key) -> Connection:
    try:
        return opened(path, key, "mode=ro")
    except dbapi2.OperationalError as error:
        if error.sqlite_errorcode & 0xFF in _NO_ROOM and not _has(path, "-shm", _INDEX):
            return _open_without_room(path, key)
        unwritable = {dbapi2.SQLITE_CANTOPEN, dbapi2.SQLITE_READONLY}
        # On a medium nobody can write to, the file cannot change under us; with a log beside it,
        # ignoring the log would show yesterday's rows as today's.
        if error.sqlite_errorcode & 0xFF not in unwritable:
            raise
        if _has(path, "-wal"):
            if can_write(path.parent, path):
                raise
            # The library reads a log there only by the index (-shm) that a session left beside it.
            raise EnvironmentFault(LOG_UNREAD) from None
    if _has(path, "-journal"):
        # A crash left a change half written, and only a connection that writes can take it back.
        opened(path, key, "mode=rw").close()
        return opened(path, key, "mode=ro")
    return opened(path, key, "mode=ro&immutable=1")


def _open_without_room(path: Path, key: Key) -> Connection:
    """Open a file beside which a full disk takes no index of the log (-shm); nobody can write then.

    Once there is room somebody may, so this connection must not outlive one look.
    """
    if _has(path, "-wal"):
        raise EnvironmentFault(LOG_WITHOUT_ROOM)
    return opened(path, key, "mode=ro&immutable=1", Passing)


def connect(
    path: Path,
    key: Key,
    *,
    read_only: bool,
    guarded: bool = True,
    foreign_keys: bool = True,
) -> Connection:
    """Return a connection to a ledger's file that was set and checked (docs/RELIABILITY.md).

    `key` is the 32 raw bytes of the "ledger" subkey. Never makes a file. Without `guarded` it may
    do what the guard denies. The library's own errors go up; `engine.translate` puts them in words.
    """
    connection = _open_read_only(path, key) if read_only else opened(path, key, "mode=rw")
    try:
        _configure(connection, read_only=read_only, foreign_keys=foreign_keys)
        if guarded:
            connection.set_authorizer(guard)
    except BaseException:
        connection.close()
        raise
    return connection


def create(path: Path, key: Key) -> None:
    """Make a new empty ledger file (0600) under a name that was free; UserError if it is taken."""
    try:
        with open(new_private_file(path), "rb"):  # noqa: PTH123  a descriptor, not a path
            pass
    except FileExistsError as error:
        raise UserError("这里已经有一个台账，没有动它。请换一个文件夹。") from error
    try:
        connection = keyed(path, key, "mode=rw")
        with contextlib.closing(connection):
            _set(connection, "application_id", str(APPLICATION_ID), APPLICATION_ID)
            _configure(connection, read_only=False, foreign_keys=True)
        sync_directory(path.parent)
    except BaseException:
        path.unlink(missing_ok=True)
        raise


class Faults(NamedTuple):
    """What is wrong with a file: in plain Chinese, and the indexes that do not say what their tables say."""

    problems: list[str]
    indexes: list[str]

    @property
    def sentences(self) -> list[str]:
        """All of it in plain Chinese; empty if the file is whole."""
        return [*self.problems, *index_words(self.indexes)]


def index_words(names: Sequence[str]) -> list[str]:
    """Return what is wrong with indexes, in a sentence; empty if there are none."""
    return [f"查找用的索引和它的表对不上（{'、'.join(names)}），表里的内容都在"] if names else []


def faults_of(connection: Connection) -> Faults:
    """Return what is wrong with a file that has no log beside it.

    Two checks, because each sees what the other does not: the seal of every page, and the tables
    and indexes built of them (docs/RELIABILITY.md, V13). Then references to rows that are not there.
    """
    problems: list[str] = []
    indexes: list[str] = []
    try:
        seals = len(connection.execute("PRAGMA cipher_integrity_check").fetchall())
        if seals:
            problems.append(f"有{seals}处与加密封印不符，文件被改动或磁盘损坏")
        indexes, trees = _disagreeing(connection)
        if trees:
            problems.append(f"表和索引有{len(trees)}处损坏（{trees[0][:120]}）")
        missing = connection.execute("PRAGMA foreign_key_check").fetchall()
        tables = "、".join(sorted({str(row[0]) for row in missing}))
        if missing:
            problems.append(f"有{len(missing)}行指向不存在的内容（{tables}）")
    except dbapi2.DatabaseError:
        problems.append("文件读到一半读不下去，内容损坏")
    return Faults(problems, indexes)


def _disagreeing(connection: Connection) -> tuple[list[str], list[str]]:
    """Return what SQLite's check finds: the names of indexes, and what is not about an index alone."""
    said = [row[0] for row in connection.execute("PRAGMA integrity_check").fetchall()]
    if said == ["ok"]:
        return [], []
    schema = "SELECT name, rootpage FROM sqlite_schema WHERE type = 'index'"
    roots = {root: name for name, root in connection.execute(schema).fetchall()}
    indexes, others = set(), []
    for text in said:
        named, tree = _OF_INDEX.search(text), _OF_TREE.search(text)
        if named and named[1] in roots.values():
            indexes.add(named[1])
        elif tree and int(tree[1]) in roots:
            indexes.add(roots[int(tree[1])])
        else:
            others.append(text)
    return sorted(indexes), others


def problems_of(connection: Connection) -> list[str]:
    """Return what is wrong with a file that has no log beside it, in sentences; empty if it is whole."""
    return faults_of(connection).sentences
