"""No copy of this program's memory on the disk: it holds the ledger's key and open rows.

Swap and hibernation stay; docs/RELIABILITY.md says what is not promised.
"""

import contextlib
import ctypes
import sys
from typing import Final

_PR_SET_DUMPABLE: Final = 4


def forbid_dumps() -> None:
    """Keep a crash from leaving a core file, and other programs of this user from reading along."""
    if sys.platform == "win32":
        return
    import resource  # noqa: PLC0415  not there on Windows

    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
