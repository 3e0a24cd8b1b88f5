"""A dispute as read: its duties with days left, who and what, and the timeline of its facts."""

from datetime import date
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from db.disputes.card import DisputeCard, DutyLine, FactLine
from db.disputes.course import MediationSession
from db.disputes.parties import SEX_NAMES, SIDES, Party
from db.disputes.words import KIND_NAMES, OPEN, RESULT_NAMES, RISK_NAMES
from db.kernel.workdays import left_words
from desktop.disputes.bar import DossierBar
from desktop.theme import Theme
from desktop.widgets.parts import Tone, button, clear, column, label, row, rule, set_tone
from desktop.words import day_words

SOON_DAYS = 5
EARLIER_SHOWN = 5
DUTY_WORDS = {"期限": "办结", "回访": "回访", "履行": "履行"}
STATE_TONES: dict[str, Tone] = {
    OPEN: "accent", "settled": "done", "failed": "late", "referred": "second", "withdrawn": "second",
}  # fmt: skip


class CardView(QWidget):
    """Shows a card. `removing` and `changing` carry the fact whose 删 or 改 was pressed, `going`
    another dispute."""

    removing = Signal(object)
    changing = Signal(object)
    going = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._bar = DossierBar(theme)
        self._file = label(pixels=12, tone="second", wrap=True)
        self._earlier = column(gap=2)
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
        layout.addWidget(self._bar)
        layout.addWidget(self._file)
        layout.addWidget(rule())
        layout.addLayout(self._about)
        layout.addLayout(self._earlier)
        layout.addWidget(rule())
        layout.addWidget(label("办理经过", 14))
        layout.addLayout(self._timeline)

    def show_card(self, card: DisputeCard, today: date) -> None:
        """Show a dispute."""
        number = card.case.number or card.number
        self._title.setText(" ".join(w for w in (number, f"{KIND_NAMES[card.kind]}纠纷") if w))
        self._state.setText(RESULT_NAMES[card.state] + ("，已结案" if card.closed else ""))
        set_tone(self._state, STATE_TONES[card.state])
        clear(self._duties)
        if card.to_report:
            self._duties.addWidget(label("重大纠纷，还没有记报给了谁", 13, "late"))
        for duty in card.duties:
            self._duties.addWidget(_duty_label(duty))
        if card.confirm_by is not None:
            by = f"{card.confirm_by.month}月{card.confirm_by.day}日"
            self._duties.addWidget(
                label(f"双方可以在{by}前共同申请司法确认", 12, "second", wrap=True)
            )
        self._bar.show_papers(card.papers)
        missing = card.missing
        there = sum(line.state == "filed" for line in card.papers)
        lacking = f"，还缺：{'、'.join(missing)}" if missing else "，需要的都齐了"
        self._file.setText(f"卷宗已入{there}种{lacking}")
        self._show_about(card)
        self._show_earlier(card, today)
        clear(self._timeline)
        first = FactLine("", b"", card.registered, "登记", card.source)
        for at, fact in enumerate((first, *card.facts)):
            day = day_words(fact.day, today) if fact.day else "日期不详"
            self._timeline.addWidget(label(day, 12, "second"), at, 0, Qt.AlignmentFlag.AlignTop)
            said = f"{fact.title}：{fact.detail}" if fact.detail else fact.title
            self._timeline.addWidget(label(said, 12, wrap=True), at, 1, Qt.AlignmentFlag.AlignTop)
            if fact.record:
                self._timeline.addWidget(self._acts(fact, day), at, 2, Qt.AlignmentFlag.AlignTop)
        self._timeline.setColumnStretch(1, 1)

    def _acts(self, fact: FactLine, day: str) -> QWidget:
        """What can be done with a fact: a session is put right, all can be taken out."""
        of = QWidget()
        line = row(of, gap=0)
        line.addStretch()
        acts = [("删", "删除", self.removing)]
        if fact.entity == MediationSession.__tablename__:
            acts.insert(0, ("改", "修改", self.changing))
        for word, called, signal in acts:
            act = button(word, partial(signal.emit, fact), kind="inline")
            act.setAccessibleName(f"{called}{day}的{fact.title}")
            line.addWidget(act)
        return of

    def _show_about(self, card: DisputeCard) -> None:
        clear(self._about)
        sides = {
            name: "、".join(map(_party_words, card.case.side(side))) for side, name in SIDES.items()
        }
        lines = {
            **sides, "地点": card.case.place, "简要情况": card.brief,
            "申请事项": "；".join(card.case.requests), "风险": RISK_NAMES.get(card.risk or "", ""),
            "社区": card.community, "调解人": "、".join(card.mediators),
            "协议": card.case.agreement.terms or "", "纸质编号": card.case.paper_number, "备注": card.note,
        }  # fmt: skip
        for at, (name, words) in enumerate((n, w) for n, w in lines.items() if w):
            self._about.addWidget(label(name, 12, "second"), at, 0, Qt.AlignmentFlag.AlignTop)
            self._about.addWidget(label(words, wrap=True), at, 1)
        self._about.setColumnStretch(1, 1)

    def _show_earlier(self, card: DisputeCard, today: date) -> None:
        clear(self._earlier)
        if not card.earlier:
            return
        self._earlier.addWidget(label(f"登记前十二个月内另有{len(card.earlier)}件", 12, "second"))
        for line in card.earlier[:EARLIER_SHOWN]:
            words = f"{line.number} {day_words(line.day, today)} {KIND_NAMES[line.kind]}纠纷"
            go = button(words.strip(), partial(self.going.emit, line.id), kind="link")
            self._earlier.addWidget(go, 0, Qt.AlignmentFlag.AlignLeft)
            # A button keeps its words on one line, and would push the panel's right side out of sight.
            self._earlier.addWidget(label(f"同：{'、'.join(line.same)}", 12, "second", wrap=True))


def _party_words(party: Party) -> str:
    of = party.of
    known = (
        SEX_NAMES.get(of.sex or "", ""), f"{of.age}岁" if of.age is not None else "",
        of.phone or "", f"监护人{of.guardian}" if of.guardian else "", f"代理人{of.agent}" if of.agent else "",
    )  # fmt: skip
    said = "，".join(word for word in known if word)
    return f"{of.name}（{said}）" if said else of.name


def _duty_label(duty: DutyLine) -> QLabel:
    tone: Tone = "late" if duty.days_left < 0 else "tries" if duty.days_left <= SOON_DAYS else ""
    said = (
        f"{duty.by.month}月{duty.by.day}日前{DUTY_WORDS[duty.duty]}，{left_words(duty.days_left)}"
    )
    if not duty.known:
        said += f"（{duty.by.year}年的节假日还没有录，先按周一到周五上班算）"
    return label(said, 13, tone, wrap=True)
