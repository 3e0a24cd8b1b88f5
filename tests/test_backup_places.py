"""Where backups go: a shared folder, the ledger's own by another path, an emptied one, one that fails half way."""

import stat
import threading
from pathlib import Path

import pytest

from db import backup, migrations
from db.attaching import attach
from db.disputes.registering import register_dispute
from db.exchange.sites import renew
from db.kernel import blobs
from db.kernel.errors import EnvironmentFault, UserError
from db.ledger import Ledger
from db.sample import PASSWORD
from tests.conftest import morning
from tests.faults.harness.session_tasks import make_old
from tests.test_attachments import JPEG
from tests.test_dispute_life import DRAFT


def test_a_folder_that_others_share_is_not_closed_to_them(ledger: Ledger, tmp_path: Path) -> None:
    share = tmp_path / "share"
    share.mkdir()
    share.chmod(0o2775)
    made = ledger.back_up("手动", share)
    assert stat.S_IMODE(share.stat().st_mode) == 0o2775
    assert stat.S_IMODE(made.path.stat().st_mode) & 0o777 == 0o700
    assert stat.S_IMODE(ledger.place.backups.parent.stat().st_mode) == 0o700
    ledger.place.backups.mkdir(exist_ok=True)
    ledger.place.backups.chmod(0o755)
    ledger.back_up("每天")
    assert stat.S_IMODE(ledger.place.backups.stat().st_mode) == 0o700


def test_a_folder_within_the_ledgers_own_is_no_second_place(ledger: Ledger) -> None:
    folder = ledger.place.folder
    ledger.back_up("手动", folder / "blobs" / ".." / "backups")
    ledger.back_up("手动", folder / "也在这里")
    assert backup.second_place(folder) is None


def test_numbers_go_on_where_the_folder_was_emptied_after_a_restore(ledger: Ledger) -> None:
    """Lower ones would count as those of the life before, and say nothing of what is missing."""
    for _ in range(3):
        ledger.back_up("手动")
    ledger.begin_anew(renew("0003"))
    ledger.place.backups.rename(ledger.place.folder / "taken away")
    assert ledger.back_up("手动").number == 4


def test_an_upgrade_that_fails_again_and_again_leaves_one_backup(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = make_old(tmp_path / "old")

    def full(*_: object) -> None:
        raise EnvironmentFault("磁盘满了")

    with monkeypatch.context() as patched:
        patched.setattr(migrations, "upgrade", full)
        for _ in range(3):
            with pytest.raises(EnvironmentFault):
                Ledger.unlock(old.folder, PASSWORD, clock=morning())
    assert [info.reason for info in backup.list_backups(old.folder / "backups")] == ["升级前"]
    Ledger.unlock(old.folder, PASSWORD, clock=morning()).close()


def test_a_backup_that_fails_half_way_leaves_no_contents_behind(
    ledger: Ledger, tmp_path: Path
) -> None:
    dispute = ledger.write(register_dispute(DRAFT)).value
    for number in range(3):
        photo = tmp_path / f"{number}.jpg"
        photo.write_bytes(JPEG + bytes([number]))
        attach(ledger, "dispute", dispute, "scene", photo)
    for path in [path for path in ledger.place.blobs.rglob("*") if path.is_file()]:
        # Whichever is copied last finds its place taken.
        stick = tmp_path / path.name
        taken = blobs.blob_path(stick / "blobs", path.name).parent
        taken.parent.mkdir(parents=True)
        taken.write_bytes(b"")
        with pytest.raises(EnvironmentFault):
            ledger.back_up("手动", stick)
        assert [left for left in (stick / "blobs").glob("??/*") if left.is_file()] == []
        taken.unlink()
        assert ledger.check_backup(ledger.back_up("手动", stick).path) == []


def test_who_waits_for_the_writer_in_vain_is_told_in_words(ledger: Ledger) -> None:
    """A merge or an import of many minutes holds the one writer of the window."""
    ledger.note("试一试")
    ledger.core.writer.pool._timeout = 0.1  # type: ignore[attr-defined]
    holds, done = threading.Event(), threading.Event()

    def hold() -> None:
        with ledger.core.writer.begin():
            holds.set()
            done.wait(20)

    holder = threading.Thread(target=hold)
    holder.start()
    assert holds.wait(20)
    try:
        for step in (lambda: ledger.note("再试"), lambda: ledger.rest(patient=False)):
            with pytest.raises(UserError, match="正在保存"):
                step()
    finally:
        done.set()
        holder.join()
