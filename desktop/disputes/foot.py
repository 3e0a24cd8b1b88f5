"""Below a dispute as read: a link with its key for all that can be entered, and what is due next."""

from collections.abc import Callable, Mapping
from functools import partial

from PySide6.QtWidgets import QPushButton, QWidget

from db.disputes.card import DisputeCard
from desktop.disputes.forms import FACTS, fitting, next_fact
from desktop.widgets.flow import FlowLayout
from desktop.widgets.parts import button, column

# What is entered when it happens, whatever is due next; in the order of a life.
STEPS = {
    "session": "T", "extend": "Y", "report": "B", "conclude": "J", "agreement": "X", "perform": "L",
    "follow_up": "H", "answer": "D", "close": "G", "reopen": "C",
}  # fmt: skip
FILES = "附件 F"


class Foot(QWidget):
    """Shows the steps that fit a dispute, the doors to what else it has, and the duty that is next.

    `begin` opens the form of a step, `duty` that of what is due; `before` and `behind` stand round
    the steps, each by its words; FILES is one of those behind.
    """

    def __init__(
        self,
        begin: Callable[[str], None],
        duty: Callable[[], None],
        before: Mapping[str, Callable[[], None]],
        behind: Mapping[str, Callable[[], None]],
    ) -> None:
        super().__init__()
        self._main = button("", duty, kind="main")
        self.steps: dict[str, QPushButton] = {}
        line = QWidget()
        column(self, (16, 4, 16, 12)).addWidget(line)
        flow = FlowLayout(line, gap=4)
        # First, and in the line of the others: in a low window a line is what a dispute says.
        flow.addWidget(self._main)
        for words, act in before.items():
            flow.addWidget(button(words, act, kind="link"))
        for name, key in STEPS.items():
            step = button(f"{FACTS[name].title} {key}", partial(begin, name), kind="link")
            self.steps[name] = step
            flow.addWidget(step)
        self._behind = {words: button(words, act, kind="link") for words, act in behind.items()}
        for link in self._behind.values():
            flow.addWidget(link)

    def show_card(self, card: DisputeCard, *, may: bool) -> None:
        """Show what a dispute can take as it stands; `may` tells whether anything can be entered."""
        due = next_fact(card) if may else None
        for name, fits in fitting(card).items():
            # What is next stands on the main button: twice it would take a line of a low window.
            self.steps[name].setVisible(fits and name != due)
        count = f"{card.attachments}个" if card.attachments else ""
        self._behind[FILES].setText(FILES.replace(" ", f"{count} "))
        self._main.setVisible(due is not None)
        if due is not None:
            self._main.setText(f"登记{FACTS[due].title}　Enter")
