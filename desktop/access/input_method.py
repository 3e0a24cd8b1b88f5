"""Which of Qt's input methods composes Chinese on Linux.

PySide6's wheels bring Qt's own plug-in for ibus and none for fcitx; fcitx5 speaks the ibus protocol,
so whoever uses either composes through that one. On other systems Qt needs no choice.
"""

from collections.abc import Collection, MutableMapping
from pathlib import Path
from typing import Final

COMPOSES: Final = "ibus"
_NAMED_BY: Final = ("XMODIFIERS", "GTK_IM_MODULE", "INPUT_METHOD", "SDL_IM_MODULE")


def choose_input_method(environ: MutableMapping[str, str], plugins: Collection[str]) -> None:
    """Set QT_IM_MODULE to a plug-in that is there, before the application is made.

    What a person chose stays if Qt has it; where the desktop names ibus or fcitx it is ibus.
    """
    wanted = [*environ.get("QT_IM_MODULES", "").split(";"), environ.get("QT_IM_MODULE", "")]
    if any(name in plugins for name in wanted if name):
        return
    named = " ".join((*wanted, *(environ.get(name, "") for name in _NAMED_BY))).lower()
    if COMPOSES in plugins and ("ibus" in named or "fcitx" in named):
        environ.pop("QT_IM_MODULES", None)
        environ["QT_IM_MODULE"] = COMPOSES


def input_method_plugins(folder: Path) -> set[str]:
    """Return the names of the plug-ins in Qt's folder of plug-ins, such as ibus and compose."""
    found = (folder / "platforminputcontexts").glob("lib*platforminputcontextplugin.so")
    return {
        file.name.removeprefix("lib").removesuffix("platforminputcontextplugin.so")
        for file in found
    }
