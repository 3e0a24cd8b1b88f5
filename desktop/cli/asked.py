"""What a command line asks of the window, told without the grammar of the commands: a start is quick."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from desktop.paths import default_data


@dataclass(frozen=True)
class OpenWindow:
    """What the window is to open; the demonstration names its password and its own day."""

    data: Path
    password: str | None = None
    own_day: bool = False


def plain_start(argv: Sequence[str]) -> OpenWindow | None:
    """Return what a double click asks: the window over the usual folder, or over the one it names."""
    match argv:
        case []:
            return OpenWindow(default_data())
        case ["--data", folder] if folder and not folder.startswith("-"):
            return OpenWindow(Path(folder))
    return None
