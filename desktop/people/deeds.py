"""做过的事: everything a volunteer took part in, one line each; a line opens its source record."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final, NamedTuple

from db.kernel.workdays import Period
from db.participation import DEED_NAMES, Deed
from desktop.routes import Routes
from desktop.widgets.tables import Column
from desktop.words import clock_words, day_words

# The screen and tab of what a deed belongs to; whatever is not named here opens as a history.
PAGES: Final[Mapping[str, tuple[str, str | None]]] = {
    "attendance": ("trainings", None),
    "dispute_session": ("disputes", "list"),
    "dispute_follow_up": ("disputes", "list"),
}


class DeedLine(NamedTuple):
    """A deed, what it is called, and when it was in words."""

    deed: Deed
    text: str
    when: str


COLUMNS: tuple[Column[DeedLine], ...] = (
    Column("时间", lambda d: d.when, 7),
    Column("事项", lambda d: DEED_NAMES[d.deed.kind], 5),
    Column("内容", lambda d: d.text, 4),
)


def deed_line(deed: Deed, text: str, today: date) -> DeedLine:
    """Return the line of a deed: 3月2日 19:30."""
    when = f"{day_words(deed.day, today)} {clock_words(deed.start)}".strip()
    return DeedLine(deed, text, when)


def counted(lines: Sequence[DeedLine]) -> str:
    """Return how often each kind was done: 入户走访12次、培训例会3次."""
    kinds = [line.deed.kind for line in lines]
    return "、".join(f"{word}{kinds.count(of)}次" for of, word in DEED_NAMES.items() if of in kinds)


def open_deed(routes: Routes, line: DeedLine, name: str) -> None:
    """Open the record a deed was taken from."""
    deed = line.deed
    if deed.entity == "visit":
        # By its own parts: a page of visits takes them as its query.
        routes.go(
            "visits", tab="records", household=deed.about, period=Period(deed.day, deed.day),
            title=f"{name} {line.when} {line.text}",
        )  # fmt: skip
    elif deed.entity in PAGES:
        page, tab = PAGES[deed.entity]
        routes.go(page, tab=tab, record=deed.about)
    else:
        routes.go(
            "data", tab="history", entity=deed.entity, record=deed.record, name=line.text
        )  # fmt: skip
