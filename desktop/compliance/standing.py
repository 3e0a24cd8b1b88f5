"""达标: who met an officer this week, who trained this month, and by name who did not."""

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial
from typing import Any, ClassVar, NamedTuple

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QButtonGroup, QComboBox, QHBoxLayout, QPushButton
from sqlalchemy import Connection

from db.compliance import (
    Duty,
    Kept,
    Standing,
    contact_by_week,
    contact_in_week,
    trained_in_month,
    training_by_month,
)
from db.compliance.hours import working_hours
from db.compliance.untrained import REASON_NAMES, Untrained, with_reasons
from db.figures.rates import percent
from db.kernel.dates import month_day
from db.kernel.ids import Id
from db.kernel.workdays import Period, Week, month_of, month_to
from db.people import OCCUPATION_NAMES, ROLE_NAMES
from db.places import CommunityLine, communities
from db.post import the_post
from desktop.compliance.lacking import Lacking, LackingPanel
from desktop.page import Context, Page
from desktop.paper.internal import uncontacted_paper, untrained_paper
from desktop.paper.table_book import table_book
from desktop.paper.words import rate
from desktop.paper_out import Leaving, Made, PaperOut, allow
from desktop.widgets.bars import WeekChart
from desktop.widgets.numbers import Number, NumberLine, NumberTable
from desktop.widgets.parts import button, column, fill, label, panel, row
from desktop.widgets.periods import PeriodBox, period_words

ONE_DAY = timedelta(days=1)
NO_WORD = "没有写"
# Longer than a week is meant as its month.
WEEK_DAYS = 7
DUTIES: dict[Duty, str] = {"contact": "每周见面", "training": "每月参训"}
PAPERS: dict[Duty, str] = {"contact": "未见面名单", "training": "未参训名单"}
HEADS: dict[Duty, tuple[str, str]] = {
    "contact": ("见过面", "没见面"), "training": ("已参训", "未参训"),
}  # fmt: skip


class Answer(NamedTuple):
    """All that the page shows, asked for in one go so that its numbers fit each other."""

    standing: Standing
    untrained: list[Untrained]
    past: list[Kept]
    places: list[CommunityLine]


class StandingPage(Page):
    """A week's contact or a month's training, in numbers, by name and on paper."""

    title: ClassVar[str] = "达标"
    watches: ClassVar[frozenset[str]] = frozenset(
        (
            "volunteer", "volunteer_term", "visit", "training", "attendance", "dispute_session",
            "community", "post", "day_off", "dispute_follow_up",
        )
    )  # fmt: skip
    keys: ClassVar[tuple[tuple[str, str], ...]] = (
        ("方向键", "在数字间移动，右边跟着列出这一行还没达标的人"),
        ("Enter", "打开数字后面的人；在右边打开这个人"),
        ("Alt+←　Alt+→", "前一周（月）　后一周（月）"),
        ("Ctrl+C", "复制整张表，可以贴进 Excel"),
        ("Ctrl+P", "打印右边的名单"),
        ("Ctrl+S", "把右边的名单存为 PDF 或 Excel"),
    )

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._out = PaperOut(self)
        self._duty: Duty = "contact"
        self._counted_on = context.today
        self._at = Week.of(context.today).period
        self._answer: Answer | None = None
        self._days, self._community = PeriodBox(lambda: context.today), QComboBox()
        self._summary, self._trend = label(pixels=14, wrap=True), label(pixels=14)
        self._chart = WeekChart(context.theme)
        self._table = NumberTable("达标人数")
        self._lacking = LackingPanel(context)
        self._group = QButtonGroup(self)
        self._choices: dict[Duty, QPushButton] = {}
        self._build()
        self.setFocusProxy(self._table)

    def open(self, what: Mapping[str, Any]) -> None:
        """Show the week's contact or the month's training, as a route asks."""
        if what.get("entity") == "untrained":
            self._go("training", month_of(self.context.today))

    def refresh(self) -> None:
        """Count again; the week or month that was the current one is left when another has begun."""
        today, before = self.context.today, self._counted_on
        self._counted_on = today
        if today != before and before in self._at:
            self._at = Week.of(today).period if self._duty == "contact" else month_of(today)
        self._show_days()
        duty, at = self._duty, self._at
        community: Id | None = self._community.currentData()

        def question(connection: Connection) -> Answer:
            places = communities(connection)
            if duty == "contact":
                week = Week.of(at.start)
                standing = contact_in_week(connection, week, today, community)
                return Answer(standing, [], contact_by_week(connection, week, today), places)
            month = month_of(at.start)
            standing = trained_in_month(connection, month, today, community)
            missing = with_reasons(connection, standing, working_hours(connection))
            return Answer(standing, missing, training_by_month(connection, month, today), places)

        self.context.background.ask(self, question, self._show)

    def print(self) -> None:
        """Print the names at the right as an internal paper."""
        if (made := self._made()) is not None:
            self._out.print(made)

    def save(self) -> None:
        """Save them as a PDF, or as Excel for who may take whole names out so."""
        if (made := self._made()) is not None:
            part = f" {self._lacking.called}" if self._lacking.called else ""
            name = f"{PAPERS[self._duty]}{part} {self._at.start}至{self._at.end}"
            self._out.save(name, made, named=True)

    def _made(self) -> Made | None:
        """What makes the paper of the names at the right."""
        answer, day = self._answer, self.context.today
        if answer is None:
            return None
        chosen = {one.line.volunteer for one in self._lacking.people}
        of = self._lacking.called

        def made(connection: Connection) -> Leaving:
            author, standing = the_post(connection).name, answer.standing
            if standing.duty == "training":
                people = [one for one in answer.untrained if one.line.volunteer in chosen]
                up_to = standing.period.end
                paper = untrained_paper(people, author=author, made_on=day, up_to=up_to, of=of)
            else:
                lines = tuple(line for line in standing.lines if line.volunteer in chosen)
                part = standing._replace(lines=lines)
                paper = uncontacted_paper(part, author=author, made_on=day, of=of)
            return Leaving(f"{len(chosen)}人的名单", (paper,), table_book(paper), named=True)

        return made

    def _build(self) -> None:
        outer = column(self, (20, 12, 20, 14), 10)
        outer.addLayout(self._head())
        outer.addWidget(self._summary)
        left, right = panel(), panel()
        inside = column(left, (16, 12, 16, 12), 8)
        inside.addWidget(self._trend)
        inside.addWidget(self._chart)
        inside.addWidget(self._table, 1)
        column(right, (12, 12, 12, 8)).addWidget(self._lacking)
        body = row(gap=16)
        body.addWidget(left, 1)
        body.addWidget(right, 1)
        outer.addLayout(body, 1)
        self._lacking.said.connect(self.said)
        self._table.opened.connect(self._open)
        self._table.selectionModel().currentChanged.connect(lambda at, _: self._narrow(at.row()))
        self._chart.chosen.connect(self._open_past)
        self._chart.setMaximumHeight(self.context.theme.px(150))

    def _head(self) -> QHBoxLayout:
        head = row(gap=8)
        for duty, words in DUTIES.items():
            choice = button(words, partial(self._turn, duty), kind="choice")
            choice.setCheckable(True)
            self._group.addButton(choice)
            self._choices[duty] = choice
            head.addWidget(choice)
        self._choices["contact"].setChecked(True)
        head.addSpacing(8)
        for sign, step, name in (("‹", -1, "往前"), ("›", 1, "往后")):
            turn = button(sign, partial(self._step, step))
            turn.setAccessibleName(name)
            head.addWidget(turn)
            keys = QKeySequence("Alt+Left" if step < 0 else "Alt+Right")
            shortcut = QShortcut(keys, self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(partial(self._step, step))
        self._days.show_period(self._at)
        self._days.chosen.connect(self._choose)
        self._days.refused.connect(self.said)
        head.insertWidget(head.count() - 1, self._days)
        self._community.setAccessibleName("社区")
        self._community.addItem("全部社区", None)
        self._community.activated.connect(lambda _: self.refresh())
        head.addWidget(self._community)
        head.addStretch()
        printing = button("打印 Ctrl+P", self.print)
        printing.setShortcut("Ctrl+P")
        saving = button("存为 Ctrl+S", self.save)
        saving.setShortcut("Ctrl+S")
        allow(self.context, printing, saving)
        head.addWidget(printing)
        head.addWidget(saving)
        return head

    def _turn(self, duty: Duty) -> None:
        """Show the other duty, for the week or month that lies about the days in sight."""
        if duty != self._duty:
            day = min(self._at.end, self.context.today)
            self._go(duty, Week.of(day).period if duty == "contact" else month_of(day))

    def _step(self, by: int) -> None:
        day = self._at.end + ONE_DAY if by > 0 else self._at.start - ONE_DAY
        if day <= self.context.today:
            contact = self._duty == "contact"
            self._go(self._duty, Week.of(day).period if contact else month_of(day))

    def _choose(self, period: Period | None) -> None:
        today = self.context.today
        days = Period(today, today) if period is None else period
        day = min(days.end, today)
        if (days.end - days.start).days < WEEK_DAYS:
            self._go("contact", Week.of(day).period)
        else:
            self._go("training", month_of(day))

    def _go(self, duty: Duty, at: Period) -> None:
        self._duty, self._at = duty, at
        self._choices[duty].setChecked(True)
        self.refresh()

    def _show_days(self) -> None:
        today = self.context.today
        self._days.show_period(month_to(today) if self._at == month_of(today) else self._at)

    def _show(self, answer: Answer) -> None:
        self._answer = answer
        standing, past = answer.standing, answer.past
        kept, lacking = HEADS[standing.duty]
        fill(self._community, [(place.name, place.id) for place in answer.places], first=1)
        why = Counter(one.reason for one in answer.untrained)
        told = "，".join(f"{word}{why[of]}人" for of, word in REASON_NAMES.items() if why[of])
        self._summary.setText(self._sentence(standing) + (f"其中{told}。" if told else ""))
        self.about.emit(period_words(self._at, self.context.today))
        contact = standing.duty == "contact"
        whole = "" if self._community.currentData() is None else "（全部社区）"
        self._trend.setText(f"各{'周' if contact else '月'}{kept}的人{whole}")
        names = [
            str(Week.of(one.period.start).number) if contact else f"{one.period.start.month}月"
            for one in past
        ]
        counts = [(name, one.kept) for name, one in zip(names, past, strict=True)]
        self._chart.show_weeks(counts, "第{}周{}人" if contact else "{}{}人")
        heads = ("在岗", kept, lacking, "达标率")
        self._table.show_lines(heads, [_line(*group) for group in _groups(standing)])
        self._narrow(self._table.currentIndex().row())

    def _sentence(self, standing: Standing) -> str:
        days = f"{month_day(standing.period.start)}至{month_day(standing.period.end)}"
        active, kept = len(standing.active), len(standing.kept)
        share = rate(percent(kept, active))
        if standing.duty == "contact":
            said = f"{days}，在岗{active}人，和民警见过面的{kept}人，占{share}；没见面{active - kept}人。"
            return said + "一起走访、到训、参与调解都算见面。"
        return f"{days}，在岗{active}人，已参训{kept}人，占{share}；未参训{active - kept}人。"

    def _narrow(self, at: int) -> None:
        """List at the right those of the line under the cursor."""
        if self._answer is None:
            return
        standing = self._answer.standing
        groups = _groups(standing)
        name, of = groups[at] if 0 <= at < len(groups) else groups[0]
        wanted = set(of.lacking)
        told = {one.line.volunteer: one.told for one in self._answer.untrained}
        people = [
            Lacking(line, told.get(line.volunteer, ""))
            for line in standing.lines
            if line.volunteer in wanted
        ]
        called = "" if of == standing else name.replace("　", " ")
        self._lacking.show_people(standing.duty, called, people)

    def _open(self, number: Number) -> None:
        title = f"{period_words(self._at, self.context.today)} {number.title} {len(number.ids)}人"
        self.context.routes.go("people", tab="volunteers", ids=number.ids, title=title)

    def _open_past(self, at: int) -> None:
        if self._answer is not None:
            day = self._answer.past[at].period.start
            contact = self._duty == "contact"
            self._go(self._duty, Week.of(day).period if contact else month_of(day))

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Esc goes back to the numbers."""
        if event.key() == Qt.Key.Key_Escape and not self._table.hasFocus():
            self._table.setFocus()
        else:
            super().keyPressEvent(event)


def _groups(standing: Standing) -> list[tuple[str, Standing]]:
    """All, then each community, role and occupation, under its name."""
    parts: list[tuple[str, Standing]] = [("全部", standing)]
    by: tuple[tuple[str, Callable[[Any], str], Mapping[str, str]], ...] = (
        ("社区", lambda line: line.community, {}),
        ("身份", lambda line: line.role, ROLE_NAMES),
        ("职业", lambda line: line.occupation or "", OCCUPATION_NAMES),
    )
    for head, key, names in by:
        found = standing.by(key)
        order = [code for code in names if code in found] or list(found)
        order += [code for code in found if code not in order]
        parts += [(f"{head}　{names.get(of, of) or NO_WORD}", found[of]) for of in order]
    return parts


def _line(name: str, of: Standing) -> NumberLine:
    kept, lacking = HEADS[of.duty]
    called = name.replace("　", " ")
    share = rate(percent(len(of.kept), len(of.active)))
    return NumberLine(
        name,
        (
            Number(of.active, f"{called} 在岗"), Number(of.kept, f"{called} {kept}"),
            Number(of.lacking, f"{called} {lacking}"), Number(of.active, f"{called} 在岗", share),
        ),
    )  # fmt: skip
