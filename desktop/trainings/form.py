"""The form of a session: its head, and for a new one who is expected."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final, NamedTuple

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget
from sqlalchemy import Connection

from db.kernel.errors import UserError
from db.kernel.ids import Id
from db.kernel.journal import Command, Done
from db.people.colleagues import staff_rows
from db.places import CommunityLine, communities
from db.post import working_days
from db.trainings import KIND_NAMES, TrainingDraft, training_problems
from db.trainings.series import change_following, following, plan_series
from db.trainings.sessions import add_training, change_training, expect, training_draft
from desktop.page import Context
from desktop.trainings.expected import ExpectedForm, SeriesForm
from desktop.unsaved import FormKeeper, Inputs
from desktop.widgets.choices import ChoiceBox
from desktop.widgets.entries import EntryField
from desktop.widgets.forms import DraftForm
from desktop.widgets.parts import button, column, label, row
from desktop.widgets.scrolling import footed
from desktop.words import typed_day

# What is asked for a new session; the rest is known afterwards and stands in the form of a change.
NEW: Final = ("topic", "day", "start", "end", "place", "lecturers", "kind")
LATER: Final = ("hours", "pass_mark", "note")
ALONE, FOLLOWING = "alone", "following"


class Known(NamedTuple):
    """What the form offers: communities, names of the staff, days off, how many sessions follow."""

    places: list[CommunityLine]
    staff: list[str]
    days_off: Mapping[date, bool]
    later: int


class TrainingForm(QWidget):
    """Enters and changes sessions and series of them, and lists who is expected at one.

    `opened` asks to be shown, `saved` carries the session's id, `left` tells that the form was
    left, `said` what was done.
    """

    opened = Signal()
    saved = Signal(object)
    left = Signal()
    said = Signal(str)

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._editing: Id | None = None
        # The day an open form offers of itself.
        self._offered: date | None = None
        self._only_expected = False
        self._heading = label(pixels=16, wrap=True)
        self._form = DraftForm(
            TrainingDraft,
            lambda draft: training_problems(draft, context.today, planned=True),
            {"kind": KIND_NAMES},
            lambda: context.today,
        )
        self._series, self._expected = SeriesForm(), ExpectedForm()
        self._which = ChoiceBox("改哪些")
        self._which.finished.connect(self.save)
        self._form.saved.connect(self._head_done)
        self._form.at_once.disconnect(self._form.saved)
        self._form.at_once.connect(self._saved_at_once)
        self._form.edited.connect(self._follow_day)
        self._series.chosen.connect(lambda: self._go_on(self._expected))
        self._expected.chosen.connect(self.save)
        self._kept = FormKeeper(context, "培训登记", self)
        self._kept.found.connect(self._go_on_left)
        self._kept.going_on.connect(self._open_left)
        self._kept.put_back.connect(self._form.warn)
        inside = QWidget()
        layout = column(inside, (16, 14, 16, 6), 10)
        layout.addWidget(self._heading)
        layout.addWidget(self._form)
        layout.addWidget(self._series)
        layout.addWidget(self._which)
        layout.addWidget(self._expected)
        line = row()
        line.addWidget(button("不登记了 Esc", self._give_up, kind="link"))
        line.addStretch()
        line.addWidget(button("保存", self.save, kind="main"))
        footed(self, inside, line)

    def begin_new(self, day: date | None = None) -> None:
        """Open an empty form for a day, else today."""
        draft = TrainingDraft(day=day or self._context.today)
        self._open(None, draft, "登记培训", offered=None if day else draft.day)

    def turn_day(self) -> None:
        """Let an empty form that was opened before midnight be of today."""
        day = self._context.today
        if self._offered not in (None, day) and not self._kept.is_typed:
            self._offered = day
            self._form.show_day("day", day)
            self._follow_day()
            self._kept.begin("", self._inputs(), new=True)

    def begin_change(self, training: Id) -> None:
        """Open a session's head."""

        def opened(draft: TrainingDraft | None) -> None:
            if draft is not None:
                self._open(training, draft, "修改培训")

        self._context.background.ask(self, lambda c: training_draft(c, training), opened)

    def begin_expected(self, training: Id, name: str) -> None:
        """Ask who else is expected at a session."""
        self._open(training, TrainingDraft(), f"加应到的人：{name}", only_expected=True)

    def save(self) -> None:
        """Write what is typed."""
        background = self._context.background
        if self._only_expected and self._editing is not None:
            training, expected = self._editing, self._expected.expected()
            if expected is not None:
                background.write(
                    self, expect(training, expected),
                    lambda done: self._told(training, f"加了{done.value}人"), once=training,
                )  # fmt: skip
            return
        try:
            draft = self._form.draft()
        except ValueError:
            return
        if self._editing is not None:
            training = self._editing
            follow = self._which.isVisible() and self._which.currentData() == FOLLOWING
            command: Command[Any] = (
                change_following(training, draft) if follow else change_training(training, draft)
            )

            def changed(done: Done[Any]) -> None:
                self._told(training, f"已改{done.value}场" if follow else "已保存")

            background.write(self, command, changed, once=training)
            return
        try:
            days = self._series.days()
        except UserError as reason:
            self.said.emit(str(reason))
            return
        expected = self._expected.expected()
        if not days:
            background.write(self, add_training(draft, expected), self._added, once="")
        else:
            background.write(self, plan_series(draft, days, expected), self._planned, once="")

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Esc leaves the form."""
        if event.key() == Qt.Key.Key_Escape:
            self._give_up()
        else:
            super().keyPressEvent(event)

    def _open(
        self,
        training: Id | None,
        draft: TrainingDraft,
        heading: str,
        *,
        only_expected: bool = False,
        offered: date | None = None,
    ) -> None:
        def opened(known: Known) -> None:
            self._editing, self._only_expected = training, only_expected
            self._offered = offered
            self._expected.offers(known.places)
            self._expected.begin(everybody=only_expected)
            self._series.begin(known.days_off)
            self._form.knows("lecturers", known.staff)
            self._form.ask_only(NEW if training is None else (*NEW, *LATER))
            self._form.show_draft(draft)
            self._follow_day()
            self._offer_following(known.later)
            self._heading.setText(heading)
            self._form.setVisible(not only_expected)
            self._series.setVisible(training is None)
            self._which.setVisible(training is not None and not only_expected and known.later > 0)
            self._expected.setVisible(training is None or only_expected)
            self.opened.emit()
            if only_expected:
                # Three choices and nothing typed.
                self._kept.leave()
            else:
                at = "" if training is None else training.hex()
                self._kept.begin(at, self._inputs(), new=training is None)
            (self._expected if only_expected else self._form).setFocus(
                Qt.FocusReason.TabFocusReason
            )

        self._context.background.ask(self, lambda c: _known(c, training), opened)

    def _added(self, done: Done[Id]) -> None:
        self._told(done.value, "已登记")

    def _planned(self, done: Done[tuple[Id, ...]]) -> None:
        self._told(done.value[0], f"已排{len(done.value)}场")

    def _offer_following(self, later: int) -> None:
        self._which.clear()
        self._which.addItem("只改这一场", ALONE)
        self._which.addItem(f"这一场和后面的{later}场都改", FOLLOWING)

    def _follow_day(self) -> None:
        field = self._form.field("day")
        if isinstance(field, EntryField):
            self._series.start_on(typed_day(field.text(), self._context.today, near=True))

    def _head_done(self) -> None:
        after = next((w for w in (self._series, self._which) if w.isVisible()), None)
        if after is None:
            self.save()
        else:
            self._go_on(after)

    def _saved_at_once(self) -> None:
        """Save from any field; only which ones of a series are meant has to be said."""
        if self._which.isVisible():
            self._go_on(self._which)
        else:
            self.save()

    @staticmethod
    def _go_on(to: QWidget) -> None:
        to.setFocus(Qt.FocusReason.TabFocusReason)

    def _inputs(self) -> Inputs:
        return {
            **self._form.inputs, **self._series.inputs, **self._expected.inputs, "which": self._which
        }  # fmt: skip

    def _go_on_left(self) -> None:
        # Who is writing already comes to what was left afterwards.
        if not self.isVisible():
            self._kept.go_on()

    def _open_left(self, at: str) -> None:
        """Go on with what was left unsaved when the program ended: its form opens again."""
        if at:
            self.begin_change(Id(bytes.fromhex(at)))
        else:
            self.begin_new()

    def _give_up(self) -> None:
        self._end()
        self.left.emit()

    def _end(self) -> None:
        """What is typed is saved or given up; what an earlier run left comes next."""
        self._offered = None
        self._kept.done()
        self._kept.leave()
        self._kept.go_on()

    def _told(self, training: Id, said: str) -> None:
        self._end()
        self.saved.emit(training)
        self.said.emit(f"{said}　　Ctrl+Z 撤销")


def _known(connection: Connection, training: Id | None) -> Known:
    later = len(following(connection, training)) - 1 if training is not None else 0
    names = [line.name for line in staff_rows(connection)]
    return Known(communities(connection), names, working_days(connection), later)
