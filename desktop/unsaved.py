"""What is being typed is kept in the ledger moments after the key: a power cut costs seconds."""

from collections.abc import Callable, Collection, Mapping
from typing import Any, Final

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLineEdit

from db.kernel.access import Right
from db.kernel.erasure import Erasure
from db.kernel.journal import Done
from db.kernel.unsaved import at_hand
from desktop.page import Context
from desktop.widgets.entries import TextBox
from desktop.widgets.person import PersonField

KEPT_AFTER_MS: Final = 3000
# Beside what is typed stands on which day it was.
TYPED_ON: Final = ""
Entries = dict[str, Any]
Input = QLineEdit | TextBox | QComboBox | QAbstractButton | PersonField
Inputs = Mapping[str, Input]


class Keeper(QObject):
    """Keeps one form's entries while they are typed, and gives them back when it opens again.

    `entries` tells what is typed, None when there is nothing worth keeping; `restore` takes it back.
    At most the last seconds are lost, however long somebody types without a rest. `erased` tells
    that what was kept named somebody who was erased: nothing of it may be kept again.
    """

    erased = Signal()

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
        self._ask(self._found)
        context.background.changed.connect(self._written)
        context.background.taken_in.connect(self._look_for_erasures)

    @property
    def form(self) -> str:
        """The name it keeps under, another for every form."""
        return self._form

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

    def _ask(self, then: Callable[[Entries | None], None]) -> None:
        ledger, form = self._context.ledger, self._form
        self._context.background.errand(self, lambda _: ledger.unsaved().get(form), then)

    def _found(self, entries: Entries | None) -> None:
        # Who began to type meanwhile keeps what was typed.
        if entries and not self._timer.isActive():
            self._kept = entries
            self._restore(entries)

    def _written(self, done: Done[Any]) -> None:
        self._look_for_erasures(done.touched)

    def _look_for_erasures(self, tables: Collection[str]) -> None:
        if self._kept is not None and Erasure.__tablename__ in tables:
            self._ask(self._still_there)

    def _still_there(self, entries: Entries | None) -> None:
        if entries is None and self._kept is not None:
            self._timer.stop()
            self._kept = None
            self.erased.emit()


class FormKeeper(QObject):
    """Keeps what is typed in forms by the record it is typed at, over other records and a crash.

    `begin` says that a form shows a record as it is stored: what was typed at that record and not
    saved is put back as if it was typed again, and `put_back` tells it in a sentence. `done` says
    that it was saved or given up, `leave` that the form was put away and what is typed in it waits.
    `found` tells that an earlier run left something; `left` is what is there, by record. Asked to
    `go_on`, it names by `going_on` one such record after the other.
    """

    found = Signal()
    going_on = Signal(str)
    put_back = Signal(str)

    def __init__(self, context: Context, noun: str, parent: QObject) -> None:
        super().__init__(parent)
        self._context = context
        self._may = context.may(Right.WRITE)
        self._new = True
        self._at: str | None = None
        self._inputs: Inputs = {}
        self._heard: set[Input] = set()
        self._shown: dict[str, str] = {}
        self._late: dict[str, str] = {}
        self._awaited: set[QComboBox] = set()
        self._left: dict[str, dict[str, str]] = {}
        # What an earlier run left and nobody has looked at again.
        self._earlier: list[str] = []
        # A copy: what was kept is compared with what is typed by then.
        self._keeper = Keeper(context, noun, lambda: dict(self._left) or None, self._found, self)
        self._keeper.erased.connect(self._left.clear)

    @property
    def left(self) -> Mapping[str, Mapping[str, str]]:
        """What is typed and not saved, by record."""
        return self._left

    @property
    def is_typed(self) -> bool:
        """Whether something is typed in the form in sight and not saved."""
        return self._at in self._left

    def go_on(self) -> None:
        """Name by `going_on` the next record at which an earlier run left something, each once.

        It is for when a form is free: at the start, and once what was in it is saved or given up.
        """
        left = {"": {at: self._left[at] for at in self._earlier if at in self._left}}

        def found(there: Mapping[str, Mapping[str, object]]) -> None:
            at = next(iter(there.get("", ())), None)
            if at is not None and not self.is_typed:
                self._earlier.remove(at)
                self.going_on.emit(at)

        if left[""]:
            self._context.background.ask(self, lambda c: at_hand(c, left), found)

    def begin(self, at: str, inputs: Inputs, *, new: bool) -> None:
        """Follow a form that shows the record `at` as it is stored, or as a new one begins.

        Of a stored record only what is other than stored is kept; the rest may change meanwhile.
        """
        for field in inputs.values():
            if field not in self._heard:
                self._heard.add(field)
                _edits(field).connect(self.typed)
        self._at, self._inputs, self._new, self._late = at, inputs, new, {}
        if at in self._earlier:
            self._earlier.remove(at)
        self._shown = self._texts()
        if not new and self._is_stored(at):
            self.forget(at)
        if at in self._left:
            self._put_back()

    def typed(self) -> None:
        """Keep what stands in the form, unless it is what is stored."""
        if self._at is None or not self._may:
            return
        self._late = {
            name: text
            for name, text in self._late.items()
            if self._inputs[name] is not self.sender()
        }
        texts = self._texts()
        other = {name: text for name, text in texts.items() if text != self._shown.get(name)}
        if other:
            day = self._context.today.isoformat()
            self._left[self._at] = {**(texts if self._new else other), TYPED_ON: day}
        elif self._left.pop(self._at, None) is None:
            return
        self._keeper.typed()

    def done(self) -> None:
        """Forget what was typed at the record, as it is saved or given up."""
        if self._at is not None:
            self.forget(self._at)
            self._shown = self._texts()

    def saved(self, at: str) -> bool:
        """Forget what was typed at a record, as it is saved; tell whether it is still in sight."""
        here = at == self._at
        self.done() if here else self.forget(at)
        return here

    def forget(self, at: str) -> None:
        """Forget what was typed at a record, such as one that is gone."""
        self._late = {}
        if self._left.pop(at, None) is not None:
            self._keeper.typed()

    def leave(self) -> None:
        """Follow the form no longer."""
        self._at = None

    def _is_stored(self, at: str) -> bool:
        """Tell whether what was typed at a record is what stands there by now."""
        typed = {name: text for name, text in self._left.get(at, {}).items() if name != TYPED_ON}
        return bool(typed) and typed.items() <= self._shown.items()

    def _texts(self) -> dict[str, str]:
        return {name: _text(field) for name, field in self._inputs.items()} | self._late

    def _found(self, kept: Entries) -> None:
        # What versions before this one kept of some forms was of no record.
        there = {at: texts for at, texts in kept.items() if isinstance(texts, dict)}
        mine = self._at is not None and self._at not in self._left and self._at in there
        self._left |= there | self._left
        self._earlier = [at for at in there if at != self._at]
        if mine:
            self._put_back()
        self.found.emit()

    def _put_back(self) -> None:
        """Type again what was typed; what follows from it, such as a warning, follows again."""
        if self._at is None or self._at not in self._left:
            return
        texts = self._left[self._at]
        self._late = {}
        for name, field in self._inputs.items():
            text = texts.get(name)
            if text is None or text == _text(field):
                continue
            if isinstance(field, QComboBox) and field.findText(text) < 0:
                # It is offered when the ledger has answered: then the whole is put back again.
                self._late[name] = text
                if field not in self._awaited:
                    self._awaited.add(field)
                    field.model().rowsInserted.connect(self._offered)
                continue
            _type(field, text)
        self._left[self._at] = texts
        self.put_back.emit(self._words(texts.get(TYPED_ON, "")))

    def _words(self, day: str) -> str:
        if day in ("", self._context.today.isoformat()):
            return "这些填了还没有保存；不要了按 Esc。"
        return f"这些是{day}填的，还没有保存；写“今天”“昨”的日期请核对。不要了按 Esc。"

    def _offered(self) -> None:
        if any(
            isinstance(box := self._inputs.get(name), QComboBox) and box.findText(text) >= 0
            for name, text in self._late.items()
        ):
            # Who fills a box chooses in it right after.
            QTimer.singleShot(0, self, self._put_back)


def _text(field: Input) -> str:
    if isinstance(field, QComboBox):
        return field.currentText()
    if isinstance(field, PersonField):
        return field.kept()
    if isinstance(field, QAbstractButton):
        return "是" if field.isChecked() else ""
    return field.text()


def _edits(field: Input) -> Any:
    """Return the signal of what a person does to a field."""
    if isinstance(field, QComboBox):
        return field.activated
    if isinstance(field, PersonField):
        return field.edited
    return field.clicked if isinstance(field, QAbstractButton) else field.textEdited


def _type(field: Input, text: str) -> None:
    if isinstance(field, QComboBox):
        field.setCurrentIndex(field.findText(text))
        field.activated.emit(field.currentIndex())
    elif isinstance(field, PersonField):
        field.put_back(text)
    elif isinstance(field, QAbstractButton):
        field.setChecked(bool(text))
        field.clicked.emit()
    else:
        field.setText(text)
        field.textEdited.emit(text)
