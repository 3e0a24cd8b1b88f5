"""Erased is gone: from rows, journal, search keys, what was typed, attachments, and from old copies."""

import shutil
from pathlib import Path

import pytest
from sqlalchemy import select, text

from db.figures.spans import span_figures
from db.kernel import engine, erasing
from db.kernel.erased import read_list, write_list
from db.kernel.errors import UserError
from db.kernel.history import history
from db.kernel.place import ERASED
from db.kernel.workdays import Week
from db.ledger import Ledger
from db.looking import look_at
from db.places import Household, HouseholdDraft, change_household
from db.restoring import agree, put_back, restore_closed
from db.sample import PASSWORD
from db.search import find
from tests.conftest import POST, morning
from tests.erasure.canaries import (
    ALL,
    CONTACTS,
    DISPUTE,
    HOMES,
    LATER,
    PEOPLE,
    contents,
    erase_all_due,
    hits,
    planted,
)


def quiet(_text: str, _done: float) -> None:
    pass


@pytest.fixture
def full(ledger: Ledger, tmp_path: Path) -> Ledger:
    planted(ledger, tmp_path)
    assert hits(ledger)["change"] == set(ALL)
    ledger.clock = LATER
    return ledger


@pytest.fixture
def own(_template: Path, tmp_path: Path) -> Ledger:
    """The same, for tests that close it."""
    shutil.copytree(_template, tmp_path / "own")
    ledger = Ledger.unlock(tmp_path / "own", PASSWORD, clock=morning())
    planted(ledger, tmp_path)
    ledger.clock = LATER
    return ledger


def figures(ledger: Ledger) -> list[object]:
    with ledger.read() as connection:
        return [span_figures(connection, Week(2026, number)) for number in range(9, 15)]


def test_nothing_of_what_was_erased_is_found_and_the_ledger_is_whole(full: Ledger) -> None:
    before = figures(full)
    assert len(contents(full)) == 1
    erase_all_due(full)
    assert hits(full) == {}
    assert contents(full) == []
    log = full.place.ledger.with_name("ledger.db-wal")
    assert not log.exists() or log.stat().st_size == 0
    with full.read() as connection:
        assert not any(find(connection, word) for word in (CONTACTS[0], PEOPLE[0], DISPUTE[0]))
    assert full.unsaved() == {"走访": {"note": "没有写完的一句"}}, "what names nobody stays"
    assert figures(full) == before
    assert full.problems() == []


def test_a_mutant_that_leaves_the_journal_alone_is_seen(
    full: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(erasing, "_strip", lambda *_: (set(), set()))
        erase_all_due(full)
    assert len(hits(full)["change"] & set(CONTACTS)) == HOMES


def test_a_scrub_that_no_erasure_names_is_found(full: Ledger) -> None:
    erase_all_due(full)
    with full.core.writer.begin() as connection, engine.maintenance(connection):
        lost = connection.execute(
            text("SELECT command, n, fields FROM change WHERE entity = 'staff' LIMIT 1")
        ).one()
        bare = '{"":{"of":["name"],"seal":"00"}}'
        where = {"c": lost.command, "n": lost.n}
        change = text("UPDATE change SET fields = :f WHERE command = :c AND n = :n")
        connection.execute(change, {**where, "f": bare})
    assert any("改动内容被改过" in problem for problem in full.problems())
    with full.core.writer.begin() as connection, engine.maintenance(connection):
        connection.execute(change, {**where, "f": lost.fields})


def test_an_erased_entry_cannot_be_altered_further(full: Ledger) -> None:
    erase_all_due(full)
    with full.core.writer.begin() as connection, engine.maintenance(connection):
        lost = (
            connection.execute(
                text(
                    "SELECT command, n, fields FROM change WHERE entity = 'household'"
                    " AND kind = '+' AND fields LIKE '%\"of\"%' LIMIT 1"
                )
            ).first()
            or connection.execute(
                text(
                    "SELECT command, n, fields FROM change WHERE entity = 'dispute'"
                    " AND kind = '+' LIMIT 1"
                )
            ).one()
        )
        where = {"c": lost.command, "n": lost.n}
        change = text("UPDATE change SET fields = :f WHERE command = :c AND n = :n")
        altered = lost.fields.replace("neighbour", "marriage")
        assert altered != lost.fields
        connection.execute(change, {**where, "f": altered})
    assert any("改动内容被改过" in problem for problem in full.problems())
    with full.core.writer.begin() as connection, engine.maintenance(connection):
        connection.execute(change, {**where, "f": lost.fields})


def test_an_old_backup_is_looked_at_and_put_back_without_what_was_erased(
    own: Ledger, tmp_path: Path
) -> None:
    made = own.back_up("清除前的一份", tmp_path / "stick")
    erase_all_due(own)
    with look_at(own, made.path, quiet) as copy:
        assert hits(copy) == {}
        assert copy.between.only_there == 0
        agree(own, copy, PASSWORD, quiet)
    back = put_back(own, made.path, PASSWORD, good=True, step=quiet)
    assert back.failed is None
    with back.ledger as again:
        assert hits(again) == {}
        assert contents(again) == []
        assert again.problems() == []
        assert not again.missing
    # Opened once more nothing is left to do.
    with Ledger.unlock(own.place.folder, PASSWORD, clock=LATER) as again:
        with again.read() as connection:
            actions = [entry.action for entry in history(connection, 500)]
        assert actions.count("再次清除") == 1
        assert not again.missing


def test_an_older_file_copied_in_is_brought_to_what_was_erased_before_it_is_read(
    own: Ledger,
) -> None:
    own.rest()
    before = own.place.ledger.read_bytes()
    erase_all_due(own)
    own.close()
    own.place.ledger.write_bytes(before)
    with Ledger.unlock(own.place.folder, PASSWORD, clock=LATER) as again:
        assert hits(again) == {}
        assert again.missing, "and the window says that it is an older one"


def test_a_stick_restored_on_another_machine_knows_what_was_erased(
    full: Ledger, tmp_path: Path
) -> None:
    stick = tmp_path / "stick"
    old = full.back_up("旧的一份", stick)
    erase_all_due(full)
    full.back_up("新的一份", stick)
    assert (stick / ERASED).exists()
    restored = restore_closed(tmp_path / "new", old.path, "", PASSWORD, full.clock)
    with restored.ledger as ledger:
        assert hits(ledger) == {}
        assert ledger.problems() == []


def test_a_list_that_is_lost_or_damaged_is_made_anew_from_the_ledger(
    full: Ledger, tmp_path: Path
) -> None:
    erase_all_due(full)
    full.rest()
    # A copy, as who makes it anew has the lock.
    folder, clock = shutil.copytree(full.place.folder, tmp_path / "copy"), full.clock
    known = read_list(folder, full.core.key)
    assert known
    for spoil in (Path.unlink, lambda path: path.write_bytes(b'{"seal":"","erasures":[]}')):
        spoil(folder / ERASED)
        assert read_list(folder, full.core.key) == {}
        with Ledger.unlock(folder, PASSWORD, clock=clock) as owner:
            assert read_list(folder, owner.core.key) == known
    said = (folder / ERASED).read_text("utf-8")
    assert not any(word in said for word in ALL), "the list holds ids, no values"
    write_list(folder, full.core.key, known.values())


def test_two_ledgers_that_share_a_stick_have_each_its_list(full: Ledger, tmp_path: Path) -> None:
    stick, folder = tmp_path / "stick", tmp_path / "other"
    erase_all_due(full)
    full.back_up("一份", stick)
    known = read_list(stick, full.core.key)
    assert known
    with Ledger.create(folder, POST, PASSWORD, clock=full.clock)[0] as other:
        write_list(folder, other.core.key, list(known.values())[:1])
        other.back_up("另一个台账的", stick)
        full.back_up("又一份", stick)
        assert read_list(stick, full.core.key) == known
        assert len(read_list(stick, other.core.key)) == 1


def test_what_is_typed_after_an_erasure_stays(own: Ledger) -> None:
    erase_all_due(own)
    with own.read() as connection:
        door = connection.execute(select(Household.id).limit(1)).scalar_one()
    own.write(change_household(door, HouseholdDraft("occupied", contact="新来的户主")))
    own.close()
    with Ledger.unlock(own.place.folder, PASSWORD, clock=LATER) as again:
        with again.read() as connection:
            asked = select(Household.contact).where(Household.id == door)
            assert connection.execute(asked).scalar() == "新来的户主"
        assert again.problems() == []


def test_an_erasure_and_what_it_emptied_cannot_be_undone(full: Ledger) -> None:
    erase_all_due(full)
    with full.read() as connection:
        entries = history(connection, 1000)
    erased = next(e for e in entries if e.action == "清除个人信息")
    with pytest.raises(UserError, match="不能撤销"):
        full.undo(erased.no)
    typed = next(e for e in entries if e.action == "修改住户")
    with pytest.raises(UserError, match="已经按规定清除"):
        full.undo(typed.no)
