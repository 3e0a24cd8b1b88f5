"""Forms made from what a draft declares: label, kind, choices, bounds; one check for all of it."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any, Final

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QGridLayout, QLabel, QToolTip, QWidget

from db.kernel.fields import Field, Problem, fields_of, most_words
from db.kernel.money import plain_yuan
from db.kernel.text import hours_text, minutes_of, telephones
from desktop.widgets.choices import ChoiceBox
from desktop.widgets.entries import (
    EnterWalks,
    EntryField,
    TextBox,
    complete_words,
    count_field,
    text_field,
    words_field,
)
from desktop.widgets.parts import choose, fill, label, set_tone, tip
from desktop.words import clock_words, typed_day, typed_time

# From here on a text is a few sentences and gets several lines.
MANY_CHARACTERS: Final = 500
# A record or an agreement is written at length and has the whole width.
PROSE_LINES: Final = 8


class DraftForm(QWidget):
    """The entries of one draft class under their labels. Enter walks on, once past what it cannot
    read; at the last it saves. Ctrl+Enter is `at_once`, which saves unless somebody does otherwise.

    `names` gives for each choice's code the word shown; `checks` yields the draft's problems; with
    `only` those entries are asked for, in that order. Short ones of `beside` share the line of the
    one before.
    """

    saved = Signal()
    at_once = Signal()
    edited = Signal()

    def __init__(
        self,
        draft: Any,
        checks: Callable[[Any], Iterable[Problem]],
        names: Mapping[str, Mapping[str, str]],
        today: Callable[[], date],
        only: Sequence[str] | None = None,
        beside: Collection[str] = (),
    ) -> None:
        super().__init__()
        self._draft, self._checks = draft, checks
        self._today = today
        self._declared = fields_of(draft)
        self._labels: dict[str, QLabel] = {}
        self._fields: dict[str, EntryField | TextBox | ChoiceBox] = {}
        self._problem = label(" ", 12, "late", wrap=True)
        # Where the reason that is told lies, and the text that was doubted there.
        self._blamed = ("", "")
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(5)
        across, asked = 4 if beside else 2, list(only or self._declared)
        for name, after in zip(asked, [*asked[1:], ""], strict=True):
            declared, at = self._declared[name], grid.rowCount()
            widget = self._made(name, declared, names.get(name))
            self._fields[name] = widget
            self._labels[name] = label(declared.label, 12, "second")
            if name in beside:
                grid.addWidget(self._labels[name], at - 1, 2)
                grid.addWidget(widget, at - 1, 3)
                continue
            grid.addWidget(self._labels[name], at, 0)
            if declared.kind == "prose" and declared.most > MANY_CHARACTERS:
                grid.addWidget(widget, at + 1, 0, 1, across)
            else:
                grid.addWidget(widget, at, 1, 1, 1 if after in beside else across - 1)
        grid.addWidget(self._problem, grid.rowCount(), 0, 1, across)
        grid.setColumnStretch(1, 3)
        grid.setColumnStretch(3, 4 if beside else 0)
        self._walks = EnterWalks(list(self._fields.values()), self.saved.emit, self._doubts)
        self.setFocusProxy(next(iter(self._fields.values())))
        at_once = QShortcut(QKeySequence("Ctrl+Return"), self)
        at_once.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        at_once.activated.connect(self.at_once)
        self.at_once.connect(self.saved)
        self.edited.connect(self._mended)

    @property
    def inputs(self) -> Mapping[str, EntryField | TextBox | ChoiceBox]:
        """The fields by the names of their entries."""
        return self._fields

    def field(self, name: str) -> EntryField | TextBox | ChoiceBox:
        """Return the field of an entry."""
        return self._fields[name]

    def knows(self, name: str, words: Sequence[str]) -> None:
        """Complete a field's words from those known."""
        field = self._fields[name]
        if isinstance(field, EntryField):
            complete_words(field, words)

    def offers(self, name: str, words: Mapping[str, str]) -> None:
        """Let a choice have these codes and words."""
        field = self._fields[name]
        if isinstance(field, ChoiceBox):
            fill(field, [(word, code) for code, word in words.items()], first=1)

    def ask_only(self, names: Collection[str]) -> None:
        """Put out of sight what is not asked for now."""
        for name, field in self._fields.items():
            field.setVisible(name in names)
            self._labels[name].setVisible(name in names)

    def show_draft(self, draft: Any) -> None:
        """Show a draft's values, or with None empty fields."""
        self._tell("")
        for name, widget in self._fields.items():
            value = getattr(draft, name) if draft is not None else None
            if isinstance(widget, ChoiceBox):
                choose(widget, value)
            else:
                widget.setText(_shown(value, self._declared[name].kind))

    def show_day(self, name: str, day: date) -> None:
        """Show another day in one entry, as when it is another by now."""
        field = self._fields[name]
        if isinstance(field, EntryField):
            field.setText(_shown(day, "day"))

    def draft(self) -> Any:
        """Return what is typed as a draft; ValueError if it may not be stored, and it says why."""
        values: dict[str, Any] = {}
        for name, widget in self._fields.items():
            if isinstance(widget, ChoiceBox):
                values[name] = widget.currentData()
                continue
            try:
                values[name] = widget.value()
            except ValueError as reason:
                self._blame(name, f"{self._declared[name].label}：{reason}")
                widget.setFocus(Qt.FocusReason.OtherFocusReason)
                raise
        defaults = self._draft()
        for name, value in values.items():
            if value is None and isinstance(getattr(defaults, name), str):
                values[name] = ""
        made = self._draft(**values)
        problem = next(iter(self._checks(made)), None)
        if problem is not None:
            self._blame(problem.field, problem.reason)
            if problem.field in self._fields:
                self._fields[problem.field].setFocus(Qt.FocusReason.OtherFocusReason)
            raise ValueError(problem.reason)
        self._tell("")
        return made

    def typed(self, name: str) -> str:
        """Return one field's text as it stands, for a warning while it is typed."""
        widget = self._fields[name]
        return widget.currentText() if isinstance(widget, ChoiceBox) else widget.text().strip()

    def warn(self, text: str) -> None:
        """Say something doubtful that keeps nobody from saving, unless something does keep one."""
        if not self._blamed[0]:
            self._tell(text)
            set_tone(self._problem, "tries")

    def _doubts(self, at: int) -> bool:
        """Tell what cannot be read as soon as Enter leaves it; who insists presses Enter again."""
        name, widget = list(self._fields.items())[at]
        if isinstance(widget, ChoiceBox):
            return False
        try:
            widget.value()
        except ValueError as reason:
            if self._blamed == (name, self.typed(name)):
                return False
            self._blame(name, f"{self._declared[name].label}：{reason}")
            return True
        return False

    def _blame(self, name: str, reason: str) -> None:
        self._tell(reason)
        self._blamed = (name, self.typed(name) if name in self._fields else "")
        field = self._fields.get(name)
        # In large type the form's foot may be out of sight: then it is told at the field.
        if field is not None and field.isVisible() and self._problem.visibleRegion().isEmpty():
            QToolTip.showText(field.mapToGlobal(QPoint(0, field.height())), tip(reason), field)

    def _mended(self) -> None:
        """A reason is told no longer than what it lies in stands there."""
        name, text = self._blamed
        if name in self._fields and self.typed(name) != text:
            self._tell("")
            QToolTip.hideText()

    def _tell(self, text: str) -> None:
        self._blamed = ("", "")
        set_tone(self._problem, "late")
        self._problem.setText(text or " ")

    def _made(
        self, name: str, declared: Field, names: Mapping[str, str] | None
    ) -> EntryField | TextBox | ChoiceBox:
        if names is not None or declared.kind == "choice":
            box = ChoiceBox(declared.label)
            if getattr(self._draft(), name) in (None, ""):
                box.addItem("", None)
            for code, word in (names or {}).items():
                box.addItem(word, code)
            box.activated.connect(lambda _: self.edited.emit())
            return box
        field = self._field(declared)
        field.textEdited.connect(lambda _: self.edited.emit())
        return field

    def _field(self, declared: Field) -> EntryField | TextBox:
        reads: dict[str, Callable[[str], Any]] = {
            "day": partial(self._read_day, ahead=declared.ahead, near=declared.near),
            "time": read_time,
            "hours": _read_hours,
            "phone": _read_phone,
            "money": partial(_read_money, declared=declared),
        }
        if declared.kind in reads:
            return EntryField(declared.label, reads[declared.kind])
        if declared.kind == "count":
            return count_field(declared.label, declared.most)
        if declared.kind in ("names", "words"):
            return words_field(declared.label, ())
        if declared.kind == "prose":
            return TextBox(declared.label, PROSE_LINES if declared.most > MANY_CHARACTERS else 3)
        if declared.most >= MANY_CHARACTERS:
            return TextBox(declared.label, 3 if declared.most > MANY_CHARACTERS else 2)
        return text_field(declared.label, declared.most)

    def _read_day(self, text: str, *, ahead: bool, near: bool) -> date | None:
        if not text:
            return None
        day = typed_day(text, self._today(), ahead=ahead, near=near)
        if day is None:
            raise ValueError("看不懂这个日期，或者没有这一天；可以写：今、3.5、2026-3-5")
        return day


def _read_money(text: str, declared: Field) -> int | None:
    """Return 分 from yuan as people type them: 2600, 2,600.5, 2600元."""
    digits = text.replace(",", "").replace("，", "").rstrip("元 ")
    if not digits:
        return None
    if not re.fullmatch(r"\d+(\.\d{1,2})?", digits, re.ASCII):
        raise ValueError("请填金额，如 2600 或 2600.50")
    amount = int(Decimal(digits) * 100)
    if amount > declared.most:
        raise ValueError(f"最多{most_words(declared)}")
    return amount


def read_time(text: str) -> int | None:
    """Return minutes since midnight, None for nothing typed; ValueError where it is no time."""
    if not text:
        return None
    minutes = typed_time(text)
    if minutes is None:
        raise ValueError("看不懂这个时间，可以写：19:30、1930")
    return minutes


def _read_hours(text: str) -> int | None:
    if not text:
        return None
    minutes = minutes_of(text)
    if minutes is None:
        raise ValueError("请填小时，如 1.5")
    return minutes


def _read_phone(text: str) -> str | None:
    if not text:
        return None
    number = telephones(text)
    if number is None:
        raise ValueError("不像电话号码")
    return number


def _shown(value: Any, kind: str) -> str:
    if value is None:
        return ""
    if kind in ("time", "hours"):
        return clock_words(value) if kind == "time" else hours_text(value)
    if kind == "money":
        return plain_yuan(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return "、".join(value)
    return str(value)
