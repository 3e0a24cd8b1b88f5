"""The command line is a contract: names, exit codes, the JSON, and plain words for every mistake."""

import argparse
import json
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from pypdf import PdfReader

from db.backup import list_backups
from db.figures.kinds import KINDS
from db.figures.model import SpanFigures
from db.ledger import Ledger
from db.places.lists import any_home
from db.sample import PASSWORD
from desktop.cli.parser import build_parser, later_handlers
from desktop.cli.selftest import selftest
from desktop.paper.document import plain_text
from desktop.paper.report import report_paper
from tests.cli.running import DONE, MACHINE, MISTAKE, USAGE, policepost
from tests.conftest import SAMPLE, morning
from tests.figures import differences
from tests.imports.books import HOMES, VISITS, book, home, tried

GOLDEN = Path(__file__).resolve().parents[1] / "golden"
ROW_KEYS = {"sheet", "row", "column", "value", "reason", "fate"}
FILE_KEYS = {
    "file", "kind", "added", "changed", "unchanged", "duplicate", "rejected", "left_out_columns",
    "rows", "notes",
}  # fmt: skip


@pytest.fixture
def post(_template: Path, tmp_path: Path) -> Path:
    """An empty ledger that nobody has open."""
    return shutil.copytree(_template, tmp_path / "post")


@pytest.fixture
def full(_sample_template: Path, tmp_path: Path) -> Path:
    """The sample post's ledger that nobody has open."""
    return shutil.copytree(_sample_template, tmp_path / "full")


def _any_home(ledger: Ledger) -> bool:
    with ledger.read() as connection:
        return any_home(connection)


def test_an_import_accounts_for_every_row_in_json(post: Path, tmp_path: Path) -> None:
    homes = book(tmp_path / "户.xlsx", 台账=[[*HOMES, "身份证号"], [*home(101), "x"], home(102)])
    visits = book(tmp_path / "访.xlsx", 台账=[VISITS, tried(101), tried(101), tried(999)])
    rejected = tmp_path / "退回.xlsx"
    looked = policepost("import", visits, homes, "--data", post, "--dry-run", "--json")
    assert looked.returncode == DONE
    said = json.loads(looked.stdout)["files"]
    assert {frozenset(file) for file in said} == {frozenset(FILE_KEYS)}
    by_kind = {file["kind"]: file for file in said}
    assert by_kind["households"]["added"] == 2
    assert by_kind["households"]["left_out_columns"] == ["身份证号"]
    told = by_kind["visits"]["rows"]
    assert all(set(row) == ROW_KEYS for row in told)
    assert sorted(row["fate"] for row in told) == ["duplicate", "rejected"]
    made = policepost("import", visits, homes, "--data", post, "--rejected", rejected)
    assert made.returncode == DONE
    assert rejected.exists()
    twice = policepost("import", homes, visits, "--data", post)
    assert "没有新内容" in twice.stdout


def test_an_import_tells_of_a_character_the_terminal_lacks(post: Path, tmp_path: Path) -> None:
    homes = book(tmp_path / "户.xlsx", 台账=[HOMES, home(101)])
    visits = book(tmp_path / "访.xlsx", 台账=[VISITS, tried("𠮷")])
    told = policepost("import", homes, visits, "--data", post, "--dry-run", PYTHONIOENCODING="gbk")
    assert told.returncode == DONE, told.stderr
    assert "?" in told.stdout
    assert "没有写入" in told.stdout
    said = policepost(
        "import", homes, visits, "--data", post, "--dry-run", "--json", PYTHONIOENCODING="gbk"
    )
    assert said.returncode == DONE, said.stderr
    (line,) = json.loads(said.stdout)["files"][1]["rows"]
    assert "𠮷" in line["value"]


def test_what_cannot_be_accepted_brings_nothing_in(post: Path, tmp_path: Path) -> None:
    homes = book(tmp_path / "户.xlsx", 台账=[HOMES, home(101)])
    (tmp_path / "坏.xlsx").write_bytes(b"PK\x03\x04broken")
    for wrong in (tmp_path / "坏.xlsx", tmp_path, tmp_path / "没有.xlsx"):
        done = policepost("import", homes, wrong, "--data", post)
        assert done.returncode == MISTAKE
        assert "没有导入任何内容" in done.stderr
    with Ledger.unlock(post, PASSWORD, clock=morning()) as ledger:
        assert not _any_home(ledger)


def test_columns_are_named_by_hand(post: Path, tmp_path: Path) -> None:
    odd = book(
        tmp_path / "户.xlsx",
        台账=[["社区", "小区", "楼栋", "单元", "几零几"], ["第一社区", "晨园", 3, 1, 101]],
    )
    done = policepost("import", odd, "--data", post, "--kind", "households", "--map", "几零几=room")
    assert done.returncode == DONE, done.stderr
    assert "新增1" in done.stdout
    wrong = policepost("import", odd, "--data", post, "--map", "几零几=nothing")
    assert wrong.returncode == MISTAKE
    assert "没有叫“nothing”的栏目" in wrong.stderr


def test_the_weekly_figures_of_the_sample_equal_expected(full: Path, tmp_path: Path) -> None:
    for expected in json.loads((SAMPLE / "expected.json").read_text("utf-8"))["weeks"]:
        out = tmp_path / "figures.json"
        week = expected["week"]
        done = policepost("report", "weekly", "--week", week, "--data", full, "--out", out)
        assert done.returncode == DONE, done.stderr
        assert differences(expected, json.loads(out.read_text("utf-8"))) == []


@pytest.mark.parametrize(
    ("kind", "option", "span"),
    [("daily", "--day", "2026-03-18"), ("monthly", "--month", "2026-03")],
)
def test_a_day_and_a_month_read_as_their_golden_text(
    full: Path, tmp_path: Path, kind: str, option: str, span: str
) -> None:
    asked = ("report", kind, option, span, "--data", full)
    out, paper = tmp_path / "figures.json", tmp_path / "paper.pdf"
    done = policepost(*asked, "--out", out)
    assert done.returncode == DONE, done.stderr
    said = json.loads(out.read_text("utf-8"))
    assert said[option[2:]] == span
    figures = SpanFigures.from_json(said)
    assert figures.to_json() == said
    document = report_paper(figures, station="示范派出所", made_on=date(2026, 3, 23))
    assert f"{plain_text(document)}\n" == (GOLDEN / f"{kind}-{span}.txt").read_text("utf-8")
    done = policepost(*asked, "--out", paper, "--with", "未结纠纷,未参训名单,未见面名单")
    assert done.returncode == DONE, done.stderr
    name = KINDS[kind].report
    assert f"{name}已写到" in done.stdout
    assert f"工作{name}" in str(PdfReader(paper).metadata.title)
    for suffix in ("docx", "xlsx"):
        assert policepost(*asked, "--out", tmp_path / f"报.{suffix}").returncode == DONE
    assert f"生成{name}" in policepost("history", "--data", full).stdout


def test_a_report_of_another_kind_of_span_is_refused(full: Path, tmp_path: Path) -> None:
    out = ("--data", full, "--out", tmp_path / "a.pdf")
    for kind, option, span, reason in (
        ("daily", "--day", "2026-02-30", "没有2026年2月30日这一天"),
        ("daily", "--day", "2026-03", "不是日期"),
        ("monthly", "--month", "2026-03-18", "不是月份"),
        ("monthly", "--month", "2026-W12", "不是月份"),
        ("weekly", "--week", "2026-03", "不是周次"),
    ):
        refused = policepost("report", kind, option, span, *out)
        assert refused.returncode == MISTAKE
        assert reason in refused.stderr
    assert policepost("report", "daily", "--week", "2026-W12", *out).returncode == USAGE
    refused = policepost("report", "monthly", "--month", "2026-03", *out[:3], tmp_path / "a.txt")
    assert "月报可以写成" in refused.stderr
    assert not (tmp_path / "a.pdf").exists()


def test_a_report_is_paper_or_says_why_not(full: Path, tmp_path: Path) -> None:
    paper = tmp_path / "周报.pdf"
    week = ("report", "weekly", "--week", "2026-W12", "--data", full)
    done = policepost(*week, "--out", paper, "--with", "未结纠纷")
    assert done.returncode == DONE
    assert paper.read_bytes().startswith(b"%PDF")
    for kind in ("docx", "xlsx"):
        out = tmp_path / f"周报.{kind}"
        assert policepost(*week, "--out", out, "--with", "未结纠纷").returncode == DONE
        assert out.read_bytes().startswith(b"PK")
    for more, reason in (
        (("--out", tmp_path / "a.pdf", "--with", "未结纠纷、没有这种"), "没有叫“没有这种”的名单"),
        (("--out", tmp_path / "a.pdf", "--campaign", "没有这个"), "没有叫“没有这个”的走访任务"),
        (("--out", tmp_path / "a.txt"), "不能写成“.txt”"),
        (("--out", tmp_path / "no" / "a.pdf"), "文件夹"),
    ):
        refused = policepost(*week, *more)
        assert refused.returncode == MISTAKE
        assert reason in refused.stderr
    bad = policepost("report", "weekly", "--week", "2026-W60", "--data", full, "--out", paper)
    assert bad.returncode == MISTAKE


def test_history_and_undo(post: Path, tmp_path: Path) -> None:
    homes = book(tmp_path / "户.xlsx", 台账=[HOMES, home(101)])
    policepost("import", homes, "--data", post)
    listed = policepost("history", "--data", post)
    number = next(line.split()[0] for line in listed.stdout.splitlines() if "导入台账" in line)
    done = policepost("undo", number, "--data", post)
    assert done.returncode == DONE, done.stderr
    with Ledger.unlock(post, PASSWORD, clock=morning()) as ledger:
        assert not _any_home(ledger)
        assert ledger.problems() == []
    assert policepost("undo", "999", "--data", post).returncode == MISTAKE


def test_campaigns(post: Path) -> None:
    add = ("campaign", "add", "--data", post, "--name", "反诈", "--start", "2026-02-23")
    assert policepost(*add, "--end", "2026-03-29").returncode == DONE
    assert "已经有叫“反诈”" in policepost(*add, "--end", "2026-03-29").stderr
    assert policepost(*add, "--end", "2026-02-30").returncode == MISTAKE
    assert "反诈" in policepost("campaign", "list", "--data", post).stdout


def test_accounts_and_what_a_role_may_not(post: Path, tmp_path: Path) -> None:
    (tmp_path / "w.txt").write_text("社区工作者的密码-2026\n", encoding="utf-8")
    added = policepost(
        "account", "add", "小李", "--role", "社区工作者", "--data", post,
        "--new-password-file", tmp_path / "w.txt",
    )  # fmt: skip
    assert added.returncode == DONE, added.stderr
    as_worker = ("--data", post, "--user", "小李", "--password-file", tmp_path / "w.txt")
    refused = policepost("backup", *as_worker)
    assert refused.returncode == MISTAKE
    assert "社区工作者" in refused.stderr
    unnamed = policepost("account", "remove", "小李", "--data", post)
    assert unnamed.returncode == MISTAKE
    assert "请写明用哪个账号" in unnamed.stderr
    as_officer = ("--data", post, "--user", "民警")
    assert policepost("account", "remove", "小李", *as_officer).returncode == DONE
    assert policepost("history", *as_worker).returncode == MISTAKE
    last = policepost("account", "remove", "民警", *as_officer)
    assert last.returncode == MISTAKE
    assert "最后一个民警" in last.stderr


def test_passwords_are_asked_for_in_words(post: Path) -> None:
    missing = policepost("check", "--data", post, password=None)
    assert missing.returncode == MISTAKE
    assert "--password-file" in missing.stderr
    wrong = policepost("check", "--data", post, password="wrong-password-1")
    assert wrong.returncode == MISTAKE
    assert "wrong-password-1" not in wrong.stderr + wrong.stdout


def test_a_backup_comes_back_and_a_good_ledger_is_never_written_over(
    post: Path, tmp_path: Path
) -> None:
    done = policepost("backup", "--data", post, "--to", tmp_path / "stick")
    assert done.returncode == DONE, done.stderr
    (info,) = list_backups(tmp_path / "stick")
    backup = info.path
    over = policepost("restore", backup, "--data", post)
    assert over.returncode == MISTAKE
    ledger = post / "ledger.db"
    data = bytearray(ledger.read_bytes())
    data[5000:5100] = b"\0" * 100
    ledger.write_bytes(data)
    broken = policepost("check", "--data", post)
    assert broken.returncode in (MISTAKE, MACHINE)
    back = policepost("restore", backup, "--data", post)
    assert back.returncode == DONE, back.stderr
    assert "原来损坏的文件留在" in back.stdout
    assert policepost("check", "--data", post).returncode == DONE


def test_while_a_ledger_is_open_others_only_look(full: Path, tmp_path: Path) -> None:
    homes = book(tmp_path / "户.xlsx", 台账=[HOMES, home(101)])
    with Ledger.unlock(full, PASSWORD, clock=morning()) as ledger:
        refused = policepost("import", homes, "--data", full)
        assert refused.returncode == MISTAKE
        assert "正在另一个窗口里使用" in refused.stderr
        week = ("report", "weekly", "--week", "2026-W12", "--data", full)
        done = policepost(*week, "--out", tmp_path / "a.pdf")
        assert done.returncode == DONE, done.stderr
        assert ledger.problems() == []
    assert "生成周报" in policepost("history", "--data", full).stdout


def test_wrong_usage_and_no_screen() -> None:
    assert policepost("no-such-command").returncode == USAGE
    assert policepost("import").returncode == USAGE
    window = policepost()
    assert window.returncode == MISTAKE
    assert "没有屏幕" in window.stderr
    assert "加密" in policepost("selftest").stdout


def test_a_double_click_opens_the_window_without_loading_the_commands(tmp_path: Path) -> None:
    asked = f"import sys; from desktop.cli import run; print(run(['--data', {str(tmp_path)!r}]), run([]))"
    told = subprocess.run(
        [sys.executable, "-c", f"{asked}; print('desktop.cli.parser' in sys.modules)"],
        capture_output=True, check=True, text=True,
    ).stdout.splitlines()  # fmt: skip
    assert f"{tmp_path}" in told[0]
    assert told[0].count("OpenWindow") == 2
    assert told[1] == "False"


def test_the_self_test_names_a_command_whose_module_is_not_there(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A built program once lacked the modules of six commands: nothing but a call of them told it."""
    handlers = dict(later_handlers(build_parser()))
    assert {"check", "points list", "sheet doors", "pair", "pack", "merge"} <= set(handlers)
    selftest(argparse.Namespace())
    assert "个命令都在" in capsys.readouterr().out
    # So Python says of a module that it is not there.
    monkeypatch.setitem(sys.modules, "desktop.cli.points", None)
    assert selftest(argparse.Namespace()) == MACHINE
    told = next(line for line in capsys.readouterr().out.splitlines() if "不完整" in line)
    assert "points adopt" in told
    assert "sheet" not in told


def test_the_demonstration_twice_and_never_over_a_real_ledger(tmp_path: Path, post: Path) -> None:
    out = tmp_path / "demo"
    for _ in range(2):
        done = policepost("demo", "--out", out, "--no-window")
        assert done.returncode == DONE, done.stderr
        assert PASSWORD in done.stdout
        (out / "我的笔记.txt").write_text("别删", encoding="utf-8")
    assert (out / "我的笔记.txt").read_text("utf-8") == "别删"
    assert (out / "工作周报2026年第12周.pdf").exists()
    refused = policepost("demo", "--out", post, "--no-window")
    assert refused.returncode == MISTAKE
    assert "没有动它" in refused.stderr


def test_a_demonstration_that_is_open_and_papers_of_ones_own_are_left_alone(
    full: Path, tmp_path: Path
) -> None:
    (full / "demo.json").write_text('{"demo": "policepost"}', encoding="utf-8")
    with Ledger.unlock(full, PASSWORD, clock=morning()) as ledger:
        refused = policepost("demo", "--out", full, "--no-window")
        assert refused.returncode == MISTAKE
        assert "正在另一个窗口里使用" in refused.stderr
        assert ledger.problems() == []
    own = tmp_path / "工作周报2026年第12周.pdf"
    own.write_bytes(b"mine")
    refused = policepost("demo", "--out", tmp_path, "--no-window")
    assert refused.returncode == MISTAKE
    assert own.name in refused.stderr
    assert own.read_bytes() == b"mine"
    assert not (tmp_path / "ledger.db").exists()
    (full / "blobs").mkdir(exist_ok=True)
    (full / "blobs" / "old").write_bytes(b"old")
    (full / "erased.json").write_text("{}", encoding="utf-8")
    done = policepost("demo", "--out", full, "--no-window")
    assert done.returncode == DONE, done.stderr
    assert not (full / "erased.json").exists()
    assert not (full / "blobs" / "old").exists()
