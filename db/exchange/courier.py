"""What goes along with a package: its header, its receipts, and how far exchange has come."""

from collections.abc import Iterable, Iterator
from typing import Final

from sqlalchemy import Connection, delete, insert, select, update

from db import migrations
from db.attachments import Attachment
from db.exchange.applying import Counts
from db.exchange.incoming import Incoming
from db.exchange.merging import MERGED, Parcel, family, lives, own_steps, take
from db.exchange.package import Header
from db.exchange.packing import Outgoing
from db.exchange.sites import Keys
from db.exchange.tables import Peer, PeerState, Receipt
from db.kernel.access import Right
from db.kernel.clock import Clock, utc_text
from db.kernel.ids import Id
from db.kernel.journal import ADDED, Command, Tx, head
from db.kernel.records import Site

PACKED: Final = "打数据包"


def header_for(
    connection: Connection, peer: Id, made: Outgoing, mine: Keys, clock: Clock
) -> Header:
    """Return the header of a package for a paired site; counts and digests are filled in later."""
    row = connection.execute(select(Peer).where(Peer.id == peer)).one()
    number = select(PeerState.packages).where(PeerState.peer == peer)
    site = connection.execute(select(Site)).one()
    no, mac = head(connection)
    return Header(
        site=site.id, before=site.before, name=site.name, key=bytes(mine.sign.verify_key).hex(),
        to=(row.key,), number=(connection.execute(number).scalar() or 0) + 1,
        schema=migrations.LATEST, whole=made.parcel.whole, cut=bool(row.communities),
        since=dict(made.parcel.since), upto=dict(made.parcel.upto), have=dict(made.have),
        commands=0, changes=0, contents=0, sha256="", length=0, head_no=no, head_mac=mac.hex(),
        created=utc_text(clock.now()),
    )  # fmt: skip


def added_contents(commands: Iterable[Incoming]) -> Iterator[tuple[str, bytes]]:
    """Yield name and secret of each attachment the commands add."""
    for command in commands:
        for change in command.changes:
            if change.entity == Attachment.__tablename__ and change.kind == ADDED:
                yield change.fields["blob"], bytes.fromhex(change.fields["secret"])


def packed(peer: Id, name: str, header: Header, new: int) -> Command[None]:
    """Return the event that a package with so many `new` commands was written.

    It may be noted beside the open window.
    """

    def run(tx: Tx) -> None:
        tx.connection.execute(
            update(PeerState)
            .where(PeerState.peer == peer)
            .values(
                packed=sum(header.upto.get(own, 0) for own in family(tx.connection)), packages=header.number,
                packed_at=header.created,
            )
        )  # fmt: skip

    note = f"给{name}，第{header.number}个，{new}步"
    return Command(PACKED, Right.LOOK, run, note=note)


def merge_package(header: Header, parcel: Parcel) -> Command[Counts]:
    """Return the command that takes a checked package in; it answers what it brought.

    The note keeps number and digest of the sender's journal: who shortens it is found out.
    """

    def run(tx: Tx) -> Counts:
        found = take(tx, parcel)
        _note_heard(tx, header)
        if header.cut:
            # What came is a part of what others did, so it is not passed on as if it were all.
            tx.connection.execute(update(Site).values(part=True, number=2))
        return found

    note = (
        f"来自{header.name}，第{header.number}个，{len(parcel.commands)}步，"
        f"对方日志到第{header.head_no}号 {header.head_mac[:8]}"
    )
    return Command(MERGED, Right.EXCHANGE, run, note=note)


def heard(header: Header) -> Command[None]:
    """Return the event that a package came with nothing new; its receipts are kept."""

    def run(tx: Tx) -> None:
        _note_heard(tx, header)

    return Command("收到没有新内容的数据包", Right.EXCHANGE, run, note=f"来自{header.name}")


def is_news(connection: Connection, header: Header) -> bool:
    """Tell whether a package's receipts are later than those this copy has of its sender.

    A sender that was restored, or lost steps, lives on under a new id and may have begun to number
    anew: its first package is news, one from an earlier life that comes late never is.
    """
    row = connection.execute(
        select(PeerState.heard, Peer.site)
        .join(Peer, Peer.id == PeerState.peer)
        .where(Peer.key == header.key)
    ).one()
    if header.site == row.site:
        return bool(header.number > row.heard)
    return header.site not in lives(connection, row.site)


def _note_heard(tx: Tx, header: Header) -> None:
    if not is_news(tx.connection, header):
        return
    row = tx.connection.execute(select(Peer).where(Peer.key == header.key)).one()
    if row.site != header.site:
        # It was restored from a backup, or lost steps, and lives on under an id of its own.
        tx.change(Peer, {row.id: {"site": header.site}})
    tx.connection.execute(delete(Receipt).where(Receipt.peer == row.id))
    receipts = [{"peer": row.id, "site": site, "seq": seq} for site, seq in header.have.items()]
    if receipts:
        tx.connection.execute(insert(Receipt), receipts)
    tx.connection.execute(
        update(PeerState)
        .where(PeerState.peer == row.id)
        .values(heard=header.number, heard_at=header.created)
    )


def receipt_words(connection: Connection, header: Header) -> str:
    """Return how much of what this copy did has arrived at the sender of a package."""
    own = own_steps(connection)
    state = (
        select(PeerState.packed).join(Peer, Peer.id == PeerState.peer).where(Peer.key == header.key)
    )
    sent = connection.execute(state).scalar() or 0
    arrived = sum(min(header.have.get(site, 0), seq) for site, seq in own.items())
    return f"已到{header.name}：{max(sent, arrived)}条中的{arrived}条" if sent or arrived else ""
