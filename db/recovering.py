"""A new password by the recovery code, where nobody knows the old one."""

from pathlib import Path
from typing import Final, NamedTuple

from db.kernel import engine
from db.kernel.access import Right
from db.kernel.accounts import accounts
from db.kernel.clock import Clock, SystemClock
from db.kernel.errors import OutcomeUnknown, UserError
from db.kernel.files import preflight, require_entry
from db.kernel.ids import Id
from db.kernel.journal import Command
from db.kernel.keys import DataKey, Slots, check_password_strength
from db.kernel.place import Place
from db.kernel.throttle import Throttle
from db.ledger import Ledger
from db.opening import require_own_log

_DOUBT: Final = (
    "但磁盘最后报错，断电后可能变回原来的密码和恢复码：旧恢复码先别扔，请检查磁盘，再改一次密码。"
)
_NEW_DOUBT: Final = "但磁盘最后报错，断电后新恢复码可能不在了：旧恢复码先别扔，请检查磁盘。"
OFFERED: Final = "新的恢复码"
VOIDED: Final = "旧恢复码作废"
TAKEN_BACK: Final = "新恢复码没有启用"


class Recovered(NamedTuple):
    """The new recovery code, and where the disk failed at the very last, that it may not last."""

    code: str
    doubt: str = ""


def recover(
    folder: Path, code: str, user: str, password: str, clock: Clock | None = None
) -> Recovered:
    """Give an account a new password with the recovery code; return the new recovery code.

    The code that was used opens nothing afterwards. UserError for a wrong code or an unknown account,
    LedgerDamaged for a damaged file, EnvironmentFault for another user's: nothing was changed.
    """
    place = Place(folder)
    check_password_strength(password)
    require_entry(folder)
    preflight(place.ledger)
    slots = Slots.load(place.slots)
    with Throttle(place.throttle).guarding():
        key = slots.unlock_recovery(code)
    try:
        target = _account(place, key, user)
    except BaseException:
        key.wipe()
        raise
    with Ledger._open(place, key, target, clock or SystemClock(), write=True) as ledger:
        ledger.tell_tries("用恢复码")
        slots.give_password(target.hex(), user, password, key)
        new_code = slots.new_recovery(key)
        told = Command("用恢复码重设密码", Right.LOOK, lambda _: None)
        return Recovered(new_code, _DOUBT if _in_doubt(ledger, slots, told) else "")


def offer_code(ledger: Ledger, password: str) -> Recovered:
    """Return a new recovery code beside the one there is, for an officer who gives the own password.

    Both open the ledger until `settle_code`: a power cut before somebody has read and kept the new
    one leaves nobody without any. AccessDenied, UserError for a wrong password; EnvironmentFault:
    the one there was is the only one.
    """
    ledger.require_writing(Right.ACCOUNTS, OFFERED)
    ledger.check_password(password, "换恢复码")
    slots = Slots.load(ledger.place.slots)
    code = slots.add_recovery(ledger.core.key)
    told = Command(OFFERED, Right.ACCOUNTS, lambda _: None)
    return Recovered(code, _NEW_DOUBT if _in_doubt(ledger, slots, told) else "")


def settle_code(ledger: Ledger, *, new: bool) -> None:
    """Make the code `offer_code` gave the only one, or with `new` false take it back.

    OutcomeUnknown: it is so, and a power cut may bring both back.
    """
    slots = Slots.load(ledger.place.slots)
    if slots.keep_recovery(new=new):
        told = Command(VOIDED if new else TAKEN_BACK, Right.ACCOUNTS, lambda _: None)
        slots.save(ledger.place.slots, lambda: ledger.write(told))


def _in_doubt(ledger: Ledger, slots: Slots, told: Command[None]) -> bool:
    """Save the slots, told of in the history; return whether a power cut may bring the old back.

    They are in force then: who is not shown the new code now would have none.
    """
    try:
        slots.save(ledger.place.slots, lambda: ledger.write(told))
    except OutcomeUnknown:
        return True
    return False


def _account(place: Place, key: DataKey, user: str) -> Id:
    """Return an open account by its name; UserError if there is none."""
    require_own_log(place, key)
    readers = engine.open_readers(place.ledger, key.subkey("ledger"))
    try:
        with engine.in_words(), readers.begin() as connection:
            known = accounts(connection)
    finally:
        readers.dispose()
    found = next((a.id for a in known if a.user == user and not a.until), None)
    if found is None:
        raise UserError(f"没有叫“{user}”的账号。")
    return found
