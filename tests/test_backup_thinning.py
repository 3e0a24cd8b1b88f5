"""Thinning out beside another window, and where it fails: nothing that counts is lost or stopped."""

from pathlib import Path

from db import backup
from db.attaching import attach
from db.backup.making import alone
from db.disputes.registering import register_dispute
from db.ledger import Ledger
from tests.test_attachments import JPEG
from tests.test_dispute_life import DRAFT


def _numbers(folder: Path) -> list[int]:
    return [info.number for info in backup.list_backups(folder)]


def _many(ledger: Ledger, folder: Path, n: int) -> list[Path]:
    """Backups of one day, of which two are kept."""
    now = ledger.clock.now()
    made = [
        backup.back_up(ledger.place.folder, ledger.core.key, folder, reason="试", now=now)
        for _ in range(n)
    ]
    return [info.path for info in made]


def test_nothing_is_thinned_out_while_another_window_makes_a_backup(
    ledger: Ledger, tmp_path: Path
) -> None:
    folder = tmp_path / "share"
    _many(ledger, folder, 4)
    with alone(folder):
        assert backup.rotate(folder) == []
        assert _numbers(folder) == [4, 3, 2, 1]
    assert len(backup.rotate(folder)) == 2


def test_contents_a_backup_in_the_making_has_copied_stay(ledger: Ledger, tmp_path: Path) -> None:
    """Also where a share knows no locks: what an unfinished backup has is not known yet."""
    folder, photo = tmp_path / "share", tmp_path / "楼道.jpg"
    photo.write_bytes(JPEG)
    dispute = ledger.write(register_dispute(DRAFT)).value
    without = _many(ledger, tmp_path / "other", 3)
    attach(ledger, "dispute", dispute, "scene", photo)
    made = ledger.back_up("每天", folder)
    (copy,) = (path for path in (folder / "blobs").rglob("*") if path.is_file())
    unfinished = made.path.rename(folder / f"{made.path.name}.partial")
    for number, path in enumerate(without, 2):
        path.rename(folder / f"{number:04d}-20260323-0830")
    assert len(backup.rotate(folder)) == 1
    assert copy.exists()
    unfinished.rename(made.path)
    assert ledger.check_backup(made.path) == []


def test_an_old_backup_that_cannot_be_removed_stops_nothing_and_is_told_aside(
    ledger: Ledger, tmp_path: Path
) -> None:
    stick = tmp_path / "stick"
    first = _many(ledger, stick, 2)[0]
    # The name it gets before it is removed is taken.
    (stick / f"{first.name}.partial").write_bytes(b"")
    made = ledger.back_up("合并前", stick)
    assert first.name in made.told
    assert "删不掉" in made.told
    assert ledger.check_backup(made.path) == []
    assert _numbers(stick) == [3, 2, 1]
    second = backup.second_place(ledger.place.folder)
    assert second is not None
    assert second.folder == stick
    (stick / f"{first.name}.partial").unlink()
    again = ledger.back_up("合并前", stick)
    assert again.told == ""
    assert _numbers(stick) == [4, 3]
