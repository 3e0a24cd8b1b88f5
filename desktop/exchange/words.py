"""What is said of exchange with another site."""

from datetime import datetime

from db.exchange.applying import Counts
from db.exchange.sites import PeerLine


def moment_words(utc: str | None) -> str:
    """Return a moment of the journal in this machine's zone, empty for never."""
    return f"{datetime.fromisoformat(utc).astimezone():%Y-%m-%d %H:%M}" if utc else ""


def arrived_words(line: PeerLine) -> str:
    """Return how much of what was packed for a site is known to be there."""
    if not line.packed:
        return "还没有打过包"
    return f"已到{line.name}：{line.packed}条中的{line.arrived}条"


def counts_words(counts: Counts) -> str:
    """Return what a package brings."""
    return (
        f"新增{counts.new}条，别处改动{counts.harmless}条，"
        f"相同{counts.same}条，要您定{counts.to_decide}条"
    )
