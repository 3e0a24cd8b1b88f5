"""The forms of a dispute, one in sight at a time; what is typed in one is kept until it is saved."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from db.kernel.ids import Id
from desktop.disputes.forms import FACTS, FactForm, RegistrationForm
from desktop.page import Context
from desktop.unsaved import FormKeeper
from desktop.widgets.forms import DraftForm
from desktop.widgets.parts import button, column, label, row
from desktop.widgets.scrolling import footed


class At(NamedTuple):
    """Which form of what: a dispute (None is a new one), the fact, and what the fact's form is of."""

    dispute: Id | None = None
    fact: str = ""
    record: Id | None = None

    @property
    def key(self) -> str:
        """The name that what is typed there is kept under."""
        ids = [part.hex() for part in (self.dispute, self.record) if part is not None]
        return " ".join([*ids, self.fact]) if self.fact else "".join(ids)

    @property
    def is_new(self) -> bool:
        """Whether nothing of it is stored yet."""
        return self.dispute is None or (self.fact != "" and self.dispute == self.record)

    @classmethod
    def of(cls, key: str) -> "At":
        """Return what a name means."""
        dispute, record, fact = (*key.split(), "", "", "")[:3]
        if not dispute:
            return cls()
        return cls(Id(bytes.fromhex(dispute)), fact, Id(bytes.fromhex(record)) if fact else None)


class _Made(dict[str, FactForm]):
    """Forms by their fact, each made when it is first wanted: there are a dozen of them."""

    def __init__(self, make: Callable[[str], FactForm]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, name: str) -> FactForm:
        self[name] = made = self._make(name)
        return made


class Writing(QWidget):
    """The registration and the forms of the facts. `saved` asks to write the one in sight, `given_up`
    tells Esc; `found` carries where an earlier run left something, of a dispute that is still there.
    """

    saved = Signal()
    given_up = Signal()
    found = Signal(object)

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.registration = RegistrationForm(lambda: context.today)
        self.facts: Mapping[str, FactForm] = _Made(self._fact)
        self._shown: DraftForm = self.registration
        self._context = context
        self._heading, self._of = label(pixels=16), label(tone="second", wrap=True)
        self._kept = FormKeeper(context, "纠纷", self)
        self._kept.found.connect(self._go_on)
        self._kept.going_on.connect(lambda key: self.found.emit(At.of(key)))
        self._kept.put_back.connect(self._warn)
        inside = QWidget()
        # A usual registration stands whole in a window of 1280 x 720.
        layout = column(inside, (16, 10, 16, 0), 8)
        layout.addWidget(self._heading)
        layout.addWidget(self._of)
        self._forms = column()
        layout.addLayout(self._forms)
        self._add(self.registration)
        line = row()
        line.addWidget(button("不登记了 Esc", self.given_up.emit, kind="link"))
        line.addStretch()
        line.addWidget(button("保存", self.saved.emit, kind="main"))
        footed(self, inside, line)

    def begin(self, form: DraftForm, at: At, heading: str, of: str) -> None:
        """Show a form that stands as it is stored, with what was typed there and not saved."""
        self._shown = form
        self._heading.setText(heading)
        self._of.setText(of)
        self._of.setVisible(bool(of))
        for other in (self.registration, *self.facts.values()):
            other.setVisible(other is form)
        self._kept.begin(at.key, form.inputs, new=at.is_new)
        form.setFocus(Qt.FocusReason.TabFocusReason)

    def end(self) -> None:
        """What the form in sight holds is saved or given up; what an earlier run left comes next."""
        self._kept.done()
        self._kept.leave()
        self._kept.go_on()

    def _go_on(self) -> None:
        # Who is writing already comes to what was left afterwards.
        if not self.isVisible():
            self._kept.go_on()

    def _fact(self, name: str) -> FactForm:
        form = FactForm(FACTS[name], lambda: self._context.today)
        form.hide()
        self._add(form)
        return form

    def _add(self, form: DraftForm) -> None:
        form.saved.connect(self.saved)
        self._forms.addWidget(form)

    def _warn(self, text: str) -> None:
        self._shown.warn(text)

    def forget(self) -> None:
        """Forget what the form in sight holds, as it is saved and the same form goes on."""
        self._kept.done()
