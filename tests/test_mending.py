"""What `check` finds, what it says to do, and what is mended without a restore."""

import shutil
from pathlib import Path

import pytest
from sqlalchemy import func, select

from db.attaching import attach, content_of
from db.checking import check
from db.disputes.registering import register_dispute
from db.kernel import engine
from db.kernel.access import Role
from db.kernel.errors import AccessDenied, LedgerDamaged
from db.kernel.files import PAGE
from db.kernel.history import history
from db.kernel.proofs import digest
from db.ledger import Ledger
from db.mending import bring_back, lost, mend_indexes
from db.sample import PASSWORD
from db.visits import Visit
from tests.builders import add_visits, street, visit
from tests.conftest import POST, morning
from tests.harming import harm_index, locks_held
from tests.test_attachments import JPEG
from tests.test_dispute_life import DRAFT

INDEX = "ix_visit_household"


def _said(ledger: Ledger) -> tuple[str, str]:
    with ledger.read() as connection:
        last = history(connection, 1)[0]
    return last.action, last.note


def _found_by_index(ledger: Ledger, door: bytes) -> int:
    with ledger.read() as connection:
        asked = select(func.count()).select_from(Visit).where(Visit.household == door)
        return connection.execute(asked).scalar_one()


def test_an_index_that_lacks_rows_is_named_and_built_anew(ledger: Ledger) -> None:
    door, other = street(ledger)[:2]
    add_visits(ledger, [visit(other)])
    # More than the check names in one go.
    harm_index(ledger, INDEX, lambda: add_visits(ledger, [visit(door) for _ in range(150)]))
    assert _found_by_index(ledger, door) == 0
    found = check(ledger)
    assert (found.harm, found.indexes) == ([], [INDEX])
    assert INDEX in ledger.problems()[0]
    with pytest.raises(LedgerDamaged, match=f"索引和它的表对不上（{INDEX}）"):
        ledger.back_up("手动")
    with ledger.read() as connection:
        before = digest(connection)

    held = locks_held(ledger.place.ledger)
    aside = mend_indexes(ledger)
    assert locks_held(ledger.place.ledger) == held > 0

    assert _found_by_index(ledger, door) == 150
    assert ledger.problems() == []
    with ledger.read() as connection:
        assert digest(connection) == before
    assert _said(ledger) == ("重建索引", INDEX)
    assert ledger.check_backup(ledger.back_up("手动").path) == []
    # What it was before can be opened as it lies.
    assert aside is not None
    with Ledger.unlock(aside, PASSWORD, clock=morning(), write=False) as kept:
        assert check(kept).indexes == [INDEX]
    assert mend_indexes(ledger) is None


def test_an_old_page_of_an_index_put_back_is_mended_as_well(ledger: Ledger) -> None:
    doors = street(ledger)
    add_visits(ledger, [visit(doors[0])])
    ledger.rest()
    file = ledger.place.ledger
    with ledger.read() as connection:
        asked = "SELECT rootpage FROM sqlite_schema WHERE name = ?"
        at = (connection.exec_driver_sql(asked, (INDEX,)).scalar_one() - 1) * PAGE
    page = slice(at, at + PAGE)
    old = file.read_bytes()[page]
    add_visits(ledger, [visit(doors[1])])
    ledger.rest()
    data = bytearray(file.read_bytes())
    data[page] = old
    file.write_bytes(data)
    # Who has the file open holds the page that was there.
    ledger.core.readers.dispose()
    ledger.core.writer.dispose()
    found = check(ledger)
    assert (found.harm, found.indexes) == ([], [INDEX])
    assert mend_indexes(ledger) is not None
    assert _found_by_index(ledger, doors[1]) == 1


def test_where_more_than_an_index_is_wrong_nothing_is_mended(ledger: Ledger) -> None:
    door = street(ledger)[0]
    harm_index(ledger, INDEX, lambda: add_visits(ledger, [visit(door)]))
    ledger.rest()
    raw = engine.connect(
        ledger.place.ledger,
        ledger.core.file_key,
        read_only=False,
        guarded=False,
        foreign_keys=False,
    )
    raw.execute("UPDATE building SET community = x'00'")
    raw.close()
    with pytest.raises(LedgerDamaged, match=r"坏的不只是索引.*指向不存在的内容"):
        mend_indexes(ledger)
    assert list(ledger.place.folder.glob("replaced-*")) == []
    raw = engine.connect(
        ledger.place.ledger,
        ledger.core.file_key,
        read_only=False,
        guarded=False,
        foreign_keys=False,
    )
    raw.execute("UPDATE building SET community = (SELECT id FROM community)")
    raw.close()
    assert mend_indexes(ledger) is not None


def test_who_may_not_back_up_may_not_mend(tmp_path: Path) -> None:
    folder = tmp_path / "post"
    made, _ = Ledger.create(folder, POST, PASSWORD, clock=morning())
    with made as ledger:
        ledger.add_account("社", "社", Role.WORKER, PASSWORD + "2")
    with Ledger.unlock(folder, PASSWORD + "2", user="社", clock=morning()) as worker:
        with pytest.raises(AccessDenied):
            mend_indexes(worker)
        with pytest.raises(AccessDenied):
            bring_back(worker, [])


def test_a_lost_attachment_is_told_with_what_it_belongs_to_and_found_in_a_backup(
    ledger: Ledger, tmp_path: Path
) -> None:
    dispute = ledger.write(register_dispute(DRAFT)).value
    made = []
    for name in ("楼道.jpg", "门口.jpg"):
        file = tmp_path / name
        file.write_bytes(JPEG + name.encode())
        made.append(attach(ledger, "dispute", dispute, "scene", file).value)
    first, second = made
    stick = tmp_path / "stick"
    stick.mkdir()
    ledger.back_up("手动", stick)
    blobs = ledger.place.blobs
    shutil.rmtree(blobs)
    found = check(ledger)
    assert (found.harm, found.indexes) == ([], [])
    assert list(found.attachments.values()) == ["楼道.jpg", "门口.jpg"]
    assert [(one.id, one.kept) for one in lost(ledger, found.attachments)] == [
        (first, True),
        (second, True),
    ]
    assert "纠纷" in lost(ledger, found.attachments)[0].of
    assert bring_back(ledger, found.attachments) == 2
    assert _said(ledger) == ("找回附件", "2个")
    assert content_of(ledger, first).endswith("楼道.jpg".encode())
    assert ledger.problems() == []
    # What no backup has is not said to be there.
    stick.rename(tmp_path / "away")
    file = blobs / next(blobs.rglob("??????*")).relative_to(blobs)
    kept = file.read_bytes()
    file.write_bytes(kept[:-1])
    (broken,) = check(ledger).attachments
    assert [one.kept for one in lost(ledger, [broken])] == [False]
    assert bring_back(ledger, [broken]) == 0
    file.write_bytes(kept)
