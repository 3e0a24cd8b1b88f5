"""The scenarios of features/, in the words of those who use the program, on the started program."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import pytest
from pypdf import PdfReader
from PySide6.QtPrintSupport import QPrintDialog, QPrinter
from PySide6.QtWidgets import QDialog, QFileDialog
from pytest_bdd import given, parsers, scenarios, then, when
from pytestqt.qtbot import QtBot
from sqlalchemy import func, select

from db.disputes import Dispute, FollowUp
from db.disputes.course import MediationSession
from db.kernel.clock import SetClock
from db.kernel.records import Record
from db.people import Volunteer
from db.places import Household
from db.rewards import RewardDeposit
from db.sample import PASSWORD, sample_clock
from db.trainings import Training
from db.visits import Visit
from desktop.access.code import RecoveryCode
from desktop.access.first_run import FirstRun
from desktop.imports.page import ImportPage
from desktop.page import Page
from desktop.settings import Settings
from desktop.theme import Theme
from desktop.visits.page import VisitsPage
from desktop.visits.sheets import SheetsPage
from desktop.widgets.tabs import TabbedPage
from tests.conftest import morning
from tests.imports.books import HOMES, book, home
from tests.scenarios.hands import Hands

scenarios("features")

P = TypeVar("P", bound=Page)
COUNTED: dict[str, type[Record]] = {
    "纠纷": Dispute, "调解": MediationSession, "回访": FollowUp, "到账": RewardDeposit,
    "人员": Volunteer, "培训": Training,
}  # fmt: skip
NEW_PASSWORD = "晚饭后 录入 四十户 走访"


@dataclass
class Story:
    """What a scenario remembers from its beginning."""

    folder: Path
    password: str = NEW_PASSWORD
    visits: int = 0
    homes: int = 0
    paper: Path = field(default_factory=Path)
    doors: int = 0
    rows: dict[str, int] = field(default_factory=dict)


@pytest.fixture
def hands(qtbot: QtBot, settings: Settings, theme: Theme) -> Iterator[Hands]:
    made = Hands(qtbot, settings, theme)
    yield made
    made.close()


@pytest.fixture
def story(tmp_path: Path) -> Story:
    return Story(tmp_path)


def _count(hands: Hands, record: type[Record]) -> int:
    with hands.shell.context.ledger.read() as connection:
        return connection.execute(select(func.count()).select_from(record)).scalar_one()


@given("一台没有台账的电脑")
def _(hands: Hands, story: Story) -> None:
    hands.start(story.folder / "new", morning())


@given("样例台账已经打开")
def _(hands: Hands, story: Story, _sample_template: Path) -> None:
    story.password = PASSWORD
    folder = shutil.copytree(_sample_template, story.folder / "sample")
    hands.start(folder, sample_clock(), PASSWORD)
    story.visits, story.homes = _count(hands, Visit), _count(hands, Household)


@when(parsers.parse("按键“{name}”"))
def _(hands: Hands, name: str) -> None:
    hands.press(name)


@when(parsers.parse("按键“{name}”{times:d}次"))
def _(hands: Hands, name: str, times: int) -> None:
    hands.press(name, times)


@when(parsers.parse("磁盘还没有答复，就按了“{names}”"))
def _(hands: Hands, story: Story, names: str) -> None:
    story.rows = {name: _count(hands, record) for name, record in COUNTED.items()}
    hands.press_unanswered(*names.split("、"))


@when(parsers.parse("打字“{text}”"))
def _(hands: Hands, text: str) -> None:
    hands.write(text)


@when(parsers.parse("在“{name}”填“{text}”"))
def _(hands: Hands, name: str, text: str) -> None:
    hands.fill(name, text)


@when(parsers.parse("在“{name}”填密码"))
def _(hands: Hands, story: Story, name: str) -> None:
    hands.fill(name, story.password)


@when(parsers.parse("点“{words}”"))
def _(hands: Hands, words: str) -> None:
    hands.click(words)


@when("照着抄好的输入恢复码")
def _(hands: Hands) -> None:
    page = hands.window._stack.currentWidget()
    assert isinstance(page, FirstRun)
    code = page.findChild(RecoveryCode)
    assert code is not None
    groups = code._shown.text().split()
    hands.fill("恢复码", "".join(groups[at] for at in code._asked_for))


@when(parsers.parse("过了{days:d}天"))
def _(hands: Hands, days: int) -> None:
    ledger = hands.shell.context.ledger
    ledger.clock = SetClock(ledger.clock.now() + timedelta(days=days))


@when(parsers.parse("到培训的“{title}”"))
@when(parsers.parse("到队伍的“{title}”"))
def _(hands: Hands, title: str) -> None:
    """Turn to a tab of the page in sight by the keyboard."""
    page = hands.shell.page
    assert isinstance(page, TabbedPage)
    for _ in page._tabs:
        if page._tabs[page._name].title == title:
            return
        hands.press("Ctrl+Tab")
    raise AssertionError(f"no tab {title}")


@when("从这里数键")
def _(hands: Hands) -> None:
    hands.keys = 0


@when("在楼栋表上一户一户记走访，共40户")
def _(hands: Hands, story: Story) -> None:
    page = _tab(hands, VisitsPage)
    page._board.setFocus()
    hands.keys, story.doors = 0, 40
    for n in range(40):
        if page._board.current is None or page._board.current.state not in ("untouched", "tried"):
            hands.press("下一页")
        hands.press("1" if n % 3 else "2")


@when("打印一张走访单")
def _(hands: Hands, story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    story.paper = story.folder / "sheet.pdf"
    _answer_print_dialog(monkeypatch, story.paper)
    hands.press("Ctrl+2")
    hands.press("Ctrl+P")
    assert len(PdfReader(story.paper).pages) >= 1


@when("打印机接好了")
def _(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    story.paper = story.folder / "printed.pdf"
    _answer_print_dialog(monkeypatch, story.paper)


@when("打开这张走访单，一户一户录回来")
def _(hands: Hands, story: Story) -> None:
    hands.shell.context.routes.go("visits", tab="sheets")
    hands.settle()
    page = _tab(hands, SheetsPage)
    number = page._open.rows[0].number
    hands.fill("走访单编号", str(number))
    hands.press("回车")
    hands.keys, story.doors = 0, page._typed.rowCount()
    for _ in range(story.doors):
        hands.press("1")
    hands.press("Ctrl+Return")


@when("导入一份两户的台账，其中一户人数是负数")
def _(hands: Hands, story: Story) -> None:
    hands.shell.context.routes.go("data", tab="imports")
    hands.settle()
    bad = home(9902, 居住人数=-1)
    _tab(hands, ImportPage).take([book(story.folder / "户.xlsx", 台账=[HOMES, home(9901), bad])])
    hands.settle()


@when("存下周报")
def _(hands: Hands, story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    story.paper = story.folder / "report.pdf"
    chosen = (str(story.paper), "PDF (*.pdf)")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_args, **_named: chosen)
    hands.press("Ctrl+S")


@then(parsers.parse("印出来{most:d}页"))
def _(story: Story, most: int) -> None:
    assert len(PdfReader(story.paper).pages) == most


@then(parsers.parse("看到“{words}”"))
def _(hands: Hands, words: str) -> None:
    hands.waits_for(*words.split("”或者“"))


@then(parsers.parse("看不到“{words}”"))
def _(hands: Hands, words: str) -> None:
    assert not hands.sees(words)


@then(parsers.parse("台账里多了{more:d}条走访"))
def _(hands: Hands, story: Story, more: int) -> None:
    assert _count(hands, Visit) == story.visits + more


@then(parsers.parse("只存了一条“{name}”"))
def _(hands: Hands, story: Story, name: str) -> None:
    assert _count(hands, COUNTED[name]) == story.rows[name] + 1


@then(parsers.parse("台账里多了{more:d}户"))
def _(hands: Hands, story: Story, more: int) -> None:
    assert _count(hands, Household) == story.homes + more


@then("单子上的户都有了今天的走访")
def _(hands: Hands, story: Story) -> None:
    assert story.doors > 0
    assert _count(hands, Visit) == story.visits + story.doors


@then(parsers.parse("平均一户不超过{most:d}个键"))
def _(hands: Hands, story: Story, most: int) -> None:
    assert hands.keys / story.doors <= most


@then(parsers.parse("一共不超过{most:d}个键"))
def _(hands: Hands, most: int) -> None:
    assert hands.keys <= most


@then(parsers.parse("周报有{pages:d}页，第一页写着“{words}”"))
def _(story: Story, pages: int, words: str) -> None:
    reader = PdfReader(story.paper)
    assert len(reader.pages) == pages
    assert words in reader.pages[0].extract_text().replace("\n", "")


def _tab(hands: Hands, kind: type[P]) -> P:
    page = hands.shell.page
    assert isinstance(page, TabbedPage)
    assert isinstance(page.page, kind)
    return page.page


def _answer_print_dialog(monkeypatch: pytest.MonkeyPatch, to: Path) -> None:
    """Answer the dialog of the printer as somebody who prints into a file."""

    def accept(dialog: QPrintDialog) -> int:
        dialog.printer().setOutputFormat(QPrinter.OutputFormat.PdfFormat)
        dialog.printer().setOutputFileName(str(to))
        return QDialog.DialogCode.Accepted

    monkeypatch.setattr(QPrintDialog, "exec", accept)
