"""Which rows of a sheet are its heading, and what they say column by column."""

from collections.abc import Mapping, Sequence

from db.imports.cells import plain
from db.imports.headings import (
    KINDS,
    Heading,
    assign,
    every_name,
    is_idle,
    keys_of,
    known_names,
    normal,
    of_session,
    refused,
    role_of_roster,
    said_by_hand,
)
from db.imports.reader import Cell

HEADING_ROWS = 30
# What a title weighs beside recognised columns, and how far above the headings it may stand.
_TITLED, _TITLE_ROWS = 10, 5
# What a roster can be known by once its title says that it is one.
_TITLED_ROSTER = frozenset({"name", "phone"})


def texts_of(rows: Sequence[Sequence[Cell]], first: int, last: int) -> dict[int, str]:
    """Return the headings these rows hold, by column; the lower row's where both have one.

    Where the lower word alone says nothing to us, both together may: 小区 over 名称.
    """
    texts: dict[int, str] = {}
    for row in rows[first : last + 1]:
        over = dict(texts)
        for column, cell in enumerate(row):
            if isinstance(cell, str) and plain(cell) and len(cell) <= 40:
                texts[column] = _under(over, column, plain(cell))
    return texts


def _under(over: Mapping[int, str], column: int, text: str) -> str:
    """The heading of a column under another that spans it alone."""
    above = over.get(column, "")
    alone = over.get(column + 1) not in (None, above) and over.get(column - 1) != above
    if not above or not alone or refused(text) or is_idle(text) or normal(text) in every_name():
        return text
    return next((w for w in (above + text, above) if normal(w) in every_name()), text)


def refused_in(rows: Sequence[Sequence[Cell]], first: int, last: int) -> dict[int, str]:
    """Return the columns that may never be kept, each with the word that says so.

    A word over several columns (家庭成员 over 姓名, 电话) says it of each of them.
    """
    found = {c: refused(text) for c, text in texts_of(rows, first, last).items()}
    over = rows[first] if first != last else _groups_above(rows, first)
    group = ""
    for column, cell in enumerate(rows[last] if over else ()):
        word, under = plain(over[column]) if column < len(over) else "", plain(cell)
        if word or not under:
            group = word if under and word != under else ""
        if group and not found.get(column):
            found[column] = refused(group)
    if first == last:
        found |= _refused_below(rows, last)
    return {column: word for column, word in found.items() if word}


def _refused_below(rows: Sequence[Sequence[Cell]], at: int) -> dict[int, str]:
    """The columns that a second heading row forbids, where the first alone was told to be the heading.

    Such a row leaves the first column blank, as that is merged down.
    """
    under = texts_of(rows, at + 1, at + 1) if at + 1 < len(rows) else {}
    if min(texts_of(rows, at, at), default=0) in under:
        return {}
    return {column: word for column, text in under.items() if (word := refused(text))}


def _groups_above(rows: Sequence[Sequence[Cell]], at: int) -> Sequence[Cell]:
    """The row above a heading if it groups the heading's columns: neither a title nor a row of data."""
    over = texts_of(rows, at - 1, at - 1) if at else {}
    return rows[at - 1] if 1 < len(over) <= len(texts_of(rows, at, at)) / 2 else ()


def find_heading(
    rows: Sequence[Sequence[Cell]],
    start: int = 0,
    kind: str | None = None,
    mapping: Mapping[str, str] | None = None,
    sheet: str = "",
) -> Heading | None:
    """Return the best heading among the first rows from `start`, None if no ledger is known by it.

    A heading may take two rows (地址 over 楼栋, 单元, 房号). `kind` forces the kind, `mapping` (heading
    text to field) comes before everything recognised. The `sheet`'s name may call it a roster.
    """
    best: tuple[int, bool, Heading] | None = None
    for first in range(start, min(len(rows), start + HEADING_ROWS)):
        two = _is_headings(rows, first + 1, mapping or {})
        for last in (first, first + 1) if two else (first,):
            found = heading_at(rows, first, last, kind, mapping or {}, sheet)
            # Two rows are one heading only where they say more together than one alone.
            if found and (best is None or (found[0], first == last) > best[:2]):
                best = (found[0], first == last, found[1])
    return best[2] if best else None


def _is_headings(rows: Sequence[Sequence[Cell]], at: int, mapping: Mapping[str, str]) -> bool:
    """Tell whether a row under another is headings too, and no row of data with a word like one.

    A value may end in a word of ours (晨园小区) or be one (电话 for an outcome): it takes no number,
    and half of the words known by themselves.
    """
    row = rows[at] if at < len(rows) else ()
    texts = texts_of(rows, at, at) if row else {}
    if any(c is not None and not isinstance(c, str) for c in row):
        return False
    said = said_by_hand(texts, mapping)
    known = sum(c in said or bool(refused(t)) or known_names([t]) for c, t in texts.items())
    return known >= 2 and known * 2 >= len(texts)


def heading_at(
    rows: Sequence[Sequence[Cell]],
    first: int,
    last: int,
    kind: str | None,
    mapping: Mapping[str, str],
    sheet: str = "",
) -> tuple[int, Heading] | None:
    """Return the heading these rows make and its fit, None if they make none."""
    texts = texts_of(rows, first, last)
    forbidden = refused_in(rows, first, last)
    kept = {c: t for c, t in texts.items() if c not in forbidden}
    said = said_by_hand(kept, mapping)
    if len(texts) < (2 if kind and said else 3) or (not said and known_names(texts.values()) < 2):
        return None
    best: tuple[int, Heading] | None = None
    titled = _titled(rows[:first], sheet)
    for code in [kind] if kind else KINDS:
        columns, fit = assign(
            code, _of_names(rows, last, kept) if code == "trainings" else kept, mapping
        )
        fit += _TITLED if code == titled else 0
        known = KINDS[code]
        enough = any(need <= columns.keys() for need in known.needs) or (
            code == titled == "volunteers" and columns.keys() >= _TITLED_ROSTER
        )
        forced = kind and len(columns) >= 2 and known.least <= columns.keys()
        if not enough and not forced:
            continue
        # Homes with a day and a visitor are visits that lack something; they must not pass for homes.
        if (
            code == "households"
            and not kind
            and {"day", "staff"} <= assign("visits", kept, {})[0].keys()
        ):
            continue
        if best is None or fit > best[0]:
            taken = set(columns.values())
            left = {c: t for c, t in texts.items() if c not in taken and not is_idle(t)}
            keys = keys_of(kept)
            by_hand = {
                keys[c]: field
                for c, field in said.items()
                if not field or (field in known.fields and c in taken)
            }
            best = fit, Heading(known, first, last, columns, texts, left, forbidden, by_hand)
    return best


def _of_names(
    rows: Sequence[Sequence[Cell]], last: int, texts: Mapping[int, str]
) -> dict[int, str]:
    """The headings without what the line above them says of a session: 主讲人 beside their end."""
    under = texts_of(rows, last, last)
    return {c: text for c, text in texts.items() if c in under or not of_session(text)}


def _titled(above: Sequence[Sequence[Cell]], sheet: str) -> str:
    """The kind that the lines right above a heading call what follows, "" if none."""
    if any(
        isinstance(cell, str) and "签到" in cell for row in above[-_TITLE_ROWS:] for cell in row
    ):
        return "trainings"
    return "volunteers" if role_in_title(above, sheet) else ""


def role_in_title(above: Sequence[Sequence[Cell]], sheet: str) -> str:
    """Return the role of all in a roster, as the lines right above it or its sheet's name say it."""
    lines = (plain(c) for row in above[-_TITLE_ROWS:] for c in row if isinstance(c, str))
    found = (role for line in (*lines, f"{sheet}名册") if (role := role_of_roster(line)))
    return next(found, "")
