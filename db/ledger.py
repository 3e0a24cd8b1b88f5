"""The one door: make, unlock, upgrade, back up and close a ledger; read it and write commands."""

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Self, TypeVar

from sqlalchemy import Connection, Engine, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from db import backup, checking, doors, new_life, refusals, tables
from db.exchange import undoing
from db.kernel import engine, history, journal
from db.kernel.access import Right, Role
from db.kernel.accounts import (
    AccountLine,
    Session,
    accounts,
    add_account,
    session_of,
)
from db.kernel.clock import Clock, SystemClock, today
from db.kernel.errors import EnvironmentFault, OutcomeUnknown, PolicepostError, UserError
from db.kernel.files import LedgerLock, move, preflight, private_directory, require_entry
from db.kernel.ids import Id, new_id
from db.kernel.journal import Author, Command, Done
from db.kernel.keys import DataKey, Slots, check_password_strength, wipe
from db.kernel.media import check_place
from db.kernel.place import Place
from db.kernel.records import Site
from db.kernel.throttle import Throttle
from db.kernel.unsaved import keep_unsaved, unsaved
from db.opening import (
    bring_up_to_date,
    erase_again,
    lock_note,
    marked,
    new_file,
    require_good_place,
    require_own_log,
    watch_over,
)
from db.post import PostDraft, set_up_post

T = TypeVar("T")
assert tables.WITH_TABLES  # noqa: S101  undo and proofs look tables up by name


class Ledger:
    """An unlocked ledger. One program at a time may write; any number may read.

    Use it as a context manager, or close it: closing wipes the key.
    """

    def __init__(
        self, place: Place, key: DataKey, who: Id | Session, clock: Clock, lock: LedgerLock | None
    ) -> None:
        self.place = place
        self.clock = clock
        self._key = key
        self._lock = lock
        self._file_key = key.subkey("ledger")
        self._journal_key = bytes(key.subkey("journal"))
        self._writer: Engine | None = None
        self._readers = engine.open_readers(place.ledger, self._file_key)
        # Before the ledger is read: who writes meanwhile marks what is not seen here yet.
        before = marked(place, key)
        with self._readers.begin() as connection:
            self._site = connection.execute(select(Site.id)).scalar_one()
            self.session = who if isinstance(who, Session) else session_of(connection, who)
            self._watch = watch_over(connection, place, key, self._site, before)
        self._unrecorded = self._watch.missing

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
        """
        place = Place(folder)
        check_place(folder)
        if place.ledger.exists():
            raise UserError("这个文件夹里已经有台账了，没有改动它。请换一个文件夹。")
        if place.slots.exists():
            raise UserError(
                "这个文件夹里有钥匙文件却没有台账，什么也没有改动。请从备份恢复，或换一个文件夹。"
            )
        check_password_strength(password)
        private_directory(folder.resolve())
        clock = clock or SystemClock()
        key, ledger_id, account = DataKey.new(), new_id(), new_id()
        slots = Slots.new(ledger_id.hex())
        slots.add_password(account.hex(), officer, password, key)
        recovery = slots.new_recovery(key)
        lock = LedgerLock(folder)
        lock.acquire(lock_note(clock))
        part, file_key = place.ledger.with_suffix(".part"), key.subkey("ledger")
        migrating, site = new_file(part, file_key, ledger_id, post.name)
        author = Author(site, account, clock)
        mac_key = bytes(key.subkey("journal"))
        with migrating.begin() as connection:
            first = add_account(account, officer, officer, Role.OFFICER)
            journal.run(connection, first, author, mac_key)
            journal.run(connection, set_up_post(post), author, mac_key)
        engine.checkpoint(migrating)
        migrating.dispose()
        slots.save(place.slots)
        Throttle(place.throttle).succeeded()
        # Once it is renamed it is the ledger; what is written into it next makes the name last.
        with contextlib.suppress(OutcomeUnknown):
            move(part, place.ledger)
        return cls(place, key, account, clock, lock), recovery

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
        ledger.tell_tries("登录")
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
                bring_up_to_date(place, key, clock)
                erase_again(place, key, clock)
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
        with engine.in_words(), self._readers.connect() as connection:
            yield connection

    def require(self, right: Right, action: str) -> None:
        """Raise AccessDenied unless who is logged in has the right; the history says who wanted to do what."""
        refusals.require(self, right, action)

    def require_writing(self, right: Right, action: str) -> None:
        """Raise AccessDenied or UserError unless a command of this right may be given here."""
        if self._lock is None and right is not Right.LOOK:
            raise UserError("台账是只读打开的，不能保存。什么都没有改动。")
        self.require(right, action)

    def write(self, command: Command[T]) -> Done[T]:
        """Carry out a command in one transaction; it is on the disk when this returns.

        AccessDenied, or UserError from the command's own rules: nothing was written.
        EnvironmentFault: not written, and why. The outcome of a commit that failed is looked up.
        """
        self.require_writing(command.right, command.action)
        if self._unrecorded:
            self.go_on_without()
        author = Author(self._site, self.session.account, self.clock)
        try:
            with self._writing().begin() as connection:
                done = journal.run(connection, command, author, self._journal_key)
            self._site = self._watch.site = done.site
            self._watch.committed(done.no, done.mac)
            return done
        except (DBAPIError, OSError) as error:
            fault = engine.translate(error)
            if not isinstance(fault, OutcomeUnknown):
                raise fault from None
            return self._look_up(command, fault)

    @property
    def missing(self) -> str:
        """What the ledger lacks against what was remembered of it, in a sentence; mostly empty."""
        return self._watch.missing

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
            return found or self._watch.prove(connection, self._journal_key, day, go_on)

    def rest(self, *, patient: bool = True) -> None:
        """Bring the log into the file and make the anchor last: for moments when nobody types.

        A reader that is in the way is waited for only by who is `patient`; nobody can write meanwhile.
        """
        if self._writer is not None and self._lock is not None:
            engine.checkpoint(self._writer, patient=patient)
            with self.read() as connection:
                self._watch.committed(*journal.head(connection), lasting=True)

    def note(self, action: str, note: str = "") -> None:
        """Write an event without changes: a print, an export. On a read-only medium none is noted."""
        if self._lock is None and self.place.read_only:
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
        return self._aside(lambda connection: keep_unsaved(connection, mine, form, entries))

    def unsaved(self) -> dict[str, dict[str, Any]]:
        """Return what this account left unsaved, by form."""
        with self.read() as connection:
            return unsaved(connection, self.session.account)

    def back_up(self, reason: str, to: Path | None = None) -> backup.BackupInfo:
        """Make a verified backup, in the ledger's own folder of backups or in `to`."""
        self.require(Right.BACKUP, "备份")
        folder, now = to or self.place.backups, self.clock.now()
        made = backup.back_up(self.place.folder, self._key, folder, reason=reason, now=now)
        backup.rotate(folder)
        if folder != self.place.backups:
            backup.remember_second(self.place.folder, folder, made)
        return made

    def begin_anew(self, command: Command[T]) -> Done[T]:
        """Carry out the command that gives this copy a new life, as after a restore.

        The ledger is taken for the truth: what it lacks against the life before is not missing any more.
        """
        return new_life.begin(self, command)

    def check_backup(self, path: Path) -> list[str]:
        """Prove a backup by opening it; return what is wrong with it, empty if nothing."""
        return backup.verify(path, self._key)

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
        """Close all files, give the lock back and wipe the key."""
        if self._lock is not None and self._writer is not None:
            with self._readers.begin() as connection:
                self._watch.committed(*journal.head(connection), lasting=True, clean=True)
        self._readers.dispose()
        if self._writer is not None:
            if self._lock is not None:
                # If the disk refuses now, the log is brought in at the next start.
                with contextlib.suppress(DBAPIError, PolicepostError):
                    engine.checkpoint(self._writer)
            self._writer.dispose()
        self._key.wipe()
        wipe(self._file_key)
        if self._lock is not None:
            self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _writing(self) -> Engine:
        if self._writer is None:
            self._writer = engine.open_writer(self.place.ledger, self._file_key)
        return self._writer

    def _aside(self, write: Callable[[Connection], None]) -> bool:
        if self._lock is None:
            return False
        try:
            with self._writing().begin() as connection:
                write(connection)
        except (DBAPIError, PoolTimeout, OSError):
            return False
        return True

    def _look_up(self, command: Command[T], fault: OutcomeUnknown) -> Done[T]:
        """After a commit of unknown outcome: reopen and see. It is never repeated blindly.

        The log is emptied first, or what a failed commit left in it could come back after a crash.
        """
        self._writing().dispose()
        self._writer = None
        try:
            settled = engine.checkpoint(self._writing())
            with self._writing().begin() as connection:
                there = journal.done_before(connection, command.id)
        except (DBAPIError, OSError, PolicepostError):
            raise fault from None
        if there:
            raise OutcomeUnknown("磁盘报错，但核对后这一步已经保存。请检查磁盘并尽快备份。")
        if not settled:
            raise fault
        raise EnvironmentFault("没有保存：写入磁盘时出错。台账还是原样，请检查磁盘后再试。")
