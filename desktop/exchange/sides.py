"""The answers to one question side by side: whose, when, what; which stands, which is chosen."""

from PySide6.QtWidgets import QHBoxLayout, QWidget

from db.merge_desk import Question
from desktop.widgets.parts import clear, column, label, panel, row


class SidesView(QWidget):
    """Empty while nothing is chosen."""

    def __init__(self) -> None:
        super().__init__()
        self._line: QHBoxLayout = row(self, gap=12)

    def show_question(self, question: Question | None, chosen: int | None) -> None:
        """Show the answers in their order; `chosen` is the one a person took."""
        clear(self._line)
        if question is None:
            return
        for at, answer in enumerate(question.answers):
            box = panel()
            inside = column(box, (14, 10, 14, 10), 4)
            inside.addWidget(label(f"{at + 1}　{answer.whose}", 12, "second", wrap=True))
            inside.addWidget(label(answer.words, 16, wrap=True))
            marks = [
                word
                for word, holds in (("定为这个", at == chosen), ("现在照这个", answer.stands))
                if holds
            ]
            inside.addWidget(label("　".join(marks), 12, "accent" if at == chosen else "second"))
            inside.addStretch()
            self._line.addWidget(box, 1)
