"""Where the program's own files and the machine's folders are."""

import sys
from pathlib import Path

from platformdirs import user_cache_path, user_data_path

NAME = "policepost"


def resources() -> Path:
    """Return the folder of fonts and samples, beside the packages or inside the built program."""
    frozen = getattr(sys, "_MEIPASS", None)
    base = Path(frozen) if frozen else Path(__file__).resolve().parent.parent
    return base / "resources"


def default_data() -> Path:
    """Return the folder a ledger lies in where `--data` names none."""
    return user_data_path(NAME, appauthor=False)


def cache() -> Path:
    """Return the folder of what can be made again, such as parsed faces."""
    return user_cache_path(NAME, appauthor=False)
