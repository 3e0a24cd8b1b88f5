"""The writer's lock of a ledger."""

import contextlib
import errno
from pathlib import Path
from types import TracebackType

from db.kernel.errors import EnvironmentFault, LedgerDamaged, UserError
from db.kernel.files import disk_fault, read_small, write_atomically


class LedgerLock:
    """The right to write to a ledger, held by one program at a time.

    The kernel gives the lock back when its holder dies, so a lock is never stale and nobody is
    ever asked to delete it. Who holds it stands in `lock.txt`, for the message only.
    """

    def __init__(self, folder: Path) -> None:
        from filelock import FileLock  # noqa: PLC0415  slow to import

        self._path = folder / "lock"
        self._note = folder / "lock.txt"
        self._lock = FileLock(
            self._path, timeout=0, mode=0o600, thread_local=False, fallback_to_soft=False
        )

    def acquire(self, note: str) -> None:
        """Take the lock; `note` says who and when. UserError if another program holds it."""
        from filelock import Timeout  # noqa: PLC0415

        if self._path.is_symlink():
            raise LedgerDamaged("台账的锁文件被换成了链接，没有打开，也没有改动。请删掉这个链接。")
        try:
            self._lock.acquire()
        except Timeout as error:
            raise UserError(
                f"这个台账正在另一个窗口里使用{self._holder()}，这里什么也没有改动。"
                "请先关掉那个窗口再试。"
            ) from error
        except (OSError, NotImplementedError) as error:
            # The second is what the lock's library says on a disk without locks.
            fault = error if isinstance(error, OSError) else OSError(errno.EIO, "no locks here")
            raise disk_fault(fault) from error
        with contextlib.suppress(EnvironmentFault):
            write_atomically(self._note, note.encode())

    def release(self) -> None:
        """Give the lock back; harmless if it is not held."""
        if self._lock.is_locked:
            with contextlib.suppress(OSError):
                self._note.unlink(missing_ok=True)
            self._lock.release()

    def _holder(self) -> str:
        try:
            note = read_small(self._note).decode().strip()
        except (OSError, UnicodeDecodeError):
            return ""
        shown = "".join(c for c in note if c.isprintable())[:80]
        return f"（{shown}）" if shown else ""

    def __enter__(self) -> "LedgerLock":
        """Return the lock, which `acquire` has taken."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Give the lock back."""
        self.release()
