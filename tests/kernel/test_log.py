"""The log beside a ledger: one's own is brought in, another's is named before anything is touched."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from db.kernel.errors import LedgerDamaged
from db.kernel.keys import Slots
from db.kernel.log import is_foreign
from db.ledger import Ledger
from db.sample import PASSWORD
from tests.conftest import POST, morning


@pytest.fixture
def worked(tmp_path: Path) -> Callable[[str], Path]:
    """Makes another ledger and leaves it as a kill would: its last work is still in the log."""

    def make(name: str) -> Path:
        made = Ledger.create(tmp_path / f"{name}.open", POST, PASSWORD, clock=morning())[0]
        for _ in range(3):
            made.note("试一试")
        killed = shutil.copytree(
            made.place.folder, tmp_path / name, ignore=shutil.ignore_patterns("*.lock", "*-shm")
        )
        made.close()
        assert (killed / "ledger.db-wal").stat().st_size
        return killed

    return make


def _foreign(folder: Path) -> bool:
    _, key = Slots.load(folder / "slots.json").unlock(None, PASSWORD)
    return is_foreign(folder / "ledger.db", key.subkey("ledger"))


def test_another_ledgers_log_is_named_and_nothing_is_touched(
    worked: Callable[[str], Path],
) -> None:
    mine, other = worked("mine"), worked("other")
    own = (mine / "ledger.db-wal").read_bytes()
    shutil.copy(other / "ledger.db-wal", mine / "ledger.db-wal")
    before = {name: (mine / name).read_bytes() for name in ("ledger.db", "ledger.db-wal")}
    for write in (True, False):
        with pytest.raises(LedgerDamaged, match="是别的台账的") as refused:
            Ledger.unlock(mine, PASSWORD, clock=morning(), write=write)
        assert str(refused.value).endswith("。")
        assert {name: (mine / name).read_bytes() for name in before} == before
    (mine / "ledger.db-wal").write_bytes(own)
    with Ledger.unlock(mine, PASSWORD, clock=morning()) as ledger:
        assert ledger.missing == ""
        assert ledger.problems() == []


def test_ones_own_log_is_brought_in(worked: Callable[[str], Path]) -> None:
    mine = worked("mine")
    assert not _foreign(mine)
    with Ledger.unlock(mine, PASSWORD, clock=morning()) as ledger:
        assert ledger.missing == ""
        assert ledger.problems() == []


@pytest.mark.parametrize("left", [0, 10, 31, 32, 40, 56, 4000, 4151])
def test_a_log_that_was_cut_is_nobodys(worked: Callable[[str], Path], left: int) -> None:
    mine, other = worked("mine"), worked("other")
    cut = (other / "ledger.db-wal").read_bytes()[:left]
    (mine / "ledger.db-wal").write_bytes(cut)
    assert not _foreign(mine)


@pytest.mark.parametrize("at", [3, 17, 27, 33, 45, 60, 2000])
def test_a_log_that_sqlite_would_ignore_is_nobodys(worked: Callable[[str], Path], at: int) -> None:
    mine, other = worked("mine"), worked("other")
    torn = bytearray((other / "ledger.db-wal").read_bytes())
    torn[at] ^= 1
    (mine / "ledger.db-wal").write_bytes(torn)
    assert not _foreign(mine)


def test_a_log_that_is_not_there_is_nobodys(worked: Callable[[str], Path]) -> None:
    mine = worked("mine")
    (mine / "ledger.db-wal").unlink()
    assert not _foreign(mine)
