"""strace beside a child: recording its calls to the disk, or making them fail."""

import contextlib
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

CHANGING = (
    "pwrite64", "fsync", "fdatasync", "ftruncate", "unlink", "unlinkat", "rename", "renameat",
    "renameat2",
)  # fmt: skip
COUNTED = ("pread64", *CHANGING)
RECORDED = (
    *CHANGING, "open", "openat", "creat", "close", "write", "writev", "pwritev", "pwritev2", "lseek",
    "truncate", "fallocate", "mkdir", "mkdirat", "rmdir", "link", "linkat", "symlink", "symlinkat",
    "sendfile", "copy_file_range",
)  # fmt: skip


@contextlib.contextmanager
def traced(pid: int, log: Path, *options: str) -> Iterator[subprocess.Popen[bytes]]:
    """Attach strace to a process; it is there when this lends it. No strace, no test: it fails."""
    program = shutil.which("strace")
    assert program, "strace is missing: install it, these tests prove nothing without it"
    tracer = subprocess.Popen(
        [program, "-f", "-o", str(log), *options, "-p", str(pid)],
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    try:
        _wait_for(tracer)
        yield tracer
    finally:
        let_go(tracer)


def let_go(tracer: subprocess.Popen[bytes]) -> None:
    """Detach: from now on nothing fails any more."""
    if tracer.poll() is None:
        tracer.terminate()
    tracer.wait()
    if tracer.stderr:
        tracer.stderr.close()


def _wait_for(tracer: subprocess.Popen[bytes]) -> None:
    # Said once the process is held; what it does before that would go unseen.
    assert tracer.stderr is not None
    said = tracer.stderr.readline()
    assert b"attached" in said, said.decode()
