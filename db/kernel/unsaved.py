"""What is being typed and not yet saved: outside the journal, the digest and every backup's promise.

A form leaves its entries here a few seconds after the last key, so that a power cut costs little.
"""

import json
import re
from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import Connection, Text, delete, insert, select
from sqlalchemy.orm import Mapped, mapped_column

from db.kernel.ids import Id
from db.kernel.records import KEY, Plain
from db.kernel.removals import taken_out

# How a form that keeps its entries by record names one: its id in hexadecimal, alone or among others.
_RECORD: Final = re.compile(r"\b[0-9a-f]{32}\b")
Left = Mapping[str, Mapping[str, Any]]


class Unsaved(Plain):
    """The entries of one open form of one account."""

    __tablename__ = "unsaved"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012  SQLAlchemy's own form

    account: Mapped[Id] = mapped_column(KEY, primary_key=True)
    form: Mapped[str] = mapped_column(Text, primary_key=True)
    entries: Mapped[str]


def unsaved(connection: Connection, account: Id) -> dict[str, dict[str, Any]]:
    """Return what the account left unsaved, by form."""
    rows = connection.execute(
        select(Unsaved.form, Unsaved.entries).where(Unsaved.account == account)
    )
    return {row.form: json.loads(row.entries) for row in rows}


def at_hand(connection: Connection, left: Left) -> dict[str, dict[str, Any]]:
    """Return what can be gone on with, by form: not what was typed at a record taken out since.

    That stays kept, as the record may come back from the recycle bin.
    """
    named = {id_ for entries in left.values() for at in entries for id_ in _records(at)}
    gone = taken_out(connection, named)
    there = {
        form: {at: typed for at, typed in entries.items() if gone.isdisjoint(_records(at))}
        for form, entries in left.items()
    }
    return {form: entries for form, entries in there.items() if entries}


def _records(at: str) -> list[Id]:
    return [Id(bytes.fromhex(one)) for one in _RECORD.findall(at)]


def keep_unsaved(
    connection: Connection, account: Id, form: str, entries: dict[str, Any] | None
) -> None:
    """Keep a form's entries, or with None forget them; the caller's transaction commits."""
    mine = (Unsaved.account == account) & (Unsaved.form == form)
    connection.execute(delete(Unsaved).where(mine))
    if entries is not None:
        # Half typed text may hold what no field would take; escaped it can all be kept.
        row = {"account": account, "form": form, "entries": json.dumps(entries)}
        connection.execute(insert(Unsaved), [row])


def forget_unsaved(connection: Connection, account: Id) -> None:
    """Forget everything an account left unsaved; the caller's transaction commits."""
    connection.execute(delete(Unsaved).where(Unsaved.account == account))
