"""Opening a ledger without holding up the window: the key derivation takes its time on purpose."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from PySide6.QtCore import QObject, Qt, Signal, Slot

if TYPE_CHECKING:
    from db.kernel.clock import Clock
    from db.ledger import Ledger

T = TypeVar("T")


def why_closed(folder: Path) -> str:
    """Return what keeps a ledger from being opened as can be seen without a password, or nothing.

    A folder where nothing of a ledger is left or ever was is none that cannot be opened, nor is one where a
    making was cut short.
    """
    from db.kernel.errors import EnvironmentFault, LedgerDamaged  # noqa: PLC0415  slow to import
    from db.kernel.files import preflight, require_entry  # noqa: PLC0415
    from db.kernel.keys import Slots  # noqa: PLC0415
    from db.kernel.place import LEFT_BEHIND, Place  # noqa: PLC0415

    ledger, slots = folder / "ledger.db", folder / "slots.json"
    try:
        require_entry(folder)
        if ledger.exists() or ledger.is_symlink():
            preflight(ledger)
            Slots.load(slots)
        elif Place(folder).half_made:
            return ""
        elif slots.exists() or any(any(folder.glob(name)) for name in LEFT_BEHIND):
            return "台账文件不见了，可能是被移走，或者上一次恢复没有做完。"
    except (LedgerDamaged, EnvironmentFault) as error:
        return str(error)
    return ""


def users_of(folder: Path) -> list[str]:
    """Return who has a password for the ledger or backup in a folder; LedgerDamaged if none can tell."""
    from db.kernel.keys import Slots  # noqa: PLC0415

    return [user for _, user in Slots.load(folder / "slots.json").users()]


def open_ledger(folder: Path, user: str, password: str, clock: "Clock | None") -> "Ledger":
    """Open a ledger for the window: to write, or only to look where nothing can be written.

    What is raised is that of `Ledger.unlock`.
    """
    from db.kernel.access import Role  # noqa: PLC0415  slow to import
    from db.kernel.errors import EnvironmentFault  # noqa: PLC0415
    from db.kernel.files import require_entry  # noqa: PLC0415
    from db.kernel.place import Place  # noqa: PLC0415
    from db.ledger import Ledger  # noqa: PLC0415

    require_entry(folder)
    write = not Place(folder).read_only
    ledger = Ledger.unlock(folder, password, user=user or None, clock=clock, write=write)
    if not write:
        ledger.session = replace(ledger.session, role=Role.READER)
    elif ledger.undecided:
        ledger.asks = True
    else:
        try:
            # On a full disk nothing can be noted, and everything can be looked at.
            with suppress(EnvironmentFault):
                ledger.note("登录")
        except BaseException:
            ledger.close()
            raise
    return ledger


def load_screens() -> None:
    """Load what opening and the screens need while the person types the password."""
    import argon2.low_level  # noqa: F401, PLC0415
    import psutil  # noqa: F401, PLC0415
    from sqlalchemy.orm import configure_mappers  # noqa: PLC0415

    import desktop.rooms  # noqa: F401, PLC0415
    from db.kernel.pinyin import readings  # noqa: PLC0415

    # The first statement would do it, and that is asked by the opening.
    configure_mappers()

    # The first spells a character out of a large table, which loads with it.
    readings("门")


class Opener(QObject):
    """Does one thing at a time off the window's thread, before there is a ledger to ask.

    A job may tell by `stepped` what it is doing, and from 0 to 1 how far it is.
    """

    stepped = Signal(str, float)
    _answered = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="opening")
        self._answered.connect(self._answer, Qt.ConnectionType.QueuedConnection)

    def start(
        self, job: Callable[[], T], then: Callable[[T], None], failed: Callable[[Exception], None]
    ) -> None:
        """Do the job; exactly one of `then` and `failed` is called in the window's thread."""

        def answer(future: Future[T]) -> None:
            self._answered.emit((future, then, failed))

        self._pool.submit(job).add_done_callback(answer)

    def close(self) -> None:
        """Wait for what is being done and end the thread."""
        self._pool.shutdown(wait=True)

    @Slot(object)
    def _answer(
        self, told: tuple[Future[Any], Callable[[Any], None], Callable[[Any], None]]
    ) -> None:
        future, then, failed = told
        error = future.exception()
        if isinstance(error, Exception):
            failed(error)
        elif error is None:
            then(future.result())
