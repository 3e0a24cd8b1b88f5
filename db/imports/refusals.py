"""Why a file is not read, in words for the person who chose it."""

from pathlib import Path

_ENDING = "没有导入任何内容。"
_SAVE_AS = "请用 Excel 或 WPS 打开它，另存为 .xlsx 再导入。"
_DAMAGED = f"的内容已损坏，读不出来，{_ENDING}请用 Excel 或 WPS 打开看看，另存一份再导入。"
_SPLIT = "请分成几个文件再导入。"

_SENTENCES = {
    "missing": f"找不到，{_ENDING}请检查文件名和所在的文件夹。",
    "folder": f"是文件夹，不是文件，{_ENDING}请选择里面的文件。",
    "device": f"不是普通文件，{_ENDING}请选择台账文件。",
    "unreadable": f"打不开，可能没有权限，或正被别的程序占用，{_ENDING}请关掉那个程序再试。",
    "lock": f"是打开台账时留下的临时文件，不是台账本身，{_ENDING}请选名字前面没有“~$”的那个文件。",
    "empty": f"是空文件，里面什么也没有，{_ENDING}请换一个文件。",
    "extension": f"不是能导入的文件，{_ENDING}能导入的是 .xlsx、.xls、.ods 和 .csv。",
    "wps": f"是 WPS 自己的格式，{_ENDING}请在 WPS 里打开它，另存为 .xlsx 再导入。",
    "binary": f"是 Excel 的二进制格式，{_ENDING}{_SAVE_AS}",
    "macros": f"带有宏，为了安全不读取，{_ENDING}请另存为不带宏的 .xlsx 再导入。",
    "encrypted": f"设了密码，打不开，{_ENDING}请在 Excel 或 WPS 里去掉密码，另存后再导入。",
    "damaged": _DAMAGED,
    "large": f"超过了 20 MB，{_ENDING}{_SPLIT}",
    "entries": f"里面的部件多得不正常，为了安全不读取，{_ENDING}{_SAVE_AS}",
    "inflated": f"展开后大得不正常，为了安全不读取，{_ENDING}请删掉里面的图片和空白格式，另存后再导入。",
    "entity": f"里面有不该有的外部声明，为了安全不读取，{_ENDING}{_SAVE_AS}",
    "names": f"里面的部件名不正常，为了安全不读取，{_ENDING}{_SAVE_AS}",
    "sheets": f"的工作表太多，超过了 500 张，{_ENDING}{_SPLIT}",
    "cells": f"的内容太多，{_ENDING}{_SPLIT}",
    "memory": (
        f"的内容太多，或有个别单元格远在表格之外，读取它要的内存超过了限制，{_ENDING}"
        "请删掉远处的单元格，或分成几个文件再导入。"
    ),
    "slow": f"一分钟内没有读完，已停下，{_ENDING}{_SPLIT}",
    "long": f"有一个单元格的文字超过了 32767 个，{_ENDING}请检查这个单元格。",
    "quotes": f"有引号没有成对，{_ENDING}请检查引号，或另存为 .xlsx 再导入。",
    "zero": f"里有不是文字的内容，{_ENDING}请另存为 .xlsx 再导入。",
    "encoding": f"的文字编码认不出来，{_ENDING}请另存为 UTF-8 编码的 .csv，或 .xlsx，再导入。",
}
_CONTENTS = {
    "xlsx": "Excel 工作簿（.xlsx）",
    "xls": "旧版 Excel 工作簿（.xls）",
    "xlsb": "Excel 二进制工作簿（.xlsb）",
    "ods": "ODS 表格（.ods）",
    "office": "别的办公文档",
    "word": "Word 文档",
    "slides": "演示文稿",
    "archive": "压缩包",
    "html": "网页",
    "xml": "XML 文本",
    "text": "纯文本",
    "pdf": "PDF 文件",
    "picture": "图片",
    "program": "程序",
    "database": "数据库",
    "biff": "太旧的 Excel 格式",
    "unknown": "认不出来的数据",
}


def refusal(path: Path, code: str, detail: str = "") -> str:
    """Return the sentence for a refusal's code; `detail` is a sheet, a line or what a file is."""
    name = f"“{shown_name(path)}”"
    if code == "other":
        extension = path.suffix.lower()
        what = _CONTENTS.get(detail, _CONTENTS["unknown"])
        what = f" {what}" if what[0].isascii() else what
        return f"{name}这个文件的扩展名是 {extension}，内容却是{what}，{_ENDING}{_SAVE_AS}"
    if code in ("rows", "columns"):
        where = f"的工作表“{_printable(detail)}”" if detail else ""
        most = "200,000 行" if code == "rows" else "200 列"
        return f"{name}{where}超过了 {most}，{_ENDING}{_SPLIT}"
    if code in ("quotes", "long"):
        where = f"第 {detail} 行附近" if detail.isdecimal() else "里"
        return f"{name}{where}{_SENTENCES[code]}"
    return name + _SENTENCES.get(code, _DAMAGED)


def shown_name(path: Path) -> str:
    """Return a file's name as it can be shown: printable, of a bearable length."""
    return _printable(path.name) or _printable(str(path))


def _printable(text: str) -> str:
    kept = "".join(character if character.isprintable() else "�" for character in text)
    return kept if len(kept) <= 80 else kept[:40] + "…" + kept[-30:]
