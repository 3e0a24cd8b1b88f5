"""Faces: a character is always shown, by the right face, and bad font files do no harm."""

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desktop.paper.face import Face, FaceUnreadable
from desktop.paper.fonts import SHIPPED, Faces, find_faces
from desktop.paper.machine_faces import CACHE_NAME, named_faces, wanted_form
from desktop.paper.subset import Slot, subset_file

LEVEL_THREE = "\U0002b8a9\U0002c7c7\U0002cea1"  # of GB 18030-2022 level 3
HAN_RANGES = (
    (0x3400, 0x4DC0),
    (0x4E00, 0x9FF0),
    (0x20000, 0x2A6D7),
    (0x2A700, 0x2B735),
    (0x2B740, 0x2B81E),
    (0x2B820, 0x2CEA2),
    (0x2CEB0, 0x2EBE1),
)
SERIF = SHIPPED / "NotoSerifSC-Regular.ttf"
RARE = SHIPPED / "HanaMinB.ttf"


@pytest.fixture(scope="module")
def shipped() -> Faces:
    return find_faces(None, machine=False)


def test_each_role_has_its_own_shipped_face(shipped: Faces) -> None:
    names = {
        role: shipped.glyph(role, "警").face.path.name
        for role in ("fangsong", "kaiti", "heiti", "xiaobiaosong", "songti")
    }
    assert names == {
        "fangsong": "NotoSerifSC-Regular.ttf",
        "kaiti": "LXGWWenKai-Regular.ttf",
        "heiti": "NotoSansSC-Regular.ttf",
        "xiaobiaosong": "NotoSerifSC-SemiBold.ttf",
        "songti": "NotoSerifSC-Regular.ttf",
    }
    assert shipped.names()["小标宋"] == "NotoSerifSC-SemiBold（自带）"


@pytest.mark.parametrize("role", ["fangsong", "kaiti", "heiti", "xiaobiaosong", "songti"])
def test_rare_names_are_shown_in_every_role(shipped: Faces, role: str) -> None:
    for character in "𠮷𬱖㐂" + LEVEL_THREE:
        glyph = shipped.glyph(role, character)  # type: ignore[arg-type]
        assert glyph.number > 0
        assert glyph.face.has_ink(glyph.number)
        assert glyph.face.glyph(ord(character)) == glyph.number


def test_every_character_of_level_three_has_ink_in_some_shipped_face() -> None:
    faces = [Face(path) for path in sorted(SHIPPED.glob("*.ttf"))]
    codes = [code for start, end in HAN_RANGES for code in range(start, end)]
    assert len(codes) > 87_800
    assert all(
        any(face.has_ink(face.glyph(code)) for face in faces if face.glyph(code)) for code in codes
    )


@given(st.characters())
def test_any_character_at_all_gets_ink_or_is_a_blank(character: str) -> None:
    glyph = find_faces(None, machine=False).glyph("fangsong", character)
    if not character.isspace() and glyph.advance:
        assert glyph.number > 0
        assert glyph.face.has_ink(glyph.number)


def test_what_no_face_has_is_shown_as_the_mark_for_missing_type(shipped: Faces) -> None:
    mark = shipped.glyph("fangsong", "〓")
    assert shipped.glyph("fangsong", "\U0003fff0").number == mark.number
    assert shipped.glyph("fangsong", "😀").number == mark.number


def test_a_selector_draws_nothing_and_takes_no_room(shipped: Faces) -> None:
    glyph = shipped.glyph("fangsong", "\U000e0100")
    assert (glyph.number, glyph.advance) == (0, 0.0)


def test_figures_are_of_one_width(shipped: Faces) -> None:
    assert len({shipped.glyph("songti", digit).advance for digit in "0123456789"}) == 1


def test_a_machine_face_goes_first_and_lacking_characters_fall_back(tmp_path: Path) -> None:
    own = tmp_path / "own.ttf"
    shutil.copy(SHIPPED / "LXGWWenKai-Regular.ttf", own)
    faces = Faces({"fangsong": [(own, 0)]})
    assert faces.glyph("fangsong", "警").face.path == own
    assert faces.glyph("fangsong", "\U0002b8a9").face.path.parent == SHIPPED


@pytest.mark.parametrize("damage", ["empty", "cut", "noise", "otto", "gone"])
def test_an_unreadable_machine_face_is_passed_over(tmp_path: Path, damage: str) -> None:
    own, whole = tmp_path / "own.ttf", SERIF.read_bytes()
    content = {
        "empty": b"",
        "cut": whole[:5000],
        "noise": whole[:12] + bytes(reversed(whole[12:4000])),
        "otto": b"OTTO" + whole[4:],
    }
    if damage in content:
        own.write_bytes(content[damage])
    glyph = Faces({"fangsong": [(own, 0)]}).glyph("fangsong", "警")
    assert glyph.face.path == SERIF


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.integers(0, 6000), st.integers(0, 255), st.data())
def test_a_damaged_face_never_breaks_a_paper(
    tmp_path: Path, at: int, value: int, data: st.DataObject
) -> None:
    content = bytearray(SERIF.read_bytes()[:400_000])
    content[at] = value
    broken = tmp_path / f"{data.draw(st.just(at))}-{value}.ttf"
    broken.write_bytes(bytes(content))
    try:
        face = Face(broken)
    except FaceUnreadable:
        return
    glyph = face.glyph(ord("一"))
    assert isinstance(subset_file(face, [Slot(glyph), Slot(glyph, 100, leading=True)]), bytes)


def test_a_face_that_may_not_be_embedded_is_refused(tmp_path: Path) -> None:
    content = bytearray(SERIF.read_bytes())
    offset, _ = Face(SERIF)._tables["OS/2"]
    content[offset + 8 : offset + 10] = b"\x00\x02"
    locked = tmp_path / "locked.ttf"
    locked.write_bytes(bytes(content))
    with pytest.raises(FaceUnreadable, match="licence"):
        Face(locked)


def test_a_subset_has_just_the_glyphs_asked_for_and_reads_as_a_face() -> None:
    face = Face(SERIF)
    file = subset_file(face, [Slot(face.glyph(ord(c))) for c in "警务室"])
    assert len(file) < 5000
    assert file == subset_file(face, [Slot(face.glyph(ord(c))) for c in "警务室"])


def test_named_faces_are_found_by_any_name_and_cached(tmp_path: Path) -> None:
    fonts, cache = tmp_path / "fonts" / "deep", tmp_path / "cache"
    fonts.mkdir(parents=True)
    shutil.copy(SERIF, fonts / "a.ttf")
    (fonts / "b.ttf").write_bytes(b"no font")
    wanted = [wanted_form("Noto Serif SC"), wanted_form("SimSun")]
    found = named_faces(wanted, [tmp_path / "fonts"], cache)
    assert found == {wanted_form("notoserif-sc"): (fonts / "a.ttf", 0)}
    # Second time the files are not opened: even replaced content of equal size and time is missed.
    stat = (fonts / "a.ttf").stat()
    (fonts / "a.ttf").write_bytes(b"\0" * stat.st_size)
    os.utime(fonts / "a.ttf", ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert named_faces(wanted, [tmp_path / "fonts"], cache) == found
    os.utime(fonts / "a.ttf", ns=(stat.st_atime_ns, stat.st_mtime_ns + 1))
    assert named_faces(wanted, [tmp_path / "fonts"], cache) == {}


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xfe", b"faces of x\nend", b"0:simsun\t1\t2\t/etc/passwd\nend"]
)
def test_a_foreign_cache_is_ignored_and_made_anew(tmp_path: Path, content: bytes) -> None:
    fonts = tmp_path / "fonts"
    fonts.mkdir()
    shutil.copy(SERIF, fonts / "a.ttf")
    (tmp_path / CACHE_NAME).write_bytes(content)
    wanted = [wanted_form("NotoSerifSC")]
    assert list(named_faces(wanted, [fonts], tmp_path)) == [wanted_form("Noto Serif SC")]
    assert (tmp_path / CACHE_NAME).read_bytes() != content


def test_a_cache_that_cannot_be_written_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    assert named_faces(["simsun"], [SHIPPED], tmp_path / "file" / "cache") == {}


def test_the_machine_is_searched_for_the_standard_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    renamed = "STZhongsong".ljust(len("Noto Serif SC"))
    content = SERIF.read_bytes()
    content = content.replace("Noto Serif SC".encode("utf-16-be"), renamed.encode("utf-16-be"))
    (tmp_path / "x.ttf").write_bytes(content)
    monkeypatch.setattr("desktop.paper.fonts.font_folders", lambda: [tmp_path])
    faces = find_faces(tmp_path / "cache")
    assert faces.glyph("xiaobiaosong", "警").face.path == tmp_path / "x.ttf"
    assert faces.names()["小标宋"].endswith("（本机）")
    assert faces.names()["仿宋"].endswith("（自带）")
