"""Colleagues named in the ledgers: list, form, and what is open when one leaves."""

from collections.abc import Sequence
from typing import Any, ClassVar

from PySide6.QtWidgets import QComboBox, QVBoxLayout, QWidget
from sqlalchemy import Connection

from db.disputes.handover import Leaving, staff_leaves
from db.kernel.access import Right
from db.kernel.ids import Id
from db.kernel.journal import Done
from db.kernel.text import tidy_name
from db.people.colleagues import (
    KIND_NAMES,
    StaffDraft,
    StaffRow,
    add_staff,
    change_staff,
    staff_problems,
    staff_rows,
)
from desktop.widgets.forms import DraftForm
from desktop.widgets.parts import button, column, label, row, rule
from desktop.widgets.register import RegisterPage
from desktop.widgets.tables import Column


class StaffPage(RegisterPage[StaffRow]):
    """Visitors, mediators and lecturers by name."""

    title: ClassVar[str] = "工作人员"
    noun = "工作人员"
    entity: ClassVar[str] = "staff"
    watches: ClassVar[frozenset[str]] = frozenset(("staff",))
    keys: ClassVar[tuple[tuple[str, str], ...]] = (("Ctrl+N", "新的工作人员"),)
    columns: Sequence[Column[Any]] = (
        Column("姓名", lambda s: s.name, 8),
        Column("身份", lambda s: KIND_NAMES.get(s.kind or "", ""), 8),
        Column("到岗", lambda s: s.since.isoformat() if s.since else "", 8),
        Column("离岗", lambda s: s.until.isoformat() if s.until else "", 8),
    )

    def asked(self, connection: Connection, offset: int, limit: int) -> tuple[int, list[StaffRow]]:
        """Return the colleagues whose name holds what was typed."""
        wanted = self.text.text().strip()
        rows = [line for line in staff_rows(connection) if wanted in line.name]
        return len(rows), rows[offset : offset + limit]

    def form_parts(self, layout: QVBoxLayout) -> None:
        """Entries, and leaving with who takes over."""
        self._form = DraftForm(
            StaffDraft, staff_problems, {"kind": KIND_NAMES}, lambda: self.context.today
        )
        self._form.saved.connect(self.save)
        self._form.edited.connect(self._look_for_namesake)
        self._doubted = False
        self._save = button("保存", self.save, kind="main")
        self._to = QComboBox()
        self._to.setAccessibleName("没办完的纠纷交给")
        self._leave = button("今天离岗", self._leave_today)
        layout.addWidget(self._form)
        line = row()
        line.addStretch()
        line.addWidget(self._save)
        self.form_foot.addLayout(line)
        self._leaving = QWidget()
        leaving = column(self._leaving, gap=10)
        leaving.addWidget(rule())
        leaving.addWidget(label("离岗，没办完的纠纷交给", 12, "second"))
        leaving.addWidget(self._to)
        leaving.addWidget(self._leave)
        self.form_foot.addWidget(self._leaving)

    def show_row(self, chosen: StaffRow | None) -> None:
        """Show a colleague, or an empty form."""
        self._form.show_draft(chosen)
        self._save.setEnabled(self.context.may(Right.WRITE))
        self._leaving.setVisible(chosen is not None and chosen.until is None)
        self._to.clear()
        self._to.addItem("不交接", None)
        for other in self.model.rows:
            if other.until is None and (chosen is None or other.id != chosen.id):
                self._to.addItem(other.name, other.id)
        if chosen is None:
            self._form.setFocus()
        else:
            self.heading.setText(chosen.name)

    def _look_for_namesake(self) -> None:
        name, own = tidy_name(self._form.typed("name")), self.row and self.row.id

        def found(rows: list[StaffRow]) -> None:
            taken = any(row.name == name and row.id != own for row in rows)
            if taken:
                self._form.warn("已经有同名的工作人员。两人同名时，在姓名后加字区别")
            elif self._doubted:
                self._form.warn("")
            self._doubted = taken

        self.context.background.ask(self, staff_rows, found)

    def save(self) -> None:
        """Write the colleague."""
        try:
            draft = self._form.draft()
        except ValueError:
            return
        if self.row is not None:
            command = change_staff(self.row.id, draft)
            self.context.background.write(self, command, lambda _: self._saved(draft.name))
            return

        def added(done: Done[Id]) -> None:
            self._saved(draft.name)
            self.go_to(done.value)

        self.context.background.write(self, add_staff(draft), added)

    def _saved(self, name: str) -> None:
        self.typed_saved()
        self.said.emit(f"已保存 {name}　　Ctrl+Z 撤销")

    def _leave_today(self) -> None:
        if self.row is None:
            return
        name = self.row.name

        def left(done: Done[Leaving]) -> None:
            open_ones = done.value.matters
            said = f"{name}今天离岗"
            if open_ones:
                moved = "已交接" if done.value.handed_over else "还没有交接"
                said += f"，{len(open_ones)}件没办完的纠纷{moved}"
            self.said.emit(f"{said}　　Ctrl+Z 撤销")

        command = staff_leaves(self.row.id, self.context.today, self._to.currentData())
        self.context.background.write(self, command, left)
