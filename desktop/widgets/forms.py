"""Forms made from what a draft declares: label, kind, choices, bounds; one check for all of it."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QWidget

from db.kernel.fields import Field, Problem, fields_of
from db.kernel.text import telephone
from desktop.widgets.entries import EnterWalks, EntryField, count_field, text_field, words_field
from desktop.widgets.parts import choose, label, set_tone
from desktop.words import typed_day


class DraftForm(QWidget):
    """The entries of one draft class under their labels. Enter walks on; at the last it saves.

    `names` gives for each choice's code the word shown; `checks` yields the draft's problems.
    """

    saved = Signal()
    edited = Signal()

    def __init__(
        self,
        draft: Any,
        checks: Callable[[Any], Iterable[Problem]],
        names: Mapping[str, Mapping[str, str]],
        today: Callable[[], date],
    ) -> None:
        super().__init__()
        self._draft, self._checks = draft, checks
        self._today = today
        self._fields: dict[str, EntryField | QComboBox] = {}
        self._problem = label(" ", 12, "late", wrap=True)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(6)
        for at, (name, declared) in enumerate(fields_of(draft).items()):
            widget = self._made(name, declared, names.get(name, {}))
            self._fields[name] = widget
            grid.addWidget(label(declared.label, 12, "second"), at, 0)
            grid.addWidget(widget, at, 1)
        grid.addWidget(self._problem, len(self._fields), 0, 1, 2)
        grid.setColumnStretch(1, 1)
        typed = [f for f in self._fields.values() if isinstance(f, EntryField)]
        self._walks = EnterWalks(typed, self.saved.emit)
        self.setFocusProxy(next(iter(self._fields.values())))

    def show_draft(self, draft: Any) -> None:
        """Show a draft's values, or with None empty fields."""
        self._tell("")
        for name, widget in self._fields.items():
            value = getattr(draft, name) if draft is not None else None
            if isinstance(widget, QComboBox):
                choose(widget, value)
            else:
                widget.setText(_shown(value))

    def draft(self) -> Any:
        """Return what is typed as a draft; ValueError if it may not be stored, and it says why."""
        values: dict[str, Any] = {}
        for name, widget in self._fields.items():
            if isinstance(widget, QComboBox):
                values[name] = widget.currentData()
                continue
            try:
                values[name] = widget.value()
            except ValueError as reason:
                self._tell(f"{fields_of(self._draft)[name].label}：{reason}")
                widget.setFocus(Qt.FocusReason.OtherFocusReason)
                raise
        defaults = self._draft()
        for name, value in values.items():
            if value is None and isinstance(getattr(defaults, name), str):
                values[name] = ""
        made = self._draft(**values)
        problem = next(iter(self._checks(made)), None)
        if problem is not None:
            self._tell(problem.reason)
            if problem.field in self._fields:
                self._fields[problem.field].setFocus(Qt.FocusReason.OtherFocusReason)
            raise ValueError(problem.reason)
        self._tell("")
        return made

    def typed(self, name: str) -> str:
        """Return one field's text as it stands, for a warning while it is typed."""
        widget = self._fields[name]
        return widget.currentText() if isinstance(widget, QComboBox) else widget.text().strip()

    def warn(self, text: str) -> None:
        """Say something doubtful that keeps nobody from saving."""
        self._tell(text)
        set_tone(self._problem, "tries")

    def _tell(self, text: str) -> None:
        set_tone(self._problem, "late")
        self._problem.setText(text or " ")

    def _made(self, name: str, declared: Field, names: Mapping[str, str]) -> EntryField | QComboBox:
        if declared.kind == "choice":
            box = QComboBox()
            box.setAccessibleName(declared.label)
            if not declared.required and getattr(self._draft(), name) is None:
                box.addItem("", None)
            for code, word in names.items():
                box.addItem(word, code)
            return box
        field = self._field(declared)
        field.textEdited.connect(lambda _: self.edited.emit())
        return field

    def _field(self, declared: Field) -> EntryField:
        match declared.kind:
            case "count":
                return count_field(declared.label, declared.most)
            case "day":
                return EntryField(declared.label, self._read_day)
            case "phone":
                return EntryField(declared.label, _read_phone)
            case "names" | "words":
                return words_field(declared.label, ())
        return text_field(declared.label, declared.most)

    def _read_day(self, text: str) -> date | None:
        if not text:
            return None
        day = typed_day(text, self._today())
        if day is None:
            raise ValueError("看不懂这个日期，可以写：今、3.5、2026-3-5")
        return day


def _read_phone(text: str) -> str | None:
    if not text:
        return None
    number = telephone(text)
    if number is None:
        raise ValueError("不像电话号码")
    return number


def _shown(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return "、".join(value)
    return str(value)
