"""The PDF file: real text, embedded faces, named and in its language, written whole or not at all."""

import re
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from db.kernel.errors import PolicepostError
from desktop.paper.document import Column, Document, Mark, Paragraph, Row, Table, Title
from desktop.paper.fonts import Faces, find_faces
from desktop.paper.lists import Group, internal_list
from desktop.paper.pdf import write_pdf
from desktop.paper.report import report_paper
from tests.paper.paper_samples import MADE_ON, STATION, sample_week


@pytest.fixture(scope="module")
def faces() -> Faces:
    return find_faces(None, machine=False)


def read(*documents: Document, faces: Faces) -> PdfReader:
    stream = BytesIO()
    write_pdf(documents, stream, faces=faces, invariant=True)
    return PdfReader(stream)


def said(reader: PdfReader) -> str:
    return "".join(page.extract_text() for page in reader.pages)


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def one(text: str) -> Document:
    return Document("试", "某室", (Paragraph(text),))


def weekly() -> Document:
    return report_paper(sample_week(), station=STATION, made_on=MADE_ON)


def test_title_author_and_language_are_set(faces: Faces) -> None:
    reader = read(weekly(), faces=faces)
    assert reader.metadata is not None
    assert reader.metadata.title == "示范派出所三号警务室工作周报"
    assert reader.metadata.author == "示范派出所三号警务室"
    catalog: Any = reader.trailer["/Root"]
    assert catalog["/Lang"] == "zh-CN"
    assert len(reader.pages) == 4
    assert [round(side) for side in reader.pages[0].mediabox[2:]] == [595, 842]


def test_every_face_is_embedded_as_a_part_and_none_else_is_named(faces: Faces) -> None:
    reader = read(weekly(), faces=faces)
    names = set()
    for page in reader.pages:
        resources: Any = page["/Resources"]
        for font in resources["/Font"].values():
            entry = font.get_object()
            names.add(entry["/BaseFont"])
            descendant = entry["/DescendantFonts"][0].get_object()
            file = descendant["/FontDescriptor"]["/FontFile2"].get_object().get_data()
            assert file[:4] == b"\x00\x01\x00\x00"
            assert len(file) < 200_000
            assert "/ToUnicode" in entry
    assert {re.sub(r"^/[A-Z]{6}\+", "", name) for name in names} == {
        "NotoSerifSC-SemiBold",
        "NotoSerifSC-Regular",
        "NotoSansSC-Regular",
        "LXGWWenKai-Regular",
    }


@pytest.mark.parametrize(
    "text",
    [
        "王𠮷、𬱖某、㐂某、\U0002b8a9某",
        "⼀一⽤用",  # radicals and characters that share a glyph
        "（“全民反诈”），《“一”》。",
        "<b>王</b> &amp; %s \\ (括号) <img src='http://a/b.png'/>",
        "−5、+12、±3、￥5、２０２６",
        "\U0003fff0未定",
        "葛\U000e0100城",
        "——……“”",
    ],
)
def test_text_copies_out_as_it_was_typed(faces: Faces, text: str) -> None:
    document = Document("试", "某室", (Paragraph(text), Mark(text), Title((text,))))
    assert squeezed(said(read(document, faces=faces))).count(squeezed(text)) == 3


@settings(max_examples=60, deadline=None)
@given(
    st.text(
        st.characters(blacklist_categories=["Cs", "Cc", "Cn", "Cf", "Mn", "Me", "Mc", "Z"])
        # Right-to-left letters are put in reading order by the reader, not by the file.
        .filter(lambda c: not "\u0590" <= c <= "\u08ff" and not "\ufb1d" <= c <= "\ufeff")
        .filter(lambda c: not "\U00010800" <= c <= "\U00010fff" and c < "\U0001e800"),
        min_size=1,
        max_size=20,
    )
)
def test_any_text_at_all_copies_out(text: str) -> None:
    reader = read(one(text), faces=_shared())
    assert squeezed(said(reader)).startswith(squeezed(text))


def test_the_whole_report_copies_out(faces: Faces) -> None:
    text = squeezed(said(read(weekly(), faces=faces)))
    assert "本周走访2015户（2820次），比上周减少106户，下降5.0%；见到5485人" in text
    assert "进度最快的是第六社区（44.5%），最慢的是第十社区（42.2%）。" in text


def test_the_same_paper_gives_the_same_bytes(faces: Faces) -> None:
    first, second = BytesIO(), BytesIO()
    write_pdf(weekly(), first, faces=faces, invariant=True)
    write_pdf(weekly(), second, faces=find_faces(None, machine=False), invariant=True)
    assert first.getvalue() == second.getvalue()


def test_papers_behind_each_other_number_their_pages_anew(faces: Faces) -> None:
    reader = read(weekly(), one("甲"), faces=faces)
    assert len(reader.pages) == 5
    assert "— 1 —" in reader.pages[4].extract_text()


def test_an_internal_list_is_marked_counted_grouped_and_numbered(faces: Faces) -> None:
    people = [(f"王某{at}", "联户长", "在职") for at in range(400)]
    groups = [Group("第六社区", people[:150]), Group("第七社区", people[150:])]
    document = internal_list(
        "未参训名单",
        (Column("姓名"), Column("身份"), Column("职业")),
        groups,
        author="三号警务室",
        made_on=MADE_ON,
        notes=("注：本月。",),
    )
    reader = read(document, faces=faces)
    text = squeezed(said(reader))
    assert text.startswith("内部资料未参训名单（共400人，2026年3月23日制）")
    assert "第六社区（150人）" in text
    assert "第七社区（250人）" in text
    assert all(f"王某{at}联户长" in text for at in range(400))
    assert "400王某399" in text
    assert "注：本月。" in text
    assert len(reader.pages) <= 8


def test_an_empty_list_says_so_and_a_wide_one_lies_down(faces: Faces) -> None:
    columns = (Column("编号"), Column("事由", narrow=False))
    empty = internal_list("未结纠纷", columns, [], author="室", made_on=MADE_ON, unit="件")
    assert "没有符合条件的记录。" in said(read(empty, faces=faces))
    (table,) = [block for block in empty.blocks if isinstance(block, Table)]
    assert len(table.columns) == 1 + len(columns)
    wide = internal_list(
        "未结纠纷",
        columns,
        [Group("", [("1", "因楼上漏水引起的邻里纠纷及其后续赔偿争议" * 3)] * 3)],
        author="室",
        made_on=MADE_ON,
    )
    assert wide.landscape
    page = read(wide, faces=faces).pages[0]
    assert page.mediabox.width > page.mediabox.height


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path, faces: Faces) -> None:
    target = tmp_path / "周报.pdf"
    assert write_pdf(weekly(), target, faces=faces) == 4
    assert target.read_bytes().startswith(b"%PDF-1.4")
    assert list(tmp_path.iterdir()) == [target]
    (tmp_path / "folder.pdf").mkdir()
    with pytest.raises(PolicepostError, match="没有写成"):
        write_pdf(weekly(), tmp_path / "folder.pdf", faces=faces)
    with pytest.raises(PolicepostError, match="没有写成"):
        write_pdf(weekly(), tmp_path / "nowhere" / "周报.pdf", faces=faces)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder.pdf", "周报.pdf"]


def test_a_table_with_a_tenth_of_the_ledger_is_written(faces: Faces) -> None:
    rows = tuple(Row((f"{at}号楼", str(at))) for at in range(1600))
    table = Table((Column("楼"), Column("数", "right")), rows)
    reader = read(Document("表", "室", (Title(("表",)), table)), faces=faces)
    assert "1599号楼" in reader.pages[-1].extract_text()


_FACES: list[Faces] = []


def _shared() -> Faces:
    """Hypothesis cannot take module fixtures without a warning, and faces are dear to open."""
    if not _FACES:
        _FACES.append(find_faces(None, machine=False))
    return _FACES[0]
