"""The first run: the post, a password, the recovery code, and what to begin with."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFileDialog,
    QGridLayout,
    QLineEdit,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from db.kernel.clock import today
from db.kernel.errors import PolicepostError, UserError
from db.kernel.files import write_atomically
from db.kernel.keys import check_password_strength
from db.post import PostDraft
from desktop.access.opening import Opener
from desktop.errors import tell
from desktop.theme import Theme
from desktop.widgets.parts import Tone, button, column, label, panel, row, set_tone

if TYPE_CHECKING:
    from db.ledger import Ledger

WIDTH = 520
ASKED_GROUPS = 2


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
        self._code = ""
        self._groups: list[int] = []
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
        self._strength = label(" ", 12, "second", wrap=True)
        self._shown = label(pixels=18)
        self._asked = label(tone="second", wrap=True)
        self._typed = _field("恢复码", "")
        self._fault = label(" ", 12, "late", wrap=True)
        self._unfit = label("", 12, "late", wrap=True)
        self._stack = QStackedWidget()
        for step in (
            self._post_step(),
            self._password_step(),
            self._code_step(),
            self._begin_step(),
        ):
            self._stack.addWidget(step)
        box = panel()
        box.setFixedWidth(theme.px(WIDTH))
        column(box, (32, 28, 32, 24)).addWidget(self._stack)
        outer = column(self)
        outer.addStretch(2)
        outer.addWidget(box, 0, Qt.AlignmentFlag.AlignHCenter)
        outer.addStretch(3)
        self.setFocusProxy(self._fields["name"])

    def _post_step(self) -> QWidget:
        step = _step("建一个新台账", "台账只在这台电脑上，加密保存，不联网。")
        layout = step.layout()
        assert isinstance(layout, QVBoxLayout)  # noqa: S101  made just above
        fields, grid = list(self._fields.values()), QGridLayout()
        grid.setHorizontalSpacing(12)
        for at, field in enumerate(fields):
            last = at + 1 == len(fields)
            up, across = 2 * (at // 2), 2 if last else 1
            grid.addWidget(label(field.accessibleName(), 12, "second"), up, at % 2, 1, across)
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
        step = _step("设一个密码", "打开台账要用它。忘了密码只能用恢复码，没有别的办法。")
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
            "收好恢复码", "忘了密码时用它打开台账。只显示这一次：抄在纸上，或存到优盘里锁起来。"
        )
        layout = step.layout()
        assert isinstance(layout, QVBoxLayout)  # noqa: S101  made just above
        self._shown.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._shown.setWordWrap(True)
        self._shown.setAccessibleName("恢复码")
        layout.addWidget(self._shown)
        keep = row(gap=8)
        keep.addWidget(button("打印", self._print_code))
        keep.addWidget(button("存成文件", self._save_code))
        keep.addStretch()
        layout.addLayout(keep)
        layout.addWidget(self._asked)
        layout.addWidget(self._typed)
        layout.addWidget(self._fault)
        self._typed.returnPressed.connect(self._code_done)
        line = row(gap=8)
        line.addStretch()
        line.addWidget(button("已经收好", self._code_done, kind="main"))
        layout.addLayout(line)
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

    def _go(self, step: int) -> None:
        self._stack.setCurrentIndex(step)
        first = (self._fields["name"], self._password, self._typed, self._import)[step]
        first.setFocus()

    def _post_done(self) -> None:
        from db.places.making import community_names  # noqa: PLC0415  slow to import

        for name in ("name", "station", "officer"):
            field = self._fields[name]
            empty = not field.text().strip()
            field.setProperty("wrong", "true" if empty else "")
            field.style().polish(field)
            if empty:
                self._unfit.setText(f"请填{field.accessibleName()}。")
                self._unfit.show()
                field.setFocus()
                return
        try:
            self._communities = community_names(self._fields["communities"].text())
        except UserError as error:
            self._unfit.setText(str(error))
            self._unfit.show()
            self._fields["communities"].setFocus()
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
            return " ", "second"
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
        self._ledger, self._code = answer
        groups = self._code.split("-")
        self._shown.setText("\n".join("   ".join(groups[at : at + 4]) for at in (0, 4)))
        self._password.clear()
        self._again.clear()
        self._groups = sorted(random.sample(range(len(groups)), ASKED_GROUPS))
        which = "、".join(f"第{at + 1}组" for at in self._groups)
        self._asked.setText(f"看看抄得对不对：请照着抄好的，输入{which}。")
        self._go(2)

    def _print_code(self) -> None:
        from desktop.paper.recovery_sheet import recovery_sheet  # noqa: PLC0415  slow to import
        from desktop.printing import pdf_of, print_paper  # noqa: PLC0415  likewise

        assert self._ledger is not None  # noqa: S101  the code came with it
        post, day = self._fields["name"].text().strip(), today(self._ledger.clock)
        print_paper(self, pdf_of([recovery_sheet(self._code, post=post, made=day)]))

    def _save_code(self) -> None:
        name, _ = QFileDialog.getSaveFileName(self, "恢复码", "恢复码.txt", "文本 (*.txt)")
        if name:
            try:
                write_atomically(Path(name), f"警务室台账恢复码\n{self._code}\n".encode())
            except Exception as error:  # noqa: BLE001  whatever it is, a person is told of it
                tell(self, error)

    def _code_done(self) -> None:
        groups = self._code.split("-")
        wanted = "".join(groups[at] for at in self._groups)
        typed = "".join(c for c in self._typed.text().upper() if c.isalnum())
        if typed != wanted:
            self._fault.setText("和恢复码对不上，请再看看抄的。字母不分大小写，空格可以不要。")
            return
        self._shown.clear()
        self._code = ""
        self._go(3)

    def _begin(self, *, import_first: bool) -> None:
        from db.places.making import add_communities  # noqa: PLC0415

        assert self._ledger is not None  # noqa: S101  this step comes after it was made
        if self._communities:
            try:
                self._ledger.write(add_communities(self._communities))
            except PolicepostError as error:
                # The ledger is made and its code kept: they can be added in the window.
                tell(self, error)
        self._finished(Made(self._ledger, import_first))


def _step(title: str, about: str) -> QWidget:
    step = QWidget()
    layout = column(step, gap=10)
    layout.addWidget(label(title, 18))
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
