"""The program's own files, written by its own commands, each told when it is said to be on the disk."""

import hashlib
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from db import backup
from db.attaching import attach
from db.disputes.registering import register_dispute
from db.exchange.package import ENDING
from db.exchanging import _write_checked
from db.kernel.clock import SetClock
from db.kernel.erased import Line, write_list
from db.kernel.errors import PolicepostError
from db.kernel.ids import new_id
from db.kernel.journal import head
from db.kernel.keys import Slots
from db.kernel.place import Place
from db.kernel.throttle import Throttle
from db.ledger import Ledger
from db.sample import PASSWORD
from tests.conftest import POST, morning
from tests.faults.harness.children import Hear, Post, Tell
from tests.faults.harness.tasks import doors, visits
from tests.test_dispute_life import DRAFT

DAY = date(2026, 3, 23)
PHOTO = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 600


def change_passwords(post: Post, tell: Tell, hear: Hear) -> None:
    """Give the account three new passwords, one after the other."""
    place = Place(post.folder)
    for number in range(3):
        slots = Slots.load(place.slots)
        key = post.data_key()
        slots.give_password(post.account.hex(), "民警", f"{PASSWORD} {number}", key)
        slots.save(place.slots)
        tell(hashlib.sha256(slots.to_bytes()).hexdigest())


def fail_to_log_in(post: Post, tell: Tell, hear: Hear) -> None:
    """Count four failures."""
    throttle = Throttle(Place(post.folder).throttle)
    for number in range(1, 5):
        throttle.failed()
        tell(number)


def work_and_rest(post: Post, tell: Tell, hear: Hear) -> None:
    """Write and rest, twice; the ledger's mark, which is gone before, lasts then."""
    Place(post.folder).anchor.unlink()
    with post.open() as ledger:
        for _ in range(2):
            ledger.note("一步")
            ledger.rest()
            with ledger.read() as connection:
                tell(head(connection)[0])


def list_erasures(post: Post, tell: Tell, hear: Hear) -> None:
    """Write the list of what was erased, each time longer by one."""
    lines: list[Line] = []
    for number in range(1, 4):
        lines.append(Line(new_id(), "visit", new_id(), ("note",), "保存期满", DAY, None, None))
        write_list(post.folder, post.data_key(), lines)
        tell(number)


def remember_places(post: Post, tell: Tell, hear: Hear) -> None:
    """Remember backups on a stick, each a day after the one before."""
    for number in range(1, 4):
        when = datetime(2026, 3, 20 + number, 8, tzinfo=UTC)
        made = backup.BackupInfo(post.folder, number, when, "手动", "", 0, "", "", 0, "", {})
        backup.remember_second(post.folder, Path("优盘"), made)
        tell(number)


def write_packages(post: Post, tell: Tell, hear: Hear) -> None:
    """Write two packages, each told when it is said to be on the stick."""
    for number in range(2):
        _write_checked(post.folder / f"{number}{ENDING}", PHOTO + bytes([number]))
        tell(number)


def attach_photographs(post: Post, tell: Tell, hear: Hear) -> None:
    """Keep two photographs with a dispute."""
    with post.open() as ledger:
        dispute = ledger.write(register_dispute(DRAFT)).value
        for number in range(2):
            photo = post.folder.parent / "photo.jpg"
            photo.write_bytes(PHOTO + bytes([number]))
            tell(attach(ledger, "dispute", dispute, "scene", photo).value)


def back_up_twice(post: Post, tell: Tell, hear: Hear) -> None:
    """Make two backups."""
    with post.open() as ledger:
        for _ in range(2):
            tell(ledger.back_up("每日").path.name)


def back_up_told(post: Post, tell: Tell, hear: Hear) -> None:
    """Make one backup; an error is told in its words."""
    try:
        with post.open() as ledger:
            tell(ledger.back_up("每日").path.name)
    except PolicepostError as error:
        tell(str(error))


def back_up_on_day(post: Post, day: int) -> None:
    """Make one backup so many days after the first, and thin out the others."""
    now = morning().now().replace(tzinfo=None) + timedelta(days=day)
    with post.open(clock=SetClock(now)) as ledger:
        ledger.back_up("每日")


def back_up_and_thin_out(post: Post, tell: Tell, hear: Hear) -> None:
    """Make one more backup a week later, which takes the place of an older one."""
    back_up_on_day(post, 16)
    tell(backup.list_backups(post.folder / "backups")[0].path.name)


def write_and_back_up(post: Post, tell: Tell, hear: Hear) -> None:
    """Write, keep a photograph, back all of it up and thin the backups out until killed.

    Tells the id of each command and photograph and the name of each backup, once it is there.
    """
    with post.open() as ledger:
        at, number = doors(ledger), 0
        dispute = ledger.write(register_dispute(DRAFT)).value
        photo = post.folder.parent / "photo.jpg"
        tell("ready")
        while True:
            for command in (visits(at, number), visits(at, number + 1)):
                ledger.write(command)
                tell(("command", command.id))
            number += 2
            photo.write_bytes(PHOTO + new_id())
            tell(("photograph", attach(ledger, "dispute", dispute, "scene", photo).value))
            tell(("backup", ledger.back_up("每日").path.name))


def put_back(post: Post, tell: Tell, hear: Hear) -> None:
    """Put the newest backup in the place of the good ledger."""
    newest = backup.list_backups(post.folder / "backups")[0]
    backup.replace(
        newest.path, post.folder, post.data_key(), now=morning().now(), step=lambda *_: None
    )
    tell(newest.path.name)


def make_new(post: Post, tell: Tell, hear: Hear) -> None:
    """Make a new ledger in the folder."""
    made, _ = Ledger.create(Path(post.folder), POST, PASSWORD, clock=morning())
    made.close()
    tell("made")
