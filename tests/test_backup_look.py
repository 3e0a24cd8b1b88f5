"""A backup looked at, and put back over a good ledger: nothing written, nothing lost, old or new."""

import random
import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest

from db import backup
from db.drilling import Drilled, drill
from db.kernel.access import Role
from db.kernel.errors import AccessDenied, LedgerDamaged, UserError
from db.kernel.history import history
from db.ledger import Ledger
from db.looking import look_at
from db.restoring import agree, put_back, restore_closed
from db.sample import PASSWORD
from tests.builders import add_visits, street, visit
from tests.conftest import ROOT, morning

OTHER = "晚饭后 录入 四十户 走访"


def quiet(_text: str, _done: float) -> None:
    pass


def digests(folder: Path) -> dict[str, tuple[str, int]]:
    """Return digest and time of change of every file in a folder."""
    return {
        str(p.relative_to(folder)): (sha256(p.read_bytes()).hexdigest(), p.stat().st_mtime_ns)
        for p in folder.rglob("*")
        if p.is_file()
    }


def visits(ledger: Ledger) -> int:
    with ledger.read() as connection:
        return int(connection.exec_driver_sql("SELECT count(*) FROM visit").scalar_one())


@pytest.fixture
def post(_template: Path, tmp_path: Path) -> Path:
    """A closed ledger with a backup of one visit; two visits came after it."""
    folder = shutil.copytree(_template, tmp_path / "post")
    with Ledger.unlock(folder, PASSWORD, clock=morning()) as ledger:
        doors = street(ledger)
        add_visits(ledger, [visit(doors[0])])
        ledger.keep_unsaved("走访", {"note": "那天没打完的话"})
        ledger.back_up("每日")
        ledger.keep_unsaved("走访", None)
        add_visits(ledger, [visit(doors[1])])
        add_visits(ledger, [visit(doors[2])])
        ledger.note("打印")
    return folder


def only_backup(folder: Path) -> Path:
    return backup.list_backups(folder / "backups")[0].path


def opened(folder: Path, password: str = PASSWORD, user: str | None = None) -> Ledger:
    return Ledger.unlock(folder, password, user=user, clock=morning())


def test_a_look_reads_the_backup_and_writes_not_a_byte_into_it(post: Path) -> None:
    path = only_backup(post)
    before = digests(path)
    with opened(post) as ledger:
        copy = look_at(ledger, path, quiet)
        assert (visits(copy), visits(ledger)) == (1, 3)
        assert (copy.between.steps, copy.between.only_there) == (2, 0)
        assert copy.between.since is not None
        assert copy.between.since.astimezone().date() == morning().now().date()
        with ledger.read() as connection:
            assert history(connection, 1)[0].action == "看备份"
        copy.close()
        assert not (post / "looking").exists()
    assert digests(path) == before


def test_nothing_can_be_written_into_what_is_looked_at(post: Path) -> None:
    with opened(post) as ledger:
        copy = look_at(ledger, only_backup(post), quiet)
        file = digests(post / "looking")
        for refused in (
            lambda: add_visits(copy, []),
            lambda: copy.undo(2),
            lambda: copy.back_up("手动"),
            lambda: copy.add_account("新", "新", Role.OFFICER, OTHER),
            lambda: copy.set_password(copy.session.user, OTHER),
            lambda: copy.close_account("民警"),
        ):
            with pytest.raises(UserError, match="正在看的是备份"):
                refused()
        assert not copy.keep_unsaved("走访", {"note": "x"})
        assert copy.unsaved() == {}, "what was half typed that day is not gone on with"
        copy.note("打印", "走访记录")
        assert digests(post / "looking") == file
        with ledger.read() as connection:
            told = history(connection, 1)[0]
        assert (told.action, told.note[:4]) == ("打印", "走访记录")
        copy.close()
        assert backup.list_backups(post / "backups")[1:] == []


def test_the_monthly_trial_leaves_an_open_look_alone(post: Path) -> None:
    with opened(post) as ledger:
        copy = look_at(ledger, only_backup(post), quiet)
        file = digests(post / "looking")
        assert drill(ledger, quiet) == Drilled(only_backup(post).name, "")
        assert digests(post / "looking") == file
        assert visits(copy) == 1
        copy.close()
        assert not (post / "looking").exists()


def test_what_a_look_that_was_cut_short_left_is_removed_at_the_next_start(post: Path) -> None:
    (post / "looking").mkdir()
    shutil.copy(only_backup(post) / "ledger.db", post / "looking" / "ledger.db")
    (post / "ledger.db.partial").write_bytes(b"half")
    (post / "replaced-20260320-1940.partial").mkdir()
    with opened(post):
        names = {p.name for p in post.iterdir()}
    assert not names & {"looking", "ledger.db.partial", "replaced-20260320-1940.partial"}


def test_a_look_stopped_or_at_a_damaged_backup_leaves_nothing(post: Path) -> None:
    path = only_backup(post)

    def stop(_text: str, done: float) -> None:
        if done > 0.8:
            raise InterruptedError

    with opened(post) as ledger:
        with pytest.raises(Exception):  # noqa: B017, PT011  whatever the caller stops it with
            look_at(ledger, path, stop)
        assert not (post / "looking").exists()
        data = bytearray((path / "ledger.db").read_bytes())
        data[len(data) // 2] ^= 4
        (path / "ledger.db").write_bytes(data)
        with pytest.raises(LedgerDamaged, match="这个备份不能用"):
            look_at(ledger, path, quiet)
        assert not (post / "looking").exists()
        assert visits(ledger) == 3


def test_who_may_look_and_who_may_restore(post: Path) -> None:
    with opened(post) as ledger:
        ledger.add_account("辅", "辅", Role.AUXILIARY, OTHER)
        ledger.add_account("社", "社", Role.WORKER, OTHER + "2")
        ledger.add_account("新民警", "新民警", Role.OFFICER, OTHER + "3")
    with opened(post, OTHER + "2", "社") as worker, pytest.raises(AccessDenied):
        look_at(worker, only_backup(post), quiet)
    with opened(post, OTHER, "辅") as auxiliary:
        copy = look_at(auxiliary, only_backup(post), quiet)
        with pytest.raises(AccessDenied, match="用备份恢复"):
            agree(auxiliary, copy, OTHER, quiet)
        copy.close()
    with opened(post, OTHER + "3", "新民警") as officer:
        copy = look_at(officer, only_backup(post), quiet)
        with pytest.raises(UserError, match="还不是民警账号"):
            agree(officer, copy, OTHER + "3", quiet)
        copy.close()
    assert len(backup.list_backups(post / "backups")) == 1


def test_put_back_over_a_good_ledger_keeps_it_whole(post: Path) -> None:
    path = only_backup(post)
    before = digests(path)
    ledger = opened(post)
    # The next thinning out would remove the first backup of a day: not while it is put back.
    ledger.back_up("手动")
    copy = look_at(ledger, path, quiet)
    with pytest.raises(UserError, match="密码"):
        agree(ledger, copy, "not the password", quiet)
    assert len(backup.list_backups(post / "backups")) == 2
    good = agree(ledger, copy, PASSWORD, quiet)
    copy.close()
    done = put_back(ledger, path, PASSWORD, good=good, step=quiet)
    assert done.failed is None
    with done.ledger as now:
        assert visits(now) == 1
        assert now.problems() == []
        with now.read() as connection:
            said = history(connection, 1)[0]
        assert said.action == "从备份恢复"
        assert done.aside == post / "replaced-20260323-0830"
        assert done.aside.name in said.note
        saved = backup.list_backups(post / "backups")[0]
        assert saved.reason == "恢复前"
        assert now.check_backup(saved.path) == []
        again = look_at(now, saved.path, quiet)
        # What the restore took back is in the backup made before it; the event since is no step.
        assert (again.between.steps, again.between.only_there) == (0, 2)
        again.close()
    with Ledger.unlock(done.aside, PASSWORD, clock=morning()) as kept:
        assert visits(kept) == 3
        assert kept.problems() == []
    assert digests(path) == before
    assert not list(post.glob("*.partial"))


def test_todays_passwords_stay(post: Path) -> None:
    with opened(post) as ledger:
        ledger.set_password(ledger.session.user, OTHER)
    ledger = opened(post, OTHER)
    copy = look_at(ledger, only_backup(post), quiet)
    good = agree(ledger, copy, OTHER, quiet)
    copy.close()
    put_back(ledger, only_backup_of_day(post), OTHER, good=good, step=quiet).ledger.close()
    with pytest.raises(UserError, match="密码"):
        opened(post)
    opened(post, OTHER).close()


def only_backup_of_day(folder: Path) -> Path:
    return backup.list_backups(folder / "backups")[-1].path


def test_a_ledger_damaged_in_the_middle_is_moved_aside_instead(post: Path) -> None:
    """It opens, so its person comes by the same way; it cannot be backed up."""
    path = only_backup(post)
    data = bytearray((post / "ledger.db").read_bytes())
    data[-2000] ^= 4
    (post / "ledger.db").write_bytes(data)
    ledger = opened(post)
    copy = look_at(ledger, path, quiet)
    good = agree(ledger, copy, PASSWORD, quiet)
    assert not good
    copy.close()
    done = put_back(ledger, path, PASSWORD, good=good, step=quiet)
    assert done.aside == post / "damaged-0001"
    with done.ledger as now:
        assert visits(now) == 1


def test_while_another_reads_the_ledger_it_is_not_replaced(post: Path) -> None:
    ledger = opened(post)
    copy = look_at(ledger, only_backup(post), quiet)
    agree(ledger, copy, PASSWORD, quiet)
    copy.close()
    with (
        Ledger.unlock(post, PASSWORD, write=False, clock=morning()) as reader,
        reader.read() as connection,
    ):
        connection.exec_driver_sql("SELECT 1 FROM visit").all()
        path = only_backup_of_day(post)
        done = put_back(ledger, path, PASSWORD, good=True, step=quiet)
        assert "正在用" in str(done.failed)
        assert visits(done.ledger) == 3
        done.ledger.close()
    assert not list(post.glob("replaced-*"))


def test_where_the_ledger_cannot_be_opened_the_password_puts_a_backup_back(post: Path) -> None:
    (post / "ledger.db").write_bytes(random.Random(5).randbytes(40960))
    path = only_backup(post)
    with pytest.raises(LedgerDamaged):
        opened(post)
    for _ in range(4):
        with pytest.raises(UserError, match="密码不对"):
            restore_closed(post, path, "", "not the password", morning())
    with pytest.raises(UserError, match="请等"):
        restore_closed(post, path, "", "not the password", morning())
    (post / "throttle.json").write_text('{"failures": 0, "since": 0}')
    done = restore_closed(post, path, "", PASSWORD, morning())
    with done.ledger as now:
        assert visits(now) == 1
    assert done.aside == post / "damaged-0001"


KILLED = """
import os, shutil, sys
from datetime import datetime, UTC
from pathlib import Path
from db import backup
from db.kernel.keys import DataKey

secret, path, post, works = sys.stdin.readline(), *map(Path, sys.argv[1:])
left = 0

def dying(real):
    def call(*given, **more):
        global left
        left -= 1
        if not left:
            os._exit(9)
        return real(*given, **more)
    return call

for at in range(1, 100):
    work = shutil.copytree(post, works / str(at))
    child = os.fork()
    if not child:
        left = at
        os.fsync, os.open = dying(os.fsync), dying(os.open)
        Path.replace, Path.unlink = dying(Path.replace), dying(Path.unlink)
        key = DataKey(bytearray.fromhex(secret))
        backup.replace(path, work, key, now=datetime.now(UTC), step=lambda *_: None)
        os._exit(0)
    if os.waitpid(child, 0)[1] == 0:
        break
"""


def test_killed_before_any_call_to_the_disk_the_old_or_the_new_ledger_is_there(
    post: Path, tmp_path: Path
) -> None:
    works, found = tmp_path / "works", []
    with opened(post) as ledger:
        secret = ledger.core.key.open_copy().hex()
    command = [sys.executable, "-c", KILLED, str(only_backup(post)), str(post), str(works)]
    subprocess.run(command, cwd=ROOT, input=secret, text=True, check=True)
    for at in range(1, len(list(works.iterdir())) + 1):
        with opened(works / str(at)) as ledger:
            found.append(visits(ledger))
        aside = list((works / str(at)).glob("replaced-*/ledger.db"))
        assert aside or found[-1] == 3
        assert not list((works / str(at)).glob("*.partial"))
    assert len(found) > 15
    assert sorted(found, reverse=True) == found
    assert set(found) == {1, 3}
    with opened(aside[0].parent) as kept:
        assert visits(kept) == 3
