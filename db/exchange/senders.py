"""Who a package is from: the paired site of its key, whatever the package says of itself."""

from typing import NamedTuple

from sqlalchemy import Connection, select

from db.exchange.merging import family, lives, refuse_gap
from db.exchange.package import Package
from db.exchange.tables import Peer, SiteSeen
from db.kernel.errors import UserError
from db.kernel.ids import Id, id_from_text
from db.kernel.journal import ADDED


class Sender(NamedTuple):
    """A paired site by its card: its key, which checks signatures, its id and its name."""

    key: str
    site: Id
    name: str


def sender_of(connection: Connection, key: str, own: str) -> Sender:
    """Return the paired site of a key; UserError for our own, for none, or one no longer trusted."""
    if key == own:
        raise UserError("这是本机自己做的包，是给别人的，没有合并。台账没有改动。")
    row = connection.execute(
        select(Peer.key, Peer.site, Peer.name, Peer.until).where(Peer.key == key)
    ).first()
    if row is None:
        raise UserError("这个包来自没有配对的单位，没有合并，台账没有改动。请先核对名片和指纹。")
    if row.until is not None:
        raise UserError("这个单位的配对已经解除，它的包不再收，没有合并，台账没有改动。")
    return Sender(row.key, row.site, row.name)


def refuse_posing(connection: Connection, sender: Sender, package: Package) -> None:
    """Raise UserError unless a package's site is its sender's, by the card or by a restore since.

    A restored ledger lives on under an id of its own and tells which it had before; such a new id is
    believed only where nobody else has or had it, or a site could take another's place that way.
    """
    header = package.header
    told = {header.site: header.before} if header.before else {}
    for command in package.commands:
        for change in command.changes:
            if change.entity == SiteSeen.__tablename__ and change.kind == ADDED:
                said = change.fields
                if said["name"] == "":
                    told.setdefault(id_from_text(said["by"]), id_from_text(said["site"]))
    known = lives(connection, sender.site)
    if header.site in known:
        return
    # The card's own ids are earlier for both, where one ledger was copied for several sites.
    others = connection.execute(select(Peer.site).where(Peer.key != sender.key)).scalars()
    taken = family(connection).union(*(lives(connection, site) for site in others))
    if header.site in taken or not lives(connection, header.site, told) & known:
        if header.site not in taken:
            # What tells of its lives may be among what it takes us to have and we lost.
            refuse_gap(connection, header.since)
        raise UserError(
            f"这个包是用“{sender.name}”的钥匙签的，却自称是另一个单位，没有合并，台账没有改动。"
            f"请当面问清“{sender.name}”，弄清楚以前不要再收它的包。"
            "台账确实是它的（恢复过备份），就请它重新给一张名片，核对指纹再配对一次。"
        )
