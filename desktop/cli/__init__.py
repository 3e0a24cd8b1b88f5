"""The command line: a stable contract, and no Qt; what opens the window it only names.

Exit codes: 0 done, 1 the user's mistake in a plain sentence, 2 wrong usage, 3 the machine's fault.
"""

import io
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from db.kernel.errors import PolicepostError, UserError
from desktop.cli.asked import OpenWindow, plain_start
from desktop.paths import default_data

if TYPE_CHECKING:
    import argparse

    from desktop.cli.parser import Handler


def run(argv: Sequence[str]) -> int | OpenWindow:
    """Carry out a command line; return its exit code, or what the window is to open."""
    _take_any_character()
    if (window := plain_start(argv)) is not None:
        return window
    from desktop.cli.parser import build_parser  # noqa: PLC0415

    parser = build_parser()
    try:
        arguments = parser.parse_args(argv)
    except SystemExit as stop:
        return int(stop.code or 0)
    if arguments.handler is None:
        return OpenWindow(arguments.data or default_data())
    if "data" in arguments and arguments.data is None:
        arguments.data = default_data()
    handler: Handler = arguments.handler
    return _guarded(handler, arguments)


def _take_any_character() -> None:
    """Print as ? what the terminal or file lacks, as 𠮷 in GBK: it may not end what is done already."""
    for stream in (sys.stdout, sys.stderr):
        # A program without a console has neither.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def _guarded(handler: "Handler", arguments: "argparse.Namespace") -> int | OpenWindow:
    try:
        return handler(arguments)
    except UserError as error:
        return _say(error, 1)
    except PolicepostError as error:
        return _say(error, 3)
    except (KeyboardInterrupt, MemoryError) as error:
        stopped = isinstance(error, KeyboardInterrupt)
        return _say(f"{'已停止' if stopped else '内存不够'}，没有完成的内容没有保存。", 3)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        from db.kernel.files import disk_fault  # noqa: PLC0415

        return _say(disk_fault(error), 3)


def _say(error: Exception | str, code: int) -> int:
    print(error, file=sys.stderr)
    return code
