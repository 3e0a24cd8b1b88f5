"""今日: the cards of the week, what is due, how far the campaign is, the last weeks."""

from dataclasses import dataclass
from typing import Any, ClassVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget
from sqlalchemy import Connection

from db.agenda import (
    AgendaItem,
    WeekSoFar,
    agenda,
    progress,
    week_so_far,
    weekly_households,
)
from db.kernel.workdays import Week
from db.visits import CampaignLine
from desktop.home.parts import Card, DueList, titled_panel
from desktop.page import Context, Page
from desktop.paper.words import signed
from desktop.widgets.bars import CoverageBar, WeekChart
from desktop.widgets.parts import Tone, clear, column, label, row
from desktop.words import long_day

OPENS = {
    "building": "visits",
    "field_sheet": "visits",
    "dispute": "disputes",
    "training": "trainings",
}


@dataclass(frozen=True)
class Today:
    """All that the page shows, asked for in one go so that its numbers fit each other."""

    due: list[AgendaItem]
    week: WeekSoFar
    weeks: list[tuple[Week, int]]
    campaign: CampaignLine
    progress: list[tuple[str, int, int, int]]


class HomePage(Page):
    """What is due today and how the week goes; every number opens the rows behind it."""

    title: ClassVar[str] = "今日"
    watches: ClassVar[frozenset[str]] = frozenset(
        (
            "visit", "household", "campaign", "dispute", "dispute_conclusion", "dispute_follow_up",
            "training", "attendance", "field_sheet",
        )
    )  # fmt: skip
    keys: ClassVar[tuple[tuple[str, str], ...]] = (
        ("↑　↓", "选一件要做的"),
        ("Enter", "打开它"),
    )

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        theme = context.theme
        self._cards = {name: Card(name) for name in ("走访", "纠纷", "到训率", "走访进度")}
        pages = {"走访": "visits", "走访进度": "visits", "纠纷": "disputes", "到训率": "trainings"}
        for name, card in self._cards.items():
            card.opened.connect(lambda name=name: context.routes.go(pages[name]))
        self._due = DueList(theme)
        self._due.wanted.connect(self._open_due)
        self._due_about = label(tone="second")
        self._progress_about = label(tone="second")
        self._communities = QWidget()
        self._lines = QGridLayout(self._communities)
        self._lines.setContentsMargins(0, 0, 0, 0)
        self._lines.setHorizontalSpacing(14)
        self._chart = WeekChart(theme)
        self.setFocusProxy(self._due)
        self._build()

    def refresh(self) -> None:
        """Ask again for all of it."""
        day = self.context.today
        self.about.emit(f"{long_day(day)}　{Week.of(day).year}年第{Week.of(day).number}周")

        def question(connection: Connection) -> Today:
            return Today(
                agenda(connection, day),
                week_so_far(connection, day),
                weekly_households(connection, day),
                *progress(connection, day),
            )

        self.context.background.ask(self, question, self._show)

    def _build(self) -> None:
        outer = column(self, (20, 16, 20, 16), 16)
        cards = row(gap=14)
        for card in self._cards.values():
            cards.addWidget(card, 1)
        outer.addLayout(cards)
        lower = row(gap=14)
        due, put = titled_panel("今天要做的", self._due_about)
        put(self._due)
        lower.addWidget(due, 5)
        right = column(gap=14)
        communities, put = titled_panel("走访进度", self._progress_about)
        put(self._communities)
        chart, put = titled_panel("本周与前八周（户）")
        put(self._chart)
        right.addWidget(communities)
        right.addWidget(chart, 1)
        lower.addLayout(right, 3)
        outer.addLayout(lower, 1)

    def _show(self, today: Today) -> None:
        self._due.show_items(today.due)
        late = sum(item.urgency == "late" for item in today.due)
        doors = sum(item.kind == "走访" for item in today.due)
        self._due_about.setText(f"逾期{late}件" if late else "没有逾期的")
        if not today.due:
            self._due_about.setText("没有到期的事，可以去走访")
        elif doors:
            self._due_about.setText(self._due_about.text() + "；走访按楼道顺序")
        self._chart.show_weeks([(str(week.number), homes) for week, homes in today.weeks])
        self._show_cards(today)
        self._show_progress(today)

    def _show_cards(self, today: Today) -> None:
        week = today.week
        more = week.households - week.households_before
        tone: Tone = "done" if more > 0 else "tries" if more < 0 else "second"
        self._cards["走访"].show_figure(
            f"{week.households:,}",
            f"户　{week.records:,}次",
            f"比上周同期{signed(week.households, week.households_before)}户"
            if more
            else "与上周同期持平",
            tone,
        )
        late = f"，逾期{week.overdue}项" if week.overdue else ""
        self._cards["纠纷"].show_figure(
            str(week.disputes_new),
            f"件新增　{week.disputes_resolved}件化解",
            f"在办{week.disputes_open}件{late}",
            "late" if week.overdue else "second",
        )
        rate = week.training_rate
        before = week.training_rate_before
        self._cards["到训率"].show_figure(
            f"{rate}%" if rate else "—",
            f"应到{week.training_expected}人次" if rate else "本周还没有培训",
            f"上周同期{before}%" if before else "上周同期没有培训",
        )
        base = sum(line[1] for line in today.progress)
        done = sum(line[2] for line in today.progress)
        exhausted = sum(line[3] for line in today.progress)
        self._cards["走访进度"].show_figure(
            f"{done / base:.1%}" if base else "—",
            f"已访{done:,}户",
            f"还剩{base - done - exhausted:,}户",
        )

    def _show_progress(self, today: Today) -> None:
        campaign = today.campaign
        span = f"{campaign.start.month}月{campaign.start.day}日—{campaign.end.month}月{campaign.end.day}日"
        self._progress_about.setText(f"{campaign.name}　{span}" if campaign.name else "近一年")
        clear(self._lines)
        for at, (name, base, done, exhausted) in enumerate(today.progress):
            bar = CoverageBar(self.context.theme, base, done, exhausted)
            share = label(f"{done / base:.1%}" if base else "—", tone="second")
            self._lines.addWidget(label(name, 12), at, 0)
            self._lines.addWidget(bar, at, 1, Qt.AlignmentFlag.AlignVCenter)
            self._lines.addWidget(share, at, 2, Qt.AlignmentFlag.AlignRight)
        self._lines.setColumnStretch(1, 1)

    def _open_due(self, item: AgendaItem) -> None:
        what: dict[str, Any] = {"entity": item.entity, "record": item.record}
        self.context.routes.go(OPENS[item.entity], **what)
