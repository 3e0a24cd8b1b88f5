"""The memory of the window when every page was opened once, for window.py: prints MiB as JSON."""

import json
import sys
from pathlib import Path

import psutil
from PySide6.QtTest import QTest

from benchmarks.window_open import screens, settle
from desktop.rooms import ROOMS
from desktop.widgets.tabs import TabbedPage
from desktop.window import Shell


def walk(shell: Shell) -> None:
    """Open every page and every tab, and let each come to rest."""
    for room in ROOMS:
        shell.context.routes.go(room.name)
        settle(shell)
        page = shell.page
        if isinstance(page, TabbedPage):
            for tab in page._tabs:
                shell.context.routes.go(room.name, tab=tab)
                settle(shell)
    shell.finder.begin()
    QTest.keyClicks(shell.finder._field, "zhang")
    settle(shell)


def main() -> None:
    """Tell the memory held at the log-in, at the home page, and after every page."""
    process = psutil.Process()
    with screens(Path(sys.argv[1])) as shell:
        home = process.memory_info().rss
        walk(shell)
        print(json.dumps([home / 2**20, process.memory_info().rss / 2**20]))


if __name__ == "__main__":
    main()
