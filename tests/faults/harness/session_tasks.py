"""What goes on around saving: typing, bringing an old ledger up to date, a session that is put to sleep."""

from pathlib import Path

from db import migrations
from db.imports import preview, read_files, write_import
from db.kernel import engine
from db.kernel.clock import today
from db.kernel.errors import PolicepostError
from tests.faults.harness.children import Hear, Post, Tell
from tests.faults.harness.tasks import doors, visits
from tests.test_migrations import set_version, what_came_since, with_first_columns

FORM = "走访"
BOOK = "户.xlsx"


def type_on(post: Post, tell: Tell, hear: Hear) -> None:
    """Keep a growing form aside until killed, telling how far it is on the disk."""
    with post.open() as ledger:
        tell("ready")
        number = ledger.unsaved().get(FORM, {"n": 0})["n"]
        while True:
            number += 1
            if ledger.keep_unsaved(FORM, {"n": number, "字": "字" * number}):
                tell(number)


def make_old(folder: Path) -> Post:
    """Make a ledger as the first version of the program left it."""
    with_first_columns(folder)
    old = "UPDATE alembic_version SET version_num = '0001'"
    set_version(folder, *what_came_since("0001"), old)
    return Post.of(folder)


def version(post: Post) -> str | None:
    """Return the schema version on the disk, without bringing it up to date."""
    readers = engine.open_readers(post.folder / "ledger.db", post.data_key().subkey("ledger"))
    try:
        with readers.begin() as connection:
            return migrations.version_of(connection)
    finally:
        readers.dispose()


def upgrade(post: Post, tell: Tell, hear: Hear) -> None:
    """Open an old ledger, which brings it up to date; an error is told in its words."""
    try:
        post.open().close()
        tell("done")
    except PolicepostError as error:
        tell(str(error))


def save_one(post: Post, tell: Tell, hear: Hear) -> None:
    """Open, tell, and save one command each time it is asked for, until told to stop."""
    with post.open() as ledger:
        at, number = doors(ledger), 0
        tell("ready")
        while hear() != "stop":
            number += 1
            command = visits(at, number)
            ledger.write(command)
            tell(command.id)


def bring_in(post: Post, tell: Tell, hear: Hear) -> None:
    """Import the workbook beside the ledger: tell when it is read, write when told to, tell that."""
    with post.open() as ledger:
        with ledger.read() as connection:
            books = read_files([post.folder.parent / BOOK])
            made = preview(connection, books, today(ledger.clock))
        tell("read")
        hear()
        if not made.plan.empty:
            ledger.write(write_import(made))
        tell("written")
