"""Points by command: adopt, look, papers; plain words for every mistake."""

import shutil
from pathlib import Path

import openpyxl
import pytest

from tests.cli.running import DONE, MISTAKE, USAGE, policepost


@pytest.fixture
def full(_sample_template: Path, tmp_path: Path) -> Path:
    """The sample post's ledger that nobody has open."""
    return shutil.copytree(_sample_template, tmp_path / "full")


def test_a_scheme_is_adopted_and_a_month_is_listed_and_printed(full: Path, tmp_path: Path) -> None:
    data = ("--data", full)
    empty = policepost("points", "list", "--month", "2026-03", *data)
    assert empty.returncode == DONE
    assert "没有有效的积分办法" in empty.stdout
    made = policepost(
        "points",
        "adopt",
        "--start",
        "2026-03-01",
        "--band",
        "2:合格:30.5",
        "--band",
        "6:良好:80",
        *data,
    )
    assert made.returncode == DONE, made.stderr
    assert "13个项目" in made.stdout
    again = policepost("points", "adopt", "--start", "2026-03-20", *data)
    assert again.returncode == MISTAKE
    assert "写明原因" in again.stderr
    listed = policepost("points", "list", "--month", "2026-03", *data)
    assert "2026年3月（未结账）共398分" in listed.stdout
    out = tmp_path / "签领表.xlsx"
    paper = policepost("points", "paper", "签领表", "--month", "2026-03", "--out", out, *data)
    assert paper.returncode == DONE, paper.stderr
    books = openpyxl.load_workbook(out).worksheets
    totals = [next(r[6] for r in s.iter_rows(values_only=True) if r[1] == "合计") for s in books]
    assert f"补贴{sum(totals):.2f}元" in listed.stdout
    for kind in ("公示表", "汇总表"):
        file = tmp_path / f"{kind}.pdf"
        made = policepost("points", "paper", kind, "--month", "2026-03", "--out", file, *data)
        assert made.returncode == DONE, made.stderr
        assert file.read_bytes().startswith(b"%PDF")
    name = next(line.split("  ")[1] for line in listed.stdout.splitlines() if "合格" in line)
    place = next(line.split("  ")[0] for line in listed.stdout.splitlines() if name in line)
    own = policepost(
        "points", "paper", "明细", "--month", "2026-03", "--name", name, "--community", place,
        "--out", tmp_path / "明细.pdf", *data,
    )  # fmt: skip
    assert own.returncode == DONE, own.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("points", "list", "--month", "2026-13"), MISTAKE, "不是月份"),
        (("points", "adopt", "--start", "2026-03-01", "--band", "60-优秀"), MISTAKE, "--band"),
        (("points", "adopt", "--start", "2026-03-01", "--per-point", "1.234"), MISTAKE, "不是数"),
        (("points", "paper", "签领表", "--month", "2026-03", "--out", "x.txt"), MISTAKE, ".pdf"),
        (("points", "paper", "别的", "--month", "2026-03", "--out", "x.pdf"), USAGE, "用法不对"),
        (("points", "paper", "签领表", "--month", "2026-03", "--out", "x.pdf"), MISTAKE, "没有要发的补贴"),
        (("points", "paper", "明细", "--month", "2026-03", "--out", "x.pdf"), MISTAKE, "--name"),
    ],
)  # fmt: skip
def test_every_mistake_has_its_sentence(
    full: Path, arguments: tuple[str, ...], code: int, words: str
) -> None:
    done = policepost(*arguments, "--data", full)
    assert done.returncode == code
    assert words in done.stderr
