"""One digest for ledgers that are the same but call things by ids of their own."""

from hashlib import blake2b

from sqlalchemy import Connection, select

from db.attachments import Attachment
from db.exchange.rows import coded, mapped, travelling
from db.exchange.tables import KnownAs, RecordAlias, SiteSeen
from db.kernel.accounts import Account
from db.kernel.ids import Id, id_from_text, id_text
from db.kernel.journal import table_of
from db.kernel.records import compact_json


def canonical_digest(connection: Connection) -> str:
    """Return a digest over all rows that travel, each thing under the least of its ids.

    Equal for two copies that know the same commands. Left out are the book of aliases and sights
    itself, where an account is at home, and how a copy calls and seals its attachments.
    """
    least: dict[Id, Id] = {}
    for theirs, ours in connection.execute(select(KnownAs.theirs, KnownAs.ours)):
        least[ours] = min(least.get(ours, ours), theirs)

    def name(text: str) -> str:
        id_ = id_from_text(text)
        return id_text(least.get(id_, id_))

    total = blake2b(digest_size=16)
    for record in sorted(travelling(), key=lambda r: r.__tablename__):
        if record in (RecordAlias, SiteSeen):
            continue
        lines = []
        for row in connection.execute(select(table_of(record))).mappings():
            fields = mapped(record, "+", coded(record, dict(row)), name)
            own = {Account: {"home"}, Attachment: {"blob", "secret"}}.get(record, set())
            said = {n: fields[n] for n in sorted(fields) if n not in own}
            lines.append(name(id_text(row["id"])) + compact_json(said))
        total.update(f"{record.__tablename__}\n".encode())
        total.update("\n".join(sorted(lines)).encode())
    return total.hexdigest()
