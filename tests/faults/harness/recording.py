"""P, first half: the calls of a task that change a folder, as strace saw them, in order.

What it does not know how to read is an error: a call left out would prove a disk that never was.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from tests.faults.harness.children import Child, Post, Task
from tests.faults.harness.tracing import RECORDED, traced

NOWHERE = PurePosixPath()
_LINE = re.compile(r"(\d+) +(\w+)\((.*)\) += (-?\d+)(<[^>]*>)?.*")
_RESUMED = re.compile(r"(\d+) +<\.\.\. \w+ resumed>(.*)")
_PART = re.compile(r' *(?:"((?:\\x[0-9a-f]{2})*)"|[^,"]*<([^>]*)>[^,]*|([^,]+))')


@dataclass(frozen=True)
class Op:
    """One call: `kind` is the call's own name, or "made", "told" or "cut" for what it came to."""

    kind: str
    path: PurePosixPath = NOWHERE
    other: PurePosixPath = NOWHERE
    at: int = 0
    data: bytes = b""


@dataclass(frozen=True)
class Recording:
    """A task's calls over a folder that held `before`; `told` is what it told, by "told" calls."""

    before: dict[PurePosixPath, bytes | None]
    ops: list[Op]
    told: list[Any]


def record(task: Task, post: Post, log: Path, mutant: str = "") -> Recording:
    """Run a task to its end and return what it did to the ledger's folder."""
    before = content_of(post.folder)
    child = Child(task, post, mutant)
    options = ("-y", "-xx", "-s", "2000000", "-e", f"trace={','.join(RECORDED)}")
    with traced(child.pid, log, *options):
        child.go()
        told = child.rest()
        assert child.end() == 0
    ops = list(_Reader(post.folder).ops(log))
    log.unlink()
    assert sum(op.kind == "told" for op in ops) == len(told)
    return Recording(before, ops, told)


def content_of(folder: Path) -> dict[PurePosixPath, bytes | None]:
    """Return every file's content and every folder (None) below a folder, by relative path."""
    return {
        PurePosixPath(path.relative_to(folder)): path.read_bytes() if path.is_file() else None
        for path in sorted(folder.rglob("*"))
    }


def _text(escaped: str) -> bytes:
    return bytes.fromhex(escaped.replace("\\x", ""))


def _whole_lines(log: Path) -> Iterator[str]:
    """Yield the calls with those that another thread interrupted put together again."""
    begun: dict[str, str] = {}
    with log.open() as lines:
        for line in lines:
            pid = line.split(maxsplit=1)[0]
            if "<unfinished ...>" in line:
                begun[pid] = line.split("<unfinished ...>")[0].rstrip()
            elif (resumed := _RESUMED.match(line)) and pid in begun:
                yield begun.pop(pid) + resumed[2].lstrip()
            else:
                yield line


@dataclass
class _Reader:
    folder: Path
    at: dict[str, int] = field(default_factory=dict)

    def ops(self, log: Path) -> Iterator[Op]:
        for line in _whole_lines(log):
            call = _LINE.match(line)
            if call and int(call[4]) >= 0:
                yield from self._op(call[2], call[3], int(call[4]), call[5] or "")

    def _within(self, escaped: str) -> PurePosixPath | None:
        path = Path(_text(escaped).decode()) if escaped.startswith("\\x") else Path(escaped)
        if not path.is_relative_to(self.folder):
            return None
        within = PurePosixPath(path.relative_to(self.folder))
        # The index of the log is never written by calls, and is made anew after a crash.
        return None if within.name.endswith("-shm") else within

    def _op(self, call: str, arguments: str, result: int, opened: str) -> Iterator[Op]:
        parts = [_part(match) for match in _PART.finditer(arguments)]
        if call in {"open", "openat", "creat"}:
            yield from self._opened(arguments, result, opened[1:-1])
        elif call in {"mkdir", "rmdir", "unlink", "unlinkat", "rename"}:
            paths = [self._within(part) for part in _quoted(arguments)]
            if call == "unlinkat" and (base := self._within(parts[0])) is not None:
                paths = [base / _text(parts[1]).decode()]
            kind = "rmdir" if "AT_REMOVEDIR" in arguments else call.removesuffix("at")
            if paths and paths[-1] is not None:
                yield Op(kind, paths[0] or NOWHERE, paths[-1])
        elif call in {"write", "pwrite64", "ftruncate", "fsync", "fdatasync", "lseek", "close"}:
            yield from self._descriptor(call, parts, arguments, result)
        elif any(self._within(part) for part in parts if part.startswith("\\x2f")):
            raise NotADirectoryError(f"the simulator knows no {call}")

    def _opened(self, arguments: str, result: int, name: str) -> Iterator[Op]:
        path = self._within(name)
        self.at[f"{result}"] = 0
        if path is None:
            return
        if "O_APPEND" in arguments:
            raise NotADirectoryError("the simulator knows no appending")
        if "O_CREAT" in arguments:
            yield Op("made", path)
        if "O_TRUNC" in arguments:
            yield Op("cut", path)

    def _descriptor(self, call: str, parts: list[str], arguments: str, result: int) -> Iterator[Op]:
        number = arguments.split("<", maxsplit=1)[0]
        path = self._within(parts[0])
        if call == "lseek":
            self.at[number] = result
        elif path is None:
            if call == "write" and _text(parts[0]).startswith((b"socket:", b"UNIX")):
                yield Op("told")
        elif call == "write":
            data = _text(parts[1])[:result]
            yield Op("write", path, at=self.at.get(number, 0), data=data)
            self.at[number] = self.at.get(number, 0) + result
        elif call == "pwrite64":
            yield Op("write", path, at=int(parts[-1]), data=_text(parts[1])[:result])
        elif call == "ftruncate":
            yield Op("cut", path, at=int(parts[-1]))
        elif call != "close":
            yield Op("sync", path)


def _quoted(arguments: str) -> list[str]:
    return [match[1] for match in _PART.finditer(arguments) if match[1] is not None]


def _part(match: re.Match[str]) -> str:
    for group in match.groups():
        if group is not None:
            return str(group).strip()
    return ""
