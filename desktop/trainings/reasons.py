"""Why somebody is on leave: typed, or one of those offered by its number."""

from collections.abc import Sequence

from desktop.widgets.entries import EntryField
from desktop.widgets.parts import tip

LONGEST = 200


class ReasonField(EntryField):
    """A field for a reason; a number alone is the reason offered under it."""

    def __init__(self) -> None:
        super().__init__("请假原因", self._reason, LONGEST)
        self._offered: Sequence[str] = ()
        self.setPlaceholderText("请假原因")

    def offer(self, reasons: Sequence[str]) -> None:
        """Offer these reasons, each under its number."""
        self._offered = reasons
        said = " ".join(f"{at}{reason}" for at, reason in enumerate(reasons, 1))
        self.setPlaceholderText(f"写原因，或 {said}")
        self.setToolTip(tip(said))

    def _reason(self, text: str) -> str | None:
        if text.isdecimal() and 0 < int(text) <= len(self._offered):
            return self._offered[int(text) - 1]
        return text or None
