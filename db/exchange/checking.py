"""Whether a change of another site is one this program could have written: tables, columns, types.

A paired site is trusted to tell the truth, but never to know our tables: what would not be stored
by hand is not stored from a package either.
"""

from collections.abc import Callable
from datetime import date
from functools import cache
from typing import Any, Final

from sqlalchemy import Boolean, Date, Integer, LargeBinary, String

from db.exchange.rows import record_of, references
from db.exchange.settling import KEPT, REOPENED, is_empty
from db.kernel.ids import id_from_text
from db.kernel.journal import ADDED, CHANGED, REMOVED, table_of
from db.kernel.records import Ids, Record, Values, Words
from db.kernel.text import bad_characters, has_identity_number

MOST_TEXT: Final = 20_000
MOST_LISTED: Final = 100_000
_DEPTH: Final = 8
_LARGEST: Final = 2**53
_BARE: Final = (KEPT, REOPENED)

Check = Callable[[Any], bool]


class Unfit(ValueError):
    """A change that no ledger could have written; says of which table."""


def check_change(kind: Any, entity: Any, fields: Any) -> type[Record]:
    """Return the record a change is of; Unfit unless it could be written here."""
    try:
        record = record_of(entity)
    except (KeyError, TypeError):
        raise Unfit(str(entity)[:40]) from None
    if not isinstance(fields, dict) or kind not in (ADDED, CHANGED, REMOVED, *_BARE):
        raise Unfit(entity)
    if kind in _BARE:
        if fields:
            raise Unfit(entity)
        return record
    if record.frozen and kind != ADDED:
        names = {name for name, _ in references(record)}
        if kind == REMOVED or not fields.keys() <= names:
            raise Unfit(entity)
    checks, firm = _checks(record)
    for name, value in fields.items():
        check = checks.get(name)
        if check is None:
            raise Unfit(entity)
        if kind == CHANGED:
            fit = isinstance(value, list) and len(value) == 2
            fit = fit and all(is_empty(v) or check(v) for v in value)
            fit = fit and not (name in firm and is_empty(value[1]))
        else:
            fit = check(value)
        if not fit:
            raise Unfit(entity)
    if kind == ADDED and any(is_empty(fields.get(name)) for name in firm):
        raise Unfit(entity)
    return record


@cache
def _checks(record: type[Record]) -> tuple[dict[str, Check], frozenset[str]]:
    """How each column's value is checked, and which columns must have one."""
    checks: dict[str, Check] = {}
    firm = set()
    for column in table_of(record).columns:
        if column.name == "id":
            continue
        kind = column.type
        check = next((check for of, check in _CHECKS if isinstance(kind, of)), None)
        if check is not None:
            checks[column.name] = check
        if not column.nullable and not isinstance(kind, Ids | Words):
            firm.add(column.name)
    return checks, frozenset(firm)


def _is_id(value: Any) -> bool:
    if not isinstance(value, str) or len(value) != 22:
        return False
    try:
        id_from_text(value)
    except ValueError:
        return False
    return True


def _are_ids(value: Any) -> bool:
    return isinstance(value, list) and len(value) <= MOST_LISTED and all(map(_is_id, value))


def _is_text(value: Any) -> bool:
    if not isinstance(value, str) or len(value) > MOST_TEXT:
        return False
    if len(value) < 18 and value.isprintable():
        return True
    return not bad_characters(value) and not has_identity_number(value)


def _are_words(value: Any) -> bool:
    return isinstance(value, list) and len(value) <= MOST_LISTED and all(map(_is_text, value))


def _is_day(value: Any) -> bool:
    if not isinstance(value, str) or len(value) != 10:
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def _is_flag(value: Any) -> bool:
    return isinstance(value, bool)


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < _LARGEST


def _are_values(value: Any) -> bool:
    return isinstance(value, dict) and _is_plain(value, _DEPTH)


def _is_plain(value: Any, depth: int) -> bool:
    """Whether a remembered value is of plain JSON and no deeper than any of ours."""
    if depth == 0:
        return False
    if isinstance(value, dict):
        return all(_is_text(k) and _is_plain(v, depth - 1) for k, v in value.items())
    if isinstance(value, list):
        return all(_is_plain(v, depth - 1) for v in value)
    if isinstance(value, str):
        return _is_text(value)
    return value is None or isinstance(value, bool | float) or _is_number(value)


# The first that fits: our own types are text or bytes to SQLAlchemy as well.
_CHECKS: Final[tuple[tuple[type, Check], ...]] = (
    (Ids, _are_ids),
    (Words, _are_words),
    (Values, _are_values),
    (LargeBinary, _is_id),
    (Date, _is_day),
    (Boolean, _is_flag),
    (Integer, _is_number),
    (String, _is_text),
)
