"""What is typed and not yet saved: kept beside the journal, in nobody else's way."""

from pathlib import Path

import pytest
from sqlalchemy import text

from db import backup
from db.kernel import proofs
from db.kernel.access import Role
from db.kernel.history import history
from db.ledger import Ledger
from db.places import HouseholdDraft, change_household
from db.sample import PASSWORD
from tests.builders import street
from tests.conftest import POST, morning

TYPED = {"contact": "仇霞", "residents": 3, "topics": ["反诈"], "at": None}


def proof(ledger: Ledger) -> tuple[str, int, list[str]]:
    with ledger.read() as connection:
        last = history(connection, 1)[0].no
        problems = proofs.chain_problems(connection, ledger.core.journal_key)
        return proofs.digest(connection), last, problems


def test_it_is_there_after_a_crash_and_outside_journal_and_digest(ledger: Ledger) -> None:
    street(ledger)
    before = proof(ledger)
    assert ledger.keep_unsaved("住户", TYPED)
    assert ledger.keep_unsaved("走访", {"note": "半句"})
    assert proof(ledger) == before
    # a second reader sees what a crash would leave: nothing waits in the program's memory
    with Ledger.unlock(ledger.place.folder, PASSWORD, write=False, clock=morning()) as again:
        assert again.unsaved() == {"住户": TYPED, "走访": {"note": "半句"}}
    assert ledger.problems() == []


def test_a_form_is_replaced_and_forgotten(ledger: Ledger) -> None:
    ledger.keep_unsaved("住户", TYPED)
    ledger.keep_unsaved("住户", {"contact": "单雄"})
    assert ledger.unsaved() == {"住户": {"contact": "单雄"}}
    assert ledger.keep_unsaved("住户", None)
    assert ledger.keep_unsaved("没有的", None)
    assert ledger.unsaved() == {}


def test_each_account_has_its_own_and_a_closed_one_leaves_none(tmp_path: Path) -> None:
    folder = tmp_path / "ledger"
    made, _ = Ledger.create(folder, POST, PASSWORD, clock=morning())
    with made as mine:
        mine.keep_unsaved("住户", TYPED)
        mine.add_account("辅警甲", "辅警甲", Role.AUXILIARY, "another long password")
    with Ledger.unlock(folder, "another long password", user="辅警甲", clock=morning()) as other:
        assert other.unsaved() == {}
        assert other.keep_unsaved("住户", {"contact": "别人"})
    with Ledger.unlock(folder, PASSWORD, user="民警", clock=morning()) as mine:
        assert mine.unsaved() == {"住户": TYPED}
        mine.close_account("辅警甲")
        with mine.read() as connection:
            kept = connection.execute(text("SELECT count(*) FROM unsaved")).scalar_one()
        assert kept == 1


def test_a_backup_made_while_typing_is_whole(ledger: Ledger, tmp_path: Path) -> None:
    street(ledger)
    ledger.keep_unsaved("住户", TYPED)
    made = ledger.back_up("测试", tmp_path / "backups")
    ledger.keep_unsaved("住户", {"contact": "后来"})
    assert backup.verify(made.path, ledger.core.key) == []


def test_a_ledger_opened_to_read_keeps_nothing_and_says_so(ledger: Ledger) -> None:
    with Ledger.unlock(ledger.place.folder, PASSWORD, write=False, clock=morning()) as reader:
        assert not reader.keep_unsaved("住户", TYPED)
        assert reader.unsaved() == {}


def test_a_full_disk_is_no_error_and_the_ledger_goes_on(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    doors = street(ledger)
    with ledger.core.writer.begin() as connection:
        pages = connection.execute(text("PRAGMA page_count")).scalar_one()
        connection.execute(text(f"PRAGMA max_page_count = {pages}"))
    assert not ledger.keep_unsaved("住户", {"note": "长" * 400_000})
    with ledger.core.writer.begin() as connection:
        connection.execute(text("PRAGMA max_page_count = 1000000"))
    assert ledger.unsaved() == {}
    ledger.write(change_household(doors[0], HouseholdDraft(contact="甲")))
    assert ledger.keep_unsaved("住户", TYPED)
