"""What the tables in a call's files were taken for, heading by heading, to be looked at and put right."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from db.imports.account import safe_value
from db.imports.cells import plain
from db.imports.heading_rows import HEADING_ROWS, refused_in, texts_of
from db.imports.headings import KINDS, assign, is_idle, keys_of, known_names, shape_of
from db.imports.plan import Table
from db.imports.reader import Cell, Sheet
from db.imports.tables import Chosen, Recognised

SAMPLES, SAMPLED_ROWS, SAMPLE_LENGTH = 3, 200, 12


@dataclass(frozen=True)
class SeenColumn:
    """A heading and what it was taken as: `field` is "" where the column is left out.

    `key` is what a mapping calls it; `idle` tells that nothing is missed by leaving it out, because
    it is such as 序号 or a person said so. Where the column may never be kept, `refused` is the word
    that says so and there are no `samples`.
    """

    column: int
    key: str
    text: str
    field: str = ""
    refused: str = ""
    idle: bool = False
    samples: tuple[str, ...] = ()


@dataclass(frozen=True)
class Place:
    """Where a table stands: its file, its sheet, the number of its heading's last row."""

    file: str
    sheet: str
    row: int


@dataclass(frozen=True)
class Layout:
    """Tables with the same headings: their kind, "" where nobody could tell, and their columns."""

    shape: str
    kind: str
    places: tuple[Place, ...]
    columns: tuple[SeenColumn, ...]
    left_out: bool = False

    @property
    def chosen(self) -> Chosen:
        """What the layout says, for reading the files again by it."""
        kept = {c.key: c.field for c in self.columns if not c.refused}
        return Chosen("" if self.left_out else self.kind, kept)

    @property
    def lacking(self) -> str:
        """What must still be said before the tables can be read, "" if nothing."""
        if self.left_out:
            return ""
        if not self.kind:
            return "请选这张表的种类"
        kind, taken = KINDS[self.kind], {c.field for c in self.columns if c.field}
        missing = [f.label for name, f in kind.fields.items() if name in kind.least - taken]
        if missing:
            return f"{kind.label}还缺：{'、'.join(missing)}"
        return "" if len(taken) > 1 else "至少要认出两列"

    def as_kind(self, code: str) -> "Layout":
        """Return the layout as a ledger of another kind, its columns recognised anew."""
        texts = {c.column: c.text for c in self.columns if not c.refused}
        found = {at: name for name, at in assign(code, texts, {})[0].items()}
        columns = (
            replace(c, field=found.get(c.column, ""), idle=is_idle(c.text)) for c in self.columns
        )
        return replace(self, kind=code, columns=tuple(columns), left_out=False)

    def as_nothing(self) -> "Layout":
        """Return the layout as tables that are not brought in."""
        columns = tuple(replace(c, field="") for c in self.columns)
        return replace(self, kind="", columns=columns, left_out=True)

    def with_field(self, column: int, name: str) -> "Layout":
        """Return the layout with a column taken as a field, "" for none.

        A column that was taken as it before is left out; one that may never be kept stays out.
        """
        return replace(self, columns=tuple(self._put(c, column, name) for c in self.columns))

    @staticmethod
    def _put(seen: SeenColumn, column: int, name: str) -> SeenColumn:
        if seen.column == column and not seen.refused:
            return replace(seen, field=name, idle=not name)
        return replace(seen, field="", idle=True) if name and seen.field == name else seen


def layouts_of(seen: Sequence[Recognised]) -> list[Layout]:
    """Return what every table was taken for, those nobody could tell first; like tables as one."""
    made = (
        *(_likely(file, sheet) for file in seen for sheet in file.unclear),
        *(_of_table(table) for file in seen for table in file.tables),
        *(layout_at(file.book.path, *out).as_nothing() for file in seen for out in file.left_out),
    )
    return joined(layout for layout in made if layout is not None)


def joined(layouts: Iterable[Layout]) -> list[Layout]:
    """Return layouts with those of the same headings as one, in the places of all of them."""
    found: dict[str, Layout] = {}
    for layout in layouts:
        same = found.get(layout.shape)
        places = (*same.places, *layout.places) if same else layout.places
        found[layout.shape] = replace(same or layout, places=places)
    return list(found.values())


def layout_at(file: Path, sheet: Sheet, first: int, last: int) -> Layout:
    """Return a table nobody could tell, with these rows of its sheet (from 0) as its heading."""
    texts, forbidden = texts_of(sheet.rows, first, last), refused_in(sheet.rows, first, last)
    place = Place(str(file), sheet.name, last + 1)
    columns = _columns(texts, forbidden, sheet.rows[last + 1 :])
    return Layout(shape_of(texts), "", (place,), columns)


def heading_rows(sheet: Sheet) -> list[int]:
    """Return the rows of a sheet (from 0) that may be its heading."""
    rows = sheet.rows[:HEADING_ROWS]
    return [
        at for at in range(min(len(rows), len(sheet.rows) - 1)) if len(texts_of(rows, at, at)) > 1
    ]


def _likely(file: Recognised, sheet: Sheet) -> Layout | None:
    """The sheet by the row most like a heading: most words in it, known ones counting double."""

    def fit(at: int) -> tuple[int, int]:
        texts = {t for t in texts_of(sheet.rows, at, at).values() if len(t) <= SAMPLE_LENGTH}
        words = [text for text in texts if not any(c.isdecimal() for c in text)]
        return len(words) + known_names(words), -at

    at = max(heading_rows(sheet), key=fit, default=None)
    return None if at is None else layout_at(file.book.path, sheet, at, at)


def _of_table(table: Table) -> Layout:
    heading = table.heading
    place = Place(table.file, table.sheet, heading.last + 1)
    columns = _columns(heading.texts, heading.forbidden, [row for _, row in table.rows])
    fields = {column: name for name, column in heading.columns.items()}
    told = (
        replace(
            c,
            field=fields.get(c.column, ""),
            idle=c.idle or heading.by_hand.get(c.key) == "",
        )
        for c in columns
    )
    return Layout(shape_of(heading.texts), heading.kind.code, (place,), tuple(told))


def _columns(
    texts: Mapping[int, str], forbidden: Mapping[int, str], rows: Sequence[Sequence[Cell]]
) -> tuple[SeenColumn, ...]:
    keys = keys_of({c: text for c, text in texts.items() if c not in forbidden})
    return tuple(
        SeenColumn(
            column,
            keys.get(column, text),
            text,
            refused=forbidden.get(column, ""),
            idle=is_idle(text),
            samples=() if column in forbidden else _samples(rows, column),
        )
        for column, text in sorted(texts.items())
    )


def _samples(rows: Sequence[Sequence[Cell]], column: int) -> tuple[str, ...]:
    found: list[str] = []
    for row in rows[:SAMPLED_ROWS]:
        text = plain(safe_value(row[column])) if column < len(row) else ""
        if text and text not in found:
            found.append(text)
        if len(found) == SAMPLES:
            break
    return tuple(t if len(t) <= SAMPLE_LENGTH else f"{t[:SAMPLE_LENGTH]}…" for t in found)
