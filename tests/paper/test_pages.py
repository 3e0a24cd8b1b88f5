"""Pages against the ruler: the grid, the block, page numbers, tables and the signature."""

from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.paper.document import (
    Addressee,
    AttachmentNote,
    AttachmentStart,
    Block,
    Column,
    Document,
    Heading,
    Paragraph,
    Row,
    Signature,
    Subtitle,
    Table,
    Title,
)
from desktop.paper.fonts import Faces, find_faces
from desktop.paper.layout import lay_out, title_lines
from desktop.paper.report import report_paper
from desktop.paper.setting import BODY, Run, set_line
from desktop.paper.sheet import BLOCK_WIDTH, CHARACTER, MM, Page
from tests.paper.paper_samples import MADE_ON, STATION, sample_week

PITCH = 28.95
LONG = "本周走访2015户（2820次），见到5485人，发放资料2968份；" * 5


@pytest.fixture(scope="module")
def faces() -> Faces:
    return find_faces(None, machine=False)


def paper(*blocks: Block, **options: bool) -> Document:
    return Document("试", "试", (Title(("试",)), *blocks), **options)  # type: ignore[arg-type]


def body(page: Page) -> list[Run]:
    return [run for run in page.runs if run.style.size == 16.0]


def number(page: Page) -> Run:
    return page.runs[-1]


def end_of(run: Run, faces: Faces) -> float:
    glyph = faces.glyph(run.style.role, run.text[-1])
    return run.x + run.xs[-1] + glyph.advance * run.style.size - run.cuts[-1]


def check_inside(page: Page, faces: Faces) -> None:
    landscape = page.width > page.height
    left, top = (35 * MM, 28 * MM) if landscape else (28 * MM, 37 * MM)
    right, bottom = (260 * MM, 184 * MM) if landscape else (184 * MM, 262 * MM)
    for run in page.runs[:-1]:
        size = run.style.size
        assert run.x >= left - 0.01
        assert end_of(run, faces) <= right + 0.3, run.text
        assert top - 0.01 <= run.y - 0.88 * size
        assert run.y + 0.12 * size <= bottom + 0.01
    for rule in page.rules:
        assert left - 0.01 <= min(rule.x1, rule.x2) <= max(rule.x1, rule.x2) <= right + 0.01
        assert top - 0.01 <= min(rule.y1, rule.y2) <= max(rule.y1, rule.y2) <= bottom + 0.01


def test_the_sample_report_keeps_to_grid_and_block(faces: Faces) -> None:
    document = report_paper(sample_week(), station=STATION, made_on=MADE_ON)
    pages = lay_out(document, faces)
    assert len(pages) == 4
    for page in pages:
        check_inside(page, faces)
    for page in pages[:2]:
        lines = sorted({round(run.y, 2) for run in body(page)})
        first = 37 * MM + (PITCH - 16) / 2 + 0.88 * 16
        for y in lines:
            line = (y - first) / PITCH
            assert line == pytest.approx(round(line), abs=0.01)
        assert lines[-1] <= first + 21 * PITCH + 0.01
    overview = [run.text for run in pages[0].runs]
    assert any("到训率77.8%" in text for text in overview)
    assert any(text.startswith("三、") for text in overview)


def test_a_full_page_holds_twenty_two_lines_of_twenty_eight(faces: Faces) -> None:
    pages = lay_out(paper(Paragraph("警" * 28 * 60)), faces)
    lines = body(pages[1])
    assert len(lines) == 22
    assert {len(run.text) for run in lines} == {28}
    assert lines[1].x == pytest.approx(28 * MM)
    steps = [after - before for before, after in pairwise(lines[1].xs)]
    assert min(steps) == pytest.approx(15.79, abs=0.01)
    assert max(steps) == pytest.approx(15.79, abs=0.01)


def test_page_numbers_stand_outside_one_character_in(faces: Faces) -> None:
    pages = lay_out(paper(Paragraph("警" * 28 * 60)), faces)
    odd, even = number(pages[0]), number(pages[1])
    assert (odd.text, even.text) == ("— 1 —", "— 2 —")
    assert odd.style.size == 14.0
    assert even.x == pytest.approx(28 * MM + 14)
    assert end_of(odd, faces) == pytest.approx(184 * MM - 14, abs=0.1)
    assert odd.y - 0.38 * 14 == pytest.approx(269 * MM)
    centred = number(lay_out(paper(centred_numbers=True), faces)[0])
    middle = (centred.x + end_of(centred, faces)) / 2
    assert middle == pytest.approx(28 * MM + BLOCK_WIDTH / 2, abs=0.1)


def test_a_landscape_page_has_its_number_where_the_upright_sheet_has_it(faces: Faces) -> None:
    wide = Table((Column("一"), Column("二")), (Row(("甲", "乙")),))
    pages = lay_out(paper(AttachmentStart("附件1", Title(("宽表",)), landscape=True), wide), faces)
    assert [page.width > page.height for page in pages] == [False, True]
    run = number(pages[1])
    assert run.turned
    # Turned to the left, the page's right edge is the sheet's top and its top the sheet's left.
    assert 297 * MM - run.x == pytest.approx(269 * MM + 0.38 * 14)
    assert run.y == pytest.approx(28 * MM + 14)
    check_inside(pages[1], faces)
    assert max(rule.x2 for rule in pages[1].rules) == pytest.approx(260 * MM)


def test_the_signature_follows_the_standard(faces: Faces) -> None:
    blocks = (Paragraph("一。"), Signature("示范派出所三号警务室", "2026年3月23日"))
    (page,) = lay_out(paper(*blocks), faces)
    text, name, day = body(page)
    assert name.y - text.y == pytest.approx(2 * PITCH)
    assert day.y - name.y == pytest.approx(PITCH)
    assert day.x - name.x == pytest.approx(2 * CHARACTER)
    width = set_line(name.text, BODY, faces).width
    right = 28 * MM + 28 * CHARACTER
    assert name.x + width == pytest.approx(right - 2 * CHARACTER)
    (page,) = lay_out(paper(Paragraph("一。"), Signature("警务室", "2026年12月23日")), faces)
    _, name, day = body(page)
    assert day.x + set_line(day.text, BODY, faces).width == pytest.approx(right - 2 * CHARACTER)
    assert day.x - name.x == pytest.approx(2 * CHARACTER)


@settings(max_examples=30, deadline=None)
@given(lines=st.integers(1, 70), noted=st.booleans(), sealed=st.booleans())
def test_no_page_holds_only_the_signature(*, lines: int, noted: bool, sealed: bool) -> None:
    faces = _shared()
    blocks: list[Block] = [Paragraph("走访。") for _ in range(lines)]
    blocks += [AttachmentNote(("甲表", "乙表"))] if noted else []
    blocks.append(Signature("示范派出所三号警务室", "2026年3月23日", sealed))
    pages = lay_out(paper(*blocks), faces)
    for page in pages:
        check_inside(page, faces)
    signed = [page for page in pages if any("三号警务室" in run.text for run in page.runs)]
    assert len(signed) == 1
    assert sum(run.text == "走访。" for run in signed[0].runs) >= min(2, lines)


def test_a_heading_never_ends_a_page(faces: Faces) -> None:
    for before in range(18, 24):
        blocks = [Paragraph("走访。") for _ in range(before)]
        pages = lay_out(paper(*blocks, Heading(1, "一、情况"), Paragraph("有。")), faces)
        for page in pages:
            assert page.runs[-2].text != "一、情况"


def test_headings_indent_and_faces_by_level(faces: Faces) -> None:
    levels = [Heading(level, "标题") for level in (1, 2, 3, 4)]
    (page,) = lay_out(paper(*levels, Addressee("派出所"), Subtitle("（一）")), faces)
    runs = {run.style.role: run for run in body(page) if run.text == "标题"}
    assert set(runs) == {"heiti", "kaiti", "fangsong"}
    assert runs["heiti"].x == pytest.approx(28 * MM + 2 * CHARACTER)
    addressee = next(run for run in page.runs if run.text == "派出所：")
    assert addressee.x == pytest.approx(28 * MM)


def test_a_long_title_breaks_between_its_parts_in_steady_steps(faces: Faces) -> None:
    parts = ("某某市某某县公安局", "城关派出所", "东风路社区联合警务室", "工作周报")
    lines = title_lines(parts, BLOCK_WIDTH, faces)
    assert "".join(lines) == "".join(parts)
    assert len(lines) == 2
    assert len(lines[0]) != len(lines[1])
    assert all("".join(lines[: at + 1]) in _joins(parts) for at in range(len(lines)))


def _joins(parts: tuple[str, ...]) -> set[str]:
    return {"".join(parts[: at + 1]) for at in range(len(parts))}


def test_an_attachment_starts_a_page_with_its_title_on_the_third_line(faces: Faces) -> None:
    pages = lay_out(paper(AttachmentStart("附件1", Title(("汇总表",)))), faces)
    label, title = pages[1].runs[:2]
    assert label.style.role == "heiti"
    assert label.x == pytest.approx(28 * MM)
    cell = 37 * MM + 2 * PITCH
    assert title.y == pytest.approx(cell + (PITCH - 22) / 2 + 0.88 * 22)


def test_a_table_repeats_its_head_and_cuts_no_row(faces: Faces) -> None:
    columns = (Column("姓名"), Column("地址", narrow=False), Column("数", "right"))
    rows = [Row((f"名{at}", "很长的地址需要折成几行" * 5, str(at))) for at in range(60)]
    pages = lay_out(paper(Table(columns, tuple(rows), ("注：一。",))), faces)
    assert len(pages) > 2
    for page in pages:
        check_inside(page, faces)
        assert sum(run.text == "地址" for run in page.runs) == 1
        heads = [run for run in page.runs if run.style.role == "heiti"]
        assert {run.text for run in heads} == {"姓名", "地址", "数"}
    counted = Counter(run.text for page in pages for run in page.runs if run.text.startswith("名"))
    assert len(counted) == 60
    assert set(counted.values()) == {1}
    ends = {round(end_of(run, faces), 1) for page in pages for run in page.runs if run.text == "7"}
    assert ends
    assert "注：一。" in [run.text for run in pages[-1].runs]


CELLS = st.text("警务室，。（）12%abc 𠮷", max_size=60)


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 9), st.data())
def test_whatever_the_cells_hold_nothing_leaves_the_block(width: int, data: st.DataObject) -> None:
    faces = _shared()
    columns = tuple(Column(data.draw(CELLS), "right") for _ in range(width))
    rows = data.draw(st.lists(st.tuples(*[CELLS] * width).map(Row), max_size=6))
    for page in lay_out(paper(Table(columns, tuple(rows))), faces):
        check_inside(page, faces)


def test_a_cell_taller_than_a_page_goes_on_the_next(faces: Faces) -> None:
    table = Table((Column("备注"),), (Row(("走访情况" * 2000,)),))
    pages = lay_out(paper(table), faces)
    for page in pages:
        check_inside(page, faces)
    said = "".join(run.text for page in pages for run in page.runs if run.style.role == "fangsong")
    assert said == "走访情况" * 2000


def test_monstrous_names_stay_inside(faces: Faces) -> None:
    name = "特别长的名字" * 30
    document = Document(
        name,
        name,
        (
            Title((name, "工作周报")),
            Subtitle(name),
            Addressee(name),
            Paragraph(LONG),
            AttachmentNote((name, name)),
            Signature(name, "2026年3月23日"),
        ),
    )
    for page in lay_out(document, faces):
        check_inside(page, faces)


_FACES: list[Faces] = []


def _shared() -> Faces:
    """Hypothesis cannot take module fixtures without a warning, and faces are dear to open."""
    if not _FACES:
        _FACES.append(find_faces(None, machine=False))
    return _FACES[0]


def test_a_total_never_stands_alone_on_a_page(faces: Faces) -> None:
    columns = (Column("项目"), Column("数", "right"))
    for many in range(1, 80):
        lines = [Row((f"第{at}项", "1")) for at in range(many)]
        table = Table(columns, (*lines, Row(("合计", str(many)), "total")))
        said = [run.text for run in lay_out(paper(table), faces)[-1].runs]
        assert f"第{many - 1}项" in said
