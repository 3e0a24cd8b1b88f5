"""What goes into a package: every command the receiver has not said it has."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection, false, or_, select

from db.exchange.incoming import Change, Incoming
from db.exchange.merging import Parcel, family, have
from db.exchange.past import as_written
from db.exchange.scope import Scope
from db.exchange.tables import Receipt
from db.kernel.ids import Id
from db.kernel.journal import chunks, record_class
from db.kernel.records import ChangeRow, CommandRow, Site


def to_go_from(connection: Connection, since: Mapping[Id, int]) -> dict[Id, int]:
    """Return from where a package goes on: the last of our own that a site has is told again.

    So it is found out there if a number it has was given twice: by a copy that was put back whole,
    of which nothing beside it tells.
    """
    own = family(connection)
    return {site: max(0, seq - (site in own)) for site, seq in since.items()}


@dataclass(frozen=True)
class Outgoing:
    """What is to be packed, and what this copy has: its receipts to the other.

    `left` counts the commands that go with a later package, once these were acknowledged.
    """

    parcel: Parcel
    have: Mapping[Id, int]
    left: int = 0


def acknowledged(connection: Connection, peer: Id) -> dict[Id, int]:
    """Return what a site said it has, by site."""
    rows = connection.execute(select(Receipt.site, Receipt.seq).where(Receipt.peer == peer))
    return dict(rows.all())


def outgoing(
    connection: Connection,
    since: Mapping[Id, int],
    receiver: Id | None = None,
    communities: tuple[Id, ...] = (),
    most: int | None = None,
) -> Outgoing:
    """Return everything beyond what a receiver said it has, its own commands left out.

    Of more than `most` commands the first are taken, in the order this copy came to know them. With `communities` the changes are cut to them. A copy that was itself cut passes on only what
    was done here, as of others' commands it has but a part.
    """
    mine = connection.execute(select(Site)).one()
    known, own = have(connection), family(connection)
    sites = {
        site: seq
        for site, seq in known.items()
        if site != receiver and (not mine.part or site in own)
    }
    numbers = _numbers(connection, {site: since.get(site, 0) for site in sites})
    commands = _commands(connection, numbers[:most], communities)
    since = {site: min(since.get(site, 0), seq) for site, seq in sites.items()}
    parcel = Parcel(
        site=mine.id,
        name=mine.name,
        since=since,
        upto=_upto(since, commands),
        whole=not mine.part,
        commands=commands,
        contents={},
    )
    return Outgoing(parcel, known, len(numbers) - len(commands))


def shortened(made: Outgoing, count: int) -> Outgoing:
    """Return the same with the first so many commands only."""
    commands = made.parcel.commands[:count]
    parcel = replace(made.parcel, commands=commands, upto=_upto(made.parcel.since, commands))
    return replace(made, parcel=parcel, left=made.left + len(made.parcel.commands) - len(commands))


def _upto(since: Mapping[Id, int], commands: Sequence[Incoming]) -> dict[Id, int]:
    return {**since, **{command.site: command.seq for command in commands}}


def _numbers(connection: Connection, since: Mapping[Id, int]) -> list[int]:
    beyond = [(CommandRow.site == site) & (CommandRow.seq > seq) for site, seq in since.items()]
    rows = connection.execute(select(CommandRow.no).where(or_(false(), *beyond)))
    return sorted(rows.scalars())


def _commands(
    connection: Connection, numbers: list[int], communities: tuple[Id, ...]
) -> list[Incoming]:
    commands: list[Incoming] = []
    scope = Scope(connection, communities) if communities else None
    for some in chunks(numbers):
        changes: dict[int, list[Change]] = {no: [] for no in some}
        rows = connection.execute(
            select(ChangeRow).where(ChangeRow.command.in_(some)).order_by(ChangeRow.command, ChangeRow.n)
        )  # fmt: skip
        for row in rows:
            said = as_written(row.entity, row.kind, row.record, row.fields, row.origin)
            if said is None or not record_class(row.entity).travels:
                continue
            changes[row.command].append(Change(said[0], row.entity, said[1], said[2]))
        undone = _undone_ids(connection, some)
        for one in connection.execute(
            select(CommandRow).where(CommandRow.no.in_(some)).order_by(CommandRow.no)
        ):
            kept = changes[one.no] if scope is None else scope.cut(changes[one.no])
            # What a note tells may be of a home that is not the receiver's.
            cut = scope is not None and (not kept or len(kept) < len(changes[one.no]))
            commands.append(
                Incoming(
                    one.id, one.site, one.seq, one.stamp, one.wall, one.account, one.action,
                    "" if cut else one.note, undone.get(one.undoes), tuple(kept),
                )
            )  # fmt: skip
    return commands


def _undone_ids(connection: Connection, numbers: Sequence[int]) -> dict[int, Id]:
    undoes = select(CommandRow.undoes).where(CommandRow.no.in_(numbers))
    rows = connection.execute(select(CommandRow.no, CommandRow.id).where(CommandRow.no.in_(undoes)))
    return dict(rows.all())
