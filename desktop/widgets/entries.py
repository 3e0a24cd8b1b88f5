"""Fields to type in: plain text, days, times, counts and words, each with its label and its check.

Enter goes to the next field; at the last it saves. A wrong entry is framed and says why.
"""

from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from typing import Any, Final

from PySide6.QtCore import QAbstractListModel, QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCompleter, QLineEdit, QPlainTextEdit, QWidget

from db.kernel.pinyin import search_key
from desktop.widgets.choices import ChoiceBox
from desktop.widgets.parts import mark_wrong, tip
from desktop.words import clock_words, day_words, typed_day, typed_time

GOING_ON: Final = (
    Qt.FocusReason.MouseFocusReason, Qt.FocusReason.PopupFocusReason,
    Qt.FocusReason.ActiveWindowFocusReason,
)  # fmt: skip


class EntryField(QLineEdit):
    """One field. `read` turns its text into a value or raises ValueError with the reason.

    It takes no more than `most` characters: Qt's own bound counts 𠮷 as two.
    """

    finished = Signal()

    def __init__(self, name: str, read: Callable[[str], Any], most: int | None = None) -> None:
        super().__init__()
        self._read, self._most = read, most
        self._doubted = self._wrong = ""
        self.setAccessibleName(name)
        self.textEdited.connect(self._edited)

    @property
    def wrong(self) -> bool:
        """Whether it is framed, as what is typed cannot be."""
        return bool(self._wrong)

    def value(self) -> Any:
        """Return what is typed as a value; ValueError, and a frame, if it cannot be."""
        try:
            value = self._read(self.text().strip())
        except ValueError as reason:
            self._mark(str(reason))
            raise
        self._mark("")
        return value

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Enter and Down go on, Up goes back."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self._spelt_out():
                self.finished.emit()
        elif event.key() == Qt.Key.Key_Down and self.completer() is None:
            self.focusNextChild()
        elif event.key() == Qt.Key.Key_Up and self.completer() is None:
            self.focusPreviousChild()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: Any) -> None:  # noqa: N802
        """Select what is there, so that typing replaces it.

        Not when the words offered below go away, or the window comes back: then typing goes on.
        """
        super().focusInEvent(event)
        if event.reason() not in GOING_ON:
            self.selectAll()

    def _spelt_out(self) -> bool:
        """Put the one word there that letters spell; tell where they spell several.

        Said once: who means the letters themselves presses Enter again.
        """
        completer, text = self.completer(), self.text()
        meant = completer.meant(text) if isinstance(completer, _LastWord) else []
        if len(meant) == 1:
            self.setText(_with_last(text, meant[0]))
            self.textEdited.emit(self.text())
        elif meant and text != self._doubted:
            self._doubted = text
            self._mark(f"有{len(meant)}个：{'、'.join(meant[:5])}。按 ↓ 选一个")
            return False
        return True

    def _edited(self, text: str) -> None:
        # Cells pasted from a workbook stand in one line.
        if "\t" in text or "\n" in text:
            self.setText(" ".join(text.split()))
        self._cut()
        self._mark("")

    def _cut(self) -> None:
        """Take away what was just typed or pasted past the bound, and nothing behind it."""
        text = self.text()
        over = 0 if self._most is None else len(text) - self._most
        if over <= 0:
            return
        # Qt counts in halves of a rare character.
        halves = text.encode("utf-16-le", "surrogatepass")[: 2 * self.cursorPosition()]
        before = len(halves.decode("utf-16-le", "surrogatepass"))
        kept = text[: max(before - over, 0)]
        self.setText((kept + text[before:])[: self._most])
        self.setCursorPosition(len(kept.encode("utf-16-le", "surrogatepass")) // 2)

    def _mark(self, reason: str) -> None:
        if reason == self._wrong:
            return
        self._wrong = reason
        mark_wrong(self, wrong=bool(reason))
        self.setToolTip(tip(reason))


class TextBox(QPlainTextEdit):
    """A field for a few sentences: Enter goes on as in the others, Shift+Enter begins a line."""

    finished = Signal()
    textEdited = Signal(str)  # noqa: N815  called as that of QLineEdit

    def __init__(self, name: str, lines: int) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setTabChangesFocus(True)
        self._lines = lines
        self._fit()
        self.textChanged.connect(self._told)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        """Keep room for as many lines in another size of type."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._fit()

    def value(self) -> str | None:
        """Return what is typed, None if nothing is."""
        return self.text().strip() or None

    def text(self) -> str:
        """Return what is typed."""
        return self.toPlainText()

    def setText(self, text: str) -> None:  # noqa: N802
        """Show a text."""
        self.setPlainText(text)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Enter goes on."""
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if enter and not event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.finished.emit()
        else:
            super().keyPressEvent(event)

    def _fit(self) -> None:
        self.setFixedHeight(self.fontMetrics().lineSpacing() * self._lines + 18)

    def _told(self) -> None:
        if self.hasFocus():
            self.textEdited.emit(self.text())


def moment_field(today: Callable[[], date]) -> EntryField:
    """Return a field for a day and, if known, a time: 今天 19:40, 昨, 3.5 上午 is no time."""

    def read(text: str) -> tuple[date, int | None]:
        parts = text.replace("　", " ").split()
        if not parts:
            return today(), None
        at = (
            typed_time(parts[-1])
            if len(parts) > 1 or ":" in parts[-1] or "：" in parts[-1]
            else None
        )
        days = parts[:-1] if at is not None else parts
        day = typed_day("".join(days), today()) if days else today()
        if day is None:
            raise ValueError("看不懂这个时间。可以写：今天 19:40、昨、+1、15、3.5、2026-3-5")
        if day > today():
            raise ValueError("日期在今天以后")
        return day, at

    return EntryField("时间", read)


def moment_words(day: date, at: int | None, today: date) -> str:
    """Return a day and time as the moment field takes them back."""
    return f"{day_words(day, today)} {clock_words(at)}".strip()


def count_field(name: str, most: int) -> EntryField:
    """Return a field for a whole number from 0 to `most`; nothing typed is unknown."""

    def read(text: str) -> int | None:
        digits = text.rstrip("人份户次 ")
        if not digits:
            return None
        if not digits.isdecimal():
            raise ValueError("请填一个整数")
        if int(digits) > most:
            raise ValueError(f"最多{most}")
        return int(digits)

    return EntryField(name, read)


def words_field(name: str, known: Sequence[str]) -> EntryField:
    """Return a field for a few words, parted by 、 or blanks, completed from those known."""
    field = EntryField(name, parted)
    complete_words(field, known)
    return field


def parted(text: str) -> tuple[str, ...]:
    """Return the words of a text, parted by 、 or blanks, each once."""
    for mark in "，,；; 　":
        text = text.replace(mark, "、")
    return tuple(dict.fromkeys(word for word in text.split("、") if word))


def complete_words(field: EntryField, known: Sequence[str]) -> None:
    """Let the last of a field's words be completed from those known, by characters or pinyin."""
    before = field.completer()
    if not isinstance(before, _LastWord) or not before.knows(known):
        field.setCompleter(_LastWord(known, field))


def text_field(name: str, most: int) -> EntryField:
    """Return a field for plain text of at most so many characters; nothing typed is None."""
    return EntryField(name, lambda text: text or None, most)


class _Known(QAbstractListModel):
    """Words, and under `KEY` what each is found by; a key is made when it is first looked at."""

    KEY = Qt.ItemDataRole.UserRole

    def __init__(self, words: Sequence[str], parent: QObject) -> None:
        super().__init__(parent)
        self.words = list(dict.fromkeys(words))

    def rowCount(self, parent: Any = None) -> int:  # noqa: N802
        """How many there are."""
        return 0 if parent is not None and parent.isValid() else len(self.words)

    def data(self, index: Any, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a word, or what it is found by."""
        if not index.isValid():
            return None
        word = self.words[index.row()]
        if role == self.KEY:
            return search_key((word,))
        shown = (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole)
        return word if role in shown else None


class _LastWord(QCompleter):
    """Completes what stands behind the last 、: 建国, jianguo and jg all find 刘建国."""

    def __init__(self, known: Sequence[str], parent: QWidget) -> None:
        super().__init__(parent)
        self._known = _Known(known, self)
        self.setModel(self._known)
        self.setCompletionRole(_Known.KEY)
        self.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.setFilterMode(Qt.MatchFlag.MatchContains)

    def knows(self, words: Sequence[str]) -> bool:
        """Tell whether it completes just these."""
        return self._known.words == list(dict.fromkeys(words))

    def splitPath(self, path: str) -> list[str]:  # noqa: N802
        """Complete only what stands behind the last 、."""
        return [_last_word(path)]

    def pathFromIndex(self, index: Any) -> str:  # noqa: N802
        """Put the chosen word behind the words before it."""
        widget = self.widget()
        before = widget.text() if isinstance(widget, QLineEdit) else ""
        return _with_last(before, str(index.data(Qt.ItemDataRole.DisplayRole)))

    def meant(self, text: str) -> list[str]:
        """Return the words that a last word of letters spells from their beginning, if it is none itself."""
        typed = _last_word(text).lower()
        if not (typed.isascii() and typed.isalpha()) or typed in map(str.lower, self._known.words):
            return []
        return [
            word
            for word in self._known.words
            if any(key.startswith(typed) for key in search_key((word,)).split())
        ]


def _last_word(text: str) -> str:
    return text.rsplit("、", 1)[-1].strip()


def _with_last(text: str, word: str) -> str:
    head = text.rsplit("、", 1)[0] + "、" if "、" in text else ""
    return head + word


class EnterWalks(QObject):
    """Makes Enter walk through fields in order, past those not in sight, and save at the last.

    `stays` is asked at each of them, by its place, whether there is a reason to stay there.
    """

    def __init__(
        self,
        fields: Sequence[EntryField | TextBox | ChoiceBox],
        save: Callable[[], object],
        stays: Callable[[int], bool] = lambda _: False,
    ) -> None:
        super().__init__(fields[0])
        self._fields, self._save, self._stays = fields, save, stays
        for at, field in enumerate(fields):
            field.finished.connect(partial(self._go, at))

    def _go(self, at: int) -> None:
        if self._stays(at):
            return
        after = next((f for f in self._fields[at + 1 :] if f.isVisible() and f.isEnabled()), None)
        if after is None:
            self._save()
        else:
            after.setFocus(Qt.FocusReason.TabFocusReason)
