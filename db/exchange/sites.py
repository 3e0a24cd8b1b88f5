"""Sites: this copy's keys and card, the others it is paired with, a new life after a restore.

A card is a small file that says who a site is, signed by itself. Nobody is trusted for it: a person
compares the fingerprint printed at both ends.
"""

import hashlib
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final, NamedTuple

import orjson
from nacl.exceptions import BadSignatureError
from nacl.signing import SigningKey, VerifyKey
from pyrage import RecipientError, x25519
from sqlalchemy import Connection, insert, select, update

from db.exchange.merging import own_steps
from db.exchange.tables import Peer, PeerState, Receipt, SiteKey, SiteSeen
from db.kernel.access import Right
from db.kernel.errors import UserError
from db.kernel.files import read_small, write_atomically
from db.kernel.ids import Id, id_from_text, id_text, new_id
from db.kernel.journal import Command, Tx
from db.kernel.records import CommandRow, Site
from db.kernel.text import bad_characters, tidy
from db.places import communities

FORMAT: Final = "policepost-card"
MOST_NAME: Final = 40
RESTORED: Final = "从备份恢复"
_GROUPS, _DIGITS = 8, 4


@dataclass(frozen=True)
class Card:
    """Who a site is, by its own word; `fingerprint` is what people compare."""

    site: Id
    ledger: Id
    name: str
    key: str
    recipient: str

    @property
    def fingerprint(self) -> str:
        """Eight groups of four digits over both public keys."""
        said = hashlib.blake2b(
            f"{self.key}\n{self.recipient}".encode(), digest_size=32, person=b"policepost-card"
        )
        number = int.from_bytes(said.digest(), "big") % 10 ** (_GROUPS * _DIGITS)
        digits = f"{number:0{_GROUPS * _DIGITS}d}"
        return " ".join(digits[at : at + _DIGITS] for at in range(0, len(digits), _DIGITS))


class Keys(NamedTuple):
    """This copy's secret keys."""

    sign: SigningKey
    age: x25519.Identity


class PeerLine(NamedTuple):
    """A paired site; of `packed` commands of ours packed for it, `arrived` are known to be there.

    `waiting` are ours it has not acknowledged. Ours are also those of before a restore. Times are UTC as in the journal.
    """

    id: Id
    site: Id
    name: str
    fingerprint: str
    paired: date
    communities: tuple[Id, ...]
    packed: int
    arrived: int
    waiting: int
    packed_at: str | None
    heard_at: str | None


def keys(connection: Connection) -> Keys | None:
    """Return this copy's keys, None before it ever exchanged anything."""
    row = connection.execute(select(SiteKey.sign, SiteKey.age)).first()
    if row is None:
        return None
    return Keys(SigningKey(row.sign), x25519.Identity.from_str(row.age))


def own_keys(connection: Connection) -> Keys:
    """Return this copy's keys; UserError before it ever exchanged anything."""
    mine = keys(connection)
    if mine is None:
        raise UserError(
            "本机还没有名片，请先到“数据—配对”存名片（命令行是 policepost pair --card）。"
        )
    return mine


def introduce(name: str = "") -> Command[Card]:
    """Return the command that makes this copy's card, and its keys the first time.

    `name` is what others call it by; without one it keeps the one it has.
    """
    called = tidy(name)

    def run(tx: Tx) -> Card:
        if len(called) > MOST_NAME or bad_characters(called):
            raise UserError(f"名称太长或有不能用的字符（最多{MOST_NAME}字），没有保存。")
        if called:
            tx.connection.execute(update(Site).values(name=called))
        if keys(tx.connection) is None:
            row = {
                "id": 1, "sign": bytes(SigningKey.generate()), "age": str(x25519.Identity.generate()),
            }  # fmt: skip
            tx.connection.execute(insert(SiteKey), [row])
        return my_card(tx.connection)

    return Command("做本机名片", Right.SETTINGS, run, note=called)


def my_card(connection: Connection) -> Card:
    """Return this copy's card; UserError before it has keys."""
    mine, row = own_keys(connection), connection.execute(select(Site)).one()
    key = bytes(mine.sign.verify_key).hex()
    return Card(row.id, row.ledger, row.name, key, str(mine.age.to_public()))


def write_card(connection: Connection, file: Path) -> Card:
    """Write this copy's card, signed, to a file."""
    card, mine = my_card(connection), own_keys(connection)
    said = _said(card)
    signed = {**said, "signature": mine.sign.sign(_canonical(said)).signature.hex()}
    write_atomically(file, orjson.dumps(signed, option=orjson.OPT_INDENT_2))
    return card


def read_card(file: Path) -> Card:
    """Return the card in a file; UserError if it is none or not whole."""
    try:
        said: Any = orjson.loads(read_small(file))
        signature = bytes.fromhex(said.pop("signature"))
        card = Card(
            id_from_text(said["site"]), id_from_text(said["ledger"]), said["name"], said["key"],
            said["recipient"],
        )  # fmt: skip
        x25519.Recipient.from_str(card.recipient)
        VerifyKey(bytes.fromhex(card.key)).verify(_canonical(said), signature)
        fit = said == _said(card) and isinstance(card.name, str)
    except OSError:
        raise UserError(f"“{file.name}”读不出来，什么也没有改动。") from None
    except (ValueError, KeyError, TypeError, AttributeError, BadSignatureError, RecipientError):
        fit = False
    if not fit or bad_characters(card.name) or not 0 < len(card.name) <= MOST_NAME:
        raise UserError(f"“{file.name}”不是名片，或者被改过，什么也没有改动。请对方重新给一份。")
    return card


def _said(card: Card) -> dict[str, Any]:
    return {
        "format": FORMAT, "version": 1, "site": id_text(card.site), "ledger": id_text(card.ledger),
        "name": card.name, "key": card.key, "recipient": card.recipient,
        "fingerprint": card.fingerprint,
    }  # fmt: skip


def _canonical(said: dict[str, Any]) -> bytes:
    return b"policepost-card-v1\0" + orjson.dumps(said, option=orjson.OPT_SORT_KEYS)


def pair(
    card: Card, fingerprint: str, *, cut_to: tuple[Id, ...] = (), numbers_there: bool = False
) -> Command[Id]:
    """Return the command that trusts a site whose fingerprint a person has compared.

    `cut_to` are the communities it gets, all without; `numbers_there` tells that it and not this
    copy gives disputes their numbers. UserError unless the fingerprint is that of the card.
    """

    def run(tx: Tx) -> Id:
        if "".join(fingerprint.split()) != card.fingerprint.replace(" ", ""):
            raise UserError("指纹对不上，没有配对。请两边当面重新核对，不要跳过这一步。")
        if card.key == my_card(tx.connection).key:
            raise UserError("这是本机自己的名片，没有配对。请用对方的名片。")
        known = {line.id for line in communities(tx.connection)}
        if set(cut_to) - known:
            raise UserError("有的社区不在台账里，没有配对。")
        if numbers_there:
            tx.connection.execute(update(Site).values(number=2))
        row = {
            "site": card.site, "ledger": card.ledger, "name": card.name, "key": card.key,
            "recipient": card.recipient, "fingerprint": card.fingerprint, "until": None,
            "communities": cut_to,
        }  # fmt: skip
        there = tx.connection.execute(select(Peer.id).where(Peer.key == card.key)).scalar()
        _refuse_other_communities(tx.connection, card, cut_to)
        if there is None:
            there = new_id()
            tx.add(Peer, [{**row, "id": there, "paired": tx.today}])
            state = {
                "peer": there, "packed": 0, "packages": 0, "packed_at": None, "heard": 0,
                "heard_at": None,
            }  # fmt: skip
            tx.connection.execute(insert(PeerState), [state])
        else:
            tx.change(Peer, {there: row})
        return there

    return Command("配对", Right.SETTINGS, run, note=card.name)


def communities_of(connection: Connection, card: Card) -> tuple[Id, ...]:
    """Return the communities the site of a card was last paired for; empty for all, and for a new site."""
    rows = connection.execute(select(Peer.communities).where(Peer.key == card.key))
    return rows.scalar() or ()


def _refuse_other_communities(connection: Connection, card: Card, cut_to: tuple[Id, ...]) -> None:
    """Raise UserError where a site that has packages of ours is to get other communities from now on.

    What others did before went by it under numbers it takes for known: it would never come.
    """
    got = select(Receipt.seq).join(Peer, Peer.id == Receipt.peer).where(Peer.key == card.key)
    before = communities_of(connection, card)
    if connection.execute(got.limit(1)).first() is None or set(before) == set(cut_to):
        return
    names = [line.name for line in communities(connection) if line.id in before]
    raise UserError(
        f"“{card.name}”已经收过只带{'、'.join(names)}的包，别的社区以前的内容补不过去，没有改动。"
        "还是带原来的，就照原来的勾。要多带：先把它的包合并到本机，再在那台电脑新建一个台账，重新配对。"
        if before
        else f"“{card.name}”一直带全部社区，改成只带几个，它的台账就不全了，没有改动。请一个社区也不勾。"
    )


def unpair(peer: Id) -> Command[None]:
    """Return the command that trusts a site no longer: its packages are refused from now on."""

    def run(tx: Tx) -> None:
        tx.change(Peer, {peer: {"until": tx.today}})

    return Command("解除配对", Right.SETTINGS, run)


def peers(connection: Connection) -> list[PeerLine]:
    """Return the sites paired now, by name, and how far exchange with each has come."""
    own = own_steps(connection)
    done, there = sum(own.values()), dict[Id, int]()
    said = select(Receipt.peer, Receipt.site, Receipt.seq).where(Receipt.site.in_(own))
    for peer, site, seq in connection.execute(said):
        there[peer] = there.get(peer, 0) + min(seq, own[site])
    rows = connection.execute(
        select(Peer, PeerState.packed, PeerState.packed_at, PeerState.heard_at)
        .join(PeerState, PeerState.peer == Peer.id)
        .where(Peer.until.is_(None))
        .order_by(Peer.name)
    )
    found = []
    for row in rows:
        arrived = there.get(row.id, 0)
        found.append(
            PeerLine(
                row.id, row.site, row.name, row.fingerprint, row.paired, row.communities,
                row.packed, min(arrived, row.packed), done - arrived, row.packed_at, row.heard_at,
            )
        )  # fmt: skip
    return found


def new_life(tx: Tx) -> Id:
    """Let the ledger live on as another site from this command on; return its new id.

    What it did before stays under the old one, which others know it was by what is told here. What
    it lost they send back: it is another site's, and its numbers are never given again.
    """
    mine = tx.connection.execute(select(Site.id)).scalar_one()
    last = select(CommandRow.seq).where(CommandRow.site == mine).order_by(CommandRow.seq.desc())
    upto = tx.connection.execute(last.limit(1)).scalar() or 0
    made = new_id()
    tx.become(made)
    row = {"id": new_id(), "by": made, "at": 1, "site": mine, "upto": upto, "whole": True}
    tx.add(SiteSeen, [{**row, "name": ""}])
    tx.connection.execute(update(Site).values(id=made, before=mine))
    return made


def renew(restored: str = "") -> Command[Id]:
    """Return the command that gives a restored or copied ledger an id of its own.

    `restored` names the backup it came from.
    """
    action = RESTORED if restored else "台账换新身份"
    # Whoever may restore has done so by now.
    return Command(action, Right.LOOK if restored else Right.BACKUP, new_life, note=restored)


def go_on_without(lacking: str) -> Command[Id]:
    """Return the command that takes a ledger which lost steps as it is; `lacking` says what it lost."""
    return Command("台账少了操作，接着用", Right.LOOK, new_life, note=lacking)
