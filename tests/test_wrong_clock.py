"""A machine's clock that is wrong: what it dated in the future counts as never, and a start says so."""

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from db.backup import backup_ages
from db.drilling import drill, drill_is_due
from db.kernel.clock import SetClock
from db.kernel.history import history
from db.ledger import Ledger
from db.proving import proof_is_due, prove_tables
from db.sample import PASSWORD
from tests.conftest import morning

WRONG = datetime(2036, 3, 23, 9)  # noqa: DTZ001


def test_what_was_done_on_a_day_yet_to_come_is_due_again(ledger: Ledger, tmp_path: Path) -> None:
    stick = tmp_path / "stick"
    ledger.clock = SetClock(WRONG)
    ledger.note("试一试")
    ledger.back_up("每天", stick)
    ledger.back_up("每天")
    assert drill(ledger, lambda _text, _part: None) is not None
    assert prove_tables(ledger, lambda: None) == []
    assert ledger.prove_chain(lambda: None) == []
    assert not drill_is_due(ledger)
    assert not proof_is_due(ledger)

    ledger.clock = SetClock(morning().now() + timedelta(days=3))
    assert drill_is_due(ledger)
    assert proof_is_due(ledger)
    ages = backup_ages(ledger.place.folder, ledger.clock.now())
    assert (ages.second, ages.unsure, ages.late) == (None, True, True)
    asked = 0

    def go_on() -> None:
        nonlocal asked
        asked += 1

    assert ledger.prove_chain(go_on) == []
    with ledger.read() as connection:
        assert asked >= len(history(connection, 100)), "from the first command on"

    assert drill(ledger, lambda _text, _part: None) is not None
    assert prove_tables(ledger, lambda: None) == []
    assert not drill_is_due(ledger), "done today, and what was done in 2036 hides nothing"
    assert not proof_is_due(ledger)
    ledger.back_up("手动", stick)
    again = backup_ages(ledger.place.folder, ledger.clock.now())
    assert (again.second, again.unsure, again.late) == (0, False, False)


@pytest.mark.parametrize(
    ("day", "told"),
    [
        (date(2016, 1, 1), "电脑的日期是2016年1月1日，比台账里最后一步（2026年3月23日）还早"),
        (date(2026, 3, 22), "还早，多半不对"),
        (date(2026, 3, 23), ""),
        (date(2026, 6, 1), ""),
        (date(2036, 3, 23), "离台账里最后一步（2026年3月23日）有3653天了"),
    ],
)
def test_a_day_that_does_not_follow_on_the_last_command_is_told_at_the_start(
    ledger: Ledger, day: date, told: str
) -> None:
    clock = SetClock(datetime(day.year, day.month, day.day, 8))  # noqa: DTZ001
    with Ledger.unlock(ledger.place.folder, PASSWORD, clock=clock, write=False) as late:
        assert told in late.clock_doubt
        assert bool(told) == bool(late.clock_doubt)
