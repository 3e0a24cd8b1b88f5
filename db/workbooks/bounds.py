"""The bounds a reading child puts on itself before it looks at its file."""

import contextlib
import sys
from pathlib import Path

from db.kernel.dumps import forbid_dumps
from db.workbooks.protocol import MIB, MOST_MEMORY, MOST_SECONDS

if sys.platform == "win32":
    import ctypes
    import msvcrt
    import os
    from ctypes import wintypes
else:
    import resource

_INTERPRETER = 32 * MIB


if sys.platform == "win32":

    class _BasicLimits(ctypes.Structure):
        _fields_ = (
            ("per_process_user_time", ctypes.c_int64),
            ("per_job_user_time", ctypes.c_int64),
            ("flags", wintypes.DWORD),
            ("minimum_working_set", ctypes.c_size_t),
            ("maximum_working_set", ctypes.c_size_t),
            ("active_processes", wintypes.DWORD),
            ("affinity", ctypes.c_size_t),
            ("priority_class", wintypes.DWORD),
            ("scheduling_class", wintypes.DWORD),
        )

    class _ExtendedLimits(ctypes.Structure):
        _fields_ = (
            ("basic", _BasicLimits),
            ("transfers", ctypes.c_uint64 * 6),
            ("process_memory", ctypes.c_size_t),
            ("job_memory", ctypes.c_size_t),
            ("peak_process_memory", ctypes.c_size_t),
            ("peak_job_memory", ctypes.c_size_t),
        )

    def _bound_by_job() -> None:
        """Put this process into a job of its own: one process, its memory, its time.

        The handle stays open until the process ends and closes the job with it.
        """
        process_time, active_process, process_memory, kill_on_close = 0x2, 0x8, 0x100, 0x2000
        extended_limits = 9
        kernel = ctypes.WinDLL("kernel32", use_last_error=True)
        kernel.CreateJobObjectW.restype = wintypes.HANDLE
        kernel.CreateJobObjectW.argtypes = (ctypes.c_void_p, wintypes.LPCWSTR)
        kernel.GetCurrentProcess.restype = wintypes.HANDLE
        kernel.AssignProcessToJobObject.argtypes = (wintypes.HANDLE, wintypes.HANDLE)
        kernel.SetInformationJobObject.argtypes = (
            wintypes.HANDLE,
            ctypes.c_int,
            ctypes.c_void_p,
            wintypes.DWORD,
        )
        limits = _ExtendedLimits()
        limits.basic.flags = process_time | active_process | process_memory | kill_on_close
        limits.basic.per_process_user_time = MOST_SECONDS * 10_000_000
        limits.basic.active_processes = 1
        limits.process_memory = _INTERPRETER + MOST_MEMORY
        job = kernel.CreateJobObjectW(None, None)
        done = job and kernel.SetInformationJobObject(
            job, extended_limits, ctypes.byref(limits), ctypes.sizeof(limits)
        )
        if not done or not kernel.AssignProcessToJobObject(job, kernel.GetCurrentProcess()):
            raise ctypes.WinError(ctypes.get_last_error())

else:

    def _bound_by_limits() -> None:
        # No size of a core file keeps the kernel from piping one to a collector.
        forbid_dumps()
        _lower(resource.RLIMIT_CPU, MOST_SECONDS)
        _lower(resource.RLIMIT_FSIZE, 0)
        if sys.platform == "linux":
            _lower(resource.RLIMIT_AS, _mapped() + MOST_MEMORY)
        else:
            with contextlib.suppress(ValueError, OSError):
                _lower(resource.RLIMIT_DATA, _INTERPRETER + MOST_MEMORY)

    def _lower(what: int, limit: int) -> None:
        _, hard = resource.getrlimit(what)
        if hard != resource.RLIM_INFINITY:
            limit = min(limit, hard)
        resource.setrlimit(what, (limit, limit))

    def _mapped() -> int:
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        return pages * resource.getpagesize()


def bound_this_process() -> None:
    """Bound memory and processor time of this process for the rest of its life.

    The parent ends a child that takes too long; the bound on processor time ends one whose parent
    is gone. Nothing of the file is left behind by a crash: core files are off.
    """
    if sys.platform == "win32":
        for descriptor in (0, 1):
            msvcrt.setmode(descriptor, os.O_BINARY)
        _bound_by_job()
    else:
        _bound_by_limits()
