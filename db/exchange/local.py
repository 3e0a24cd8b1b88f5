"""What only one copy keeps, such as its printed sheets, follows what a merge does to what it names.

A row that names what was joined names what stays; one that cannot be without what a merge takes out
goes with it. None of it is told to anybody.
"""

from collections.abc import Collection, Iterator

from sqlalchemy import Connection, select

from db.exchange.planning import Outcome, OwnStep, Planner
from db.exchange.rows import coded, difference, mapped, of_one_copy, references
from db.kernel.ids import Id
from db.kernel.journal import ADDED, chunks, table_of
from db.kernel.records import Record


def needing(
    connection: Connection, record: type[Record], ids: Collection[Id]
) -> Iterator[tuple[type[Record], Id]]:
    """Yield the rows of this copy only that cannot be without one of the records."""
    for other in of_one_copy():
        table = table_of(other)
        firm = {key.parent.name for key in table.foreign_keys}
        for name, entity in references(other):
            if entity != record.__tablename__ or name not in firm:
                continue
            for some in chunks(sorted(ids)):
                rows = connection.execute(select(table.c.id).where(table.c[name].in_(some)))
                yield from ((other, id_) for id_ in rows.scalars())


def follow(planner: Planner) -> None:
    """Plan what becomes of the rows of this copy only."""
    going: set[tuple[type[Record], Id]] = set()
    for record, outcomes in planner.outcomes.items():
        leaving = [i for i, o in outcomes.items() if o.after is None and o.before is not None]
        going.update(needing(planner.connection, record, leaving))
    for record in of_one_copy():
        gone = {id_ for of, id_ in going if of is record}
        ids = gone | planner.stale.get(record.__tablename__, set())
        if not ids:
            continue
        table, planned = table_of(record), planner.outcomes.setdefault(record, {})
        for some in chunks(sorted(ids)):
            for row in planner.connection.execute(select(table).where(table.c.id.in_(some))):
                before = coded(record, row._asdict())
                now = mapped(record, ADDED, before, planner.identity.text)
                after = None if row.id in gone else now
                if after != before:
                    step = OwnStep(*difference(before, after), None)
                    planned[row.id] = Outcome(before, after, own=[step])
