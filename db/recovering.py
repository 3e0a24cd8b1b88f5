"""A new password by the recovery code, where nobody knows the old one."""

from pathlib import Path
from typing import Final, NamedTuple

from db.kernel import engine
from db.kernel.accounts import accounts
from db.kernel.clock import SystemClock
from db.kernel.errors import OutcomeUnknown, UserError
from db.kernel.keys import Slots, check_password_strength
from db.kernel.place import Place
from db.kernel.throttle import Throttle
from db.ledger import Ledger

_DOUBT: Final = (
    "但磁盘最后报错，断电后可能变回原来的密码和恢复码：旧恢复码先别扔，请检查磁盘，再改一次密码。"
)


class Recovered(NamedTuple):
    """The new recovery code, and where the disk failed at the very last, that it may not last."""

    code: str
    doubt: str = ""


def recover(folder: Path, code: str, user: str, password: str) -> Recovered:
    """Give an account a new password with the recovery code; return the new recovery code.

    The code that was used opens nothing afterwards.
    """
    place = Place(folder)
    check_password_strength(password)
    slots = Slots.load(place.slots)
    with Throttle(place.throttle).guarding():
        key = slots.unlock_recovery(code)
    readers = engine.open_readers(place.ledger, key.subkey("ledger"))
    with engine.in_words(), readers.begin() as connection:
        target = next((a for a in accounts(connection) if a.user == user and not a.until), None)
    readers.dispose()
    if target is None:
        raise UserError(f"没有叫“{user}”的账号。")
    with Ledger._open(place, key, target.id, SystemClock(), write=True) as ledger:
        ledger.tell_tries("用恢复码")
        ledger.note("用恢复码重设密码")
        slots.give_password(target.id.hex(), user, password, key)
        new_code = slots.new_recovery(key)
        try:
            slots.save(place.slots)
        except OutcomeUnknown:
            # It is in force: who is not shown the new code now would have none.
            return Recovered(new_code, _DOUBT)
    return Recovered(new_code)
