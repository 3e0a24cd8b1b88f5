"""Files that are not what they say, or not for reading: wrong kinds, macros, passwords."""

import os
import random
import struct
from pathlib import Path

import xlwt

from tests.imports.hostile_archives import MIB, SHEET_TYPE, good, zipped


def empty(folder: Path) -> Path:
    path = folder / "空.xlsx"
    path.touch()
    return path


def random_bytes(folder: Path) -> Path:
    path = folder / "乱.xlsx"
    path.write_bytes(random.Random(1).randbytes(50_000))
    return path


def random_separated(folder: Path) -> Path:
    path = folder / "乱.csv"
    path.write_bytes(random.Random(2).randbytes(50_000))
    return path


def zero_characters(folder: Path) -> Path:
    path = folder / "零.csv"
    path.write_bytes("姓名,电话\n王\x00五,1\n".encode())
    return path


def open_quote(folder: Path) -> Path:
    path = folder / "引号.csv"
    path.write_text('姓名,电话\n"王五,1\n' + "李四,2\n" * 50, encoding="utf-8")
    return path


def large(folder: Path) -> Path:
    path = folder / "大.xlsx"
    with path.open("wb") as file:
        file.write(b"PK\x03\x04")
        file.truncate(20 * MIB + 1)
    return path


def with_macros(folder: Path) -> Path:
    entries = good() | {"xl/vbaProject.bin": "x"}
    return zipped(folder / "宏.xlsx", entries)


def with_sheet_macros(folder: Path) -> Path:
    return zipped(folder / "宏表.xlsx", good() | {"xl/macrosheets/sheet1.xml": "<a/>"})


def declared_macros(folder: Path) -> Path:
    entries = good()
    entries["[Content_Types].xml"] = entries["[Content_Types].xml"].replace(
        SHEET_TYPE + "sheet.main", "application/vnd.ms-excel.sheet.macroEnabled.main"
    )
    return zipped(folder / "宏类型.xlsx", entries)


def macro_workbook(folder: Path) -> Path:
    return zipped(folder / "宏.xlsm", good() | {"xl/vbaProject.bin": "x"})


def wps_workbook(folder: Path) -> Path:
    return _old_book(folder / "台账.et")


def _old_book(path: Path) -> Path:
    book = xlwt.Workbook()
    sheet = book.add_sheet("台账")
    for row in range(40):
        sheet.write(row, 0, f"第{row}行")
    book.save(str(path))
    return path


def encrypted_package(folder: Path) -> Path:
    """An .xlsx with a password: an OLE file with the stream EncryptedPackage."""
    path = _old_book(folder / "密码.xlsx")
    name = "EncryptedPackage\x00".encode("utf-16-le")
    data = bytearray(path.read_bytes())
    at = data.find("Workbook\x00".encode("utf-16-le"))
    data[at : at + len(name)] = name
    data[at + 64 : at + 66] = struct.pack("<H", len(name))
    path.write_bytes(bytes(data))
    return path


def password_record(folder: Path) -> Path:
    """An old .xls with a password: the record FILEPASS near its start."""
    path = _old_book(folder / "密码.xls")
    data = bytearray(path.read_bytes())
    at = data.find(b"\x5c\x00\x70\x00", 512)
    data[at : at + 2] = b"\x2f\x00"
    path.write_bytes(bytes(data))
    return path


def looping_sectors(folder: Path) -> Path:
    """An .xls whose allocation table leads from every sector to itself."""
    path = _old_book(folder / "圈.xls")
    data = bytearray(path.read_bytes())
    table = 512 + 512 * struct.unpack_from("<I", data, 76)[0]
    for sector in range(128):
        struct.pack_into("<I", data, table + 4 * sector, sector)
    path.write_bytes(bytes(data))
    return path


def damaged_records(folder: Path) -> Path:
    """An .xls whose record lengths run beyond its end."""
    path = _old_book(folder / "坏记录.xls")
    data = bytearray(path.read_bytes())
    for at in range(530, 2048, 7):
        data[at] = 0xFF
    path.write_bytes(bytes(data))
    return path


def workbook_named_csv(folder: Path) -> Path:
    return zipped(folder / "其实是表.csv", good())


def text_named_xlsx(folder: Path) -> Path:
    path = folder / "其实是字.xlsx"
    path.write_text("姓名,电话\n王五,1\n", encoding="utf-8")
    return path


def xls_named_xlsx(folder: Path) -> Path:
    return _old_book(folder / "其实是旧表.xlsx")


def page_named_xls(folder: Path) -> Path:
    path = folder / "其实是网页.xls"
    path.write_text(
        "<html><body><table><tr><td>1</td></tr></table></body></html>", encoding="utf-8"
    )
    return path


def unknown_extension(folder: Path) -> Path:
    path = folder / "说明.docx"
    path.write_bytes(b"PK\x03\x04")
    return path


def a_folder(folder: Path) -> Path:
    path = folder / "文件夹.xlsx"
    path.mkdir()
    return path


def missing(folder: Path) -> Path:
    return folder / "没有.xlsx"


def pipe(folder: Path) -> Path:
    path = folder / "管道.xlsx"
    os.mkfifo(path)
    return path


def device(folder: Path) -> Path:
    path = folder / "设备.xlsx"
    path.symlink_to("/dev/zero")
    return path


def dangling_link(folder: Path) -> Path:
    path = folder / "断链.xlsx"
    path.symlink_to(folder / "没有这个.xlsx")
    return path
