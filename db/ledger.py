"""The one door: make, unlock, upgrade, back up and close a ledger; read it and write commands."""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, Self, TypeVar

from sqlalchemy import Connection, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from db import backup, checking, creating, doors, new_life, refusals, tables
from db.exchange import undoing
from db.kernel import engine, history, journal
from db.kernel.access import Right, Role
from db.kernel.accounts import (
    AccountLine,
    Session,
    accounts,
    session_of,
)
from db.kernel.clock import Clock, SystemClock, today
from db.kernel.core import Core
from db.kernel.errors import OutcomeUnknown, PolicepostError, UserError
from db.kernel.files import preflight, private_directory, require_entry
from db.kernel.ids import Id
from db.kernel.journal import Author, Command, Done
from db.kernel.keys import DataKey, Slots, check_password_strength
from db.kernel.lock import LedgerLock
from db.kernel.media import check_place
from db.kernel.place import Place
from db.kernel.records import Site
from db.kernel.throttle import Throttle
from db.kernel.unsaved import keep_unsaved, unsaved
from db.opening import (
    bring_in_order,
    lock_note,
    marked,
    require_good_place,
    require_own_log,
    watch_over,
)
from db.post import PostDraft

_UNDECIDED: Final = (
    "台账里少了操作，还没有说定怎么办，所以这一步没有存上，填的都在。要接着用这一份，请按 Ctrl+L 锁定，"
    "解锁后选“接着用这一份”；要找回少了的，请到“数据、备份”里恢复。"
)
T = TypeVar("T")
assert tables.WITH_TABLES  # noqa: S101  undo and proofs look tables up by name


class Ledger:
    """An unlocked ledger. One program at a time may write; any number may read.

    Use it as a context manager, or close it: closing wipes the key. `core` is for the modules that
    are part of it; `unrecorded` is what is missing and nobody has agreed yet to go on without. Then
    who `asks` a person first writes nothing until `go_on_without`; for all others the first command
    goes on. `clock_doubt` says that the machine's day looks wrong against the last command.
    """

    asks = False

    def __init__(
        self, place: Place, key: DataKey, who: Id | Session, clock: Clock, lock: LedgerLock | None
    ) -> None:
        self.place = place
        self.clock = clock
        self.core = Core(place, key, lock)
        # Before the ledger is read: who writes meanwhile marks what is not seen here yet.
        before = marked(place, key)
        with self.core.readers.begin() as connection:
            self._site = connection.execute(select(Site.id)).scalar_one()
            self.session = who if isinstance(who, Session) else session_of(connection, who)
            self._watch = watch_over(connection, place, key, self._site, before)
            self.clock_doubt = history.clock_doubt(connection, self._site, clock.now())
        self.unrecorded = self._watch.missing

    @classmethod
    def create(
        cls,
        folder: Path,
        post: PostDraft,
        password: str,
        *,
        officer: str = "民警",
        clock: Clock | None = None,
    ) -> tuple[Self, str]:
        """Make a new ledger and return it open for writing, with its recovery code.

        UserError if the folder has one already, may not hold one, or the password is too weak.
        EnvironmentFault: the disk refuses, and nothing of it is left.
        """
        place, clock = Place(folder), clock or SystemClock()
        check_place(folder)
        creating.require_free(place)
        check_password_strength(password)
        private_directory(folder.resolve())
        with contextlib.ExitStack() as undone:
            lock = undone.enter_context(LedgerLock(folder))
            lock.acquire(lock_note(clock))
            made = creating.make(place, post, password, officer, clock)
            undone.callback(creating.sweep, place)
            undone.callback(made.key.wipe)
            with engine.in_words():
                ledger = cls(place, made.key, made.account, clock, lock)
            undone.pop_all()
        return ledger, made.code

    @classmethod
    def unlock(
        cls,
        folder: Path,
        password: str,
        *,
        user: str | None = None,
        clock: Clock | None = None,
        write: bool = True,
    ) -> Self:
        """Open a ledger with an account's password; `write` takes the writer's lock.

        UserError for a wrong password or a second writer, LedgerDamaged for a damaged file,
        EnvironmentFault for another user's. One of an older program is backed up and upgraded first.
        """
        place = Place(folder)
        require_entry(folder)
        if not place.ledger.exists() and not place.slots.exists():
            raise UserError(f"“{folder}”里没有台账。请核对 --data，或先用 new 新建。")
        preflight(place.ledger)
        slots = Slots.load(place.slots)
        with Throttle(place.throttle).guarding():
            account, key = slots.unlock(user, password)
        ledger = cls._open(place, key, bytes.fromhex(account), clock or SystemClock(), write=write)
        try:
            ledger.tell_tries("登录")
        except BaseException:
            ledger.close()
            raise
        return ledger

    @classmethod
    def _open(cls, place: Place, key: DataKey, account: Id, clock: Clock, *, write: bool) -> Self:
        lock = LedgerLock(place.folder) if write else None
        try:
            if lock:
                require_good_place(place.folder)
                lock.acquire(lock_note(clock))
                backup.sweep(place.folder)
            with engine.in_words():
                require_own_log(place, key)
                bring_in_order(place, key, clock, lock)
                return cls(place, key, account, clock, lock)
        except BaseException:
            if lock:
                lock.release()
            key.wipe()
            raise

    @property
    def site(self) -> Id:
        """Which copy of the ledger this is."""
        return self._site

    @contextlib.contextmanager
    def read(self) -> Iterator[Connection]:
        """Lend a connection that sees one state of the ledger and cannot write."""
        with engine.in_words(), self.core.readers.connect() as connection:
            yield connection

    def require(self, right: Right, action: str) -> None:
        """Raise AccessDenied unless who is logged in has the right; the history says who wanted to do what."""
        refusals.require(self, right, action)

    def require_writing(self, right: Right, action: str) -> None:
        """Raise AccessDenied or UserError unless a command of this right may be given here."""
        if self.core.lock is None and right is not Right.LOOK:
            raise UserError("台账是只读打开的，不能保存。什么都没有改动。")
        self.require(right, action)

    def write(self, command: Command[T]) -> Done[T]:
        """Carry out a command in one transaction; it is on the disk when this returns.

        AccessDenied, or UserError from the command's own rules: nothing was written.
        EnvironmentFault: not written, and why. The outcome of a commit that failed is looked up.
        """
        self.require_writing(command.right, command.action)
        if self.unrecorded:
            if self.asks:
                raise UserError(_UNDECIDED)
            self.go_on_without()
        author = Author(self._site, self.session.account, self.clock)
        try:
            with self.core.writer.begin() as connection:
                done = journal.run(connection, command, author, self.core.journal_key)
            self._site = self._watch.site = done.site
            self._watch.committed(done.no, done.mac)
            return done
        except (DBAPIError, PoolTimeout, OSError) as error:
            fault = engine.translate(error)
            if not isinstance(fault, OutcomeUnknown):
                raise fault from None
            self.core.look_up(command.id, fault)

    @property
    def missing(self) -> str:
        """What the ledger lacks against what was remembered of it, in a sentence; mostly empty."""
        return self._watch.missing

    @property
    def undecided(self) -> bool:
        """Whether something is missing and nobody has agreed yet to go on without it."""
        return bool(self.unrecorded)

    def go_on_without(self) -> None:
        """Write into the history that something is missing, and take the ledger as it is from now.

        From then on it is another site, as after a restore: what was lost comes back from others.
        UserError while another program holds the ledger, where that is to be decided.
        """
        new_life.go_on_without(self)

    def prove_chain(self, go_on: Callable[[], None]) -> list[str]:
        """Follow the journal's chain from where it was last proved; monthly all of it.

        After a session that did not end in order the file is looked through first. `go_on` is called
        at each step and may raise to end the work. Return what is wrong, in plain sentences.
        """
        with self.read() as connection:
            found = engine.quick_problems(connection) if self._watch.unclean else []
            day = today(self.clock)
            return found or self._watch.prove(connection, self.core.journal_key, day, go_on)

    def rest(self, *, patient: bool = True) -> None:
        """Bring the log into the file and make the anchor last: for moments when nobody types.

        A reader that is in the way is waited for only by who is `patient`; nobody can write meanwhile.
        """
        if self.core.has_written:
            engine.checkpoint(self.core.writer, patient=patient)
            with self.read() as connection:
                self._mark(connection)

    def note(self, action: str, note: str = "") -> None:
        """Write an event without changes: a print, an export.

        None is noted on a read-only medium, nor before who is asked agreed to go on without what is missing.
        """
        undecided = self.asks and self.unrecorded
        if undecided or (self.core.lock is None and self.place.read_only):
            return
        self.write(Command(action, Right.LOOK, lambda _: None, note=note))

    def undo(self, no: int) -> Done[int]:
        """Take command `no` back; UserError names what stands in the way."""
        with self.read() as connection:
            right = history.needs_right(connection, no, self.session.account)
        command = undoing.undo(no)
        self.require_writing(right, command.action)
        return self.write(command)

    def keep_unsaved(self, form: str, entries: dict[str, Any] | None) -> bool:
        """Keep what is being typed in a form, or with None forget it; no journal, no digest.

        `entries` are plain JSON values. Tell whether it is on the disk: a full disk or a ledger
        opened to read is no error here, as the person is still typing.
        """
        mine = self.session.account
        return self.core.aside(lambda connection: keep_unsaved(connection, mine, form, entries))

    def unsaved(self) -> dict[str, dict[str, Any]]:
        """Return what this account left unsaved, by form."""
        with self.read() as connection:
            return unsaved(connection, self.session.account)

    def back_up(self, reason: str, to: Path | None = None) -> backup.BackupInfo:
        """Make a verified backup, in the ledger's own folder of backups or in `to`, and thin out older ones.

        Where that fails the backup is made all the same and says so.
        """
        self.require(Right.BACKUP, "备份")
        folder, now = to or self.place.backups, self.clock.now()
        made = backup.back_up(
            self.place.folder, self.core.key, folder, reason=reason, now=now,
            above=self._watch.backups,
        )  # fmt: skip
        if not folder.resolve().is_relative_to(self.place.folder.resolve()):
            backup.remember_second(self.place.folder, folder, made)
        try:
            # Older ones may have what is missing.
            if not self.unrecorded:
                backup.rotate(folder)
        except PolicepostError as error:
            return replace(made, unthinned=str(error))
        return made

    def begin_anew(self, command: Command[T]) -> Done[T]:
        """Carry out the command that gives this copy a new life, as after a restore.

        The ledger is taken for the truth: what it lacks against the life before is not missing any more.
        """
        return new_life.begin(self, command)

    def check_backup(self, path: Path) -> list[str]:
        """Prove a backup by opening it; return what is wrong with it, empty if nothing."""
        return backup.verify(path, self.core.key)

    def problems(self) -> list[str]:
        """Prove the whole ledger: file, the journal's chain, tables against the journal, attachments."""
        return checking.check(self).sentences

    def accounts(self) -> list[AccountLine]:
        """Return all accounts, also those closed."""
        with self.read() as connection:
            return accounts(connection)

    def add_account(self, user: str, name: str, role: Role, password: str) -> None:
        """Add an account with its password; EnvironmentFault: neither is there."""
        doors.add(self, user, name, role, password)

    def close_account(self, user: str) -> None:
        """Close an account: its password opens nothing any more. What it copied, it keeps."""
        doors.close(self, user)

    def set_password(self, user: str, password: str) -> None:
        """Give an account a new password: one's own, or another's as an officer."""
        doors.set_password(self, user, password)

    def check_password(self, password: str, before: str = "解锁") -> None:
        """Raise UserError unless it is the password of who is logged in; failures are throttled."""
        with Throttle(self.place.throttle).guarding():
            _, key = Slots.load(self.place.slots).unlock(self.session.user, password)
        key.wipe()
        self.tell_tries(before)

    def tell_tries(self, before: str) -> None:
        """Write into the history how often a wrong secret was tried before this, and forget it."""
        refusals.tell_tries(self, before)

    def close(self) -> None:
        """Close all files, give the lock back and wipe the key, also on a disk that is gone."""
        refused = (DBAPIError, PoolTimeout, OSError, PolicepostError)
        try:
            if self.core.has_written:
                with contextlib.suppress(*refused), self.core.readers.begin() as connection:
                    self._mark(connection, clean=True)
        finally:
            self.core.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _mark(self, connection: Connection, *, clean: bool = False) -> None:
        """Remember for good how far the ledger goes; of one that lacks something the mark of before stays."""
        if not self.unrecorded:
            self._watch.committed(*journal.head(connection), lasting=True, clean=clean)
