"""What is being typed is kept in the ledger moments after the key: a power cut costs seconds."""

from collections.abc import Callable
from typing import Any, Final

from PySide6.QtCore import QObject, QTimer

from desktop.page import Context

KEPT_AFTER_MS: Final = 3000
Entries = dict[str, Any]


class Keeper(QObject):
    """Keeps one form's entries while they are typed, and gives them back when it opens again.

    `entries` tells what is typed, None when there is nothing worth keeping; `restore` takes it back.
    At most the last seconds are lost, however long somebody types without a rest.
    """

    def __init__(
        self,
        context: Context,
        form: str,
        entries: Callable[[], Entries | None],
        restore: Callable[[Entries], None],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._context, self._form = context, form
        self._entries, self._restore = entries, restore
        self._kept: Entries | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._keep)
        ledger = context.ledger
        context.background.errand(self, lambda _: ledger.unsaved().get(form), self._found)

    def typed(self) -> None:
        """Something was typed: keep it in a moment."""
        # Not begun anew by every key: who types a page without a rest would lose all of it.
        if not self._timer.isActive():
            self._timer.start(KEPT_AFTER_MS)

    def done(self) -> None:
        """What was typed is saved: forget it."""
        self._timer.stop()
        self._write(None)

    def keep_at_once(self) -> None:
        """Keep what was typed last before the window goes, when nothing else writes any more."""
        if self._timer.isActive():
            self._timer.stop()
            self._context.ledger.keep_unsaved(self._form, self._entries())

    def _keep(self) -> None:
        self._write(self._entries())

    def _write(self, entries: Entries | None) -> None:
        if entries != self._kept:
            self._kept = entries
            ledger, form = self._context.ledger, self._form
            self._context.background.errand(
                self, lambda _: ledger.keep_unsaved(form, entries), self._was_kept, lane="writer"
            )

    def _was_kept(self, kept: bool) -> None:  # noqa: FBT001  the answer of `keep_unsaved`
        if not kept:
            # On a full disk: the next key tries again, even if it leads to the same entries.
            self._kept = None

    def _found(self, entries: Entries | None) -> None:
        # Who began to type meanwhile keeps what was typed.
        if entries and not self._timer.isActive():
            self._kept = entries
            self._restore(entries)
