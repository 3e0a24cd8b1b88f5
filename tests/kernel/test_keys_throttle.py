"""Waiting after failed log-ins: neither a restart nor a lost file makes it shorter."""

import stat
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from db.kernel.errors import UserError
from db.kernel.keys import WrongSecretError
from db.kernel.throttle import WAITS, Throttle
from tests.conftest import ROOT


class Machine:
    """A machine's clock since its start; it can be restarted, real time going on."""

    def __init__(self) -> None:
        self.real = 0.0
        self.started = -1000.0

    def __call__(self) -> float:
        return self.real - self.started

    def restart(self, seconds: float) -> None:
        self.real += seconds
        self.started = self.real


@pytest.fixture
def machine() -> Machine:
    return Machine()


@pytest.fixture
def path(tmp_path: Path, machine: Machine) -> Path:
    """Return the throttle file of a ledger just made."""
    file = tmp_path / "throttle.json"
    Throttle(file, machine).succeeded()
    return file


def test_the_waits_grow_as_the_table_says(path: Path, machine: Machine) -> None:
    throttle = Throttle(path, machine)
    for wait in (*WAITS, WAITS[-1]):
        throttle.before_try()
        throttle.failed()
        assert throttle.seconds_left() == wait
        if wait:
            machine.real += wait - 0.5
            with pytest.raises(UserError, match="请等1秒"):
                throttle.before_try()
            machine.real += 0.5
    throttle.before_try()


def test_a_right_password_forgets_the_failures(path: Path, machine: Machine) -> None:
    throttle = Throttle(path, machine)
    for _ in range(6):
        throttle.failed()
    machine.real += 30
    throttle.before_try()
    throttle.succeeded()
    throttle.failed()
    throttle.before_try()


def test_starting_the_program_again_does_not_shorten_the_wait(path: Path, machine: Machine) -> None:
    """Each call of the command line is a start: it must neither shorten the wait nor prolong it."""
    for _ in range(7):
        Throttle(path, machine).failed()
    for passed in range(60):
        assert Throttle(path, machine).seconds_left() == 60 - passed
        machine.real += 1
    Throttle(path, machine).before_try()


def test_after_a_restart_of_the_machine_the_wait_counts_anew(path: Path, machine: Machine) -> None:
    for _ in range(7):
        Throttle(path, machine).failed()
    machine.restart(5)
    assert Throttle(path, machine).seconds_left() == 60
    machine.real += 60
    Throttle(path, machine).before_try()


def test_a_wall_clock_set_ahead_or_back_does_not_shorten_the_wait(tmp_path: Path) -> None:
    """In a process of its own, where the program has never seen another clock."""
    script = (
        "import sys, time; from pathlib import Path; true, off = time.time, 0\n"
        "time.time = lambda: true() + off\n"
        "from db.kernel.throttle import Throttle; file = Path(sys.argv[1])\n"
        "Throttle(file).succeeded()\n"
        "for _ in range(7): Throttle(file).failed()\n"
        "for off in (0, 10**9, -10**9, 10**9): print(Throttle(file).seconds_left())"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "throttle.json")],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert all(50 < int(left) <= 60 for left in done.stdout.split()), done.stdout
    assert len(done.stdout.split()) == 4


@pytest.mark.parametrize(
    "content",
    [
        None,
        b"",
        b"{}",
        b'{"failures": -1, "since": 0}',
        b'{"failures": true, "since": 0}',
        b'{"failures": 0, "since": "NaN"}',
        b"[" * 100_000,
        b"\xff\xfe",
    ],
)
def test_a_lost_or_spoilt_file_counts_as_five_failures(
    path: Path, machine: Machine, content: bytes | None
) -> None:
    if content is None:
        path.unlink()
    else:
        path.write_bytes(content)
    throttle = Throttle(path, machine)
    assert throttle.seconds_left() == 15
    machine.real += 15
    throttle.before_try()
    throttle.failed()
    assert throttle.seconds_left() == 30


def test_where_nothing_can_be_kept_each_failure_is_waited_out_on_the_spot(tmp_path: Path) -> None:
    waited: list[float] = []
    (tmp_path / "file").touch()
    throttle = Throttle(tmp_path / "file" / "throttle.json", sleep=waited.append)
    for _ in range(2):
        with pytest.raises(WrongSecretError), throttle.guarding():
            raise WrongSecretError("wrong")
    with throttle.guarding():
        pass
    assert len(waited) == 2
    assert all(5 <= seconds <= 30 for seconds in waited)


def test_the_file_is_private_and_holds_no_name(path: Path, machine: Machine) -> None:
    Throttle(path, machine).failed()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert set(path.read_text()) <= set('{"failures": 1234567890.,"since"}')


STEP = st.one_of(
    st.tuples(st.just("fail"), st.just(0.0)),
    st.tuples(st.just("pass"), st.floats(0, 1000)),
    st.tuples(st.just("reboot"), st.floats(0, 1000)),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(STEP, max_size=25))
def test_nobody_may_try_before_the_real_wait_is_over(steps: list[tuple[str, float]]) -> None:
    machine = Machine()
    with TemporaryDirectory() as folder:
        path = Path(folder) / "throttle.json"
        Throttle(path, machine).succeeded()
        failures, last = 0, 0.0
        for kind, seconds in steps:
            throttle = Throttle(path, machine)
            if kind == "fail":
                throttle.failed()
                failures, last = failures + 1, machine.real
            elif kind == "pass":
                machine.real += seconds
            else:
                machine.restart(seconds)
            if failures and throttle.seconds_left() == 0:
                wait = WAITS[min(failures, len(WAITS)) - 1]
                assert machine.real - last >= wait - 0.01
