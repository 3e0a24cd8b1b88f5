"""The faces this machine has for the roles of an official paper.

Font folders may hold thousands of files, so what was found is kept in a small text file in the
user's cache: a line per font file with its size, time and the wanted names in it. A file that does
not read as such is ignored and made anew; nothing in it is trusted beyond "look here first".
"""

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from desktop.paper.face import face_names

CACHE_NAME = "font-faces-1.txt"
_SUFFIXES = (".ttf", ".ttc")
_NO_FACE = "-"


def font_folders() -> list[Path]:
    """Return the folders where this kind of machine keeps fonts, the user's own ones last."""
    home = Path.home()
    if sys.platform == "win32":
        own = os.environ.get("LOCALAPPDATA")
        folders = [Path(os.environ.get("WINDIR", r"C:\Windows")) / "Fonts"]
        return folders + ([Path(own) / "Microsoft" / "Windows" / "Fonts"] if own else [])
    data = os.environ.get("XDG_DATA_HOME")
    return [
        Path("/usr/share/fonts"),
        Path("/usr/local/share/fonts"),
        Path(data) / "fonts" if data else home / ".local" / "share" / "fonts",
        home / ".fonts",
    ]


def wanted_form(name: str) -> str:
    """Return a face's name in the form names are compared in: without case, blanks and joints."""
    return "".join(c for c in name.casefold() if c not in " -_\u3000")


def named_faces(
    wanted: Sequence[str], folders: Sequence[Path], cache_dir: Path | None
) -> dict[str, tuple[Path, int]]:
    """Return where each wanted name (in `wanted_form`) stands: font file and face number in it.

    Files that cannot be read as TrueType, or may not be embedded, are passed over. The cache is
    rewritten when a font file came, went or changed.
    """
    cache = cache_dir / CACHE_NAME if cache_dir is not None else None
    known = _read_cache(cache, wanted)
    seen: dict[str, str] = {}
    for path, size, changed in _font_files(folders):
        key = f"{size}\t{changed}\t{path}"
        seen[key] = known[key] if key in known else _faces_in(Path(path), wanted)
    if cache is not None and seen != known:
        _write_cache(cache, wanted, seen)
    found: dict[str, tuple[Path, int]] = {}
    for key, faces in seen.items():
        if faces == _NO_FACE:
            continue
        for face in faces.split(";"):
            number, _, name = face.partition(":")
            if number.isdecimal() and name in wanted:
                found.setdefault(name, (Path(key.split("\t", 2)[2]), int(number)))
    return found


def _faces_in(path: Path, wanted: Sequence[str]) -> str:
    faces = []
    for number, names in enumerate(face_names(path)):
        forms = {wanted_form(name) for name in names}
        faces += [f"{number}:{name}" for name in wanted if name in forms]
    return ";".join(faces) or _NO_FACE


def _font_files(folders: Sequence[Path]) -> Iterator[tuple[str, int, int]]:
    waiting = [str(folder) for folder in reversed(folders)]
    while waiting:
        folder = waiting.pop()
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError:
            continue
        for entry in entries:
            try:
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)
                elif entry.name.lower().endswith(_SUFFIXES) and entry.path.isprintable():
                    stat = entry.stat()
                    yield entry.path, stat.st_size, stat.st_mtime_ns
            except OSError:
                continue


def _read_cache(cache: Path | None, wanted: Sequence[str]) -> dict[str, str]:
    if cache is None:
        return {}
    try:
        lines = cache.read_text("utf-8").split("\n")
    except (OSError, UnicodeDecodeError):
        return {}
    if lines[0] != _cache_head(wanted) or lines[-1] != "end":
        return {}
    known: dict[str, str] = {}
    for line in lines[1:-1]:
        faces, _, key = line.partition("\t")
        known[key] = faces
    return known


def _write_cache(cache: Path, wanted: Sequence[str], seen: dict[str, str]) -> None:
    lines = [_cache_head(wanted), *(f"{faces}\t{key}" for key, faces in seen.items()), "end"]
    part = cache.with_name(f"{cache.name}.{os.getpid()}")
    try:
        cache.parent.mkdir(parents=True, exist_ok=True)
        part.write_text("\n".join(lines), "utf-8", newline="\n")
        part.replace(cache)
    except OSError:
        # The cache only saves time: a folder that cannot be written to must not stop a paper.
        with suppress(OSError):
            part.unlink(missing_ok=True)


def _cache_head(wanted: Sequence[str]) -> str:
    return "faces of " + ",".join(wanted)
