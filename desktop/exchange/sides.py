"""The answers to one question side by side: whose, when, what; which stands, which is chosen."""

from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from db.merge_desk import Answer, Question
from desktop.widgets.parts import column, label, row, set_tone


class SidesView(QWidget):
    """Empty while nothing is chosen."""

    def __init__(self) -> None:
        super().__init__()
        self._line: QHBoxLayout = row(self, gap=12)
        self._boxes: list[_Side] = []

    def show_question(self, question: Question | None, chosen: int | None) -> None:
        """Show the answers in their order; `chosen` is the one a person took."""
        answers = question.answers if question else ()
        while len(self._boxes) < len(answers):
            self._boxes.append(_Side(self))
            self._line.addWidget(self._boxes[-1], 1)
        for at, box in enumerate(self._boxes):
            box.setVisible(at < len(answers))
            if at < len(answers):
                box.show_answer(at, answers[at], chosen=at == chosen)


class _Side(QFrame):
    """One answer."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self._whose = label(pixels=12, tone="second", wrap=True)
        self._words = label(pixels=16, wrap=True)
        self._marks = label(pixels=12)
        inside = column(self, (14, 10, 14, 10), 4)
        for one in (self._whose, self._words, self._marks):
            inside.addWidget(one)
        inside.addStretch()

    def show_answer(self, at: int, answer: Answer, *, chosen: bool) -> None:
        """Show it under its number."""
        self._whose.setText(f"{at + 1}　{answer.whose}")
        self._words.setText(answer.words)
        marks = (("定为这个", chosen), ("现在照这个", answer.stands))
        self._marks.setText("　".join(word for word, holds in marks if holds))
        set_tone(self._marks, "accent" if chosen else "second")
