"""The matrix of roles, where commands are given; passwords and recovery through the ledger's door."""

import itertools
import json
import shutil
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from db.kernel import engine
from db.kernel.access import MATRIX, Right, Role
from db.kernel.errors import AccessDenied, EnvironmentFault, LedgerDamaged, UserError
from db.kernel.history import Entry, history, last_time
from db.kernel.journal import Command
from db.kernel.keys import WrongSecretError
from db.kernel.place import Place
from db.kernel.recovery import new_code
from db.kernel.throttle import WAITS, Throttle
from db.ledger import Ledger
from db.recovering import recover
from db.restoring import restore_closed
from tests.conftest import POST, morning

LONG = "一个足够长的口令 for tests"


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("right", Right)
def test_every_role_against_every_right(ledger: Ledger, role: Role, right: Right) -> None:
    name = f"{role}-{right}"
    ledger.add_account(name, name, role, LONG)
    ledger.close()
    command = Command("试一试", right, lambda _: "done", note="晨园3-2-401")
    with Ledger.unlock(ledger.place.folder, LONG, user=name, clock=morning()) as other:
        if right in MATRIX[role]:
            assert other.write(command).value == "done"
            assert _latest(other).action == "试一试"
        else:
            no = _latest(other).no
            with pytest.raises(AccessDenied):
                other.write(command)
            # Who and which command, and nothing of what it was about.
            last = _latest(other)
            assert last.no == no + 1
            assert last.account == other.session.account
            assert (last.action, last.note) == ("想做“试一试”", "没有这个权限，没有做")
            assert last.changes == 0


def _latest(ledger: Ledger) -> Entry:
    with ledger.read() as connection:
        return history(connection, 1)[0]


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    """A ledger that the test itself closes."""
    made, _ = Ledger.create(tmp_path / "ledger", POST, LONG, clock=morning())
    return made


def test_a_read_only_account_cannot_be_talked_into_writing(ledger: Ledger) -> None:
    ledger.add_account("看", "看", Role.READER, LONG)
    ledger.close()
    with Ledger.unlock(ledger.place.folder, LONG, user="看", clock=morning()) as reader:
        with pytest.raises(AccessDenied):
            reader.undo(1)
        with pytest.raises(AccessDenied):
            reader.add_account("新", "新", Role.OFFICER, LONG)
        with pytest.raises(AccessDenied):
            reader.set_password("民警", LONG)
        with pytest.raises(AccessDenied):
            reader.back_up("手动")
        with reader.read() as connection:
            wanted = [e.action for e in history(connection, 4)][::-1]
        assert wanted == ["想做“撤销”", "想做“新增账号”", "想做“重设密码”", "想做“备份”"]


def test_what_was_refused_is_no_step_to_take_back(ledger: Ledger) -> None:
    ledger.add_account("看", "看", Role.READER, LONG)
    ledger.close()
    with Ledger.unlock(ledger.place.folder, LONG, user="看", clock=morning()) as reader:
        with pytest.raises(AccessDenied):
            reader.write(Command("登记走访", Right.WRITE, lambda _: None))
        no = _latest(reader).no
    with Ledger.unlock(ledger.place.folder, LONG, user="民警", clock=morning()) as officer:
        with pytest.raises(UserError, match="没有改动数据，用不着撤销"):
            officer.undo(no)
        with officer.read() as connection:
            assert last_time(connection, "登记走访") is None


def test_who_is_refused_does_not_agree_to_go_on_without_what_is_missing(
    ledger: Ledger, tmp_path: Path
) -> None:
    with ledger:
        ledger.add_account("看", "看", Role.READER, LONG)
        ledger.rest()
        ledger.note("打印", "名单")
        killed = shutil.copytree(ledger.place.folder, tmp_path / "killed")
    (killed / "ledger.db-wal").unlink()
    with Ledger.unlock(killed, LONG, user="看", clock=morning()) as reader:
        assert "至少少了1步" in reader.missing
        with pytest.raises(AccessDenied):
            reader.write(Command("登记走访", Right.WRITE, lambda _: None))
        assert _latest(reader).action == "新增账号"


def test_a_ledger_opened_to_read_only_refuses(ledger: Ledger) -> None:
    ledger.add_account("看", "看", Role.READER, LONG)
    ledger.close()
    with Ledger.unlock(ledger.place.folder, LONG, user="看", write=False) as reader:
        no = _latest(reader).no
        with pytest.raises(UserError, match="只读打开"):
            reader.write(Command("登记走访", Right.WRITE, lambda _: None))
        assert _latest(reader).no == no


def test_a_closed_account_opens_nothing(ledger: Ledger) -> None:
    ledger.add_account("走", "走", Role.AUXILIARY, LONG + "2")
    ledger.close_account("走")
    ledger.close()
    with pytest.raises(UserError, match="密码不对"):
        Ledger.unlock(ledger.place.folder, LONG + "2", user="走")


def test_the_last_officer_stays(ledger: Ledger) -> None:
    with ledger, pytest.raises(UserError, match="最后一个民警"):
        ledger.close_account("民警")


def test_a_new_password_replaces_the_old(ledger: Ledger) -> None:
    ledger.set_password("民警", "another long password")
    ledger.close()
    with pytest.raises(UserError):
        Ledger.unlock(ledger.place.folder, LONG)
    Ledger.unlock(ledger.place.folder, "another long password").close()


def test_the_recovery_code_sets_a_password_once(tmp_path: Path) -> None:
    made, code = Ledger.create(tmp_path / "ledger", POST, LONG, clock=morning())
    made.close()
    fresh = recover(tmp_path / "ledger", code, "民警", "another long password").code
    assert fresh != code
    Ledger.unlock(tmp_path / "ledger", "another long password").close()
    with pytest.raises(UserError):
        recover(tmp_path / "ledger", code, "民警", "yet another password")


def test_the_recovery_code_opens_no_emptied_ledger_and_its_log_stays(tmp_path: Path) -> None:
    """The library deletes the log beside an empty file, and with it the last work (V15)."""
    made, code = Ledger.create(tmp_path / "ledger", POST, LONG, clock=morning())
    made.note("试一试")
    folder = shutil.copytree(tmp_path / "ledger", tmp_path / "emptied")
    made.close()
    log = folder / "ledger.db-wal"
    kept = log.read_bytes()
    assert kept
    (folder / "ledger.db").write_bytes(b"")
    with pytest.raises(LedgerDamaged, match="是空的"):
        recover(folder, code, "民警", "another long password")
    assert log.read_bytes() == kept
    # Whoever opens it, also where it was emptied after somebody had looked at it.
    with pytest.raises(LedgerDamaged, match="是空的"):
        engine.connect(folder / "ledger.db", bytes(32), read_only=True)
    assert log.read_bytes() == kept


def test_weak_passwords_are_refused_before_anything_is_made(tmp_path: Path) -> None:
    for weak in ("short", "aaaaaaaaaaaaaaa", ""):
        with pytest.raises(UserError):
            Ledger.create(tmp_path / "ledger", POST, weak)
    assert not (tmp_path / "ledger" / "ledger.db").exists()


def test_a_second_writer_waits_a_reader_does_not(ledger: Ledger) -> None:
    with ledger:
        with pytest.raises(UserError, match="正在"):
            Ledger.unlock(ledger.place.folder, LONG)
        with Ledger.unlock(ledger.place.folder, LONG, write=False) as reader:
            reader.note("生成周报", "2026-W12")
            with pytest.raises(UserError, match="只读"):
                reader.write(Command("改", Right.WRITE, lambda _: None))
        with ledger.read() as connection:
            assert history(connection, 1)[0].action == "生成周报"


def _tries(ledger: Ledger) -> list[str]:
    with ledger.read() as connection:
        found = [e.note for e in history(connection, 50) if e.action == "输错密码"]
    return found[::-1]


def test_a_thousand_wrong_tries_wait_as_long_as_the_table_says_and_stand_in_the_history(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger.close()
    file, now = ledger.place.throttle, time.monotonic()
    start, waited = now - 10**6, 0.0
    day = itertools.count(1)
    for number in range(1000):
        # Each try is a start of the program, on another day by the machine's wall clock.
        monkeypatch.setattr(time, "time", lambda: 86_400.0 * next(day))
        at = start + waited
        with (
            pytest.raises(WrongSecretError),
            Throttle(file, partial(float, at)).guarding(),
        ):
            raise WrongSecretError("wrong")
        wait = WAITS[min(number, len(WAITS) - 1)]
        assert Throttle(file, partial(float, at)).seconds_left() == wait
        waited += wait
    monkeypatch.undo()
    with Ledger.unlock(ledger.place.folder, LONG, clock=morning()) as opened:
        assert _tries(opened) == ["登录之前输错1000次"]
    with Ledger.unlock(ledger.place.folder, LONG, clock=morning()) as opened:
        assert _tries(opened) == ["登录之前输错1000次"]


def test_wrong_tries_at_every_door_stand_in_the_history(tmp_path: Path) -> None:
    folder = tmp_path / "ledger"
    made, code = Ledger.create(folder, POST, LONG, clock=morning())
    with made:
        for _ in range(2):
            with pytest.raises(WrongSecretError):
                made.check_password("not the right one")
        made.check_password(LONG)
        saved = made.back_up("手动").path
        assert _tries(made) == ["解锁之前输错2次"]
    wrong = new_code()
    with pytest.raises(WrongSecretError):
        recover(folder, wrong, "民警", LONG)
    recover(folder, code, "民警", LONG)
    with Ledger.unlock(folder, LONG, clock=morning()) as opened:
        assert _tries(opened) == ["解锁之前输错2次", "用恢复码之前输错1次"]
    (folder / "ledger.db").unlink()
    with pytest.raises(WrongSecretError):
        restore_closed(folder, saved, "", "not the right one", morning())
    with restore_closed(folder, saved, "", LONG, morning()).ledger as restored:
        assert _tries(restored)[-1] == "恢复之前输错1次"


def test_guessing_by_restoring_a_backup_elsewhere_counts_where_the_backup_lies(
    tmp_path: Path,
) -> None:
    folder, away = tmp_path / "ledger", tmp_path / "empty"
    made, _ = Ledger.create(folder, POST, LONG, clock=morning())
    with made:
        saved = made.back_up("手动").path
    for _ in range(4):
        with pytest.raises(WrongSecretError):
            restore_closed(away, saved, "", "not the right one", morning())
    with pytest.raises(UserError, match="请等"):
        restore_closed(away, saved, "", LONG, morning())
    with pytest.raises(UserError, match="请等"):
        Ledger.unlock(folder, LONG)
    state = json.loads(Place(folder).throttle.read_text())
    Place(folder).throttle.write_text(json.dumps({**state, "since": state["since"] - 5}))
    with Ledger.unlock(folder, LONG) as opened:
        assert _tries(opened) == ["登录之前输错4次"]
    with restore_closed(away, saved, "", LONG, morning()).ledger as restored:
        assert _tries(restored) == []


def test_guesses_made_at_the_same_time_each_count(ledger: Ledger) -> None:
    ledger.close()

    def guess(number: int) -> str:
        with pytest.raises(UserError) as told:
            Ledger.unlock(ledger.place.folder, f"not the right one {number}", write=False)
        return str(told.value)[:4]

    with ThreadPoolExecutor(12) as at_once:
        said = Counter(at_once.map(guess, range(12)))
    assert said == {"密码不对": 4, "密码输错": 8}
    assert json.loads(ledger.place.throttle.read_text())["failures"] == 4


def test_a_count_that_was_taken_away_is_told(ledger: Ledger) -> None:
    """A deleted file counts as five failures, and the history says that it was gone."""
    ledger.close()
    ledger.place.throttle.unlink()
    with pytest.raises(UserError, match="请等15秒"):
        Ledger.unlock(ledger.place.folder, LONG)
    state = json.loads(ledger.place.throttle.read_text())
    state["since"] -= 15
    ledger.place.throttle.write_text(json.dumps(state))
    with Ledger.unlock(ledger.place.folder, LONG) as opened:
        assert _tries(opened) == ["登录之前输错5次（计数的文件丢过或被改过，从5次算起）"]


def test_a_ledger_that_was_carried_into_a_cloud_folder_is_only_read(
    ledger: Ledger, tmp_path: Path
) -> None:
    ledger.close()
    cloud = tmp_path / "OneDrive" / "台账"
    shutil.copytree(ledger.place.folder, cloud)
    # What one try at a time waits for; it stays empty.
    (cloud / "throttle.lock").touch()
    before = {path: path.read_bytes() for path in cloud.rglob("*") if path.is_file()}
    with pytest.raises(UserError, match=r"OneDrive.*整个台账文件夹"):
        Ledger.unlock(cloud, LONG)
    assert {path: path.read_bytes() for path in cloud.rglob("*") if path.is_file()} == before
    with Ledger.unlock(cloud, LONG, write=False) as reader:
        assert reader.problems() == []


def test_where_making_a_ledger_failed_it_is_made_at_the_second_try(tmp_path: Path) -> None:
    folder = tmp_path / "ledger"
    in_the_way = Place(folder).ledger.with_suffix(".part")
    in_the_way.mkdir(parents=True)
    with pytest.raises(EnvironmentFault) as kept:
        Ledger.create(folder, POST, LONG, clock=morning())
    in_the_way.rmdir()
    made, _ = Ledger.create(folder, POST, LONG, clock=morning())
    with made:
        assert made.problems() == []
    assert kept.value, "who told of the failure may still hold it"
