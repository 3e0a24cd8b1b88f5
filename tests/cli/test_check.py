"""The command check: what it says fits what it found, and --mend does what it says."""

import shutil
from pathlib import Path

import pytest

from db.attaching import attach
from db.disputes.registering import register_dispute
from db.ledger import Ledger
from db.sample import PASSWORD
from tests.builders import add_visits, street, visit
from tests.cli.running import DONE, MACHINE, MISTAKE, policepost
from tests.conftest import morning
from tests.harming import grow_log, harm_index
from tests.test_attachments import JPEG
from tests.test_dispute_life import DRAFT

INDEX = "ix_visit_household"


@pytest.fixture
def opened(_template: Path, tmp_path: Path) -> Ledger:
    """A ledger that the test itself closes."""
    return Ledger.unlock(shutil.copytree(_template, tmp_path / "post"), PASSWORD, clock=morning())


def test_an_index_is_named_and_mended(opened: Ledger) -> None:
    with opened as ledger:
        door = street(ledger)[0]
        harm_index(ledger, INDEX, lambda: add_visits(ledger, [visit(door)]))
        post = ledger.place.folder
    told = policepost("check", "--data", post)
    assert told.returncode == MACHINE
    assert f"索引和它的表对不上（{INDEX}）" in told.stdout
    assert "check --mend" in told.stdout
    assert "restore" not in told.stdout
    mended = policepost("check", "--mend", "--data", post)
    assert mended.returncode == DONE, mended.stdout + mended.stderr
    assert f"已重建索引：{INDEX}" in mended.stdout
    (aside,) = post.glob("replaced-*")
    assert str(aside) in mended.stdout
    assert policepost("check", "--data", post).returncode == DONE


def test_lost_attachments_stop_nobody_and_are_found_in_backups(
    opened: Ledger, tmp_path: Path
) -> None:
    photo = tmp_path / "楼道.jpg"
    photo.write_bytes(JPEG)
    with opened as ledger:
        dispute = ledger.write(register_dispute(DRAFT)).value
        attach(ledger, "dispute", dispute, "scene", photo)
        post = ledger.place.folder
    blobs, kept = post / "blobs", tmp_path / "kept"
    blobs.rename(kept)
    told = policepost("check", "--data", post)
    assert told.returncode == MACHINE
    assert "楼道.jpg" in told.stdout
    assert "手边的备份里没有" in told.stdout
    assert "可以接着登记" in told.stdout
    assert "不要再登记" not in told.stdout
    assert "restore" not in told.stdout
    kept.rename(blobs)
    assert policepost("backup", "--data", post).returncode == DONE
    shutil.rmtree(blobs)
    assert "备份里还有" in policepost("check", "--data", post).stdout
    mended = policepost("check", "--mend", "--data", post)
    assert mended.returncode == DONE, mended.stdout + mended.stderr
    assert "已从备份找回1个附件" in mended.stdout


def test_a_log_that_grew_is_named(opened: Ledger) -> None:
    with opened as ledger:
        post = ledger.place.folder
        with ledger.read() as connection:
            connection.exec_driver_sql("SELECT count(*) FROM visit").all()
            grow_log(ledger)
            kept = policepost("check", "--data", post)
        assert kept.returncode == MISTAKE
        assert "ledger.db-wal" in kept.stderr
        told = policepost("check", "--data", post)
        assert told.returncode == DONE, told.stdout + told.stderr
        assert "ledger.db-wal" in told.stdout
        assert "已经收进台账" in told.stdout
        assert policepost("check", "--data", post).stdout.startswith("台账完好")
