"""Opening a ledger without holding up the window: the key derivation takes its time on purpose."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Qt, Signal, Slot

T = TypeVar("T")


class Opener(QObject):
    """Does one thing at a time off the window's thread, before there is a ledger to ask."""

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
