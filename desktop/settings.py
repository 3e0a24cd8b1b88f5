"""Looks only: what one person on one machine prefers. Nothing here belongs to the ledger."""

import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Final

from db.kernel.errors import EnvironmentFault
from db.kernel.files import write_atomically

THEMES: Final = {"system": "跟随系统", "light": "浅色", "dark": "深色"}
TEXT_SIZES: Final = {"100": "标准", "115": "大", "130": "较大", "150": "特大"}


@dataclass(frozen=True)
class Looks:
    """Theme and text size by their codes, where the window stood, where packages were last put."""

    theme: str = "system"
    text_size: str = "100"
    geometry: str = ""
    stick: str = ""

    @property
    def factor(self) -> float:
        """What every measure of the window is multiplied by."""
        return int(self.text_size) / 100


class Settings:
    """Keeps the looks in a small file; a damaged one is the same as none."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.looks = _read(file)

    def keep(self, looks: Looks) -> None:
        """Set the looks; where the disk refuses them they last until the program ends."""
        self.looks = looks
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(self._file, json.dumps(asdict(looks)).encode())
        except (OSError, EnvironmentFault):
            return


def _read(file: Path) -> Looks:
    try:
        said = json.loads(file.read_text("utf-8"))
        names = {field.name for field in fields(Looks)}
        looks = Looks(**{name: str(value) for name, value in said.items() if name in names})
    except (OSError, ValueError, AttributeError, RecursionError):
        return Looks()
    known = looks.theme in THEMES and looks.text_size in TEXT_SIZES
    return looks if known else Looks()
