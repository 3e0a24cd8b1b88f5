"""Where the program's own files and the machine's folders are."""

import os
import sys
from pathlib import Path

from platformdirs import user_cache_path, user_config_path, user_data_path, user_log_path

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


def looks() -> Path:
    """Return the file of a person's looks."""
    return user_config_path(NAME, appauthor=False) / "looks.json"


def logs() -> Path:
    """Return the folder of the log."""
    return user_log_path(NAME, appauthor=False)


def version() -> str:
    """Return the program's version."""
    from importlib import metadata  # noqa: PLC0415  slow to import

    try:
        return metadata.version(NAME)
    except metadata.PackageNotFoundError:
        return ""


def has_screen() -> bool:
    """Tell whether a window can be shown: on Linux a display is named in the environment."""
    if sys.platform != "linux":
        return True
    return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))
