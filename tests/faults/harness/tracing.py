"""strace beside a child: recording its calls to the disk, or making them fail."""

import contextlib
import shutil
import subprocess
import time
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
        [program, "-f", "-qq", "-o", str(log), *options, "-p", str(pid)],
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    try:
        _wait_for(tracer, pid)
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


def _wait_for(tracer: subprocess.Popen[bytes], pid: int) -> None:
    status = Path(f"/proc/{pid}/status")
    until = time.monotonic() + 20
    while "TracerPid:\t0\n" in status.read_text():
        assert tracer.stderr is not None
        assert tracer.poll() is None, tracer.stderr.read().decode()
        assert time.monotonic() < until, "strace does not attach"
        time.sleep(0.002)
