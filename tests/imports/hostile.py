"""Every file made to harm the reader, with the words its refusal must hold; none may be read.

Each maker writes its file into a folder and returns the path.
"""

from collections.abc import Callable
from pathlib import Path

from tests.imports import hostile_archives as archives
from tests.imports import hostile_files as files

HOSTILE: dict[Callable[[Path], Path], str] = {
    files.empty: "空文件",
    files.random_bytes: "认不出来的数据",
    files.random_separated: "不是文字",
    files.zero_characters: "不是文字",
    files.open_quote: "引号没有成对",
    archives.truncated: "损坏",
    archives.flipped: "损坏",
    files.large: "超过了 20 MB",
    archives.flat_bomb: "展开后大得不正常",
    archives.lying_bomb: "展开后大得不正常",
    archives.slow_bomb: "展开后大得不正常",
    archives.nested_bomb: "内容却是",
    archives.billion_laughs: "外部声明",
    archives.quadratic: "外部声明",
    archives.external_entity: "外部声明",
    archives.wide_entity: "外部声明",
    archives.ods_entity: "外部声明",
    archives.corner_cell: "内存超过了限制",
    archives.beyond_the_corner: "超过了 200,000 行",
    archives.corner_of_an_xls: "内存超过了限制",
    archives.repeated_cells: "损坏",
    archives.many_merges: "内容太多",
    archives.too_many_rows: "超过了 200,000 行",
    archives.too_many_columns: "超过了 200 列",
    archives.too_many_records: "超过了 200,000 行",
    archives.comma_bomb: "内容太多",
    archives.deep_nesting: "展开后大得不正常",
    archives.huge_cell: "太",
    archives.long_cell: "32767",
    archives.many_entries: "部件多得不正常",
    archives.climbing_names: "部件名不正常",
    archives.repeated_names: "损坏",
    archives.locked_zip: "设了密码",
    files.with_macros: "带有宏",
    files.with_sheet_macros: "带有宏",
    files.declared_macros: "带有宏",
    files.macro_workbook: "带有宏",
    files.wps_workbook: "WPS",
    files.encrypted_package: "设了密码",
    files.password_record: "设了密码",
    files.looping_sectors: "内存超过了限制",
    files.damaged_records: "损坏",
    files.workbook_named_csv: "扩展名是 .csv，内容却是 Excel 工作簿",
    files.text_named_xlsx: "扩展名是 .xlsx，内容却是纯文本",
    files.xls_named_xlsx: "扩展名是 .xlsx，内容却是旧版 Excel 工作簿",
    files.page_named_xls: "扩展名是 .xls，内容却是网页",
    files.unknown_extension: "不是能导入的文件",
    files.a_folder: "是文件夹",
    files.missing: "找不到",
    files.pipe: "不是普通文件",
    files.device: "不是普通文件",
    files.dangling_link: "找不到",
}
