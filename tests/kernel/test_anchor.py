"""What a ledger lacks is told when it is opened: a lost log, an older or another file put back.

Each guard is shown to matter: without the anchor, or with one that nobody wrote, the loss goes
unseen, which is what the library itself offers (docs/RELIABILITY.md, V14).
"""

import os
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from db.attaching import collect_orphans
from db.drilling import drill_is_due
from db.exchange.sites import renew
from db.kernel.access import Right
from db.kernel.anchor import Anchor, Mark
from db.kernel.clock import SetClock
from db.kernel.errors import UserError
from db.kernel.history import history
from db.kernel.journal import Command
from db.kernel.records import CommandRow
from db.ledger import Ledger
from db.looking import look_at
from db.proving import proof_is_due
from db.restoring import restore_closed
from db.sample import PASSWORD
from tests.builders import street
from tests.conftest import morning

NOTE: Command[None] = Command("记一笔", Right.WRITE, lambda _: None)


def _again(ledger: Ledger) -> Ledger:
    return Ledger.unlock(ledger.place.folder, PASSWORD, clock=morning())


def _some(ledger: Ledger, n: int) -> None:
    for _ in range(n):
        ledger.write(Command("记一笔", Right.WRITE, lambda _: None))


def _frozen(ledger: Ledger, to: Path) -> None:
    """Copy the folder as a kill would leave it: the log holds what was committed last."""
    shutil.copytree(ledger.place.folder, to)


@pytest.fixture
def killed(ledger: Ledger, tmp_path: Path) -> Path:
    """A ledger whose last twenty commands are in the log only."""
    street(ledger)
    ledger.rest()
    _some(ledger, 20)
    _frozen(ledger, tmp_path / "killed")
    return tmp_path / "killed"


def _open(folder: Path) -> Ledger:
    return Ledger.unlock(folder, PASSWORD, clock=morning())


def test_a_whole_ledger_lacks_nothing(killed: Path) -> None:
    with _open(killed) as ledger:
        assert ledger.missing == ""
        assert ledger.prove_chain(lambda: None) == []
    with _open(killed) as again:
        assert again.missing == ""


def _lose(log: Path) -> None:
    log.unlink()


def _halve(log: Path) -> None:
    log.write_bytes(log.read_bytes()[: log.stat().st_size // 2])


def _cut(log: Path) -> None:
    log.write_bytes(log.read_bytes()[:-1])


def _garble(log: Path) -> None:
    log.write_bytes(b"\xa5" * log.stat().st_size)


@pytest.mark.parametrize("harm", [_lose, _halve, _cut, _garble])
def test_a_harmed_log_is_named_with_how_much_is_missing(
    killed: Path, harm: Callable[[Path], None]
) -> None:
    harm(killed / "ledger.db-wal")
    with _open(killed) as ledger:
        with ledger.read() as connection:
            last = history(connection, 1)[0].no
        assert f"至少少了{25 - last}步操作" in ledger.missing
        assert "台账" in ledger.problems()[0]
        done = ledger.write(NOTE)
        with ledger.read() as connection:
            told = history(connection, 2)
        assert [e.action for e in told] == ["记一笔", "台账少了操作，接着用"]
        assert done.no == last + 2
    with _open(killed) as again:
        assert again.missing == ""


@pytest.mark.parametrize("brought_in", [False, True])
def test_an_older_log_of_the_same_ledger_is_named_with_how_much_is_missing(
    ledger: Ledger,
    tmp_path: Path,
    brought_in: bool,  # noqa: FBT001  a parameter of the test
) -> None:
    """Put beside the file it was once brought into, or cut back to what it held before."""
    street(ledger)
    ledger.rest()
    _some(ledger, 6)
    shutil.copy(ledger.place.folder / "ledger.db-wal", tmp_path / "old")
    with ledger.read() as connection:
        then = history(connection, 1)[0].no
    if brought_in:
        ledger.rest()
    _some(ledger, 14)
    _frozen(ledger, tmp_path / "killed")
    shutil.copy(tmp_path / "old", tmp_path / "killed" / "ledger.db-wal")
    with _open(tmp_path / "killed") as old:
        with old.read() as connection:
            assert history(connection, 1)[0].no == then
        assert "至少少了14步操作" in old.missing
        assert "少了14步" in old.problems()[0]


def test_without_the_anchor_the_same_loss_is_not_seen(killed: Path) -> None:
    (killed / "anchor").unlink()
    (killed / "ledger.db-wal").unlink()
    with _open(killed) as ledger:
        assert ledger.missing == ""


def test_the_newest_backup_tells_where_the_anchor_is_gone(ledger: Ledger, tmp_path: Path) -> None:
    street(ledger)
    ledger.rest()
    shutil.copy(ledger.place.ledger, tmp_path / "old.db")
    _some(ledger, 5)
    ledger.back_up("手动")
    _frozen(ledger, tmp_path / "copy")
    (tmp_path / "copy" / "anchor").unlink()
    (tmp_path / "copy" / "ledger.db-wal").unlink()
    shutil.copy(tmp_path / "old.db", tmp_path / "copy" / "ledger.db")
    with _open(tmp_path / "copy") as old:
        assert "至少少了5步操作" in old.missing


def test_an_older_file_put_back_is_told(ledger: Ledger, tmp_path: Path) -> None:
    street(ledger)
    ledger.rest()
    shutil.copy(ledger.place.ledger, tmp_path / "old.db")
    _some(ledger, 3)
    ledger.rest()
    _frozen(ledger, tmp_path / "copy")
    shutil.copy(tmp_path / "old.db", tmp_path / "copy" / "ledger.db")
    with _open(tmp_path / "copy") as old:
        assert "至少少了3步操作" in old.missing


def test_another_history_of_the_same_length_is_told(ledger: Ledger, tmp_path: Path) -> None:
    street(ledger)
    ledger.rest()
    _frozen(ledger, tmp_path / "one")
    _frozen(ledger, tmp_path / "two")
    for name in ("one", "two"):
        with _open(tmp_path / name) as copy:
            _some(copy, 2)
    shutil.copy(tmp_path / "two" / "ledger.db", tmp_path / "one" / "ledger.db")
    with _open(tmp_path / "one") as swapped:
        assert "和上次记下的不一样" in swapped.missing


def test_a_half_written_mark_leaves_the_one_before(tmp_path: Path) -> None:
    anchor = Anchor(tmp_path / "anchor", b"k" * 32)
    site = b"s" * 16
    for no in (1, 2):
        assert anchor.keep(Mark(site, no, bytes([no]) * 32))
    data = bytearray((tmp_path / "anchor").read_bytes())
    assert anchor.read() == Mark(site, 2, b"\2" * 32)
    for at in range(100, len(data) // 2):
        torn = bytes(data[:at]) + b"\0" * (len(data) - at)
        (tmp_path / "anchor").write_bytes(torn)
        found = anchor.read()
        assert found is None or found.no in (1, 2)
    data[20] ^= 1
    (tmp_path / "anchor").write_bytes(data)
    assert anchor.read() == Mark(site, 1, b"\1" * 32)
    assert Anchor(tmp_path / "anchor", b"other key of 32 bytes..........."[:32]).read() is None


def test_the_chain_is_proved_on_from_where_it_was(ledger: Ledger) -> None:
    street(ledger)
    assert ledger.prove_chain(lambda: None) == []
    asked: list[int] = []
    _some(ledger, 2)
    assert ledger.prove_chain(lambda: asked.append(1)) == []
    assert len(asked) == 2


def test_a_changed_command_is_found_by_the_proof(ledger: Ledger) -> None:
    street(ledger)
    with ledger.read() as connection:
        assert connection.execute(CommandRow.__table__.select()).first()
    raw = ledger.core.writer.raw_connection()
    try:
        assert raw.driver_connection is not None
        raw.driver_connection.set_authorizer(None)
        raw.driver_connection.execute("UPDATE command SET note = 'x' WHERE no = 2")
        found = ledger.prove_chain(lambda: None)
        raw.driver_connection.execute("UPDATE command SET note = '' WHERE no = 2")
    finally:
        raw.close()
    assert found[:1] == ["第2号操作的记录被改过"]


def test_a_restored_ledger_begins_a_new_life_and_later_backups_say_nothing_of_it(
    ledger: Ledger, tmp_path: Path
) -> None:
    street(ledger)
    made = ledger.back_up("手动")
    _some(ledger, 4)
    ledger.back_up("手动")
    folder = tmp_path / "damaged"
    _frozen(ledger, folder)
    (folder / "ledger.db").unlink()
    with restore_closed(
        folder, folder / "backups" / made.path.name, "", PASSWORD, morning()
    ).ledger as restored:
        assert restored.site != ledger.site
        with restored.read() as connection:
            assert history(connection, 1)[0].action == "从备份恢复"
    # The newest backup beside it went four steps further, in the life before.
    with Ledger.unlock(folder, PASSWORD, clock=morning()) as again:
        assert again.missing == ""


def test_nothing_is_written_or_removed_before_a_person_agreed_to_go_on(
    killed: Path, tmp_path: Path
) -> None:
    """What a window does by itself, and what is looked at, leaves file, anchor and contents as they were."""
    (killed / "ledger.db-wal").unlink()
    orphan = killed / "blobs" / "ab" / ("ab" * 32)
    orphan.parent.mkdir(parents=True)
    orphan.write_bytes(b"a photograph that only the lost steps name")
    os.utime(orphan, (1, 1))
    anchor = (killed / "anchor").read_bytes()
    with _open(killed) as ledger:
        ledger.asks = True
        with ledger.read() as connection:
            last = history(connection, 1)[0].no
        kept = [ledger.back_up(reason).path for reason in ("一", "二", "三", "四")]
        assert collect_orphans(ledger) == 0
        assert not drill_is_due(ledger)
        assert not proof_is_due(ledger)
        with look_at(ledger, kept[0], lambda _text, _part: None):
            ledger.note("打印", "名单")
        with pytest.raises(UserError, match="没有存上"):
            ledger.write(NOTE)
        assert ledger.keep_unsaved("走访", {"备注": "半句"})
        ledger.rest()
        assert all(path.exists() for path in kept), "an older one may have what is missing"
        with ledger.read() as connection:
            assert history(connection, 1)[0].no == last
    assert (killed / "anchor").read_bytes() == anchor
    with _open(killed) as again:
        assert "至少少了" in again.missing
        again.asks = True
        again.go_on_without()
        again.write(NOTE)
        assert not again.undecided
    assert orphan.exists()
    with _open(killed) as whole:
        assert whole.missing == ""
        assert collect_orphans(whole) == 1


def test_no_content_is_collected_soon_after_a_restore(ledger: Ledger) -> None:
    """The ledger that was replaced is kept, and may be put back with what only it names."""
    orphan = ledger.place.blobs / "ab" / ("ab" * 32)
    orphan.parent.mkdir(parents=True)
    orphan.write_bytes(b"a photograph of the ledger before")
    os.utime(orphan, (1, 1))
    ledger.begin_anew(renew("0001"))
    ledger.clock = SetClock(morning().now() + timedelta(days=6))
    assert collect_orphans(ledger) == 0
    ledger.clock = SetClock(morning().now() + timedelta(days=8))
    assert collect_orphans(ledger) == 1


def test_a_restore_dated_in_the_future_keeps_no_content_for_years(ledger: Ledger) -> None:
    orphan = ledger.place.blobs / "ab" / ("ab" * 32)
    orphan.parent.mkdir(parents=True)
    orphan.write_bytes(b"a photograph nobody came to name")
    os.utime(orphan, (1, 1))
    ledger.clock = SetClock(morning().now() + timedelta(days=3650))
    ledger.begin_anew(renew("0001"))
    ledger.clock = morning()
    assert collect_orphans(ledger) == 1


def test_what_was_gone_on_without_is_not_told_again(killed: Path) -> None:
    """Neither by the mark nor by a backup that has the lost steps."""
    shutil.copy(killed / "ledger.db", killed.parent / "old.db")
    with _open(killed) as ledger:
        ledger.back_up("手动")
        site = ledger.site
    shutil.copy(killed.parent / "old.db", killed / "ledger.db")
    (killed / "ledger.db-wal").unlink(missing_ok=True)
    with _open(killed) as old:
        assert "至少少了" in old.missing
        old.go_on_without()
        assert old.site != site
        assert old.missing == ""
    with _open(killed) as again:
        assert again.missing == ""


def test_who_only_reads_beside_a_window_does_not_go_on_for_it(killed: Path) -> None:
    (killed / "ledger.db-wal").unlink()
    with _open(killed) as window:
        assert window.missing
        with Ledger.unlock(killed, PASSWORD, clock=morning(), write=False) as reader:
            with pytest.raises(UserError, match="正在另一个窗口里使用"):
                reader.note("打印", "名单")
            window.go_on_without()
            site = window.site
        with Ledger.unlock(killed, PASSWORD, clock=morning(), write=False) as reader:
            window.write(renew())
            # It learnt of the site before that became another.
            reader.note("打印", "名单")
            assert reader.site == window.site != site
        _some(window, 1)
        assert window.problems() == []


def test_who_reads_alone_goes_on_and_gives_the_lock_back(killed: Path) -> None:
    (killed / "ledger.db-wal").unlink()
    with Ledger.unlock(killed, PASSWORD, clock=morning(), write=False) as reader:
        site = reader.site
        reader.note("打印", "名单")
        assert reader.site != site
        with _open(killed) as window:
            assert window.missing == ""
