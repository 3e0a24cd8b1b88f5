"""Colleagues named in the ledgers: list, form, and what is open when one leaves."""

from collections.abc import Sequence
from typing import Any, ClassVar

from PySide6.QtWidgets import QVBoxLayout
from sqlalchemy import Connection

from db.kernel.access import Right
from db.kernel.journal import Command
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
from desktop.people.leaving import LeavingBox
from desktop.widgets.forms import DraftForm
from desktop.widgets.parts import button, row
from desktop.widgets.register import RegisterPage
from desktop.widgets.tables import Column


class StaffPage(RegisterPage[StaffRow]):
    """Visitors, mediators and lecturers by name."""

    title: ClassVar[str] = "工作人员"
    noun = "工作人员"
    entity: ClassVar[str] = "staff"
    placeholder = "姓名、拼音"
    watches: ClassVar[frozenset[str]] = frozenset(
        (
            "staff", "account", "dispute", "dispute_closing", "dispute_conclusion",
            "dispute_extension", "dispute_follow_up", "dispute_reopening", "dispute_report",
            "dispute_session",
        )
    )  # fmt: skip
    keys: ClassVar[tuple[tuple[str, str], ...]] = (("Ctrl+N", "新的工作人员"),)
    columns: Sequence[Column[Any]] = (
        Column("姓名", lambda s: s.name, 8),
        Column("身份", lambda s: KIND_NAMES.get(s.kind or "", ""), 8),
        Column("到岗", lambda s: s.since.isoformat() if s.since else "", 8),
        Column("离岗", lambda s: s.until.isoformat() if s.until else "", 8),
    )

    def asked(self, connection: Connection, offset: int, limit: int) -> tuple[int, list[StaffRow]]:
        """Return the colleagues whom what was typed finds."""
        rows = staff_rows(connection, text=self.text.text())
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
        self._leaving = LeavingBox(self.context)
        self._leaving.said.connect(self.said)
        layout.addWidget(self._form)
        line = row()
        line.addStretch()
        line.addWidget(self._save)
        self.form_foot.addLayout(line)
        self.form_foot.addWidget(self._leaving)

    def show_row(self, chosen: StaffRow | None) -> None:
        """Show a colleague, or an empty form."""
        self._form.show_draft(chosen)
        self._save.setEnabled(self.context.may(Right.WRITE))
        self._leaving.show_colleague(chosen)
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
        command: Command[Any] = add_staff(draft)
        if self.row is not None:
            command = change_staff(self.row.id, draft)
        self.write(command, f"已保存 {draft.name}")
