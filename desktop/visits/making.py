"""The paper of a walk, as the window and the command line print it."""

from datetime import date

from sqlalchemy import Connection

from db.post import the_post
from db.visits.sheets import SheetLine, sheet
from desktop.paper.document import Document
from desktop.paper.field_sheet import field_sheet


def walk_paper(connection: Connection, line: SheetLine, day: date) -> Document:
    """Return the paper of a sheet that was given its number."""
    found = sheet(connection, line.number)
    labels = [door.label for door in found.doors] if found else []
    post = the_post(connection).name
    return field_sheet(line.number, line.title, labels, post=post, printed=day)
