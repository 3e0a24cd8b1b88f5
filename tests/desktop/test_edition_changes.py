"""What changed since an edition was issued: every figure under its whole name, none left untold."""

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import date
from typing import Any, get_args, get_type_hints

import pytest
from pytestqt.qtbot import QtBot
from sqlalchemy import select

from db.editions import FigureChange
from db.figures.kinds import KINDS
from db.figures.model import Blocks
from db.visits import Visit
from desktop.reports.editions import all_words, changes_words, figure_name
from desktop.reports.page import ReportsPage
from desktop.window import Shell
from tests.builders import rows_command, visit
from tests.desktop.conftest import settle

PART = "某项"


def _paths(of: type[Any], path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every place a figure may stand at in a block's JSON, by the fields alone."""
    for name, hint in get_type_hints(of).items():
        inner = [one for one in (hint, *get_args(hint)) if is_dataclass(one)]
        parts = (PART,) if str(hint).startswith("dict") else ()
        if inner:
            yield from _paths(inner[0], (*path, name, *parts))  # type: ignore[arg-type]
        elif hint is not date:
            yield (*path, name, *parts)


def test_every_figure_of_a_report_has_a_whole_name_in_chinese() -> None:
    """撤回 and 重新受理 were forgotten once and stood on the screen as English codes."""
    paths = [("post",), *_paths(Blocks)]
    assert len(paths) > sum(len(fields(one)) for one in (Blocks,))
    assert ("disputes", "withdrawn") in paths
    assert ("coverage", "by_community", PART, "rate") in paths
    names = [figure_name(path) for path in paths]
    assert [name for name in names if re.search(r"[A-Za-z_]", name)] == []
    assert len(set(names)) == len(names), "no two figures go by one name"
    assert all(PART in name for name, path in zip(names, paths, strict=True) if PART in path)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        (("disputes", "reopened"), "纠纷重新受理"),
        (("visits", "households"), "走访户数"),
        (("visits", "by_community", "第六社区"), "各社区走访次数（第六社区）"),
        (("trainings", "expected"), "培训应到"),
        (("trainings", "rate"), "培训到训率"),
        (("coverage", "rate"), "走访任务进度"),
        (("coverage", "by_community", "第六社区", "rate"), "走访任务进度（第六社区）"),
    ],
)
def test_a_name_says_whose_figure_it_is(path: tuple[str, ...], name: str) -> None:
    assert figure_name(path) == name


def test_the_sentence_stays_short_and_the_list_tells_all() -> None:
    changes = [
        FigureChange(("visits", "records"), 3, 4),
        FigureChange(("visits", "by_topic", "反诈"), None, 1),
        FigureChange(("disputes", "withdrawn"), 0, 1),
        FigureChange(("trainings", "rate"), "43.8", None),
        FigureChange(("previous", "visits", "records"), 7, 8),
        FigureChange(("year", "coverage", "base"), 7, 8),
    ]
    assert changes_words(changes, "上周") == (
        "签发以后改了：走访次数 3→4；走访宣传主题（反诈） 无→1；纠纷撤回 0→1等4处"
    )
    assert all_words(changes, KINDS["weekly"]).split("\n") == [
        "本周", "　走访次数 3→4", "　走访宣传主题（反诈） 无→1", "　纠纷撤回 0→1", "　培训到训率 43.8%→无",
        "上周", "　走访次数 7→8", "当年累计", "　走访任务应访 7→8",
    ]  # fmt: skip


def test_the_rest_of_what_changed_opens_below_the_sentence(qtbot: QtBot, shell: Shell) -> None:
    """The sentence ended in 等N处, and nothing showed the others."""
    shell.context.routes.go("reports")
    settle(qtbot, shell)
    page = shell.page
    assert isinstance(page, ReportsPage)
    page._issue("")
    settle(qtbot, shell)
    box = page._editions
    assert box._more.isHidden(), "nothing has changed yet"
    with shell.context.ledger.read() as connection:
        door = connection.execute(select(Visit.household)).scalars().first()
    assert door is not None
    row = visit(door, day=date(2026, 3, 21))
    shell.context.background.write(page, rows_command(Visit, [row]))
    settle(qtbot, shell)
    assert (box._more.text(), box._all.isHidden()) == ("看全部", True)
    box._more.click()
    assert (box._more.text(), box._all.isHidden()) == ("收起", False)
    lines = box._all.text().split("\n")
    assert lines[0] == "本周"
    assert "　走访次数 2820→2821" in lines
    assert "当年累计" in lines
    assert re.search(r"[A-Za-z_]", box._all.text()) is None
    page.refresh()
    settle(qtbot, shell)
    assert not box._all.isHidden(), "what was opened stays open"
    box._more.click()
    assert (box._more.text(), box._all.isHidden()) == ("看全部", True)
