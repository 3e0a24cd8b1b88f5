"""Accounts and passwords changed while a call to the disk fails; told is the word, and how it is then."""

import contextlib
import os
from collections.abc import Callable

from db.kernel.access import Role
from db.kernel.errors import OutcomeUnknown, PolicepostError
from db.kernel.history import history
from db.kernel.keys import Slots, WrongSecretError
from db.ledger import Ledger
from db.recovering import offer_code, recover, settle_code
from db.sample import PASSWORD
from tests.conftest import morning
from tests.faults.harness.children import Hear, Post, Tell

NOBODY = 65534
NAME, LONG = "新来的", "一个足够长的口令 for tests"


def look_as_another(post: Post, tell: Tell, hear: Hear) -> None:
    """Look at a ledger, open it as the window does, then to write, as a user it is closed to; tell the words.

    Of one that opened its role is told.
    """
    import filelock  # noqa: F401, PLC0415  what another user could not load by then

    from desktop.access.opening import open_ledger, why_closed  # noqa: PLC0415

    if os.geteuid() == 0:
        # No mode of a file keeps root out.
        os.setgroups([])
        os.setresgid(*[NOBODY] * 3)
        os.setresuid(*[NOBODY] * 3)
    tell(why_closed(post.folder))
    for step in (
        lambda: open_ledger(post.folder, "", PASSWORD, morning()),
        lambda: Ledger.unlock(post.folder, PASSWORD, clock=morning()),
    ):
        try:
            with step() as ledger:
                tell(ledger.session.role.value)
        except PolicepostError as error:
            tell(str(error))


def add_one(ledger: Ledger) -> None:
    """Add the account these tasks are about."""
    ledger.add_account(NAME, NAME, Role.AUXILIARY, LONG)


def add(post: Post, tell: Tell, hear: Hear) -> None:
    """Add an account; where it was not added, once more when the disk is well."""

    def state(ledger: Ledger) -> tuple[bool, bool]:
        return _is_open(ledger), _opens(post, LONG)

    _stepped(post, tell, hear, add_one, state)


def close(post: Post, tell: Tell, hear: Hear) -> None:
    """Close it; where that was not done whole, once more when the disk is well."""

    def state(ledger: Ledger) -> tuple[bool, bool]:
        return _is_open(ledger), any(user == NAME for _, user in _slots(post).users())

    _stepped(post, tell, hear, lambda ledger: ledger.close_account(NAME), state)


def change(post: Post, tell: Tell, hear: Hear) -> None:
    """Give the account that is logged in a new password."""
    _stepped(
        post,
        tell,
        hear,
        lambda ledger: ledger.set_password(ledger.session.user, LONG),
        lambda ledger: (_opens(post, LONG, "民警"), _told(ledger, "修改密码")),
    )


def recover_one(post: Post, tell: Tell, hear: Hear) -> None:
    """Set a password with the code; told is whether the code now in hand opens."""
    code, word = (post.folder.parent / "code").read_text(), "not"
    try:
        done = recover(post.folder, code, "民警", LONG)
        code, word = done.code, "doubtful" if done.doubt else "saved"
    except PolicepostError:
        pass
    try:
        _slots(post).unlock_recovery(code).wipe()
    except WrongSecretError:
        tell((word, False))
    else:
        tell((word, True))


def renew_code(post: Post, tell: Tell, hear: Hear) -> None:
    """Renew the recovery code; told is whether a code in hand opens: the old, and the new if it was shown."""
    hands, word = [(post.folder.parent / "code").read_text()], "not"
    with post.open() as ledger:
        try:
            done = offer_code(ledger, PASSWORD)
            hands, word = [done.code, *hands], "doubtful" if done.doubt else "offered"
            settle_code(ledger, new=True)
            hands, word = hands[:1], "saved"
        except OutcomeUnknown:
            hands, word = hands[:1], "unknown"
        except PolicepostError:
            pass
    opens = False
    for code in hands:
        with contextlib.suppress(WrongSecretError):
            _slots(post).unlock_recovery(code).wipe()
            opens = True
    tell((word, opens))


def _stepped(
    post: Post,
    tell: Tell,
    hear: Hear,
    step: Callable[[Ledger], None],
    state: Callable[[Ledger], tuple[bool, ...]],
) -> None:
    try:
        ledger = post.open()
    except PolicepostError:
        tell("healed?")
        hear()
        ledger = post.open()
    with ledger:
        word = _word(ledger, step)
        tell((word, *state(ledger)))
        tell("healed?")
        hear()
        if word in ("not", "half"):
            step(ledger)
            tell(("healed", *state(ledger)))


def _told(ledger: Ledger, action: str) -> bool:
    with ledger.read() as connection:
        return any(entry.action == action for entry in history(connection, 3))


def _word(ledger: Ledger, step: Callable[[Ledger], None]) -> str:
    try:
        step(ledger)
    except OutcomeUnknown:
        return "unknown"
    except PolicepostError as error:
        return "half" if "已经停用" in str(error) else "not"
    return "saved"


def _slots(post: Post) -> Slots:
    return Slots.load(post.folder / "slots.json")


def _is_open(ledger: Ledger) -> bool:
    return any(a.user == NAME and a.until is None for a in ledger.accounts())


def _opens(post: Post, password: str, user: str = NAME) -> bool:
    try:
        _slots(post).unlock(user, password)[1].wipe()
    except WrongSecretError:
        return False
    return True
