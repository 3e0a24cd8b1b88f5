"""Work off the window's thread: plain values in, plain values out, told to the window's thread.

One lane writes, one reads, one does long errands (workbooks, backups, papers), so that a list never
waits for an import. Nothing here knows a screen.
"""

from collections.abc import Callable, Hashable
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from functools import partial
from typing import Any, Final, TypeVar

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot
from shiboken6 import isValid
from sqlalchemy import Connection

from db.kernel.journal import Command, Done
from db.ledger import Ledger

T = TypeVar("T")
Progress = Callable[[str, float], None]
PATIENCE_MS: Final = 500


class Stopped(Exception):
    """A person stopped the work; nothing of it is kept."""


class Ticket(QObject):
    """One piece of work that was asked for. `progress` says what is being done, and from 0 to 1."""

    progress = Signal(str, float)

    def __init__(self, owner: QObject) -> None:
        super().__init__()
        self._owner = owner
        # The form whose save it is, if it is one.
        self.form: tuple[QObject, Hashable] | None = None
        self.stopped = False

    def stop(self) -> None:
        """Want no answer any more; work that asks for its progress ends at its next step."""
        self.stopped = True

    @property
    def wanted(self) -> bool:
        """Whether somebody still waits for the answer."""
        return not self.stopped and isValid(self._owner)

    def tell(self, text: str, done: float) -> None:
        """Say how far the work is; Stopped if nobody wants it any more."""
        if self.stopped:
            raise Stopped
        self.progress.emit(text, done)


class Background(QObject):
    """The lanes over one open ledger; close it before the ledger.

    `changed` carries the Done of every command written here, for the screens that show its rows;
    `withdrawn` the numbers of a command that the program took back by itself and of that; `failed` an
    error that its asker left to the window; `backed_up` tells that a backup was made,
    `taken_in` the tables that a merge touched, which no key takes back; `saving` that a command has not
    come to the disk for half a second, and that it has.
    """

    changed = Signal(object)
    withdrawn = Signal(object)
    saving = Signal(bool)
    failed = Signal(object)
    backed_up = Signal()
    taken_in = Signal(object)
    _answered = Signal(object)

    def __init__(self, ledger: Ledger) -> None:
        super().__init__()
        self._ledger = ledger
        self._lanes = {
            name: ThreadPoolExecutor(1, thread_name_prefix=name)
            for name in ("writer", "reader", "errand")
        }
        self._answered.connect(self._answer, Qt.ConnectionType.QueuedConnection)
        self._saves: dict[tuple[QObject, Hashable], Ticket] = {}
        self._waiting = self._commands = 0
        self._closed = self._slow = False
        self._patience = QTimer(self, singleShot=True, interval=PATIENCE_MS)
        self._patience.timeout.connect(partial(self._tell_slow, slow=True))

    @property
    def idle(self) -> bool:
        """Whether every answer that was asked for has been given."""
        return self._waiting == 0

    @property
    def closing(self) -> bool:
        """Whether the window goes: long work that asks this ends by itself."""
        return self._closed

    def ask(
        self,
        owner: QObject,
        question: Callable[[Connection], T],
        then: Callable[[T], None],
        failed: Callable[[Exception], None] | None = None,
    ) -> Ticket:
        """Ask the ledger; `then` gets the answer in the window's thread while `owner` lives."""

        def job(_: Ticket) -> T:
            with self._ledger.read() as connection:
                return question(connection)

        return self._start("reader", Ticket(owner), job, then, failed)

    def write(
        self,
        owner: QObject,
        command: Command[T],
        then: Callable[[Done[T]], None] | None = None,
        failed: Callable[[Exception], None] | None = None,
        *,
        once: Hashable = None,
    ) -> Ticket:
        """Carry out a command; it is on the disk when `then` is called and `changed` is told.

        `once` names what a form of the owner saves: until the answer has come, saving it again is
        Enter pressed again on a slow disk, and nothing is carried out a second time.
        """
        form = None if once is None else (owner, once)
        if form in self._saves:
            return self._saves[form]
        ticket = self._command(owner, lambda: self._ledger.write(command), then, failed)
        if form is not None and not self._closed:
            self._saves[form] = ticket
            ticket.form = form
        return ticket

    def undo(
        self,
        owner: QObject,
        no: int,
        then: Callable[[Done[int]], None] | None = None,
        failed: Callable[[Exception], None] | None = None,
    ) -> Ticket:
        """Take command `no` back."""
        return self._command(owner, lambda: self._ledger.undo(no), then, failed)

    def withdraw(self, owner: QObject, no: int) -> Ticket:
        """Take back command `no`, which came to nothing: it is no step of the person's either."""
        return self.undo(owner, no, lambda done: self.withdrawn.emit((no, done.no)))

    def errand(
        self,
        owner: QObject,
        job: Callable[[Progress], T],
        then: Callable[[T], None],
        failed: Callable[[Exception], None] | None = None,
        *,
        lane: str = "errand",
    ) -> Ticket:
        """Do long work that tells its progress; stopping its ticket ends it at its next step."""
        return self._start(lane, Ticket(owner), lambda ticket: job(ticket.tell), then, failed)

    def close(self) -> None:
        """Finish what was begun, drop what was not, and end the threads."""
        self._closed = True
        for lane in self._lanes.values():
            lane.shutdown(wait=True, cancel_futures=True)

    @Slot(object)
    def _answer(self, deliver: Callable[[], None]) -> None:
        deliver()

    def _command(
        self,
        owner: QObject,
        job: Callable[[], Done[T]],
        then: Callable[[Done[T]], None] | None,
        failed: Callable[[Exception], None] | None,
    ) -> Ticket:
        ticket = Ticket(owner)

        def told(done: Done[T]) -> None:
            # What was written is told to every screen, even when the one that asked is gone.
            self.changed.emit(done)
            if then is not None and ticket.wanted:
                then(done)

        return self._start("writer", ticket, lambda _: job(), told, failed, always=True)

    def _tell_slow(self, *, slow: bool) -> None:
        if slow != self._slow:
            self._slow = slow
            self.saving.emit(slow)

    def _start(
        self,
        lane: str,
        ticket: Ticket,
        job: Callable[[Ticket], T],
        then: Callable[[T], None],
        failed: Callable[[Exception], None] | None,
        *,
        always: bool = False,
    ) -> Ticket:
        def answer(future: Future[T]) -> None:
            self._answered.emit(partial(self._deliver, future, ticket, then, failed, always=always))

        def guarded() -> T:
            if ticket.stopped and not always:
                raise Stopped
            return job(ticket)

        if self._closed:
            # A timer of a page may still ask while the window goes.
            ticket.stop()
            return ticket
        self._waiting += 1
        if always:
            self._commands += 1
            if not self._patience.isActive():
                self._patience.start()
        self._lanes[lane].submit(guarded).add_done_callback(answer)
        return ticket

    def _deliver(
        self,
        future: Future[Any],
        ticket: Ticket,
        then: Callable[[Any], None],
        failed: Callable[[Exception], None] | None,
        *,
        always: bool,
    ) -> None:
        self._waiting -= 1
        if always:
            self._commands -= 1
            if not self._commands:
                self._patience.stop()
                self._tell_slow(slow=False)
        if ticket.form is not None:
            # Before anybody is told: what comes of the answer may save again.
            del self._saves[ticket.form]
        try:
            value = future.result()
        except (Stopped, CancelledError):
            return
        except Exception as error:  # noqa: BLE001  whatever it is, a person is told of it
            if failed is not None and ticket.wanted:
                failed(error)
            elif ticket.wanted or always:
                self.failed.emit(error)
            return
        if always or ticket.wanted:
            then(value)
