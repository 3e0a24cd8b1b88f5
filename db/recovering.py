"""A new password by the recovery code, where nobody knows the old one."""

from pathlib import Path

from db.kernel import engine
from db.kernel.accounts import accounts
from db.kernel.clock import SystemClock
from db.kernel.errors import UserError
from db.kernel.keys import Slots, WrongSecretError, check_password_strength
from db.kernel.place import Place
from db.kernel.throttle import Throttle
from db.ledger import Ledger


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
