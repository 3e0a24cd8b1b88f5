"""What this machine offers: fonts, printer, cipher, disk, screen; and whether the program is whole."""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from db.kernel.errors import PolicepostError
from desktop.cli.parser import build_parser, later_handlers
from desktop.paths import cache, default_data


def selftest(arguments: argparse.Namespace) -> int:
    """Say what works here; exit 3 if the ledger, the paper or a command cannot."""
    del arguments
    sound = True
    for name, good, said in (
        *_commands(), *_cipher(), *_disk(), *_fonts(), *_word(), *_printer(), *_screen(),
    ):  # fmt: skip
        print(f"{'好' if good else '注意'}  {name}：{said}")
        sound = sound and (good or name in ("打印机", "屏幕"))
    return 0 if sound else 3


Finding = tuple[str, bool, str]


def _commands() -> Iterator[Finding]:
    """Load what every command names: a built program may have been packed without it."""
    missing, handlers = [], list(later_handlers(build_parser()))
    for command, handler in handlers:
        try:
            handler.load()
        except (ImportError, AttributeError) as error:
            missing.append(f"{command}（{error}）")
    if missing:
        yield "命令", False, f"程序不完整，请重新安装。用不了：{'、'.join(missing)}"
    else:
        yield "命令", True, f"{len(handlers)}个命令都在"


def _cipher() -> Iterator[Finding]:
    from db.kernel import engine  # noqa: PLC0415
    from db.kernel.keys import DataKey  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.db"
        key = DataKey.new().subkey("ledger")
        try:
            engine.create(path, key)
            opened = engine.open_writer(path, key)
            wrong = engine.integrity(opened)
            opened.dispose()
        except PolicepostError as error:
            yield "加密", False, str(error)
            return
    yield "加密", not wrong, "建立、写入、核验都正常"


def _disk() -> Iterator[Finding]:
    from db.kernel.files import free_bytes  # noqa: PLC0415
    from db.kernel.media import check_place  # noqa: PLC0415

    folder = default_data()
    try:
        check_place(folder)
    except PolicepostError as error:
        yield "磁盘", False, str(error)
        return
    free = free_bytes(folder) / 2**30
    yield "磁盘", free >= 1, f"{folder} 所在磁盘还有{free:.1f} GiB"


def _fonts() -> Iterator[Finding]:
    from desktop.paper.fonts import find_faces  # noqa: PLC0415

    for role, name in find_faces(cache()).names().items():
        yield "字体", True, f"{role}用 {name}"


def _word() -> Iterator[Finding]:
    from desktop.paper.document import Document, FormText  # noqa: PLC0415
    from desktop.paper.word import word_file  # noqa: PLC0415

    made = word_file([Document("自检", "", (FormText("自检"),), form=True)])
    yield "Word 文书", bool(made), "能生成"


def _printer() -> Iterator[Finding]:
    if sys.platform == "win32":
        yield "打印机", True, "由系统打印对话框选择"
        return
    command = shutil.which("lpstat")
    if command is None:
        yield "打印机", False, "没有装打印服务（CUPS），可以先存成 PDF 再打印"
        return
    listed = subprocess.run(
        [command, "-e"], capture_output=True, text=True, timeout=10, check=False
    )
    names = listed.stdout.split()
    yield "打印机", bool(names), "、".join(names) or "没有装打印机，可以先存成 PDF 再打印"


def _screen() -> Iterator[Finding]:
    there = sys.platform == "win32" or bool(
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    )
    yield "屏幕", there, "有" if there else "没有屏幕，只能用命令行"
