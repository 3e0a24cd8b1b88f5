"""A hostile file ends in one plain sentence, soon, in little memory, and leaves nothing behind."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from db.imports.reader import read_workbook
from db.kernel.errors import UserError
from tests.conftest import ROOT
from tests.imports.hostile import HOSTILE

MOST_SECONDS, MOST_MIB = 60, 300
# Those that are after memory or time; the others never get as far as a parser.
HEAVY = (
    "flat_bomb", "lying_bomb", "slow_bomb", "billion_laughs", "quadratic", "corner_cell",
    "beyond_the_corner", "corner_of_an_xls", "repeated_cells", "many_merges", "comma_bomb",
    "huge_cell", "too_many_rows",
)  # fmt: skip


@pytest.mark.parametrize("make", HOSTILE, ids=lambda make: make.__name__)
def test_it_is_refused_in_one_sentence(
    make: Callable[[Path], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = make(tmp_path)
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    monkeypatch.setenv("TMPDIR", str(temporary))
    others = psutil.Process().children()
    began = time.monotonic()
    with pytest.raises(UserError) as refused:
        read_workbook(path)
    said = str(refused.value)
    assert HOSTILE[make] in said
    assert path.name in said, "the file is named"
    assert "没有导入任何内容" in said
    assert "\n" not in said
    assert said.endswith("。")
    assert time.monotonic() - began < MOST_SECONDS
    assert list(temporary.iterdir()) == []
    assert set(psutil.Process().children()) <= set(others), "the reading child is gone"


def test_the_reading_child_keeps_to_its_memory(tmp_path: Path) -> None:
    # A process counts as much memory as its parent had when it was begun, so the makers of the
    # files, who need a lot, are in a process of their own.
    script = """
import json, resource, sys
from pathlib import Path
if sys.argv[1] == "make":
    from tests.imports.hostile import HOSTILE
    for make in HOSTILE:
        if make.__name__ in sys.argv[2:]:
            print(make(Path.cwd()))
    sys.exit()
from db.imports.reader import read_workbook
from db.kernel.errors import UserError
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for path in sys.argv[2:]:
    try:
        read_workbook(Path(path))
    except UserError:
        continue
    raise SystemExit(f"read {path}")
grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
print(json.dumps([grown // 1024, child // 1024]))
"""

    def run(*arguments: str) -> str:
        return subprocess.run(
            [sys.executable, "-c", script, *arguments],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout

    made = run("make", *HEAVY).split()
    assert len(made) == len(HEAVY)
    grown, child = json.loads(run("read", *made))
    assert child <= MOST_MIB
    assert grown <= 64, "what a child sends is bounded too"


def test_a_reader_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    path = tmp_path / "慢.csv"
    path.write_text("姓名,电话\n" + "王五,1\n" * 199_000, encoding="utf-8")
    others = psutil.Process().children()
    with pytest.raises(UserError, match="没有读完"):
        read_workbook(path, seconds=0.05)
    assert set(psutil.Process().children()) <= set(others), "the reading child is gone"


def test_the_program_reads_a_workbook_as_its_own_child(tmp_path: Path) -> None:
    """What a built program does: it starts itself to read, as there is no interpreter beside it."""
    path = tmp_path / "好.csv"
    path.write_text("姓名,电话\n王五,13800138000\n", encoding="utf-8")
    with path.open("rb") as file:
        done = subprocess.run(
            [sys.executable, "-m", "desktop", "--read-workbook", "csv"],
            cwd=ROOT, stdin=file, capture_output=True, check=True,
        )  # fmt: skip
    assert "王五".encode() in done.stdout
