"""What a file really is, told from its bytes and never from its name."""

import re
from typing import Final

OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06")
_DIRECTORY_ENTRY = 128
_STARTS: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "pdf"),
    (b"\x89PNG", "picture"),
    (b"\xff\xd8\xff", "picture"),
    (b"GIF8", "picture"),
    (b"BM", "picture"),
    (b"II*\x00", "picture"),
    (b"Rar!", "archive"),
    (b"7z\xbc\xaf", "archive"),
    (b"\x1f\x8b", "archive"),
    (b"MZ", "program"),
    (b"\x7fELF", "program"),
    (b"SQLite format 3\x00", "database"),
    (b"\x09\x00\x04\x00", "biff"),
    (b"\x09\x02\x06\x00", "biff"),
    (b"\x09\x04\x06\x00", "biff"),
)
_PAGE = re.compile(
    rb"\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|meta|body|table|style)\b", re.I | re.S
)
_MARKUP = re.compile(rb"\s*<\?xml\b")
_HEAD = 4096
_GLOBALS = re.compile(rb"\x09\x08.\x00\x00[\x05\x06]\x05\x00", re.S)
_FILEPASS: Final = b"\x2f\x00"
_FIRST_RECORDS = 12


def kind_of(data: bytes) -> str:
    """Return what the bytes are: xls, encrypted, zip, html, xml, text, or another code.

    A zip is told apart further by `archives.Archive`.
    """
    if data.startswith(ZIP):
        return "zip"
    if data.startswith(OLE):
        return _compound_kind(data)
    for start, kind in _STARTS:
        # Two letters also begin a text; a picture or a program has zeros soon after.
        if data.startswith(start) and (len(start) > 2 or b"\x00" in data[:64]):
            return kind
    head = data[:_HEAD].removeprefix(b"\xef\xbb\xbf")
    if _PAGE.match(head):
        return "html"
    if _MARKUP.match(head):
        return "xml"
    return "text" if _is_text(head) else "unknown"


def _compound_kind(data: bytes) -> str:
    for name, kind in (
        ("EncryptedPackage", "encrypted"),
        ("Workbook", "xls"),
        ("Book", "xls"),
        ("WordDocument", "word"),
        ("PowerPoint Document", "slides"),
    ):
        if _has_stream(data, name):
            return "encrypted" if kind == "xls" and _has_password(data) else kind
    return "unknown"


def _has_password(data: bytes) -> bool:
    """Tell whether an .xls has the record FILEPASS among the first ones of its workbook.

    It stands right behind the opening record. Source: [MS-XLS] 2.1.7.20.1, 2.4.117.
    """
    at = _GLOBALS.search(data)
    place = at.start() if at else len(data)
    for _ in range(_FIRST_RECORDS):
        kind, length = data[place : place + 2], data[place + 2 : place + 4]
        if kind == _FILEPASS:
            return True
        place += 4 + int.from_bytes(length, "little")
    return False


def _has_stream(data: bytes, name: str) -> bool:
    """Tell whether an OLE file's directory names a stream.

    The directory's sectors are sought rather than followed: a made-up chain of them has no end.
    """
    wanted = (name + "\x00").encode("utf-16-le")
    at = data.find(wanted)
    while at >= 0:
        length = int.from_bytes(data[at + 64 : at + 66], "little")
        if (
            at % _DIRECTORY_ENTRY == 0
            and length == len(wanted)
            and data[at + 66 : at + 67] == b"\x02"
        ):
            return True
        at = data.find(wanted, at + 1)
    return False


def _is_text(head: bytes) -> bool:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    if any(byte < 9 or 13 < byte < 27 for byte in head):
        return False
    for encoding in ("utf-8", "gb18030"):
        # The head may end within a character of up to four bytes.
        for cut in range(4):
            try:
                head[: len(head) - cut].decode(encoding)
            except UnicodeDecodeError:
                continue
            return True
    return False
