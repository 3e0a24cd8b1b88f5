"""Sheets from the command line: numbered paper that the window types back, and empty forms."""

import shutil
from pathlib import Path

import pytest
from pypdf import PdfReader

from db.ledger import Ledger
from db.sample import PASSWORD
from db.trainings.sheets import open_sheets, sheet
from db.visits.sheets import open_sheets as open_walks
from tests.cli.running import DONE, MISTAKE, policepost
from tests.conftest import morning


@pytest.fixture
def full(_sample_template: Path, tmp_path: Path) -> Path:
    """The sample post's ledger that nobody has open."""
    return shutil.copytree(_sample_template, tmp_path / "full")


def said(paper: Path) -> str:
    return "".join(page.extract_text() for page in PdfReader(paper).pages).replace("\n", "")


def test_sheets_are_numbered_and_can_be_typed_back(full: Path, tmp_path: Path) -> None:
    out = tmp_path / "单.pdf"
    made = policepost(
        "sheet", "sign-in", "--session", "2026-03-20 季度", "--data", full, "--out", out
    )
    assert made.returncode == DONE, made.stderr
    assert "第1号签到表" in made.stdout
    assert "编号1" in said(out)
    blank = ("sheet", "sign-in", "--session", "2026.3.17", "--blank", "--lines", "20")
    made = policepost(*blank, "--data", full, "--out", out)
    assert made.returncode == DONE, made.stderr
    walk = ("sheet", "doors", "--building", "晨园3号楼", "--community", "第六社区")
    made = policepost(*walk, "--data", full, "--out", out)
    assert made.returncode == DONE, made.stderr
    assert "第1号走访单" in made.stdout
    with Ledger.unlock(full, PASSWORD, clock=morning()) as ledger, ledger.read() as connection:
        filled, empty = sheet(connection, 1), sheet(connection, 2)
        assert filled is not None
        assert empty is not None
        assert len(filled.people) == filled.training.expected > 0
        assert (len(empty.people), empty.blanks) == (0, 20)
        day = morning().now().date().replace(year=2030)
        assert len(open_sheets(connection, day)) == 2
        assert [line.number for line in open_walks(connection, day)] == [1]


def test_empty_forms_of_a_mediation(full: Path, tmp_path: Path) -> None:
    out = tmp_path / "表.pdf"
    every = policepost("sheet", "form", "--data", full, "--out", out)
    assert every.returncode == DONE, every.stderr
    assert "16种" in every.stdout
    two = policepost("sheet", "form", "受理登记表", "人民调解协议书", "--data", full, "--out", out)
    assert two.returncode == DONE, two.stderr
    assert len(PdfReader(out).pages) == 2


def test_a_sheet_says_why_it_cannot_be_made(full: Path, tmp_path: Path) -> None:
    out = ("--data", full, "--out", tmp_path / "单.pdf")
    for wrong, reason in (
        (("sign-in", "--session", "2026-03-21"), "没有这样的培训"),
        (("sign-in", "--session", "昨天吧"), "看不懂"),
        (("sign-in", "--session", "2026-02-30"), "没有这一天"),
        (("sign-in", "--session", "2026-03-20", "--blank", "--lines", "9999"), "最多200行"),
        (("doors", "--building", "晨园3号楼"), "--community"),
        (("doors", "--building", "没有这栋楼"), "没有“没有这栋楼”"),
        (("doors", "--building", "晨园3号楼", "--campaign", "无"), "没有叫“无”的走访任务"),
        (("form", "没有这种"), "不知道“没有这种”"),
    ):
        refused = policepost("sheet", *wrong, *out)
        assert refused.returncode == MISTAKE
        assert reason in refused.stderr
    named = ("sheet", "form", "--data", full, "--out", tmp_path / "单.docx")
    assert "写成 .pdf" in policepost(*named).stderr
    nowhere = policepost("sheet", "form", "--data", full, "--out", tmp_path / "no" / "单.pdf")
    assert "文件夹" in nowhere.stderr
    assert not (tmp_path / "单.pdf").exists()
