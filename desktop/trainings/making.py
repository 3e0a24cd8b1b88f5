"""The papers and workbooks of trainings, as the window and the command line make them."""

from datetime import date

from sqlalchemy import Connection

from db.exports import Book
from db.kernel.errors import UserError
from db.kernel.ids import Id
from db.kernel.workdays import Period
from db.people.lists import volunteer
from db.post import the_post
from db.trainings import HERE
from db.trainings.attended import attended
from db.trainings.lists import TrainingRow, attendance, training
from db.trainings.sessions import training_draft
from db.trainings.sheets import sheet
from desktop.paper.certificate import Holder, certificate
from desktop.paper.document import Document
from desktop.paper.sign_in import absent_book, absent_paper, sign_in_book, sign_in_sheet

# Below a list, for those who come without being on it; and on a sheet without names.
SPARE_LINES, BLANK_LINES = 5, 40
GONE = "这场培训已经不在台账里了。"


def sign_in_paper(connection: Connection, number: int) -> Document:
    """Return the paper of a sign-in sheet that was given its number."""
    found = sheet(connection, number)
    if found is None:
        raise UserError(GONE)
    return sign_in_sheet(
        number,
        found.training,
        _lecturers(connection, found.training.id),
        [person.row for person in found.people],
        found.blanks,
        post=the_post(connection).name,
        printed=found.printed,
    )


def sign_in_workbook(connection: Connection, id_: Id) -> Book:
    """Return a session's list as a workbook."""
    session = _session(connection, id_)
    return sign_in_book(session, _lecturers(connection, id_), attendance(connection, id_))


def absent_list(connection: Connection, id_: Id, day: date) -> Document:
    """Return the internal list of who did not come to a session."""
    author = the_post(connection).name
    people = attendance(connection, id_)
    return absent_paper(_session(connection, id_), people, author=author, made_on=day)


def absent_workbook(connection: Connection, id_: Id) -> Book:
    """Return the same as a workbook."""
    return absent_book(_session(connection, id_), attendance(connection, id_))


def certificate_paper(connection: Connection, person: Id, period: Period, day: date) -> Document:
    """Return a certificate; UserError where the person attended nothing in the period."""
    found, post = volunteer(connection, person), the_post(connection)
    if found is None:
        raise UserError("这个人已经不在名册里了。")
    sessions = attended(connection, person, period)
    if not any(one.status in HERE for one in sessions):
        raise UserError(f"{found.name}这段时间没有到训的记录，没有做证明。")
    holder = Holder(found.name, found.role_name, found.community_name)
    return certificate(holder, period, sessions, station=post.station, post=post.name, made_on=day)


def _session(connection: Connection, id_: Id) -> TrainingRow:
    found = training(connection, id_)
    if found is None:
        raise UserError(GONE)
    return found


def _lecturers(connection: Connection, id_: Id) -> tuple[str, ...]:
    draft = training_draft(connection, id_)
    return draft.lecturers if draft is not None else ()
