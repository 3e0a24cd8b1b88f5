"""The papers of a dispute's file: what they say, that nothing is cut, and the Word file of them."""

import re
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from io import BytesIO
from pathlib import Path

import docx
import pytest
from docx.oxml.ns import qn
from pypdf import PdfReader

from db.disputes.agreeing import AgreementDraft
from db.disputes.case import Case, ExtensionAgreed, SessionHeld, Visited
from db.disputes.dossier import PAPERS, PaperLine
from db.disputes.parties import ORGANISATION, Party, PartyDraft
from db.kernel.ids import new_id
from db.post import PostDraft
from desktop.paper.dispute_file import blank_papers, paper, whole_file
from desktop.paper.document import Document, SigningPlaces, plain_text
from desktop.paper.fonts import find_faces
from desktop.paper.forms import LEAST_TO_SIGN
from desktop.paper.layout import lay_out
from desktop.paper.pdf import write_pdf
from desktop.paper.sheet import FORM
from desktop.paper.word import word_file

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "dispute-forms.txt"
FACES = find_faces(None, machine=False)
DAY = date(2026, 3, 23)
PRINTABLE = [paper.code for paper in PAPERS if paper.printable]


def party(side: str, place: int, **known: object) -> Party:
    return Party(new_id(), side, place, PartyDraft(**known))  # type: ignore[arg-type]


CASE = Case(
    id=new_id(),
    post=PostDraft("三号警务室", "示范派出所", "三号", committee="晨园社区人民调解委员会", court="示范县人民法院"),
    number="(2026)三号人调字第0007号",
    paper_number="2026-0031",
    registered=date(2026, 3, 10),
    source="party",
    kind="neighbour",
    brief="楼上漏水，楼下要求修好并赔偿。",
    place="晨园3号楼2单元401室",
    community="晨园社区",
    mediators=("杨思豪", "李梅"),
    parties=(
        party("A", 1, name="王小明", sex="male", age=52, occupation="个体", phone="13800004521", address="晨园3-2-401"),
        party("A", 2, name="王小小", sex="female", age=12, occupation="学生", guardian="王小明"),
        party("B", 1, kind=ORGANISATION, name="晨园物业有限公司", head="陈志远", head_post="经理", agent="赵敏"),
    ),
    outcome="settled",
    since=date(2026, 3, 10),
    concluded=date(2026, 3, 20),
    form="written",
    destination="司法所",
    agreement=AgreementDraft("written", "漏水属实。", "一、三日内修好。\n二、赔偿二千六百元。", "一次付清", date(2026, 4, 1), 260050, 3),
    performed=True,
    performed_on=date(2026, 3, 30),
    sessions=(
        SessionHeld(date(2026, 3, 18), 570, "警务室", ("杨思豪",), "李梅", "楼长张三", "各说各的。", "continued"),
        SessionHeld(date(2026, 3, 20), None, "警务室", ("杨思豪",), "李梅", None, "说妥了。", "settled"),
    ),
    extensions=(ExtensionAgreed(date(2026, 3, 15), date(2026, 5, 10), "等鉴定"),),
    follow_ups=(Visited(date(2026, 3, 26), "双方满意", ("杨思豪",), ("张三",)),),
    requests=("修好漏水处", "赔偿损失二千六百元"),
)  # fmt: skip
NOBODY = Case(b"", CASE.post, "", "", None, None, "", "", "", "", (), (), "settled", None)


def lines(*filed: str) -> list[PaperLine]:
    return [
        PaperLine(p, p.name, p.code not in ("inquiry", "evidence"), "filed" if p.code in filed else "none", 2, None)
        for p in PAPERS
    ]  # fmt: skip


def printed(documents: Sequence[Document]) -> list[str]:
    made = BytesIO()
    write_pdf(documents, made, faces=FACES)
    return [page.extract_text() for page in PdfReader(made).pages]


def test_every_form_reads_as_its_golden_text() -> None:
    said = [plain_text(made) for code in PRINTABLE for made in paper(CASE, code, FACES)]
    said.append(plain_text(paper(replace(CASE, form="oral"), "agreement", FACES)[0]))
    said.append(plain_text(paper(replace(CASE, source="visit"), "application", FACES)[0]))
    assert "\n\n".join(said) + "\n" == GOLDEN.read_text("utf-8")


def test_the_whole_file_stands_in_order_under_one_run_of_pages() -> None:
    documents, pages = whole_file(CASE, lines("identity"), DAY, FACES)
    assert [made.title for made in documents[:2]] == ["卷宗封面", "卷内目录"]
    assert list(pages) == [code for code in PRINTABLE if code != "inquiry"]
    contents = plain_text(documents[1]).splitlines()
    rows = [line.split("\t") for line in contents if line[:1].isdigit()]
    # 受理 1 page, 告知书 2nd, 身份证明 two pages from the third, then on.
    assert [row[1:3] for row in rows[:4]] == [
        ["受理登记表", "1"],
        ["权利义务告知书", "2"],
        ["身份证明", "3"],
        ["授权委托书", "5"],
    ]
    assert ["履行凭证", ""] in [row[1:3] for row in rows]
    numbers = [made.first_page for made in documents[2:-1]]
    assert numbers == sorted(numbers)
    assert documents[-1].title == "卷宗封底"
    assert documents[-1].first_page == 0


def test_nothing_is_lost_or_passes_the_page_however_long_and_rare() -> None:
    name = "𠮷𫝆" * 15 + "尔不都热依木·买买提艾力·阿卜杜热合曼"
    long = replace(
        CASE,
        brief="楼上漏水。" * 300,
        parties=tuple(
            party(
                "A" if at < 6 else "B",
                at,
                name=f"{name[:36]}{at}",
                address="很长的地址" * 15,
                phone="13800004521",
            )
            for at in range(10)
        ),
        sessions=(
            SessionHeld(
                DAY,
                570,
                "警务室" * 20,
                (),
                None,
                None,
                "问：怎么回事？\n答：漏水。\n" * 150,
                "failed",
            ),
        ),
    )
    for code in PRINTABLE:
        for made in paper(long, code, FACES):
            pages = lay_out(made, FACES)
            for page in pages:
                right = max(run.x + max(run.xs, default=0) for run in page.runs)
                assert right < FORM.left + FORM.block_width
                assert max(run.y for run in page.runs) < FORM.top + FORM.capacity
    record = paper(long, "session", FACES)[0]
    text = "".join(printed([record]))
    assert text.count("怎么回事") == 150
    assert text.count("人民调解记录（续）") == len(lay_out(record, FACES)) - 1
    places = [
        b for b in record.blocks if isinstance(b, SigningPlaces) and b.label.startswith("当事人")
    ]
    assert len(places[0].places) == 10


@pytest.mark.parametrize(
    ("committee", "lines"),
    [
        ("晨园社区人民调解委员会", ["晨园社区人民调解委员会"]),
        ("示范市示范区朝阳街道第一社区人民调解委员会", ["示范市示范区朝阳街道第一社区", "人民调解委员会"]),
        ("示" * 40, ["示" * 15, "示" * 15, "示" * 10]),
    ],
)  # fmt: skip
def test_a_committees_name_stands_whole_on_the_cover(committee: str, lines: list[str]) -> None:
    post = replace(CASE.post, committee=committee)
    (page,) = lay_out(whole_file(replace(CASE, post=post), (), DAY, FACES)[0][0], FACES)
    names = [run for run in page.runs if run.style.size == 28.0]
    assert [run.text for run in names] == [*lines, "人民调解卷宗"]
    assert all(run.x >= FORM.left for run in names)
    assert all(run.x + run.xs[-1] + 28.0 <= FORM.left + FORM.block_width + 0.1 for run in names)
    assert len({run.y for run in names}) == len(names)


def test_a_further_page_has_the_whole_number_however_long_the_posts_code() -> None:
    number = "(2026)示范区朝阳东街三号人调字第0007号"
    long = replace(CASE, number=number, form="oral", brief="楼上漏水。" * 300)
    (made,) = paper(long, "agreement", FACES)
    _, *further = lay_out(made, FACES)
    assert further
    for page in further:
        head = "".join(run.text for run in page.runs if run.style.size == 16.0)
        assert head.replace(" ", "") == f"人民调解口头协议登记表（续）{number}"


def test_a_minors_guardian_an_agent_and_a_company_seal_have_places_to_sign() -> None:
    made = paper(CASE, "agreement", FACES)[0]
    signing = next(b for b in made.blocks if isinstance(b, SigningPlaces))
    assert signing.places == (
        "王小明",
        "王小小的监护人",
        "晨园物业有限公司（公章）",
        "晨园物业有限公司的代理人",
    )
    given = paper(CASE, "authority", FACES)[0]
    assert next(b for b in given.blocks if isinstance(b, SigningPlaces)).places == (
        "晨园物业有限公司（公章）",
    )
    asked = paper(CASE, "application", FACES)[0]
    alone = replace(CASE, parties=(CASE.parties[0], CASE.parties[2]))
    for_one = paper(alone, "application", FACES)[0]
    assert [
        next(b for b in of.blocks if isinstance(b, SigningPlaces)).places for of in (asked, for_one)
    ] == [("王小明", "王小小的监护人"), ("",)]


def test_a_minors_name_stands_only_where_the_minor_or_the_guardian_signs() -> None:
    """Also not in the texts, where the mediator wrote it; the cover and the 移送函 go through many hands."""
    child = party("B", 2, name="欧阳小雨", age=15, occupation="学生", guardian="欧阳建")
    said = "王小小和欧阳小雨推搡"
    case = replace(
        CASE, parties=(*CASE.parties, child), brief=said, source="party", reason=said,
        requests=(said,), agreement=replace(CASE.agreement, matters=said, terms=said, way=said),
        follow_ups=(Visited(DAY, said),),
    )  # fmt: skip
    made = {code: paper(case, code, FACES) for code in PRINTABLE}
    made["oral"] = paper(replace(case, form="oral"), "agreement", FACES)
    made["failed"] = paper(replace(case, outcome="failed"), "explanation", FACES)
    made["cover"] = (whole_file(case, (), DAY, FACES)[0][0],)
    whole = {}
    for code, documents in made.items():
        for document in documents:
            signing = [b.places for b in document.blocks if isinstance(b, SigningPlaces)]
            signed = "、".join(word for places in signing for word in places)
            text = plain_text(document)
            whole[code] = [name for name in ("王小小", "欧阳小雨") if name in text]
            assert all(f"{name}的监护人" in signed for name in whole[code]), code
    assert whole["application"] == ["王小小"]
    assert whole["session"] == whole["agreement"] == ["王小小", "欧阳小雨"]
    assert "王某某和欧阳某某推搡" in plain_text(made["referral"][0])
    assert "王小明、王某某与" in plain_text(made["cover"][0])


def test_whoever_signs_has_room_beside_a_name_of_any_length() -> None:
    name = "尔不都热依木·买买提艾力·阿卜杜热合曼" * 2
    of = replace(CASE, parties=(party("A", 1, name=name), *CASE.parties[1:]))
    made = paper(of, "rights", FACES)[0]
    page = printed([made])[-1]
    for word in (f"{name[:20]}", "王小小的监护人：", "晨园物业有限公司（公章）："):
        assert word in page
    pages = lay_out(made, FACES)
    rules = [rule for page in pages for rule in page.rules]
    assert min(rule.x2 - rule.x1 for rule in rules) >= LEAST_TO_SIGN - 1
    signed = docx.Document(BytesIO(word_file([made]))).tables[-1].rows[0]
    # LibreOffice keeps paragraphs together only mostly; a row that may not be parted it always does.
    assert signed._tr.trPr.find(qn("w:cantSplit")) is not None
    text = [line.text for line in signed.cells[0].paragraphs]
    at = text.index(f"{name}：")
    assert text[0] == "当事人（签名、盖章或按指印）："
    assert text[at + 1].strip("\t\u200b") == ""
    assert text[-1] == "2026年3月10日"
    many = tuple(party("A", at, name=f"王小{at}") for at in range(40))
    crowd = docx.Document(
        BytesIO(word_file(paper(replace(CASE, parties=many), "application", FACES)))
    )
    assert not crowd.tables
    assert sum("王小3" in line.text for line in crowd.paragraphs) > 2


@pytest.mark.parametrize("code", ["application", "rights", "agreement"])
def test_forty_parties_each_stand_whole_and_have_a_place_to_sign(code: str) -> None:
    many = tuple(
        party("A", at, name=f"赵{at:02d}", age=40, address=f"晨园{at:02d}号") for at in range(1, 41)
    )
    crowd = replace(CASE, parties=(*many, CASE.parties[2]))
    pages = [page.replace("\n", "") for page in printed(list(paper(crowd, code, FACES)))]
    for at in range(1, 41):
        assert sum(f"赵{at:02d}：" in page for page in pages) == 1
        # 职业 and 住址 are read as those of the name above them: never on another page.
        named = [n for n, page in enumerate(pages) if re.search(rf"姓名 *赵{at:02d}", page)]
        told = [n for n, page in enumerate(pages) if f"晨园{at:02d}号" in page]
        assert named == told, at


def test_an_ending_without_an_agreement_is_explained_in_the_file() -> None:
    failed = replace(
        CASE, outcome="failed", form=None, reason="当事人拒绝调解", told_ways=True, follow_ups=()
    )
    said = plain_text(paper(failed, "explanation", FACES)[0])
    assert "本纠纷于2026年3月20日调解不成，原因：当事人拒绝调解。已告知当事人" in said
    imported = plain_text(
        paper(replace(failed, reason="", told_ways=False), "explanation", FACES)[0]
    )
    assert "调解不成。" in imported
    assert "已告知" not in imported
    assert "本纠纷" not in plain_text(paper(NOBODY, "explanation", FACES)[0])


@pytest.mark.parametrize("of", [CASE, NOBODY], ids=["filled", "blank"])
def test_no_ethnicity_and_no_identity_number_is_ever_printed(of: Case) -> None:
    for code in PRINTABLE:
        for made in paper(of, code, FACES):
            for line in plain_text(made).splitlines():
                if "民族" in line:
                    after = line.split("民族", 1)[1].split("\t")[0]
                    assert after.strip() == ""
                assert "身份证号" not in line


def test_a_long_name_stands_before_what_is_told_of_it() -> None:
    name = "尔不都热依木·买买提艾力·阿卜杜热合曼·𠮷𫝆"
    of = replace(CASE, parties=(party("A", 1, name=name, sex="female", age=42), CASE.parties[2]))
    made = paper(of, "agreement", FACES)[0]
    said = printed([made])[0]
    assert said.index("甲方姓名") < said.index("性别") < said.index("乙方名称")
    lines_of = [line.text for line in docx.Document(BytesIO(word_file([made]))).paragraphs]
    at = next(at for at, line in enumerate(lines_of) if line.startswith("甲方姓名"))
    assert "性别" not in lines_of[at]
    assert lines_of[at + 1].startswith("性别")


@pytest.mark.parametrize("lines_of_brief", range(1, 40, 3))
def test_no_page_has_only_places_to_sign(lines_of_brief: int) -> None:
    parties = tuple(party("AB"[at % 2], at, name=f"王小{at}", age=40) for at in range(10))
    long = replace(CASE, brief="楼上漏水。" * 5 * lines_of_brief, parties=parties)
    for code in ("application", "rights", "session", "agreement", "confirmation"):
        for made in paper(long, code, FACES):
            for page in printed([made])[1:]:
                assert not page.splitlines()[1].startswith(("当事人（签名", "申请人（签名"))


def test_a_further_page_says_whose_file_it_is_of() -> None:
    long = replace(CASE, brief="楼上漏水。" * 300)
    assert (
        f"人民调解申请书（续） {CASE.number}" in printed(list(paper(long, "application", FACES)))[1]
    )


def test_one_form_is_made_empty_in_every_shape_it_has() -> None:
    def titles(code: str) -> list[str]:
        return [made.title for made in blank_papers(NOBODY, FACES, [code])]

    assert titles("session") == ["人民调解记录"]
    assert titles("agreement") == ["人民调解协议书", "人民调解口头协议登记表"]
    assert titles("application") == ["人民调解申请书", "人民调解受理登记表"]


def test_blank_forms_are_one_page_each_with_room_to_write() -> None:
    every = blank_papers(NOBODY, FACES)
    assert [made.title for made in every[:2]] == ["卷宗封面", "卷内目录"]
    assert len(every) == len(PRINTABLE) + 4
    for made in every:
        assert len(lay_out(made, FACES)) == 1, made.title
        assert made.first_page == 0
    assert len({made.title for made in every}) == len(every)


def test_the_word_file_says_the_same_in_the_right_faces() -> None:
    documents, _ = whole_file(CASE, lines("identity"), DAY, FACES)
    content = word_file(documents)
    opened = docx.Document(BytesIO(content))
    text = "\n".join(line.text for line in opened.paragraphs)
    for words in (
        "晨园物业有限公司",
        "(2026)三号人调字第0007号",
        "二、赔偿二千六百元。",
        "2600.50元",
        "监护人",
    ):
        assert words in text
    assert len(opened.sections) == len(documents)
    starts = [of._sectPr.find(qn("w:pgNumType")) for of in opened.sections]
    assert [int(of.get(qn("w:start"))) if of is not None else 0 for of in starts] == [
        made.first_page for made in documents
    ]
    assert [cell.text for cell in opened.tables[0].rows[1].cells][:3] == ["1", "受理登记表", "1"]
    for run in (run for line in opened.paragraphs for run in line.runs if run.text.strip()):
        faces = run._element.rPr.rFonts
        assert faces.get(qn("w:ascii")) == "Times New Roman"
        assert faces.get(qn("w:eastAsia")) in ("仿宋", "黑体", "楷体", "方正小标宋简体")
    with zipfile.ZipFile(BytesIO(content)) as packed:
        assert not [
            name for name in packed.namelist() if "vbaProject" in name or "embeddings" in name
        ]
