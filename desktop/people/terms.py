"""任职经历: what somebody was and when, put right in place."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from db.kernel.access import Right
from db.kernel.ids import Id
from db.kernel.journal import Command
from db.people import ROLE_NAMES
from db.people.terms import Term, TermDraft, add_term, change_term, remove_term, term_problems
from db.places import CommunityLine
from desktop.page import Context
from desktop.unsaved import FormKeeper
from desktop.widgets.choices import ChoiceBox
from desktop.widgets.forms import DraftForm
from desktop.widgets.parts import button, choose, column, fill, label, row
from desktop.widgets.tables import Column, RowModel, RowTable

HEIGHT = 128


def _dots(day: date | None) -> str:
    return "" if day is None else f"{day.year}.{day.month}.{day.day}"


COLUMNS: tuple[Column[Term], ...] = (
    Column("身份", lambda t: t.role_name, 4),
    Column("社区", lambda t: t.community_name, 5),
    Column("起止", lambda t: f"{_dots(t.since)}—{_dots(t.until) or '现在'}", 8),
)


class TermsBox(QWidget):
    """The roles of one person, the latest first. Enter puts an earlier one right, Delete takes it
    out. `said` tells what was done.
    """

    said = Signal(str)

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._volunteer: Id | None = None
        self._term: Id | None = None
        self._model: RowModel[Term] = RowModel(COLUMNS)
        self._table = RowTable(self._model, "任职经历")
        self._table.setFixedHeight(context.theme.px(HEIGHT))
        self._table.removing.connect(self._remove)
        self._table.doubleClicked.connect(lambda _: self._change())
        self._add = button("补一段", self._begin_new, kind="link")
        self._editing = QWidget()
        self._community = ChoiceBox("那时的社区")
        self._form = DraftForm(
            TermDraft, lambda draft: term_problems(draft, context.today), {"role": ROLE_NAMES},
            lambda: context.today,
        )  # fmt: skip
        self._form.saved.connect(self._save)
        self._community.finished.connect(self._form.setFocus)
        layout = column(self, gap=6)
        head = row(gap=8)
        head.addWidget(label("任职经历", 14), 1)
        head.addWidget(self._add)
        layout.addLayout(head)
        layout.addWidget(self._table)
        inside = column(self._editing, gap=6)
        inside.addWidget(self._community)
        inside.addWidget(self._form)
        foot = row()
        foot.addWidget(button("删除", self._remove, kind="link"))
        foot.addStretch()
        foot.addWidget(button("不改了", self._give_up))
        foot.addWidget(button("保存", self._save, kind="main"))
        inside.addLayout(foot)
        layout.addWidget(self._editing)
        self._editing.hide()
        self._kept = FormKeeper(context, "任职经历", self)
        self._kept.put_back.connect(self._form.warn)
        self.setFocusProxy(self._table)

    @property
    def terms(self) -> Sequence[Term]:
        """What is shown."""
        return self._model.rows

    def show_terms(
        self, volunteer: Id, terms: Sequence[Term], places: Sequence[CommunityLine]
    ) -> None:
        """Show the roles of a person."""
        if volunteer != self._volunteer:
            self._put_away()
        self._volunteer = volunteer
        fill(self._community, [(place.name, place.id) for place in places])
        self._model.show_rows(terms)
        self._add.setVisible(self._context.may(Right.WRITE))

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Enter puts the role under the cursor right, Esc lets it be."""
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if enter and self._table.hasFocus():
            self._change()
        elif event.key() == Qt.Key.Key_Escape and self._editing.isVisible():
            self._give_up()
            self._table.setFocus()
        else:
            super().keyPressEvent(event)

    def _chosen(self) -> Term | None:
        return self._model.at(self._table.currentIndex())

    def _change(self) -> None:
        term = self._chosen()
        if term is None or not self._context.may_write(self.said):
            return
        if term.id is None:
            self.said.emit("现在的身份在“登记”里改")
            return
        self._begin(term.id, term.community, TermDraft(term.role, term.since, term.until))

    def _begin_new(self) -> None:
        if self._model.rows:
            self._begin(None, self._model.rows[0].community, None)

    def _begin(self, term: Id | None, community: Id, draft: TermDraft | None) -> None:
        self._term = term
        choose(self._community, community)
        self._form.show_draft(draft)
        self._editing.show()
        at = f"{self._volunteer.hex() if self._volunteer else ''} {term.hex() if term else ''}"
        inputs = {"community": self._community, **self._form.inputs}
        self._kept.begin(at, inputs, new=term is None)
        self._community.setFocus(Qt.FocusReason.TabFocusReason)

    def _give_up(self) -> None:
        self._kept.done()
        self._put_away()

    def _put_away(self) -> None:
        self._kept.leave()
        self._term = None
        self._editing.hide()

    def _save(self) -> None:
        try:
            draft = self._form.draft()
        except ValueError:
            return
        if self._volunteer is None:
            return
        community = self._community.currentData()
        self._write(
            add_term(self._volunteer, community, draft)
            if self._term is None
            else change_term(self._term, community, draft),
            "任职经历已保存",
            once=self._term or b"",
        )

    def _remove(self) -> None:
        term = self._chosen()
        wanted = self._term or (term.id if term is not None else None)
        if wanted is not None and self._context.may_write(self.said):
            self._write(remove_term(wanted), "已删除一段任职经历", once=wanted)

    def _write(self, command: Command[Any], said: str, *, once: Id) -> None:
        of = self._volunteer

        def done(_: object) -> None:
            if of == self._volunteer:
                self._give_up()
                self._table.setFocus()
            self.said.emit(f"{said}　　Ctrl+Z 撤销")

        self._context.background.write(self, command, done, once=(of, once))
