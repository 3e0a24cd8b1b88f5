"""What is due for erasure by its keeping time, proposed by one and confirmed by another.

- `nouns.NOUNS`: whose data is erased as one - a home, a person of the roster, a dispute, a visit,
  a walk-in - and every table and field that goes with it.
- `due.due(connection, day)`: what has outlived its keeping time.
- `proposing`: `propose_erasure`, `withdraw_erasure`, `confirm_erasure`; `lists`: what waits, what
  was erased, in counts and days.
- `again`: an old copy of the ledger is brought to what was erased since.

How values leave rows and journal is db/kernel/erasure.py; what needs an open ledger is db/erasing.py.
"""

from datetime import date
from typing import Final, NamedTuple

from sqlalchemy.orm import Mapped, mapped_column

from db.kernel.ids import Id
from db.kernel.records import KEY, Record, Words

DUE: Final = "due"
WHY_NAMES: Final = {DUE: "保存期满", "request": "本人要求", "mistake": "不该记的"}


class ErasureProposal(Record):
    """Records of one noun that wait for a second person; `records` are their ids as text."""

    __tablename__ = "erasure_proposal"
    travels = False

    entity: Mapped[str]
    records: Mapped[tuple[str, ...]] = mapped_column(Words)
    why: Mapped[str]
    note: Mapped[str | None]
    account: Mapped[Id | None] = mapped_column(KEY)
    proposed: Mapped[date]


class Due(NamedTuple):
    """A record that has outlived its keeping time, and since when its years ran."""

    id: Id
    since: date
