"""The first run: the post, a password, the recovery code, and what to begin with."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QGridLayout,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from db.kernel.clock import today
from db.kernel.errors import PolicepostError, UserError
from db.kernel.keys import check_password_strength
from db.post import PostDraft
from desktop.access.code import RecoveryCode
from desktop.access.opening import Opener
from desktop.errors import tell
from desktop.theme import Theme
from desktop.widgets.parts import Tone, boxed, button, column, label, mark_wrong, row, set_tone

if TYPE_CHECKING:
    from db.kernel.journal import Command
    from db.ledger import Ledger

WIDTH = 520
STRONG_ENOUGH = "至少12个字符，或者用空格隔开的4个词。"


@dataclass(frozen=True)
class Made:
    """A new ledger, open, and what the person wants to do first."""

    ledger: "Ledger"
    import_first: bool


class FirstRun(QWidget):
    """Leads through a new ledger in three steps; nothing is written before the second is done.

    `made` gets the open ledger; `sample` is asked for by who wants to look round first.
    """

    def __init__(
        self,
        theme: Theme,
        opener: Opener,
        folder: Path,
        made: Callable[[Made], None],
        sample: Callable[[], None],
    ) -> None:
        super().__init__()
        self.setObjectName("page")
        self._theme, self._opener, self._folder = theme, opener, folder
        self._finished, self._sample = made, sample
        self._ledger: Ledger | None = None
        self._code = RecoveryCode()
        self._communities: list[str] = []
        self._fields = {
            name: _field(text, hint)
            for name, text, hint in (
                ("name", "警务室", "如 三号警务室"),
                ("station", "派出所", "如 示范派出所"),
                ("code", "代号", "如 三号，可以以后再填"),
                ("officer", "您的姓名", "登录时用，如 王建国"),
                ("communities", "社区", "用、隔开，也可以以后从台账导入"),
            )
        }
        self._password, self._again = _secret("密码"), _secret("再输一遍")
        self._strength = label(STRONG_ENOUGH, 12, "second", wrap=True)
        self._unfit = label("", 12, "late", wrap=True)
        # Not stacked: the box is as high as the step in sight needs.
        self._steps = (
            self._post_step(), self._password_step(), self._code_step(), self._begin_step(),
        )  # fmt: skip
        layout = column(boxed(self, theme.px(WIDTH)), (32, 28, 32, 24))
        for step in self._steps:
            layout.addWidget(step)
            step.setVisible(step is self._steps[0])
        self.setFocusProxy(self._fields["name"])

    def _post_step(self) -> QWidget:
        step = _step("建一个新台账", "台账只在这台电脑上，加密保存，不联网。", "第1步，共3步")
        layout = step.layout()
        assert isinstance(layout, QVBoxLayout)  # noqa: S101  made just above
        fields, grid = list(self._fields.values()), QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(4)
        for at, field in enumerate(fields):
            last = at + 1 == len(fields)
            up, across = 2 * (at // 2), 2 if last else 1
            name = label(field.accessibleName(), 12, "second")
            # Nearer to its own field than to the one above.
            name.setContentsMargins(0, 6 if up else 0, 0, 0)
            field.textEdited.connect(lambda _, edited=field: mark_wrong(edited, wrong=False))
            grid.addWidget(name, up, at % 2, 1, across)
            grid.addWidget(field, up + 1, at % 2, 1, across)
            field.returnPressed.connect(self._post_done if last else fields[at + 1].setFocus)
        layout.addLayout(grid)
        layout.addWidget(self._unfit)
        self._unfit.hide()
        line = row(gap=8)
        line.addWidget(button("先用样例看看", self._sample, kind="link"))
        line.addStretch()
        line.addWidget(button("下一步", self._post_done, kind="main"))
        layout.addLayout(line)
        return step

    def _password_step(self) -> QWidget:
        step = _step(
            "设一个密码",
            "打开台账要用它。忘了密码只能用恢复码，没有别的办法。",
            "第2步，共3步",
        )
        layout = step.layout()
        assert isinstance(layout, QVBoxLayout)  # noqa: S101  made just above
        for field in (self._password, self._again):
            layout.addWidget(field)
        layout.addWidget(self._strength)
        self._password.textChanged.connect(self._tell_strength)
        self._again.textChanged.connect(self._tell_strength)
        self._password.returnPressed.connect(self._again.setFocus)
        self._again.returnPressed.connect(self._password_done)
        line = row(gap=8)
        line.addWidget(button("上一步", lambda: self._go(0)))
        line.addStretch()
        self._make = button("建立台账", self._password_done, kind="main")
        line.addWidget(self._make)
        layout.addLayout(line)
        return step

    def _code_step(self) -> QWidget:
        step = _step(
            "收好恢复码",
            "忘了密码时用它打开台账。只显示这一次：抄在纸上，或存到优盘里锁起来。",
            "第3步，共3步",
        )
        layout = step.layout()
        assert isinstance(layout, QVBoxLayout)  # noqa: S101  made just above
        layout.addWidget(self._code)
        self._code.kept.connect(lambda: self._go(3))
        return step

    def _begin_step(self) -> QWidget:
        step = _step("台账建好了", "手里有 Excel 台账，可以现在就带进来；没有也可以直接开始。")
        layout = step.layout()
        assert isinstance(layout, QVBoxLayout)  # noqa: S101  made just above
        line = row(gap=8)
        line.addWidget(button("直接开始", lambda: self._begin(import_first=False)))
        line.addStretch()
        self._import = button("导入台账", lambda: self._begin(import_first=True), kind="main")
        line.addWidget(self._import)
        layout.addLayout(line)
        return step

    @property
    def step(self) -> int:
        """Which step is in sight, from 0."""
        return next(at for at, step in enumerate(self._steps) if not step.isHidden())

    def _go(self, step: int) -> None:
        for at, other in enumerate(self._steps):
            other.setVisible(at == step)
        # The step before is out of sight, and Tab would stop there.
        self.setFocusProxy(None)  # type: ignore[arg-type]
        first = (self._fields["name"], self._password, self._code, self._import)[step]
        first.setFocus()

    def _refuse(self, field: QLineEdit, reason: str) -> None:
        mark_wrong(field, wrong=True)
        self._unfit.setText(reason)
        self._unfit.show()
        field.setFocus()

    def _post_done(self) -> None:
        from db.places.making import community_names  # noqa: PLC0415  slow to import

        for field in self._fields.values():
            mark_wrong(field, wrong=False)
        for name in ("name", "station", "officer"):
            field = self._fields[name]
            if not field.text().strip():
                self._refuse(field, f"请填“{field.accessibleName()}”。")
                return
        try:
            self._communities = community_names(self._fields["communities"].text())
        except UserError as error:
            self._refuse(self._fields["communities"], str(error))
            return
        self._unfit.hide()
        self._go(1)

    def _tell_strength(self) -> None:
        words, tone = self._judged()
        self._strength.setText(words)
        set_tone(self._strength, tone)

    def _judged(self) -> tuple[str, Tone]:
        text = self._password.text()
        if not text:
            return STRONG_ENOUGH, "second"
        try:
            check_password_strength(text)
        except UserError as error:
            return str(error), "tries"
        if self._again.text() and self._again.text() != text:
            return "两遍不一样。", "late"
        return "这个密码可以。", "done"

    def _password_done(self) -> None:
        words, tone = self._judged()
        if tone != "done" or self._password.text() != self._again.text():
            self._strength.setText(words if tone != "done" else "请再输一遍同样的密码。")
            set_tone(self._strength, "late")
            return
        said = {name: field.text().strip() for name, field in self._fields.items()}
        password = self._password.text()
        draft = PostDraft(name=said["name"], station=said["station"], code=said["code"])

        def job() -> "tuple[Ledger, str]":
            from db.ledger import Ledger  # noqa: PLC0415  slow to import

            return Ledger.create(self._folder, draft, password, officer=said["officer"])

        self._make.setEnabled(False)
        self._strength.setText("正在建立……")
        self._opener.start(job, self._created, self._failed)

    def _failed(self, error: Exception) -> None:
        self._make.setEnabled(True)
        self._strength.setText(" ")
        tell(self, error)

    def _created(self, answer: "tuple[Ledger, str]") -> None:
        self._ledger, code = answer
        self._password.clear()
        self._again.clear()
        post = self._fields["name"].text().strip()
        self._code.show_code(code, post, today(self._ledger.clock))
        self._go(2)

    def _begin(self, *, import_first: bool) -> None:
        assert self._ledger is not None  # noqa: S101  this step comes after it was made
        for command in self._first_records():
            try:
                self._ledger.write(command)
            except PolicepostError as error:
                # The ledger is made and its code kept: they can be added in the window.
                tell(self, error)
        self._finished(Made(self._ledger, import_first))

    def _first_records(self) -> "list[Command[Any]]":
        """Return what adds the communities, and the officer as who walks: each visit names one."""
        from db.kernel.access import Role  # noqa: PLC0415  slow to import
        from db.people.colleagues import StaffDraft, add_staff  # noqa: PLC0415  likewise
        from db.places.making import add_communities  # noqa: PLC0415  likewise

        officer = self._fields["officer"].text().strip()
        staff = add_staff(StaffDraft(officer, kind=Role.OFFICER.value))
        return [staff, add_communities(self._communities)] if self._communities else [staff]


def _step(title: str, about: str, which: str = "") -> QWidget:
    step = QWidget()
    layout = column(step, gap=10)
    head = row()
    head.addWidget(label(title, 18), 1)
    head.addWidget(label(which, 12, "second"))
    layout.addLayout(head)
    layout.addWidget(label(about, tone="second", wrap=True))
    layout.addSpacing(6)
    layout.setAlignment(Qt.AlignmentFlag.AlignTop)
    return step


def _field(name: str, hint: str) -> QLineEdit:
    field = QLineEdit()
    field.setAccessibleName(name)
    field.setPlaceholderText(hint)
    return field


def _secret(name: str) -> QLineEdit:
    field = _field(name, name)
    field.setEchoMode(QLineEdit.EchoMode.Password)
    return field
