"""Measuring fairly on a machine that does other things too.

Whoever is compared takes turns (ours, peer, ours, peer ...), after one run of each that does not
count; what is told is the median. Beside the time that passed stand the CPU seconds of the process
and all its children, which a busy machine does not lengthen.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from desktop.paths import resources

ROOT = resources().parent


class Spent(NamedTuple):
    """What one run took, in seconds."""

    wall: float
    cpu: float


class Row(NamedTuple):
    """One line of the table: ours against a peer, or against nothing where only a size is bound.

    `limit` bounds the ratio, or `ours` itself where there is no peer; None is told for information.
    The CPU ratio is None where only one of the two can be counted.
    """

    name: str
    ours: str
    peer: str
    ratio: float | None
    cpu_ratio: float | None
    limit: float | None

    @property
    def verdict(self) -> str:
        """Whether the limit is met, by time passed and by CPU seconds."""
        if self.limit is None or self.ratio is None:
            return ""
        by_wall = self.ratio <= self.limit
        by_cpu = by_wall if self.cpu_ratio is None else self.cpu_ratio <= self.limit
        if by_wall == by_cpu:
            return "met" if by_wall else "MISSED"
        return "met by time, MISSED by CPU" if by_wall else "MISSED by time, met by CPU"


def in_turn(runs: int, *jobs: Callable[[], Spent]) -> list[Spent]:
    """Return the medians of each job's runs, the jobs taking turns."""
    for job in jobs:
        job()
    spent: list[list[Spent]] = [[] for _ in jobs]
    for _ in range(runs):
        for job, one in zip(jobs, spent, strict=True):
            one.append(job())
    return [middle(one) for one in spent]


def middle(spent: Sequence[Spent]) -> Spent:
    """Return the medians of some runs."""
    return Spent(median(s.wall for s in spent), median(s.cpu for s in spent))


def here(job: Callable[[], object]) -> Callable[[], Spent]:
    """Return a job done in this process, measured."""

    def run() -> Spent:
        wall, cpu = time.perf_counter(), time.process_time()
        job()
        return Spent(time.perf_counter() - wall, time.process_time() - cpu)

    return run


def process(
    command: Sequence[str | Path], environment: Mapping[str, str] | None = None
) -> Callable[[], Spent]:
    """Return a job that is a process from its start to its end; it must end well.

    Needs POSIX: the CPU seconds are those the system counted for the child and its children.
    """
    words = [str(word) for word in command]

    def run() -> Spent:
        with tempfile.TemporaryFile() as output:
            start = time.perf_counter()
            child = subprocess.Popen(
                words, stdout=output, stderr=subprocess.STDOUT, cwd=ROOT,
                env=_environment(environment or {}),
            )  # fmt: skip
            _, status, usage = os.wait4(child.pid, 0)
            wall = time.perf_counter() - start
            child.returncode = os.waitstatus_to_exitcode(status)
            if child.returncode:
                output.seek(0)
                sys.exit(f"{words[0]} ended with {child.returncode}: {output.read().decode()}")
        return Spent(wall, usage.ru_utime + usage.ru_stime)

    return run


def _environment(more: Mapping[str, str]) -> dict[str, str]:
    """The children find the project even where it is not installed."""
    return {**os.environ, "PYTHONPATH": str(ROOT), **more}


def telling(command: Sequence[str | Path]) -> Callable[[], Spent]:
    """Return a job that is a process which prints as JSON what its own work took, [wall, cpu].

    So its start and what it prepares stay out of the measure.
    """
    return lambda: Spent(*said(command))


def said(command: Sequence[str | Path]) -> Any:
    """Run a process and return what it prints as JSON; it must end well."""
    words = [str(word) for word in command]
    done = subprocess.run(words, stdout=subprocess.PIPE, cwd=ROOT, env=_environment({}), check=True)
    return json.loads(done.stdout)


def tell(job: Callable[[], object]) -> None:
    """Do a job and print for `telling` what it took, the CPU seconds of its children included."""
    wall, cpu = time.perf_counter(), _cpu()
    job()
    print(json.dumps([time.perf_counter() - wall, _cpu() - cpu]))


def _cpu() -> float:
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


def child(module: str, *arguments: str | Path) -> list[str]:
    """Return the command that runs a module of this package by this interpreter."""
    return [sys.executable, str(Path(__file__).with_name(f"{module}.py")), *map(str, arguments)]


def compared(
    name: str, ours: Spent, peer: Spent, limit: float | None = None, *, cpu: bool = True
) -> Row:
    """Return the line that sets two medians side by side."""
    by_cpu = ours.cpu / peer.cpu if cpu and peer.cpu else None
    return Row(name, told(ours), told(peer), ours.wall / peer.wall, by_cpu, limit)


def told(spent: Spent) -> str:
    """Return a time as the table shows it: milliseconds, CPU in brackets."""
    return f"{spent.wall * 1000:,.0f} ms ({spent.cpu * 1000:,.0f})"


def table(rows: Sequence[Row]) -> str:
    """Return the lines as a Markdown table, which is what docs/PERFORMANCE.md keeps."""
    lines = [
        "| what | ours | peer | ratio | by CPU | limit | verdict |",
        "|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        numbers = [_number(value) for value in (row.ratio, row.cpu_ratio, row.limit)]
        cells: list[Any] = [row.name, row.ours, row.peer, *numbers, row.verdict]
        lines.append("| " + " | ".join(map(str, cells)) + " |")
    return "\n".join(lines)


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}" if value < 100 else f"{value:.0f}"


def machine() -> str:
    """Return the machine by what matters and names nobody: its cores, its CPU, its load."""
    model = ""
    with suppress(OSError):
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
        model = next((x.partition(":")[2].strip() for x in lines if x.startswith("model name")), "")
    load = ", ".join(f"{x:.2f}" for x in os.getloadavg())
    return f"{os.cpu_count()} cores, {model or 'CPU unknown'}, Python {sys.version.split()[0]}; load {load}"
