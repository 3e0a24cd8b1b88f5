"""The only dispatcher: the command line first, the window when that is what was asked for."""

import gc
import sys

# What is slow to import loads behind the dispatch.
# ruff: noqa: PLC0415


def main() -> int:
    """Run the program and return its exit code."""
    if sys.argv[1:2] == ["--read-workbook"]:
        from db.workbooks.reader_child import main as read_workbook

        return read_workbook(sys.argv[2:])
    from db.kernel.dumps import forbid_dumps

    forbid_dumps()
    # A command is over in a second: what it loads is neither searched for garbage meanwhile nor
    # taken apart at the end, which took a quarter of its time.
    gc.disable()
    from desktop.cli import run

    asked = run(sys.argv[1:])
    gc.freeze()
    if isinstance(asked, int):
        return asked
    from desktop.paths import has_screen

    if not has_screen():
        print("这里没有屏幕，打不开窗口。policepost --help 列出可用的命令。", file=sys.stderr)
        return 1
    try:
        from desktop.app import Start, open_window
    except ImportError as error:
        print(
            f"打不开窗口，这台电脑缺少显示要用的系统库（{error.name or error}）。", file=sys.stderr
        )
        return 3
    gc.freeze()
    clock = None
    if asked.own_day:
        from db.sample import sample_clock

        clock = sample_clock()
    return open_window(Start(asked.data, asked.password, clock))


if __name__ == "__main__":
    sys.exit(main())
