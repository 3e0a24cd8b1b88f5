"""A package merged in a child, told in words."""

from pathlib import Path

from db import exchanging
from db.kernel.errors import PolicepostError
from tests.faults.harness.children import Hear, Post, Tell

PACKAGE = "包.tzpack"
WHOLE = "merged"


def merge_told(post: Post, tell: Tell, hear: Hear) -> None:
    """Merge the package beside the ledger; an error is told in its words."""
    try:
        with post.open() as ledger:
            exchanging.merge_file(ledger, post.folder.parent / PACKAGE)
        tell(WHOLE)
    except PolicepostError as error:
        tell(str(error))
    tell("healed?")
    hear()


def merge_and_weigh(post: Post, tell: Tell, hear: Hear) -> None:
    """Tell the most memory used so far in MiB, merge, tell its words, and the most used by then."""
    with post.open() as ledger:
        tell(_most_mib())
        try:
            exchanging.merge_file(ledger, post.folder.parent / PACKAGE)
            tell(WHOLE)
        except PolicepostError as error:
            tell(str(error))
        tell(_most_mib())


def _most_mib() -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) // 1024
