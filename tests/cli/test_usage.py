"""What a person is told who types a command wrongly, or asks how it is typed: in Chinese."""

import re

import pytest

from tests.cli.running import DONE, USAGE, policepost


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("report weekly", "缺少 --week、--out。"),
        ("history --nothing", "不认识“--nothing”。"),
        ("history --limit", "--limit 后面要写一个值。"),
        ("history --limit x", "--limit 要写整数，“x”不是。"),
        ("pair --community", "--community 后面至少要写一个值。"),
        ("import a.csv --json=3", "--json 后面不写值，“3”多了。"),
        ("pair --re", "“--re”可能是 --remove、--renew，请写全。"),
        (
            "points paper 签 --month 2026-03 --out x",
            "没有“签”，可用：签领表、公示表、汇总表、明细。",
        ),
    ],
)
def test_wrong_usage_is_told_in_chinese(line: str, told: str) -> None:
    wrong = policepost(*line.split())
    assert wrong.returncode == USAGE
    assert wrong.stderr.startswith("用法：policepost")
    assert wrong.stderr.endswith(f"用法不对：{told}\n")


@pytest.mark.parametrize("command", ["", "import", "points paper", "sheet"])
def test_help_is_in_chinese(command: str) -> None:
    helped = policepost(*command.split(), "-h")
    assert helped.returncode == DONE
    assert "选项:" in helped.stdout
    english = {"usage", "options", "positional", "arguments", "show", "message"}
    assert not english & set(re.findall("[a-z]+", helped.stdout))
