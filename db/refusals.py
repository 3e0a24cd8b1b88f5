"""What somebody was kept from, told in the history: a command without its right, a wrong secret."""

import contextlib
from typing import TYPE_CHECKING, Final

from db.kernel import access
from db.kernel.access import Right
from db.kernel.errors import AccessDenied, EnvironmentFault, PolicepostError
from db.kernel.throttle import Throttle

if TYPE_CHECKING:
    from db.ledger import Ledger

REFUSED: Final = "没有这个权限，没有做"


def require(ledger: "Ledger", right: Right, action: str) -> None:
    """Raise AccessDenied unless who is logged in has the right; it is noted who wanted to do what.

    Only the name of the command is noted, nothing of its values. Where nothing can be written, or
    nobody has agreed yet to go on without what is missing, it is only refused.
    """
    try:
        access.require(ledger.session.role, right)
    except AccessDenied:
        if ledger.core.lock is not None and not ledger.unrecorded:
            # A disk that refuses as well makes it no less refused.
            with contextlib.suppress(PolicepostError):
                ledger.note(f"想做“{action}”", REFUSED)
        raise


def tell_tries(ledger: "Ledger", before: str) -> None:
    """Write into the history how often a wrong secret was tried before this, and forget it.

    Where that cannot be written now, or nobody has agreed yet to go on, it stays counted.
    """
    throttle = Throttle(ledger.place.throttle)
    said = throttle.told()
    if said and ledger.unrecorded:
        return
    with contextlib.suppress(EnvironmentFault):
        if said:
            ledger.note("输错密码", f"{before}之前{said}")
        throttle.succeeded()
