"""待定: fields that two sites set differently; a key chooses, one command saves all choices."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeAlias

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from db.exchange.deciding import decide
from db.kernel.access import Right
from db.kernel.ids import Id
from db.kernel.journal import Done
from db.merge_desk import Question
from desktop.errors import tell
from desktop.exchange.sides import SidesView
from desktop.page import Context
from desktop.widgets.flow import FlowLayout
from desktop.widgets.parts import button, column, panel
from desktop.widgets.tables import Column, RowModel, RowTable

MOST_ANSWERS = 9
# In a low window the page scrolls rather than show a row or two.
LEAST_HIGH = 140
Key: TypeAlias = tuple[str, Id, str]


class QuestionsView(QWidget):
    """Nothing is written before it is saved, and then all of it as one step."""

    said = Signal(str)

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._chosen: dict[Key, int] = {}
        self.model: RowModel[Question] = RowModel(
            (
                Column("种类", lambda q: q.noun, 5),
                Column("登记", lambda q: q.title, 12),
                Column("栏目", lambda q: q.label, 6),
                Column("1", partial(_answer, at=0), 15),
                Column("2", partial(_answer, at=1), 15),
                Column("定为", self._choice_words, 12),
            )
        )
        self.table = RowTable(self.model, "等人定的", "没有要定的：两边没有把同一处登记成不一样")
        self._sides = SidesView()
        layout = column(self, gap=10)
        self.table.setMinimumHeight(context.theme.px(LEAST_HIGH))
        frame = panel()
        column(frame, (6, 6, 6, 6)).addWidget(self.table)
        layout.addWidget(self._buttons())
        layout.addWidget(frame, 1)
        layout.addWidget(self._sides)
        steps: dict[str, Callable[[], object]] = {
            str(n + 1): partial(self.choose, n) for n in range(MOST_ANSWERS)
        }
        steps |= {
            "F3": self.choose_later, "F4": self.choose_ours, "Backspace": self.choose_none,
            "Return": self.save, "Enter": self.save,
        }  # fmt: skip
        self.table.has_keys(steps)
        self.table.selectionModel().currentRowChanged.connect(lambda *_: self._show_sides())
        self.setFocusProxy(self.table)

    def show_questions(self, questions: Sequence[Question]) -> None:
        """Show what is to decide; choices not saved yet stay where the answers are the same as before."""
        # Another package may have put another answer in the place of the one that was chosen.
        before = {_key(one): one.answers for one in self.model.rows}
        same = {key for one in questions if before.get(key := _key(one)) == one.answers}
        self._chosen = {key: at for key, at in self._chosen.items() if key in same}
        at = max(self.table.currentIndex().row(), 0)
        self.model.show_rows(questions)
        if questions:
            self.table.selectRow(min(at, len(questions) - 1))
        self._show_sides()

    def choose(self, at: int) -> None:
        """Take this answer for the rows that are marked; from one row go on to the next."""
        rows = self._marked()
        for row in rows:
            question = self.model.rows[row]
            if at < len(question.answers):
                self._chosen[_key(question)] = at
        self._chosen_changed()
        if len(rows) == 1 and rows[0] + 1 < len(self.model.rows):
            self.table.selectRow(rows[0] + 1)

    def choose_later(self) -> None:
        """Take the later entry everywhere."""
        for question in self.model.rows:
            self._chosen[_key(question)] = question.later
        self._chosen_changed()

    def choose_ours(self) -> None:
        """Take this copy's own entry wherever it has one."""
        for question in self.model.rows:
            if question.ours is not None:
                self._chosen[_key(question)] = question.ours
        self._chosen_changed()

    def choose_none(self) -> None:
        """Leave the marked rows open again."""
        for row in self._marked():
            self._chosen.pop(_key(self.model.rows[row]), None)
        self._chosen_changed()

    def save(self) -> None:
        """Write all choices as one command."""
        choices = [
            question.choice(self._chosen[_key(question)])
            for question in self.model.rows
            if _key(question) in self._chosen
        ]
        if not choices:
            self.said.emit("还没有选：按 1 或 2 选一边，Ctrl+A 全选，F3 全部用后登记的")
        elif self._context.may_write(self.said):
            self._context.background.write(self, decide(choices), self._saved, self._refused)

    def _saved(self, done: Done[int]) -> None:
        self.said.emit(f"已定{done.value}条。下次打包带给对方，对方不用再定")

    def _refused(self, error: Exception) -> None:
        tell(self, error)

    def _buttons(self) -> QWidget:
        line = QWidget()
        flow = FlowLayout(line)
        save = button("保存选好的　Enter", self.save, kind="main")
        first = button("用本机的　1", partial(self.choose, 0))
        second = button("用对方的　2", partial(self.choose, 1))
        later = button("全部用后登记的　F3", self.choose_later)
        ours = button("全部用本机的　F4", self.choose_ours)
        for one in (first, second, later, ours, save):
            one.setEnabled(self._context.may(Right.WRITE))
            flow.addWidget(one)
        return line

    def _marked(self) -> list[int]:
        return sorted(index.row() for index in self.table.selectionModel().selectedRows())

    def _choice_words(self, question: Question) -> str:
        at = self._chosen.get(_key(question))
        return "" if at is None else f"{at + 1}　{question.answers[at].words}"

    def _chosen_changed(self) -> None:
        last = len(self.model.rows) - 1
        if last >= 0:
            at = len(self.model.columns) - 1
            self.model.dataChanged.emit(self.model.index(0, at), self.model.index(last, at))
        self._show_sides()

    def _show_sides(self) -> None:
        question = self.model.at(self.table.currentIndex())
        self._sides.show_question(question, self._chosen.get(_key(question)) if question else None)


def _key(question: Question) -> Key:
    return question.entity, question.record, question.field


def _answer(question: Question, at: int) -> str:
    """An answer in the list: what, and where it was entered; of three sides the third stands below."""
    if at >= len(question.answers):
        return ""
    answer = question.answers[at]
    return f"{answer.words}（{answer.site}）" if answer.site else answer.words
