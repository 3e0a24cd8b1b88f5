"""存在问题 and 工作计划: as they are proposed, or as a person wrote them, span by span."""

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from db.figures.model import SpanFigures
from desktop.page import Context
from desktop.paper.report_outlook import proposed_plans, proposed_problems
from desktop.unsaved import Keeper
from desktop.widgets.parts import button, column, label

# The boxes' texts, in their order.
Texts = tuple[str, str]


class Sentences(QWidget):
    """What is written for a span stays with it, over other spans and a crash, until it is issued.

    `changed` tells that other sentences stand there, `left` carries the span an earlier run left.
    """

    changed = Signal()
    left = Signal(str)

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.problems, self.plans = QPlainTextEdit(), QPlainTextEdit()
        self._span = ""
        self._proposed: Texts = ("", "")
        self._written: dict[str, Texts] = {}
        self._issued: set[str] = set()
        self._keeper = Keeper(context, "周报", self._typed, self._take_back, self)
        layout = column(self, gap=10)
        self._names = (label("", 12, "second"), label("", 12, "second"))
        for name, box in zip(self._names, (self.problems, self.plans), strict=True):
            layout.addWidget(name)
            box.setTabChangesFocus(True)
            box.setObjectName("sentences")
            box.textChanged.connect(self._write)
            layout.addWidget(box, 1)
        layout.addWidget(button("恢复自动拟写的", self.propose, kind="link"))
        self.setFocusProxy(self.problems)

    @property
    def lines(self) -> tuple[list[str], list[str]]:
        """The problems and the plans as they stand."""
        return _lines(self.problems.toPlainText()), _lines(self.plans.toPlainText())

    def show_figures(self, figures: SpanFigures) -> None:
        """Show what was written for the span of these figures, or what they propose."""
        self._span = str(figures.span)
        said = ("存在问题", f"{figures.kind.next}工作计划")
        for name, box, words in zip(self._names, (self.problems, self.plans), said, strict=True):
            name.setText(f"{words}（一行一条，可以改）")
            box.setAccessibleName(words)
        self._proposed = (
            "\n".join(proposed_problems(figures)),
            "\n".join(proposed_plans(figures)),
        )
        self._put(self._written.get(self._span, self._proposed))

    def propose(self) -> None:
        """Drop what was written for this span."""
        if self._written.pop(self._span, None) is not None:
            self._keeper.typed()
        self._put(self._proposed)

    def issued(self) -> None:
        """What is written for this span is on paper; it stands on, but nothing of it waits."""
        self._issued.add(self._span)
        if self._typed() is None:
            self._keeper.done()
        else:
            self._keeper.typed()

    def _put(self, texts: Texts) -> None:
        for box, text in zip((self.problems, self.plans), texts, strict=True):
            # A box that stands as it should keeps its cursor.
            if box.toPlainText() != text:
                box.blockSignals(True)  # noqa: FBT003  Qt's own signature
                box.setPlainText(text)
                box.blockSignals(False)  # noqa: FBT003
        self.changed.emit()

    def _write(self) -> None:
        if not self._span:
            return
        self._written[self._span] = (self.problems.toPlainText(), self.plans.toPlainText())
        self._issued.discard(self._span)
        self._keeper.typed()
        self.changed.emit()

    def _typed(self) -> dict[str, Any] | None:
        waits = {span: texts for span, texts in self._written.items() if span not in self._issued}
        return {span: list(texts) for span, texts in waits.items()} or None

    def _take_back(self, kept: dict[str, Any]) -> None:
        if isinstance(kept.get("week"), str):
            # Versions before this one kept one week.
            kept = {kept["week"]: [kept.get("problems", ""), kept.get("plans", "")]}
        for span, (problems, plans) in kept.items():
            self._written.setdefault(span, (problems, plans))
        if self._span in kept:
            self._put(self._written[self._span])
        else:
            self.left.emit(next(iter(kept)))


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]
