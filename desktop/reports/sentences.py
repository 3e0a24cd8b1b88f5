"""存在问题 and 下周工作计划: as they are proposed, or as a person wrote them, week by week."""

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from db.figures.model import WeekFigures
from desktop.page import Context
from desktop.paper.weekly_outlook import proposed_plans, proposed_problems
from desktop.unsaved import Keeper
from desktop.widgets.parts import button, column, label

# The boxes' texts, in their order.
Texts = tuple[str, str]


class Sentences(QWidget):
    """What is written for a week stays with it, over other weeks and a crash, until it is issued.

    `changed` tells that other sentences stand there, `left` carries the week an earlier run left.
    """

    changed = Signal()
    left = Signal(str)

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.problems, self.plans = QPlainTextEdit(), QPlainTextEdit()
        self._week = ""
        self._proposed: Texts = ("", "")
        self._written: dict[str, Texts] = {}
        self._issued: set[str] = set()
        self._keeper = Keeper(context, "周报", self._typed, self._take_back, self)
        layout = column(self, gap=10)
        for name, box in (("存在问题", self.problems), ("下周工作计划", self.plans)):
            layout.addWidget(label(f"{name}（一行一条，可以改）", 12, "second"))
            box.setAccessibleName(name)
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

    def show_week(self, week: str, figures: WeekFigures) -> None:
        """Show what was written for a week, or what its figures propose."""
        self._week = week
        self._proposed = (
            "\n".join(proposed_problems(figures)),
            "\n".join(proposed_plans(figures)),
        )
        self._put(self._written.get(week, self._proposed))

    def propose(self) -> None:
        """Drop what was written for this week."""
        if self._written.pop(self._week, None) is not None:
            self._keeper.typed()
        self._put(self._proposed)

    def issued(self) -> None:
        """What is written for this week is on paper; it stands on, but nothing of it waits."""
        self._issued.add(self._week)
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
        if not self._week:
            return
        self._written[self._week] = (self.problems.toPlainText(), self.plans.toPlainText())
        self._issued.discard(self._week)
        self._keeper.typed()
        self.changed.emit()

    def _typed(self) -> dict[str, Any] | None:
        waits = {week: texts for week, texts in self._written.items() if week not in self._issued}
        return {week: list(texts) for week, texts in waits.items()} or None

    def _take_back(self, kept: dict[str, Any]) -> None:
        if isinstance(kept.get("week"), str):
            # Versions before this one kept one week.
            kept = {kept["week"]: [kept.get("problems", ""), kept.get("plans", "")]}
        for week, (problems, plans) in kept.items():
            self._written.setdefault(week, (problems, plans))
        if self._week in kept:
            self._put(self._written[self._week])
        else:
            self.left.emit(next(iter(kept)))


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]
