"""The line under the backups' buttons that says how a check of the ledger went, and mends what it can."""

from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from db.attachments.proving import broken_words
from db.checking import Found, check
from db.history.words import WORDS
from db.kernel.cipher import index_words
from db.ledger import Ledger
from db.mending import Lost, bring_back, lost, mend_indexes
from desktop.background import Background, Progress, Stopped
from desktop.errors import tell
from desktop.page import Context
from desktop.widgets.parts import button, label, row, set_tone

GOOD: Final = "台账完好：文件、日志、数据和附件都对得上。"


class Checked(NamedTuple):
    """How a check went: what was found, and what is known of lost attachments."""

    found: Found
    gone: list[Lost]

    @property
    def kept(self) -> int:
        """How many of the lost attachments a backup within reach has."""
        return sum(one.kept for one in self.gone)

    @property
    def mendable(self) -> bool:
        """Whether something of it can be mended here."""
        return not self.found.harm and bool(self.found.indexes or self.kept)


class CheckLine(QWidget):
    """Not in sight until a check is begun. `said` tells what was mended."""

    said = Signal(str)

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._last: Checked | None = None
        self._words = label(tone="second", wrap=True)
        self._mend = button("修好", self._begin_mending, kind="main")
        line = row(self, gap=10)
        line.addWidget(self._words, 1)
        line.addWidget(self._mend)
        self.hide()

    def begin(self) -> None:
        """Check the whole ledger; the rest of the window goes on meanwhile."""
        ledger, background = self._context.ledger, self._context.background
        self._wait("正在核对台账……")
        background.errand(self, lambda _: _checked(ledger, background), self._show, self._failed)

    def _begin_mending(self) -> None:
        ledger, background, last = self._context.ledger, self._context.background, self._last
        if last is None or not self._mend.isEnabled():
            return

        def job(_: Progress) -> tuple[Path | None, int, Checked]:
            aside = mend_indexes(ledger) if last.found.indexes else None
            back = bring_back(ledger, last.found.attachments) if last.found.attachments else 0
            return aside, back, _checked(ledger, background)

        def done(mended: tuple[Path | None, int, Checked]) -> None:
            aside, back, checked = mended
            told = [f"已从备份找回{back}个附件"] if back else []
            if aside is not None:
                told.append(f"索引已经重建，原来的台账整套留在 {aside.name}")
                # What was read by the old index may lack rows.
                background.taken_in.emit(frozenset(WORDS))
            if told:
                self.said.emit("；".join(told))
            self._show(checked)

        self._wait("正在修……")
        background.errand(self, job, done, self._failed, lane="writer")

    def _wait(self, words: str) -> None:
        self._words.setText(words)
        set_tone(self._words, "second")
        self._mend.hide()
        self.show()

    def _show(self, checked: Checked) -> None:
        self._last = checked
        self._words.setText(_told(checked))
        set_tone(self._words, "late" if checked.found.sentences else "second")
        self._mend.setVisible(checked.mendable)
        if checked.mendable:
            self._mend.setFocus()

    def _failed(self, error: Exception) -> None:
        self.hide()
        tell(self, error)


def _checked(ledger: Ledger, background: Background) -> Checked:
    found = check(ledger, _unless_closing(background))
    return Checked(found, lost(ledger, found.attachments))


def _unless_closing(background: Background) -> Callable[[], None]:
    def go_on() -> None:
        if background.closing:
            raise Stopped

    return go_on


def _told(checked: Checked) -> str:
    found = checked.found
    if found.harm:
        return (
            f"核对台账时发现：{found.harm[0]}。什么都没有改动。请先不要再登记，先看看最近的备份，再决定恢复，"
            "或者找人查看。"
        )
    if found.indexes:
        return (
            f"{index_words(found.indexes)[0]}，只是查出来的会少。请先不要再登记，按“修好”重建索引，"
            "重建之前会把现在的台账整套留一份。"
        )
    if checked.gone:
        lacking = broken_words([one.name for one in checked.gone])[0]
        if checked.kept:
            return f"{lacking}。备份里还有{checked.kept}个，按“修好”找回。"
        return f"{lacking}。请插上存过备份的优盘再核对一次；备份里也没有的，原件还在就重新加一次。"
    return f"{GOOD}{found.log and f'{found.log}现在已经收好。'}"
