"""Where a package may be put: the folder of last time, and the sticks that are plugged in."""

import os
import sys
from pathlib import Path

from PySide6.QtCore import QStorageInfo

MOUNTED = ("/media/", "/run/media/", "/mnt/")


def sticks() -> list[Path]:
    """Return the folders of the disks that can be taken out; slow where a disk sleeps."""
    return [
        Path(volume.rootPath())
        for volume in QStorageInfo.mountedVolumes()
        if volume.isValid() and volume.isReady() and not volume.isReadOnly() and _taken_out(volume)
    ]


def start_folder(last: str) -> str:
    """Return where a dialog begins: in the folder of last time, or on a stick where that is gone."""
    if last and Path(last).is_dir():
        return last
    return str(next(iter(sticks()), ""))


def _taken_out(volume: QStorageInfo) -> bool:
    if sys.platform == "win32":
        system = os.environ.get("SYSTEMDRIVE", "C:")
        return not volume.rootPath().upper().startswith(system.upper())
    return volume.rootPath().startswith(MOUNTED)
