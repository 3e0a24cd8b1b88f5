"""Pictures and PDF of any source looked at: what they claim to be costs nothing, and words say why not."""

import struct
import subprocess
import sys
import zlib
from pathlib import Path

import pytest
from PySide6.QtCore import QBuffer, QIODevice, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from desktop.disputes.viewing import MOST_SIDE, SIZE, Drawn, PaperViewer, PhotoViewer, drawn
from tests.conftest import ROOT

MEASURED = """
import resource, sys
from pathlib import Path
from desktop.disputes.viewing import drawn
data = Path(sys.argv[1]).read_bytes()
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
before = peak()
photo = drawn(data)
print(peak() - before, photo.image.width(), photo.image.height(), photo.words)
"""


def png(wide: int, high: int, *, interlaced: bool = False, rows: int | None = None) -> bytes:
    """Return a white picture that says it is so large; with `rows` fewer are in it."""
    head = struct.pack(">IIBBBBB", wide, high, 8, 2, 0, 0, int(interlaced))
    packer = zlib.compressobj(1)
    many = high if rows is None else rows
    # One of none would still take the gigabytes it claims.
    row = b"\0" + b"\xff" * (wide * 3 if many else 0)
    body = b"".join(packer.compress(row) for _ in range(many))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in (
            (b"IHDR", head),
            (b"IDAT", body + packer.flush()),
            (b"IEND", b""),
        )
    )


def pdf(box: str, pages: int = 1) -> bytes:
    """Return a PDF of empty pages of a size in points."""
    kids = " ".join(f"{n + 3} 0 R" for n in range(pages))
    parts = [
        "<</Type/Catalog/Pages 2 0 R>>", f"<</Type/Pages/Count {pages}/Kids[{kids}]>>",
        *[f"<</Type/Page/Parent 2 0 R/MediaBox[{box}]>>"] * pages,
    ]  # fmt: skip
    said = "".join(f"{n} 0 obj{part}endobj\n" for n, part in enumerate(parts, 1))
    return f"%PDF-1.4\n{said}trailer<</Root 1 0 R>>\n%%EOF".encode()


@pytest.mark.parametrize(("kind", "side"), [("png", 0), ("jpg", MOST_SIDE)])
def test_a_small_file_of_a_huge_picture_takes_little_memory(
    tmp_path: Path, kind: str, side: int
) -> None:
    file = tmp_path / f"a.{kind}"
    if kind == "png":
        file.write_bytes(png(8000, 8000))
    else:
        image = QImage(8000, 8000, QImage.Format.Format_Grayscale8)
        image.fill(0xFF)
        assert image.save(str(file))
    assert file.stat().st_size < 1_500_000
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, str(file)],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    kib, wide, high, *words = done.stdout.split()
    assert (int(wide), int(high)) == (side, side)
    assert int(kib) < 40 * 1024
    assert bool(words) == (kind == "png")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (png(20_000, 20_000, rows=1), "20000×20000点，太大"),
        (png(2**31 - 1, 2**31 - 1, rows=0), "打不开"),
        (png(8000, 8000, interlaced=True, rows=1), "太大"),
        (b"\x89PNG\r\n\x1a\n" + b"x" * 100, "文件不完整"),
        (b"\xff\xd8\xff\xe0", "文件不完整"),
    ],
)
def test_what_is_not_shown_says_why_and_that_it_can_be_saved(
    qtbot: QtBot, data: bytes, words: str
) -> None:
    photo = drawn(data)
    assert words in photo.words
    assert "存出" in photo.words
    parent = QWidget()
    qtbot.addWidget(parent)
    viewer = PhotoViewer(parent, "照片", photo)
    assert any(words in said.text() for said in viewer.findChildren(QLabel))


@pytest.mark.parametrize(
    ("size", "shown"),
    [((1600, 1200), (1600, 1200)), ((4000, 3000), (2200, 1650)), ((9000, 3), (2200, 1))],
)
def test_a_photograph_keeps_its_shape(size: tuple[int, int], shown: tuple[int, int]) -> None:
    image = QImage(*size, QImage.Format.Format_RGB32)
    image.fill(0xFF8800)
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    assert image.save(buffer, "JPG")
    photo = drawn(bytes(buffer.data().data()))
    assert photo.words == ""
    assert (photo.image.width(), photo.image.height()) == shown


def test_a_photographed_paper_is_made_large_enough_to_read_and_moved(qtbot: QtBot) -> None:
    parent = QWidget()
    parent.resize(1280, 720)
    qtbot.addWidget(parent)
    image = QImage(2200, 1650, QImage.Format.Format_RGB32)
    image.fill(0xFF8800)
    viewer = PhotoViewer(parent, "协议", Drawn(image, ""))
    viewer.show()
    qtbot.waitExposed(viewer)
    wide = viewer._area.horizontalScrollBar()
    assert viewer._shown.pixmap().width() <= SIZE[0]
    assert wide.maximum() == 0
    QTest.keyClick(viewer, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: wide.maximum() > 0)
    assert viewer._shown.pixmap().width() == 2200
    before = wide.value()
    QTest.keyClick(viewer, Qt.Key.Key_Right)
    assert wide.value() > before > 0
    QTest.keyClick(viewer, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: wide.maximum() == 0)
    viewer.close()


def test_a_telephone_held_upright_is_seen_upright() -> None:
    image = QImage(400, 300, QImage.Format.Format_RGB32)
    image.fill(0xFF8800)
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    assert image.save(buffer, "JPG")
    plain = bytes(buffer.data().data())
    # The file's own mark: "turn it by a quarter".
    exif = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0"
    marked = plain[:2] + b"\xff\xe1" + (len(exif) + 2).to_bytes(2, "big") + exif + plain[2:]
    photo = drawn(marked)
    assert (photo.image.width(), photo.image.height()) == (300, 400)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (pdf("0 0 595 842"), ""),
        (pdf("0 0 595 842", 2001), "2001页，太大"),
        (pdf("0 0 1 14000"), "第1页的纸太大"),
        (pdf("0 0 90000000 90000000"), "第1页的纸太大"),
        (b"%PDF-1.4\nnothing", "打不开"),
        (b"%PDF-" + b"<<" * 100_000, "打不开"),
    ],
)
def test_a_hostile_pdf_is_refused_in_words(qtbot: QtBot, data: bytes, words: str) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    viewer = PaperViewer(parent, "材料", data)
    assert words in viewer.words
    assert bool(viewer.words) == bool(words)
    assert not words or "存出" in viewer.words
