"""The form of a reward: whom, which matter, how much; it says at once if the matter has a reward."""

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QWidget
from sqlalchemy import Connection

from db.kernel.ids import Id
from db.rewards import SOURCE_NAMES, Receiver, RewardDraft, reward_problems
from db.rewards.granting import before_words, what
from db.rewards.lists import Matter, RewardRow, matters_of, same_day, same_matter
from desktop.background import Ticket
from desktop.page import Context
from desktop.unsaved import Inputs
from desktop.widgets.choices import ChoiceBox
from desktop.widgets.entries import EntryField
from desktop.widgets.forms import DraftForm
from desktop.widgets.parts import button, column, label, row
from desktop.widgets.person import PersonField
from desktop.words import day_words, typed_day

WAIT_MS = 300
PAGES = {"dispute": "disputes", "training": "trainings"}
BY_HAND = "没有来源记录，写在下面"
ENTRIES = ("matter", "happened", "reason", "amount", "thing", "day")


class Alike(NamedTuple):
    """What was rewarded already: the same matter, and what else of the same day."""

    same: Sequence[RewardRow]
    that_day: Sequence[RewardRow]


class RewardForm(QWidget):
    """Asks for a reward. `saved` asks the page to write what `entered` returns."""

    saved = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._shown: RewardRow | None = None
        self._matters: list[Matter] = []
        self._ticket: Ticket | None = None
        self.person = PersonField(context, "奖给")
        self.source = ChoiceBox("来源记录")
        self._form = DraftForm(
            RewardDraft,
            lambda draft: reward_problems(draft, context.today),
            {},
            lambda: context.today,
            (*ENTRIES, "again"),
        )
        self._open = button("打开来源", self.open_source, kind="link")
        self._alike = label(" ", 12, "tries", wrap=True)
        self._timer = QTimer(self, singleShot=True, interval=WAIT_MS)
        self._timer.timeout.connect(self._ask_alike)
        layout = column(self, gap=6)
        layout.addWidget(label("奖给", 12, "second"))
        layout.addWidget(self.person)
        head = row()
        head.addWidget(label("来源记录", 12, "second"))
        head.addStretch()
        head.addWidget(self._open)
        layout.addLayout(head)
        layout.addWidget(self.source)
        layout.addWidget(self._alike)
        layout.addWidget(self._form)
        self.person.chosen.connect(self._person_chosen)
        self.source.activated.connect(lambda _: self._source_chosen())
        self.source.finished.connect(lambda: self._form.setFocus(Qt.FocusReason.TabFocusReason))
        self._form.edited.connect(self._timer.start)
        self._form.saved.connect(self.saved)
        self._no_sources()
        self.setFocusProxy(self.person)

    @property
    def beside(self) -> Inputs:
        """Whom and what for."""
        return {"person": self.person, "source": self.source}

    @property
    def draft_form(self) -> DraftForm:
        """The entries below whom and what for."""
        return self._form

    def show_reward(self, reward: RewardRow | None) -> None:
        """Show a reward, or an empty form for today."""
        self._shown = reward
        self._timer.stop()
        self._no_sources()
        if reward is None:
            self._form.show_draft(RewardDraft(day=self._context.today))
            self.person.show_person(None)
            self._tell(None)
            self.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        self._form.show_draft(reward)
        self._tell(None)
        self.person.show_person(reward.volunteer, reward.name)
        if reward.source is not None:
            noun = SOURCE_NAMES.get(reward.entity or "", "")
            self._add(
                Matter(reward.entity or "", reward.source, reward.happened, noun, before=False)
            )
            self.source.setCurrentIndex(1)
            self._open.show()
        self._ask_alike()

    def open_source(self) -> None:
        """Open the record the matter comes from; a visit in who entered and changed it."""
        at = self.source.currentIndex() - 1
        if at < 0:
            return
        matter, go = self._matters[at], self._context.routes.go
        if matter.entity in PAGES:
            go(PAGES[matter.entity], entity=matter.entity, record=matter.source)
        else:
            go("data", tab="history", entity=matter.entity, record=matter.source, name=matter.text)

    def entered(self) -> tuple[Receiver, RewardDraft]:
        """Return what is entered; ValueError, with a sentence where no field says it."""
        if self.person.person is None:
            self.person.setFocus(Qt.FocusReason.OtherFocusReason)
            raise ValueError("请先选奖给谁：打姓名或拼音首字母，回车选定")
        try:
            draft = self._form.draft()
        except ValueError:
            raise ValueError from None
        return self._receiver(self.person.person), draft

    def _receiver(self, person: Id) -> Receiver:
        at = self.source.currentIndex() - 1
        if at < 0:
            return Receiver(person)
        return Receiver(person, self._matters[at].entity, self._matters[at].source)

    def _person_chosen(self, person: Id | None) -> None:
        self._no_sources()
        if person is None:
            return
        day = self._context.today
        self._context.background.ask(
            self, lambda c: matters_of(c, person, day), partial(self._offer, person)
        )

    def _offer(self, person: Id, matters: list[Matter]) -> None:
        if person != self.person.person:
            return
        self._no_sources()
        for one in matters:
            self._add(one)
        next_field = self.source if matters else self._form
        next_field.setFocus(Qt.FocusReason.TabFocusReason)
        self._ask_alike()

    def _source_chosen(self) -> None:
        at = self.source.currentIndex() - 1
        self._open.setVisible(at >= 0)
        if at >= 0:
            matter = self._matters[at]
            for name, words in (("matter", matter.text), ("happened", matter.day.isoformat())):
                field = self._form.field(name)
                if isinstance(field, EntryField):
                    field.setText(words)
        self._ask_alike()

    def _add(self, matter: Matter) -> None:
        before = "　（已奖过）" if matter.before else ""
        self._matters.append(matter)
        day = day_words(matter.day, self._context.today)
        self.source.addItem(f"{day} {matter.text}{before}")

    def _no_sources(self) -> None:
        self._matters = []
        self.source.clear()
        self.source.addItem(BY_HAND)
        self._open.hide()

    def _ask_alike(self) -> None:
        person = self.person.person
        happened = typed_day(self._form.typed("happened"), self._context.today)
        if person is None or happened is None:
            self._tell(None)
            return
        leave = self._shown.id if self._shown is not None else None
        to = self._receiver(person)
        draft = RewardDraft(self._form.typed("matter"), happened)

        def question(connection: Connection) -> Alike:
            return Alike(
                same_matter(connection, to, draft, leave),
                same_day(connection, person, happened, leave),
            )

        if self._ticket is not None:
            self._ticket.stop()
        self._ticket = self._context.background.ask(self, question, self._tell)

    def _tell(self, found: Alike | None) -> None:
        """Say what was rewarded already; a reason is asked for only where the matter was."""
        again = bool(self._form.typed("again")) or bool(found and found.same)
        self._form.ask_only((*ENTRIES, "again") if again else ENTRIES)
        said = ""
        if found is not None and found.same:
            said = f"{before_words(found.same)}确要再奖，请写再奖理由。"
        elif found is not None and found.that_day:
            named = "、".join(f"{row.matter} {what(row)}" for row in found.that_day)
            said = f"同一天的事已经奖过：{named}。请看是不是同一件事。"
        self._alike.setText(said)
        self._alike.setVisible(bool(said))
