"""The search keys of a ledger held in memory as one text: a letter is looked for there, not in the file."""

from bisect import bisect_right
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from typing import Final, NamedTuple

from sqlalchemy import Connection, case, exists, func, select

from db.kernel import journal
from db.kernel.ids import Id
from db.kernel.records import ChangeRow, SearchKey

# All that has keys. Hits of one rank stand in this order.
ENTITIES: Final = ("household", "volunteer", "staff", "dispute", "dispute_party")
WHOLE, BEGINS, INSIDE = 0, 1, 2
# The words of a key stand between blanks: what stands whole also begins a word, and is inside.
_MARKS: Final = ((WHOLE, " {} "), (BEGINS, " {}"), (INSIDE, "{}"))
_HEX_ID: Final = 32

# Of each word any of its forms.
Words = tuple[tuple[str, ...], ...]
# What is looked for: all words of any of the alternatives.
Wanted = tuple[Words, ...]


def rank_of(key: str, wanted: Wanted) -> int | None:
    """Return how well a key answers: WHOLE, BEGINS or INSIDE; None where it does not."""
    found = None
    # Most hold nothing of what is wanted.
    for rank, mark in reversed(_MARKS):
        if not any(_holds(key, _marked(words, mark)) for words in wanted):
            break
        found = rank
    return found


class SearchText:
    """The keys of one ledger, read again only when a command has touched what has a key.

    100,000 keys of 170 letters take 20 MB. It is asked from one thread at a time.
    """

    def __init__(self) -> None:
        self._last: tuple[int, bytes] | None = None
        self._keys = _Keys("", "", ())

    def read(self, connection: Connection) -> None:
        """Bring the keys up to what this connection sees."""
        head = journal.head(connection)
        if self._last is None or (
            head != self._last and _touched(connection, self._last[0], head[0])
        ):
            self._keys = _read(connection)
        self._last = head

    def find(self, wanted: Wanted, limit: int) -> list[tuple[str, Id, int]]:
        """Return table, id and rank of the first `limit` hits, by rank, kind and record."""
        keys = self._keys
        inside = keys.first(wanted, "{}", limit + 1)
        if len(inside) <= limit:
            ranks = {line: rank_of(key, wanted) for line, key in inside.items()}
            found = {line: rank for line, rank in ranks.items() if rank is not None}
        else:
            found = {}
            for rank, mark in _MARKS[:-1]:
                for line in keys.first(wanted, mark, limit):
                    found.setdefault(line, rank)
            for line in inside:
                found.setdefault(line, INSIDE)
        best = sorted(found.items(), key=lambda one: (one[1], one[0]))
        return [(*keys.record(line), rank) for line, rank in best[:limit]]


class _Keys(NamedTuple):
    """All keys by kind and record, a line each; their ids in hexadecimal; where each kind ends."""

    text: str
    ids: str
    ends: tuple[int, ...]

    def record(self, line: int) -> tuple[str, Id]:
        """Return table and id of whose key a line is."""
        at = line * _HEX_ID
        kind = ENTITIES[bisect_right(self.ends, line)]
        return kind, bytes.fromhex(self.ids[at : at + _HEX_ID])

    def first(self, wanted: Wanted, mark: str, limit: int) -> dict[int, str]:
        """Return the first lines that answer with their words so marked, and their keys."""
        found: dict[int, str] = {}
        for words in wanted:
            forms = _marked(words, mark)
            # The longest word is likely the rarest: only its lines are looked at.
            for form in max(forms, key=lambda word: min(map(len, word))):
                found.update(islice(self._lines(form, forms), limit))
        return dict(sorted(found.items())[:limit])

    def _lines(self, form: str, forms: Words) -> Iterator[tuple[int, str]]:
        text, line, counted = self.text, 0, 0
        at = text.find(form)
        while at >= 0:
            start, end = text.rfind("\n", 0, at) + 1, text.find("\n", at)
            key = text[start:end]
            if _holds(key, forms):
                line += text.count("\n", counted, start)
                counted = start
                yield line, key
            at = text.find(form, end)


def _holds(key: str, words: Words) -> bool:
    return all(any(form in key for form in forms) for forms in words)


@lru_cache(maxsize=64)
def _marked(words: Words, mark: str) -> Words:
    return tuple(tuple(mark.format(form) for form in forms) for forms in words)


def _touched(connection: Connection, since: int, last: int) -> bool:
    """Tell whether a command after `since` wrote what has a key; also where the journal is another."""
    after = exists().where(ChangeRow.command > since, ChangeRow.entity.in_(ENTITIES))
    return last <= since or bool(connection.execute(select(after)).scalar())


def _read(connection: Connection) -> _Keys:
    """Read all keys, put together by the library: as rows they would take half as long again."""
    kind = case({name: at for at, name in enumerate(ENTITIES)}, value=SearchKey.entity)
    lines = select(SearchKey.record, SearchKey.text).order_by(kind, SearchKey.record).subquery()
    text, ids = connection.execute(
        select(
            func.aggregate_strings(lines.c.text, "\n"),
            func.aggregate_strings(func.hex(lines.c.record), ""),
        )
    ).one()
    counts = dict(
        connection.execute(select(SearchKey.entity, func.count()).group_by(SearchKey.entity)).all()
    )
    ends, end = [], 0
    for name in ENTITIES:
        end += counts.get(name, 0)
        ends.append(end)
    return _Keys(f"{text or ''}\n", ids or "", tuple(ends))
