"""账号: who may open the ledger, as what; passwords."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from PySide6.QtWidgets import QLineEdit, QWidget

from db.kernel.access import ROLE_NAMES, Right, Role
from db.kernel.accounts import AccountLine
from desktop.admin.recovery import NewCode
from desktop.page import Context, Page
from desktop.widgets.choices import ChoiceBox
from desktop.widgets.parts import button, column, label, panel, row, rule
from desktop.widgets.scrolling import scrolling
from desktop.widgets.tables import Column, RowModel, RowTable

FORM_WIDTH = 360
COLUMNS: tuple[Column[AccountLine], ...] = (
    Column("登录名", lambda a: a.user, 10),
    Column("姓名", lambda a: a.name, 10),
    Column("身份", lambda a: ROLE_NAMES[a.role], 8),
    Column("开通", lambda a: a.since.isoformat(), 8),
    Column("停用", lambda a: a.until.isoformat() if a.until else "", 8),
)


class AccountsPage(Page):
    """Own password for everyone; accounts of others for officers."""

    title: ClassVar[str] = "账号"
    watches: ClassVar[frozenset[str]] = frozenset(("account",))

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._model: RowModel[AccountLine] = RowModel(COLUMNS)
        self._table = RowTable(self._model, "账号")
        self._wanted = ""
        self._own = (_secret("新密码"), _secret("再输一遍"))
        self._name = QLineEdit()
        self._name.setPlaceholderText("姓名，也是登录名")
        self._name.setAccessibleName("姓名")
        self._role = ChoiceBox("身份")
        for role in Role:
            self._role.addItem(ROLE_NAMES[role], role)
        self._new = (_secret("给他的密码"), _secret("再输一遍"))
        self._other = (_secret("给他的新密码"), _secret("再输一遍"))
        self._whose = label(pixels=16, wrap=True)
        self._choosing = QWidget()
        frame = panel()
        column(frame, (6, 6, 6, 6)).addWidget(self._table)
        form = panel()
        form.setFixedWidth(context.theme.px(FORM_WIDTH))
        inside = QWidget()
        column(form, (1, 1, 1, 1)).addWidget(scrolling(inside))
        layout = column(inside, (20, 16, 20, 16), 8)
        layout.addWidget(label(f"改我的密码（{context.ledger.session.user}）", 16))
        for field in self._own:
            layout.addWidget(field)
        layout.addWidget(button("改密码", self._change_own, kind="main"))
        self.new_code = NewCode(context)
        self.new_code.said.connect(self.said)
        for part in (self._adding_part(), self._chosen_part(), self.new_code):
            layout.addWidget(part)
            part.setEnabled(context.may(Right.ACCOUNTS))
        layout.addStretch()
        self._table.selectionModel().currentRowChanged.connect(lambda *_: self._tell_chosen())
        self._tell_chosen()
        self._walk(self._own, self._change_own)
        self._name.returnPressed.connect(self._role.setFocus)
        self._role.finished.connect(self._new[0].setFocus)
        self._walk(self._new, self._add)
        self._walk(self._other, self._reset)
        self.setFocusProxy(self._own[0])
        outer = row(self, (20, 12, 20, 14), 16)
        outer.addWidget(frame, 1)
        outer.addWidget(form)

    def _walk(self, fields: tuple[QLineEdit, QLineEdit], save: Callable[[], None]) -> None:
        """Enter goes to the second of two passwords, and from it saves."""
        first, again = fields
        first.returnPressed.connect(again.setFocus)
        again.returnPressed.connect(save)

    def _adding_part(self) -> QWidget:
        part = QWidget()
        layout = column(part, (0, 8, 0, 0), 8)
        layout.addWidget(rule())
        layout.addWidget(label("新账号", 16))
        for widget in (self._name, self._role, *self._new, button("新增", self._add)):
            layout.addWidget(widget)
        return part

    def _chosen_part(self) -> QWidget:
        """What is done with the account under the cursor stands under its name."""
        layout = column(self._choosing, (0, 8, 0, 0), 8)
        layout.addWidget(rule())
        for widget in (self._whose, *self._other):
            layout.addWidget(widget)
        line = row()
        line.addWidget(button("重设密码", self._reset), 1)
        line.addWidget(button("停用", self._close), 1)
        layout.addLayout(line)
        layout.addWidget(
            label(
                "停用后他的密码打不开这份台账；他以前拷走的台账和备份，用旧密码仍能打开。",
                12,
                "second",
                wrap=True,
            )
        )
        return self._choosing

    def _tell_chosen(self) -> None:
        chosen = self._model.at(self._table.currentIndex())
        self._choosing.setVisible(chosen is not None)
        self._whose.setText(f"选中的账号：{chosen.user}" if chosen is not None else "")

    def open(self, what: Mapping[str, Any]) -> None:
        """Put the cursor on the account of a `user`."""
        if what.get("user"):
            self._wanted = what["user"]
            self.refresh()

    def refresh(self) -> None:
        """List the accounts."""
        ledger = self.context.ledger
        self.context.background.errand(self, lambda _: ledger.accounts(), self._show)

    def _show(self, lines: Sequence[AccountLine]) -> None:
        """List them, and leave the cursor on its account."""
        at, before = self._table.currentIndex().row(), self._model.rows
        chosen = self._wanted or (before[at].user if 0 <= at < len(before) else None)
        self._wanted = ""
        self._model.show_rows(lines)
        kept = next((n for n, line in enumerate(lines) if line.user == chosen), None)
        if kept is not None:
            self._table.selectRow(kept)
        self._tell_chosen()

    def _change_own(self) -> None:
        ledger = self.context.ledger
        self._with(self._own, lambda new: ledger.set_password(ledger.session.user, new), "密码已改")

    def _add(self) -> None:
        ledger, name, role = (
            self.context.ledger,
            self._name.text().strip(),
            # Qt hands a code back as plain text.
            Role(self._role.currentData()),
        )
        if not name:
            self.said.emit("请填姓名")
            return
        self._with(
            self._new, lambda new: ledger.add_account(name, name, role, new), f"已新增账号“{name}”"
        )

    def _reset(self) -> None:
        if (chosen := self._chosen()) is not None:
            ledger = self.context.ledger
            self._with(
                self._other,
                lambda new: ledger.set_password(chosen.user, new),
                f"“{chosen.user}”的密码已重设",
            )

    def _close(self) -> None:
        if (chosen := self._chosen()) is not None:
            ledger = self.context.ledger
            self._do(lambda: ledger.close_account(chosen.user), f"已停用账号“{chosen.user}”")

    def _chosen(self) -> AccountLine | None:
        chosen = self._model.at(self._table.currentIndex())
        if chosen is None:
            self.said.emit("请先在左边选一个账号")
        return chosen

    def _with(
        self, fields: tuple[QLineEdit, QLineEdit], job: Callable[[str], None], told: str
    ) -> None:
        first, again = (field.text() for field in fields)
        if not first or first != again:
            self.said.emit("两次输入的密码不一样，没有保存" if first else "请填密码")
            return
        self._do(lambda: job(first), told)
        for field in fields:
            field.clear()

    def _do(self, job: Callable[[], None], told: str) -> None:
        def done(_: None) -> None:
            self.said.emit(told)
            self.refresh()

        self.context.background.errand(self, lambda _: job(), done, lane="writer")


def _secret(name: str) -> QLineEdit:
    field = QLineEdit()
    field.setEchoMode(QLineEdit.EchoMode.Password)
    field.setPlaceholderText(name)
    field.setAccessibleName(name)
    return field
