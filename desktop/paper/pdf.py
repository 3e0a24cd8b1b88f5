"""Papers written as one PDF file: embedded subset faces, real text, nothing fetched or guessed.

ReportLab writes the objects and the file. Text does not go through its Paragraph or its TrueType
font class: the first reads mark-up in names, the second parses whole faces and writes wrong code
points for characters beyond U+FFFF. Text is drawn by glyph under Identity-H, one code for each
character, so that every character copies out as it was typed.
Source: ISO 32000-1 §9.4.3, §9.7 and §9.10.3.
"""

import os
from collections.abc import Sequence
from contextlib import suppress
from itertools import groupby
from pathlib import Path
from typing import Any, BinaryIO

from reportlab.pdfbase.pdfdoc import (
    PDFArrayCompact,
    PDFDictionary,
    PDFDocument,
    PDFPage,
    PDFStream,
    PDFString,
    PDFZCompress,
)

from db.kernel.errors import EnvironmentFault, UserError
from desktop.paper.breaking import OPENING
from desktop.paper.document import Document
from desktop.paper.face import Face, postscript_name
from desktop.paper.fonts import Faces
from desktop.paper.layout import lay_out
from desktop.paper.setting import Run
from desktop.paper.sheet import RULE_WIDTH, Page, Rule
from desktop.paper.subset import Slot, subset_file

_SYMBOLIC = 4
_MOST_IN_BLOCK = 100
_TRIM_STEPS = 20


def write_pdf(
    documents: Document | Sequence[Document],
    target: Path | BinaryIO,
    *,
    faces: Faces,
    invariant: bool = False,
) -> int:
    """Write the documents one behind the other, each with its own page numbers; return the pages.

    `target` is a path, replaced in one step when the file is complete, or a binary stream. With
    `invariant` the same documents give the same bytes. UserError if the file is open elsewhere,
    EnvironmentFault if it cannot be written; an earlier file then stays as it was.
    """
    papers = (documents,) if isinstance(documents, Document) else tuple(documents)
    pages = [page for paper in papers for page in lay_out(paper, faces)]
    content = _file(papers[0], pages, faces, invariant=invariant)
    if isinstance(target, Path):
        _replace(target, content)
    else:
        target.write(content)
    return len(pages)


def _file(first: Document, pages: Sequence[Page], faces: Faces, *, invariant: bool) -> bytes:
    pdf = PDFDocument(compression=1, invariant=int(invariant), pdfVersion=(1, 4))
    pdf.Catalog.Lang = PDFString(first.language)
    pdf.Catalog.ViewerPreferences = PDFDictionary({"DisplayDocTitle": "true"})
    pdf.setTitle(first.title)
    pdf.setAuthor(first.author)
    pdf.setSubject(first.title)
    pdf.setCreator("policepost")
    fonts = _Fonts(faces)
    resources = PDFDictionary({"Font": PDFDictionary(), "ProcSet": "[/PDF /Text]"})
    for page in pages:
        leaf = PDFPage()
        leaf.MediaBox = _numbers(0, 0, page.width, page.height)
        leaf.Resources = resources
        leaf.Contents = _stream(_content(page, fonts))
        pdf.addPage(leaf)
    for name, font in fonts.objects(pdf):
        resources["Font"][name] = font
    data = pdf.GetPDFData(None)
    return bytes(data)


def _content(page: Page, fonts: "_Fonts") -> bytes:
    said = [_rules(page.rules, page.height)] if page.rules else []
    said.append("BT")
    said += [fonts.drawn(run, page.height) for run in page.runs]
    said.append("ET\n")
    return "\n".join(said).encode("ascii")


def _rules(rules: Sequence[Rule], height: float) -> str:
    drawn: list[str] = []
    for width, some in groupby(sorted(rules, key=lambda rule: rule.width), lambda rule: rule.width):
        # Square ends close the corners of a table; a bar ends where it ends.
        drawn.append(f"{_point(width)} w {2 if width == RULE_WIDTH else 0} J")
        drawn += [
            f"{_point(r.x1)} {_point(height - r.y1)} m {_point(r.x2)} {_point(height - r.y2)} l"
            for r in some
        ]
        drawn.append("S")
    return "\n".join(drawn)


class _Subset:
    """The characters of one face that the file uses, in the order they came."""

    def __init__(self, face: Face, name: str) -> None:
        self.face, self.name = face, name
        self.slots: list[Slot] = []
        self.characters: list[str] = []
        self.widths: list[int] = []
        self._codes: dict[tuple[str, int], int] = {}

    def code(self, character: str, glyph: int, trim: int) -> int:
        """Return the code of a character whose box is `trim` twentieths of an em narrower."""
        key = (character, trim)
        if key not in self._codes:
            units = trim * self.face.units // _TRIM_STEPS
            self.slots.append(Slot(glyph, units, trim > 0 and character in OPENING))
            self.characters.append(character)
            full = round(self.face.advance(glyph) * 1000)
            self.widths.append(max(0, full - trim * 1000 // _TRIM_STEPS))
            self._codes[key] = len(self.slots)
        return self._codes[key]


class _Fonts:
    """The fonts of one file."""

    def __init__(self, faces: Faces) -> None:
        self._faces = faces
        self._subsets: dict[int, _Subset] = {}

    def drawn(self, run: Run, page_height: float) -> str:
        """Return the operators that draw a run, its characters at the places it names."""
        role, size, tracking = run.style
        matrix = "0 -1 1 0" if run.turned else "1 0 0 1"
        said: list[str] = [f"{_point(tracking)} Tc"]
        current: _Subset | None = None
        shown: list[str] = []
        pen = 0.0
        for character, x, cut in zip(run.text, run.xs, run.cuts, strict=True):
            glyph = self._faces.glyph(role, character)
            subset = self._subset(glyph.face)
            # A mark set close gets a code of its own with a narrower box: boxes that overlap make
            # readers of the PDF take the line for two.
            trim = round(cut * _TRIM_STEPS / size)
            code = subset.code(character, glyph.number, trim)
            origin = x + glyph.shift * size
            if trim and character in OPENING:
                origin += trim * size / _TRIM_STEPS - cut
            if subset is not current:
                if shown:
                    said.append(f"[<{''.join(shown)}>] TJ")
                    shown = []
                current, pen = subset, origin
                at_x, at_y = (run.x, run.y + origin) if run.turned else (run.x + origin, run.y)
                said.append(f"/{subset.name} {_point(size)} Tf")
                said.append(f"{matrix} {_point(at_x)} {_point(page_height - at_y)} Tm")
            back = round((pen - origin) * 1000 / size)
            if back and shown:
                shown.append(f">{back}<")
                pen -= back * size / 1000
            shown.append(f"{code:04X}")
            pen += subset.widths[code - 1] * size / 1000 + tracking
        if shown:
            said.append(f"[<{''.join(shown)}>] TJ")
        return "\n".join(said)

    def objects(self, pdf: Any) -> list[tuple[str, Any]]:
        """Return the font objects of the file under their names."""
        return [(subset.name, _font(subset, pdf)) for subset in self._subsets.values()]

    def _subset(self, face: Face) -> _Subset:
        known = self._subsets.get(id(face))
        if known is None:
            known = self._subsets[id(face)] = _Subset(face, f"F{len(self._subsets) + 1}")
        return known


def _font(subset: _Subset, pdf: Any) -> Any:
    face = subset.face
    scale = 1000 / face.units
    tag = "".join(chr(65 + int(digit)) for digit in f"{int(subset.name[1:]):06d}")
    name = f"/{tag}+{postscript_name(face)}"
    file = _stream(subset_file(face, subset.slots))
    file.dictionary["Length1"] = len(file.content)
    descriptor = PDFDictionary(
        {
            "Type": "/FontDescriptor",
            "FontName": name,
            "Flags": _SYMBOLIC,
            "FontBBox": _numbers(*(side * scale for side in face.box)),
            "ItalicAngle": 0,
            "Ascent": round(face.ascent * scale),
            "Descent": round(face.descent * scale),
            "CapHeight": round(face.ascent * scale),
            "StemV": 80,
            "FontFile2": pdf.Reference(file),
        }
    )
    descendant = PDFDictionary(
        {
            "Type": "/Font",
            "Subtype": "/CIDFontType2",
            "BaseFont": name,
            "CIDSystemInfo": "<< /Registry (Adobe) /Ordering (Identity) /Supplement 0 >>",
            "CIDToGIDMap": "/Identity",
            "DW": 1000,
            "W": PDFArrayCompact([1, PDFArrayCompact(subset.widths)]),
            "FontDescriptor": pdf.Reference(descriptor),
        }
    )
    return pdf.Reference(
        PDFDictionary(
            {
                "Type": "/Font",
                "Subtype": "/Type0",
                "BaseFont": name,
                "Encoding": "/Identity-H",
                "DescendantFonts": PDFArrayCompact([pdf.Reference(descendant)]),
                "ToUnicode": pdf.Reference(_stream(_to_unicode(subset.characters))),
            }
        )
    )


def _to_unicode(characters: Sequence[str]) -> bytes:
    """Return the map from codes to the characters as typed, in UTF-16 as the standard asks."""
    lines = [
        f"<{code:04X}> <{character.encode('utf-16-be', 'replace').hex().upper()}>"
        for code, character in enumerate(characters, 1)
    ]
    blocks = []
    for at in range(0, len(lines), _MOST_IN_BLOCK):
        part = lines[at : at + _MOST_IN_BLOCK]
        blocks += [f"{len(part)} beginbfchar", *part, "endbfchar"]
    return "\n".join(
        [
            "/CIDInit /ProcSet findresource begin 12 dict begin begincmap",
            "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def",
            "/CMapName /Adobe-Identity-UCS def /CMapType 2 def",
            "1 begincodespacerange <0000> <FFFF> endcodespacerange",
            *blocks,
            "endcmap CMapName currentdict /CMap defineresource pop end end\n",
        ]
    ).encode("ascii")


def _stream(content: bytes) -> Any:
    return PDFStream(content=content, filters=[PDFZCompress])


def _numbers(*values: float) -> Any:
    return PDFArrayCompact([round(value, 2) for value in values])


def _point(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _replace(path: Path, content: bytes) -> None:
    part = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        part.write_bytes(content)
        part.replace(path)
    except PermissionError as fault:
        _drop(part)
        raise UserError(
            f"“{path.name}”没有写成：文件正被别的程序打开，或这里不许写入。"
            "台账数据不受影响，请关闭该文件或换一个位置再试。"
        ) from fault
    except OSError as fault:
        _drop(part)
        raise EnvironmentFault(
            f"“{path.name}”没有写成：磁盘可能已满或已断开。台账数据不受影响，请换一个位置再试。"
        ) from fault


def _drop(part: Path) -> None:
    with suppress(OSError):
        part.unlink(missing_ok=True)
