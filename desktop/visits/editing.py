"""A visit that was recorded, opened again to be put right."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from db.kernel.ids import Id
from db.people.roster import called
from db.visits import OUTCOME_NAMES
from db.visits.recording import VisitEntry, edit_visit, visit_entry
from desktop.page import Context
from desktop.unsaved import FormKeeper, Inputs
from desktop.visits.entry import EntryForm
from desktop.widgets.choices import ChoiceBox
from desktop.widgets.parts import button, choose, column, label, row
from desktop.widgets.scrolling import footed
from desktop.words import day_words


class VisitEditor(QWidget):
    """The entry form over a visit there is. `opened` asks to be shown, `left` to be put away.

    What is typed and not saved is kept under `noun`, and stays when the form is put away.
    """

    opened = Signal()
    left = Signal()
    said = Signal(str)

    def __init__(self, context: Context, noun: str) -> None:
        super().__init__()
        self._context = context
        self._visit: Id | None = None
        self._entry: VisitEntry | None = None
        self._address = ""
        self._where = label(tone="second", wrap=True)
        self._outcome = ChoiceBox("结果")
        for code, name in OUTCOME_NAMES.items():
            self._outcome.addItem(name, code)
        self._form = EntryForm(context)
        self._outcome.activated.connect(lambda _: self._outcome_chosen())
        self._outcome.finished.connect(self._form.walk)
        self._form.recorded.connect(self.save)
        inside = QWidget()
        layout = column(inside, (16, 14, 16, 4), 8)
        layout.addWidget(label("改这次走访", 14))
        layout.addWidget(self._where)
        layout.addWidget(self._outcome)
        layout.addWidget(self._form)
        layout.addWidget(button("改动记录", self._show_history, kind="link"))
        actions = row(gap=6)
        actions.addWidget(button("保存", self.save, kind="main"), 1)
        actions.addWidget(button("不改了 Esc", self.give_up))
        footed(self, inside, actions)
        self.setFocusProxy(self._outcome)
        self.kept = FormKeeper(context, noun, self)
        self.kept.put_back.connect(self.said)

    @property
    def visit(self) -> Id | None:
        """The visit that is open, None while the form is put away."""
        return self._visit

    def begin(self, visit: Id, address: str) -> None:
        """Open a visit at the door with this address."""
        if not self._context.may_write(self.said):
            return

        def opened(answer: tuple[VisitEntry | None, dict[str, Id]]) -> None:
            entry, roster = answer
            if entry is None:
                self.said.emit("这条走访记录已经不在了")
                return
            self._visit, self._entry, self._address = visit, entry, address
            self._where.setText(f"{address}　{day_words(entry.day, self._context.today)}")
            choose(self._outcome, entry.outcome)
            self._form.knows_companions(roster)
            self._form.show_entry(entry)
            inputs: Inputs = {"结果": self._outcome, **self._form.inputs}
            self.kept.begin(visit.hex(), inputs, new=False)
            self.opened.emit()
            self._outcome.setFocus()

        day = self._context.today
        self._context.background.ask(
            self, lambda c: (visit_entry(c, visit), called(c, day)), opened
        )

    def put_away(self) -> None:
        """Show no visit any more; what is typed and not saved waits for it."""
        self._visit = self._entry = None
        self.kept.leave()

    def give_up(self) -> None:
        """Leave everything as it was."""
        self.kept.done()
        self.left.emit()

    def save(self) -> None:
        """Write what was changed; nothing changed leaves no trace."""
        visit, was = self._visit, self._entry
        if visit is None or was is None:
            return
        try:
            entry = self._form.changed(was, self._outcome.currentData())
        except ValueError as reason:
            self.said.emit(f"{reason}。没有保存")
            return
        if entry == was:
            self.said.emit("没有改动")
            self.give_up()
            return
        told = f"已改：{self._address} {OUTCOME_NAMES[entry.outcome]}　　Ctrl+Z 撤销"

        def saved(_: object) -> None:
            self.said.emit(told)
            self.kept.forget(visit.hex())
            if self._visit == visit:
                self.left.emit()

        self._context.background.write(
            self, edit_visit(visit, entry, self._address), saved, once=visit
        )

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Esc leaves everything as it was."""
        if event.key() == Qt.Key.Key_Escape:
            self.give_up()
        else:
            super().keyPressEvent(event)

    def _outcome_chosen(self) -> None:
        met = self._outcome.currentData() == "met"
        people = self._entry.people if self._entry else None
        self._form.set_people(str(people or 1) if met else "")

    def _show_history(self) -> None:
        if self._visit is not None and self._entry is not None:
            day = day_words(self._entry.day, self._context.today)
            self._context.routes.go(
                "data", tab="history", entity="visit", record=self._visit,
                name=f"{self._address} {day}走访",
            )  # fmt: skip
