"""The backup that is left behind when the window closes after work."""

from PySide6.QtWidgets import QWidget

from db.backup import second_place
from db.kernel.access import MATRIX, Right
from db.kernel.errors import PolicepostError
from db.ledger import Ledger
from desktop.errors import tell


def back_up_on_leaving(window: QWidget, ledger: Ledger) -> None:
    """Leave a verified backup behind; where that cannot be, say so and close all the same."""
    if Right.BACKUP not in MATRIX[ledger.session.role]:
        return
    try:
        ledger.back_up("退出时")
        second = second_place(ledger.place.folder)
        if second is not None and second.there:
            ledger.back_up("退出时", second.folder)
    except PolicepostError as error:
        tell(window, error)
