"""P, second half: the disks a power cut may leave behind after any call of a recording.

The model: what was synced is there. Of what was not, every 512-byte sector of every write, every cut
and every name made, moved or removed may be there or not, each for itself; a name is safe only once
its folder was synced. That is harsher than file systems with a journal are.
"""

import copy
import random
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from tests.faults.harness.recording import Op, Recording

SECTOR = 512


@dataclass(frozen=True)
class State:
    """One disk after a cut: its files (None for a folder), and what had been told until then.

    `all_told` is what the task went on to tell where the power stayed.
    """

    files: dict[PurePosixPath, bytes | None]
    told: list[Any]
    all_told: list[Any]

    def lay(self, folder: Path) -> Path:
        """Write it into a folder, in place of what is there; return the folder."""
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for path, content in sorted(self.files.items()):
            if content is None:
                (folder / path).mkdir()
            else:
                (folder / path).write_bytes(content)
        return folder


@dataclass(eq=False)
class _File:
    safe: bytes = b""
    unsafe: list[tuple[int, bytes | None]] = field(default_factory=list)

    def content(self, chance: random.Random, share: float) -> bytes:
        if not self.unsafe or share == 0:
            return self.safe
        data = bytearray(self.safe)
        for at, written in self.unsafe:
            if written is None:
                if chance.random() < share:
                    data[at:] = bytes(max(0, at - len(data)))
            elif share == 1:
                _put(data, at, written)
            else:
                for start in range(0, len(written), SECTOR):
                    if chance.random() < share:
                        _put(data, at + start, written[start : start + SECTOR])
        return bytes(data)

    def sync(self) -> None:
        self.safe, self.unsafe = self.content(random.Random(0), 1), []


def _put(data: bytearray, at: int, written: bytes) -> None:
    if len(data) < at:
        data.extend(bytes(at - len(data)))
    data[at : at + len(written)] = written


@dataclass(eq=False)
class _Folder:
    now: dict[str, "_Node"] = field(default_factory=dict)
    safe: dict[str, "_Node"] = field(default_factory=dict)


_Node = _File | _Folder
# One call that changes names, all of it or none: which folder, which name, what it then is.
_Names = list[tuple[_Folder, str, _Node | None]]


class _Disk:
    def __init__(self, before: dict[PurePosixPath, bytes | None]) -> None:
        self.root = _Folder()
        self.unsafe: list[_Names] = []
        for path, content in sorted(before.items()):
            node: _Node = _Folder() if content is None else _File(content)
            folder = self._folder(path.parent)
            folder.now[path.name] = folder.safe[path.name] = node

    def _node(self, path: PurePosixPath) -> _Node:
        node: _Node = self.root
        for part in path.parts:
            assert isinstance(node, _Folder)
            node = node.now[part]
        return node

    def _folder(self, path: PurePosixPath) -> _Folder:
        node = self._node(path)
        assert isinstance(node, _Folder)
        return node

    def _name(self, *changes: tuple[_Folder, str, _Node | None]) -> None:
        for folder, name, node in changes:
            if node is None:
                del folder.now[name]
            else:
                folder.now[name] = node
        self.unsafe.append(list(changes))

    def carry_out(self, op: Op) -> None:
        """Do what the call did, safely or not."""
        if op.kind in {"made", "mkdir"}:
            folder = self._folder(op.path.parent)
            if op.path.name not in folder.now:
                self._name((folder, op.path.name, _File() if op.kind == "made" else _Folder()))
        elif op.kind in {"unlink", "rmdir"}:
            self._name((self._folder(op.path.parent), op.path.name, None))
        elif op.kind == "rename":
            source, target = self._folder(op.path.parent), self._folder(op.other.parent)
            moved = source.now[op.path.name]
            self._name((target, op.other.name, moved), (source, op.path.name, None))
        elif op.kind in {"write", "cut"}:
            file = self._node(op.path)
            assert isinstance(file, _File)
            file.unsafe.append((op.at, op.data if op.kind == "write" else None))
        elif op.kind == "sync":
            node = self._node(op.path)
            if isinstance(node, _File):
                node.sync()
            else:
                self._sync_names(node)

    def _sync_names(self, folder: _Folder) -> None:
        synced = [names for names in self.unsafe if any(f is folder for f, _, _ in names)]
        for names in synced:
            self.unsafe.remove(names)
            for at, name, node in names:
                _set(at.safe, name, node)

    def after_a_cut(self, chance: random.Random, share: float) -> dict[PurePosixPath, bytes | None]:
        """Return what is there when each unsafe thing is there with this share's chance."""
        kept = [names for names in self.unsafe if chance.random() < share]
        entries: dict[int, dict[str, _Node]] = {}
        for names in kept:
            for folder, name, node in names:
                _set(entries.setdefault(id(folder), dict(folder.safe)), name, node)
        files: dict[PurePosixPath, bytes | None] = {}

        def fill(folder: _Folder, at: PurePosixPath) -> None:
            for name, node in entries.get(id(folder), folder.safe).items():
                if isinstance(node, _Folder):
                    files[at / name] = None
                    fill(node, at / name)
                else:
                    files[at / name] = node.content(chance, share)

        fill(self.root, PurePosixPath())
        return files


def _set(entries: dict[str, _Node], name: str, node: _Node | None) -> None:
    if node is None:
        entries.pop(name, None)
    else:
        entries[name] = node


def states_after(recording: Recording, *, each: int, seed: int = 1) -> Iterator[State]:
    """Yield the different disks a power cut after any call may leave: none, all, and `each` at random.

    A disk that was yielded before with as much told is not yielded again.
    """
    chance, disk, told = random.Random(seed), _Disk(copy.copy(recording.before)), 0
    seen: set[int] = set()
    for op in recording.ops:
        disk.carry_out(op)
        told += op.kind == "told"
        for share in (0, 1, *(chance.choice((0.1, 0.5, 0.9)) for _ in range(each))):
            files = disk.after_a_cut(chance, share)
            # A file's bytes keep their hash: most are those of the disk before.
            known = hash((told, frozenset(files.items())))
            if known not in seen:
                seen.add(known)
                yield State(files, recording.told[:told], recording.told)
