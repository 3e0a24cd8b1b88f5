"""A number on a screen opens the page that lists its rows, as many as it says."""

from typing import Final

from PySide6.QtCore import QObject

from db.coverage import BaseQuery
from db.figures.behind import Entity, Figure, Records, rows_behind
from db.visits.lists import VisitQuery
from desktop.page import Context

# The page of each table, its tab, and what its records are counted in.
PAGES: Final[dict[Entity, tuple[str, str, str]]] = {
    "dispute": ("disputes", "", "件"),
    "training": ("trainings", "", "场"),
    "volunteer": ("people", "volunteers", "人"),
}


def open_rows(context: Context, owner: QObject, figure: Figure, title: str) -> None:
    """Open the rows behind a figure; `title` is the sentence over the list."""

    def show(rows: VisitQuery | BaseQuery | Records) -> None:
        if isinstance(rows, Records):
            open_records(context, rows, title)
            return
        tab = "records" if isinstance(rows, VisitQuery) else "doors"
        context.routes.go("visits", tab=tab, query=rows, title=title)

    context.background.ask(owner, lambda connection: rows_behind(connection, figure), show)


def open_records(context: Context, rows: Records, title: str) -> None:
    """Open records; the title tells it where one of them was counted more than once."""
    page, tab, measure = PAGES[rows.entity]
    distinct = tuple(dict.fromkeys(rows.ids))
    told = title
    if len(distinct) < len(rows.ids):
        told = f"{title}，在{len(distinct)}{measure}上"
    context.routes.go(page, tab=tab or None, ids=distinct, title=told)
