"""What leaves the program in plain: its right is asked, and the history tells of it before it is gone."""

from typing import TYPE_CHECKING

from db.exports import leaving_right

if TYPE_CHECKING:
    from db.ledger import Ledger


def leave(ledger: "Ledger", action: str, note: str, *, named: bool, workbook: bool = False) -> None:
    """Ask whether something may be taken out, and write into the history that it is.

    Called before a byte of it is written: what is on a stick or on paper cannot be told of any more.
    `note` names no person, as notes are kept for ever. AccessDenied, or EnvironmentFault where the
    history takes nothing: then nothing leaves. On a read-only medium nothing is noted.
    """
    ledger.require(leaving_right(named=named, workbook=workbook), action)
    ledger.note(action, note)
