"""A zip container looked through before any parser sees it: sizes, names, entities, macros."""

import io
import zipfile
import zlib
from typing import IO

from db.workbooks.protocol import MIB, MOST_ENTRIES, MOST_INFLATED, MOST_RATIO, Refused

_CHUNK = 256 * 1024
_ENTRY_SIGNATURE = b"PK\x01\x02"
_DECLARATIONS = (b"<!DOCTYPE", b"<!ENTITY")
# In UTF-16 of either byte order the same bytes appear, but for the outermost zero.
_PATTERNS = _DECLARATIONS + tuple(text.decode().encode("utf-16-le")[:-1] for text in _DECLARATIONS)
_OVERLAP = max(map(len, _PATTERNS)) - 1
_ODS_TYPE = b"application/vnd.oasis.opendocument.spreadsheet"
_ROWS_SPANNED = b"number-rows-spanned="
_ENCRYPTED_FLAG = 0x1
_WITHOUT_LIMIT = 2**62


class Archive:
    """A checked zip container: its `kind` by content, and whether an .ods merges cells downwards.

    `kind` is a code of `db.workbooks.contents`. Refused if anything about it is beyond the limits.
    """

    def __init__(self, data: bytes) -> None:
        # Every entry costs some 500 bytes once listed, so they are counted before they are listed.
        if data.count(_ENTRY_SIGNATURE) > MOST_ENTRIES:
            raise Refused("entries")
        try:
            self._archive = zipfile.ZipFile(io.BytesIO(data))
            names = [_checked_name(info) for info in self._archive.infolist()]
            if len(set(names)) != len(names):
                raise Refused("damaged")
            self.kind = self._kind(names)
            self.merges_rows = False
            self._inflate_all()
        except (
            zipfile.BadZipFile,
            zlib.error,
            # A way of packing that the library does not know.
            NotImplementedError,
            EOFError,
            OSError,
            ValueError,
            RuntimeError,
        ) as error:
            raise Refused("damaged") from error

    def open(self, name: str) -> IO[bytes]:
        """Return an entry's stream; Refused if there is none."""
        try:
            return self._archive.open(name)
        except KeyError as error:
            raise Refused("damaged") from error

    def _kind(self, names: list[str]) -> str:
        if "mimetype" in names:
            with self.open("mimetype") as stream:
                mimetype = stream.read(len(_ODS_TYPE) + 1)
            return "ods" if mimetype.strip() == _ODS_TYPE else "office"
        for folder, kind in (("word/", "word"), ("ppt/", "slides")):
            if any(name.startswith(folder) for name in names):
                return kind
        if "xl/workbook.bin" in names:
            return "xlsb"
        if "[content_types].xml" not in names:
            return "archive"
        return "xlsx" if any(name.startswith("xl/") for name in names) else "office"

    def _inflate_all(self) -> None:
        total = 0
        for info in self._archive.infolist():
            if info.flag_bits & _ENCRYPTED_FLAG:
                raise Refused("encrypted")
            if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise Refused("damaged")
            total += self._inflate(info, total)

    def _inflate(self, info: zipfile.ZipInfo, before: int) -> int:
        """Inflate an entry to its real end, looking at every byte; return its real size."""
        name = info.filename.lower()
        declared = info.file_size
        is_picture = "/media/" in name
        size = 0
        tail = b""
        try:
            # The library would stop at the declared size, which may lie.
            info.file_size = _WITHOUT_LIMIT
            with self._archive.open(info) as stream:
                while chunk := stream.read(_CHUNK):
                    size += len(chunk)
                    if before + size > MOST_INFLATED:
                        raise Refused("inflated")
                    if size > MIB and size > MOST_RATIO * info.compress_size:
                        raise Refused("inflated")
                    if not is_picture:
                        self._look(name, tail + chunk)
                    tail = chunk[-_OVERLAP:]
        finally:
            info.file_size = declared
        if size != declared:
            raise Refused("damaged")
        return size

    def _look(self, name: str, content: bytes) -> None:
        if any(pattern in content for pattern in _PATTERNS):
            raise Refused("entity")
        if name == "[content_types].xml" and b"macroEnabled" in content:
            raise Refused("macros")
        if name == "meta-inf/manifest.xml" and b"encryption-data" in content:
            raise Refused("encrypted")
        if name == "content.xml" and _ROWS_SPANNED in content:
            self.merges_rows = True


def _checked_name(info: zipfile.ZipInfo) -> str:
    name = info.filename.replace("\\", "/").lower()
    if name.startswith("/") or ":" in name or ".." in name.split("/"):
        raise Refused("names")
    if name.rpartition("/")[2] in ("vbaproject.bin", "vbaprojectsignature.bin"):
        raise Refused("macros")
    if name.startswith("xl/macrosheets/"):
        raise Refused("macros")
    return name
