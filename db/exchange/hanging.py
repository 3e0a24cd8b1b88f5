"""Nothing hangs in the air after a merge: what is referred to stays, though a site removed it."""

from collections.abc import Sequence

from db.exchange.matching import clashes
from db.exchange.planning import Join, Outcome, Planner
from db.exchange.rows import record_of, references, travelling
from db.exchange.settling import Fields
from db.kernel.errors import UserError
from db.kernel.history import hanging_rows
from db.kernel.ids import Id, id_from_text, id_text
from db.kernel.journal import record_class
from db.kernel.records import Record

_MISSING = (
    "包里的内容要用到本机没有的记录，没有合并，台账没有改动。"
    "请让对方重新打包。本机若只带几个社区，缺的社区要从头带：先把本机的包给对方，"
    "再在本机新建一个台账，和对方重新配对、收第一个包。"
)


class Rejoin(Exception):
    """What has to stay has been entered again meanwhile: the two are one, and all is planned anew."""

    def __init__(self, pairs: Sequence[Join]) -> None:
        super().__init__("planned anew")
        self.pairs = pairs


def mend(planner: Planner) -> None:
    """Keep what rows of this merge refer to, and what rows that stay refer to.

    UserError if a package refers to what this copy never heard of; Rejoin if two rows of one key
    would have to stand.
    """
    checked: set[tuple[str, Id]] = set()
    kept: set[type[Record]] = set()
    while True:
        missing = _missing(planner, checked) | _still_needed(planner)
        if not missing:
            break
        for entity, id_ in sorted(missing):
            if not planner.keep(record_of(entity), id_):
                raise UserError(_MISSING)
            kept.add(record_of(entity))
    pairs = [(r, one, other) for r in kept for one, other in clashes(planner, r)]
    if pairs:
        raise Rejoin(pairs)


def _missing(planner: Planner, checked: set[tuple[str, Id]]) -> set[tuple[str, Id]]:
    """What rows that come in name and this copy will not have."""
    named: dict[str, set[tuple[Id, bool]]] = {}
    for record, outcomes in planner.outcomes.items():
        columns = references(record)
        firm = {key.parent.name for key in record.__table__.foreign_keys}
        for id_, outcome in outcomes.items():
            if outcome.after is None or (record.__tablename__, id_) in checked:
                continue
            checked.add((record.__tablename__, id_))
            for column, entity in columns:
                for other in _new_ids(outcome, column):
                    named.setdefault(entity, set()).add((other, column in firm))
    found: set[tuple[str, Id]] = set()
    for entity, ids in named.items():
        record = record_class(entity)
        planner.load(record, [id_ for id_, _ in ids])
        for id_, firm_one in ids:
            known = bool(planner.past[record].get(id_)) or id_ in planner.outcomes.get(record, {})
            if planner.row_after(record, id_) is None and (firm_one or known):
                found.add((entity, id_))
    return found


def _new_ids(outcome: Outcome, column: str) -> list[Id]:
    after = _as_list(outcome.after, column)
    before = set(_as_list(outcome.before, column))
    return [id_from_text(text) for text in after if text not in before]


def _as_list(row: Fields | None, column: str) -> list[str]:
    value = None if row is None else row.get(column)
    return value if isinstance(value, list) else [] if value is None else [value]


def _still_needed(planner: Planner) -> set[tuple[str, Id]]:
    """What this merge removes and rows that stay still name."""
    found: set[tuple[str, Id]] = set()
    for record in travelling():
        outcomes = planner.outcomes.get(record, {})
        leaving = [i for i, o in outcomes.items() if o.after is None and o.before is not None]
        if not leaving:
            continue
        entity = record.__tablename__
        for table, column, hanging in hanging_rows(planner.connection, entity, leaving):
            other = record_class(table.name)
            if other.travels:
                rows = list(hanging)
                planner.load(other, rows)
                found |= _named(planner, other, rows, column.name, entity, leaving)
    return found


def _named(
    planner: Planner,
    record: type[Record],
    rows: list[Id],
    column: str,
    entity: str,
    leaving: list[Id],
) -> set[tuple[str, Id]]:
    texts = {id_text(id_): id_ for id_ in leaving}
    return {
        (entity, texts[text])
        for row in rows
        for text in _as_list(planner.row_after(record, row), column)
        if text in texts
    }
