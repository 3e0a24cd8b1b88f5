"""The power goes while the program's own files are written: old or new is there, and what was told."""

import contextlib
import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from db import attaching, backup, creating
from db.attachments import Attachment
from db.exchange.package import ENDING
from db.kernel.anchor import Anchor
from db.kernel.erased import read_list
from db.kernel.errors import PolicepostError, UserError
from db.kernel.place import Place
from db.kernel.records import CommandRow
from db.ledger import Ledger
from db.sample import PASSWORD
from desktop.access.opening import why_closed
from tests.faults.harness import file_tasks
from tests.faults.harness.children import Post, Task
from tests.faults.harness.power import State, states_after
from tests.faults.harness.recording import content_of, record

Check = Callable[[Post, State], list[str]]
EACH, SINCE = 6, "备份以后的一步"


def losses(
    task: Task, check: Check, post: Post, work: Path, *, each: int = EACH, mutant: str = ""
) -> tuple[int, list[str]]:
    """Return how many disks a power cut within the task may leave, and the first losses on one."""
    at = post.at(shutil.copytree(post.folder, work / "at"))
    states = 0
    for state in states_after(record(task, at, work / "log", mutant), each=each):
        states += 1
        found = check(post.at(state.lay(work / "disk")), state)
        if found:
            return states, found
    return states, []


def slots(post: Post, state: State) -> list[str]:
    """The slots are those of before or one of the new, never older than told."""
    there = post.folder / "slots.json"
    if not there.exists():
        return ["no slots"]
    now = hashlib.sha256(there.read_bytes()).hexdigest()
    as_told = not state.told or now in state.all_told[len(state.told) - 1 :]
    return [] if _readable(there) and as_told else ["older or broken slots"]


def failures(post: Post, state: State) -> list[str]:
    """The count of failures is never gone and never lower than told."""
    there = post.folder / "throttle.json"
    if not _readable(there):
        return ["no count"]
    told = max(state.told, default=0)
    return [] if json.loads(there.read_bytes())["failures"] >= told else ["forgotten failures"]


def mark(post: Post, state: State) -> list[str]:
    """The mark beside the ledger goes as far as it did when work last rested."""
    found = Anchor(post.folder / "anchor", bytes(post.data_key().subkey("anchor"))).read()
    told = max(state.told, default=0)
    return [] if (found.no if found else 0) >= told else ["a mark too low"]


def erased(post: Post, state: State) -> list[str]:
    """The list of what was erased is as long as told."""
    there = len(read_list(post.folder, post.data_key()))
    return [] if there >= max(state.told, default=0) else ["a forgotten erasure"]


def second(post: Post, state: State) -> list[str]:
    """The second place's last backup is the one told."""
    place, told = backup.second_place(post.folder), max(state.told, default=0)
    there = place.when.day - 20 if place else 0
    return [] if there >= told else ["a forgotten backup"]


def packages(post: Post, state: State) -> list[str]:
    """A package that has its name is whole, and every told one is there."""
    there = {int(path.stem): path.read_bytes() for path in post.folder.glob(f"*{ENDING}")}
    wrong = [f"{n} is cut" for n, data in there.items() if data != file_tasks.PHOTO + bytes([n])]
    return wrong + [f"{n} is lost" for n in state.told if n not in there]


def _readable(path: Path) -> bool:
    try:
        json.loads(path.read_bytes())
    except (OSError, ValueError):
        return False
    return True


def photographs(post: Post, state: State) -> list[str]:
    """Every record's content is there whole, and every told record is."""
    with post.open() as ledger:
        with ledger.read() as connection:
            there = set(connection.execute(select(Attachment.id)).scalars())
        try:
            sizes = [len(attaching.content_of(ledger, one)) for one in there]
        except PolicepostError as error:
            return [str(error)]
    wrong = [] if set(state.told) <= there else ["a photograph is lost"]
    return wrong + ["cut"] * any(size != len(file_tasks.PHOTO) + 1 for size in sizes)


def _digest(folder: Path) -> str:
    digest = hashlib.blake2b()
    for path, content in content_of(folder).items():
        digest.update(str(path).encode() + b"\0" + (content or b""))
    return digest.hexdigest()


class _Proving:
    """Every backup under its final name proves whole, and every told one is there.

    The same bytes are proved once: most cuts leave most backups as they were.
    """

    def __init__(self) -> None:
        self._proved: dict[str, list[str]] = {}

    def __call__(self, post: Post, state: State) -> list[str]:
        folder = post.folder / "backups"
        complete = [path for _, path in backup.manifest.numbered(folder) if not path.suffix]
        listed = {one.path for one in backup.list_backups(folder)}
        wrong = [f"{path.name}: no manifest" for path in complete if path not in listed]
        for path in listed:
            content = _digest(path)
            if content not in self._proved:
                self._proved[content] = backup.verify(path, post.data_key())
            wrong += [f"{path.name}: {said}" for said in self._proved[content]]
        names = {path.name for path in complete}
        return wrong + [f"{name} is lost" for name in state.told[-2:] if name not in names]


def one_or_the_other(post: Post, state: State) -> list[str]:
    """After a restore there is the ledger of before or that of the backup, and before is kept."""
    try:
        with post.open() as ledger, ledger.read() as connection:
            since = select(CommandRow.no).where(CommandRow.action == SINCE)
            restored = connection.execute(since).first() is None
    except PolicepostError as error:
        return [str(error)]
    kept = [path for path in post.folder.glob("replaced-*") if not path.suffix]
    wrong = ["told, and the old one is there"] if state.told and not restored else []
    return wrong + (["the ledger before is not kept"] if restored and not kept else [])


def nothing_or_all(post: Post, state: State) -> list[str]:
    """A new ledger is not there at all, and nothing keeps it from being made, or it opens."""
    if not (post.folder / "ledger.db").exists():
        barred = why_closed(post.folder)
        with contextlib.suppress(UserError):
            creating.require_free(Place(post.folder))
            return ["told as made, and is not there"] if state.told else [barred] if barred else []
        return ["what is left keeps a ledger from being made"]
    try:
        Ledger.unlock(post.folder, PASSWORD).close()
    except PolicepostError as error:
        return [str(error)]
    return []


CASES: dict[str, tuple[Task, Check]] = {
    "slots": (file_tasks.change_passwords, slots),
    "throttle": (file_tasks.fail_to_log_in, failures),
    "mark": (file_tasks.work_and_rest, mark),
    "erased": (file_tasks.list_erasures, erased),
    "second": (file_tasks.remember_places, second),
    "packages": (file_tasks.write_packages, packages),
    "attachments": (file_tasks.attach_photographs, photographs),
    "backups": (file_tasks.back_up_twice, _Proving()),
}
GUARDS = [
    ("slots", "no fsync"), ("slots", "no directory sync"), ("slots", "in place"),
    ("throttle", "no fsync"), ("throttle", "no directory sync"), ("throttle", "in place"),
    ("mark", "no fsync"), ("mark", "no directory sync"),
    ("erased", "no fsync"), ("erased", "no directory sync"),
    ("second", "no fsync"), ("second", "no directory sync"),
    ("packages", "no fsync"), ("packages", "no directory sync"),
    ("attachments", "no fsync"), ("attachments", "content not waited for"),
    ("backups", "no fsync"), ("backups", "no directory sync"), ("backups", "backup in place"),
]  # fmt: skip


@pytest.mark.parametrize("what", CASES)
def test_old_or_new_is_there_and_what_was_told(
    post: Post, work: Path, what: str, record_property: Callable[[str, object], None]
) -> None:
    states, found = losses(*CASES[what], post, work)
    record_property("power-loss states of the other files", states)
    assert found == []


@pytest.mark.parametrize(("what", "mutant"), GUARDS)
def test_it_is_seen_when_nothing_is_waited_for(
    post: Post, work: Path, what: str, mutant: str
) -> None:
    assert losses(*CASES[what], post, work, mutant=mutant)[1]


def test_a_restore_leaves_the_old_ledger_or_the_new_one(post: Post, work: Path) -> None:
    with post.open() as ledger:
        ledger.back_up("每日")
        ledger.note(SINCE)
    assert losses(file_tasks.put_back, one_or_the_other, post, work)[1] == []


def test_a_ledger_is_made_whole_or_not_at_all(post: Post, work: Path) -> None:
    empty = post.at(work / "empty")
    empty.folder.mkdir()
    assert losses(file_tasks.make_new, nothing_or_all, empty, work, each=2)[1] == []


def test_thinning_out_leaves_every_other_backup_whole(post: Post, work: Path) -> None:
    for day in range(1, 16):
        file_tasks.back_up_on_day(post, day)
    before = len(backup.list_backups(post.folder / "backups"))
    assert losses(file_tasks.back_up_and_thin_out, _Proving(), post, work, each=1)[1] == []
    assert len(backup.list_backups(work / "at" / "backups")) == before, "one came and one went"
