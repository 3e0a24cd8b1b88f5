"""Run within a small disk: a ledger is written until the disk is full, looked at, and written again.

Prints one line of JSON of what was seen. Started by tests/faults/test_small_disk.py.
"""

import contextlib
import json
import shutil
import sys
from pathlib import Path

from db.attaching import attach
from db.backup import list_backups
from db.disputes.registering import register_dispute
from db.kernel.errors import EnvironmentFault, PolicepostError
from db.ledger import Ledger
from tests.faults.harness.children import Post
from tests.faults.harness.file_tasks import PHOTO
from tests.faults.harness.looking import look
from tests.faults.harness.tasks import doors, visits
from tests.test_dispute_life import DRAFT

BALLAST = 3 * 2**20


def main(template: Path, disk: Path) -> None:
    """Fill the disk, see what is told, make room, go on in the same session."""
    folder = shutil.copytree(template, disk / "post")
    ballast = disk / "ballast"
    ballast.write_bytes(bytes(BALLAST))
    post = Post.of(folder)
    said: dict[str, str] = {}
    with post.open() as ledger:
        at, saved = doors(ledger), set[bytes]()
        dispute = ledger.write(register_dispute(DRAFT)).value
        try:
            while True:
                command = visits(at, len(saved))
                ledger.write(command)
                saved.add(command.id)
        except EnvironmentFault as fault:
            said["write"] = str(fault)
        read = doors(ledger)
        typing = [_typed(ledger, size) for size in (10, 1000, 1_000_000)]
        said["backup"] = _told(lambda: ledger.back_up("每日"))
        (disk / "photo.jpg").write_bytes(b"")
        photo = Path(sys.argv[1]).parent / "photo.jpg"
        photo.write_bytes(PHOTO)
        said["attach"] = _told(lambda: attach(ledger, "dispute", dispute, "scene", photo))
        said["password"] = _told(
            lambda: ledger.set_password(ledger.session.user, "a new long password")
        )
        (disk / "rest").write_bytes(bytes(shutil.disk_usage(disk).free))
        said["guess"] = _told(lambda: ledger.check_password("not the right one"))
        counted = json.loads(ledger.place.throttle.read_bytes())["failures"]
        (disk / "rest").unlink()
        again = _told(lambda: ledger.write(command))
        ballast.unlink()
        ledger.write(visits(at, 10**6) if not again else command)
        saved.add(command.id)
        whole = ledger.problems() == []
    found = look(post)
    print(
        json.dumps(
            {
                **said,
                "saved": len(saved),
                "read": len(read),
                "whole": whole,
                "typing": typing,
                "counted": counted,
                "losses": found.losses(saved),
                "backups": len(list_backups(folder / "backups")),
                "partial": [p.name for p in folder.rglob("*.part*")],
            },
            ensure_ascii=False,
        )
    )


def _typed(ledger: Ledger, size: int) -> tuple[bool, bool]:
    """Keep a form aside; return what was told of it, and whether it is there."""
    entries = {"字": "字" * size}
    told = ledger.keep_unsaved("走访", entries)
    return told, ledger.unsaved().get("走访") == entries


def _told(step: object) -> str:
    assert callable(step)
    with contextlib.suppress(StopIteration):
        try:
            step()
        except PolicepostError as error:
            return f"{type(error).__name__}: {error}"
    return ""


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
