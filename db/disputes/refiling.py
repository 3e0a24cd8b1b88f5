"""A paper of the file that is to be made anew, because what it tells of has happened again."""

from sqlalchemy import select

from db.disputes.course import DisputePaper
from db.kernel.ids import Id
from db.kernel.journal import Tx


def refile(tx: Tx, dispute: Id, paper: str) -> None:
    """Tell that a paper is still to be made, in the command of what has happened again.

    A paper tells of all of its kind: what was printed or put in the file lacks the last of them.
    """
    row = select(DisputePaper.id).where(
        DisputePaper.dispute == dispute, DisputePaper.paper == paper
    )
    found = tx.connection.execute(row).scalar()
    if found is not None:
        tx.change(DisputePaper, {found: {"printed": None, "filed": None, "pages": None}})
