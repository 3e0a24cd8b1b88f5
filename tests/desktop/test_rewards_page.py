"""Rewards, their fund and the reviews by keyboard; what is told, printed and taken back."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TypeVar

import openpyxl
import pytest
from pypdf import PdfReader
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from sqlalchemy import select

from db.disputes import Dispute
from db.disputes.course import MediationSession
from db.history import recent
from db.kernel.access import Role
from db.kernel.ids import Id, new_id
from db.ledger import Ledger
from db.people import VolunteerDraft
from db.people.roster import VolunteerPlace, add_volunteer
from db.places import Community
from db.reviews import ReviewDraft, TwoMonths, graded, review
from db.rewards import DepositDraft, Receiver, RewardDraft
from db.rewards.fund import add_deposit
from db.rewards.granting import grant, pay
from db.rewards.lists import RewardQuery, RewardRow, rewards
from db.sample import PASSWORD
from desktop.page import Page
from desktop.reviews.page import ReviewsPage
from desktop.rewards.fund import FundPage
from desktop.rewards.page import NOTICE, RewardsPage
from desktop.rooms import shell_over
from desktop.settings import Settings
from desktop.theme import Theme
from desktop.widgets.tabs import TabbedPage
from desktop.window import Shell
from tests.builders import add_community, rows_command, street
from tests.conftest import POST, morning
from tests.desktop.conftest import press, settle

P = TypeVar("P", bound=Page)
TODAY = date(2026, 3, 23)
WINTER = TwoMonths(2026, 1)
ENTER = Qt.Key.Key_Return
MATTER = RewardDraft("劝阻电信诈骗", date(2026, 3, 18), "挽回损失", 200_00, None, date(2026, 3, 20))


@pytest.fixture
def leaders(ledger: Ledger) -> list[Id]:
    """Two grid leaders in the first of two communities; the first took part in a mediation."""
    street(ledger, communities=2)
    with ledger.read() as connection:
        community = connection.execute(
            select(Community.id).order_by(Community.rank).limit(1)
        ).scalar_one()
    made = [
        ledger.write(
            add_volunteer(VolunteerPlace(community), VolunteerDraft(name, role="grid_leader"))
        ).value
        for name in ("王芳", "赵敏")
    ]
    dispute = {"id": new_id(), "registered": date(2026, 2, 2), "kind": "neighbour"}
    ledger.write(rows_command(Dispute, [dispute]))
    held = {
        "id": new_id(), "dispute": dispute["id"], "day": date(2026, 2, 5), "result": "settled",
        "volunteers": (made[0],),
    }  # fmt: skip
    ledger.write(rows_command(MediationSession, [held]))
    return made


def opened(qtbot: QtBot, shell: Shell, tab: str, kind: type[P], **what: object) -> P:
    shell.context.routes.go("points", tab=tab, **what)
    settle(qtbot, shell)
    assert isinstance(shell.page, TabbedPage)
    assert isinstance(shell.page.page, kind)
    return shell.page.page


def listed(ledger: Ledger) -> list[RewardRow]:
    with ledger.read() as connection:
        return rewards(connection, RewardQuery())


def test_a_reward_is_granted_for_a_source_by_keyboard_and_paid(
    qtbot: QtBot, leaders: list[Id], small: Shell, ledger: Ledger
) -> None:
    ledger.write(add_deposit(DepositDraft(date(2026, 3, 1), 500_00, "街道拨款")))
    page = opened(qtbot, small, "rewards", RewardsPage, new=True)
    press(qtbot, small, "wf", ENTER, "2", ENTER)
    assert page._reward.draft_form.typed("matter") == "参与调解：邻里纠纷"
    press(qtbot, small, ENTER, ENTER, "劝和两家", ENTER, "300", ENTER, ENTER, ENTER)
    (row,) = listed(ledger)
    assert (row.name, row.matter, row.happened, row.amount, row.entity, row.day) == (
        "王芳", "参与调解：邻里纠纷", date(2026, 2, 5), 300_00, "dispute", TODAY,
    )  # fmt: skip
    assert page.row is not None
    assert page.row.id == row.id
    qtbot.keyClick(page, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    settle(qtbot, small)
    assert listed(ledger)[0].paid == TODAY
    assert "资金余额200.00元" in page.foot.text()
    assert not page._save.isEnabled()
    small.undo()
    settle(qtbot, small)
    assert listed(ledger)[0].paid is None
    assert "待发放1项300.00元" in page.foot.text()
    page._reward._open.click()
    settle(qtbot, small)
    assert isinstance(small.page, TabbedPage)
    assert small.page.page.title == "纠纷"


def test_a_matter_that_has_a_reward_is_told_and_asks_why(
    qtbot: QtBot, leaders: list[Id], small: Shell, ledger: Ledger
) -> None:
    ledger.write(grant(Receiver(leaders[0]), MATTER))
    page = opened(qtbot, small, "rewards", RewardsPage, new=True)
    form = page._reward.draft_form
    assert not form.field("again").isVisible()
    press(qtbot, small, "zm", ENTER, "劝阻电信诈骗", ENTER, "3.18", ENTER)
    qtbot.waitUntil(lambda: form.field("again").isVisible())
    assert "这件事已经奖过：王芳 200.00元（2026-03-20）" in page._reward._alike.text()
    press(qtbot, small, "一起劝的", ENTER, "100", ENTER, ENTER, ENTER, "两人一起", ENTER)
    assert [(row.name, row.again) for row in listed(ledger)] == [
        ("赵敏", "两人一起"), ("王芳", None),
    ]  # fmt: skip


def test_nobody_chosen_is_said_and_nothing_typed_is_lost(
    qtbot: QtBot, leaders: list[Id], small: Shell, ledger: Ledger
) -> None:
    page = opened(qtbot, small, "rewards", RewardsPage, new=True)
    form = page._reward.draft_form
    form.field("matter").setText("救助老人")  # type: ignore[union-attr]
    with qtbot.waitSignal(page.said) as said:
        page.save()
    assert "请先选奖给谁" in said.args[0]
    assert form.typed("matter") == "救助老人"
    press(qtbot, small, "没有这个人")
    assert page._reward.person._found.item(0).text() == "队伍里没有这个人"
    assert listed(ledger) == []


def test_a_refresh_takes_nothing_from_the_first_reward_being_typed(
    qtbot: QtBot, leaders: list[Id], small: Shell
) -> None:
    page = opened(qtbot, small, "rewards", RewardsPage, new=True)
    press(qtbot, small, "wf", ENTER, Qt.Key.Key_Tab, "劝阻电信诈骗")
    page.refresh()
    settle(qtbot, small)
    assert page._reward.draft_form.typed("matter") == "劝阻电信诈骗"
    assert page._reward.person.person == leaders[0]


def test_money_comes_in_and_is_voided_by_keyboard(
    qtbot: QtBot, leaders: list[Id], small: Shell, ledger: Ledger
) -> None:
    page = opened(qtbot, small, "fund", FundPage, new=True)
    press(qtbot, small, "3.1", ENTER, "1200", ENTER, "街道拨款", ENTER, ENTER)
    assert "余额1,200.00元" in page.foot.text()
    page._why.setFocus()
    press(qtbot, small, "记错了", ENTER)
    assert page.row is not None
    assert (page.row.note, page.row.voided) == ("作废：记错了", TODAY)
    assert "余额0.00元" in page.foot.text()
    made = ledger.write(grant(Receiver(leaders[0]), MATTER)).value
    deposit = ledger.write(add_deposit(DepositDraft(date(2026, 3, 2), 300_00, "捐助")))
    ledger.write(pay([made], TODAY))
    ledger.undo(deposit.no)
    page.refresh()
    settle(qtbot, small)
    assert "余额-200.00元，少于零" in page.foot.text()
    page.go_to(made)
    assert "在“奖励”里" in page._about.text()
    assert not page._save.isEnabled()


def test_the_papers_are_saved_as_pdf_and_workbook_and_told(
    qtbot: QtBot, leaders: list[Id], small: Shell, ledger: Ledger, tmp_path: Path
) -> None:
    ledger.write(grant(Receiver(leaders[0]), MATTER))
    ledger.write(grant(Receiver(leaders[1]), replace(MATTER, matter="调解王芳家的事")))
    page = opened(qtbot, small, "rewards", RewardsPage)
    sheet, notice = tmp_path / "发放表.xlsx", tmp_path / "公示.pdf"
    page._out.save_to(sheet, page.paper())
    settle(qtbot, small)
    page._paper.setCurrentText(NOTICE)
    page._out.save_to(notice, page.paper())
    settle(qtbot, small)
    cells = [c.value for row in openpyxl.load_workbook(sheet).active.iter_rows() for c in row]
    assert {"王芳", "赵敏", "人民币（大写）肆佰元整", 400} <= set(cells)
    said = "".join(one.extract_text() for one in PdfReader(notice).pages)
    assert "王某" in said
    assert "王芳" not in said
    with ledger.read() as connection:
        assert [(line.action, line.note) for line in recent(connection, 0, 2)] == [
            ("存出", "奖励公示"),
            ("存出", "奖励发放表"),
        ]


def test_grid_leaders_are_graded_one_after_the_other(
    qtbot: QtBot, leaders: list[Id], small: Shell, ledger: Ledger
) -> None:
    page = opened(qtbot, small, "reviews", ReviewsPage)
    assert page.term == WINTER
    assert page.row is not None
    assert page.row.id == leaders[0]
    assert "参与调解1次" in page._facts.text()
    assert [text for _, text in page._deeds.rows] == ["邻里纠纷"]
    page._form.setFocus()
    press(qtbot, small, "1", ENTER, "调解成功", ENTER)
    assert page.row.id == leaders[1]
    press(qtbot, small, Qt.Key.Key_Backtab)
    page._form.setFocus()
    press(qtbot, small, "4", ENTER, "没有到岗", ENTER)
    with ledger.read() as connection:
        assert [graded(connection, who)[0].grade_name for who in leaders] == ["好", "差"]
    assert "好1人、差1人" in page.foot.text()
    small.undo()
    settle(qtbot, small)
    assert "好1人、未考评1人" in page.foot.text()
    page.begin_new()
    settle(qtbot, small)
    assert page.row.id == leaders[1]
    assert QApplication.focusWidget() is page._form.field("grade")


def test_what_is_due_opens_the_two_months_that_are_over(
    qtbot: QtBot, leaders: list[Id], small: Shell, ledger: Ledger
) -> None:
    ledger.write(review(leaders[0], WINTER.before, ReviewDraft("good", "好")))
    page = opened(qtbot, small, "reviews", ReviewsPage)
    page._term.setCurrentIndex(0)
    small.context.routes.go("points", entity="review", record=leaders[1], doors=())
    settle(qtbot, small)
    assert page.term == WINTER
    assert page.row is not None
    assert page.row.id == leaders[1]
    page.go_to(leaders[0])
    settle(qtbot, small)
    assert page._over_time.text() == "以往：2025年11—12月 好"


@pytest.mark.parametrize(("role", "grants"), [(Role.AUXILIARY, True), (Role.WORKER, False)])
def test_nobody_is_offered_what_only_an_officer_does(
    qtbot: QtBot,
    tmp_path: Path,
    settings: Settings,
    theme: Theme,
    role: Role,
    grants: bool,  # noqa: FBT001  a parameter of the test
) -> None:
    long, folder = "一个足够长的口令 for tests", tmp_path / "post"
    made, _ = Ledger.create(folder, POST, PASSWORD, clock=morning())
    with made as officer:
        community = officer.write(add_community("第三社区")).value
        who = officer.write(add_volunteer(VolunteerPlace(community), VolunteerDraft("王芳"))).value
        officer.write(grant(Receiver(who), MATTER))
        officer.add_account("别人", "别人", role, long)
    with Ledger.unlock(folder, long, user="别人", clock=morning()) as other:
        shell = shell_over(other, settings, theme)
        shell.show()
        settle(qtbot, shell)
        page = opened(qtbot, shell, "rewards", RewardsPage)
        offered = [page._save, page._print, page._keep]
        assert [one.isEnabled() for one in offered] == [grants] * 3
        assert not any(one.isEnabled() for one in (page._pay, page._void, page._paid_on))
        page.pay()
        page.begin_new()
        settle(qtbot, shell)
        assert (page.row is None) == grants
        fund = opened(qtbot, shell, "fund", FundPage)
        assert not fund._save.isEnabled()
        reviews = opened(qtbot, shell, "reviews", ReviewsPage)
        assert not reviews._save.isEnabled()
        assert reviews.heading.text() == "没有要考评的网格长"
        shell.hide()
        shell.context.background.close()
        shell.deleteLater()
    with Ledger.unlock(folder, PASSWORD, user="民警", clock=morning()) as officer:
        assert [row.paid for row in listed(officer)] == [None]
