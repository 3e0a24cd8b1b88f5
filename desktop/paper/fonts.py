"""Which face a character is set in: the roles of an official paper and their fall-backs.

Order of choice: the machine's own faces as the layout standard names them, then the shipped ones. A
character a face lacks is set in the next one that has it, down to the rare-character face; what no
face has is shown as 〓, the mark printers use for a missing type. No box is ever printed.
Source: the project's list of faces for GB/T 9704-2012; GB 18030-2022 level 3 for the characters.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal, NamedTuple
from unicodedata import category

from db.kernel.errors import EnvironmentFault
from desktop.paper.breaking import CLOSING, OPENING
from desktop.paper.face import Face, FaceUnreadable, postscript_name
from desktop.paper.machine_faces import font_folders, named_faces, wanted_form

Role = Literal["fangsong", "kaiti", "heiti", "xiaobiaosong", "songti"]

SHIPPED = Path(__file__).resolve().parents[2] / "resources" / "fonts"
MISSING = "〓"

_ROLE_WORDS: dict[Role, str] = {
    "fangsong": "仿宋",
    "kaiti": "楷体",
    "heiti": "黑体",
    "xiaobiaosong": "小标宋",
    "songti": "宋体",
}

_SERIF, _SANS = "NotoSerifSC-Regular.ttf", "NotoSansSC-Regular.ttf"
_KAI, _RARE = "LXGWWenKai-Regular.ttf", "HanaMinB.ttf"
_SHIPPED_FOR: dict[Role, str] = {
    "fangsong": _SERIF,
    "kaiti": _KAI,
    "heiti": _SANS,
    "xiaobiaosong": "NotoSerifSC-SemiBold.ttf",
    "songti": _SERIF,
}
_FALL_BACKS = (_SERIF, _SANS, _KAI, _RARE)
_MACHINE_FOR: dict[Role, tuple[str, ...]] = {
    "fangsong": (
        "仿宋_GB2312", "FangSong_GB2312", "FangSong", "仿宋", "CESI_FS_GB2312", "CESI仿宋-GB2312",
        "FZFSK", "方正仿宋_GBK", "FZFangSong-Z02", "FZFSK--GBK1-0",
    ),
    "kaiti": (
        "楷体_GB2312", "KaiTi_GB2312", "KaiTi", "楷体", "CESI_KT_GB2312", "CESI楷体-GB2312",
        "CESI_KT", "FZKTK", "方正楷体_GBK", "FZKai-Z03", "FZKTK--GBK1-0",
    ),
    "heiti": (
        "SimHei", "黑体", "CESI_HT_GB2312", "CESI黑体-GB2312", "CESI_HT", "FZHTK", "方正黑体_GBK",
        "FZHei-B01", "FZHTK--GBK1-0",
    ),
    "xiaobiaosong": (
        "方正小标宋简体", "FZXiaoBiaoSong-B05S", "FZXBSJW--GB1-0", "CESI_XBS_GB2312",
        "CESI小标宋-GB2312", "CESI_XBS", "STZhongsong", "华文中宋",
    ),
    "songti": (
        "SimSun", "宋体", "CESI_SS_GB2312", "CESI宋体-GB2312", "FZSSK", "方正书宋_GBK",
        "FZShuSong-Z01", "FZSSK--GBK1-0",
    ),
}  # fmt: skip
_DIGITS = "0123456789"
_LEAST_BLANK = 0.04


class Glyph(NamedTuple):
    """What is drawn for one character: a glyph of a face, in a box `advance` em wide.

    `shift` is how far right of the box's left side the glyph's own origin lies, in em. `slack` is
    how much of a full-width mark's blank half may be given up, in em; 0 for all other characters.
    """

    face: Face
    number: int
    advance: float
    shift: float = 0.0
    slack: float = 0.0


class Faces:
    """The faces of a run of papers; files are opened when a character first needs them."""

    def __init__(self, machine: Mapping[Role, Sequence[tuple[Path, int]]]) -> None:
        """Take for each role the machine's faces to try first, best first."""
        self._order: dict[Role, list[tuple[Path, int]]] = {}
        for role, own in _SHIPPED_FOR.items():
            shipped = dict.fromkeys((own, *_FALL_BACKS))
            self._order[role] = [
                *machine.get(role, ()),
                *((SHIPPED / name, 0) for name in shipped),
            ]
        self._open: dict[tuple[Path, int], Face | None] = {}
        self._glyphs: dict[Role, dict[str, Glyph]] = {role: {} for role in _SHIPPED_FOR}

    def glyph(self, role: Role, character: str) -> Glyph:
        """Return what is drawn for one character in a role; never a missing-glyph box.

        EnvironmentFault if the shipped faces themselves are gone.
        """
        known = self._glyphs[role]
        if character not in known:
            known[character] = self._choose(role, character)
        return known[character]

    def names(self) -> dict[str, str]:
        """Return for each role, by its Chinese name, the face it is set in and whose that is."""
        chosen = {word: self.glyph(role, "国").face for role, word in _ROLE_WORDS.items()}
        return {
            word: f"{postscript_name(face)}（{'自带' if face.path.parent == SHIPPED else '本机'}）"
            for word, face in chosen.items()
        }

    def _choose(self, role: Role, character: str) -> Glyph:
        if is_unseen(character):
            space = self._choose(role, " ")
            return space._replace(number=0, advance=0.0)
        shown = self._first(role, character)
        if shown is None:
            shown = self._first(role, MISSING)
        if shown is None:
            raise EnvironmentFault(
                "程序自带的字体文件缺失或损坏，文件没有生成，台账数据不受影响。请重新安装本程序。"
            )
        return self._boxed(shown[0], shown[1], character)

    def _first(self, role: Role, character: str) -> tuple[Face, int] | None:
        code, blank = ord(character), character.isspace()
        for place in self._order[role]:
            face = self._face(place)
            if face is None:
                continue
            number = face.glyph(code)
            # An empty outline for a character that is no blank would print as a gap.
            if number and (blank or face.has_ink(number)):
                return face, number
        return None

    def _face(self, place: tuple[Path, int]) -> Face | None:
        if place not in self._open:
            try:
                self._open[place] = Face(*place)
            except FaceUnreadable:
                self._open[place] = None
        return self._open[place]

    def _boxed(self, face: Face, number: int, character: str) -> Glyph:
        advance = face.advance(number)
        if character in CLOSING or character in OPENING or character == "…":
            room = max(0.0, 1.0 - advance)
            shift = room if character in OPENING else room / 2 if character == "…" else 0.0
            left, _, right, _ = face.ink(number)
            blank = shift + left if character in OPENING else room + advance - right
            slack = 0.0 if character == "…" else max(0.0, min(0.5, blank - _LEAST_BLANK))
            return Glyph(face, number, max(advance, 1.0), shift, slack)
        if character in _DIGITS:
            # Figures of one width, so that columns of them line up; some faces draw a narrow 1.
            wide = face.advance(face.glyph(ord("0")))
            return Glyph(face, number, wide, (wide - advance) / 2)
        return Glyph(face, number, advance)


def is_unseen(character: str) -> bool:
    """Tell a character that shapes others and has no picture of its own: selectors, joiners."""
    if character < "\u00ad":
        return False
    return (
        "\ufe00" <= character <= "\ufe0f"
        or "\U000e0100" <= character <= "\U000e01ef"
        or category(character) == "Cf"
    )


def find_faces(cache_dir: Path | None, *, machine: bool = True) -> Faces:
    """Return the faces for papers: the machine's own where it has them, then the shipped ones.

    `cache_dir` keeps what was found on the machine; with `machine` False only shipped faces serve,
    so that a paper looks the same everywhere (golden files, demonstrations).
    """
    if not machine:
        return Faces({})
    forms = {role: [wanted_form(name) for name in names] for role, names in _MACHINE_FOR.items()}
    wanted = list(dict.fromkeys(form for names in forms.values() for form in names))
    found = named_faces(wanted, font_folders(), cache_dir)
    return Faces(
        {role: [found[name] for name in names if name in found] for role, names in forms.items()}
    )
