"""Editions in the window: what was issued prints the same again, whatever was done since."""

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import docx
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot
from sqlalchemy import select

from db.editions import edition, edition_pdf, editions
from db.kernel.workdays import Week
from db.post import CENTRED, ROOM, PostDraft, change_post
from db.visits import Visit
from desktop.paper.document import BulletinHead, Signature, Table
from desktop.reports.page import STILL_COUNTING, ReportsPage
from desktop.window import Shell
from tests.builders import rows_command, visit
from tests.desktop.conftest import settle
from tests.desktop.reports import open_reports, press, text_of

MARK = re.compile(r"　　\d+\. 签发时台账记到第\d+号操作，校验码[0-9a-f ]+。")


@pytest.fixture
def page(qtbot: QtBot, shell: Shell) -> ReportsPage:
    return open_reports(qtbot, shell)


def test_an_issued_paper_prints_the_same_after_the_figures_changed(
    qtbot: QtBot, shell: Shell, page: ReportsPage, tmp_path: Path
) -> None:
    def saved() -> str:
        page.save_to(tmp_path / "周报.pdf")
        settle(qtbot, shell)
        return text_of(tmp_path / "周报.pdf")

    def edition() -> str:
        page._show_edition(page._editions._box.itemData(1))
        settle(qtbot, shell)
        return saved()

    page._sentences.plans.setPlainText("下周先走第十社区。")
    qtbot.wait(700)
    settle(qtbot, shell)
    draft = saved()
    page._issue("")
    settle(qtbot, shell)
    assert page._editions._box.count() == 2
    issued = edition()
    with shell.context.ledger.read() as connection:
        (line,) = editions(connection)
        assert (tmp_path / "周报.pdf").read_bytes() == edition_pdf(connection, line.id)
    # All that issuing adds is the journal's number and digest at the foot.
    assert MARK.sub("", issued) == draft
    assert MARK.search(issued)
    with shell.context.ledger.read() as connection:
        door = connection.execute(select(Visit.household)).scalars().first()
    assert door is not None
    rows = [visit(door, day=page._spans.span.period.start) for _ in range(5)]
    shell.context.background.write(page, rows_command(Visit, rows))
    settle(qtbot, shell)
    assert page._editions._box.count() == 2
    page._show_edition(None)
    settle(qtbot, shell)
    assert saved() != draft
    assert edition() == issued
    # What is in sight is what goes to Word and Excel as well.
    page.save_to(tmp_path / "周报.docx")
    page.save_to(tmp_path / "周报.xlsx")
    settle(qtbot, shell)
    text = "\n".join(line.text for line in docx.Document(str(tmp_path / "周报.docx")).paragraphs)
    assert "下周先走第十社区。" in text
    assert MARK.search(text)
    assert (tmp_path / "周报.xlsx").read_bytes().startswith(b"PK")


def test_what_the_week_before_was_when_issued_stands_on_the_paper_and_its_edition(
    qtbot: QtBot, shell: Shell, page: ReportsPage, tmp_path: Path
) -> None:
    press(page, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    settle(qtbot, shell)
    page._issue("")
    settle(qtbot, shell)
    with shell.context.ledger.read() as connection:
        door = connection.execute(select(Visit.household)).scalars().first()
    assert door is not None
    row = visit(door, "refused", day=page._spans.span.period.end)
    shell.context.background.write(page, rows_command(Visit, [row]))
    settle(qtbot, shell)
    press(page, Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier)
    settle(qtbot, shell)
    foot = "签发的周报第1版上是：走访次数"
    page.save_to(tmp_path / "周报.pdf")
    page._issue("")
    settle(qtbot, shell)
    assert foot in text_of(tmp_path / "周报.pdf")
    with shell.context.ledger.read() as connection:
        (line,) = editions(connection, "weekly", "2026-W12")
        assert foot in edition(connection, line.id).paper.feet[0]


def test_how_the_post_has_its_reports_printed_stays_with_an_edition(
    qtbot: QtBot, shell: Shell, page: ReportsPage
) -> None:
    def printed() -> tuple[list[object], bool]:
        (paper,) = page._papers
        # The tables' feet of an edition have one more line.
        return [block for block in paper.blocks if not isinstance(block, Table)], (
            paper.centred_numbers
        )

    plain = printed()
    post = PostDraft("三号警务室", "示范派出所", "三号")
    looks = replace(post, bulletin="工作简报", seal_room=ROOM, page_numbers=CENTRED)
    shell.context.background.write(page, change_post(looks))
    settle(qtbot, shell)
    blocks, centred = chosen = printed()
    assert centred
    name = "示范派出所三号警务室"
    assert blocks[0] == BulletinHead("工作简报", "第12期", name, "2026年3月23日")
    assert Signature(name, "2026年3月23日", seal=True) in blocks
    page._issue("")
    settle(qtbot, shell)
    shell.context.background.write(page, change_post(post))
    settle(qtbot, shell)
    assert printed() == plain
    page._show_edition(page._editions._box.itemData(1))
    settle(qtbot, shell)
    assert printed() == chosen


def test_a_correction_needs_its_reason(qtbot: QtBot, shell: Shell, page: ReportsPage) -> None:
    told: list[str] = []
    shell.context.background.failed.disconnect()
    shell.context.background.failed.connect(lambda error: told.append(str(error)))
    page._issue("")
    settle(qtbot, shell)
    page._issue("")
    settle(qtbot, shell)
    assert told
    assert "更正原因" in told[0]
    page._issue("漏统计一场培训")
    settle(qtbot, shell)
    assert page._editions._box.count() == 3


def test_a_day_is_issued_beside_the_week_that_ends_with_it(
    qtbot: QtBot, shell: Shell, page: ReportsPage
) -> None:
    page._sentences.problems.setPlainText("这一周的问题")
    page._issue("")
    settle(qtbot, shell)
    assert page._editions._box.count() == 2
    press(page, Qt.Key.Key_1, Qt.KeyboardModifier.AltModifier)
    settle(qtbot, shell)
    assert page._spans.span.period.end == Week(2026, 12).period.end
    # Nothing is issued for the day, and what was written for the week stays there.
    assert page._editions._box.count() == 1
    assert page._sentences.problems.toPlainText() != "这一周的问题"
    page._sentences.problems.setPlainText("这一天的问题")
    page._issue("")
    settle(qtbot, shell)
    assert page._editions._box.count() == 2
    with shell.context.ledger.read() as connection:
        issued = {line.kind: edition(connection, line.id) for line in editions(connection)}
    assert {kind: (one.line.period, one.problems) for kind, one in issued.items()} == {
        "weekly": ("2026-W12", ("这一周的问题",)), "daily": ("2026-03-22", ("这一天的问题",)),
    }  # fmt: skip
    with shell.context.ledger.read() as connection:
        door = connection.execute(select(Visit.household)).scalars().first()
    assert door is not None
    row = visit(door, day=date(2026, 3, 21))
    shell.context.background.write(page, rows_command(Visit, [row]))
    settle(qtbot, shell)
    assert page._editions._changed.text() == "签发以后，前一日或累计的数有改动。"
    press(page, Qt.Key.Key_2, Qt.KeyboardModifier.AltModifier)
    settle(qtbot, shell)
    assert "走访次数 2820→2821" in page._editions._changed.text()


def _issued_and_changed(qtbot: QtBot, shell: Shell, page: ReportsPage) -> None:
    page._sentences.problems.setPlainText("签发时的问题")
    page._issue("")
    settle(qtbot, shell)
    page._sentences.problems.setPlainText("后来的问题")


def test_an_edition_in_sight_is_what_is_printed_whatever_else_was_being_made(
    qtbot: QtBot, shell: Shell, page: ReportsPage, tmp_path: Path
) -> None:
    _issued_and_changed(qtbot, shell, page)
    box = page._editions._box
    # Somebody chooses the edition while the paper of what was typed is still being made.
    page._make()
    box.setCurrentIndex(1)
    box.activated.emit(1)
    told: list[str] = []
    page.said.connect(told.append)
    page.print()
    assert told == [STILL_COUNTING]
    settle(qtbot, shell)
    page._sentences.problems.setPlainText("看着旧版时写的")
    qtbot.wait(page._timer.interval())
    settle(qtbot, shell)
    page.save_to(tmp_path / "edition.pdf")
    settle(qtbot, shell)
    assert "签发时的问题" in text_of(tmp_path / "edition.pdf")
    box.setCurrentIndex(0)
    box.activated.emit(0)
    settle(qtbot, shell)
    page.save_to(tmp_path / "now.pdf")
    settle(qtbot, shell)
    assert "看着旧版时写的" in text_of(tmp_path / "now.pdf")
