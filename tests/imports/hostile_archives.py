"""Archives and sheets made to harm the reader of workbooks: bombs, entities, far-away cells."""

import io
import random
import zipfile
import zlib
from pathlib import Path

import xlwt

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/"
SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml."
_XML = '<?xml version="1.0" encoding="UTF-8"?>'
MIB = 2**20


def parts(sheet: str, strings: str = "", declaration: str = "") -> dict[str, str]:
    """Return the parts of a small .xlsx: the inside of its sheet and of its shared strings."""
    return {
        "[Content_Types].xml": f'{_XML}<Types xmlns="{_PACKAGE}content-types">'
        '<Default Extension="rels" ContentType='
        '"application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{SHEET_TYPE}sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{SHEET_TYPE}worksheet+xml"/>'
        f'<Override PartName="/xl/sharedStrings.xml" ContentType="{SHEET_TYPE}sharedStrings+xml"/>'
        "</Types>",
        "_rels/.rels": f'{_XML}<Relationships xmlns="{_PACKAGE}relationships"><Relationship '
        f'Id="r1" Type="{RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'{_XML}<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets>'
        '<sheet name="台账" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'{_XML}<Relationships xmlns="{_PACKAGE}relationships">'
        f'<Relationship Id="r1" Type="{RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="r2" Type="{RELATIONS}/sharedStrings" Target="sharedStrings.xml"/>'
        "</Relationships>",
        "xl/worksheets/sheet1.xml": f'{_XML}<worksheet xmlns="{MAIN}">{sheet}</worksheet>',
        "xl/sharedStrings.xml": f'{_XML}{declaration}<sst xmlns="{MAIN}">{strings}</sst>',
    }


ONE_CELL = '<sheetData><row r="1"><c r="A1" t="s"><v>0</v></c></row></sheetData>'
ONE_STRING = "<si><t>姓名</t></si>"


def zipped(path: Path, entries: dict[str, str] | dict[str, bytes]) -> Path:
    """Write a zip of these entries."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return path


def good(sheet: str = ONE_CELL, strings: str = ONE_STRING, declaration: str = "") -> dict[str, str]:
    return parts(sheet, strings, declaration)


def truncated(folder: Path) -> Path:
    whole = zipped(folder / "半截.xlsx", good())
    whole.write_bytes(whole.read_bytes()[:-200])
    return whole


def flipped(folder: Path) -> Path:
    """A sheet whose compressed bytes are damaged while the directory is whole."""
    path = zipped(folder / "坏块.xlsx", good("<sheetData/>" + "<!-- 甲乙丙 -->" * 500))
    data = bytearray(path.read_bytes())
    at = data.find(b"sheet1.xml") + 40
    data[at : at + 8] = b"\xff" * 8
    path.write_bytes(bytes(data))
    return path


def flat_bomb(folder: Path) -> Path:
    """One part of 400 MiB in 400 KiB, as its directory says."""
    return _bomb(folder / "平炸弹.xlsx", 400 * MIB, None)


def lying_bomb(folder: Path) -> Path:
    """The same, while the directory tells of 64 bytes."""
    return _bomb(folder / "谎炸弹.xlsx", 400 * MIB, 64)


def slow_bomb(folder: Path) -> Path:
    """Many parts, each of a bearable ratio, 400 MiB in all."""
    block = random.Random(3).randbytes(1024) * 100
    path = folder / "慢炸弹.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in good().items():
            archive.writestr(name, content)
        for number in range(40):
            archive.writestr(f"xl/worksheets/more{number}.xml", block * 100)
    return path


def nested_bomb(folder: Path) -> Path:
    """A zip of zips, ten of ten of ten, that calls itself a workbook."""
    inner = _zip_bytes({"xl/worksheets/sheet1.xml": b"0" * (8 * MIB)})
    for _ in range(3):
        inner = _zip_bytes({f"xl/{number}.zip": inner for number in range(10)})
    path = folder / "套炸弹.xlsx"
    path.write_bytes(inner)
    return path


def _zip_bytes(entries: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def _bomb(path: Path, size: int, declared: int | None) -> Path:
    """Write a workbook whose sheet inflates to `size` bytes and declares another size."""
    zipped(path, good())
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        with archive.open("xl/media/sheet9.xml", "w", force_zip64=False) as entry:
            for _ in range(size // MIB):
                entry.write(bytes(MIB))
        real = archive.getinfo("xl/media/sheet9.xml")
        if declared is not None:
            crc = zlib.crc32(bytes(declared))
            real.file_size, real.CRC = declared, crc
    return path


def billion_laughs(folder: Path) -> Path:
    entities = '<!ENTITY a0 "哈">' + "".join(
        f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10)
    )
    text = "<si><t>&a9;</t></si>"
    return zipped(folder / "大笑.xlsx", good(ONE_CELL, text, f"<!DOCTYPE sst [{entities}]>"))


def quadratic(folder: Path) -> Path:
    declaration = f'<!DOCTYPE sst [<!ENTITY a "{"哈" * 100_000}">]>'
    text = f"<si><t>{'&a;' * 100_000}</t></si>"
    return zipped(folder / "平方.xlsx", good(ONE_CELL, text, declaration))


def external_entity(folder: Path) -> Path:
    secret = folder / "secret.txt"
    secret.write_text("金丝雀", encoding="utf-8")
    declaration = (
        f'<!DOCTYPE sst [<!ENTITY a SYSTEM "{secret.as_uri()}">'
        '<!ENTITY % b SYSTEM "http://127.0.0.1:9/x.dtd"> %b;]>'
    )
    return zipped(folder / "外部.xlsx", good(ONE_CELL, "<si><t>&a;</t></si>", declaration))


def wide_entity(folder: Path) -> Path:
    """The declaration hidden in UTF-16."""
    entries = good(ONE_CELL, "<si><t>&a;</t></si>", '<!DOCTYPE sst [<!ENTITY a "哈">]>')
    data = {name: text.encode() for name, text in entries.items()}
    strings = entries["xl/sharedStrings.xml"].replace("UTF-8", "UTF-16")
    data["xl/sharedStrings.xml"] = strings.encode("utf-16")
    return zipped(folder / "宽外部.xlsx", data)


def ods_entity(folder: Path) -> Path:
    content = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "哈">]><x>&a;</x>'
    entries = {"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": content}
    return zipped(folder / "外部.ods", entries)


def corner_cell(folder: Path) -> Path:
    """Two cells, of which one is the very last a sheet can have."""
    cells = (
        '<sheetData><row r="1"><c r="A1"><v>1</v></c></row>'
        '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    )
    return zipped(folder / "角落.xlsx", good(f'<dimension ref="A1:XFD1048576"/>{cells}'))


def beyond_the_corner(folder: Path) -> Path:
    cells = '<sheetData><row r="4294967295"><c r="ZZZZZZ4294967295"><v>1</v></c></row></sheetData>'
    return zipped(folder / "角落外.xlsx", good(cells))


def corner_of_an_xls(folder: Path) -> Path:
    book = xlwt.Workbook()
    sheet = book.add_sheet("台账")
    sheet.write(0, 0, "甲")
    sheet.write(65535, 255, "乙")
    path = folder / "角落.xls"
    book.save(str(path))
    return path


def repeated_cells(folder: Path) -> Path:
    """An .ods that says one cell two thousand million times in every row."""
    cell = (
        '<table:table-row table:number-rows-repeated="1048576"><table:table-cell '
        'table:number-columns-repeated="2147483647" office:value-type="float" office:value="1"/>'
        "</table:table-row>"
    )
    return open_document(folder / "重复.ods", cell)


def many_merges(folder: Path) -> Path:
    """Two hundred columns merged a thousand times over."""
    rows = "".join(
        f'<row r="{n}"><c r="A{n}"><v>{n}</v></c><c r="GR{n}"><v>1</v></c></row>'
        for n in range(1, 2001)
    )
    merges = "".join(f'<mergeCell ref="A{n}:GR2000"/>' for n in range(1, 1000))
    sheet = f"<sheetData>{rows}</sheetData><mergeCells>{merges}</mergeCells>"
    return zipped(folder / "合并.xlsx", good(sheet))


def too_many_rows(folder: Path) -> Path:
    rows = "".join(f'<row r="{n}"><c r="A{n}"><v>{n}</v></c></row>' for n in range(1, 200_002))
    return zipped(folder / "行多.xlsx", good(f"<sheetData>{rows}</sheetData>"))


def too_many_columns(folder: Path) -> Path:
    row = '<row r="1"><c r="A1"><v>1</v></c><c r="GS1"><v>1</v></c></row>'
    return zipped(folder / "列多.xlsx", good(f"<sheetData>{row}</sheetData>"))


def too_many_records(folder: Path) -> Path:
    path = folder / "行多.csv"
    path.write_text("甲,乙\n" * 200_001, encoding="utf-8")
    return path


def comma_bomb(folder: Path) -> Path:
    """Twenty million empty cells before a filled one, then again."""
    path = folder / "逗号.csv"
    path.write_text(("," * 199 + "1\n") * 100_000, encoding="utf-8")
    return path


def deep_nesting(folder: Path) -> Path:
    depth = 300_000
    sheet = f"<sheetData><row><c>{'<is>' * depth}{'</is>' * depth}</c></row></sheetData>"
    return zipped(folder / "深.xlsx", good(sheet))


def huge_cell(folder: Path) -> Path:
    """One cell of 12 million different-looking characters."""
    source = random.Random(4)
    text = "".join(chr(0x4E00 + source.randrange(20_000)) for _ in range(4_000_000))
    return zipped(folder / "长.xlsx", good(ONE_CELL, f"<si><t>{text}</t></si>"))


def long_cell(folder: Path) -> Path:
    path = folder / "长.csv"
    path.write_text("甲,乙\n" + "字" * 40_000 + ",1\n", encoding="utf-8")
    return path


def many_entries(folder: Path) -> Path:
    entries = good() | {f"xl/{number}.xml": "<a/>" for number in range(10_000)}
    return zipped(folder / "部件.xlsx", entries)


def climbing_names(folder: Path) -> Path:
    return zipped(folder / "爬.xlsx", good() | {"../../../tmp/evil.xml": "<a/>"})


def repeated_names(folder: Path) -> Path:
    """Two parts of one name that differ in case, so that two readers may see two books."""
    return zipped(folder / "重名.xlsx", good() | {"XL/worksheets/SHEET1.xml": "<a/>"})


def locked_zip(folder: Path) -> Path:
    """The flag that an entry is encrypted, set in the directory."""
    path = zipped(folder / "锁.xlsx", good())
    data = bytearray(path.read_bytes())
    data[data.rfind(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(bytes(data))
    return path


def open_document(path: Path, rows: str) -> Path:
    """Write an .ods of one sheet from the inside of its table."""
    names = "".join(
        f' xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{prefix}:1.0"'
        for prefix in ("office", "table", "text")
    )
    content = (
        f"{_XML}<office:document-content{names}><office:body><office:spreadsheet>"
        f'<table:table table:name="台账">{rows}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = (
        f'{_XML}<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/></manifest:manifest>'
    )
    entries = {"mimetype": kind, "META-INF/manifest.xml": manifest, "content.xml": content}
    return zipped(path, entries)
