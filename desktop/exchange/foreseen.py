"""A package before it is taken in and after: who sent it, what it brings, what is odd about it."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QLabel, QWidget

from db.exchange.applying import Counts
from db.exchanging import Foreseen, Merged
from desktop.exchange.words import counts_words, moment_words
from desktop.widgets.flow import FlowLayout
from desktop.widgets.parts import Tone, button, column, label, row

FIGURES = (
    ("new", "新增"), ("harmless", "别处改动"), ("same", "相同"), ("to_decide", "要您定"),
)  # fmt: skip
NONE = Counts(0, 0, 0, 0, 0)


class ForeseenPanel(QFrame):
    """What merging a package would bring; `wanted` to merge it, `left` to leave it."""

    wanted = Signal()
    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("panel")
        self._from, self._after = label(pixels=16, wrap=True), label(tone="second", wrap=True)
        self._odd = label(tone="late", wrap=True)
        self._numbers: dict[str, QLabel] = {}
        self._figures = QWidget()
        flow = FlowLayout(self._figures, 26)
        for name, title in FIGURES:
            flow.addWidget(self._figure(name, title))
        self._merge = button("合并　Enter", self.wanted.emit, kind="main")
        self._leave = button("不合并　Esc", self.left.emit)
        layout = column(self, (20, 14, 20, 14), 8)
        for one in (self._from, self._figures, self._odd):
            layout.addWidget(one)
        foot = row(gap=10)
        foot.addWidget(self._after, 1)
        foot.addWidget(self._leave)
        foot.addWidget(self._merge)
        layout.addLayout(foot)
        self.setFocusProxy(self._merge)

    def show_foreseen(self, seen: Foreseen) -> None:
        """Show what was looked at; nothing is written yet."""
        self._from.setText(f"“{seen.sender}” {moment_words(seen.created)} 打的包")
        for name, number in self._numbers.items():
            number.setText(str(getattr(seen.counts, name)))
        repeated = not seen.counts.commands
        self._figures.setVisible(not repeated)
        odd = [*seen.warnings]
        if repeated:
            odd.append(
                "里面的内容本机都有了：这个包合并过，或者后来的包已经带过。再收一次什么也不会变。"
            )
        self._odd.setText("\n".join(odd))
        self._odd.setVisible(bool(odd))
        after = seen.receipts
        if not repeated:
            after += "　这是预览，还没有写入；合并前自动备份。"
        self._after.setText(after.strip())
        self._merge.setText("记下回执　Enter" if repeated else "合并　Enter")
        self._merge.setAccessibleName(self._merge.text())

    def _figure(self, name: str, title: str) -> QWidget:
        tone: Tone = "tries" if name == "to_decide" else ""
        made = QWidget()
        line = row(made, gap=6)
        line.addWidget(label(title, tone="second"))
        number = label(pixels=26, tone=tone)
        self._numbers[name] = number
        line.addWidget(number)
        line.addWidget(label("条", tone="second"))
        return made


def merged_words(done: Merged) -> str:
    """Return how a merge went, as sentences."""
    if done.no is None:
        said = f"“{done.sender}”的包没有新内容，台账没有改动。"
    else:
        said = (
            f"已合并“{done.sender}”的包：{counts_words(done.counts)}。"
            f"这是第{done.no}号操作，合并前已备份。"
        )
    if done.counts.to_decide:
        said += "要您定的在下面，先照后登记的算。"
    return "\n".join(line for line in (said, *done.warnings, done.receipts) if line)
