"""Commands of a checked package taken in: foreseen without writing, or merged in one transaction."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from sqlalchemy import Connection, delete, func, insert, select
from sqlalchemy.exc import IntegrityError

from db.attachments import Attachment, secrets_of
from db.exchange.applying import Counts, count, write
from db.exchange.causes import Causes, Sight, sights
from db.exchange.contradictions import AT_ODDS, refuse_contradictions
from db.exchange.hanging import Rejoin, mend
from db.exchange.here import Here
from db.exchange.incoming import Incoming
from db.exchange.local import follow
from db.exchange.planning import Join, Planner
from db.exchange.tables import BlobName, SiteSeen
from db.kernel.access import Right
from db.kernel.erasing import erase_what_came
from db.kernel.errors import UserError
from db.kernel.ids import Id, id_from_text, new_id
from db.kernel.journal import ADDED, CHANGED, LOCAL, Command, Tx, chunks, table_of
from db.kernel.records import CommandRow, Site, compact_json

MERGED = "合并数据包"


@dataclass(frozen=True)
class Parcel:
    """What a checked package holds: who sent it, up to where, and the commands.

    `since` and `upto` name for each site the commands it carries, the first excluded; `whole` tells
    that it carries all the sender knew. `contents` names attachments here by their names there;
    `secrets` has for each of our names the secret it is sealed under here.
    """

    site: Id
    name: str
    since: Mapping[Id, int]
    upto: Mapping[Id, int]
    whole: bool
    commands: Sequence[Incoming]
    contents: Mapping[str, str]
    secrets: Mapping[str, str] = field(default_factory=dict)


def have(connection: Connection) -> dict[Id, int]:
    """Return for each site the last of its commands this copy knows; it knows all before it."""
    rows = connection.execute(
        select(CommandRow.site, func.max(CommandRow.seq)).group_by(CommandRow.site)
    )
    return dict(rows.all())


def lives(connection: Connection, site: Id, told: Mapping[Id, Id] | None = None) -> frozenset[Id]:
    """Return a site's id and those it had before each restore; `told` names earlier ones besides."""
    rows = select(SiteSeen.by, SiteSeen.site).where(SiteSeen.name == "")
    known = {**(told or {}), **dict(connection.execute(rows).all())}
    found: set[Id] = set()
    at: Id | None = site
    while at is not None and at not in found:
        found.add(at)
        at = known.get(at)
    return frozenset(found)


def family(connection: Connection) -> frozenset[Id]:
    """Return the ids this copy of the ledger has and had before each restore."""
    mine = connection.execute(select(Site.id, Site.before)).one()
    if mine.before is None:
        return frozenset({mine.id})
    return lives(connection, mine.id, {mine.id: mine.before})


def own_steps(connection: Connection) -> dict[Id, int]:
    """Return the last command of this copy under each id it has and had."""
    own = family(connection)
    return {site: seq for site, seq in have(connection).items() if site in own}


def unknown(connection: Connection, parcel: Parcel) -> list[Incoming]:
    """Return the commands this copy does not have yet.

    UserError where some are missing between, or a site gave one number to two different commands.
    """
    refuse_gap(connection, parcel.since)
    known = have(connection)
    new: list[Incoming] = []
    old: list[Incoming] = []
    for command in parcel.commands:
        (old if command.seq <= known.get(command.site, 0) else new).append(command)
    _refuse_twins(connection, old)
    return new


def refuse_gap(connection: Connection, since: Mapping[Id, int]) -> None:
    """Raise UserError if a package begins behind what this copy has of a site."""
    known = have(connection)
    if any(known.get(site, 0) < seq for site, seq in since.items()):
        raise UserError(
            "这个包前面还有没收到的内容，没有合并，台账没有改动。"
            "请先把本机的包给对方，再让对方重新打包。"
        )


def _refuse_twins(connection: Connection, old: Sequence[Incoming]) -> None:
    for some in chunks(old):
        ids = {(c.site, c.seq): c.id for c in some}
        rows = connection.execute(
            select(CommandRow.site, CommandRow.seq, CommandRow.id).where(
                CommandRow.seq.in_({c.seq for c in some}),
                CommandRow.site.in_({c.site for c in some}),
            )
        )
        if any(ids.get((row.site, row.seq), row.id) != row.id for row in rows):
            raise UserError(
                "有一个台账被整个复制过，两份都在登记，用的是同一个身份；这个包没有合并，台账没有改动。"
                "复制出来的那一份还没有登记过什么，就在那里运行 policepost pair --renew；"
                "两份都登记过了，把其中一份恢复到复制以前的备份，再补登记。"
            )


def plan(connection: Connection, new: Sequence[Incoming], parcel: Parcel, seq: int) -> Planner:
    """Work out what taking the commands in will do; UserError if they contradict themselves."""
    refuse_contradictions(connection, new)
    site = connection.execute(select(Site.id)).scalar_one()
    brought = [
        Sight(id_from_text(f["by"]), f["at"], id_from_text(f["site"]), f["upto"], f["whole"])
        for command in new
        for change in command.changes
        if change.entity == SiteSeen.__tablename__ and change.kind == ADDED
        for f in (change.fields,)
    ]
    here = here_at(connection, site, seq, parcel)
    causes = Causes(lambda: [*sights(connection), *brought])
    return planned(lambda joins: Planner(connection, new, here, causes, joins))


def here_at(connection: Connection, site: Id, seq: int, parcel: Parcel | None = None) -> Here:
    """Return what this copy is at its command `seq`, with the contents of a parcel that comes in."""
    contents = dict(connection.execute(select(BlobName.theirs, BlobName.ours)).all())
    contents |= parcel.contents if parcel else {}
    secrets = parcel.secrets if parcel else {}

    @cache
    def secret_of(name: str) -> str | None:
        known = secrets_of(connection, name)
        return secrets.get(name) or (known[0].hex() if known else None)

    return Here(site, seq, family(connection), contents, secret_of)


def planned(begin: Callable[[Sequence[Join]], Planner]) -> Planner:
    """Return a planner that has settled everything; `begin` makes it, anew with what has to be one."""
    joins: list[Join] = []
    while True:
        planner = begin(joins)
        planner.run()
        try:
            mend(planner)
        except Rejoin as again:
            if set(again.pairs) <= set(joins):
                raise UserError(AT_ODDS) from None
            joins.extend(again.pairs)
        else:
            follow(planner)
            return planner


def foresee(connection: Connection, parcel: Parcel) -> Counts:
    """Return what merging the package would bring; nothing is written."""
    new = unknown(connection, parcel)
    if not new:
        return Counts(0, 0, 0, 0, 0)
    return count(plan(connection, new, parcel, 1 << 60))


def take(tx: Tx, parcel: Parcel) -> Counts:
    """Take the commands in through a command's hand; return what they brought."""
    new = unknown(tx.connection, parcel)
    planner = plan(tx.connection, new, parcel, tx.seq)
    found = count(planner)
    try:
        write(tx, planner)
    except IntegrityError:
        # No honest site tells it: one id that is two things.
        raise UserError(AT_ODDS) from None
    _call_contents(tx, parcel)
    erase_what_came(tx)
    tx.add(SiteSeen, _seen(tx, parcel))
    names = [{"theirs": theirs, "ours": ours} for theirs, ours in parcel.contents.items()]
    if names:
        tx.connection.execute(delete(BlobName).where(BlobName.theirs.in_(parcel.contents)))
        tx.connection.execute(insert(BlobName), names)
    return found


def _call_contents(tx: Tx, parcel: Parcel) -> None:
    """Let records whose content came later than they did name it as it is called and sealed here."""
    table, other = table_of(Attachment), {t: o for t, o in parcel.contents.items() if t != o}
    changed, said = [], []
    for some in chunks(list(other)):
        for row in tx.connection.execute(select(table).where(table.c.blob.in_(some))).mappings():
            ours = other[row["blob"]]
            new = {"blob": ours, "secret": parcel.secrets.get(ours, row["secret"])}
            changed.append({**row, **new})
            said.append((row["id"], compact_json({name: [row[name], new[name]] for name in new})))
    if changed:
        tx.put(Attachment, [], [], changed)
        tx.enter(Attachment, CHANGED, said, LOCAL)


def merge(parcel: Parcel) -> Command[Counts]:
    """Return the command that takes a parcel in, for copies that need no file between them."""
    return Command(MERGED, Right.EXCHANGE, lambda tx: take(tx, parcel), note=f"来自{parcel.name}")


def _seen(tx: Tx, parcel: Parcel) -> list[dict[str, object]]:
    """What this copy has seen from now on: all the sender knew, or site by site."""
    by = {"by": tx.author.site, "at": tx.seq, "name": parcel.name}
    sites: Collection[Id] = [parcel.site] if parcel.whole else parcel.upto.keys()
    return [
        {**by, "id": new_id(), "site": site, "upto": parcel.upto[site], "whole": parcel.whole}
        for site in sites
        if site in parcel.upto and site != tx.author.site
    ]
