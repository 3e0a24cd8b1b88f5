"""The matrix of roles, where commands are given; passwords and recovery through the ledger's door."""

from pathlib import Path

import pytest

from db.kernel.access import MATRIX, Right, Role
from db.kernel.errors import AccessDenied, UserError
from db.kernel.history import history
from db.kernel.journal import Command
from db.ledger import Ledger
from db.recovering import recover
from tests.conftest import POST, morning

LONG = "一个足够长的口令 for tests"


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("right", Right)
def test_every_role_against_every_right(ledger: Ledger, role: Role, right: Right) -> None:
    name = f"{role}-{right}"
    ledger.add_account(name, name, role, LONG)
    ledger.close()
    command = Command("试一试", right, lambda _: "done")
    with Ledger.unlock(ledger.place.folder, LONG, user=name, clock=morning()) as other:
        if right in MATRIX[role]:
            assert other.write(command).value == "done"
        else:
            with other.read() as connection:
                before = history(connection, 1)
            with pytest.raises(AccessDenied):
                other.write(command)
            with other.read() as connection:
                assert history(connection, 1) == before


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
