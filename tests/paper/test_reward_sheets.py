"""The papers of rewards and reviews: whole names where people sign, none where the public reads."""

import io
from datetime import date

import openpyxl

from db.participation import Deed
from db.reviews import Person, TwoMonths
from db.reviews.facts import Area, ReviewRow
from db.rewards.lists import RewardRow
from desktop.paper.document import Table, plain_text
from desktop.paper.fonts import find_faces
from desktop.paper.layout import lay_out
from desktop.paper.ledger_book import book_bytes
from desktop.paper.review_sheet import review_sheet
from desktop.paper.reward_sheets import payment_sheet, public_notice
from desktop.paper.sheet import PITCH
from desktop.paper.table_book import table_book

DAY = date(2026, 3, 23)


def reward(name: str, matter: str, amount: int | None, thing: str | None = None) -> RewardRow:
    """Return a reward that was granted for a matter of 18 March."""
    return RewardRow(
        b"r", b"v", name, "household_leader", "第三社区", DAY, matter, date(2026, 3, 18),
        "挽回损失", None, None, amount, thing, "两人一起" if thing else None, None, None, None,
    )  # fmt: skip


ROWS = [
    reward("欧阳明亮", "和王芳一起劝阻诈骗，电话13912345678", 1000_00),
    reward("王芳", "调解李建国家纠纷", 205_50),
    reward("李强", "送老人回家", None, "保温杯"),
]


def test_the_list_that_is_signed_has_whole_names_and_the_sum_in_capitals() -> None:
    paper = payment_sheet(ROWS, author="三号警务室", made_on=DAY)
    lines = plain_text(paper).splitlines()
    assert lines[2] == "序号\t姓名\t身份\t事由\t金额（元）\t领取签名\t备注"
    assert lines[4].split("\t")[:5] == [
        "2", "王芳", "联户长", "调解李建国家纠纷（3月18日）：挽回损失", "205.50",
    ]  # fmt: skip
    assert lines[5].split("\t")[4:] == ["实物", "　" * 8, "保温杯；再奖：两人一起"]
    assert "人民币（大写）壹仟贰佰零伍元伍角\t1,205.50" in lines[6]


def test_who_signs_the_list_stands_below_a_row_of_it() -> None:
    faces = find_faces(None, machine=False)
    for many in range(1, 40):
        paper = payment_sheet([ROWS[1]] * many, author="三号警务室", made_on=DAY)
        said = [run.text for run in lay_out(paper, faces)[-1].runs]
        assert {"制表", "合计", str(many)} <= set(said)


def test_a_notice_leaves_a_line_between_title_and_text() -> None:
    faces = find_faces(None, machine=False)
    paper = public_notice(ROWS, [], author="三号警务室", made_on=DAY)
    title, first = lay_out(paper, faces)[0].runs[:2]
    assert round((first.y - title.y) / PITCH) == 2


def test_nobody_is_named_whole_on_the_public_notice() -> None:
    paper = public_notice(ROWS, ["王芳", "李建国"], author="三号警务室", made_on=DAY)
    said = plain_text(paper)
    for whole in ("欧阳明亮", "王芳", "李强", "李建国", "13912345678", "挽回损失"):
        assert whole not in said
    assert "1\t欧阳某某\t联户长\t第三社区\t和王某一起劝阻诈骗，电话139****5678\t1,000.00元" in said
    assert "3\t李某\t联户长\t第三社区\t送老人回家\t保温杯" in said
    assert "3月23日—3月29日" in said


def test_the_workbook_says_what_the_paper_says_with_numbers_to_add() -> None:
    book = table_book(payment_sheet(ROWS, author="三号警务室", made_on=DAY))
    sheet = openpyxl.load_workbook(io.BytesIO(book_bytes(book))).active
    assert sheet is not None
    rows = [list(row) for row in sheet.iter_rows(values_only=True)]
    assert rows[0][0] == "群防群治力量奖励发放表"
    assert rows[2] == ["序号", "姓名", "身份", "事由", "金额（元）", "领取签名", "备注"]
    assert [row[4] for row in rows[3:7]] == [1000, 205.5, "实物", 1205.5]
    assert rows[4][0] == 2
    assert rows[4][5] in (None, "")


def test_a_review_stands_beside_its_facts() -> None:
    deed = Deed(b"1", "mediation", DAY, None, None, "dispute_session", b"s", b"d")
    person = Person(b"1", "王芳", b"c", "第三社区", b"b", b"r", "fairly_good", "调解一件")
    other = Person(b"2", "赵敏", b"c", "第三社区", None, None, None, "")
    rows = [
        ReviewRow(person, (deed,), Area("晨园1号楼", 40, 13), "good"),
        ReviewRow(other, (), Area("第三社区", 0, 0), None),
    ]
    paper = review_sheet(rows, TwoMonths(2026, 1), author="三号警务室", made_on=DAY)
    (table,) = [block for block in paper.blocks if isinstance(block, Table)]
    assert table.rows[0].cells == (
        "1", "王芳", "第三社区", "晨园1号楼", "0", "0", "1", "13", "40", "32.5%", "好", "较好",
        "调解一件",
    )  # fmt: skip
    assert table.rows[1].cells[3:] == (
        "全社区", "0", "0", "0", "0", "0", "—", "—", "未考评", "",
    )  # fmt: skip
    assert table.notes[0] == "较好1人、未考评1人。"
    assert table_book(paper).sheets[0].rows[0][7] == 13
