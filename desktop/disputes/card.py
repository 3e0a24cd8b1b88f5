"""A dispute as read: its duties with days left, who and what, and the timeline of its facts."""

from datetime import date
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from db.disputes.card import DisputeCard, DutyLine, FactLine
from db.disputes.registering import SIDES
from db.disputes.words import KIND_NAMES, OPEN, RESULT_NAMES, RISK_NAMES
from desktop.widgets.parts import Tone, button, clear, column, label, rule, set_tone
from desktop.words import day_words, left_words

SOON_DAYS = 5
DUTY_WORDS = {"期限": "办结", "回访": "回访", "履行": "履行"}
STATE_TONES: dict[str, Tone] = {
    OPEN: "accent", "settled": "done", "failed": "late", "referred": "second", "withdrawn": "second",
}  # fmt: skip


class CardView(QWidget):
    """Shows a card. `removing` carries the fact whose 删 was pressed."""

    removing = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._title = label(pixels=16, wrap=True)
        self._state = label(pixels=14)
        self._duties = column(gap=2)
        self._about = QGridLayout()
        self._timeline = QGridLayout()
        for grid in (self._about, self._timeline):
            grid.setHorizontalSpacing(10)
            grid.setVerticalSpacing(6)
        layout = column(self, gap=10)
        layout.addWidget(self._title)
        layout.addWidget(self._state)
        layout.addLayout(self._duties)
        layout.addWidget(rule())
        layout.addLayout(self._about)
        layout.addWidget(rule())
        layout.addWidget(label("办理经过", 14))
        layout.addLayout(self._timeline)

    def show_card(self, card: DisputeCard, today: date) -> None:
        """Show a dispute."""
        self._title.setText(" ".join(w for w in (card.number, f"{KIND_NAMES[card.kind]}纠纷") if w))
        self._state.setText(RESULT_NAMES[card.state] + ("，已结案" if card.closed else ""))
        set_tone(self._state, STATE_TONES[card.state])
        clear(self._duties)
        if card.to_report:
            self._duties.addWidget(label("重大纠纷，还没有记报给了谁", 13, "late"))
        for duty in card.duties:
            self._duties.addWidget(_duty_label(duty))
        self._show_about(card)
        clear(self._timeline)
        first = FactLine("", b"", card.registered, "登记", card.source)
        for at, fact in enumerate((first, *card.facts)):
            day = day_words(fact.day, today) if fact.day else "日期不详"
            self._timeline.addWidget(label(day, 12, "second"), at, 0, Qt.AlignmentFlag.AlignTop)
            said = f"{fact.title}：{fact.detail}" if fact.detail else fact.title
            self._timeline.addWidget(label(said, 12, wrap=True), at, 1)
            if fact.record:
                remove = button("删", partial(self.removing.emit, fact), kind="link")
                remove.setAccessibleName(f"删除{day}的{fact.title}")
                self._timeline.addWidget(remove, at, 2)
        self._timeline.setColumnStretch(1, 1)

    def _show_about(self, card: DisputeCard) -> None:
        clear(self._about)
        sides = {
            name: "、".join(party.name for party in card.parties if party.side == side)
            for side, name in SIDES.items()
        }
        lines = {
            **sides, "简要情况": card.brief, "风险": RISK_NAMES.get(card.risk or "", ""),
            "社区": card.community, "调解人": "、".join(card.mediators), "备注": card.note,
        }  # fmt: skip
        for at, (name, words) in enumerate((n, w) for n, w in lines.items() if w):
            self._about.addWidget(label(name, 12, "second"), at, 0, Qt.AlignmentFlag.AlignTop)
            self._about.addWidget(label(words, wrap=True), at, 1)
        self._about.setColumnStretch(1, 1)


def _duty_label(duty: DutyLine) -> QLabel:
    tone: Tone = "late" if duty.days_left < 0 else "tries" if duty.days_left <= SOON_DAYS else ""
    said = (
        f"{duty.by.month}月{duty.by.day}日前{DUTY_WORDS[duty.duty]}，{left_words(duty.days_left)}"
    )
    return label(said, 13, tone)
