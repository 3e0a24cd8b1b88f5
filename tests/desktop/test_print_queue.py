"""The weekly report on a real queue: at 100 %, on both sides."""

import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtPrintSupport import QPrintDialog, QPrinter
from PySide6.QtWidgets import QDialog
from pytestqt.qtbot import QtBot

from desktop.reports.page import ReportsPage
from desktop.window import Shell
from tests.desktop.conftest import settle
from tests.desktop.spooler import NAME, Queue, printing

DPI = 150
HALF_A_MILLIMETRE = 0.5 / 25.4 * DPI


@pytest.fixture
def queue() -> Iterator[Queue]:
    with printing() as made:
        yield made


def _ink(pdf: bytes, folder: Path, name: str) -> list[tuple[int, int, int, int]]:
    """The box of the ink on each page, in dots from the left and the top."""
    (folder / f"{name}.pdf").write_bytes(pdf)
    subprocess.run(
        ["pdftoppm", "-r", str(DPI), "-gray", folder / f"{name}.pdf", folder / name], check=True
    )
    boxes = []
    for page in sorted(folder.glob(f"{name}-*.pgm")):
        with Image.open(page) as sheet:
            box = sheet.point(lambda shade: 255 if shade < 140 else 0).getbbox()
            assert box is not None, "an empty page"
            boxes.append(box)
    return boxes


def _open_to_others(spool: Path) -> list[str]:
    """Return what of a job somebody else on this machine could read while it waits."""
    jobs = list(spool.rglob("d*"))
    assert jobs, "the queue keeps the job"
    closed = not spool.stat().st_mode & 0o007
    return [path.name for path in jobs if not closed and path.stat().st_mode & 0o007]


@pytest.mark.parametrize("both_sides", [True, False])
def test_the_report_comes_out_at_its_own_measures(
    qtbot: QtBot,
    shell: Shell,
    queue: Queue,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    both_sides: bool,  # noqa: FBT001  a parameter of the test
) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    monkeypatch.setattr(tempfile, "tempdir", None)

    def accept(dialog: QPrintDialog) -> int:
        dialog.printer().setPrinterName(NAME)
        if not both_sides:
            dialog.printer().setDuplex(QPrinter.DuplexMode.DuplexNone)
        return QDialog.DialogCode.Accepted

    monkeypatch.setattr(QPrintDialog, "exec", accept)
    shell.context.routes.go("reports")
    settle(qtbot, shell)
    assert isinstance(shell.page, ReportsPage)
    shell.page.print()
    settle(qtbot, shell)
    printed, log = queue.job()
    assert list(temporary.rglob("*")) == [], "the paper goes from memory to the queue"
    assert _open_to_others(queue.spool) == []
    assert ("two-sided-long-edge" in log) == both_sides
    wanted, found = _ink(shell.page._pdf, tmp_path, "wanted"), _ink(printed, tmp_path, "printed")
    assert len(found) == len(wanted) > 1
    for page, (ours, paper) in enumerate(zip(wanted, found, strict=True)):
        away = max(abs(a - b) for a, b in zip(ours, paper, strict=True))
        assert away <= HALF_A_MILLIMETRE, f"page {page + 1}: {ours} came out at {paper}"
