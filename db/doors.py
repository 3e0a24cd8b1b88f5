"""Who gets into a ledger: accounts and their passwords, which lie in two files and are held together here.

Where a disk failed between the two, a slot may be left whose account was never made or is closed.
It opens no session, and the next change of a password takes it away.
"""

import contextlib
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from db.kernel.access import Right, Role
from db.kernel.accounts import AccountLine, add_account, close_account, require_free
from db.kernel.errors import EnvironmentFault, OutcomeUnknown, PolicepostError, UserError
from db.kernel.files import ahead_of_its_record
from db.kernel.ids import Id, new_id
from db.kernel.journal import Command
from db.kernel.keys import Slots, check_password_strength
from db.kernel.unsaved import forget_unsaved

if TYPE_CHECKING:
    from db.ledger import Ledger


def add(ledger: "Ledger", user: str, name: str, role: Role, password: str) -> None:
    """Add an account with its password; EnvironmentFault: neither is there.

    The password comes first: without it the name would be taken for nothing.
    """
    check_password_strength(password)
    ledger.require_writing(Right.ACCOUNTS, "新增账号")
    with ledger.read() as connection:
        require_free(connection, user)
    known, account = ledger.accounts(), new_id()
    with ahead_of_its_record():
        _give(ledger, known, account, user, password)
    try:
        ledger.write(add_account(account, user, name, role))
    except OutcomeUnknown:
        raise
    except PolicepostError:
        # What the disk keeps of it now opens nothing, and goes with the next change.
        with contextlib.suppress(EnvironmentFault):
            _sweep(ledger, known)
        raise


def close(ledger: "Ledger", user: str) -> None:
    """Close an account, or finish a closing whose slot the disk kept."""
    ledger.require_writing(Right.ACCOUNTS, "停用账号")
    if not _left_over(ledger, user):
        closed = ledger.write(close_account(user)).value
        ledger.core.aside(lambda connection: forget_unsaved(connection, closed))
    try:
        _sweep(ledger, ledger.accounts())
    except OutcomeUnknown:
        raise
    except EnvironmentFault as fault:
        raise EnvironmentFault(
            f"“{user}”已经停用，登录不进来了；但磁盘出错，钥匙文件里还留着他的那一份。"
            "请腾出空间或检查磁盘，再停用他一次。"
        ) from fault


def set_password(ledger: "Ledger", user: str, password: str) -> None:
    """Give an account a new password: one's own, or another's as an officer.

    OutcomeUnknown: the new one is in force, and a power cut may bring the old one back.
    """
    check_password_strength(password)
    known = ledger.accounts()
    target = next((a for a in known if a.user == user and a.until is None), None)
    if target is None:
        raise UserError(f"没有叫“{user}”的账号。")
    own = target.id == ledger.session.account
    action = "修改密码" if own else "重设密码"
    told = Command(action, Right.LOOK if own else Right.ACCOUNTS, lambda _: None)
    ledger.require_writing(told.right, action)
    # The history tells of it once the disk has taken the new slots, and before they are in force.
    _give(ledger, known, target.id, user, password, lambda: ledger.write(told))


def _give(
    ledger: "Ledger",
    known: Iterable[AccountLine],
    account: Id,
    user: str,
    password: str,
    before: Callable[[], object] | None = None,
) -> None:
    with Slots.changing(ledger.place.slots, before) as slots:
        slots.keep_only(_open(known) | {account.hex()})
        slots.give_password(account.hex(), user, password, ledger.core.key)


def _sweep(ledger: "Ledger", known: Iterable[AccountLine]) -> None:
    with Slots.changing(ledger.place.slots) as slots:
        slots.keep_only(_open(known))


def _left_over(ledger: "Ledger", user: str) -> bool:
    closed = {a.id.hex() for a in ledger.accounts() if a.user == user and a.until is not None}
    return any(account in closed for account, _ in Slots.load(ledger.place.slots).users())


def _open(known: Iterable[AccountLine]) -> set[str]:
    return {account.id.hex() for account in known if account.until is None}
