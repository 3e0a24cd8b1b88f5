"""The merge desk in words: what is to decide side by side, who may be one person, what was decided."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, select

from db.exchange import sites
from db.exchange.deciding import DECIDED, REMOVED_HERE, Choice, Difference, Side, open_conflicts
from db.exchange.deciding import site_names as names_of_sites
from db.exchange.past import as_written
from db.exchange.people import JOINED, LikelySame, likely_same
from db.history import GONE, Names
from db.history.words import WORDS, labels, value_text
from db.kernel.access import Right
from db.kernel.accounts import account_names
from db.kernel.errors import UserError
from db.kernel.history import void_commands
from db.kernel.ids import Id
from db.kernel.journal import REMOVED, Command, Tx, decoders, record_class, table_of
from db.kernel.records import ChangeRow, CommandRow, Site
from db.people import Volunteer

NOT_SAME: Final = "不是同一个人"
MOST_DECIDED: Final = 100
MOST_NAMED: Final = 3


class OwnCard(NamedTuple):
    """This copy's name, and its fingerprint; empty before it made a card."""

    name: str
    fingerprint: str


class Answer(NamedTuple):
    """One way to decide: in words and as the value a choice carries, and whose it is.

    `when` is None of what nobody wrote down, as that a record stays. `here` is this copy's own,
    `stands` what the tables have meanwhile.
    """

    words: str
    value: Any
    site: str
    who: str
    when: datetime | None
    here: bool
    stands: bool

    @property
    def whose(self) -> str:
        """Where, who and when, as it stands above the answer."""
        said = (f"{self.site}（本机）" if self.here else self.site, self.who)
        day = f"{self.when:%Y-%m-%d %H:%M}" if self.when else ""
        return "　".join(word for word in (*said, day) if word)


class Question(NamedTuple):
    """One field of one record on which sites differ; the answers, this copy's own first."""

    entity: str
    record: Id
    field: str
    noun: str
    title: str
    label: str
    answers: tuple[Answer, ...]

    @property
    def later(self) -> int:
        """The answer that stands meanwhile, which is the later one."""
        return next(at for at, answer in enumerate(self.answers) if answer.stands)

    @property
    def ours(self) -> int | None:
        """This copy's own answer, if it has one."""
        return next((at for at, answer in enumerate(self.answers) if answer.here), None)

    def choice(self, at: int) -> Choice:
        """Return the choice of an answer."""
        return Choice(self.entity, self.record, self.field, self.answers[at].value)


class MaybeSame(NamedTuple):
    """Two people who may be one, and their entries side by side: label, one, other."""

    pair: LikelySame
    entries: tuple[tuple[str, str, str], ...]


class Decided(NamedTuple):
    """A decision that was made, here or elsewhere; `undone` tells that it counts for nothing now."""

    no: int
    when: datetime
    site: str
    who: str
    action: str
    words: str
    undone: bool


class Desk(NamedTuple):
    """All that the merge desk shows, asked for in one go."""

    questions: tuple[Question, ...]
    people: tuple[MaybeSame, ...]
    decided: tuple[Decided, ...]


def desk(connection: Connection) -> Desk:
    """Return what waits at the merge desk, and the latest decisions."""
    names = Names(connection)
    return Desk(
        tuple(_questions(connection, names)),
        tuple(_people(connection, names)),
        tuple(_decided(connection, names)),
    )


def own_card(connection: Connection) -> OwnCard:
    """Return what this copy is called, and its fingerprint once it has a card."""
    name = connection.execute(select(Site.name)).scalar_one()
    known = sites.keys(connection) is not None
    return OwnCard(name, sites.my_card(connection).fingerprint if known else "")


def merged_tables(connection: Connection, no: int, commands: int) -> frozenset[str]:
    """Return the tables that merge `no`, with the commands it took in, touched."""
    statement = (
        select(ChangeRow.entity).where(ChangeRow.command.between(no - commands, no)).distinct()
    )
    return frozenset(connection.execute(statement).scalars())


def not_the_same(one: Id, other: Id) -> Command[None]:
    """Return the command that says two people of one name are two; nobody is asked again, anywhere.

    It is written at both people's records, so that it travels and finds them under whatever id
    another site knows them by. UserError if one is gone.
    """

    def run(tx: Tx) -> None:
        table = table_of(Volunteer)
        rows = tx.connection.execute(
            select(table.c.id, table.c.community).where(table.c.id.in_([one, other]))
        ).all()
        if len(rows) != 2:
            raise UserError("这两个人里有一个已经不在台账里了，用不着再定。")
        kept = {row.id: {"community": row.community} for row in rows}
        tx.change(Volunteer, kept, decided=True)

    return Command(NOT_SAME, Right.WRITE, run)


def _questions(connection: Connection, names: Names) -> list[Question]:
    here = connection.execute(select(Site.name)).scalar_one()
    found = []
    for conflict in open_conflicts(connection):
        words = WORDS[conflict.entity]
        title = words.title(conflict.row, names.of)
        known = labels(conflict.entity)
        for difference in conflict.differences:
            if difference.field == REMOVED_HERE:
                label, answers = "留不留", _removal(difference, here)
            else:
                label = known.get(difference.field, "其他")
                answers = _values(conflict.entity, difference, here, names)
            found.append(
                Question(
                    conflict.entity, conflict.record, difference.field, words.noun, title, label,
                    tuple(answers),
                )
            )  # fmt: skip
    return found


def _values(entity: str, difference: Difference, here: str, names: Names) -> list[Answer]:
    """The values side by side; sites that set the same are one answer."""
    sides: dict[Any, list[Side]] = {}
    for side in difference.sides:
        sides.setdefault(side.value, []).append(side)
    stands = difference.sides[0].value
    answers = []
    for value, said in sides.items():
        last = max(said, key=lambda side: side.wall)
        places = "、".join(dict.fromkeys(side.site for side in said))
        answers.append(
            Answer(
                value_text(entity, difference.field, value, names.of) or "空", value, places,
                last.who, _moment(last.wall), any(side.site == here for side in said),
                value == stands,
            )
        )  # fmt: skip
    return sorted(answers, key=_order)


def _removal(difference: Difference, here: str) -> list[Answer]:
    """To keep a record that a site took out without knowing what another did to it, or not."""
    removers = difference.sides
    last = max(removers, key=lambda side: side.wall)
    own = any(side.site == here for side in removers)
    places = "、".join(dict.fromkeys(side.site for side in removers))
    gone = Answer(
        "删除",
        value=False,
        site=places,
        who=last.who,
        when=_moment(last.wall),
        here=own,
        stands=False,
    )
    words = "留下：删的时候还不知道另一边又登记了它"
    kept = Answer(
        words, value=True, site="" if own else here, who="", when=None, here=not own, stands=True
    )
    return [gone, kept] if own else [kept, gone]


def _order(answer: Answer) -> tuple[bool, str]:
    return not answer.here, answer.when.isoformat() if answer.when else ""


def _people(connection: Connection, names: Names) -> list[MaybeSame]:
    told_apart = _told_apart(connection)
    pairs = [p for p in likely_same(connection) if frozenset((p.one, p.other)) not in told_apart]
    table, known = table_of(Volunteer), labels(Volunteer.__tablename__)
    ids = {id_ for pair in pairs for id_ in (pair.one, pair.other)}
    rows = {
        id_: connection.execute(select(table).where(table.c.id == id_)).mappings().one()
        for id_ in ids
    }
    found = []
    for pair in pairs:
        entries = []
        for field, label in known.items():
            one, other = (
                value_text(Volunteer.__tablename__, field, rows[id_][field], names.of)
                for id_ in (pair.one, pair.other)
            )
            if one or other:
                entries.append((label, one, other))
        found.append(MaybeSame(pair, tuple(entries)))
    return found


def _told_apart(connection: Connection) -> set[frozenset[Id]]:
    """The pairs a person said are two, in commands that still stand."""
    statement = (
        select(ChangeRow.command, ChangeRow.record)
        .join(CommandRow, CommandRow.no == ChangeRow.command)
        .where(CommandRow.action == NOT_SAME, ChangeRow.entity == Volunteer.__tablename__)
    )
    said: dict[int, set[Id]] = {}
    for no, record in connection.execute(statement):
        said.setdefault(no, set()).add(record)
    void = void_commands(connection) if said else set()
    return {frozenset(records) for no, records in said.items() if no not in void}


def _decided(connection: Connection, names: Names) -> list[Decided]:
    statement = (
        select(CommandRow)
        .where(CommandRow.action.in_((DECIDED, JOINED, NOT_SAME)))
        .order_by(CommandRow.no.desc())
        .limit(MOST_DECIDED)
    )
    rows = connection.execute(statement).all()
    if not rows:
        return []
    void, people = void_commands(connection), account_names(connection)
    places = names_of_sites(connection)
    return [
        Decided(
            row.no, _moment(row.wall), places.get(row.site, ""),
            people.get(row.account, "") if row.account else "", row.action,
            _what(connection, row.no, row.action, names), row.no in void,
        )
        for row in rows
    ]  # fmt: skip


def _what(connection: Connection, no: int, action: str, names: Names) -> str:
    """What a decision says, as its site wrote it: elsewhere it may have changed nothing any more."""
    rows = connection.execute(
        select(
            ChangeRow.entity, ChangeRow.record, ChangeRow.kind, ChangeRow.fields, ChangeRow.origin
        )
        .where(ChangeRow.command == no)
        .order_by(ChangeRow.n)
    ).all()
    if action != DECIDED:
        people = [row for row in rows if row.entity == Volunteer.__tablename__]
        staying = [row for row in people if row.kind != REMOVED] or people
        called = names.of(staying[0].entity, staying[0].record) if staying else ""
        return called.removesuffix(GONE)
    said = []
    for row in rows[:MOST_NAMED]:
        written = as_written(row.entity, row.kind, row.record, row.fields, row.origin)
        if written is not None:
            kind, _, fields = written
            values = "删除" if kind == REMOVED else _values_written(row.entity, fields, names)
            said.append(f"{names.of(row.entity, row.record)} {values}".strip())
    return "；".join(said) + ("……" if len(rows) > MOST_NAMED else "")


def _values_written(entity: str, fields: Mapping[str, Any], names: Names) -> str:
    back, known = decoders(record_class(entity)), labels(entity)
    said = []
    for name, label in known.items():
        if name in fields:
            value = fields[name][1]
            words = value_text(entity, name, None if value is None else back[name](value), names.of)
            said.append(f"{label}：{words or '空'}")
    return "，".join(said)


def _moment(wall: str) -> datetime:
    return datetime.fromisoformat(wall).astimezone()
