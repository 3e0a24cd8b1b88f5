"""The papers of a month say its figures exactly, as PDF and as workbooks."""

from datetime import date
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from pypdf import PdfReader

from db.kernel.workdays import Month
from db.ledger import Ledger
from db.people.roster import leave_volunteers
from db.points.entries import remove_entry
from db.points.statement import GONE, Statement, statement
from desktop.paper.capitals import capitals
from desktop.paper.columns import fit
from desktop.paper.document import Document, Heading, Mark, Row, Table, plain_text
from desktop.paper.fonts import find_faces
from desktop.paper.ledger_book import book_bytes
from desktop.paper.pdf import write_pdf
from desktop.paper.points_lists import notice, notice_book, sign_book, sign_lists
from desktop.paper.points_statement import statement_book, statement_paper
from desktop.paper.points_summary import summary_book, summary_paper
from desktop.paper.sheet import LANDSCAPE
from tests.points.people import APRIL, MARCH, Post, at, scheme

AUTHOR = "三号警务室"
FACES = find_faces(None, machine=False)
DAY = date(2026, 3, 10)


@pytest.fixture
def post(ledger: Ledger) -> Post:
    """A month of three who are paid, in two communities, closed; a late record after it."""
    post = Post(ledger, scheme(bands=(), per_point=1234))
    post.visits(post.one, DAY, date(2026, 3, 11))
    post.session(DAY, post.one, post.two, post.other)
    post.by_hand(post.two, "advice", DAY, times=4, reason="北门加灯")
    post.close()
    return post


def tables(paper: Document) -> list[Table]:
    return [block for block in paper.blocks if isinstance(block, Table)]


def rows(book: object, sheet: int = 0) -> list[tuple[object, ...]]:
    opened = openpyxl.load_workbook(BytesIO(book_bytes(book)))  # type: ignore[arg-type]
    return list(opened.worksheets[sheet].iter_rows(values_only=True))


def said(post: Post, who: bytes, first: Month = MARCH, last: Month = MARCH) -> Statement:
    with post.ledger.read() as connection:
        return statement(connection, who, first, last)


def test_a_printed_workbook_leaves_room_to_sign(post: Post) -> None:
    made = openpyxl.load_workbook(BytesIO(book_bytes(sign_book(post.closed()))))
    page = made.worksheets[0]
    assert [cell.value for cell in page[2]][8] == "领取签名"
    # Some three centimetres by eight millimetres.
    assert page.column_dimensions["I"].width >= 16
    assert page.row_dimensions[3].height == page.row_dimensions[4].height == 24


def test_the_lists_to_sign_add_up_by_community(post: Post) -> None:
    first, second = sign_lists(post.closed(), author=AUTHOR)
    (table,) = tables(first)
    assert [column.head for column in table.columns] == [
        "序号", "姓名", "身份", "期间", "积分", "标准", "金额（元）", "大写", "领取签名", "备注",
    ]  # fmt: skip
    assert table.rows[0] == Row(
        (
            "1",
            "联户0",
            "联户长",
            "2026年3月",
            "4",
            "每分12.34元",
            "49.36",
            "肆拾玖元叁角陆分",
            "",
            "",
        )
    )
    assert table.rows[1].cells[6] == "98.72"
    assert table.rows[-1].kind == "total"
    assert table.rows[-1].cells[6] == "148.08"
    assert f"人民币{capitals(14808)}" in plain_text(first)
    assert "第2社区" in plain_text(second)
    assert "制表 民警" in plain_text(second)
    assert not any(isinstance(block, Mark) for block in first.blocks)
    made = BytesIO()
    write_pdf([first, second], made, faces=FACES)
    assert "签领表" in PdfReader(made).pages[0].extract_text()
    lines = rows(sign_book(post.closed()))
    assert lines[2][6] == 49.36
    assert lines[4][1:7] == ("合计", None, None, 12, None, 148.08)


def test_what_is_posted_has_no_whole_name(post: Post) -> None:
    text = plain_text(notice(post.closed(), author=AUTHOR))
    assert "联户" not in text.replace("联户长", "")
    assert "联某" in text
    assert "172.76" in text
    own = plain_text(notice(post.closed(), author=AUTHOR, community="第2社区"))
    assert "24.68" in own
    assert "148.08" not in own
    lines = rows(notice_book(post.closed()))
    assert [line[1] for line in lines[2:]] == ["联某某", "联某某", "联某某", "合计"]
    assert lines[-1][6] == 172.76


def test_a_month_that_is_not_closed_says_so(post: Post) -> None:
    post.session(date(2026, 4, 1), post.one)
    sheet = post.seen(APRIL).sheet
    for paper in (*sign_lists(sheet, author=AUTHOR), notice(sheet, author=AUTHOR)):
        assert paper.blocks[0] == Mark("未结账，不作领取依据")
    assert rows(sign_book(sheet))[1][0] == "未结账，不作领取依据"


def test_a_statement_names_every_entry_and_its_source(post: Post) -> None:
    entries = said(post, post.two).months[0].entries
    assert [(e.item, e.source, e.text) for e in entries] == [
        ("参加培训例会", "培训例会", "反诈"), ("合理化建议", "手工登记", "北门加灯"),
    ]  # fmt: skip
    paper = statement_paper(said(post, post.two), author=AUTHOR)
    (table,) = tables(paper)
    typed = next(row.cells for row in table.rows if row.cells[1] == "合理化建议")
    assert typed == (
        "2026-03-10", "合理化建议", "手工登记", "北门加灯", "4", "8", "6", "超过每月上限6分，少计2分",
    )  # fmt: skip
    assert table.rows[-1].cells[6] == "8"
    assert "共积8分，补贴98.72元。" in plain_text(paper)
    visits = said(post, post.one).months[0].entries
    assert [e.text for e in visits if e.source == "入户走访"] == [
        "晨园1号楼1单元101 见到人", "晨园1号楼1单元102 见到人",
    ]  # fmt: skip
    assert [row[6] for row in rows(statement_book(said(post, post.two)))[4:]] == [2, 6]


def test_the_months_of_years_are_numbered_through(post: Post) -> None:
    months = said(post, post.two).months
    whole = said(post, post.two)._replace(months=months * 101)
    paper = statement_paper(whole, author=AUTHOR)
    heads = [block.text.split("、")[0] for block in paper.blocks if isinstance(block, Heading)]
    assert [heads[at - 1] for at in (1, 10, 11, 20, 25, 100)] == [
        "一", "十", "十一", "二十", "二十五", "100",
    ]  # fmt: skip


def test_a_list_to_sign_leaves_room_for_a_name_however_much_stands_beside_it(post: Post) -> None:
    sheet = post.closed()
    line = sheet.lines[0]._replace(
        name="买买提艾力·阿卜杜热合曼", standard="每分1.234元，最低20元，最高200元"
    )
    (paper,) = sign_lists(sheet._replace(lines=(line,) * 9), author=AUTHOR)
    (table,) = tables(paper)
    grid = fit(table, LANDSCAPE.block_width, 300.0, FACES)
    assert grid.edges[9] - grid.edges[8] >= 6 * grid.size


def test_a_statement_of_a_closed_month_stays_when_its_source_goes(post: Post) -> None:
    with post.ledger.read() as connection:
        before = statement(connection, post.two, MARCH, MARCH).months[0]
    advice = next(e for e in before.entries if e.item == "合理化建议")
    post.ledger.write(remove_entry(advice.record))
    march, april = said(post, post.two, MARCH, APRIL).months
    assert [(e.points, e.text) for e in march.entries if e.item == "合理化建议"] == [(600, GONE)]
    assert (march.closed, april.closed) == (True, False)
    paper = plain_text(statement_paper(said(post, post.two, MARCH, APRIL), author=AUTHOR))
    assert "2026年3月\t合理化建议\t-6\t\t3月10日少了4次" in paper
    assert "另有以前月份更正-6分" in paper


def test_the_summary_tells_the_month_by_community_item_and_occupation(post: Post) -> None:
    text = plain_text(summary_paper(post.closed(), author=AUTHOR))
    assert "2026年3月在册4人，3人有积分，共14分，补贴172.76元。" in text
    assert "第1社区\t3\t2\t12\t148.08\t49.36" in text
    assert "合计\t4\t3\t14\t172.76\t43.19" in text
    assert "基础工作\t参加培训例会\t3\t6\t42.9%\t74.04" in text
    assert "由民警结账" in text
    lines = rows(summary_book(post.closed()), 1)
    assert [line[1] for line in lines[2:]] == ["参加培训例会", "合理化建议", "入户宣传"]
    assert round(sum(float(str(line[5])) for line in lines[2:]), 2) == 172.76


def test_who_left_is_still_paid_for_the_month(post: Post, tmp_path: Path) -> None:
    at(post.ledger, date(2026, 4, 15))
    post.session(date(2026, 4, 3), post.one)
    post.ledger.write(leave_volunteers((post.one,), date(2026, 4, 10)))
    (paper,) = sign_lists(post.seen(APRIL).sheet, author=AUTHOR)
    assert "联户0" in plain_text(paper)
    assert post.seen(MARCH.after.after).sheet.line(post.one) is None
