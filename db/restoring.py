"""A backup put back and opened again: over a good ledger, or where the ledger cannot be opened."""

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from db import backup
from db.attachments.proving import broken_contents, broken_words
from db.exchange.sites import renew
from db.kernel.access import Right, Role
from db.kernel.clock import Clock
from db.kernel.errors import LedgerDamaged, PolicepostError, UserError
from db.kernel.keys import DataKey, Slots
from db.kernel.place import Place
from db.kernel.throttle import Throttle
from db.ledger import Ledger
from db.looking import LookedAt

Step = backup.Step


@dataclass(frozen=True)
class PutBack:
    """The ledger as it is open now, and the folder where the one before is kept, if there was one.

    With `failed` the restore did not happen: the ledger is the one that was open before. `lacking` names
    in a sentence the attachments that no whole copy was found of; mostly empty.
    """

    ledger: Ledger
    aside: Path | None
    failed: PolicepostError | None = None
    lacking: str = ""


def agree(ledger: Ledger, copy: LookedAt, password: str, step: Step) -> bool:
    """Check that this person may put the copy back, and back the present ledger up before it.

    Return whether the present ledger is good; a damaged one cannot be backed up and will be moved
    aside. AccessDenied, or UserError for a wrong password or an account the backup does not know:
    nothing was done.
    """
    ledger.require(Right.RESTORE, "用备份恢复")
    ledger.check_password(password, "恢复")
    there = next((a for a in copy.accounts() if a.id == ledger.session.account), None)
    if there is None or there.until is not None or there.role is not Role.OFFICER:
        raise UserError(
            "这份备份里您还不是民警账号，恢复后您就管不了台账，所以没有恢复，什么也没有改动。"
            "请由那一天已有账号的民警来恢复。"
        )
    step("正在备份现在的台账……", 0.1)
    place = ledger.place
    try:
        # Not thinned out now: that might remove the very backup that is to be put back.
        backup.back_up(
            place.folder, ledger.core.key, place.backups, reason="恢复前", now=ledger.clock.now()
        )
        ledger.note("用备份恢复", copy.info.path.name)
    except LedgerDamaged:
        return False
    return True


def put_back(ledger: Ledger, folder: Path, password: str, *, good: bool, step: Step) -> PutBack:
    """Close the ledger, put the backup of `folder` in its place, and open that.

    `good` is what `agree` returned. The ledger before is kept whole. Where the restore fails it is
    opened again and `failed` says why; if that fails too, it is raised.
    """
    place, user, clock = ledger.place, ledger.session.user, ledger.clock
    key = DataKey(ledger.core.key.open_copy())
    ledger.close()
    aside: Path | None
    try:
        if good:
            aside = backup.replace(folder, place.folder, key, now=clock.now(), step=step)
        else:
            step("正在恢复备份……", 0.3)
            aside = backup.restore(folder, place.folder, _unlocking(user, password)).aside
    except PolicepostError as error:
        again = Ledger.unlock(place.folder, password, user=user, clock=clock)
        return PutBack(again, None, error)
    finally:
        key.wipe()
    return _opened(place.folder, folder, user, password, clock, aside)


def restore_closed(
    data_dir: Path, folder: Path, user: str, password: str, clock: Clock | None
) -> PutBack:
    """Put a backup back where the ledger cannot be opened, and open it.

    Failures are throttled there, and by the ledger in whose folder the backup lies: its passwords are
    what is guessed, wherever the backup is to go.
    An empty `user` is the only account's. UserError for a wrong password or a good ledger,
    LedgerDamaged if the backup does not prove whole: what was there is still there.
    """
    places = dict.fromkeys((Place(data_dir.resolve()), Place(folder.resolve().parent.parent)))
    # Where nothing of a ledger is there is no file to count in, and an empty folder must not wait.
    doors = [Throttle(at.throttle) for at in places if at.slots.exists() or at.throttle.exists()]
    with contextlib.ExitStack() as guarded:
        others = [guarded.enter_context(door.guarding()) for door in doors]

        def unlock(slots: Slots) -> DataKey:
            _, key = slots.unlock(user or None, password)
            for let_in in others:
                let_in()
            return key

        done = backup.restore(folder, data_dir, unlock)
    return _opened(data_dir, folder, user or None, password, clock, done.aside)


def _unlocking(user: str | None, password: str) -> Callable[[Slots], DataKey]:
    return lambda slots: slots.unlock(user, password)[1]


def _opened(
    data_dir: Path,
    folder: Path,
    user: str | None,
    password: str,
    clock: Clock | None,
    aside: Path | None,
) -> PutBack:
    ledger = Ledger.unlock(data_dir, password, user=user, clock=clock)
    kept = f"，原来的留在 {aside.name}" if aside else ""
    ledger.begin_anew(renew(f"{folder.name}{kept}"))
    ledger.tell_tries("恢复")
    return PutBack(ledger, aside, lacking=_lacking(ledger))


def _lacking(ledger: Ledger) -> str:
    with ledger.read() as connection:
        key = ledger.core.naming_key
        broken = broken_contents(connection, ledger.place.blobs, key)
    return "".join(broken_words(list(broken.values())))
