"""The backup that is left behind when the window closes after work."""

from PySide6.QtWidgets import QWidget

from db.backup import second_place
from db.kernel.access import MATRIX, Right
from db.kernel.errors import PolicepostError
from db.ledger import Ledger
from desktop.errors import tell


def back_up_on_leaving(window: QWidget, ledger: Ledger) -> None:
    """Leave verified backups behind, here and in the second place if it can be reached.

    Where one cannot be made that is said, and the other is made all the same.
    """
    if Right.BACKUP not in MATRIX[ledger.session.role]:
        return
    second = second_place(ledger.place.folder)
    places = [None, second.folder] if second is not None and second.there else [None]
    for place in places:
        try:
            ledger.back_up("退出时", place)
        except PolicepostError as error:
            tell(window, error)
