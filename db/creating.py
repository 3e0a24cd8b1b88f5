"""A new ledger's files, whole or not at all."""

import contextlib
from typing import NamedTuple

from sqlalchemy.exc import DBAPIError
from sqlcipher3 import dbapi2

from db.kernel import engine, journal
from db.kernel.access import Role
from db.kernel.accounts import add_account
from db.kernel.clock import Clock
from db.kernel.errors import EnvironmentFault, OutcomeUnknown, PolicepostError, UserError
from db.kernel.files import move
from db.kernel.ids import Id, new_id
from db.kernel.journal import Author
from db.kernel.keys import DataKey, Slots
from db.kernel.place import Place
from db.kernel.throttle import Throttle
from db.opening import new_file
from db.post import PostDraft, set_up_post


class Made(NamedTuple):
    """What a ledger that was just made is opened with, and its recovery code."""

    key: DataKey
    account: Id
    code: str


def require_free(place: Place) -> None:
    """Raise UserError where a ledger lies, or what is left of one; a making cut short is none."""
    if place.ledger.exists():
        raise UserError("这个文件夹里已经有台账了，没有改动它。请换一个文件夹。")
    if place.slots.exists() and not place.half_made:
        raise UserError(
            "这个文件夹里有钥匙文件却没有台账，什么也没有改动。请从备份恢复，或换一个文件夹。"
        )


def make(place: Place, post: PostDraft, password: str, officer: str, clock: Clock) -> Made:
    """Make a ledger's files with its first account; hold the writer's lock.

    EnvironmentFault if the disk refuses: nothing of it is left.
    """
    require_free(place)
    sweep(place)
    key, ledger, account = DataKey.new(), new_id(), new_id()
    slots = Slots.new(ledger.hex())
    slots.add_password(account.hex(), officer, password, key)
    code = slots.new_recovery(key)
    try:
        _fill(place, key, ledger, account, post, officer, clock)
        slots.save(place.slots)
        Throttle(place.throttle).succeeded()
        # Once it is renamed it is the ledger; what is written into it next makes the name last.
        with contextlib.suppress(OutcomeUnknown):
            move(place.making, place.ledger)
    except BaseException as error:
        key.wipe()
        sweep(place)
        if isinstance(error, OSError | dbapi2.Error | DBAPIError | OutcomeUnknown):
            raise _not_made(error) from None
        raise
    return Made(key, account, code)


def sweep(place: Place) -> None:
    """Remove what a making left that did not come to its end; hold the writer's lock.

    The slots go first: with the file beside them a making cut short is told by.
    """
    with contextlib.suppress(OSError):
        place.ledger.unlink(missing_ok=True)
        place.slots.unlink(missing_ok=True)
        for left in place.folder.glob(f"{place.making.name}*"):
            left.unlink()


def _fill(
    place: Place,
    key: DataKey,
    ledger: Id,
    account: Id,
    post: PostDraft,
    officer: str,
    clock: Clock,
) -> None:
    migrating, site = new_file(place.making, key.subkey("ledger"), ledger, post.name)
    try:
        author, mac_key = Author(site, account, clock), bytes(key.subkey("journal"))
        with migrating.begin() as connection:
            first = add_account(account, officer, officer, Role.OFFICER)
            journal.run(connection, first, author, mac_key)
            journal.run(connection, set_up_post(post), author, mac_key)
        engine.checkpoint(migrating)
    finally:
        migrating.dispose()


def _not_made(error: Exception) -> PolicepostError:
    fault = engine.translate(error)
    if isinstance(fault, OutcomeUnknown):
        return EnvironmentFault("磁盘出错，台账没有建成，什么也没有留下。请检查磁盘再建。")
    return fault
