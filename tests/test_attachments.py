"""Files kept with a record: sealed on the disk, named by content, in backups and back again."""

import os
import shutil
from pathlib import Path

import pytest

from db import backup
from db.attaching import attach, broken_of, collect_orphans, content_of
from db.attachments import attachments_of, kept_name, name_to_save, remove_attachment, safe_name
from db.disputes.registering import register_dispute, remove_dispute
from db.drilling import drill
from db.kernel import blobs
from db.kernel.errors import LedgerDamaged, UserError
from db.kernel.files import write_atomically
from db.kernel.ids import Id
from db.ledger import Ledger
from db.looking import look_at
from db.mending import bring_back
from db.restoring import put_back, restore_closed
from db.sample import PASSWORD
from tests.conftest import morning
from tests.test_dispute_life import DRAFT

JPEG = b"\xff\xd8\xff\xe0" + os.urandom(150_000)


@pytest.fixture
def dispute(ledger: Ledger) -> Id:
    return ledger.write(register_dispute(DRAFT)).value


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    file = tmp_path / "楼道.jpeg"
    file.write_bytes(JPEG)
    return file


def sealed(ledger: Ledger) -> list[Path]:
    return sorted(path for path in ledger.place.blobs.rglob("*") if path.is_file())


def test_a_file_comes_back_as_it_was_and_lies_sealed(
    ledger: Ledger, dispute: Id, photo: Path
) -> None:
    made = attach(ledger, "dispute", dispute, "scene", photo)
    assert content_of(ledger, made.value) == JPEG
    (file,) = sealed(ledger)
    assert JPEG[:64] not in file.read_bytes()
    assert photo.stem not in file.name
    with ledger.read() as connection:
        (line,) = attachments_of(connection, dispute)
    assert (line.name, line.media, line.size, line.kind) == (
        "楼道.jpg",
        "image",
        len(JPEG),
        "scene",
    )


def test_the_same_content_lies_there_once(ledger: Ledger, dispute: Id, photo: Path) -> None:
    first = attach(ledger, "dispute", dispute, "scene", photo).value
    second = attach(ledger, "dispute", dispute, "paper", photo).value
    assert len(sealed(ledger)) == 1
    ledger.write(remove_attachment(first))
    assert content_of(ledger, second) == JPEG


@pytest.mark.parametrize(
    "size", [0, 1, blobs.CHUNK - 1, blobs.CHUNK, blobs.CHUNK + 1, 3 * blobs.CHUNK]
)
def test_every_length_is_sealed_and_opened(tmp_path: Path, size: int) -> None:
    data, secret, key = os.urandom(size), blobs.new_secret(), b"k" * 32
    name = blobs.blob_name(data, key)
    blobs.write_blob(tmp_path, name, secret, data)
    assert blobs.read_blob(tmp_path, name, secret, key) == data


def test_a_damaged_cut_swapped_or_missing_file_is_named_and_the_rest_opens(
    ledger: Ledger, dispute: Id, photo: Path, tmp_path: Path
) -> None:
    other = tmp_path / "b.jpg"
    other.write_bytes(JPEG + b"2")
    first = attach(ledger, "dispute", dispute, "scene", photo).value
    second = attach(ledger, "dispute", dispute, "scene", other).value
    with ledger.read() as connection:
        rows = {line.id: line for line in attachments_of(connection, dispute)}
    assert len(rows) == 2
    one, two = sealed(ledger)
    whole = one.read_bytes()
    wrong = [
        whole[:-1], whole[: 24 + blobs.CHUNK + 17], whole + b"x", b"",
        whole[:60_000] + bytes([whole[60_000] ^ 1]) + whole[60_001:], two.read_bytes(),
    ]  # fmt: skip
    mine = next(a for a in (first, second) if content_of(ledger, a) and _of(ledger, a) == one.name)
    for content in wrong:
        one.write_bytes(content)
        with pytest.raises(LedgerDamaged, match="附件"):
            content_of(ledger, mine)
        assert content_of(ledger, second if mine == first else first)
    one.unlink()
    with pytest.raises(LedgerDamaged, match="不在了"):
        content_of(ledger, mine)
    one.write_bytes(whole)


def _of(ledger: Ledger, attachment: Id) -> str:
    from db.attachments import Attachment  # noqa: PLC0415

    with ledger.read() as connection:
        row = connection.execute(
            Attachment.__table__.select().where(Attachment.id == attachment)
        ).one()
    return str(row.blob)


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("a.exe", b"MZ" + b"0" * 100, "只收照片"),
        ("a.jpg", b"<html>", "只收照片"),
        ("a.docx", b"PK\x03\x04", "只收照片"),
        ("empty.jpg", b"", "是空的"),
    ],
)
def test_what_is_no_photograph_pdf_or_recording_is_refused(
    ledger: Ledger, dispute: Id, tmp_path: Path, name: str, content: bytes, why: str
) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    with pytest.raises(UserError, match=why):
        attach(ledger, "dispute", dispute, "other", file)
    assert sealed(ledger) == []


def test_links_folders_and_other_kinds_are_refused(
    ledger: Ledger, dispute: Id, photo: Path
) -> None:
    link = photo.with_name("link.jpg")
    link.symlink_to(photo)
    for file in (link, photo.parent, photo.with_name("none.jpg")):
        with pytest.raises(UserError, match="读不出来"):
            attach(ledger, "dispute", dispute, "other", file)
    with pytest.raises(UserError, match="身份证件不收"):
        attach(ledger, "dispute", dispute, "identity", photo)


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd", "etc passwd.jpg"),
        ("C:\\a\\b.jpg", "C a b.jpg"),
        ("CON", "附件.jpg"),
        ("photo\u202egpj.exe", "photo gpj.jpg"),
        ("   .jpg", "附件.jpg"),
        ("长" * 200, "长" * 96 + ".jpg"),
    ],
)
def test_a_name_harms_nobody_when_it_is_saved(name: str, safe: str) -> None:
    assert safe_name(name, ".jpg") == safe
    assert kept_name(safe) == safe


def test_backups_have_them_prove_them_and_bring_them_back(
    ledger: Ledger, dispute: Id, photo: Path, tmp_path: Path
) -> None:
    made = attach(ledger, "dispute", dispute, "scene", photo).value
    info = ledger.back_up("测试")
    again = ledger.back_up("再做一次")
    assert list(info.attachments) == list(again.attachments) == [sealed(ledger)[0].name]
    assert ledger.check_backup(info.path) == []
    elsewhere = tmp_path / "elsewhere"
    backup.restore(info.path, elsewhere, lambda slots: slots.unlock(None, PASSWORD)[1])
    with Ledger.unlock(elsewhere, PASSWORD, clock=morning()) as restored:
        assert content_of(restored, made) == JPEG
    (copy,) = (path for path in (info.path.parent / "blobs").rglob("*") if path.is_file())
    copy.write_bytes(b"x")
    with Ledger.unlock(elsewhere, PASSWORD, clock=morning()) as restored:
        assert restored.check_backup(info.path) == ["有1个附件缺少或损坏"]


@pytest.mark.parametrize("live", ["whole", "rotten", "gone"])
@pytest.mark.parametrize("kept", ["rotten", "gone"])
def test_a_lost_attachment_keeps_nobody_from_a_restore_or_a_look(
    ledger: Ledger, dispute: Id, photo: Path, tmp_path: Path, kept: str, live: str
) -> None:
    made = attach(ledger, "dispute", dispute, "scene", photo).value
    folder, path = _copied_with_its_backup(ledger, tmp_path)
    for beside, how in ((folder / "backups", kept), (folder, live)):
        (file,) = (path for path in (beside / "blobs").rglob("*") if path.is_file())
        if how == "gone":
            file.unlink()
        elif how == "rotten":
            file.write_bytes(file.read_bytes()[:-1] + b"?")
    with Ledger.unlock(folder, PASSWORD, clock=morning()) as hurt:
        assert hurt.check_backup(path) == ["有1个附件缺少或损坏"]
        done = drill(hurt, lambda _text, _part: None)
        assert done is not None
        assert done.problem == "有1个附件缺少或损坏"
        with look_at(hurt, path, lambda _text, _part: None) as copy:
            assert copy.info.path == path
    hurt.place.ledger.write_bytes(b"x" * 8192)

    back = restore_closed(folder, path, "", PASSWORD, morning())
    with back.ledger as restored:
        assert broken_of(restored, dispute) == (set() if live == "whole" else {made})
        if live == "whole":
            assert (content_of(restored, made), back.lacking) == (JPEG, "")
        else:
            assert "1个附件缺少或损坏：楼道.jpg" in back.lacking


def test_a_rotten_attachment_is_replaced_by_the_whole_one_of_a_backup_put_back(
    ledger: Ledger, dispute: Id, photo: Path, tmp_path: Path
) -> None:
    made = attach(ledger, "dispute", dispute, "scene", photo).value
    folder, path = _copied_with_its_backup(ledger, tmp_path)
    (file,) = (path for path in (folder / "blobs").rglob("*") if path.is_file())
    file.write_bytes(b"rotten")
    (folder / "ledger.db").write_bytes(b"x" * 8192)
    back = restore_closed(folder, path, "", PASSWORD, morning())
    with back.ledger as restored:
        assert content_of(restored, made) == JPEG
        assert back.lacking == ""
        assert restored.problems() == []


def _copied_with_its_backup(ledger: Ledger, tmp_path: Path) -> tuple[Path, Path]:
    """Back the ledger up and copy its whole folder; return the copy, and the backup in it."""
    name = ledger.back_up("测试").path.name
    ledger.rest()
    folder = shutil.copytree(ledger.place.folder, tmp_path / "hurt")
    return folder, folder / "backups" / name


def test_a_lost_attachment_keeps_nobody_from_a_backup(
    ledger: Ledger, dispute: Id, photo: Path
) -> None:
    attach(ledger, "dispute", dispute, "scene", photo)
    kept = ledger.place.blobs.rename(ledger.place.folder / "kept")
    info = ledger.back_up("测试")
    assert (info.attachments, info.lost) == ({}, 1)
    assert "1个附件缺少或损坏" in info.lacking
    assert ledger.check_backup(info.path) == []
    kept.rename(ledger.place.blobs)


@pytest.mark.parametrize("damage", ["flipped", "cut", "gone"])
def test_a_content_that_does_not_open_is_named_by_check_backup_and_drill(
    ledger: Ledger, dispute: Id, photo: Path, tmp_path: Path, damage: str
) -> None:
    other = tmp_path / "门口.jpg"
    other.write_bytes(JPEG + b"2")
    first = attach(ledger, "dispute", dispute, "scene", photo).value
    (mine,) = sealed(ledger)
    attach(ledger, "dispute", dispute, "scene", other)
    whole = mine.read_bytes()
    if damage == "gone":
        mine.unlink()
    else:
        at = len(whole) // 2
        flipped = whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :]
        mine.write_bytes(flipped if damage == "flipped" else whole[:at])
    assert broken_of(ledger, dispute) == {first}
    (said,) = ledger.problems()
    assert said.startswith("1个附件缺少或损坏：楼道.jpg。")
    info = ledger.back_up("测试")
    assert mine.name not in info.attachments
    assert (len(info.attachments), info.lost) == (1, 1)
    done = drill(ledger, lambda _text, _part: None)
    assert done is not None
    assert (done.problem, done.broken) == ("", said)
    mine.write_bytes(whole)
    assert ledger.problems() == []
    again = ledger.back_up("找回以后")
    assert (len(again.attachments), again.lost) == (2, 0)


def test_a_whole_copy_beside_the_backups_is_kept_and_a_damaged_one_replaced(
    ledger: Ledger, dispute: Id, photo: Path
) -> None:
    attach(ledger, "dispute", dispute, "scene", photo)
    (mine,) = sealed(ledger)
    whole = mine.read_bytes()
    ledger.back_up("好的")
    copy = ledger.place.backups / "blobs" / mine.parent.name / mine.name
    mine.write_bytes(whole[:-1])
    assert ledger.back_up("原件坏了").lost == 0
    mine.write_bytes(whole)
    copy.write_bytes(whole[:-1])
    info = ledger.back_up("备份里的坏了")
    assert copy.read_bytes() == whole
    assert ledger.check_backup(info.path) == []


def test_only_what_was_never_named_is_collected(ledger: Ledger, dispute: Id, photo: Path) -> None:
    made = attach(ledger, "dispute", dispute, "scene", photo)
    stray = blobs.blob_path(ledger.place.blobs, "ab" * 32)
    stray.parent.mkdir(parents=True)
    stray.write_bytes(b"cut short")
    assert collect_orphans(ledger) == 0
    old = stray.stat().st_mtime - blobs.ORPHAN_SECONDS - 60
    for file in sealed(ledger):
        os.utime(file, (old, old))
    gone = ledger.write(remove_dispute(dispute))
    assert collect_orphans(ledger) == 1
    assert not stray.exists()
    ledger.undo(gone.no)
    assert content_of(ledger, made.value) == JPEG


def test_a_file_removed_and_added_again_opens_in_both_records_and_in_every_backup(
    ledger: Ledger, dispute: Id, photo: Path, tmp_path: Path
) -> None:
    """To add it again is the only way to change its kind."""
    first = attach(ledger, "dispute", dispute, "scene", photo).value
    old = ledger.back_up("手动")
    removed = ledger.write(remove_attachment(first))
    second = attach(ledger, "dispute", dispute, "paper", photo).value
    ledger.undo(removed.no)
    assert content_of(ledger, first) == content_of(ledger, second) == JPEG
    new = ledger.back_up("手动")
    assert (new.lost, ledger.check_backup(new.path), ledger.check_backup(old.path)) == (0, [], [])


def test_a_content_under_another_secret_never_takes_the_place_of_one_a_backup_names(
    ledger: Ledger, dispute: Id, photo: Path, tmp_path: Path
) -> None:
    """As after a step back to before the file was added, when it is added again."""
    own = _copied(ledger, tmp_path)
    before = own.back_up("手动")
    attach(own, "dispute", dispute, "scene", photo)
    named = own.back_up("手动")
    done = put_back(own, before.path, PASSWORD, good=True, step=lambda *_: None)
    with done.ledger as back:
        again = attach(back, "dispute", dispute, "scene", photo).value
        new = back.back_up("手动")
        assert new.lost == 0
        assert [back.check_backup(one.path) for one in (named, new)] == [[], []]
        # Each backup brings back the content its own record opens, over the other one.
        unlock = lambda slots: slots.unlock(None, PASSWORD)[1]  # noqa: E731
        for number, (one, count) in enumerate(((named, 1), (new, 1))):
            to = tmp_path / f"else{number}"
            backup.restore(one.path, to, unlock)
            with Ledger.unlock(to, PASSWORD, clock=morning()) as elsewhere:
                assert len(sealed(elsewhere)) == count
                with elsewhere.read() as connection:
                    (line,) = attachments_of(connection, dispute)
                assert content_of(elsewhere, line.id) == JPEG
        for path in sealed(back):
            path.unlink()
        assert bring_back(back, [again]) == 1
        assert content_of(back, again) == JPEG


def _copied(ledger: Ledger, tmp_path: Path) -> Ledger:
    ledger.rest()
    folder = shutil.copytree(
        ledger.place.folder, tmp_path / "copied", ignore=shutil.ignore_patterns("lock*")
    )
    return Ledger.unlock(folder, PASSWORD, clock=morning())


def test_adding_a_file_whose_kept_content_is_damaged_mends_it(
    ledger: Ledger, dispute: Id, photo: Path
) -> None:
    first = attach(ledger, "dispute", dispute, "scene", photo).value
    (file,) = sealed(ledger)
    _flip(file)
    second = attach(ledger, "dispute", dispute, "paper", photo).value
    assert content_of(ledger, first) == content_of(ledger, second) == JPEG


def test_a_restore_brings_a_whole_content_over_a_damaged_one(
    ledger: Ledger, dispute: Id, photo: Path, tmp_path: Path
) -> None:
    own = _copied(ledger, tmp_path)
    made = attach(own, "dispute", dispute, "scene", photo).value
    saved = own.back_up("手动")
    (file,) = sealed(own)
    _flip(file)
    done = put_back(own, saved.path, PASSWORD, good=True, step=lambda *_: None)
    with done.ledger as back:
        assert content_of(back, made) == JPEG


def _flip(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[100] ^= 1
    file.write_bytes(data)


def test_a_name_proposed_for_saving_out_is_short_enough_for_any_disk(tmp_path: Path) -> None:
    proposed = name_to_save("长" * 300 + ".jpg")
    assert proposed == "长" * 65 + ".jpg"
    write_atomically(tmp_path / proposed, JPEG)
    assert name_to_save("现场.png") == "现场.png"
