"""A small log beside the machine's other program data: what happened and where, ids only.

No personal value may get in: messages of foreign errors are left out, only their kinds and places
in the code are kept.
"""

import logging
import traceback
from logging.handlers import RotatingFileHandler
from pathlib import Path

log = logging.getLogger("policepost")


def keep_log(folder: Path) -> None:
    """Write the log to the folder, at most two files of 512 KiB; without a disk, nowhere."""
    log.setLevel(logging.INFO)
    log.propagate = False
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handler = RotatingFileHandler(
            folder / "policepost.log", maxBytes=2**19, backupCount=1, encoding="utf-8"
        )
    except OSError:
        log.addHandler(logging.NullHandler())
        return
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    log.addHandler(handler)


def close_log() -> None:
    """Let go of the file."""
    for handler in list(log.handlers):
        log.removeHandler(handler)
        handler.close()


def told_safely(error: BaseException) -> str:
    """Return an error's kind and the places it came through, without its message or any value."""
    places = [
        f"  {Path(frame.filename).name}:{frame.lineno} {frame.name}"
        for frame in traceback.extract_tb(error.__traceback__)
    ]
    return "\n".join([type(error).__name__, *places])
