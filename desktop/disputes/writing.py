"""The forms of a dispute, one open at a time; what is typed in one is kept until it is saved."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from db.disputes.card import DisputeCard
from db.disputes.parties import SIDES, Party
from db.disputes.registering import (
    RegistrationDraft,
    change_dispute,
    register_dispute,
    registration,
)
from db.disputes.steps import SessionDraft, session_entered
from db.kernel.ids import Id
from db.kernel.journal import Command, Done
from desktop.disputes.forms import FACTS, FactForm, RegistrationForm
from desktop.disputes.knowing import Known, LookingBack, known_words
from desktop.page import Context
from desktop.unsaved import FormKeeper
from desktop.widgets.forms import DraftForm
from desktop.widgets.parts import button, column, label, row
from desktop.widgets.scrolling import footed

CHANGE = "change_session"
# In hundredths of the drawings' size; in larger type two fields have no room beside each other.
LARGE = 130


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
    """The registration and the forms of the facts: opens one, and writes it by Enter.

    `opened` asks to be shown, `left` tells that the form was closed, `said` what was saved,
    `registered` carries the id of a new dispute; `found` carries where an earlier run left
    something, of a dispute that is still there.
    """

    opened = Signal()
    left = Signal()
    said = Signal(str)
    registered = Signal(object)
    found = Signal(object)

    def __init__(self, context: Context) -> None:
        super().__init__()
        large = context.theme.px(100) > LARGE
        self.registration = RegistrationForm(lambda: context.today, large=large)
        self.facts: Mapping[str, FactForm] = _Made(self._fact)
        self._shown: DraftForm = self.registration
        self._context = context
        # Which form is open; each opening is another, though it be of the same.
        self._at: At | None = None
        self._begun_on = context.today
        self._card: DisputeCard | None = None
        # The party in sight and those to come after it.
        self._parties: Sequence[Party] = ()
        self._heading, self._of = label(pixels=16), label(tone="second", wrap=True)
        self._looking = LookingBack(context, self.registration, self)
        self.registration.edited.connect(self._look_back)
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
        line.addWidget(button("不登记了 Esc", self.close_form, kind="link"))
        line.addStretch()
        line.addWidget(button("保存", self.save, kind="main"))
        footed(self, inside, line)

    def begin_registration(self) -> None:
        """Open an empty registration for today and the person who types."""
        name = self._context.ledger.session.name
        draft = RegistrationDraft(
            registered=self._context.today, risk="ordinary", mediators=(name,)
        )
        self._register(At(), draft, "登记纠纷")

    def begin_change(self, dispute: Id) -> None:
        """Open the registration of a dispute."""

        def opened(draft: RegistrationDraft | None) -> None:
            if draft is not None:
                self._register(At(dispute), draft, "修改登记")

        self._context.background.ask(self, lambda c: registration(c, dispute), opened)

    def begin_fact(self, name: str, card: DisputeCard) -> None:
        """Open the form for something that happened to a dispute."""
        form = self.facts[name]
        form.begin(card.case)
        of = " ".join(word for word in (card.number, _names(card)) if word)
        self._open(form, At(card.id, name, card.id), f"登记{FACTS[name].title}", of, card)

    def begin_parties(self, card: DisputeCard, parties: Sequence[Party]) -> None:
        """Open the form of the first of a dispute's parties; saving goes on to the next."""
        party, self._parties = parties[0], parties
        form, many = self.facts["party"], len(card.case.parties)
        form.begin_with(party.of)
        of = f"{SIDES[party.side]}　第{many - len(parties) + 1}位，共{many}位"
        of = " ".join(word for word in (card.number, of) if word)
        self._open(form, At(card.id, "party", party.id), "登记当事人", of, card)

    def begin_session(self, card: DisputeCard, record: Id) -> None:
        """Open the record of a session that was held."""

        def opened(draft: SessionDraft | None) -> None:
            if draft is not None:
                form = self.facts[CHANGE]
                form.begin_with(draft)
                of = card.number or _names(card)
                self._open(form, At(card.id, CHANGE, record), "修改调解记录", of, card)

        self._context.background.ask(self, lambda c: session_entered(c, record), opened)

    def turn_day(self) -> None:
        """Let a form of something new that was opened before midnight, and not typed in, be of today."""
        at, day = self._at, self._context.today
        if at is None or not at.is_new or self._kept.is_typed or day == self._begun_on:
            return
        self._begun_on = day
        if isinstance(self._shown, FactForm) and self._card is not None:
            self._shown.begin(self._card.case)
        else:
            self.registration.show_day("registered", day)
        self._kept.begin(at.key, self._shown.inputs, new=True)

    def save(self) -> None:
        """Write the form that is open, once however often Enter is pressed before the disk answers."""
        at = self._at
        if at is None:
            return
        try:
            draft = self._shown.draft()
        except ValueError:
            return
        said, registers = self._saying(at), at.is_new and not at.fact

        def written(done: Done[Any]) -> None:
            # Who has left the form, and perhaps opened another, is told and no more.
            here, elsewhere = self._at is at, self._at is not None
            if here and at.fact == "party" and len(self._parties) > 1:
                self._next_party()
                return
            if here:
                self.close_form()
            self.said.emit(f"{said}　　Ctrl+Z 撤销")
            if registers and (here or not elsewhere):
                self.registered.emit(done.value)

        self._context.background.write(self, _command(at, draft), written, once=id(at))

    def close_form(self) -> None:
        """What the form holds is saved or given up; what an earlier run left comes next."""
        self._at = self._card = None
        self._parties = ()
        self._kept.done()
        self._kept.leave()
        self.left.emit()
        self._kept.go_on()

    def _register(self, at: At, draft: RegistrationDraft, heading: str) -> None:
        def opened(known: Known) -> None:
            self.registration.offers("community", {name: name for name in known.places})
            self.registration.knows("mediators", known.staff)
            mediators = tuple(name for name in draft.mediators if name in known.staff)
            self.registration.show_draft(replace(draft, mediators=mediators))
            hint = "Enter 到下一格，类型等可以直接打拼音首字母"
            self._open(self.registration, at, heading, hint)

        self._context.background.ask(self, known_words, opened)

    def _open(
        self, form: DraftForm, at: At, heading: str, of: str, card: DisputeCard | None = None
    ) -> None:
        """Show a form that stands as it is stored, with what was typed there and not saved."""
        self._at, self._card, self._shown = at, card, form
        self._begun_on = self._context.today
        self.opened.emit()
        self._heading.setText(heading)
        self._of.setText(of)
        self._of.setVisible(bool(of))
        for other in (self.registration, *self.facts.values()):
            other.setVisible(other is form)
        self._kept.begin(at.key, form.inputs, new=at.is_new)
        form.setFocus(Qt.FocusReason.TabFocusReason)
        if isinstance(form, FactForm) and form.names_people:
            self._context.background.ask(self, known_words, form.knows_people)

    def _next_party(self) -> None:
        self._kept.done()
        if self._card is not None:
            self.begin_parties(self._card, self._parties[1:])

    def _saying(self, at: At) -> str:
        """What is said once it is saved."""
        if not at.fact:
            return "已登记" if at.is_new else "已保存"
        if at.fact == "close" and self._card is not None and self._card.missing:
            return f"已结案，卷宗还缺{'、'.join(self._card.missing)}"
        return "已保存" if at.fact == CHANGE else f"已登记{FACTS[at.fact].title}"

    def _look_back(self) -> None:
        self._looking.look(self._at.dispute if self._at is not None else None)

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
        form.saved.connect(self.save)
        self._forms.addWidget(form)

    def _warn(self, text: str) -> None:
        self._shown.warn(text)


def _command(at: At, draft: Any) -> Command[Any]:
    if not at.fact:
        return register_dispute(draft) if at.dispute is None else change_dispute(at.dispute, draft)
    assert at.record is not None  # noqa: S101  a fact's form is of something
    return FACTS[at.fact].command(at.record, draft)


def _names(card: DisputeCard) -> str:
    return "、".join(party.of.name for party in card.case.parties)
