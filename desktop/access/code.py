"""The recovery code as it is shown once: written down, printed or saved, and checked before it goes."""

import random
from datetime import date
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog, QLineEdit, QWidget

from db.kernel.files import write_atomically
from desktop.errors import tell
from desktop.widgets.parts import button, column, label, row

ASKED_GROUPS, GROUPS_A_LINE = 2, 4


class RecoveryCode(QWidget):
    """Shows a code and asks for some of its groups; `kept` tells that they were typed rightly."""

    kept = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._code, self._post = "", ""
        self._made = date.min
        self._asked_for: list[int] = []
        self._shown = label(pixels=18, wrap=True)
        self._shown.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._shown.setAccessibleName("恢复码")
        self._asked = label(tone="second", wrap=True)
        self._fault = label(" ", 12, "late", wrap=True)
        self._typed = QLineEdit()
        self._typed.setAccessibleName("恢复码")
        self._typed.setPlaceholderText("字母不分大小写，空格可以不要")
        self._typed.returnPressed.connect(self.check)
        self._typed.textEdited.connect(lambda _: self._fault.setText(" "))
        layout = column(self, gap=10)
        layout.addWidget(self._shown)
        keep = row(gap=8)
        keep.addWidget(button("打印", self._print))
        keep.addWidget(button("存成文件", self._save))
        keep.addStretch()
        layout.addLayout(keep)
        for widget in (self._asked, self._typed, self._fault):
            layout.addWidget(widget)
        line = row(gap=8)
        line.addStretch()
        line.addWidget(button("已经收好", self.check, kind="main"))
        layout.addLayout(line)
        self.setFocusProxy(self._typed)

    def show_code(self, code: str, post: str, made: date) -> None:
        """Show a code, and ask for groups of it that nobody knows before."""
        self._code, self._post, self._made = code, post, made
        groups = code.split("-")
        lines = [groups[at : at + GROUPS_A_LINE] for at in range(0, len(groups), GROUPS_A_LINE)]
        self._shown.setText("\n".join("   ".join(line) for line in lines))
        self._asked_for = sorted(random.sample(range(len(groups)), ASKED_GROUPS))
        which = "、".join(f"第{at + 1}组" for at in self._asked_for)
        self._asked.setText(f"看看抄得对不对：请照着抄好的，输入{which}。")

    def check(self) -> None:
        """Compare what is typed with the code, and forget the code once it is right."""
        groups = self._code.split("-")
        wanted = "".join(groups[at] for at in self._asked_for)
        if "".join(c for c in self._typed.text().upper() if c.isalnum()) != wanted:
            self._fault.setText("和恢复码对不上，请再看看抄的。")
            self._typed.setFocus()
            return
        self.forget()
        self.kept.emit()

    def forget(self) -> None:
        """Show the code no more."""
        self._shown.clear()
        self._typed.clear()
        self._code = ""

    def _print(self) -> None:
        from desktop.paper.recovery_sheet import recovery_sheet  # noqa: PLC0415  slow to import
        from desktop.printing import pdf_of, print_paper  # noqa: PLC0415  likewise

        sheet = recovery_sheet(self._code, post=self._post, made=self._made)
        print_paper(self, pdf_of([sheet]))

    def _save(self) -> None:
        name, _ = QFileDialog.getSaveFileName(self, "恢复码", "恢复码.txt", "文本 (*.txt)")
        if name:
            try:
                write_atomically(Path(name), f"警务室台账恢复码\n{self._code}\n".encode())
            except Exception as error:  # noqa: BLE001  whatever it is, a person is told of it
                tell(self, error)
