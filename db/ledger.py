"""The one door: make, unlock, upgrade, back up and close a ledger; read it and write commands."""

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from sqlalchemy import Connection, Engine, insert, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from db import backup, migrations, tables
from db.kernel import engine, history, journal, proofs
from db.kernel.access import Right, Role, require
from db.kernel.accounts import (
    AccountLine,
    Session,
    accounts,
    add_account,
    close_account,
    session_of,
)
from db.kernel.clock import Clock, SystemClock
from db.kernel.errors import EnvironmentFault, OutcomeUnknown, PolicepostError, UserError
from db.kernel.files import LedgerLock, check_place, move, preflight, private_directory
from db.kernel.ids import Id, new_id
from db.kernel.journal import Author, Command, Done
from db.kernel.keys import DataKey, Slots, WrongSecretError, check_password_strength, wipe
from db.kernel.place import Place
from db.kernel.records import Site
from db.kernel.throttle import Throttle
from db.kernel.unsaved import forget_unsaved, keep_unsaved, unsaved
from db.places import Household
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
        with self._readers.begin() as connection:
            self._site = connection.execute(select(Site.id)).scalar_one()
            self.session = who if isinstance(who, Session) else session_of(connection, who)

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
        private_directory(folder)
        clock = clock or SystemClock()
        key, ledger_id, account = DataKey.new(), new_id(), new_id()
        slots = Slots.new(ledger_id.hex())
        slots.add_password(account.hex(), officer, password, key)
        recovery = slots.new_recovery(key)
        lock = LedgerLock(folder)
        lock.acquire(_lock_note(clock))
        part = place.ledger.with_suffix(".part")
        for stale in place.folder.glob(f"{part.name}*"):
            stale.unlink()
        file_key = key.subkey("ledger")
        engine.create(part, file_key)
        migrating = engine.open_for_migration(part, file_key)
        migrations.upgrade(migrating)
        site = new_id()
        with migrating.begin() as connection:
            row = {"id": site, "ledger": ledger_id, "name": post.name, "number": 1}
            connection.execute(insert(Site), [row])
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

        UserError for a wrong password or a second writer, LedgerDamaged for a damaged file. A ledger
        of an older program is backed up and upgraded first.
        """
        place = Place(folder)
        if not place.ledger.exists() and not place.slots.exists():
            raise UserError(f"“{folder}”里没有台账。请核对 --data，或先用 new 新建。")
        preflight(place.ledger)
        slots = Slots.load(place.slots)
        throttle = Throttle(place.throttle)
        throttle.before_try()
        try:
            account, key = slots.unlock(user, password)
        except WrongSecretError:
            throttle.failed()
            raise
        throttle.succeeded()
        return cls._open(place, key, id_of(account), clock or SystemClock(), write=write)

    @classmethod
    def _open(cls, place: Place, key: DataKey, account: Id, clock: Clock, *, write: bool) -> Self:
        lock = LedgerLock(place.folder) if write else None
        if lock:
            lock.acquire(_lock_note(clock))
            backup.sweep(place.folder)
        try:
            with engine.in_words():
                _bring_up_to_date(place, key, clock)
                return cls(place, key, account, clock, lock)
        except BaseException:
            if lock:
                lock.release()
            key.wipe()
            raise

    @contextlib.contextmanager
    def read(self) -> Iterator[Connection]:
        """Lend a connection that sees one state of the ledger and cannot write."""
        with engine.in_words(), self._readers.connect() as connection:
            yield connection

    def write(self, command: Command[T]) -> Done[T]:
        """Carry out a command in one transaction; it is on the disk when this returns.

        AccessDenied, or UserError from the command's own rules: nothing was written.
        EnvironmentFault: not written, and why. The outcome of a commit that failed is looked up.
        """
        require(self.session.role, command.right)
        if self._lock is None and command.right is not Right.LOOK:
            raise UserError("台账是只读打开的，不能保存。什么都没有改动。")
        author = Author(self._site, self.session.account, self.clock)
        try:
            with self._writing().begin() as connection:
                return journal.run(connection, command, author, self._journal_key)
        except (DBAPIError, OSError) as error:
            fault = engine.translate(error)
            if not isinstance(fault, OutcomeUnknown):
                raise fault from None
            return self._look_up(command, fault)

    def note(self, action: str, note: str = "") -> None:
        """Write an event without changes: a print, an export, a look at a person."""
        self.write(Command(action, Right.LOOK, lambda _: None, note=note))

    def undo(self, no: int) -> Done[int]:
        """Take command `no` back; UserError names what stands in the way."""
        with self.read() as connection:
            right = history.needs_right(connection, no, self.session.account)
        require(self.session.role, right)
        return self.write(history.undo(no))

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
        require(self.session.role, Right.BACKUP)
        made = backup.back_up(
            self.place.folder, self._key, to or self.place.backups, reason=reason,
            now=self.clock.now(),
        )  # fmt: skip
        backup.rotate(to or self.place.backups)
        return made

    def check_backup(self, path: Path) -> list[str]:
        """Prove a backup by opening it; return what is wrong with it, empty if nothing."""
        return backup.verify(path, self._key)

    def has_rows(self) -> bool:
        """Tell whether the ledger holds homes yet: what is empty needs no backup before an import."""
        with self.read() as connection:
            return connection.execute(select(Household.id).limit(1)).first() is not None

    def problems(self) -> list[str]:
        """Prove the whole ledger: the file, the journal's chain, the tables against the journal."""
        found = engine.integrity(self._writing())
        with self.read() as connection:
            found += proofs.chain_problems(connection, self._journal_key)
            for record in proofs.record_classes():
                found += proofs.table_problems(connection, record)
        return found

    def accounts(self) -> list[AccountLine]:
        """Return all accounts, also those closed."""
        with self.read() as connection:
            return accounts(connection)

    def add_account(self, user: str, name: str, role: Role, password: str) -> None:
        """Add an account with its password."""
        check_password_strength(password)
        account = new_id()
        self.write(add_account(account, user, name, role))
        slots = Slots.load(self.place.slots)
        slots.add_password(account.hex(), user, password, self._key)
        slots.save(self.place.slots)

    def close_account(self, user: str) -> None:
        """Close an account: its password opens nothing any more. What it copied, it keeps."""
        done = self.write(close_account(user))
        slots = Slots.load(self.place.slots)
        slots.remove(done.value.hex())
        slots.save(self.place.slots)
        self._aside(lambda connection: forget_unsaved(connection, done.value))

    def set_password(self, user: str, password: str) -> None:
        """Give an account a new password: one's own, or another's as an officer."""
        check_password_strength(password)
        target = next((a for a in self.accounts() if a.user == user and a.until is None), None)
        if target is None:
            raise UserError(f"没有叫“{user}”的账号。")
        own = target.id == self.session.account
        action = "修改密码" if own else "重设密码"
        self.write(Command(action, Right.LOOK if own else Right.ACCOUNTS, lambda _: None))
        slots = Slots.load(self.place.slots)
        slots.remove(target.id.hex())
        slots.add_password(target.id.hex(), user, password, self._key)
        slots.save(self.place.slots)

    def check_password(self, password: str) -> None:
        """Raise UserError unless it is the password of who is logged in; failures are throttled."""
        throttle = Throttle(self.place.throttle)
        throttle.before_try()
        try:
            _, key = Slots.load(self.place.slots).unlock(self.session.user, password)
        except WrongSecretError:
            throttle.failed()
            raise
        key.wipe()
        throttle.succeeded()

    def close(self) -> None:
        """Close all files, give the lock back and wipe the key."""
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

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
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


def _lock_note(clock: Clock) -> str:
    return f"{clock.now():%Y-%m-%d %H:%M}打开"


def id_of(text: str) -> Id:
    """Return the id a key slot names in hexadecimal."""
    return bytes.fromhex(text)


def recover(folder: Path, code: str, user: str, password: str) -> str:
    """Give an account a new password with the recovery code; return the new recovery code.

    The code that was used opens nothing afterwards.
    """
    place = Place(folder)
    check_password_strength(password)
    slots = Slots.load(place.slots)
    throttle = Throttle(place.throttle)
    throttle.before_try()
    try:
        key = slots.unlock_recovery(code)
    except WrongSecretError:
        throttle.failed()
        raise
    throttle.succeeded()
    readers = engine.open_readers(place.ledger, key.subkey("ledger"))
    with engine.in_words(), readers.begin() as connection:
        target = next((a for a in accounts(connection) if a.user == user and not a.until), None)
    readers.dispose()
    if target is None:
        raise UserError(f"没有叫“{user}”的账号。")
    with Ledger._open(place, key, target.id, SystemClock(), write=True) as ledger:
        ledger.note("用恢复码重设密码")
        slots.remove(target.id.hex())
        slots.add_password(target.id.hex(), user, password, key)
        new_code = slots.new_recovery(key)
        slots.save(place.slots)
    return new_code


def _bring_up_to_date(place: Place, key: DataKey, clock: Clock) -> None:
    readers = engine.open_readers(place.ledger, key.subkey("ledger"))
    try:
        with readers.begin() as connection:
            old = migrations.needs_upgrade(connection)
    finally:
        readers.dispose()
    if old:
        backup.back_up(place.folder, key, place.backups, reason="升级前", now=clock.now())
        migrating = engine.open_for_migration(place.ledger, key.subkey("ledger"))
        migrations.upgrade(migrating)
        migrating.dispose()
