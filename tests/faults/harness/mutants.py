"""The program with one of its guards taken out, in a child of the tests only.

Each test of a guard also runs against the program without it and must find the loss: a test that
passes there proves nothing.
"""

import os
import sys
from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

from db.backup import making
from db.kernel import blobs, cipher, engine
from db.kernel.core import Core
from db.kernel.errors import EnvironmentFault
from db.kernel.ids import new_id
from db.kernel.watch import Watch
from db.ledger import Ledger


def become(name: str) -> None:
    """Take the named guard out of this process; the empty name changes nothing."""
    if name:
        MUTANTS[name]()


def _everywhere(name: str, instead: Any) -> None:
    for title, module in list(sys.modules.items()):
        if title.startswith("db.") and hasattr(module, name):
            setattr(module, name, instead)


def _synchronous_normal() -> None:
    """A commit is not waited for."""
    cipher._COMMON = (("synchronous", "NORMAL", 1), *cipher._COMMON[1:])


def _no_fsync() -> None:
    """Our own files are renamed without being on the disk."""
    os.fsync = lambda _: None


def _no_directory_sync() -> None:
    """Names are not waited for."""
    _everywhere("sync_directory", lambda _: None)


def _no_transaction() -> None:
    """Each statement stands alone, so a command can be half there."""

    def open_writer(path: Any, key: Any) -> Any:
        return engine._engine(lambda: cipher.connect(path, key, read_only=False), 1, "SELECT 1")

    engine.open_writer = open_writer


def _told_too_early() -> None:
    """Saved is said before it is: the command is written a moment later."""
    late: list[Any] = []
    write = Ledger.write

    def put_off(self: Ledger, command: Any) -> Any:
        late.append(command)
        if len(late) == 4:
            for one in late:
                write(self, one)
            late.clear()

    Ledger.write = put_off


def _mark_ahead() -> None:
    """The mark beside the ledger says more than was written."""
    committed = Watch.committed

    def ahead(self: Watch, no: int, mac: bytes, **how: bool) -> None:
        committed(self, no + 1, mac, **how)

    Watch.committed = ahead  # type: ignore[method-assign, assignment]


def _no_dedupe() -> None:
    """A step that is tried again is another step."""
    write = Ledger.write

    def again(self: Ledger, command: Any) -> Any:
        return write(self, replace(command, id=new_id()))

    Ledger.write = again


def _no_look_up() -> None:
    """A commit that fails is taken for not made."""

    def guess(self: Core, command: Any, fault: Any) -> Any:
        raise EnvironmentFault("没有保存：写入磁盘时出错。")

    Core.look_up = guess


def _no_verification() -> None:
    """A backup counts as soon as it is written."""
    making.check_sealed = lambda *_: []


def _in_place() -> None:
    """Our own files are written over, not beside."""

    def over(path: Any, data: bytes, before: Any = None) -> None:
        if before is not None:
            before()
        path.write_bytes(data)

    _everywhere("write_atomically", over)


def _backup_in_place() -> None:
    """A backup has its name before it is whole."""
    making.PARTIAL = ""
    making.move = lambda *_: None


def _log_left_out() -> None:
    """A backup is made of the ledger's file, without what is still in the log beside it."""

    def alone(path: Any, key: Any, *, read_only: bool) -> Any:
        return cipher.opened(path, key, "mode=ro&immutable=1")

    # In the making of backups only: the name is the ledger's own way in as well.
    vars(making)["engine"] = SimpleNamespace(connect=alone, translate=engine.translate)


def _row_before_blob() -> None:
    """An attachment's record is written first, its content when there is time."""
    blobs.write_atomically = lambda path, data: path.write_bytes(data)


MUTANTS: dict[str, Callable[[], None]] = {
    "synchronous=NORMAL": _synchronous_normal,
    "no fsync": _no_fsync,
    "no directory sync": _no_directory_sync,
    "no transaction": _no_transaction,
    "told too early": _told_too_early,
    "mark ahead": _mark_ahead,
    "no dedupe": _no_dedupe,
    "no look-up": _no_look_up,
    "no verification": _no_verification,
    "in place": _in_place,
    "backup in place": _backup_in_place,
    "log left out": _log_left_out,
    "content not waited for": _row_before_blob,
}
